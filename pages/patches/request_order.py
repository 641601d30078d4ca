"""Let requests that wait be handled in their order.

While a page is drawn, Streamlit merges the requests that arrive into one: the values of the newest, then the
presses of the others. So two presses swap: a preset and Start, both while the page was being drawn, trained
the set-up before the preset and then showed the other. A value typed after a press counts before it.

With this patch such a request keeps the widget states of each, and their callbacks are called one request
after the other; the page is then drawn once. A press without a callback is left to the drawing, as before.

Replaces `_coalesce_widget_states` (streamlit/runtime/scriptrunner_utils/script_requests.py) and
`SessionState.on_script_will_rerun` (streamlit/runtime/state/session_state.py).
Upstream: nothing known.
Needed as long as `test_streamlit_alone_swaps_two_presses_that_wait` passes.
"""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.state.session_state import SessionState

NEXT = "polycore.next_request"  # in place of a widget's identifier: the states of the next request follow

streamlits_own = SessionState.on_script_will_rerun
streamlits_own_merge = script_requests._coalesce_widget_states


def apply() -> None:
    """Let this server handle waiting requests in their order."""
    script_requests._coalesce_widget_states = _joined  # type: ignore[assignment]
    SessionState.on_script_will_rerun = _in_order  # type: ignore[method-assign, assignment]


def _joined(old: WidgetStates | None, new: WidgetStates | None) -> WidgetStates | None:
    if not old or not new:
        return old or new
    joined = WidgetStates()
    joined.widgets.extend(old.widgets)
    joined.widgets.add(id=NEXT)
    joined.widgets.extend(new.widgets)
    return joined


def _in_order(state: SessionState, states: WidgetStates | None, **replayed: Any) -> None:
    if states is None:
        streamlits_own(state, states, **replayed)
        return
    *earlier, last = _requests(states)
    for request in earlier:
        last = streamlits_own_merge(_left_to_the_page(state, request), last) or last
        streamlits_own(state, request)
    streamlits_own(state, last, **replayed)


def _requests(states: WidgetStates) -> list[WidgetStates]:
    requests = [WidgetStates()]
    for widget in states.widgets:
        if widget.id == NEXT:
            requests.append(WidgetStates())
        else:
            requests[-1].widgets.append(widget)
    return requests


def _left_to_the_page(state: SessionState, request: WidgetStates) -> WidgetStates:
    left = WidgetStates()
    left.widgets.extend(widget for widget in request.widgets if not _has_callback(state, widget))
    return left


def _has_callback(state: SessionState, widget: WidgetState) -> bool:
    metadata = state._new_widget_state.widget_metadata.get(widget.id)
    return metadata is not None and bool(metadata.callback or metadata.callbacks)
