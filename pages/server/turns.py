"""Whose turn it is to compute: as many runs at once as the workers can serve well; the others queue."""

import threading
from collections import deque
from functools import cache
from time import monotonic

from pages.server import hosting
from pages.server.pool import workers

# With five runs per worker, each gets a chunk of 60 ms three times a second: its map still moves smoothly.
# With more, every map would stutter; a queue keeps the first ones smooth and shows the others their position.
RUNS_PER_WORKER = 5
# A turn of 10 s shows a newcomer a trained map; with five waiting for each that runs, nobody waits a minute.
TURN_SECONDS = 10.0
WAITING_PER_RUN = 5


class Turn:
    """One run's turn, from its start or resumption until it pauses or ends. Every member is thread-safe."""

    def __init__(self, turns: "Turns") -> None:
        """Only `Turns.take` creates turns."""
        self._turns = turns
        self._came = threading.Event()
        self._began_at = 0.0

    @property
    def has_come(self) -> bool:
        """Whether the run may compute now."""
        return self._came.is_set()

    @property
    def ahead(self) -> int | None:
        """How many wait ahead of it; None if it has come or was given up."""
        return self._turns.ahead_of(self)

    def wait(self, seconds: float) -> bool:
        """Wait until it comes, at most `seconds`; return whether it has come."""
        return self._came.wait(seconds)

    def come(self) -> None:
        """Let the run compute from now on."""
        self._began_at = monotonic()
        self._came.set()

    def go_back(self) -> None:
        """Let the run wait again."""
        self._came.clear()

    def is_over(self) -> bool:
        """Return whether TURN_SECONDS of wall-clock time have passed since it came."""
        return monotonic() - self._began_at >= TURN_SECONDS

    def pass_on(self) -> None:
        """Go to the end of the queue if it is over and others wait."""
        self._turns.pass_on(self)

    def give_up(self) -> None:
        """End it for good, and let the first in the queue compute."""
        self._turns.give_up(self)


class Turns:
    """The turns that runs share: at most `most_running` compute, and `most_waiting` wait in order of arrival.

    workers: how many processes compute for them.
    """

    def __init__(self, workers: int, most_running: int, most_waiting: int) -> None:
        self.workers = workers
        self.most_running = most_running
        self.most_waiting = most_waiting
        self._lock = threading.Lock()
        self._running: set[Turn] = set()
        self._waiting: deque[Turn] = deque()

    @property
    def running(self) -> int:
        """How many runs compute now."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many runs wait."""
        return len(self._waiting)

    def resize(self, workers: int, most_running: int, most_waiting: int) -> None:
        """Continue with these numbers; runs that compute or wait stay."""
        if (workers, most_running, most_waiting) == (self.workers, self.most_running, self.most_waiting):
            return
        with self._lock:
            self.workers, self.most_running, self.most_waiting = workers, most_running, most_waiting
            self._fill()

    def take(self) -> Turn | None:
        """Return a turn that has come or waits at the end of the queue; None if the queue is full."""
        with self._lock:
            full = len(self._running) >= self.most_running
            if full and len(self._waiting) >= self.most_waiting:
                return None
            turn = Turn(self)
            self._waiting.append(turn)
            self._fill()
            return turn

    def pass_on(self, turn: Turn) -> None:
        """See `Turn.pass_on`."""
        with self._lock:
            if self._waiting and turn in self._running and turn.is_over():
                self._running.remove(turn)
                turn.go_back()
                self._waiting.append(turn)
                self._fill()

    def give_up(self, turn: Turn) -> None:
        """See `Turn.give_up`."""
        with self._lock:
            if turn in self._running:
                self._running.remove(turn)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            self._fill()

    def ahead_of(self, turn: Turn) -> int | None:
        """See `Turn.ahead`."""
        with self._lock:
            return self._waiting.index(turn) if turn in self._waiting else None

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.most_running:
            turn = self._waiting.popleft()
            self._running.add(turn)
            turn.come()


def of_this_server() -> Turns:
    """Return the turns that all runs of this server share; they grow with a cluster."""
    shared = _shared()
    shared.resize(*_sizes())
    return shared


@cache
def _shared() -> Turns:
    return Turns(*_sizes())


def _sizes() -> tuple[int, int, int]:
    """Return the number of workers, and how many runs may compute at once and wait."""
    limits = hosting.limits()
    most_running, most_waiting = limits.max_running, limits.max_waiting
    if most_running is None:
        most_running = RUNS_PER_WORKER * workers.count
    if most_waiting is None:
        most_waiting = WAITING_PER_RUN * most_running
    return workers.count, most_running, most_waiting
