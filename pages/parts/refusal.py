"""Telling a person what could not be done, in words that may hold a stranger's text."""

from collections.abc import Callable

import streamlit as st

from polycore import PolycoreError
from polycore.visible import visible


def show(what: str, error: PolycoreError | str) -> None:
    """Show `what`, a sentence of ours, and the reason, as it is: st.error would read Markdown in it.

    What cannot be seen in the reason is shown as its escape.
    """
    with st.container(border=True):
        st.markdown(f":material/error: **{what}**")
        st.text(visible(str(error)))


def show_if_refused(what: str, action: Callable[[], object]) -> None:
    """Call `action`, and show why if it raises PolycoreError."""
    try:
        action()
    except PolycoreError as error:
        show(what, error)
