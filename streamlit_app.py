"""The dashboard: its server, and Home, its first page.

`streamlit run` imports this file and serves `app`; Streamlit then runs the file as the page.
"""

import streamlit as st

from pages.channel import lifespan, routes
from pages.compare import sweep_tables
from pages.data import own_points
from pages.home import home
from pages.inside import learning_view, network_picture
from pages.play import questions
from pages.polynomials import editor
from pages.run_view import run_bar, time_slider
from pages.setup import layer_diagram

# A browser may ask any replica for the script of a component. Home has the others; with these a server has
# all of them before it draws a page.
COMPONENTS = (
    editor,
    layer_diagram,
    learning_view,
    network_picture,
    own_points,
    questions,
    run_bar,
    sweep_tables,
    time_slider,
)

app = st.App(__file__, routes=routes.routes(), lifespan=lifespan.lifespan)

if __name__ == "__main__":
    home.draw()
