"""Whose turn it is to compute: as many runs at once as the workers can serve well; the others queue."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from time import monotonic

from polycore.workers.chunk import CHUNK_SECONDS
from polycore.workers.cluster import Cluster
from polycore.workers.processes import Workers

# With fifteen runs per worker, each gets a chunk of 50 ms more than once a second: its map still moves. With
# more it would not; a queue keeps the first ones lively and shows the others their position.
RUNS_PER_WORKER = 15
# A turn of 10 s shows a newcomer a trained map; with five waiting for each that runs, nobody waits a minute.
TURN_SECONDS = 10.0
WAITING_PER_RUN = 5
MOST_OF_ONE_OWNER = 2  # entries, as long as others might want the workers
# With more runs than workers no worker is ever idle, and shorter chunks update each run more often: three
# times a second. But each chunk costs 2 ms beside the computing.
CROWDED_CHUNK_SECONDS = 0.1
SHORTEST_CHUNK_SECONDS = 0.05
UPDATE_SECONDS = 0.3


class Entry:
    """One place among the runs that compute or wait, for one run or several that share it.

    slot: held by the one run whose chunk is computed now, so that no entry has more than its share.
    """

    def __init__(self, run: Hashable, is_new: bool, clock: Callable[[], float]) -> None:
        """`run` names what its runs compute if that is the same for all; None if nobody else computes it.

        is_new: whether no page has had a map of its runs.
        """
        self.run = run
        self.is_new = is_new
        self._clock = clock
        self.turns: list[Turn] = []
        self.slot = threading.Lock()
        self._came = threading.Event()
        self._began_at = 0.0

    @property
    def has_come(self) -> bool:
        """Whether its runs may compute now."""
        return self._came.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until they may, at most `seconds`; return whether they may."""
        return self._came.wait(seconds)

    def come(self) -> None:
        """Let its runs compute from now on."""
        self._began_at = self._clock()
        self._came.set()

    def go_back(self) -> None:
        """Let its runs wait again."""
        self._came.clear()

    def is_over(self) -> bool:
        """Return whether TURN_SECONDS of wall-clock time have passed since its turn came."""
        return self._clock() - self._began_at >= TURN_SECONDS


class Turn:
    """One run's turn, from its start or resumption until it pauses or ends. Every member is thread-safe."""

    def __init__(self, turns: "Turns", entry: Entry, owner: Hashable) -> None:
        """Only `Turns.take` creates turns."""
        self._turns = turns
        self.entry = entry
        self.owner = owner
        self.rests = False  # whether its run does nothing for a while

    @property
    def has_come(self) -> bool:
        """Whether the run may compute now."""
        return self.entry.has_come

    @property
    def ahead(self) -> int | None:
        """How many entries wait ahead of it; None if it has come or was given up."""
        turns, entry = self._turns, self.entry
        with turns._lock:
            return turns._waiting.index(entry) if entry in turns._waiting else None

    def wait(self, seconds: float) -> bool:
        """Wait until it comes, at most `seconds`; return whether it has come."""
        return self.entry.wait(seconds)

    def pass_on(self, *, is_new: bool = False) -> None:
        """Go to the end of the queue if others wait and it is over, or if it is not new and one of them is.

        is_new: whether its page has had no map yet.
        """
        turns, entry = self._turns, self.entry
        with turns._lock:
            turns._fill()  # a cluster may have grown
            entry.is_new &= is_new
            yields = turns._waiting and ((turns._waiting[0].is_new and not entry.is_new) or entry.is_over())
            if yields and entry in turns._running:
                turns._running.remove(entry)
                entry.go_back()
                turns._settle(entry)

    def rest(self) -> None:
        """Let others compute until `come_back`: the run does nothing meanwhile. It keeps its admission."""
        turns = self._turns
        with turns._lock:
            self.rests = True
            turns._settle(self.entry)

    def come_back(self) -> None:
        """Compute again, now or at the end of the queue."""
        turns = self._turns
        with turns._lock:
            self.rests = False
            turns._settle(self.entry)

    def give_up(self) -> None:
        """End it for good, and let the first in the queue compute."""
        turns, entry = self._turns, self.entry
        with turns._lock:
            if self in entry.turns:
                entry.turns.remove(self)
            turns._settle(entry)


