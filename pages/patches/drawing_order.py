"""Draw a few pages at a time, in the order in which they were requested.

Streamlit draws each page in a thread of its own. When a hundred visitors press Start within five seconds, all
these threads share one interpreter, so that everybody waits until nearly all pages are drawn: the first 7 s,
the median 14. In turns the first waits as long as for one page.

With a single place a page that waits for something, such as a file, would stop all others; with eight the
median was no better than with a hundred. After PATIENCE a page is drawn beside those that have a place.

Replaces `ScriptRunner._run_script` (streamlit/runtime/scriptrunner/script_runner.py).
Upstream: nothing known.
Needed as long as `test_streamlit_alone_draws_all_pages_at_once` passes.
"""

import threading

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

AT_ONCE = 4
PATIENCE = 10.0  # seconds

streamlits_own = ScriptRunner._run_script
_places = threading.BoundedSemaphore(AT_ONCE)
_waiting: set[ScriptRunner] = set()


def apply() -> None:
    """Let the pages of this server take turns."""
    ScriptRunner._run_script = _in_turn  # type: ignore[method-assign, assignment]


def is_crowded() -> bool:
    """Return whether pages wait to be drawn."""
    return bool(_waiting)


def _in_turn(runner: ScriptRunner, request: RerunData) -> None:
    has_place = _places.acquire(blocking=False)
    if not has_place:
        _waiting.add(runner)
        has_place = _places.acquire(timeout=PATIENCE)
        _waiting.discard(runner)
    try:
        streamlits_own(runner, request)
    finally:
        if has_place:
            _places.release()
