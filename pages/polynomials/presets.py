"""The presets: lists of polynomials that a press puts in place of the set-up's, and the way back."""

from collections.abc import Callable

import streamlit as st

from pages.polynomials import change, editor
from pages.state import refusal, session
from polycore import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.polynomials.presets import NEARLY_COINCIDING, PARABOLAS, STRAIGHT_LINES

PREFIX = "polynomials"
UNDO_KEY = f"{PREFIX}.undo"
REPLACED = "Your polynomials were replaced."

PRESETS = {
    "First two": (
        INTRODUCTION_POLYNOMIALS,
        "A parabola and a cubic, the smallest task. Use them to see a network learn at once.",
    ),
    "The twelve": (
        TUTORIAL_POLYNOMIALS,
        "Degrees 1 to 4, the program's default. Use them to compare with the tutorial's figures.",
    ),
    "Straight lines": (
        STRAIGHT_LINES,
        "Five lines. Use them to see how few neurons are enough if no curve is bent.",
    ),
    "Parabolas": (
        PARABOLAS,
        "Five parabolas, any two of which meet at most twice. Use them for a clear map of a few classes.",
    ),
    "Nearly the same": (
        NEARLY_COINCIDING,
        "Six curves, each within 0.1 of another for x from \N{MINUS SIGN}1 to 1. Use them for a hard task, "
        "with fresh points.",
    ),
}


def draw() -> None:
    """Draw a button for each preset, and one that undoes the last change."""
    with st.container(horizontal=True, gap="small"):
        for name, (polynomials, about) in PRESETS.items():
            st.button(
                name,
                key=f"{PREFIX}.preset.{name}",
                icon=":material/check:" if polynomials == change.present() else None,
                on_click=_change,
                args=(change.exchange, polynomials, REPLACED),
                help=about,
            )
        st.button(
            "Undo",
            key=UNDO_KEY,
            type="tertiary",
            icon=":material/undo:",
            disabled=session.current().last_of_polynomials is None,
            on_click=_change,
            args=(session.bring_back_polynomials,),
            help="Back to the polynomials before their last change.",
        )
    with st.container():
        refusal.draw(PREFIX, change.REFUSED)


def _change(action: Callable[..., None], *arguments: object) -> None:
    """Change the polynomials, as a button's callback. The editors then show the new ones."""
    editor.forget()
    with refusal.later(PREFIX):
        action(*arguments)
