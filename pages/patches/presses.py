"""Presses that are answered whole, whatever else the browser asks for meanwhile.

Streamlit ends a run of a page at its next use of the session's state, or of an element, once another
request has come. It does so within a widget's callback too, and takes that end for the callback's own: what
was pressed counts as answered, and is lost or half done. A tab tells its name just when its buttons have come
to stand: somebody who pressed one a moment before saw nothing happen. Here callbacks run to their end, and
the next request comes then.
"""

from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

_call_callbacks = SafeSessionState.on_script_will_rerun


def answer_whole() -> None:
    """See to it, in this server, that no request ends the callbacks of another one."""
    SafeSessionState.on_script_will_rerun = _call_whole  # type: ignore[method-assign, assignment]


def _call_whole(state: SafeSessionState, *widgets: Any, **replayed: Any) -> None:
    look_for_requests = state._yield_callback
    _let(state, lambda: None)
    try:
        _call_callbacks(state, *widgets, **replayed)
    finally:
        _let(state, look_for_requests)


def _let(state: SafeSessionState, look_for_requests: Any) -> None:
    # past its own __setattr__, which sets what the session has
    object.__setattr__(state, "_yield_callback", look_for_requests)
