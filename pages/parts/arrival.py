"""Whether somebody has just come to the page that is drawn: by a link, by Back, or in a new session.

Then alone the query of a request is what the address says. Any later request has the query that the browser
showed as it was sent, and what was pressed or drawn before may change that on its way.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

KEY = "arrival.page"


def is_new() -> bool:
    """Return whether this run of the page is the first since somebody came."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return True
    return context.is_history_navigation or st.session_state.get(KEY) != context.page_script_hash


def settle() -> None:
    """Let the page be come to: its address has been read, or a button has made it say something else."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        st.session_state[KEY] = context.page_script_hash
