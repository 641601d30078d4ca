"""Drop or redirect the rerun requests of a page that the user has left.

Streamlit merges two waiting requests into one, and the newer one decides which page runs. If a user opens
another page and a request of a fragment of the old page arrives next, such as a dialog's, the old page
runs, and the click is lost. One that arrives while the new page is being drawn runs after it, as a run of the
old page, and the browser removes the new page's elements. Such requests are dropped: the fragments of the old
page have nothing more to draw.

A request for a whole page may be late too. On a slow network a tab sends its name when its script has loaded,
and the user may have left the page by then. A tap on a link while typing sends the request for the new page
first, and then the typed value. Both are redirected to the page that was requested last.

A tab may also send a value after the new page has begun to reach it and before its address has changed. If
that ends the first run of the new page, nobody has read the query that the user opened: the request gets it,
as long as the page has not said under ARRIVED_AT that it was read.

A browser puts all presses of one moment into one request, which names the fragment of one of them: Streamlit
draws that alone, although another press was elsewhere. Such a request becomes one for the whole page. The
state of an uploader is no press: a browser sends it with each request of its page.

Replaces `AppSession.request_rerun` (streamlit/runtime/app_session.py). Requests are merged in
`ScriptRequests._request_rerun_locked` (streamlit/runtime/scriptrunner_utils/script_requests.py).
Upstream: streamlit pull request 9617, "[Fix] Clear fragment autoreruns when changing pages", merged: the
browser sends no more ticks once the page changes; one that is on its way still arrives. No issue is known.
Needed as long as `test_streamlit_alone_returns_to_a_page_that_was_left`,
`test_streamlit_alone_draws_a_page_without_the_query_that_was_opened` (`_is_early`) or
`test_streamlit_alone_draws_no_press_outside_of_a_fragment` (`_has_presses_elsewhere`) passes.
"""

from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

from pages.patches.request_order import is_pressed

streamlits_own = AppSession.request_rerun
# of the page that each session requested last: its hash ("" if it was opened by its address) and its query
_last_pages: WeakKeyDictionary[AppSession, tuple[str, str]] = WeakKeyDictionary()
# in the session state: Streamlit's hash of the page that has read its query
ARRIVED_AT = "arrival.page"


def apply() -> None:
    """Let requests of a page that was left neither run nor replace another page in this server."""
    AppSession.request_rerun = _request_rerun  # type: ignore[method-assign, assignment]


def _request_rerun(session: AppSession, request: ClientState | None) -> None:
    if request is not None and request.fragment_id and not _has_presses_elsewhere(session, request):
        if _is_late(session, request):
            return
    elif request is not None:
        request.fragment_id = ""
        # a request for another page carries no widget values: one that does comes from the page that is shown
        if request.widget_states.widgets:
            if _is_late(session, request):
                request.page_script_hash, request.query_string = _last_pages[session]
            elif _is_early(session, request):
                request.query_string = _last_pages[session][1]
        _last_pages[session] = request.page_script_hash, request.query_string
    streamlits_own(session, request)


def _has_presses_elsewhere(session: AppSession, request: ClientState) -> bool:
    """Return whether a press in a fragment's request is on something outside of that fragment."""
    known = session.session_state._new_widget_state.widget_metadata
    pressed = [known.get(widget.id) for widget in request.widget_states.widgets if is_pressed(widget)]
    return any(each is not None and each.fragment_id != request.fragment_id for each in pressed)


def _is_late(session: AppSession, request: ClientState) -> bool:
    last_page, _ = _last_pages.get(session, ("", ""))
    return last_page not in ("", request.page_script_hash)


def _is_early(session: AppSession, request: ClientState) -> bool:
    """Return whether the user has opened that page and no run of it has read the query."""
    last_page, _ = _last_pages.get(session, ("", ""))
    has_arrived = ARRIVED_AT in session.session_state and session.session_state[ARRIVED_AT] == last_page
    return last_page != "" and last_page == request.page_script_hash and not has_arrived
