"""The glossary: the words of the dashboard, from docs/glossary.md."""

from pathlib import Path

import streamlit as st

from pages.frame import frame

WORDS = Path(__file__).parents[1] / "docs" / "glossary.md"
READABLE = 760  # pixels a line

frame.draw("Glossary")
_, words = WORDS.read_text(encoding="utf-8").split("\n", maxsplit=1)  # the page has its title already
with st.container(width=READABLE):
    st.markdown(words)
frame.page_link(frame.HOME, "Home, and eight guided looks", ":material/home:")
