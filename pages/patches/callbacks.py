"""Let a widget's callback finish, even if the browser sends another request meanwhile.

If another request is waiting, Streamlit ends the run of a page at its next access to the session state. It
does so inside a widget's callback too, and takes the exception that ends it for the callback's own
`st.rerun()`: the press counts as handled, although the callback stopped halfway. A tab sends its name just
after its buttons appear, so a press in a page's first moment was lost. With this patch the callback finishes,
and the waiting request ends the run at the first access after it. A callback must draw no element: Streamlit
looks for requests there too.

Replaces `SafeSessionState.on_script_will_rerun` (streamlit/runtime/state/safe_session_state.py). The
exception is caught in `_run_callback_and_record_rerun` (streamlit/runtime/state/session_state.py).
Upstream: streamlit issue 10578, "Input events immediately terminate everything?", open; a maintainer calls it
a tradeoff for responsiveness.
Needed as long as `test_streamlit_alone_ends_a_callback_for_another_request` passes.
"""

from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

streamlits_own = SafeSessionState.on_script_will_rerun


def apply() -> None:
    """Let no request end a callback in this server."""
    SafeSessionState.on_script_will_rerun = _without_interruption  # type: ignore[method-assign, assignment]


def _without_interruption(state: SafeSessionState, *widgets: Any, **replayed: Any) -> None:
    end_run_if_requested = state._yield_callback
    _set_yield_callback(state, lambda: None)
    try:
        streamlits_own(state, *widgets, **replayed)
    finally:
        _set_yield_callback(state, end_run_if_requested)


def _set_yield_callback(state: SafeSessionState, callback: Any) -> None:
    # its own __setattr__ would write to the session state
    object.__setattr__(state, "_yield_callback", callback)
