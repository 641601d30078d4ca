"""Whether a page shows the session's run as advancing.

A run may end while its page is drawn. Every part of the page then goes by what the first one saw, so that
they agree; the run's next frame has the page drawn again.
"""

import streamlit as st

from pages.state import session

KEY = "running.shown"


def look() -> None:
    """Note whether the run advances now. Each page does this once, before it draws or collects anything."""
    training = session.current().training
    st.session_state[KEY] = training is not None and training.is_active


def is_running() -> bool:
    """Return whether the run advanced when the page began to be drawn."""
    return bool(st.session_state[KEY])
