"""A change of the set-up's polynomials, and the way back from it."""

from dataclasses import replace
from typing import cast

import streamlit as st

from pages.parts import frame, session
from polycore import Polynomial

Polynomials = tuple[Polynomial, ...]

EARLIER_KEY = "polynomials.earlier"
MOST_EARLIER = 50


def present() -> Polynomials:
    """Return the set-up's polynomials."""
    return session.current().experiment.polynomials


def adopt(polynomials: Polynomials) -> None:
    """Make them the set-up's, and draw the page anew where they are others.

    Raises PolycoreError, and changes nothing, where no set-up can have them.
    """
    experiment = replace(session.current().experiment, polynomials=polynomials)
    if polynomials != present():
        st.session_state[EARLIER_KEY] = (*_earlier(), present())[-MOST_EARLIER:]
    frame.adopt(experiment)


def can_go_back() -> bool:
    """Return whether there was a change in this session."""
    return bool(_earlier())


def go_back() -> None:
    """Make those before the last change the set-up's. Raises PolycoreError as `adopt` does."""
    *earlier, last = _earlier()
    experiment = replace(session.current().experiment, polynomials=last)
    st.session_state[EARLIER_KEY] = tuple(earlier)
    frame.adopt(experiment)


def _earlier() -> tuple[Polynomials, ...]:
    return cast(tuple[Polynomials, ...], st.session_state.get(EARLIER_KEY, ()))
