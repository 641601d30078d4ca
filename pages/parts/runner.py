"""How a run advances while its page lives: chunk by chunk in other processes, chained by one small thread."""

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from time import monotonic, perf_counter, process_time
from typing import Literal, NamedTuple

from polycore import Model, PolycoreError, Run

Status = Literal["ready", "running", "paused", "stopped", "finished", "failed"]
Advance = Callable[[Run, int], Run]
# the run at its end, the seconds that its steps took, and the processor time among them
Chunk = tuple[Run, float, float]

# Measured with one run: chunks of 200 ms make 82 to 96 % of the steps/s of a bare loop, chunks of 80 ms 65 %.
# In a crowd no worker is ever idle, and shorter chunks give each run its turn sooner.
CHUNK_SECONDS = 0.2
CROWDED_CHUNK_SECONDS = 0.1
CROWD = 3  # runs
MAX_RUNNING = 64  # runs in this server: with two workers each has its turn every three seconds
LEASE_SECONDS = 120.0  # a browser lets a hidden tab ask about once a minute
MAX_DEATHS = 3  # workers that die over the same chunk
SPEED_SECONDS = 2.0  # over which steps_per_second is taken
MOST_MARKS = 400
MAX_SENTENCE = 300  # characters

_logger = logging.getLogger(__name__)


class Mark(NamedTuple):
    """What a run had reached at the end of a chunk.

    seconds: how long workers had computed for it.
    best_loss: lowest so far, in nats. held_out_accuracy: the latest measured, as a share.
    """

    seconds: float
    step: int
    best_loss: float
    held_out_accuracy: float


class Training:
    """A run that advances by itself from `start` on. Every member may be used from any thread.

    Nothing waits for a worker: the status changes at once, and the chunk under way at a pause or a stop is
    dropped, so that the run stays at the step that the person saw. A page that polls calls `seen`, then reads
    `status`, then `run`: the last run is there before the status that says so.
    """

    def __init__(self, run: Run, executor: Executor, advance: Advance, budget: float = math.inf) -> None:
        """`advance` is pure, and importable where the executor computes.

        `budget`: seconds of computing, above 0, after which it is finished, at the end of a chunk. The last
        chunks are cut to what is left: it is passed only where steps take longer than those before.
        """
        self._executor = executor
        self._advance = advance
        self._budget = budget
        self._run = run
        self._best: tuple[int, Model] | None = None
        self._status: Status = "finished" if run.done else "ready"
        self._error: str | None = None
        self._seconds = 0.0
        self._seconds_per_step: float | None = None
        self._computing_per_step = 0.0
        self._marks = _Marks(_mark(0.0, run))
        self._speed = _Speed()
        self._seen_at = monotonic()
        self._asleep = False
        self._changed = threading.Condition()
        # counts the changes of status: what was asked for in one generation is never taken in another
        self._generation = 0

    @property
    def run(self) -> Run:
        """The run at the end of the latest chunk."""
        return self._run

    @property
    def best(self) -> Model:
        """The run's best model so far, the same object as long as no better one comes: measuring it costs."""
        run, best = self._run, self._best
        if best is None or best[0] != run.best_step:
            # of a copy: a run keeps the models it was asked for, and would carry them to the workers
            best = self._best = (run.best_step, replace(run).best)
        return best[1]

    @property
    def status(self) -> Status:
        """Where it stands; "paused" also after a single step, and where nobody has looked for two minutes."""
        return self._status

    @property
    def error(self) -> str | None:
        """A sentence on why it failed or did not start, else None."""
        return self._error

    @property
    def seconds(self) -> float:
        """How long workers have computed for this run: processor time, whatever else the machine does."""
        return self._seconds

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What it had reached at its beginning and chunk by chunk, thinned evenly; the last is the latest."""
        return self._marks.all

    @property
    def steps_per_second(self) -> float:
        """Its speed over the last two seconds in which it ran; 0.0 before the first chunk."""
        return self._speed.steps_per_second

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at that speed; None where there is none yet."""
        run, speed = self._run, self.steps_per_second
        if run.done:
            return 0.0
        return (run.experiment.steps - run.step) / speed if speed else None

    def start(self) -> None:
        """Begin to advance. Does nothing unless ready."""
        self._go(("ready",), self._chain)

    def resume(self) -> None:
        """Go on. Does nothing unless paused or failed."""
        self._go(("paused", "failed"), self._chain)

    def step(self) -> None:
        """Take one step and pause. Does nothing unless ready, paused or failed."""
        self._go(("ready", "paused", "failed"), self._take_one_step)

    def pause(self) -> None:
        """Stay at the latest chunk until `resume`, even where the run only slept unseen."""
        with self._changed:
            self._asleep = False
            if self._status == "running":
                self._become("paused")

    def stop(self) -> None:
        """End for good at the latest chunk. Does nothing where it is finished."""
        with self._changed:
            self._asleep = False
            if self._status != "finished":
                self._become("stopped")

    def seen(self) -> None:
        """Note that somebody looks: a run that nobody looks at pauses, and goes on when it is seen again."""
        with self._changed:
            self._seen_at = monotonic()
            if self._asleep:
                self.resume()

    def _go(self, allowed: tuple[Status, ...], action: Callable[[int], None]) -> None:
        with self._changed:
            if self._status not in allowed:
                return
            if not _crowd.enter():
                self._error = (
                    f"{MAX_RUNNING} runs are under way on this server already. Try again in a minute."
                )
                return
            self._error = None
            self._asleep = False
            self._seen_at = monotonic()
            self._speed.begin(self._run.step)
            self._become("running")
            threading.Thread(target=action, args=(self._generation,), daemon=True).start()

    def _become(self, status: Status) -> None:
        if self._status == "running":
            _crowd.leave()
        self._status = status
        self._generation += 1
        self._changed.notify_all()

    def _chain(self, generation: int) -> None:
        while generation == self._generation:
            self._advance_by(self._steps(), generation)
            self._sleep_unless_seen(generation)

    def _take_one_step(self, generation: int) -> None:
        self._advance_by(1, generation)
        with self._changed:
            if generation == self._generation:
                self._become("paused")

    def _steps(self) -> int:
        if not self._seconds_per_step:
            return 1  # nothing is known yet: a step may take a second
        seconds = CHUNK_SECONDS if _crowd.size < CROWD else CROWDED_CHUNK_SECONDS
        steps = seconds / self._seconds_per_step
        if self._computing_per_step:
            steps = min(steps, (self._budget - self._seconds) / self._computing_per_step)
        return max(1, int(steps))

    def _advance_by(self, steps: int, generation: int) -> None:
        """Compute a chunk and take it. A worker's death costs one more try, anything else the generation."""
        deaths = 0
        while generation == self._generation:
            try:
                future = self._executor.submit(_timed, self._advance, self._run, steps)
                self._await(future, generation)
                return
            except BrokenExecutor as error:
                deaths += 1
                if deaths == MAX_DEATHS:
                    self._fail(error, generation)
            except Exception as error:  # noqa: BLE001  # whatever a worker raises, the person is told
                self._fail(error, generation)

    def _await(self, future: Future[Chunk], generation: int) -> None:
        """Take the chunk when it comes, or raise its exception. Drop it where the generation ends first."""
        future.add_done_callback(self._notify)
        with self._changed:
            while generation == self._generation and not future.done():
                if not self._changed.wait(LEASE_SECONDS):
                    self._sleep_unless_seen(generation)
            if generation == self._generation:
                self._take(*future.result())
                return
        future.cancel()

    def _notify(self, _: Future[Chunk]) -> None:
        with self._changed:
            self._changed.notify_all()

    def _take(self, run: Run, seconds: float, computing: float) -> None:
        if run.step > self._run.step:  # a chunk that diverges at its first step takes none
            self._seconds_per_step = seconds / (run.step - self._run.step)
            self._computing_per_step = computing / (run.step - self._run.step)
        self._seconds += computing
        self._speed.reach(run.step)
        self._marks.reach(_mark(self._seconds, run))
        self._run = run
        if run.done or self._budget - self._seconds < self._computing_per_step:
            self._become("finished")

    def _fail(self, error: Exception, generation: int) -> None:
        with self._changed:
            if generation != self._generation:
                return
            self._error = _sentence(error)
            self._become("failed")
        if not isinstance(error, PolycoreError):
            _logger.warning("A run failed at step %d.", self._run.step, exc_info=error)

    def _sleep_unless_seen(self, generation: int) -> None:
        with self._changed:
            if generation == self._generation and monotonic() - self._seen_at >= LEASE_SECONDS:
                self._become("paused")
                self._asleep = True


