"""The two inputs for the range of x, the same on each page that has them."""

from dataclasses import replace

import streamlit as st

from pages.state import session, typed
from polycore.limits import MAX_X

LABELS = ("x from", "x to")
HELP = (
    "The samples lie between these two x, so this is what the network learns, and what the plots show. In a "
    "wide range high powers dominate."
)


def draw(prefix: str) -> None:
    """Draw the inputs, side by side if there is room."""
    for label, value in zip(LABELS, session.current().experiment.x_range, strict=True):
        _draw_end(label, value, prefix)


def held(prefix: str) -> tuple[float, float]:
    """Return (low, high) as typed, unchecked; the set-up's range if the inputs are not drawn."""
    low, high = (
        st.session_state.get(_key(label, prefix), value)
        for label, value in zip(LABELS, session.current().experiment.x_range, strict=True)
    )
    return low, high


def take(prefix: str) -> None:
    """Move the range that the inputs hold into the set-up. Raises PolycoreError if it is not valid."""
    low_high, setup = held(prefix), session.current().setup
    if low_high != setup.experiment.x_range:
        session.set_setup(replace(setup, experiment=replace(setup.experiment, x_range=low_high)))


def check(prefix: str) -> None:
    """Raise PolycoreError if the range that the inputs hold is not valid in the set-up."""
    replace(session.current().experiment, x_range=held(prefix))


def _key(label: str, prefix: str) -> str:
    return session.current().inputs.key(f"{prefix}.{label}")


def _draw_end(label: str, value: float, prefix: str) -> None:
    st.number_input(
        label,
        min_value=-MAX_X,
        max_value=MAX_X,
        value=value,
        step=0.5,
        format="%.6g",
        key=_key(label, prefix),
        on_change=typed.note,
        help=HELP,
        width=130,
    )
