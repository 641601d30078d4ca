"""The list of the set-up's polynomials, each with its swatch and a button to remove it; and the presets."""

from collections.abc import Callable

import streamlit as st

from pages.plane import swatch
from pages.polynomials import change, editor
from pages.state import inputs, refusal, session
from polycore import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS, Polynomial
from polycore.limits import MIN_CLASSES
from polycore.polynomials.presets import NEARLY_COINCIDING, PARABOLAS, STRAIGHT_LINES

PREFIX = "polynomials"
UNDO_KEY = f"{PREFIX}.undo"
REPLACED = "Your polynomials were replaced."
MAX_SHOWN = 120  # characters
TARGET = 40  # pixels, as wide as the button is high: large enough for a thumb

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


def presets() -> None:
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
            icon=":material/undo:",
            disabled=session.current().last_of_polynomials is None,
            on_click=_change,
            args=(session.bring_back_polynomials,),
            help="Back to the polynomials before their last change.",
        )
    with st.container():
        refusal.draw(PREFIX, change.REFUSED)


def rows() -> None:
    """Draw the polynomials, one in each row, each with a button that removes it."""
    few = len(change.present()) <= MIN_CLASSES
    with st.container(gap=None):
        for label, polynomial in enumerate(change.present()):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
                st.html(swatch.image(label), width=swatch.WIDTH)
                text = polynomial.typeset
                if len(text) > MAX_SHOWN:  # too long for one line, and LaTeX cannot be cut
                    st.text(f"p{label} = {text[: MAX_SHOWN - 1]}…", width="stretch")
                else:
                    st.markdown(f"$p_{{{label}}} = {polynomial.latex}$", width="stretch")
                st.button(
                    "",
                    key=f"{PREFIX}.remove.{label}",
                    icon=":material/delete:",
                    type="tertiary",
                    width=TARGET,
                    disabled=few,
                    on_click=_press_bin,
                    args=(polynomial,),
                    help=f"At least {MIN_CLASSES} are needed: add one first." if few else f"Remove p{label}.",
                )


def _press_bin(polynomial: Polynomial) -> None:
    with refusal.later(PREFIX):
        inputs.check(editor.EDITORS)  # a removal would make the editors lose the typed text
        # by its value: the typed text may have moved it to another row
        _change(change.adopt, tuple(other for other in change.present() if other != polynomial))


def _change(action: Callable[..., None], *arguments: object) -> None:
    """Change the polynomials, as a button's callback. The editors then show the new ones."""
    editor.forget()
    with refusal.later(PREFIX):
        action(*arguments)
