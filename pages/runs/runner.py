"""How a run advances by itself: chunk by chunk in worker processes, chained by one small thread."""

import logging
import math
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from time import monotonic
from typing import Literal

from pages.runs import failure
from pages.runs.chunks import Ahead, Chunks, seconds_of_each
from pages.runs.marks import Mark, Marks, mark_of
from pages.runs.measured import Measured
from pages.runs.past import Past
from pages.runs.viewer import Viewer
from pages.server import server
from pages.server.audience import Audience, Listener
from pages.server.shared_results import Request
from pages.server.turns import Turn, Turns
from polycore import Experiment, Model, PolycoreError, Run
from polycore import start as start_of
from polycore.workers.chunk import Advance, Chunk, Pace, chunks
from polycore.workers.picture import Picture, Portrait, Wish
from polycore.workers.shut_down import ShutDownError
from polycore.workers.speed import Speed

Status = Literal["ready", "waiting", "running", "paused", "stopped", "finished", "failed"]

SLOT_SECONDS = 0.01  # between two looks for a chunk that others of the same entry have asked for
LOOK_SECONDS = 0.5  # between two checks for the tab during a chunk
SPEED_SECONDS = 2.0  # window of steps_per_second
AVERAGE_SECONDS = 10.0  # the same for the time left, which should not jump when others compute for a moment

