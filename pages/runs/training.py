"""How a run advances by itself: chunk by chunk in worker processes, chained by one small thread."""

import logging
import math
import secrets
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from pages.runs import sentences
from pages.runs.pacing import Pacing
from pages.runs.view import Event, Milestone, Milestones, RunView, state_after
from pages.server import server
from pages.server.presence import Presence
from pages.server.shared_results import Request
from pages.server.source import Halt, IsThere
from pages.server.turns import Turn
from polycore import Experiment, Model, PolycoreError, Run
from polycore import start as start_of
from polycore.training.history import History
from polycore.workers.chunk import Advance, Chunk, Pace, Speed, chunks, timed
from polycore.workers.picture import Picture, Wish, picture_of
from polycore.workers.processes import HangError, ShutDownError, Urgent

SLOT_SECONDS = 0.01  # between two looks for a chunk that others of the same entry have asked for
LOOK_SECONDS = 0.5  # between two checks for the tab during a chunk
NEW_SECONDS = 1.0  # of computing, within which a page asks for a map, unless its tab is hidden
SPEED_SECONDS = 2.0  # window of the speed that is shown
AVERAGE_SECONDS = 10.0  # the same for the time left, which should not jump when others compute for a moment

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class Ahead(NamedTuple):
    """Steps that have been computed already: the last of them, and how many seconds they took."""

    step: int
    seconds: float


