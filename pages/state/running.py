"""Whether a page shows the session's run as advancing.

A run may end while its page is being drawn. All parts of the page use its status from before, so that they
agree; the run's next frame then causes the page to be drawn again.
"""

import streamlit as st

from pages.state import session

KEY = "running.shown"


def note() -> None:
    """Note whether the run advances now. Each page calls this once, before it uses anything of the run."""
    training = session.current().training
    st.session_state[KEY] = training is not None and training.is_active


def is_running() -> bool:
    """Return whether the run advanced when the page began to be drawn."""
    return bool(st.session_state[KEY])
