"""How many steps the next chunk of a run takes, and what is left of its budget."""

import math

from pages.server.turns import Turns

# Measured with one run: chunks of 200 ms make 82 to 96 % of the steps/s of a bare loop, chunks of 80 ms 65 %.
# With more runs than workers no worker is ever idle, and shorter chunks update each run more often: three
# times a second. But each chunk costs 2 ms beside the computing. The picture is drawn within these times.
CHUNK_SECONDS = 0.19
CROWDED_CHUNK_SECONDS = 0.1
SHORTEST_CHUNK_SECONDS = 0.05
LEAST_COMPUTING_SECONDS = 0.01  # of a chunk whose picture takes almost all its time
UPDATE_SECONDS = 0.3


class Pace:
    """What the chunks of a run have cost so far. Its owner sees to it that one thread uses it at a time."""

    def __init__(self, budget: float) -> None:
        """`budget`: seconds of computing, above 0."""
        self._budget = budget
        self.seconds = 0.0  # of computing, in all
        self._seconds_per_step: float | None = None
        self._computing_per_step = 0.0
        self._drawing = 0.0

    def take(self, steps: int, seconds: float, computing: float, drawing: float) -> None:
        """Count a chunk of so many steps, with the seconds it lasted, computed and drew its picture."""
        if steps > 0:  # no step is taken if the first one of the chunk diverges
            self._seconds_per_step = seconds / steps
            self._computing_per_step = computing / steps
        self._drawing = drawing
        self.seconds += computing

    @property
    def has_spent_budget(self) -> bool:
        """Whether what is left of the budget allows no other step."""
        return self._budget - self.seconds < self._computing_per_step

    def next_steps(self, shared: Turns) -> int:
        """Return the steps of the next chunk on a server with these runs."""
        if not self._seconds_per_step:
            return 1  # the speed is not known yet: a step may take a second
        seconds = max(LEAST_COMPUTING_SECONDS, _chunk_seconds(shared) - self._drawing)
        return max(1, int(min(seconds / self._seconds_per_step, self.affordable_steps())))

    def affordable_steps(self) -> float:
        """Return how many steps what is left of the budget allows, by the speed of the last chunk."""
        if not self._computing_per_step:
            return math.inf
        return (self._budget - self.seconds) / self._computing_per_step


def _chunk_seconds(shared: Turns) -> float:
    """Return how long a chunk lasts, so that every run is updated a few times a second."""
    if shared.running <= shared.workers:
        return CHUNK_SECONDS
    fair = UPDATE_SECONDS * shared.workers / shared.running
    return min(CROWDED_CHUNK_SECONDS, max(SHORTEST_CHUNK_SECONDS, fair))
