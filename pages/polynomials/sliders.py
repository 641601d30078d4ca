"""A slider for each coefficient of one polynomial: its curve moves as they do."""

import math
from functools import partial

import streamlit as st

from pages.polynomials import change
from pages.polynomials.change import Polynomials
from pages.state import refusal, session
from polycore import Polynomial
from polycore.formatting import superscript
from polycore.limits import MAX_COEFFICIENT

PREFIX = "polynomials.sliders"
CHOICE_KEY = f"{PREFIX}.choice"
LEAST_DEGREE = 3  # of the sliders: a line can become a curve
LEAST_REACH = 5.0
STEPS = 200  # of a slider from end to end


def draw() -> None:
    """Draw the choice of a polynomial and its sliders."""
    polynomials = change.present()
    names = [f"p{index} = {polynomial.typeset}" for index, polynomial in enumerate(polynomials)]
    index = min(st.session_state.get(CHOICE_KEY, 0), len(names) - 1)
    # a key for each formula: with the same key the browser would keep showing the old formula
    key = f"{CHOICE_KEY}.{names[index]}"
    st.selectbox(
        "Polynomial",
        range(len(names)),
        index=index,
        format_func=names.__getitem__,
        key=key,
        on_change=partial(_choose, key),
        help="The curve that the sliders move.",
    )
    polynomial = polynomials[index]
    count = max(LEAST_DEGREE, polynomial.degree) + 1
    with st.container(gap="xsmall"):
        for power in reversed(range(count)):
            _slider(index, power, count, polynomial)
    with st.container():
        refusal.draw(PREFIX, "Not accepted: nothing has changed.")


def _choose(key: str) -> None:
    st.session_state[CHOICE_KEY] = st.session_state[key]


def _slider(index: int, power: int, count: int, polynomial: Polynomial) -> None:
    coefficients = _padded(polynomial, count)
    value = coefficients[count - 1 - power]
    reach = reach_of(value)
    name = "constant term" if power == 0 else "x" if power == 1 else f"x{superscript(power)}"
    # another number of sliders has other keys; its own moves do not change a slider's key
    key = session.current().inputs.key(f"{PREFIX}.{index}.{power}.{count}.{reach:g}", change.SLIDERS)
    st.slider(
        name if power == 0 else f"coefficient of {name}",
        -reach,
        reach,
        value=min(max(value, -reach), reach),
        step=2 * reach / STEPS,
        format="%.4g",
        key=key,
        on_change=partial(_move, index, power, count, key),
        help="Drag it, or press the arrow keys, and watch the curve.",
    )


def _move(index: int, power: int, count: int, key: str) -> None:
    polynomials = change.present()
    if index >= len(polynomials):
        return
    coefficients = _padded(polynomials[index], count)
    coefficients[count - 1 - power] = float(f"{st.session_state[key]:.6g}")
    with refusal.later(PREFIX):
        change.slide(_with(polynomials, index, Polynomial(*coefficients)), index)


def _with(polynomials: Polynomials, index: int, polynomial: Polynomial) -> Polynomials:
    return (*polynomials[:index], polynomial, *polynomials[index + 1 :])


def _padded(polynomial: Polynomial, count: int) -> list[float]:
    """Return `count` coefficients, highest degree first, the missing ones 0."""
    return [0.0] * (count - 1 - polynomial.degree) + list(polynomial.coefficients)


def reach_of(value: float) -> float:
    """Return how far a slider goes: 5, 10, 20 and so on, so that it does not change with each move."""
    doublings = max(0, math.ceil(math.log2(max(abs(value), 1e-300) / LEAST_REACH)))
    return float(min(LEAST_REACH * 2.0**doublings, MAX_COEFFICIENT))
