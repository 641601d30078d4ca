"""Whether the visitor has just arrived at the page: by a link, by Back, or in a new session.

Only then does the query of a request say what the address says. A later request carries the query that the
browser showed when it sent the request, and the answer to an earlier press may be about to change that.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.patches.rerun_requests import ARRIVED_AT


def is_new() -> bool:
    """Return whether this run of the page is the first since the visitor arrived."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return True
    return context.is_history_navigation or st.session_state.get(ARRIVED_AT) != context.page_script_hash


def settle() -> None:
    """Note that the visitor has arrived: the address was read, or a button has changed what it is to say."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        st.session_state[ARRIVED_AT] = context.page_script_hash
