"""Draw a few pages at a time, about in the order in which they were requested.

Streamlit draws each page in a thread of its own. When a hundred visitors press Start within five seconds, all
these threads share one interpreter, so that everybody waits until nearly all pages are drawn: the medians of
their first maps were 11 to 14 s. In turns the first waits as long as for one page.

On a busy machine the median was 10 s with one page at a time, 7 with two, 4 to 5 with four, 7 with eight, and
10 with sixteen. After PATIENCE a page is drawn beside those that have a place, which may wait for others.

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


def apply() -> None:
    """Let the pages of this server take turns."""
    ScriptRunner._run_script = _in_turn  # type: ignore[method-assign, assignment]


def _in_turn(runner: ScriptRunner, request: RerunData) -> None:
    has_place = _places.acquire(timeout=PATIENCE)
    try:
        streamlits_own(runner, request)
    finally:
        if has_place:
            _places.release()