class Turns:
    """The turns that runs share: some entries compute, as many as suit the workers, and some wait in a queue.

    film: held while a film is drawn, which takes some seconds of the server's own core.
    landscape: held while workers compute a landscape, or measure a network of a class, beside runs.
    taken, refused: how many entries there have been, and how many runs the full queue has refused.
    """

    def __init__(
        self,
        workers: Workers | Cluster,
        most_running: int | None = None,
        most_waiting: int | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Numbers that are None suit the number of workers, and grow with a cluster.

        `clock` returns the time in seconds.
        """
        self._workers = workers
        self._clock = clock
        self._most_running, self._most_waiting = most_running, most_waiting
        self.film = threading.Lock()
        self.landscape = threading.Semaphore(max(1, workers.count // 2))
        self.taken = self.refused = 0
        self._lock = threading.Lock()
        self._running: set[Entry] = set()
        self._resting: set[Entry] = set()
        self._waiting: deque[Entry] = deque()

    @property
    def workers(self) -> int:
        """How many runs the workers compute at the same time."""
        return self._workers.count

    @property
    def most_running(self) -> int:
        """How many entries may compute by turns."""
        return RUNS_PER_WORKER * self.workers if self._most_running is None else self._most_running

    @property
    def most_waiting(self) -> int:
        """How many entries may wait."""
        return WAITING_PER_RUN * self.most_running if self._most_waiting is None else self._most_waiting

    @property
    def running(self) -> int:
        """How many entries compute now."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many entries wait."""
        return len(self._waiting)

    @property
    def chunk_seconds(self) -> float:
        """How long chunks last with the current number of runs: each is updated a few times a second."""
        if self.running <= self.workers:
            return CHUNK_SECONDS
        fair = UPDATE_SECONDS * self.workers / self.running
        return min(CROWDED_CHUNK_SECONDS, max(SHORTEST_CHUNK_SECONDS, fair))

    def take(self, run: Hashable = None, owner: Hashable = None, *, is_new: bool = False) -> Turn | None:
        """Return a turn that has come or waits in the queue; None if the queue is full.

        run: names the computation if others may share it; those who compute the same share one entry.
        owner: one that has two entries already gets a share of one of them, unless a worker is idle. None
            owns as many as it likes.
        is_new: whether a page is to have its first map of it: it waits ahead of those that have had one.
        """
        with self._lock:
            self._fill()
            same = (one for one in self._entries() if run is not None and one.run == run)
            entry = next(same, None) or self._owned(owner)
            if entry is None:
                if self._is_full():
                    self.refused += 1
                    return None
                entry = Entry(run, is_new, self._clock)
                self.taken += 1
            turn = Turn(self, entry, owner)
            entry.turns.append(turn)
            self._settle(entry)
            return turn

    def _is_full(self) -> bool:
        """Return whether there is room for no other entry; those that rest will come back."""
        free = self.most_running - len(self._running)
        beyond = max(0, len(self._resting) - max(0, free))  # as if they waited
        return free <= len(self._resting) and len(self._waiting) + beyond >= self.most_waiting

    def _owned(self, owner: Hashable) -> Entry | None:
        """Return the entry of `owner` with the fewest runs, if it may not have another one."""
        if owner is None or (len(self._running) < self.workers and not self._waiting):
            return None
        own = [one for one in self._entries() if any(turn.owner == owner for turn in one.turns)]
        return min(own, key=lambda one: len(one.turns)) if len(own) >= MOST_OF_ONE_OWNER else None

    def _entries(self) -> tuple[Entry, ...]:
        return (*self._running, *self._waiting, *self._resting)

    def _settle(self, entry: Entry) -> None:
        """Let an entry compute or wait if any of its runs does, rest if all of them do, or be forgotten."""
        if any(not turn.rests for turn in entry.turns):
            if entry not in self._running and entry not in self._waiting:
                self._resting.discard(entry)
                ahead = [one for one in self._waiting if one.is_new or not entry.is_new]
                self._waiting.insert(len(ahead), entry)
        else:
            if entry in self._running:
                self._running.remove(entry)
            elif entry in self._waiting:
                self._waiting.remove(entry)
            self._resting.discard(entry)
            if entry.turns:
                entry.go_back()
                self._resting.add(entry)
        self._fill()

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.most_running:
            entry = self._waiting.popleft()
            self._running.add(entry)
            entry.come()
