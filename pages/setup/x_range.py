"""The two inputs for the range of x, the same on each page that has them."""

from functools import partial

import streamlit as st

from pages.state import session
from pages.state.inputs import Input
from polycore.limits import MAX_X

LABELS = ("x from", "x to")
HELP = (
    "The samples lie between these two x, so this is what the network learns, and what the plots show. In a "
    "wide range high powers dominate."
)


def draw(prefix: str) -> None:
    """Draw the inputs, side by side if there is room."""
    for label, one in zip(LABELS, _ends(prefix), strict=True):
        one.draw(
            st.number_input,
            label,
            min_value=-MAX_X,
            max_value=MAX_X,
            step=0.5,
            format="%.6g",
            help=HELP,
            width=130,
        )


def _ends(prefix: str) -> tuple[Input[float], Input[float]]:
    def shown(end: int) -> float:
        return session.current().experiment.x_range[end]

    low, high = (
        Input(f"{prefix}.range.{end}", partial(shown, end), partial(_adopt, prefix, end)) for end in range(2)
    )
    return low, high


def _adopt(prefix: str, end: int, value: float) -> None:
    # with what the other input holds: of a range that is being changed, one end alone may be refused
    low, high = (one.value for one in _ends(prefix))
    session.change(x_range=(value, high) if end == 0 else (low, value))
