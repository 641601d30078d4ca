"""How the game names a class: its line style, its number, and its polynomial."""

import streamlit as st

from pages.plane import swatch
from pages.plane.scene import shortened
from polycore import Polynomial


def on_button(label: int, polynomial: Polynomial) -> str:
    """Return the class as the Markdown of a label. A polynomial's text contains no Markdown."""
    return f"![]({swatch.url(label)}) **p{label}**  {shortened(polynomial.typeset)}"


def row(label: int, before: str, after: str = "") -> None:
    """Draw a line of Markdown: `before`, the line style and number of a class, and `after`."""
    st.markdown(f"{before} ![]({swatch.url(label)}) **p{label}**{after}")
