"""Draw a few pages at a time, in the order in which they were requested.

Streamlit draws each page in a thread of its own. When a hundred visitors press Start within five seconds, all
these threads share one interpreter, so that everybody waits until nearly all pages are drawn: the medians of
their first maps were 11 to 14 s. In turns (pages/server/drawing_queue.py) the first waits as long as for one
page. A page whose callback or script asks for another run waits again before that.

Replaces `ScriptRunner._run_script` and `ScriptRunner._on_script_finished`
(streamlit/runtime/scriptrunner/script_runner.py).
Upstream: nothing known.
Needed as long as `test_streamlit_alone_draws_all_pages_at_once` passes.
"""

from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from pages.server import server

streamlits_own = ScriptRunner._run_script
_streamlits_end = ScriptRunner._on_script_finished


def apply() -> None:
    """Let the pages of this server take turns."""
    ScriptRunner._run_script = _in_turn  # type: ignore[method-assign, assignment]
    ScriptRunner._on_script_finished = _pass_on_after  # type: ignore[method-assign, assignment]


def _in_turn(runner: ScriptRunner, request: RerunData) -> None:
    with server.current().drawing.place():
        streamlits_own(runner, request)


def _pass_on_after(runner: ScriptRunner, context: Any, event: ScriptRunnerEvent, *rest: Any) -> None:
    _streamlits_end(runner, context, event, *rest)
    if event is ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN:
        with server.current().drawing.aside():
            pass
