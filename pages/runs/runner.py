"""How a run advances by itself: chunk by chunk in worker processes, chained by one small thread."""

import logging
import math
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

from pages.runs import states, status
from pages.runs.chunks import Ahead, Chunks, seconds_of_each
from pages.runs.marks import Marks, mark_of
from pages.runs.states import Event
from pages.runs.view import RunView
from pages.runs.viewer import Viewer
from pages.server import server
from pages.server.shared_results import Request
from pages.server.source import Halt, IsThere
from pages.server.turns import Turn
from polycore import Experiment, PolycoreError, Run
from polycore import start as start_of
from polycore.workers.chunk import Advance, Chunk, Pace, chunks
from polycore.workers.picture import Picture, Wish
from polycore.workers.shut_down import ShutDownError
from polycore.workers.speed import Speed

SLOT_SECONDS = 0.01  # between two looks for a chunk that others of the same entry have asked for
LOOK_SECONDS = 0.5  # between two checks for the tab during a chunk
SPEED_SECONDS = 2.0  # window of the speed that is shown
AVERAGE_SECONDS = 10.0  # the same for the time left, which should not jump when others compute for a moment

_logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Stretch:
    """A stretch in which a run advances by itself, from a start or a resumption to the next rest.

    turn: its turn to compute. generation: of the run's view meanwhile.
    used_at: when the latest chunk was used, or it began.
    is_repeating: whether the next chunk was computed already, for others, so that the run needs no turn.
    catches_up: whether it goes through such chunks without waiting.
    """

    turn: Turn
    generation: int
    used_at: float
    is_repeating: bool
    catches_up: bool = False


