"""What could not be done, in words that may hold a stranger's text."""

import re

from collections.abc import Callable

import streamlit as st

from polycore import PolycoreError
from polycore.visible import visible

# by the names of Experiment's fields
LABELS = {
    "learning_rate": "Learning rate",
    "momentum": "Momentum",
    "noise": "Noise",
    "samples_per_class": "Samples of each polynomial",
    "x_range": "Range of x",
}
_FIELD = re.compile(rf"^({'|'.join(LABELS)})\b(?= is )")


def show(what: str, error: PolycoreError | str) -> None:
    """Show `what`, a sentence of ours, and the reason, as it is: st.error would read Markdown in it.

    What cannot be seen in the reason is shown as its escape. A reason that begins with the name of an
    experiment's field, as polycore's do, begins with the label of the input.
    """
    with st.container(border=True):
        st.markdown(f":material/error: **{what}**")
        st.text(visible(_FIELD.sub(lambda match: LABELS[match[0]], str(error))))


def show_if_refused(what: str, action: Callable[[], object]) -> None:
    """Call `action`, and show why if it raises PolycoreError."""
    try:
        action()
    except PolycoreError as error:
        show(what, error)
