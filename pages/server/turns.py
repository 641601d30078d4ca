"""Whose turn it is to compute: so many runs at once as the workers can serve well, the others in a queue."""

import threading
from collections import deque
from functools import cache
from time import monotonic

from pages.server import hosting
from pages.server.pool import workers

# With five runs a worker each gets a chunk of 60 ms three times a second: its map still moves. More at once
# would make every map stutter; a queue lets the first ones move well and tells the others their place.
RUNS_A_WORKER = 5
# A turn of 10 s shows a newcomer a trained map; with five waiting for each that runs nobody waits a minute.
TURN_SECONDS = 10.0
WAITING_A_RUN = 5


class Turn:
    """One run's place, from when it begins or goes on until it rests. Every member is for any thread."""

    def __init__(self, turns: "Turns") -> None:
        """For `Turns.take` alone."""
        self._turns = turns
        self._came = threading.Event()
        self._began_at = 0.0

    @property
    def has_come(self) -> bool:
        """Whether it may compute now."""
        return self._came.is_set()

    @property
    def place(self) -> int | None:
        """How many wait before it; None where it has come, or was given up."""
        return self._turns.place_of(self)

    def wait(self, seconds: float) -> bool:
        """Wait until it comes, or for so long; return whether it has come."""
        return self._came.wait(seconds)

    def come(self) -> None:
        """Let it compute from now on."""
        self._began_at = monotonic()
        self._came.set()

    def go_back(self) -> None:
        """Let it wait again."""
        self._came.clear()

    def is_over(self) -> bool:
        """Whether it has had its seconds, of time that passes: a turn among many computes less."""
        return monotonic() - self._began_at >= TURN_SECONDS

    def hand_on(self) -> None:
        """Go to the end of the queue, where its seconds are over and others wait."""
        self._turns.hand_on(self)

    def give_up(self) -> None:
        """Leave for good, and let the first who waits come."""
        self._turns.give_up(self)


class Turns:
    """The turns that runs share: `most_running` at once, `most_waiting` behind them in the order they came.

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
        """How many compute now."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def make_room(self, workers: int, most_running: int, most_waiting: int) -> None:
        """Go on with so many; nobody who runs or waits is sent away."""
        if (workers, most_running, most_waiting) == (self.workers, self.most_running, self.most_waiting):
            return
        with self._lock:
            self.workers, self.most_running, self.most_waiting = workers, most_running, most_waiting
            self._let_come()

    def take(self) -> Turn | None:
        """Return a turn that has come, or waits at the end of the queue; None where the queue is full."""
        with self._lock:
            full = len(self._running) >= self.most_running
            if full and len(self._waiting) >= self.most_waiting:
                return None
            turn = Turn(self)
            self._waiting.append(turn)
            self._let_come()
            return turn

    def hand_on(self, turn: Turn) -> None:
        """As `Turn.hand_on`."""
        with self._lock:
            if self._waiting and turn in self._running and turn.is_over():
                self._running.remove(turn)
                turn.go_back()
                self._waiting.append(turn)
                self._let_come()

    def give_up(self, turn: Turn) -> None:
        """As `Turn.give_up`."""
        with self._lock:
            if turn in self._running:
                self._running.remove(turn)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            self._let_come()

    def place_of(self, turn: Turn) -> int | None:
        """As `Turn.place`."""
        with self._lock:
            return self._waiting.index(turn) if turn in self._waiting else None

    def _let_come(self) -> None:
        while self._waiting and len(self._running) < self.most_running:
            turn = self._waiting.popleft()
            self._running.add(turn)
            turn.come()


def of_this_server() -> Turns:
    """Return the turns that all runs of this server share; a cluster that has grown serves more at once."""
    shared = _shared()
    shared.make_room(*_room())
    return shared


@cache
def _shared() -> Turns:
    return Turns(*_room())


def _room() -> tuple[int, int, int]:
    """Return how many workers there are, and how many runs may compute at once and wait."""
    limits = hosting.limits()
    most_running, most_waiting = limits.max_running, limits.max_waiting
    if most_running is None:
        most_running = RUNS_A_WORKER * workers.count
    if most_waiting is None:
        most_waiting = WAITING_A_RUN * most_running
    return workers.count, most_running, most_waiting
