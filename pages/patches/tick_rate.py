"""How often the fragments of a page may tick, if many users watch their sweeps at once.

A browser sends ticks as often as a single user may have them. With many users the server would draw updates
that it cannot send in time, and every click would wait behind them.

Only sweeps poll: their tables once a second (pages/compare/sweep_view.py), and one line on other pages
(pages/frame/sweep_ticker.py). Thirty users who watch the tables of theirs would need more than a core.

`rerun_requests` drops the ticks that are not due. Upstream has no such limit; this file can go when sweeps
follow frames, as runs do.
"""

from time import monotonic
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

# A tick of a sweep's table takes 40 to 67 ms of a core that is shared: all ticks together take half a core.
SECONDS_BETWEEN = 0.1  # for each session that watches
WATCHED_SECONDS = 5.0  # a session watches if its last tick is not older
EARLY = 0.9  # a browser's clock is not the server's

# when each fragment of the page that a session shows was last allowed to tick
_ticked_at: WeakKeyDictionary[AppSession, dict[str, float]] = WeakKeyDictionary()


def is_due(session: AppSession, request: ClientState) -> bool:
    """Return whether the request of a fragment may run now. One that the user made always may."""
    if not request.is_auto_rerun:
        return True
    now = monotonic()
    ticks = _ticked_at.setdefault(session, {})
    if now - ticks.get(request.fragment_id, -1e9) < EARLY * SECONDS_BETWEEN * _watching(now):
        return False
    ticks[request.fragment_id] = now
    return True


def forget(session: AppSession) -> None:
    """Forget the ticks of a session, as its page is drawn again."""
    _ticked_at.pop(session, None)


def _watching(now: float) -> int:
    return sum(now - max(ticks.values(), default=-1e9) < WATCHED_SECONDS for ticks in _ticked_at.values())
