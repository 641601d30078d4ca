"""A slider for each coefficient of one polynomial: its curve moves as they do."""

import math
from functools import partial

import streamlit as st

from pages.polynomials import change
from pages.polynomials.entries import POWERS
from pages.state import refusal
from pages.state.inputs import Input
from polycore import Polynomial
from polycore.limits import MAX_COEFFICIENT, MIN_CLASSES
from polycore.polynomials.notation import MINUS_SIGN

PREFIX = "polynomials.sliders"
LEAST_DEGREE = 3  # of the sliders: a line can become a curve
LEAST_REACH = 5.0
STEPS = 200  # of a slider from end to end


def draw() -> None:
    """Draw the choice of a polynomial and its sliders."""
    polynomials = change.present()
    names = [f"p{index} = {polynomial.typeset}" for index, polynomial in enumerate(polynomials)]
    index = CHOICE.choose(
        st.selectbox,
        "Polynomial",
        range(len(names)),
        format_func=names.__getitem__,
    )
    with st.container(gap="xsmall"):
        for power in reversed(range(max(LEAST_DEGREE, polynomials[index].degree) + 1)):
            _slider(index, power).draw(
                st.select_slider,
                f"coefficient of {POWERS[power]}" if power else "constant term",
                options=choices_of(shown(index, power)),
                format_func=lambda value: f"{value:.4g}".replace("-", MINUS_SIGN),
            )
    st.button(
        "Remove this polynomial",
        key=f"{PREFIX}.remove",
        type="tertiary",
        icon=":material/delete:",
        disabled=len(polynomials) <= MIN_CLASSES,
        on_click=_remove,
        args=(polynomials[index],),
        help=f"At least {MIN_CLASSES} stay.",
    )
    with st.container():
        refusal.draw_inputs(PREFIX, change.REFUSED)
        refusal.draw(PREFIX, change.REFUSED)


CHOICE: Input[int] = Input(f"{PREFIX}.choice", lambda: min(CHOICE.last or 0, len(change.present()) - 1))


def _slider(index: int, power: int) -> Input[float]:
    return Input(f"{PREFIX}.{index}.{power}", partial(shown, index, power), partial(move, index, power))


def shown(index: int, power: int) -> float:
    """Return what a slider shows: the coefficient of a power of x in polynomial `index`, or its own end.

    It is 0 if there is no such polynomial any more.
    """
    polynomials = change.present()
    value = _ascending(polynomials[index], power)[power] if index < len(polynomials) else 0.0
    reach = reach_of(value)
    return min(max(value, -reach), reach)


def move(index: int, power: int, value: float) -> None:
    """Give a power of x in polynomial `index` another coefficient; moves in a row are one change to undo.

    Raises PolycoreError, and changes nothing, if the set-up may not have the polynomial.
    """
    polynomials = change.present()
    if index >= len(polynomials):
        _slider(index, power).forget()
        return
    coefficients = _ascending(polynomials[index], power)
    coefficients[power] = value
    moved = Polynomial(*reversed(coefficients))
    change.slide((*polynomials[:index], moved, *polynomials[index + 1 :]), index)


def _ascending(polynomial: Polynomial, power: int) -> list[float]:
    """Return its coefficients up to `power` at least, the constant term first, the missing ones 0."""
    return [*reversed(polynomial.coefficients), *[0.0] * (power - polynomial.degree)]


def _remove(polynomial: Polynomial) -> None:
    with refusal.later(PREFIX):
        # by its value: of two quick clicks the second finds it gone
        change.adopt(tuple(other for other in change.present() if other != polynomial))


def choices_of(value: float) -> list[float]:
    """Return the values that a slider of `value` can have: it, and those of a grid but the nearest."""
    reach = reach_of(value)
    grid = (reach * (2 * step - STEPS) / STEPS for step in range(STEPS + 1))
    return sorted([value, *(one for one in grid if abs(one - value) >= reach / STEPS)])


def reach_of(value: float) -> float:
    """Return how far a slider goes: 5, 10, 20 and so on, so that it does not change with each move."""
    doublings = max(0, math.ceil(math.log2(max(abs(value), 1e-300) / LEAST_REACH)))
    return float(min(LEAST_REACH * 2.0**doublings, MAX_COEFFICIENT))
