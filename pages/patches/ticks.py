"""Which requests of fragments are answered: none of a page that was left, and in a crowd not every tick.

Streamlit makes one request of two that wait: the way to another page and a tick of the page before become a
run of the page before, and the person's click is lost. A tick that comes while the other page is being drawn
runs after it, as a run of the page before, and the browser takes away what stands. Here such a request goes
no further: the fragments of a page that was left have nothing more to draw.

A request for a whole page may come late too. A tab tells its name as soon as the script for that has come; on
a slow network somebody may have left the page by then. And a tap on a link, while one types, sends the way to
the other page before what was typed. Either is answered on the page that was asked for last.

Nor does a tick go further that comes before its turn. Browsers ask as often as one alone may have it; where
many watch their runs, the server would draw for one what it has not yet sent before, and everybody's clicks
would wait.
"""

from time import monotonic
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

# A tick of the Train page takes 45 to 65 ms of a core that is shared: those of all together half of one.
SECONDS_BETWEEN = 0.1  # for each session that watches
WATCHED_SECONDS = 5.0  # a session watches that has ticked in so long
EARLY = 0.9  # a browser's clock is not the server's

_request_rerun = AppSession.request_rerun
# the page that each session asked for last: Streamlit's hash of it, or "" for one asked by address; its query
_pages: WeakKeyDictionary[AppSession, tuple[str, str]] = WeakKeyDictionary()
# when each fragment of that page was answered last
_answered: WeakKeyDictionary[AppSession, dict[str, float]] = WeakKeyDictionary()


def answer_in_turn() -> None:
    """See to it, in this server, that fragments run when they may."""
    AppSession.request_rerun = _request_in_turn  # type: ignore[method-assign, assignment]


def _request_in_turn(session: AppSession, asked: ClientState | None) -> None:
    if asked is not None and asked.fragment_id:
        if _is_late(session, asked) or (asked.is_auto_rerun and not _has_turn(session, asked.fragment_id)):
            return
    elif asked is not None:
        # the way to another page has no inputs with it: what has some comes from the page that is shown
        if asked.widget_states.widgets and _is_late(session, asked):
            asked.page_script_hash, asked.query_string = _pages[session]
        _pages[session] = asked.page_script_hash, asked.query_string
        _answered.pop(session, None)
    _request_rerun(session, asked)


def _is_late(session: AppSession, asked: ClientState) -> bool:
    last, _ = _pages.get(session, ("", ""))
    return last not in ("", asked.page_script_hash)


def _has_turn(session: AppSession, fragment: str) -> bool:
    now = monotonic()
    ticks = _answered.setdefault(session, {})
    if now - ticks.get(fragment, -1e9) < EARLY * SECONDS_BETWEEN * _watching(now):
        return False
    ticks[fragment] = now
    return True


def _watching(now: float) -> int:
    return sum(now - max(ticks.values(), default=-1e9) < WATCHED_SECONDS for ticks in _answered.values())
