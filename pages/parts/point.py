"""The point that a person asks about: typed, on a curve, or chosen on the map."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.parts.answer import shortened
from pages.parts.crossings_table import Meeting, meeting_at
from polycore import TUTORIAL_POLYNOMIALS, Polynomial

PREFIX = "point"
WAY_KEY, X_KEY, Y_KEY = (f"{PREFIX}.{name}" for name in ("way", "x", "y"))
CURVE_KEY, CROSSING_KEY = f"{PREFIX}.curve", f"{PREFIX}.crossing"
ANY, ON_CURVE, AT_CROSSING = "Any point", "On a curve", "At a crossing"

FIRST_X, FIRST_Y = 0.5, 0.75
STEP = 0.05
FORMAT = "%.9g"

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]


class Asked(NamedTuple):
    """The point, and the class whose curve was chosen to put it on; on a steep curve y may be infinite."""

    x: float
    y: float
    curve: int | None = None


def draw(polynomials: Sequence[Polynomial], meetings: Sequence[Meeting]) -> Asked:
    """Draw the inputs and return the point. Without `polynomials` x and y are typed."""
    ways = [ANY, *([ON_CURVE] if polynomials else []), *([AT_CROSSING] if meetings else [])]
    _begin(ways, len(polynomials), len(meetings))
    way = _way(ways) if polynomials else ANY
    if way == ON_CURVE:
        asked = _on_curve(polynomials)
    elif way == AT_CROSSING:
        asked = _at_crossing(meetings)
    else:
        asked = Asked(*_typed())
    _tutorial_button()
    return asked


def choose(x: float, y: float) -> None:
    """Make (x, y) the point. For a callback: it changes what the inputs show."""
    st.session_state[X_KEY], st.session_state[Y_KEY] = x, y
    st.session_state[WAY_KEY] = ANY


def choose_on_map(meetings: Sequence[Meeting], x: float, y: float) -> None:
    """Make a place that was clicked the point, a crossing where one is there."""
    place = meeting_at(meetings, x, y)
    if place is None:
        choose(float(f"{x:.6g}"), float(f"{y:.6g}"))  # a pixel has fewer digits than a float
    else:
        choose(meetings[place].x, meetings[place].y)
        st.session_state[WAY_KEY], st.session_state[CROSSING_KEY] = AT_CROSSING, place


def _begin(ways: Sequence[str], classes: int, crossings: int) -> None:
    beginning = {WAY_KEY: ANY, X_KEY: FIRST_X, Y_KEY: FIRST_Y, CURVE_KEY: 0, CROSSING_KEY: crossings // 2}
    for key, value in beginning.items():
        if key not in st.session_state:
            st.session_state[key] = value
    if st.session_state[WAY_KEY] not in ways:
        st.session_state[WAY_KEY] = ANY
    for key, count in ((CURVE_KEY, classes), (CROSSING_KEY, crossings)):
        if st.session_state[key] >= count:
            st.session_state[key] = 0


def _way(ways: Sequence[str]) -> str | None:
    return st.segmented_control(
        "Point",
        ways,
        required=True,
        key=WAY_KEY,
        persist_state="session",
        help=(
            "Any point: type x and y, or click the map. On a curve: choose a polynomial and walk along it. "
            "At a crossing: where curves meet."
        ),
    )


def _typed() -> tuple[float, float]:
    with st.container(horizontal=True):
        x = _number("x", X_KEY, "How far right of the origin the point lies.")
        y = _number("y", Y_KEY, "How far above the origin the point lies.")
    return x, y


def _on_curve(polynomials: Sequence[Polynomial]) -> Asked:
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
    return Asked(x, y, curve)


def _at_crossing(meetings: Sequence[Meeting]) -> Asked:
    place = st.selectbox(
        "Crossing",
        range(len(meetings)),
        format_func=lambda place: f"x = {meetings[place].x:.4g}: {meetings[place].name}",
        key=CROSSING_KEY,
        persist_state="session",
        help="A place where curves meet, from left to right. The diamonds on the map can be clicked too.",
    )
    x, y = meetings[place].x, meetings[place].y
    st.caption(f"x = {x:.6g}, y = {y:.6g}")
    st.session_state[X_KEY], st.session_state[Y_KEY] = x, y  # so that it stays when it is typed again
    return Asked(x, y)


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
