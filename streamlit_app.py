"""The dashboard: its server, and Home, its first page.

`streamlit run` imports this file and serves `app`; Streamlit then runs the file as the page.
"""

import streamlit as st

from pages.channel import lifespan, routes

app = st.App(__file__, routes=routes.routes(), lifespan=lifespan.lifespan)

if __name__ == "__main__":
    from pages.home import home

    home.draw()
