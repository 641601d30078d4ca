"""How many steps a second a run takes, measured over the last few seconds."""

from collections import deque
from collections.abc import Callable
from time import monotonic

LEAST_SECONDS = 1.0  # of steps, before which a speed is a guess: the first chunks are short


class Speed:
    """Steps per second of wall-clock time, 0.0 while unknown. Older steps do not count: batches may grow."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """`seconds`: how far back it looks, at least LEAST_SECONDS. `clock` returns the time in seconds."""
        self._seconds = seconds
        self._clock = clock
        self._reached: deque[tuple[float, int]] | None = None
        self._steps_per_second = 0.0

    def begin(self) -> None:
        """Measure from the next step that is reached; until enough is known, the speed stays as it was.

        What comes before that step does not count: the start of a worker, or the preparation of points.
        """
        self._reached = deque()

    def end(self) -> None:
        """Let the speed stay as it is until `begin`."""
        self._reached = None

    def reach(self, step: int) -> float:
        """Note that the run is at this step now, and return the speed."""
        if self._reached is None:
            return self._steps_per_second
        now = self._clock()
        self._reached.append((now, step))
        while len(self._reached) > 2 and now - self._reached[1][0] >= self._seconds:
            self._reached.popleft()
        then, first = self._reached[0]
        if now - then >= LEAST_SECONDS:
            self._steps_per_second = (step - first) / (now - then)
        return self._steps_per_second