_logger = logging.getLogger(__name__)


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
        *,
        origin: Hashable = None,
        owner: Hashable = None,
    ) -> None:
        """`advance` is pure, and workers can import it. A run that has taken steps begins as paused.

        `budget`: seconds of computing, above 0, after which the run is finished at the end of a chunk. The
        last chunks are cut to what is left, so it is exceeded only if steps become slower.
        `at_end`: called with this training, from its own thread, once it is finished or has failed, but not
        if the user stops it.
        `origin`: names what determines every chunk, which are shared with other runs of the same origin; None
        shares nothing. `of` knows it.
        `owner`: the session, which may not use more than its share of a busy server.
        """
        self.name = secrets.token_hex(8)
        self._chunks = Chunks(executor, advance, origin)
        self._at_end = at_end
        self._owner = owner
        self._run = run
        self._status: Status = "finished" if run.done else "paused" if run.step > run.began_at else "ready"
        self._error: str | None = None
        self._pace = Pace(budget)
        self._marks = Marks(mark_of(run, 0.0))
        self._speed, self._average_speed = Speed(SPEED_SECONDS), Speed(AVERAGE_SECONDS)
        self._viewer = Viewer()
        self._asleep = False
        self._turn: Turn | None = None
        self._is_repeating = False
        self._catches_up = False
        self._used_at = 0.0
        # apart from the run: sessions that train the same share that, with the snapshots of its last chunk
        self._snapshots = run.snapshots
        self._audience = Audience()
        self._measured = Measured()
        self._past = Past()
        self._wish = Wish()
        self._changed = threading.Condition()
        # counts the changes of status: a chunk requested in one generation is never used in another
        self._generation = 0

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        executor: Executor,
        advance: Advance,
        budget: float = math.inf,
        at_end: Callable[["Training"], None] = lambda _: None,
        owner: Hashable = None,
    ) -> "Training":
        """Return the training of a new run, which shares its chunks with those of the same experiment.

        The experiment determines the run to the last bit, and together with the budget where its chunks end.
        Raises PolycoreError as `polycore.start` does.
        """
        origin = (experiment, advance, budget)
        return cls(start_of(experiment), executor, advance, budget, at_end, origin=origin, owner=owner)

    @property
    def whole_run(self) -> Run:
        """The run as it is now, with all its snapshots: `run` has only those of the last chunk."""
        with self._changed:
            return replace(self._run, snapshots=self._snapshots)

    @property
    def snapshot_steps(self) -> tuple[int, ...]:
        """The steps of all its snapshots, ascending."""
        return self._snapshots.step

    def past(self, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if it has none of that step."""
        return self._past.model(self.whole_run, step)

    def past_portrait(self, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the same model."""
        return self._past.portrait(self.whole_run, step, wish)

    @property
    def run(self) -> Run:
        """The run at the end of the latest chunk."""
        return self._run

    @property
    def version(self) -> int:
        """How often anything that can be seen of it has changed."""
        return self._audience.version

    @property
    def generation(self) -> int:
        """How often its status has changed."""
        return self._generation

    @property
    def pictured(self) -> tuple[Run, Picture] | None:
        """The latest picture, and the run that it is of; None before the first."""
        return self._measured.pictured

    def listen(self, listener: Listener) -> None:
        """Wake `listener` whenever anything that can be seen of it changes, until `forget`."""
        self._audience.add(listener)

    def forget(self, listener: Listener) -> None:
        """Let `listener` alone."""
        self._audience.remove(listener)

    def announce(self) -> None:
        """Tell all listeners at once that something that can be seen of it has changed."""
        self._audience.announce(at_once=True)

    def show(self, wish: Wish) -> None:
        """Let the pictures from now on be what pages want to show; the one of a run at rest comes soon."""
        with self._changed:
            if wish == self._wish:
                return
            self._wish = wish
            at_rest = not self.is_active
        if at_rest and self._audience.is_watching:
            threading.Thread(target=self._picture_at_rest, daemon=True).start()

    @property
    def best(self) -> Model:
        """The run's best model so far, the same object until a better one comes: measuring it takes time."""
        return self.best_of(self._run)

    def best_of(self, run: Run) -> Model:
        """Return the best model of `run`, which the caller has read from this training."""
        return self._measured.best_of(run)

    def current_of(self, run: Run) -> Model:
        """Return the model of the latest weights of such a `run`, the same object each time."""
        return self._measured.current_of(run)

    @property
    def status(self) -> Status:
        """The status: "paused" also after a single step, and if nobody looks any more.

        It is "waiting" instead of "running" while the run waits for its turn to compute.
        """
        return "waiting" if self._waits else self._status

    @property
    def is_active(self) -> bool:
        """Whether it advances by itself, now or when its turn comes: "running" or "waiting"."""
        return self._status == "running"

    @property
    def ahead(self) -> int | None:
        """How many runs wait for their turn ahead of it; None unless it waits."""
        turn = self._turn
        return None if turn is None or self._is_repeating else turn.ahead

    @property
    def takes_turns(self) -> bool:
        """Whether it advances while others wait, so that it alternates between computing and waiting."""
        return self.is_active and server.current().turns.waiting > 0

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
        return self._pace.seconds

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Marks of the start and of the ends of chunks, thinned out evenly; the last is the latest."""
        return self._marks.all

    @property
    def steps_per_second(self) -> float:
        """The speed over the last two seconds in which it ran by itself; 0.0 before a second of that."""
        return self._speed.steps_per_second

    @property
    def mean_speed(self) -> float:
        """The steps it has taken per second of computing; 0.0 before the first."""
        return (self._run.step - self.marks[0].step) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time of the remaining steps, by the speed of the last ten seconds; None before it is known."""
        run, speed = self._run, self._average_speed.steps_per_second
        if run.done:
            return 0.0
        steps = min(run.last_step - run.step, self._pace.affordable_steps())
        return steps / speed if speed else None

    def computed_ahead(self) -> Ahead:
        """Return what has been computed already from here on, for others who train the same."""
        return self._chunks.ahead_of(self._run.step)

    def start(self) -> None:
        """Start to advance. Does nothing unless ready."""
        self._go(("ready",), self._chain)

    def resume(self) -> None:
        """Continue. Does nothing unless paused or failed."""
        self._go(("paused", "failed"), self._chain)

    def step(self) -> None:
        """Take one step and pause. Does nothing unless ready, paused or failed."""
        self._go(("ready", "paused", "failed"), self._take_one_step)

    def wait_for_rest(self, seconds: float) -> None:
        """Return once it does not advance by itself, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self.is_active, seconds)

    def pause(self, generation: int | None = None) -> None:
        """Stay at the latest chunk until `resume`, even if the run was asleep because nobody looked.

        generation: does nothing if the status has changed since then; None: whatever it is.
        """
        with self._changed:
            if generation not in (None, self._generation):
                return
            self._asleep = False
            if self._status == "running":
                self._become("paused")

    def stop(self, generation: int | None = None) -> None:
        """End for good at the latest chunk. Does nothing if it is finished or stopped.

        generation: does nothing either if the status has changed since then; None: whatever it is.
        """
        with self._changed:
            if generation not in (None, self._generation):
                return
            self._asleep = False
            if self._status not in ("finished", "stopped"):
                self._become("stopped")

    def catch_up(self) -> None:
        """Go without waiting through what has been computed already."""
        with self._changed:
            self._catches_up = True
            self._changed.notify_all()

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
            turn = server.current().turns.take(self._chunks.origin, self._owner)
            if turn is None:
                self._error = _full(server.current().turns)
                return
            self._turn = turn
            self._is_repeating = self._chunks.kept(self._run.step) is not None
            self._catches_up = False
            self._used_at = monotonic()
            self._error = None
            self._asleep = False
            self._viewer.wait()
            self._become("running")
            threading.Thread(target=action, args=(self._generation, turn), daemon=True).start()

    def _become(self, status: Status) -> None:
        if self._status == "running" and self._turn is not None:
            self._turn.give_up()
        if status != "running":  # a single step is no measure of the speed, nor is a pause
            self._speed.end()
            self._average_speed.end()
        self._status = status
        self._generation += 1
        self._changed.notify_all()
        self.announce()

    @property
    def _waits(self) -> bool:
        turn = self._turn
        waits = turn is not None and not turn.has_come and not self._is_repeating
        return waits and self._status == "running"

    def _chain(self, generation: int, turn: Turn) -> None:
        self._measure_speed(generation)
        with self._failing(generation):
            for chunk, pace in chunks(self._run, partial(self._next, generation, turn), self._pace):
                self._use(chunk, pace, generation)
                self._sleep_unless_seen(generation)
                turn.pass_on()
        self._picture_at_rest()
        # only for the chain that ended the run: an earlier one was paused before
        if self._status in ("finished", "failed") and self._generation == generation + 1:
            self._at_end(self)

    def _take_one_step(self, generation: int, turn: Turn) -> None:
        self._is_repeating = False
        with self._failing(generation):
            steps = chunks(self._run, partial(self._one_step, generation, turn), self._pace)
            for chunk, pace in islice(steps, 1):
                self._use(chunk, pace, generation)
        self._rest(generation)
        self._picture_at_rest()

    def _rest(self, generation: int) -> None:
        with self._changed:
            if generation == self._generation:
                self._become("paused")

    @contextmanager
    def _failing(self, generation: int) -> Iterator[None]:
        """Let an exception fail the run, and the end of the server pause it."""
        try:
            yield
        except (ShutDownError, CancelledError):  # the server ends
            self._rest(generation)
        except Exception as error:  # noqa: BLE001  # whatever a worker raises, the user sees it
            self._fail(error, generation)

    def _next(self, generation: int, turn: Turn, run: Run, pace: Pace) -> Chunk | None:
        """Return the next chunk, kept or computed in its turn; None if the generation ends first."""
        while generation == self._generation:
            kept = self._kept(run.step, generation)
            if kept is not None:
                return kept
            self._await_turn(turn, generation)
            steps = pace.next_steps(seconds_of_each(server.current().turns))
            request = self._request(run, steps, generation, turn, alone=False)
            if request is not None:
                return self._await(request, generation)
        return None

    def _one_step(self, generation: int, turn: Turn, run: Run, _: Pace) -> Chunk | None:
        self._await_turn(turn, generation)
        request = self._request(run, 1, generation, turn, alone=True)
        return None if request is None else self._await(request, generation)

    def _kept(self, step: int, generation: int) -> Chunk | None:
        """Return the chunk from that step on if it is kept, at the pace at which it was computed."""
        chunk = self._chunks.used(step)
        with self._changed:
            self._is_repeating = chunk is not None
            if chunk is None:
                self._catches_up = False
                return None
            pace = self._used_at + chunk.seconds + chunk.drawing - monotonic()
            self._changed.wait_for(lambda: generation != self._generation or self._catches_up, max(0.0, pace))
        if not (self._catches_up or (chunk.picture is not None and chunk.picture.has(self._wish))):
            chunk = chunk._replace(picture=self._drawn(chunk.run, self._wish))
        if self._catches_up:
            self._measure_speed(generation)  # from the chunk that is computed next: these took no time
        return chunk

    def _await_turn(self, turn: Turn, generation: int) -> None:
        """Wait until the turn has come or the generation has ended."""
        if turn.has_come:
            return
        self.announce()
        while generation == self._generation and not turn.wait(LOOK_SECONDS):
            self._sleep_unless_seen(generation)
        self._measure_speed(generation)
        self.announce()

    def _measure_speed(self, generation: int) -> None:
        """Measure the speed from now on."""
        with self._changed:
            if generation == self._generation:
                self._speed.begin()
                self._average_speed.begin()

    def _request(
        self, run: Run, steps: int, generation: int, turn: Turn, *, alone: bool
    ) -> Request[Chunk] | None:
        """Ask for the next chunk once no other of its entry is computed; None if it is there by then."""
        while generation == self._generation:
            others = None if alone else self._chunks.join(run.step)
            if others is not None or (not alone and self._chunks.kept(run.step) is not None):
                return others
            if turn.entry.slot.acquire(timeout=SLOT_SECONDS):
                return self._request_in(turn.entry.slot, run, steps, alone=alone)
            self._sleep_unless_seen(generation)
        return None

    def _request_in(self, slot: threading.Lock, run: Run, steps: int, *, alone: bool) -> Request[Chunk]:
        """Ask for the next chunk, and release `slot` as soon as it is there."""
        try:
            wish = self._wish if self._audience.is_watching else None
            request = self._chunks.request(run, steps, wish, alone=alone)
        except BaseException:
            slot.release()
            raise
        request.future.add_done_callback(lambda _: slot.release())
        return request

    def _await(self, request: Request[Chunk], generation: int) -> Chunk | None:
        """Return the chunk when it comes, or raise its exception; None if the generation ends first."""
        future = request.future
        future.add_done_callback(self._notify)
        with self._changed:
            while generation == self._generation and not future.done():
                if not self._changed.wait(LOOK_SECONDS):
                    self._sleep_unless_seen(generation)
            if generation == self._generation:
                return future.result()
        request.leave()
        return None

    def _notify(self, _: Future[Chunk]) -> None:
        with self._changed:
            self._changed.notify_all()

    def _use(self, chunk: Chunk, pace: Pace, generation: int) -> None:
        """Let the run be as after that chunk, unless the generation has ended meanwhile."""
        run = chunk.run
        with self._changed:
            if generation != self._generation:
                return
            self._snapshots = self._snapshots.followed_by(run.snapshots, run.snapshot_rule, run.step)
            self._pace = pace
            self._used_at = monotonic()
            self._speed.reach(run.step)
            self._average_speed.reach(run.step)
            self._marks.add(mark_of(run, pace.seconds))
            self._run = run
            if chunk.picture is not None:
                self._measured.take(run, chunk.picture)
            self._audience.announce()
            if run.done or pace.has_spent_budget:
                self._become("finished")

    def _picture_at_rest(self) -> None:
        """Let a worker picture a run that has come to rest, as sharp as can be, if anybody looks."""
        run, wish = self._run, self._wish
        if self.is_active or wish.window is None:
            return
        picture = self._drawn(run, replace(wish, sharp=True))
        with self._changed:
            if picture is not None and run is self._run and not self.is_active and wish == self._wish:
                self._measured.take(run, picture)
                self.announce()

    def _drawn(self, run: Run, wish: Wish) -> Picture | None:
        """Let a worker draw a picture of `run`; None if nobody looks, or if that fails."""
        return self._chunks.picture(run, wish) if self._audience.is_watching else None

    def _fail(self, error: Exception, generation: int) -> None:
        with self._changed:
            if generation != self._generation:
                return
            self._error = failure.sentence(error)
            self._become("failed")
        if not isinstance(error, PolycoreError):
            _logger.warning("A run failed at step %d.", self._run.step, exc_info=error)

    def _sleep_unless_seen(self, generation: int) -> None:
        with self._changed:
            if generation == self._generation and self._viewer.is_gone():
                self._become("paused")
                self._asleep = True


def _full(shared: Turns) -> str:
    return (
        f"This server is full ({shared.running} at once, {shared.waiting} in the queue). "
        "Try again in a minute."
    )
