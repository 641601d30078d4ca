"""Requests of fragments that reach the server after their page was left.

Streamlit makes one request of two that wait: the way to another page and a tick of the page before become a
run of the page before, and the person's click is lost. A tick that comes while the other page is being drawn
runs after it, as a run of the page before, and the browser takes away what stands. Here such a request goes
no further: the fragments of a page that was left have nothing more to draw.
"""

from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

_request_rerun = AppSession.request_rerun
# the page that each session asked for last, by Streamlit's hash of it; "" where it asked by an address
_pages: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()


def drop_late_ticks() -> None:
    """See to it, in this server, that no fragment of a page that was left runs."""
    AppSession.request_rerun = _request_unless_late  # type: ignore[method-assign, assignment]


def _request_unless_late(session: AppSession, client_state: ClientState | None) -> None:
    if client_state is None or not _is_late(session, client_state):
        _request_rerun(session, client_state)


def _is_late(session: AppSession, asked: ClientState) -> bool:
    if not asked.fragment_id:
        _pages[session] = asked.page_script_hash
        return False
    page = _pages.get(session, "")
    return page not in ("", asked.page_script_hash)