class _Speed:
    """Steps per second of wall-clock time, from the steps reached lately."""

    def __init__(self) -> None:
        self.steps_per_second = 0.0
        self._marks: deque[tuple[float, int]] = deque()

    def begin(self, step: int) -> None:
        self._marks = deque([(monotonic(), step)])

    def reach(self, step: int) -> None:
        now = monotonic()
        self._marks.append((now, step))
        while len(self._marks) > 2 and now - self._marks[1][0] >= SPEED_SECONDS:
            self._marks.popleft()
        then, first = self._marks[0]
        if now > then:
            self.steps_per_second = (step - first) / (now - then)


class _Marks:
    """What was reached, bounded: every other one goes, and comes no more, each time there are too many."""

    def __init__(self, first: Mark) -> None:
        self.all: tuple[Mark, ...] = (first,)
        self._even: tuple[Mark, ...] = self.all
        self._every = 1
        self._reached = 1

    def reach(self, mark: Mark) -> None:
        if self._reached % self._every == 0:
            self._even = (*self._even, mark)
        if len(self._even) == MOST_MARKS:
            self._even = self._even[::2]
            self._every *= 2
        self._reached += 1
        self.all = self._even if self._even[-1] is mark else (*self._even, mark)


class _Crowd:
    """How many runs are under way in this server."""

    def __init__(self) -> None:
        self.size = 0
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Count one run more, unless there are MAX_RUNNING."""
        with self._lock:
            if self.size >= MAX_RUNNING:
                return False
            self.size += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self.size -= 1


_crowd = _Crowd()


def _mark(seconds: float, run: Run) -> Mark:
    return Mark(seconds, run.step, run.best_loss, float(run.history.held_out_accuracy[-1]))


def _timed(advance: Advance, run: Run, steps: int) -> Chunk:
    start, computed = perf_counter(), process_time()
    run = advance(run, steps)
    return run, perf_counter() - start, process_time() - computed


def _sentence(error: Exception) -> str:
    if isinstance(error, PolycoreError):
        text = str(error)
    elif isinstance(error, BrokenExecutor):
        text = (
            f"{MAX_DEATHS} worker processes ended one after another over the same steps, perhaps for want of "
            "memory. The run is as it was before them: resume it, or try a smaller network or fewer samples."
        )
    else:
        text = f"The run is as it was before {type(error).__name__} came from a worker: {error}"
    return " ".join(text.split())[:MAX_SENTENCE]
