"""Links from page to page, which keep the set-up."""

import streamlit as st

from pages.state import session
from polycore.links import link

HOME = "streamlit_app.py"
POLYNOMIALS = "pages/1_polynomials.py"
DATA = "pages/2_data.py"
TRAIN = "pages/3_train.py"
PREDICT = "pages/4_predict.py"
INSIDE = "pages/5_inside.py"
COMPARE = "pages/6_compare.py"
PLAY = "pages/7_play.py"
GLOSSARY = "pages/8_glossary.py"


def draw(page: str, label: str, icon: str | None = None) -> None:
    """Draw a link to another page that keeps the set-up: a plain one would drop it from the address."""
    query = link.query_of_page(session.current().experiment)
    st.page_link(page, label=label, icon=icon, query_params=query)
