"""How a run advances by itself: chunk by chunk in worker processes, chained by one small thread."""

import logging
import math
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import replace
from time import monotonic
from typing import Literal, NamedTuple, Protocol

from pages.server import turns
from pages.server.turns import Turn, Turns
from polycore import Model, PolycoreError, Run
from polycore.workers.chunk import MAX_DEATHS, Advance, Chunk, timed
from polycore.workers.picture import Picture, Wish, picture_of
from polycore.workers.shut_down import ShutDownError
from polycore.workers.speed import Speed

Status = Literal["ready", "waiting", "running", "paused", "stopped", "finished", "failed"]

# Measured with one run: chunks of 200 ms make 82 to 96 % of the steps/s of a bare loop, chunks of 80 ms 65 %.
# With more runs than workers no worker is ever idle, and shorter chunks update each run more often: three
# times a second. But each chunk costs 2 ms beside the computing.
CHUNK_SECONDS = 0.2
CROWDED_CHUNK_SECONDS = 0.1
SHORTEST_CHUNK_SECONDS = 0.05
UPDATE_SECONDS = 0.3
LEASE_SECONDS = 120.0  # a browser lets a hidden tab send a request about once a minute
GRACE_SECONDS = 10.0  # a refresh or a short network failure is not a closed tab
LOOK_SECONDS = 0.5  # between two checks for the tab during a chunk
SPEED_SECONDS = 2.0  # window of steps_per_second
MOST_MARKS = 400
MAX_SENTENCE = 300  # characters

_logger = logging.getLogger(__name__)


class Mark(NamedTuple):
    """The state of a run at the end of a chunk.

    seconds: computing time of the workers so far.
    best_loss: the lowest so far, in nats. held_out_accuracy: the latest measured, as a share.
    """

    seconds: float
    step: int
    best_loss: float
    held_out_accuracy: float


