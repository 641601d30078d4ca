"""The point that a person asks about: typed, on a curve, or chosen on the map."""

import math
from collections.abc import Sequence

import streamlit as st

from pages.parts.answer import shortened
from polycore import TUTORIAL_POLYNOMIALS, Polynomial

PREFIX = "point"
WAY_KEY, X_KEY, Y_KEY, CURVE_KEY = (f"{PREFIX}.{name}" for name in ("way", "x", "y", "curve"))
ANY, ON_CURVE = "Any point", "On a curve"

FIRST_X, FIRST_Y = 0.5, 0.75
STEP = 0.05
FORMAT = "%.9g"

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]


def draw(polynomials: Sequence[Polynomial]) -> tuple[float, float]:
    """Draw the inputs and return x and y. On a steep curve y may be infinite.

    Without `polynomials` x and y are typed.
    """
    _begin(len(polynomials))
    on_curve = bool(polynomials) and _way() == ON_CURVE
    x, y = _on_curve(polynomials) if on_curve else _typed()
    _tutorial_button()
    return x, y


def choose(x: float, y: float) -> None:
    """Make (x, y) the point. For a callback: it changes what the inputs show."""
    st.session_state[X_KEY], st.session_state[Y_KEY] = x, y
    st.session_state[WAY_KEY] = ANY


def choose_on_map(x: float, y: float) -> None:
    """Make a place that was clicked the point; a pixel has fewer digits than a float."""
    choose(float(f"{x:.6g}"), float(f"{y:.6g}"))


def _begin(classes: int) -> None:
    for key, value in ((WAY_KEY, ANY), (X_KEY, FIRST_X), (Y_KEY, FIRST_Y), (CURVE_KEY, 0)):
        if key not in st.session_state:
            st.session_state[key] = value
    if st.session_state[CURVE_KEY] >= classes:
        st.session_state[CURVE_KEY] = 0


def _way() -> str | None:
    return st.segmented_control(
        "Point",
        [ANY, ON_CURVE],
        required=True,
        key=WAY_KEY,
        persist_state="session",
        help="Any point: type x and y, or click the map. On a curve: choose a polynomial and x.",
    )


def _typed() -> tuple[float, float]:
    with st.container(horizontal=True):
        x = _number("x", X_KEY, "How far right of the origin the point lies.")
        y = _number("y", Y_KEY, "How far above the origin the point lies.")
    return x, y


def _on_curve(polynomials: Sequence[Polynomial]) -> tuple[float, float]:
    curve = st.selectbox(
        "Curve",
        range(len(polynomials)),
        format_func=lambda label: f"p{label} = {shortened(str(polynomials[label]))}",
        key=CURVE_KEY,
        persist_state="session",
        help="The point lies on this polynomial, so this is the right answer, if no other crosses it there.",
    )
    x = _number("x", X_KEY, "Where on the curve. y is the value of the polynomial there.")
    y = polynomials[curve](x)
    st.caption(f"y = {y:.6g}")
    if math.isfinite(y):
        st.session_state[Y_KEY] = y  # so that the point stays where it is when y is typed again
    return x, y


def _number(label: str, key: str, text: str) -> float:
    return st.number_input(
        label, step=STEP, format=FORMAT, key=key, help=text, persist_state="session", width=160
    )


def _tutorial_button() -> None:
    st.button(
        "The tutorial's own point",
        key=f"{PREFIX}.tutorial",
        icon=":material/school:",
        on_click=choose,
        args=(TUTORIAL_X, _TUTORIAL_POLYNOMIAL(TUTORIAL_X)),
        help=(
            f"x = {TUTORIAL_X}, on its polynomial {TUTORIAL_CLASS}, {_TUTORIAL_POLYNOMIAL}. "
            f"Its own network gave class {TUTORIAL_CLASS} a probability of 65.92 %."
        ),
    )
