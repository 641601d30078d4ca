"""The plane of the game: lower on a phone, so that the choices below it are visible too."""

import plotly.graph_objects as go
import streamlit as st

from pages.plane import live

HEIGHT, HEIGHT_ON_A_PHONE = 420, 290

# the figure fills the height of its container
_STYLE = f"""<style>
@media (max-width: 640px) {{
  [class*="-game-plane"] :has(.polycore-live) {{
    height: {HEIGHT_ON_A_PHONE}px !important;
    flex: 0 0 {HEIGHT_ON_A_PHONE}px !important;
  }}
}}
</style>"""


def draw(figure: go.Figure, key: str) -> None:
    """Draw a figure of the plane."""
    with st.container(key=f"{key}.game-plane"):
        st.html(_STYLE)
        live.figure(figure, key=key, height=HEIGHT)
