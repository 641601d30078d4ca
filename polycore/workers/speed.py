"""How many steps a second a run takes, measured over the last few seconds."""

from collections import deque
from time import monotonic


class Speed:
    """Steps per second of wall-clock time. Older steps do not count: batches may grow."""

    def __init__(self, seconds: float) -> None:
        """`seconds`: how far back it looks."""
        self._seconds = seconds
        self._reached: deque[tuple[float, int]] = deque()
        self.steps_per_second = 0.0

    def begin(self, step: int) -> None:
        """Measure from this step and from now on; until the next one, the speed stays as it was."""
        self._reached = deque([(monotonic(), step)])

    def reach(self, step: int) -> None:
        """Note that the run is at this step now."""
        now = monotonic()
        self._reached.append((now, step))
        while len(self._reached) > 2 and now - self._reached[1][0] >= self._seconds:
            self._reached.popleft()
        then, first = self._reached[0]
        if now > then:
            self.steps_per_second = (step - first) / (now - then)