@dataclass(eq=False)
class _Stretch:
    """A stretch in which a run advances by itself, from a start or a resumption to the next rest.

    turn: its turn to compute. generation: of the run's view meanwhile.
    used_at: when the latest chunk was used, or it began.
    began_at: when the latest chunk was asked for, or it began. taken: how many steps that had.
    steps: how many single steps it has still to take; None if it takes steps until it is halted.
    is_repeating: whether the next chunk was computed already, for others, so that the run needs no turn.
    catches_up: whether it goes through such chunks without waiting.
    """

    turn: Turn
    generation: int
    used_at: float
    began_at: float
    steps: int | None
    is_repeating: bool
    catches_up: bool = False
    taken: int = 0

    @property
    def is_single(self) -> bool:
        """Whether it takes single steps."""
        return self.steps is not None


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
        before: Sequence[Milestone] = (),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`advance` is pure, and workers can import it. A run that has taken steps begins as paused.

        `budget`: seconds of computing, above 0, after which the run is finished at the end of a chunk. The
        last chunks are cut to what is left, so it is exceeded only if steps become slower.
        `at_end`: called with this training, from its own thread, once it is finished, or has an error, but
        not if the user stops it.
        `origin`: names what determines every chunk, which are shared with other runs of the same origin; None
        shares nothing. `of` knows it.
        `owner`: the session, which may not use more than its share of a busy server.
        `part_of`: the name of the sweep that it is a part of, under which it announces its changes.
        `before`: the milestones of the run that it continues, whose computing time counts too.
        `clock`: returns the time in seconds.
        """
        self.name = secrets.token_hex(8)
        self._announced_as = part_of or self.name
        self._executor, self._advance = executor, advance
        self._at_end = at_end
        self._origin, self._owner = origin, owner
        self._clock = clock
        self._presence = Presence(clock)
        self._speeds = Speed(SPEED_SECONDS, clock), Speed(AVERAGE_SECONDS, clock)
        self._milestones = Milestones.of(run, before)
        self._seconds_before = self._milestones.latest.seconds
        self._wish = Wish()
        # held while any of what follows is changed
        self._changed = threading.Condition()
        self._view = RunView.of(self.name, run, budget, before)
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
        """Return the training of a new run, which shares its chunks with other runs of the same experiment.

        The experiment determines the run to the last bit, and together with the budget where its chunks end.
        `options`: see the class. Raises PolycoreError as `polycore.start` does.
        """
        origin = server.current().results.origin(experiment, advance, budget)
        return cls(start_of(experiment), executor, advance, budget, at_end, origin=origin, **options)

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

    @property
    def _is_new(self) -> bool:
        """Whether its page is still to have a first map: then it computes before others."""
        is_early = self._view.pictured is None and self._view.pace.seconds < NEW_SECONDS
        return is_early and self._announced_as == self.name  # a sweep shows no maps

    def computed_ahead(self) -> Ahead:
        """Return how far its next steps have been computed already, for others who train the same.

        A slow run does not use these chunks: its own are shorter.
        """
        view, results = self._view, server.current().results
        end, seconds = view.run.step, 0.0
        while view.is_active and not view.pacing.is_slow and (chunk := results.kept(self._key(end))):
            steps = chunk.run.step - end
            if steps == 0 or not view.pacing.pauses_none_of(end, steps):
                break
            end, seconds = end + steps, seconds + chunk.seconds
        return Ahead(end, seconds)

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
            self._presence.look(is_there)
            self._go("look")

    # --- what the user does ------------------------------------------------------------------------

    def start(self) -> None:
        """Start to advance. Does nothing unless ready."""
        self._go("start")

    def resume(self) -> None:
        """Continue. Does nothing unless paused or failed."""
        self._go("resume")

    def step(self) -> None:
        """Take one step and pause; while it takes one, take another one after it.

        Does nothing if it advances until it is halted, or has ended.
        """
        with self._changed:
            if self._stretch is not None and self._stretch.steps is not None:
                self._stretch.steps += 1
            else:
                self._go("step")

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

    def go_at(self, pacing: Pacing) -> None:
        """Go at this pacing from now on, also in the midst of a chunk."""
        with self._changed:
            before = self._view.pacing
            if pacing == before:
                return
            self._see(at_once=True, pacing=pacing)
            self._changed.notify_all()
            stretch = self._stretch
            is_other_speed = pacing.steps_per_second != before.steps_per_second
            if is_other_speed and stretch is not None and not stretch.is_single:
                self._measure_speed(stretch)

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
        state = state_after(self._view.state, event)
        if state is None:
            return
        if self._stretch is not None:
            self._stretch.turn.give_up()
            self._stretch = None
            for speed in self._speeds:  # pauses do not count
                speed.end()
        self._see(at_once=True, state=state, generation=self._view.generation + 1, **changes)
        self._changed.notify_all()

    # --- a stretch begins and ends -----------------------------------------------------------------

    def _go(self, event: Event) -> None:
        """Begin another stretch, if the event leads to one and the server is not full."""
        with self._changed:
            if state_after(self._view.state, event) is None:
                return
            own, steps = server.current(), 1 if event == "step" else None
            turn = own.turns.take(self._origin, self._owner, is_new=self._is_new)
            if turn is None:
                self._see(error=sentences.server_full(own.turns))
                return
            is_repeating = (
                steps is None
                and not self._view.pacing.is_slow
                and own.results.kept(self._key(self._view.run.step)) is not None
            )
            self._presence.wait()
            self._enter(event, error=None)
            generation, now = self._view.generation, self._clock()
            self._stretch = _Stretch(turn, generation, now, now, steps, is_repeating)
            threading.Thread(target=self._work, args=(self._stretch,), name="run", daemon=True).start()

    def _work(self, stretch: _Stretch) -> None:
        """Use chunk after chunk until the stretch ends. This is its thread."""
        view, ended_by_error = self._view, False
        if not stretch.is_single:
            self._measure_speed(stretch)
        try:
            for chunk, pace in chunks(view.run, partial(self._next, stretch), view.pace):
                self._use(chunk, pace, stretch)
                self._rest_after_steps(stretch)
                self._sleep_unless_seen(stretch)
                stretch.turn.pass_on(is_new=self._is_new)
        except (ShutDownError, CancelledError):
            pass  # the server ends
        except Exception as error:  # whatever a worker raises, the user sees it
            is_ours, hung = isinstance(error, PolycoreError), isinstance(error, HangError)
            why = sentences.failure(error) + ("" if is_ours else f" {sentences.AS_BEFORE}")
            ended_by_error = self._end(stretch, "pause" if hung else "fail", error=why)
            if ended_by_error and not is_ours:
                _logger.warning("A run failed at step %d.", self._view.run.step, exc_info=error)
        self._end(stretch, "rest")  # unless it has ended otherwise by now
        self._picture_at_rest()
        view = self._view
        # only for the stretch that ended the run: after one that was paused it may go on, or be refused
        if (view.state == "finished" or ended_by_error) and view.generation == stretch.generation + 1:
            self._at_end(self)

    def _end(self, stretch: _Stretch, event: Event, **changes: Any) -> bool:
        """Let an event end a stretch, with these changes; return False if it has ended already."""
        with self._changed:
            is_current = stretch is self._stretch
            if is_current:
                self._enter(event, **changes)
            return is_current

    def _rest_after_steps(self, stretch: _Stretch) -> None:
        """Note that a single step was taken, if it was one, and rest if that was the last one asked for."""
        with self._changed:  # so that none is asked for in between
            if stretch.steps is not None:
                stretch.steps -= 1
                if stretch.steps == 0:
                    self._end(stretch, "rest")

    def _sleep_unless_seen(self, stretch: _Stretch) -> None:
        with self._changed:
            if stretch is self._stretch and self._presence.is_gone():
                self._enter("leave")

    def _measure_speed(self, stretch: _Stretch) -> None:
        """Measure the speed from now on."""
        with self._changed:
            if stretch is self._stretch:
                for speed in self._speeds:
                    speed.begin()

    # --- the next chunk ----------------------------------------------------------------------------

    def _key(self, *of: Hashable) -> Hashable:
        """Return by what the server knows a result of its own origin; None if that is not shared."""
        return None if self._origin is None else (self._origin, *of)

    def _next(self, stretch: _Stretch, run: Run, pace: Pace) -> Chunk | None:
        """Return the next chunk, kept or computed in its turn; None if the stretch ends first."""
        while stretch is self._stretch:
            self._await_time(stretch)
            began_at = self._clock()
            key, steps = self._wanted(stretch, run, pace)
            chunk = self._kept(key, stretch)
            if chunk is None and not stretch.turn.has_come:
                self._await_turn(stretch)
                continue  # by now others may have computed it, or it may be a shorter one
            if chunk is None:
                request = self._request(key, run, steps, stretch)
                chunk = None if request is None else self._await(request, stretch)
            taken = 0 if chunk is None else chunk.run.step - run.step
            # a pause may have been set meanwhile, in the midst of these steps
            if chunk is not None and (stretch.is_single or self._view.pacing.pauses_none_of(run.step, taken)):
                stretch.began_at, stretch.taken = began_at, taken
                return chunk
        return None

    def _wanted(self, stretch: _Stretch, run: Run, pace: Pace) -> tuple[Hashable, int]:
        """Return by what the next chunk is known, and how many steps it has if it must be computed."""
        if stretch.is_single:
            return None, 1  # its own: the chunk of others may have more steps
        own, pacing = server.current(), self._view.pacing
        steps, most = pace.next_steps(own.turns.chunk_seconds), pacing.most_steps(run.step)
        if pacing.is_slow:
            steps = int(min(steps, most))
            # shared with those who are as slow: others would repeat the run in chunks as short
            return self._key(run.step, steps), steps
        known = own.results.kept(self._key(run.step))
        if (steps if known is None else known.run.step - run.step) <= most:
            return self._key(run.step), steps
        return None, int(min(steps, most))

    def _kept(self, key: Hashable, stretch: _Stretch) -> Chunk | None:
        """Return the chunk of that key if it is kept, at the pace at which it was computed."""
        chunk: Chunk | None = server.current().results.used(key)
        with self._changed:
            stretch.is_repeating = chunk is not None
            if chunk is None:
                stretch.catches_up = False
                return None
            rest = stretch.used_at + chunk.seconds + chunk.drawing - self._clock()
            self._changed.wait_for(lambda: stretch is not self._stretch or stretch.catches_up, max(0.0, rest))
        if stretch.catches_up:
            self._measure_speed(stretch)  # from the chunk that is computed next: these took no time
        elif chunk.picture is None or not chunk.picture.has(self._wish):
            return chunk._replace(picture=self._drawn(chunk.run, self._wish))
        return chunk

    def _await_time(self, stretch: _Stretch) -> None:
        """Wait until the next chunk of a slow run is due, or the stretch has ended; its turn rests."""
        with self._changed:
            if self._seconds_until_due(stretch) <= 0:
                return
            stretch.turn.rest()
            while stretch is self._stretch and (seconds := self._seconds_until_due(stretch)) > 0:
                self._changed.wait(min(seconds, LOOK_SECONDS))
                self._sleep_unless_seen(stretch)
            if stretch is self._stretch:
                stretch.turn.come_back()

    def _seconds_until_due(self, stretch: _Stretch) -> float:
        if stretch.is_single:
            return 0.0
        return stretch.began_at + self._view.pacing.seconds_of(stretch.taken) - self._clock()

    def _await_turn(self, stretch: _Stretch) -> None:
        """Wait until the turn has come or the stretch has ended."""
        if stretch.turn.has_come:
            return
        self._announce_position()
        while stretch is self._stretch and not stretch.turn.wait(LOOK_SECONDS):
            self._sleep_unless_seen(stretch)
        self._measure_speed(stretch)
        self._announce_position()

    def _announce_position(self) -> None:
        """Let it be seen that its position in the queue has changed."""
        with self._changed:
            self._see(at_once=True)

    def _request(self, key: Hashable, run: Run, steps: int, stretch: _Stretch) -> Request[Chunk] | None:
        """Ask for the next chunk once no other of its entry is computed; None if it is there by then."""
        # a slow run computes little, and no one who trains the same waits for its short chunks
        slot = None if self._view.pacing.is_slow else stretch.turn.entry.slot
        results = server.current().results
        while stretch is self._stretch:
            others = results.join(key)
            if others is not None or results.kept(key) is not None:
                return others
            if slot is None or slot.acquire(timeout=SLOT_SECONDS):
                break
            self._sleep_unless_seen(stretch)
        else:
            return None
        try:
            # the charts of a slow run have a point for each chunk, also of those before a page listens
            unseen = [Wish()] if self._view.pacing.is_slow else []
            wish = [self._wish] if self._is_watched else unseen
            task = self._by_urgency(timed)
            ask = partial(self._executor.submit, task, self._advance, run.without_snapshots(), steps, *wish)
            request = results.ask(key, ask)
        except BaseException:
            if slot is not None:
                slot.release()
            raise
        if slot is not None:
            request.future.add_done_callback(lambda _: slot.release())  # as soon as the chunk is there
        return request

    def _by_urgency(self, task: Callable[..., T]) -> Callable[..., T]:
        """Return `task` as one that workers compute before all others, if the run is new."""
        return Urgent(task) if self._is_new else task

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
            self._milestones = self._milestones.after(Milestone.of(run, self._seconds_before + pace.seconds))
            steps_per_second, average_speed = (speed.reach(run.step) for speed in self._speeds)
            changes: dict[str, Any] = {
                "run": run,
                "pace": pace,
                "milestones": self._milestones.all,
                "steps_per_second": steps_per_second,
                "average_speed": average_speed,
            }
            if picture is not None:
                self._view.models.take(run, picture)
                changes["pictured"] = run, picture
                if self._view.pacing.is_slow:
                    changes["seen"] = _with_seen(self._view.seen, run.step, picture.now.model)
            pauses = run.step == self._view.pacing.pause_at and not stretch.is_single
            if run.done or pace.has_spent_budget:
                self._enter("finish", **changes)
            elif pauses:
                self._enter("pause", **changes)
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
        """Let a worker draw a picture of `run`; None if nobody looks, or if no worker can draw it.

        None also if the status of the run changes first: a worker may take long, or hang.
        """
        generation = self._view.generation
        if not self._is_watched:
            return None
        ask = partial(self._executor.submit, self._by_urgency(picture_of), run.without_snapshots(), wish)
        try:
            request = server.current().results.ask(self._key(run.step, wish), ask)
            while not wait([request.future], LOOK_SECONDS).done:
                if generation != self._view.generation or not self._is_watched:
                    request.leave()
                    return None
            return request.future.result()
        except (ShutDownError, CancelledError):
            return None
        except Exception as error:  # the run is well, and its last picture is there
            _logger.warning("The map of a run at step %d could not be drawn.", run.step, exc_info=error)
            return None


def _with_seen(seen: History | None, step: int, model: Model) -> History:
    """Return what was measured for maps, and what was measured for one more."""
    held_out = model.held_out_accuracy or 0.0
    return (seen or History(every=1)).appended(step, model.loss, model.accuracy, held_out)