class Listener(Protocol):
    """A viewer of a run. Its members are called from any thread, and must not block."""

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks, so that pictures are worth their time."""

    def wake(self) -> None:
        """Note that the run has changed."""


class Training:
    """A run that advances by itself from `start` on. Every member is thread-safe.

    No call waits for a worker: the status changes at once, and a pause or a stop drops the chunk under way,
    so that the run stays at the step that the user saw. A page that polls calls `seen`, then reads `status`,
    then `run`: the last run is set before the status that says it is finished.
    """

    def __init__(
        self,
        run: Run,
        executor: Executor,
        advance: Advance,
        budget: float = math.inf,
        at_end: Callable[["Training"], None] = lambda _: None,
    ) -> None:
        """`advance` is pure, and workers can import it. A run that has taken steps begins as paused.

        `budget`: seconds of computing, above 0, after which the run is finished at the end of a chunk. The
        last chunks are cut to what is left, so it is exceeded only if steps become slower.
        `at_end`: called with this training, from its own thread, once it is finished or has failed, but not
        if the user stops it.
        """
        self.name = secrets.token_hex(8)
        self._executor = executor
        self._advance = advance
        self._budget = budget
        self._at_end = at_end
        self._run = run
        self._best: tuple[int, Model] | None = None
        self._current: tuple[Run, Model] | None = None
        self._status: Status = "finished" if run.done else "paused" if run.step else "ready"
        self._error: str | None = None
        self._seconds = 0.0
        self._seconds_per_step: float | None = None
        self._computing_per_step = 0.0
        self._marks = _Marks(_mark(0.0, run))
        self._speed = Speed(SPEED_SECONDS)
        self._viewer = _Viewer()
        self._asleep = False
        self._turn: Turn | None = None
        self._listeners: tuple[Listener, ...] = ()
        self._wish = Wish()
        self._pictured: tuple[Run, Picture] | None = None
        self._version = 0
        self._changed = threading.Condition()
        # counts the changes of status: a chunk requested in one generation is never used in another
        self._generation = 0

    @property
    def run(self) -> Run:
        """The run at the end of the latest chunk."""
        return self._run

    @property
    def version(self) -> int:
        """How often anything that can be seen of it has changed."""
        return self._version

    @property
    def generation(self) -> int:
        """How often its status has changed."""
        return self._generation

    @property
    def pictured(self) -> tuple[Run, Picture] | None:
        """The latest picture, and the run that it is of; None before the first."""
        return self._pictured

    def listen(self, listener: Listener) -> None:
        """Wake `listener` whenever anything that can be seen of it changes, until `forget`."""
        with self._changed:
            if listener not in self._listeners:
                self._listeners = (*self._listeners, listener)

    def forget(self, listener: Listener) -> None:
        """Let `listener` alone."""
        with self._changed:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

    def announce(self) -> None:
        """Tell all listeners that something that can be seen of it has changed."""
        with self._changed:
            self._version += 1
            listeners = self._listeners
        for listener in listeners:
            listener.wake()

    def show(self, wish: Wish) -> None:
        """Let the pictures from now on be what pages want to show; the one of a run at rest comes soon."""
        with self._changed:
            if wish == self._wish:
                return
            self._wish = wish
            at_rest = not self.is_active
        if at_rest and self._is_watched:
            threading.Thread(target=self._picture_at_rest, daemon=True).start()

    @property
    def best(self) -> Model:
        """The run's best model so far, the same object until a better one comes: measuring it takes time."""
        return self.best_of(self._run)

    def best_of(self, run: Run) -> Model:
        """Return the best model of `run`, which the caller has read from this training."""
        best = self._best
        if best is None or best[0] != run.best_step:
            # from a copy: a run caches its models, and would carry them to the workers
            best = self._best = (run.best_step, replace(run).best_for_a_page)
        return best[1]

    def current_of(self, run: Run) -> Model:
        """Return the model of the latest weights of such a `run`, the same object each time."""
        if run.parameters is run.best_parameters:
            return self.best_of(run)
        current = self._current
        if current is None or current[0] is not run:
            current = self._current = (run, replace(run).current_for_a_page)
        return current[1]

    @property
    def status(self) -> Status:
        """The status: "paused" also after a single step, and if nobody looks any more.

        It is "waiting" instead of "running" while the run waits for its turn to compute.
        """
        status, turn = self._status, self._turn
        return "waiting" if status == "running" and turn is not None and not turn.has_come else status

    @property
    def is_active(self) -> bool:
        """Whether it advances by itself, now or when its turn comes: "running" or "waiting"."""
        return self._status == "running"

    @property
    def ahead(self) -> int | None:
        """How many runs wait for their turn ahead of it; None unless it waits."""
        turn = self._turn
        return None if turn is None else turn.ahead

    @property
    def takes_turns(self) -> bool:
        """Whether it advances while others wait, so that it alternates between computing and waiting."""
        return self.is_active and turns.of_this_server().waiting > 0

    @property
    def has_spent_budget(self) -> bool:
        """Whether its budget ended it before its last step."""
        return self._status == "finished" and not self._run.done

    @property
    def error(self) -> str | None:
        """A sentence on why it failed or did not start, else None."""
        return self._error

    @property
    def seconds(self) -> float:
        """Processor time in seconds that workers have computed for this run."""
        return self._seconds

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Marks of the start and of the ends of chunks, thinned out evenly; the last is the latest."""
        return self._marks.all

    @property
    def steps_per_second(self) -> float:
        """The speed over the last two seconds in which it ran; 0.0 before the first chunk."""
        return self._speed.steps_per_second

    @property
    def seconds_left(self) -> float | None:
        """The time that the remaining steps take at that speed; None before the first chunk."""
        run, speed = self._run, self.steps_per_second
        if run.done:
            return 0.0
        steps = min(run.experiment.steps - run.step, self._affordable_steps())
        return steps / speed if speed else None

    def start(self) -> None:
        """Start to advance. Does nothing unless ready."""
        self._go(("ready",), self._chain)

    def resume(self) -> None:
        """Continue. Does nothing unless paused or failed."""
        self._go(("paused", "failed"), self._chain)

    def step(self) -> None:
        """Take one step and pause. Does nothing unless ready, paused or failed."""
        self._go(("ready", "paused", "failed"), self._take_one_step)

    def pause(self) -> None:
        """Stay at the latest chunk until `resume`, even if the run was asleep because nobody looked."""
        with self._changed:
            self._asleep = False
            if self._status == "running":
                self._become("paused")

    def stop(self) -> None:
        """End for good at the latest chunk. Does nothing if it is finished."""
        with self._changed:
            self._asleep = False
            if self._status != "finished":
                self._become("stopped")

    def seen(self, is_there: Callable[[], bool] = lambda: True) -> None:
        """Note that the user looks at the run. An unseen run pauses, and continues when it is seen again.

        It pauses two minutes after the last call, or ten seconds after the user's tab has gone. `is_there`
        returns whether the tab is still there; it is called from other threads.
        """
        with self._changed:
            self._viewer.look(is_there)
            if self._asleep:
                self.resume()

    def _go(self, allowed: tuple[Status, ...], action: Callable[[int, Turn], None]) -> None:
        with self._changed:
            if self._status not in allowed:
                return
            turn = turns.of_this_server().take()
            if turn is None:
                self._error = _full(turns.of_this_server())
                return
            self._turn = turn
            self._error = None
            self._asleep = False
            self._viewer.wait()
            self._speed.begin(self._run.step)
            self._become("running")
            threading.Thread(target=action, args=(self._generation, turn), daemon=True).start()

    def _become(self, status: Status) -> None:
        if self._status == "running" and self._turn is not None:
            self._turn.give_up()
        self._status = status
        self._generation += 1
        self._changed.notify_all()
        self.announce()

    @property
    def _is_watched(self) -> bool:
        return any(listener.is_watching for listener in self._listeners)

    def _chain(self, generation: int, turn: Turn) -> None:
        while generation == self._generation:
            self._await_turn(turn, generation)
            self._advance_by(self._steps(), generation)
            self._sleep_unless_seen(generation)
            turn.pass_on()
        self._picture_at_rest()
        # only for the chain that ended the run: an earlier one was paused before
        if self._status in ("finished", "failed") and self._generation == generation + 1:
            self._at_end(self)

    def _take_one_step(self, generation: int, turn: Turn) -> None:
        self._await_turn(turn, generation)
        self._advance_by(1, generation)
        self._rest(generation)
        self._picture_at_rest()

    def _rest(self, generation: int) -> None:
        with self._changed:
            if generation == self._generation:
                self._become("paused")

    def _await_turn(self, turn: Turn, generation: int) -> None:
        """Wait until the turn has come or the generation has ended."""
        if turn.has_come:
            return
        while generation == self._generation and not turn.wait(LOOK_SECONDS):
            self._sleep_unless_seen(generation)
        with self._changed:
            if generation == self._generation:
                self._speed.begin(self._run.step)
                self.announce()

    def _steps(self) -> int:
        if not self._seconds_per_step:
            return 1  # the speed is not known yet: a step may take a second
        steps = _chunk_seconds(turns.of_this_server()) / self._seconds_per_step
        return max(1, int(min(steps, self._affordable_steps())))

    def _affordable_steps(self) -> float:
        """Return how many steps what is left of the budget allows, by the speed of the last chunk."""
        if not self._computing_per_step:
            return math.inf
        return (self._budget - self._seconds) / self._computing_per_step

    def _advance_by(self, steps: int, generation: int) -> None:
        """Compute a chunk and use it. If a worker dies, try again; any other exception fails the run."""
        deaths = 0
        while generation == self._generation:
            try:
                future = self._submitted(steps)
                self._await(future, generation)
                return
            except BrokenExecutor as error:
                deaths += 1
                if deaths == MAX_DEATHS:
                    self._fail(error, generation)
            except (ShutDownError, CancelledError):  # the server ends
                self._rest(generation)
            except Exception as error:  # noqa: BLE001  # whatever a worker raises, the user sees it
                self._fail(error, generation)

    def _submitted(self, steps: int) -> Future[Chunk]:
        if self._is_watched:
            return self._executor.submit(timed, self._advance, self._run, steps, self._wish)
        return self._executor.submit(timed, self._advance, self._run, steps)

    def _await(self, future: Future[Chunk], generation: int) -> None:
        """Use the chunk when it comes, or raise its exception. Drop it if the generation ends first."""
        future.add_done_callback(self._notify)
        with self._changed:
            while generation == self._generation and not future.done():
                if not self._changed.wait(LOOK_SECONDS):
                    self._sleep_unless_seen(generation)
            if generation == self._generation:
                self._use(*future.result())
                return
        future.cancel()

    def _notify(self, _: Future[Chunk]) -> None:
        with self._changed:
            self._changed.notify_all()

    def _use(self, run: Run, seconds: float, computing: float, picture: Picture | None = None) -> None:
        if run.step > self._run.step:  # no step is taken if the first one of the chunk diverges
            self._seconds_per_step = seconds / (run.step - self._run.step)
            self._computing_per_step = computing / (run.step - self._run.step)
        self._seconds += computing
        self._speed.reach(run.step)
        self._marks.add(_mark(self._seconds, run))
        self._run = run
        self._take(run, picture)
        self.announce()
        if run.done or self._budget - self._seconds < self._computing_per_step:
            self._become("finished")

    def _take(self, run: Run, picture: Picture | None) -> None:
        if picture is None:
            return
        self._pictured = run, picture
        self._current = run, picture.now.model
        if picture.best is not None and (self._best is None or self._best[0] != run.best_step):
            self._best = run.best_step, picture.best.model

    def _picture_at_rest(self) -> None:
        """Let a worker picture a run that has come to rest, as sharp as can be, if anybody looks."""
        run, wish = self._run, self._wish
        if self.is_active or wish.window is None or not self._is_watched:
            return
        try:
            picture = self._executor.submit(picture_of, run, replace(wish, sharp=True)).result()
        except (ShutDownError, CancelledError):
            return
        except Exception as error:  # the run is well, and its last picture is there
            _logger.warning("The map of a run at step %d could not be drawn.", run.step, exc_info=error)
            return
        with self._changed:
            if run is self._run and not self.is_active and wish == self._wish:
                self._take(run, picture)
                self.announce()

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
            if generation == self._generation and self._viewer.is_gone():
                self._become("paused")
                self._asleep = True


class _Viewer:
    """The user who looks at a run."""

    def __init__(self) -> None:
        self._is_there: Callable[[], bool] = lambda: True
        self.wait()

    def look(self, is_there: Callable[[], bool]) -> None:
        self._is_there = is_there
        self.wait()

    def wait(self) -> None:
        """Restart the times since the last look and since the tab was there."""
        self._looked_at = self._there_at = monotonic()

    def is_gone(self) -> bool:
        now = monotonic()
        if self._is_there():
            self._there_at = now
        return now - self._looked_at >= LEASE_SECONDS or now - self._there_at >= GRACE_SECONDS


class _Marks:
    """A bounded list of marks: when full, every other one goes, and later ones are kept half as often."""

    def __init__(self, first: Mark) -> None:
        self.all: tuple[Mark, ...] = (first,)
        self._thinned: tuple[Mark, ...] = self.all
        self._every = 1
        self._count = 1

    def add(self, mark: Mark) -> None:
        if self._count % self._every == 0:
            self._thinned = (*self._thinned, mark)
        if len(self._thinned) == MOST_MARKS:
            self._thinned = self._thinned[::2]
            self._every *= 2
        self._count += 1
        self.all = self._thinned if self._thinned[-1] is mark else (*self._thinned, mark)


def _chunk_seconds(shared: Turns) -> float:
    """Return how long a chunk lasts, so that every run is updated a few times a second."""
    if shared.running <= shared.workers:
        return CHUNK_SECONDS
    fair = UPDATE_SECONDS * shared.workers / shared.running
    return min(CROWDED_CHUNK_SECONDS, max(SHORTEST_CHUNK_SECONDS, fair))


def _full(shared: Turns) -> str:
    return (
        f"This server is full ({shared.running} at once, {shared.waiting} in the queue). "
        "Try again in a minute."
    )


def _mark(seconds: float, run: Run) -> Mark:
    return Mark(seconds, run.step, run.best_loss, float(run.history.held_out_accuracy[-1]))


def _sentence(error: Exception) -> str:
    if isinstance(error, PolycoreError):
        text = str(error)
    elif isinstance(error, BrokenExecutor):
        text = (
            f"{MAX_DEATHS} worker processes ended one after another at the same steps, perhaps for lack of "
            "memory. The run is as it was before these steps: resume it, or try a smaller network or fewer "
            "samples."
        )
    elif isinstance(error, MemoryError):
        text = (
            "The next steps need more memory than one run may use. The run is as it was before these steps: "
            "resume it, or try a smaller network, fewer samples or a smaller batch."
        )
    else:
        text = f"The run is as it was before a worker raised {type(error).__name__}: {error}"
    return " ".join(text.split())[:MAX_SENTENCE]
