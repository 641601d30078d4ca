"""The set-up's polynomials in print, each with the look it has in every figure; and the ready-made sets."""

from collections.abc import Callable

import streamlit as st

from pages.parts import polynomial_change, polynomial_editor, refusal, swatch
from polycore import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS, PolycoreError, Polynomial
from polycore.limits import MIN_CLASSES
from polycore.presets import NEARLY_COINCIDING, PARABOLAS, STRAIGHT_LINES

PREFIX = "polynomials"
UNDO_KEY = f"{PREFIX}.undo"
LONGEST_SHOWN = 120  # characters
TARGET = 40  # pixels, as wide as the button is high: a thumb finds it

PRESETS = {
    "First two": (
        INTRODUCTION_POLYNOMIALS,
        "A parabola and a cubic: the smallest question there is. Take them to see a network learn at once.",
    ),
    "The twelve": (
        TUTORIAL_POLYNOMIALS,
        "Degree 1 to 4: what the program begins with. Take them to compare with the tutorial's figures.",
    ),
    "Straight lines": (
        STRAIGHT_LINES,
        "Five lines. Take them to see how few neurons do where nothing is bent.",
    ),
    "Parabolas": (
        PARABOLAS,
        "Five bent curves, two of which meet twice at most. Take them for a clear map of a few classes.",
    ),
    "Nearly the same": (
        NEARLY_COINCIDING,
        "Six curves, each within 0.1 of another from -1 to 1. Take them for a hard task, with fresh points.",
    ),
}


def presets() -> None:
    """Draw a button for each ready-made set, and the way back from the last change."""
    with st.container(horizontal=True, gap="small"):
        chosen = [
            polynomials for name, (polynomials, about) in PRESETS.items() if _preset(name, polynomials, about)
        ]
        undone = _undo()
    if chosen:
        _change(lambda: polynomial_change.exchange(chosen[0], "Your polynomials were replaced."))
    if undone:
        _change(polynomial_change.go_back)


def rows() -> None:
    """Draw the polynomials, one a row, each with a button that removes it."""
    polynomials = polynomial_change.present()
    with st.container(gap=None):
        removed = [label for label, polynomial in enumerate(polynomials) if _row(label, polynomial)]
    if removed:
        [label] = removed
        _change(lambda: polynomial_change.adopt(polynomials[:label] + polynomials[label + 1 :]))


def _row(label: int, polynomial: Polynomial) -> bool:
    """Draw one row, and return whether its button was pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(swatch.image(label), width=swatch.WIDTH)
        _printed(label, polynomial)
        return _remove(label)


def _preset(name: str, polynomials: tuple[Polynomial, ...], about: str) -> bool:
    icon = ":material/check:" if polynomials == polynomial_change.present() else None
    return st.button(name, key=f"{PREFIX}.preset.{name}", icon=icon, help=about)


def _undo() -> bool:
    return st.button(
        "Undo",
        key=UNDO_KEY,
        icon=":material/undo:",
        disabled=not polynomial_change.can_go_back(),
        help="Back to the polynomials before the last change of them.",
    )


def _remove(label: int) -> bool:
    few = len(polynomial_change.present()) <= MIN_CLASSES
    return st.button(
        "",
        key=f"{PREFIX}.remove.{label}",
        icon=":material/delete:",
        type="tertiary",
        width=TARGET,
        disabled=few,
        help=f"At least {MIN_CLASSES} are needed: add one first." if few else f"Remove p{label}.",
    )


def _printed(label: int, polynomial: Polynomial) -> None:
    text = str(polynomial)
    if len(text) > LONGEST_SHOWN:
        st.text(f"p{label} = {text[: LONGEST_SHOWN - 1]}…", width="stretch")
    else:
        st.markdown(f"$p_{{{label}}} = {polynomial.latex}$", width="stretch")


def _change(action: Callable[[], None]) -> None:
    """Change the polynomials from outside the editors: those show the new ones."""
    polynomial_editor.renew()
    try:
        action()
    except PolycoreError as error:
        refusal.show("Not taken: everything stays as it was.", error)
