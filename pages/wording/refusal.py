"""What could not be done, in words that may hold a stranger's text."""

import re
from collections.abc import Callable

import streamlit as st

from polycore import PolycoreError
from polycore.quoting import visible

# by the names of Experiment's fields
LABELS = {
    "hidden": "Hidden layers",
    "learning_rate": "Learning rate",
    "momentum": "Momentum",
    "noise": "Noise",
    "samples_per_class": "Samples of each polynomial",
    "x_range": "Range of x",
}
_FIELD = re.compile(rf"^({'|'.join(LABELS)})\b(?= is |: )")
_POLYNOMIAL = re.compile(r"\bpolynomials\[(\d+)\]")


def show(what: str, error: PolycoreError | str) -> None:
    """Show `what`, a sentence of ours, and the reason, as it is: st.error would read Markdown in it.

    What cannot be seen in the reason is shown as its escape, and what polycore names by an argument has the
    name that pages give it.
    """
    with st.container(border=True):
        st.markdown(f":material/error: **{what}**")
        st.text(visible(_in_words_of_pages(str(error))))


def _in_words_of_pages(reason: str) -> str:
    return _POLYNOMIAL.sub(r"p\1", _FIELD.sub(lambda match: LABELS[match[0]], reason))


def show_if_refused(what: str, action: Callable[[], object]) -> None:
    """Call `action`, and show why if it raises PolycoreError."""
    try:
        action()
    except PolycoreError as error:
        show(what, error)
