"""Whether the browser tab that a page is drawn for is there, and whether its user looks at a run.

The connection of a tab ends as soon as the tab is closed or opens another site; a hidden tab
keeps its connection. A refresh or a short network failure ends it too, so callers wait a little before they
act.
"""

from collections.abc import Callable
from functools import partial
from time import monotonic

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

LEASE_SECONDS = 120.0  # a browser lets a hidden tab send a request about once a minute
GRACE_SECONDS = 10.0  # a refresh or a short network failure is not a closed tab


def of_this_tab() -> Callable[[], bool]:
    """Return a function that says whether the tab of this script run is connected; any thread may call it.

    Without a server, as when a page is run by itself, it always returns True.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return lambda: True
    return partial(runtime.get_instance().is_active_session, context.session_id)


def session_name() -> str | None:
    """Return the name by which the server knows this session; None without a server."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


class Presence:
    """Whether the user of a run is there, and looks at it. `clock` returns the time in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._is_there: Callable[[], bool] = lambda: True
        self.wait()

    def look(self, is_there: Callable[[], bool]) -> None:
        """Note that the user looks; `is_there` returns whether the tab is still there."""
        self._is_there = is_there
        self.wait()

    def wait(self) -> None:
        """Restart the times since the last look and since the tab was there."""
        self._looked_at = self._there_at = self._clock()

    def is_gone(self) -> bool:
        """Return whether the user has not looked, or the tab has been away, for too long."""
        now = self._clock()
        if self._is_there():
            self._there_at = now
        return now - self._looked_at >= LEASE_SECONDS or now - self._there_at >= GRACE_SECONDS