class Training:
    """A run that advances by itself from `start` on. Every member is thread-safe.

    No call waits for a worker: the view changes at once, and a pause or a stop drops the chunk under way, so
    that the run stays at the step that the user saw. A chunk that was asked for in one stretch is never used
    in another.
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
        part_of: str | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`advance` is pure, and workers can import it. A run that has taken steps begins as paused.

        `budget`: seconds of computing, above 0, after which the run is finished at the end of a chunk. The
        last chunks are cut to what is left, so it is exceeded only if steps become slower.
        `at_end`: called with this training, from its own thread, once it is finished or has failed, but not
        if the user stops it.
        `origin`: names what determines every chunk, which are shared with other runs of the same origin; None
        shares nothing. `of` knows it.
        `owner`: the session, which may not use more than its share of a busy server.
        `part_of`: the name of the sweep that it is a part of, under which it announces its changes.
        `clock`: returns the time in seconds.
        """
        self.name = secrets.token_hex(8)
        self._announced_as = part_of or self.name
        self._chunks = Chunks(executor, advance, origin)
        self._at_end = at_end
        self._owner = owner
        self._clock = clock
        self._viewer = Viewer(clock)
        self._speed, self._average_speed = Speed(SPEED_SECONDS, clock), Speed(AVERAGE_SECONDS, clock)
        self._marks = Marks(mark_of(run, 0.0))
        self._wish = Wish()
        # held while any of what follows is changed
        self._changed = threading.Condition()
        self._view = RunView.of(self.name, run, budget)
        self._stretch: _Stretch | None = None

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        executor: Executor,
        advance: Advance,
        budget: float = math.inf,
        at_end: Callable[["Training"], None] = lambda _: None,
        **options: Any,
    ) -> "Training":
        """Return the training of a new run, which shares its chunks with those of the same experiment.

        The experiment determines the run to the last bit, and together with the budget where its chunks end.
        `options`: see the class. Raises PolycoreError as `polycore.start` does.
        """
        run, origin = start_of(experiment), (experiment, advance, budget)
        return cls(run, executor, advance, budget, at_end, origin=origin, **options)

    @property
    def view(self) -> RunView:
        """All that there is to see of it now. Its position in the queue is looked up: others change that."""
        with self._changed:
            view, stretch = self._view, self._stretch
        if stretch is None or stretch.is_repeating:
            return view
        ahead, others_wait = stretch.turn.ahead, server.current().turns.waiting > 0
        return replace(view, ahead=ahead, others_wait=others_wait) if others_wait else view

    @property
    def version(self) -> int:
        """How often its view has been replaced."""
        return self._view.version

    @property
    def _is_watched(self) -> bool:
        return server.current().audience.is_watching(self.name)

    def computed_ahead(self) -> Ahead:
        """Return what it comes to next that has been computed already, for others who train the same."""
        view = self._view
        return self._chunks.ahead_of(view.run.step) if view.is_active else Ahead(view.run.step, 0.0)

    # --- who looks ---------------------------------------------------------------------------------

    def show(self, wish: Wish) -> None:
        """Let the pictures from now on be what pages want to show; the one of a run at rest comes soon."""
        with self._changed:
            if wish == self._wish:
                return
            self._wish = wish
            at_rest = not self._view.is_active
        if at_rest and self._is_watched:
            threading.Thread(target=self._picture_at_rest, daemon=True).start()

    def seen(self, is_there: IsThere = lambda: True) -> None:
        """Note that the user looks at the run. An unseen run pauses, and continues when it is seen again.

        It pauses two minutes after the last call, or ten seconds after the user's tab has gone. `is_there`
        returns whether the tab is still there; it is called from other threads.
        """
        with self._changed:
            self._viewer.look(is_there)
            self._go("look", self._chain)

    # --- what the user does ------------------------------------------------------------------------

    def start(self) -> None:
        """Start to advance. Does nothing unless ready."""
        self._go("start", self._chain)

    def resume(self) -> None:
        """Continue. Does nothing unless paused or failed."""
        self._go("resume", self._chain)

    def step(self) -> None:
        """Take one step and pause. Does nothing unless ready, paused or failed."""
        self._go("step", self._take_one_step)

    def pause(self) -> None:
        """Stay at the latest chunk until `resume`, even if the run was asleep because nobody looked."""
        with self._changed:
            self._enter("pause")

    def stop(self) -> None:
        """End for good at the latest chunk. Does nothing if it is finished or stopped."""
        with self._changed:
            self._enter("stop")

    def halt(self, how: Halt, generation: int) -> None:
        """Pause or stop it, as `how` says, if its status has not changed since that generation."""
        with self._changed:
            if generation == self._view.generation:
                self._enter(how)

    def catch_up(self) -> None:
        """Go without waiting through what has been computed already."""
        with self._changed:
            if self._stretch is not None:
                self._stretch.catches_up = True
                self._changed.notify_all()

    def wait_for_rest(self, seconds: float) -> None:
        """Return once it does not advance by itself, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._view.is_active, seconds)

    # --- what its view becomes; the caller holds the lock ------------------------------------------

    def _see(self, *, at_once: bool = False, **changes: Any) -> None:
        """Let it be seen with these changes, `at_once` if somebody waits for them."""
        self._view = replace(self._view, version=self._view.version + 1, **changes)
        server.current().audience.announce(self._announced_as, at_once=at_once)

    def _enter(self, event: Event, **changes: Any) -> None:
        """Let an event lead to another state, if it does so in this one, with these changes."""
        state = states.after(self._view.state, event)
        if state is None:
            return
        if self._stretch is not None:
            self._stretch.turn.give_up()
            self._stretch = None
            for speed in (self._speed, self._average_speed):  # a pause is no measure of it
                speed.end()
        self._see(at_once=True, state=state, generation=self._view.generation + 1, **changes)
        self._changed.notify_all()

    def _go(self, event: Event, action: Callable[[_Stretch], None]) -> None:
        """Begin another stretch, if the event leads to one and the server is not full."""
        with self._changed:
            if states.after(self._view.state, event) is None:
                return
            turn = server.current().turns.take(self._chunks.origin, self._owner)
            if turn is None:
                self._see(error=status.full(server.current().turns))
                return
            is_repeating = event != "step" and self._chunks.kept(self._view.run.step) is not None
            self._viewer.wait()
            self._enter(event, error=None)
            self._stretch = _Stretch(turn, self._view.generation, self._clock(), is_repeating)
            threading.Thread(target=action, args=(self._stretch,), daemon=True).start()

    # --- its thread --------------------------------------------------------------------------------

    def _chain(self, stretch: _Stretch) -> None:
        self._measure_speed(stretch)
        view = self._view
        with self._failing(stretch):
            for chunk, pace in chunks(view.run, partial(self._next, stretch), view.pace):
                self._use(chunk, pace, stretch)
                self._sleep_unless_seen(stretch)
                stretch.turn.pass_on()
        self._picture_at_rest()
        view = self._view
        # only for the chain that ended the run: an earlier one was paused before
        if view.state in ("finished", "failed") and view.generation == stretch.generation + 1:
            self._at_end(self)

    def _take_one_step(self, stretch: _Stretch) -> None:
        view = self._view
        with self._failing(stretch):
            steps = chunks(view.run, partial(self._one_step, stretch), view.pace)
            for chunk, pace in islice(steps, 1):
                self._use(chunk, pace, stretch)
        self._rest(stretch)
        self._picture_at_rest()

    def _rest(self, stretch: _Stretch) -> None:
        with self._changed:
            if stretch is self._stretch:
                self._enter("rest")

    @contextmanager
    def _failing(self, stretch: _Stretch) -> Iterator[None]:
        """Let an exception fail the run, and the end of the server pause it."""
        try:
            yield
        except (ShutDownError, CancelledError):  # the server ends
            self._rest(stretch)
        except Exception as error:  # noqa: BLE001  # whatever a worker raises, the user sees it
            self._fail(error, stretch)

    def _fail(self, error: Exception, stretch: _Stretch) -> None:
        with self._changed:
            if stretch is not self._stretch:
                return
            self._enter("fail", error=status.failure(error))
        if not isinstance(error, PolycoreError):
            _logger.warning("A run failed at step %d.", self._view.run.step, exc_info=error)

    def _sleep_unless_seen(self, stretch: _Stretch) -> None:
        with self._changed:
            if stretch is self._stretch and self._viewer.is_gone():
                self._enter("leave")

    def _measure_speed(self, stretch: _Stretch) -> None:
        """Measure the speed from now on."""
        with self._changed:
            if stretch is self._stretch:
                self._speed.begin()
                self._average_speed.begin()

    # --- the next chunk ----------------------------------------------------------------------------

    def _next(self, stretch: _Stretch, run: Run, pace: Pace) -> Chunk | None:
        """Return the next chunk, kept or computed in its turn; None if the stretch ends first."""
        while stretch is self._stretch:
            kept = self._kept(run.step, stretch)
            if kept is not None:
                return kept
            self._await_turn(stretch)
            steps = pace.next_steps(seconds_of_each(server.current().turns))
            request = self._request(run, steps, stretch, alone=False)
            if request is not None:
                return self._await(request, stretch)
        return None

    def _one_step(self, stretch: _Stretch, run: Run, _: Pace) -> Chunk | None:
        self._await_turn(stretch)
        request = self._request(run, 1, stretch, alone=True)
        return None if request is None else self._await(request, stretch)

    def _kept(self, step: int, stretch: _Stretch) -> Chunk | None:
        """Return the chunk from that step on if it is kept, at the pace at which it was computed."""
        chunk = self._chunks.used(step)
        with self._changed:
            stretch.is_repeating = chunk is not None
            if chunk is None:
                stretch.catches_up = False
                return None
            pace = stretch.used_at + chunk.seconds + chunk.drawing - self._clock()
            self._changed.wait_for(lambda: stretch is not self._stretch or stretch.catches_up, max(0.0, pace))
        if not (stretch.catches_up or (chunk.picture is not None and chunk.picture.has(self._wish))):
            chunk = chunk._replace(picture=self._drawn(chunk.run, self._wish))
        if stretch.catches_up:
            self._measure_speed(stretch)  # from the chunk that is computed next: these took no time
        return chunk

    def _await_turn(self, stretch: _Stretch) -> None:
        """Wait until the turn has come or the stretch has ended."""
        if stretch.turn.has_come:
            return
        self._note()
        while stretch is self._stretch and not stretch.turn.wait(LOOK_SECONDS):
            self._sleep_unless_seen(stretch)
        self._measure_speed(stretch)
        self._note()

    def _note(self) -> None:
        """Let it be seen that its position in the queue has changed."""
        with self._changed:
            self._see(at_once=True)

    def _request(self, run: Run, steps: int, stretch: _Stretch, *, alone: bool) -> Request[Chunk] | None:
        """Ask for the next chunk once no other of its entry is computed; None if it is there by then."""
        slot = stretch.turn.entry.slot
        while stretch is self._stretch:
            others = None if alone else self._chunks.join(run.step)
            if others is not None or (not alone and self._chunks.kept(run.step) is not None):
                return others
            if slot.acquire(timeout=SLOT_SECONDS):
                return self._request_in(slot, run, steps, alone=alone)
            self._sleep_unless_seen(stretch)
        return None

    def _request_in(self, slot: threading.Lock, run: Run, steps: int, *, alone: bool) -> Request[Chunk]:
        """Ask for the next chunk, and release `slot` as soon as it is there."""
        try:
            wish = self._wish if self._is_watched else None
            request = self._chunks.request(run, steps, wish, alone=alone)
        except BaseException:
            slot.release()
            raise
        request.future.add_done_callback(lambda _: slot.release())
        return request

    def _await(self, request: Request[Chunk], stretch: _Stretch) -> Chunk | None:
        """Return the chunk when it comes, or raise its exception; None if the stretch ends first."""
        future = request.future
        future.add_done_callback(self._notify)
        with self._changed:
            while stretch is self._stretch and not future.done():
                if not self._changed.wait(LOOK_SECONDS):
                    self._sleep_unless_seen(stretch)
            if stretch is self._stretch:
                return future.result()
        request.leave()
        return None

    def _notify(self, _: Future[Chunk]) -> None:
        with self._changed:
            self._changed.notify_all()

    def _use(self, chunk: Chunk, pace: Pace, stretch: _Stretch) -> None:
        """Let the run be as after that chunk, unless the stretch has ended meanwhile."""
        with self._changed:
            if stretch is not self._stretch:
                return
            run, picture = chunk.run.after(self._view.run), chunk.picture
            stretch.used_at = self._clock()
            self._marks.add(mark_of(run, pace.seconds))
            changes: dict[str, Any] = {
                "run": run,
                "pace": pace,
                "marks": self._marks.all,
                "steps_per_second": self._speed.reach(run.step),
                "average_speed": self._average_speed.reach(run.step),
            }
            if picture is not None:
                self._view.models.take(run, picture)
                changes["pictured"] = run, picture
            if run.done or pace.has_spent_budget:
                self._enter("finish", **changes)
            else:
                self._see(**changes)

    # --- pictures ----------------------------------------------------------------------------------

    def _picture_at_rest(self) -> None:
        """Let a worker picture a run that has come to rest, as sharp as can be, if anybody looks."""
        view, wish = self._view, self._wish
        if view.is_active or wish.window is None:
            return
        picture = self._drawn(view.run, replace(wish, sharp=True))
        with self._changed:
            now = self._view
            if picture is not None and now.run is view.run and not now.is_active and wish == self._wish:
                view.models.take(view.run, picture)
                self._see(at_once=True, pictured=(view.run, picture))

    def _drawn(self, run: Run, wish: Wish) -> Picture | None:
        """Let a worker draw a picture of `run`; None if nobody looks, or if that fails."""
        return self._chunks.picture(run, wish) if self._is_watched else None
