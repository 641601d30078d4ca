"""The two inputs of the range of x, the same on every page that has them."""

import streamlit as st

from pages.parts import session
from polycore.experiment import MAX_X

HELP = (
    "Between these two x lie the samples, and so what the network learns; the plots show this part of the "
    "plane. A wide range lets high powers dominate."
)


def ask(prefix: str) -> tuple[float, float]:
    """Draw the inputs, side by side where there is room, and return (low, high) as typed: unchecked."""
    low, high = session.current().experiment.x_range
    return _end("x from", low, prefix), _end("x to", high, prefix)


def _end(label: str, value: float, prefix: str) -> float:
    return st.number_input(
        label,
        min_value=-MAX_X,
        max_value=MAX_X,
        value=value,
        step=0.5,
        format="%.6g",
        key=f"{prefix}.{label}.{session.current().revision}",
        help=HELP,
        width=130,
    )
