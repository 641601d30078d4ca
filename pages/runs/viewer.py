"""Whether the user who looks at a run is still there."""

from collections.abc import Callable
from time import monotonic

LEASE_SECONDS = 120.0  # a browser lets a hidden tab send a request about once a minute
GRACE_SECONDS = 10.0  # a refresh or a short network failure is not a closed tab


class Viewer:
    """The user who looks at a run. `clock` returns the time in seconds."""

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
