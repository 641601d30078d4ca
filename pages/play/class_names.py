"""How the game names a class: its look, its place in the list, and its polynomial in print."""

import streamlit as st

from pages.plane import swatch
from pages.plane.answer import shortened
from polycore import Polynomial


def on_button(label: int, polynomial: Polynomial) -> str:
    """Return the class as the Markdown of a label. The print is made from numbers: there is none in it."""
    return f"![]({swatch.address(label)}) **p{label}**  {shortened(str(polynomial))}"


def row(label: int, before: str, after: str = "") -> None:
    """Draw a line of ours that names a class: what comes `before`, its look, its name, what comes `after`."""
    st.markdown(f"{before} ![]({swatch.address(label)}) **p{label}**{after}")
