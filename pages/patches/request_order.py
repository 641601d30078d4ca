"""Let requests that wait be handled in their order, and the values of each before its presses.

While a page is drawn, Streamlit merges the requests that arrive into one: the values of the newest, then the
presses of the others. So two presses swap: a preset and Start, both while the page was being drawn, trained
the set-up before the preset and then showed the other. A value typed after a press counts before it.

One request may have both too: a press on a button takes the focus from an input, which then sends what was
typed. Streamlit calls the callbacks of a request in the order in which the browser lists the widgets, so a
preset may come first, and what was typed before it counts after it.

With this patch a merged request keeps the widget states of each, and their callbacks are called one request
after the other, of each request first those of its values; the page is then drawn once. A press without a
callback is left to the drawing, as before.

Replaces `_coalesce_widget_states` (streamlit/runtime/scriptrunner_utils/script_requests.py) and
`SessionState.on_script_will_rerun` (streamlit/runtime/state/session_state.py).
Upstream: nothing known.
Needed as long as `test_streamlit_alone_swaps_two_presses_that_wait` or
`test_streamlit_alone_may_call_a_press_before_what_was_typed_before_it` passes.
"""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.state.session_state import SessionState

NEXT = "polycore.next_request"  # in place of a widget's identifier: the states of the next request follow

streamlits_own = SessionState.on_script_will_rerun
streamlits_own_merge = script_requests._coalesce_widget_states


def is_pressed(widget: WidgetState) -> bool:
    """Return whether a button or a component was pressed just now; later requests do not repeat it."""
    return widget.trigger_value or bool(widget.json_trigger_value)


def _counts_after_values(widget: WidgetState) -> bool:
    """Return whether it was pressed, or has files, which replace what there is as a press does."""
    return is_pressed(widget) or widget.HasField("file_uploader_state_value")


def apply() -> None:
    """Let this server handle waiting requests in their order, and values before presses."""
    script_requests._coalesce_widget_states = _joined  # type: ignore[assignment]
    SessionState.on_script_will_rerun = _in_order  # type: ignore[method-assign, assignment]


def _joined(old: WidgetStates | None, new: WidgetStates | None) -> WidgetStates | None:
    if not old or not new:
        return old or new
    return WidgetStates(widgets=[*old.widgets, WidgetState(id=NEXT), *new.widgets])


def _in_order(state: SessionState, states: WidgetStates | None, **replayed: Any) -> None:
    if states is None:
        streamlits_own(state, states, **replayed)
        return
    *earlier, last = _requests(states)
    for request in earlier:
        last = streamlits_own_merge(_left_to_the_page(state, request), last) or last
        _call_for_values(state, request)
        streamlits_own(state, request)
    _call_for_values(state, last)
    streamlits_own(state, last, **replayed)


def _call_for_values(state: SessionState, request: WidgetStates) -> None:
    """Call the callbacks of the values of a request with a press: they have not changed when it follows."""
    values = WidgetStates(widgets=[widget for widget in request.widgets if not _counts_after_values(widget)])
    if len(values.widgets) < len(request.widgets):
        streamlits_own(state, values)


def _requests(states: WidgetStates) -> list[WidgetStates]:
    requests = [WidgetStates()]
    for widget in states.widgets:
        if widget.id == NEXT:
            requests.append(WidgetStates())
        else:
            requests[-1].widgets.append(widget)
    return requests


def _left_to_the_page(state: SessionState, request: WidgetStates) -> WidgetStates:
    return WidgetStates(widgets=[widget for widget in request.widgets if not _has_callback(state, widget)])


def _has_callback(state: SessionState, widget: WidgetState) -> bool:
    metadata = state._new_widget_state.widget_metadata.get(widget.id)
    return metadata is not None and bool(metadata.callback or metadata.callbacks)
