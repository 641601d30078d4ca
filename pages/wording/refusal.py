"""Shows what could not be done and why. The reason may quote text from a user, a file or a link."""

import re
from collections.abc import Callable

import streamlit as st

from polycore import PolycoreError
from polycore.quoting import visible

# by the names of Experiment's fields
LABELS = {
    "activation": "Activation",
    "dropout": "Dropout",
    "features": "Input features",
    "hidden": "Hidden layers",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "learning_rate": "Learning rate",
    "momentum": "Momentum",
    "noise": "Noise",
    "samples_per_class": "Samples of each polynomial",
    "warmup_steps": "Warm-up steps",
    "x_range": "Range of x",
}
_FIELD = re.compile(rf"^({'|'.join(LABELS)})\b(?= is |: )")
_POLYNOMIAL = re.compile(r"\bpolynomials\[(\d+)\]")


def show(what: str, error: PolycoreError | str) -> None:
    """Show `what`, a sentence in Markdown, and the reason as plain text: st.error would read it as Markdown.

    Invisible characters in the reason are escaped, and the names of polycore's arguments become the labels of
    the inputs on the pages.
    """
    with st.container(border=True):
        st.markdown(f":material/error: **{what}**")
        st.text(visible(_with_page_labels(str(error))))


def _with_page_labels(reason: str) -> str:
    return _POLYNOMIAL.sub(r"p\1", _FIELD.sub(lambda match: LABELS[match[0]], reason))


def show_if_refused(what: str, action: Callable[[], object]) -> None:
    """Call `action`; if it raises PolycoreError, show `what` and the reason."""
    try:
        action()
    except PolycoreError as error:
        show(what, error)
