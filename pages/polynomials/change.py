"""Changes the set-up's polynomials, and undoes such changes."""

from dataclasses import replace
from typing import cast

import streamlit as st

from pages.state import session
from pages.state.shown_input import Inputs
from polycore import Polynomial

Polynomials = tuple[Polynomial, ...]

EARLIER_KEY = "polynomials.earlier"
MOST_EARLIER = 50
SLIDERS: Inputs = "sliders of coefficients"
SLID_KEY = "polynomials.slid"  # the polynomial whose sliders moved last, and all as they were then


def present() -> Polynomials:
    """Return the set-up's polynomials."""
    return session.current().experiment.polynomials


def check(polynomials: Polynomials) -> None:
    """Raise PolycoreError unless the set-up may have these polynomials."""
    replace(session.current().experiment, polynomials=polynomials)


def adopt(polynomials: Polynomials) -> None:
    """Use these polynomials in the set-up.

    Raises PolycoreError, and changes nothing, if the set-up may not have them. If there are fewer than
    before, a toast offers to undo the change.
    """
    gone = len(present()) - len(polynomials)
    undo = "A polynomial was removed." if gone == 1 else f"{gone} polynomials were removed."
    _change(polynomials, undo if gone > 0 else None)


def exchange(polynomials: Polynomials, undo: str) -> None:
    """Do what `adopt` does. If a current polynomial is lost, a toast says so with the text `undo`."""
    lost = not set(present()) <= set(polynomials)
    _change(polynomials, undo if lost else None)


def slide(polynomials: Polynomials, index: int) -> None:
    """Do what `adopt` does for a slider of polynomial `index`: its moves in a row are one change to undo."""
    known = st.session_state.get(SLID_KEY) == (index, present())
    earlier = _earlier()
    _change(polynomials, None, by_slider=True)
    if known:
        st.session_state[EARLIER_KEY] = earlier
    st.session_state[SLID_KEY] = (index, present())


def can_go_back() -> bool:
    """Return whether there was a change in this session."""
    return bool(_earlier())


def go_back() -> None:
    """Use the polynomials from before the last change. Raises PolycoreError as `adopt` does."""
    *earlier, last = _earlier()
    experiment = replace(session.current().experiment, polynomials=last)
    st.session_state[EARLIER_KEY] = tuple(earlier)
    session.load(experiment, SLIDERS)


def _change(polynomials: Polynomials, undo: str | None, *, by_slider: bool = False) -> None:
    before = session.current().experiment
    experiment = replace(before, polynomials=polynomials)
    if experiment == before:
        return
    st.session_state[EARLIER_KEY] = (*_earlier(), before.polynomials)[-MOST_EARLIER:]
    session.load(experiment, *([] if by_slider else [SLIDERS]), undo=undo)


def _earlier() -> tuple[Polynomials, ...]:
    """Return the polynomials from before each change, oldest first.

    The last of them are left out if the toast has already restored them.
    """
    earlier = cast(tuple[Polynomials, ...], st.session_state.get(EARLIER_KEY, ()))
    return earlier[:-1] if earlier and earlier[-1] == present() else earlier
