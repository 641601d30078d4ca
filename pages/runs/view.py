"""What there is to see of a run: its state, what it has reached, and its models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from pages.runs.pacing import UNPACED, Pacing
from pages.server.source import Choice
from polycore import Model, Run
from polycore.arrays import Floats, Integers
from polycore.training.history import History
from polycore.workers.chunk import Pace
from polycore.workers.picture import Picture, Portrait, Wish, portrait_of

# asleep: paused since nobody looks; it continues by itself when somebody does.
# running: it advances by itself, now or when its turn comes.
# stepping: it takes the single steps that were asked for, and then rests.
# failed: it is as it was before steps that could not be computed.
State = Literal["ready", "running", "stepping", "asleep", "paused", "stopped", "finished", "failed"]

# What the user does: start, step (one, and then rest), resume, pause, stop.
# look: somebody looks. leave: nobody has looked for too long.
# rest: the single steps were taken, or the server ends. finish: no step or no budget is left.
Event = Literal["start", "step", "resume", "pause", "stop", "look", "leave", "rest", "finish", "fail"]

# by the event and the state before it: the state after it; an event changes nothing in the other states
AFTER: Mapping[Event, Mapping[State, State]] = {
    "start": {"ready": "running"},
    "step": {"ready": "stepping", "asleep": "stepping", "paused": "stepping", "failed": "stepping"},
    "resume": {"asleep": "running", "paused": "running", "failed": "running"},
    "pause": {"running": "paused", "stepping": "paused", "asleep": "paused"},
    "stop": dict.fromkeys(("ready", "running", "stepping", "asleep", "paused", "failed"), "stopped"),
    "look": {"asleep": "running"},
    "leave": {"running": "asleep", "stepping": "paused"},
    "rest": {"running": "paused", "stepping": "paused"},
    "finish": {"running": "finished", "stepping": "finished"},
    "fail": {"running": "failed", "stepping": "failed"},
}

# A state as pages show it: "waiting" of a run that waits for its turn, "paused" also of one that sleeps.
Status = Literal["ready", "waiting", "running", "paused", "stopped", "finished", "failed"]

MOST_MILESTONES = 400


def first_state(run: Run) -> State:
    """Return the state of a run that nothing has happened to yet; one that has taken steps is paused."""
    if run.done:
        return "finished"
    return "paused" if run.step > run.began_at else "ready"


def state_after(state: State, event: Event) -> State | None:
    """Return the state to which an event leads; None if it changes nothing in that state."""
    return AFTER[event].get(state)


class Milestone(NamedTuple):
    """What a run has reached at the end of a chunk.

    seconds: computing time of the workers so far, also for the weights with which the run began, if known.
    best_loss: the lowest so far, in nats. held_out_accuracy: the latest measured, as a share.
    """

    seconds: float
    step: int
    best_loss: float
    held_out_accuracy: float

    @classmethod
    def of(cls, run: Run, seconds: float) -> "Milestone":
        """Return the milestone of `run`, for which workers have computed that long."""
        return cls(seconds, run.step, run.best_loss, float(run.history.held_out_accuracy[-1]))


def seconds_at(steps: Sequence[int] | Integers, milestones: Sequence[Milestone]) -> Floats:
    """Return the computing time in seconds up to each step: exact at the ends of chunks."""
    return np.interp(steps, [one.step for one in milestones], [one.seconds for one in milestones])


def since(milestones: Sequence[Milestone]) -> str:
    """Return from which step on the computing time is known, in words; "" if it is from the first one."""
    return f" since step {milestones[0].step:,}" if milestones and milestones[0].step else ""


@dataclass(frozen=True)
class Milestones:
    """The milestones of a run, thinned out evenly so that a long run needs no more memory.

    kept: every so many of all that there were, as `every` says; when they are too many, every other one goes.
    latest: the last of all. count: how many there were.
    """

    kept: tuple[Milestone, ...]
    latest: Milestone
    every: int = 1
    count: int = 1

    @classmethod
    def of(cls, run: Run, before: Sequence[Milestone] = ()) -> "Milestones":
        """Return those up to the start of `run`; `before` are those of the run that had its weights."""
        first = Milestone.of(run, float(seconds_at([run.step], before)[0]) if before else 0.0)
        kept = (*(one for one in before if one.step < run.step), first)
        return cls(kept, first, count=len(kept))

    @property
    def all(self) -> tuple[Milestone, ...]:
        """Those that are kept, and the latest."""
        return self.kept if self.kept[-1] is self.latest else (*self.kept, self.latest)

    def after(self, milestone: Milestone) -> "Milestones":
        """Return the milestones with `milestone`, the next chunk's."""
        kept = (*self.kept, milestone) if self.count % self.every == 0 else self.kept
        if len(kept) < MOST_MILESTONES:
            return Milestones(kept, milestone, self.every, self.count + 1)
        return Milestones(kept[::2], milestone, 2 * self.every, self.count + 1)


class Models:
    """The best and the latest model of a run, and the models of its snapshots, with their portraits.

    What is kept is replaced and never changed in place: pages and frames come here from threads of their own.
    """

    def __init__(self) -> None:
        self._best: tuple[int, Model] | None = None
        self._current: tuple[Run, Model] | None = None
        self._past: dict[int, Model] = {}
        self._portraits: dict[tuple[int, Wish], Portrait] = {}

    def best_of(self, run: Run) -> Model:
        """Return the best model of `run`, the same object until a better one comes."""
        best = self._best
        if best is None or best[0] != run.best_step:
            # from a copy: a run caches its models, and would carry them to the workers
            best = self._best = (run.best_step, replace(run).best_for_a_page)
        return best[1]

    def current_of(self, run: Run, pictured: tuple[Run, Picture] | None) -> Model:
        """Return the model of the latest weights of `run`, the same object each time.

        pictured: as in `RunView`. Its model needs no measuring.
        """
        if run.parameters is run.best_parameters:
            return self.best_of(run)
        current = self._current
        if current is None or current[0] is not run:
            known = pictured[1].now if pictured is not None and pictured[0] is run else None
            model = replace(run).current_for_a_page if known is None else known.model
            current = self._current = run, model
        return current[1]

    def take(self, run: Run, picture: Picture) -> None:
        """Use the best model that a worker has measured for the picture of `run`, if it has."""
        best = picture.now if run.parameters is run.best_parameters else picture.best
        if best is not None and (self._best is None or self._best[0] != run.best_step):
            self._best = run.best_step, best.model

    def past(self, run: Run, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if the run has no snapshot of it."""
        if step not in run.snapshots.step:
            return None
        known = self._past.get(step)
        if known is None:
            known = run.snapshot_for_a_page(step)
            kept = ((one, model) for one, model in self._past.items() if one in run.snapshots.step)
            self._past = dict([*kept, (step, known)])
        return known

    def past_portrait(self, run: Run, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the snapshot's model; None if there is no snapshot of that step."""
        model = self.past(run, step)
        if model is None:
            return None
        known = self._portraits.get((step, wish))
        if known is None:
            known = portrait_of(run, model, wish)
            kept = [
                (key, portrait)
                for key, portrait in self._portraits.items()
                if key[0] in run.snapshots.step and key[1] == wish
            ]
            self._portraits = dict([*kept, ((step, wish), known)])
        return known


@dataclass(frozen=True, eq=False)
class RunView:
    """A run at one moment: all of it belongs together, since a run replaces its view as a whole.

    name: of the run.
    run: at the end of the latest chunk.
    state: see State; pages show `status`.
    generation: how often that has changed.
    pictured: the latest picture, and the run that it is of; None before the first.
    pacing: how it goes for those who watch it.
    seen: what was measured for the maps of a slow run; None if there is nothing. It is in no file.
    error: a sentence on why it failed or did not start, else None.
    pace: what its chunks have cost so far.
    milestones: of the start and of the ends of chunks, thinned out evenly; the last is the latest.
    steps_per_second: over the last two seconds in which it ran by itself; 0.0 before a second of that.
    average_speed: the same over ten seconds, for the time left: it should not jump when others compute.
    ahead: how many runs wait for their turn ahead of it; None unless it waits.
    others_wait: whether others do while it advances, so that it alternates between computing and waiting.
    version: how often anything that can be seen of it has changed.
    models: which have been measured.
    """

    name: str
    run: Run
    state: State
    pace: Pace
    milestones: tuple[Milestone, ...]
    generation: int = 0
    pictured: tuple[Run, Picture] | None = None
    pacing: Pacing = UNPACED
    seen: History | None = None
    error: str | None = None
    steps_per_second: float = 0.0
    average_speed: float = 0.0
    ahead: int | None = None
    others_wait: bool = False
    version: int = 0
    models: Models = field(default_factory=Models, repr=False)

    @classmethod
    def of(cls, name: str, run: Run, budget: float, before: Sequence[Milestone] = ()) -> "RunView":
        """Return the view of a run that nothing has happened to yet; see `Pace` and `Milestones.of`."""
        return cls(name, run, first_state(run), Pace(budget), Milestones.of(run, before).all)

    @property
    def status(self) -> Status:
        """The state as pages show it."""
        match self.state:
            case "asleep":
                return "paused"
            case "running" | "stepping":
                return "running" if self.ahead is None else "waiting"
            case state:
                return state

    @property
    def is_active(self) -> bool:
        """Whether it advances by itself, now or when its turn comes: "running" or "waiting"."""
        return self.state in ("running", "stepping")

    @property
    def has_spent_budget(self) -> bool:
        """Whether its budget ended it before its last step."""
        return self.state == "finished" and not self.run.done

    @property
    def seconds(self) -> float:
        """Processor time in seconds that workers computed for it, and for the training before, if known."""
        return self.milestones[-1].seconds

    @property
    def mean_speed(self) -> float:
        """The steps it has taken per second of computing; 0.0 before the first."""
        return (self.run.step - self.milestones[0].step) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time of the remaining steps by `average_speed`; None before that is known."""
        if self.run.done:
            return 0.0
        steps = min(self.run.last_step - self.run.step, self.pace.affordable_steps())
        return steps / self.average_speed if self.average_speed else None

    @property
    def history(self) -> History:
        """What charts show: the run's history and, of a slow run, what was measured for its maps between."""
        history, seen = self.run.whole_history, self.seen
        if seen is None:
            return history
        steps, first = np.unique(np.concatenate([history.step, seen.step]), return_index=True)
        columns = ("loss", "accuracy", "held_out_accuracy")
        both = {
            name: np.concatenate([getattr(history, name), getattr(seen, name)])[first] for name in columns
        }
        return History(history.every, steps, **both)

    @property
    def latest_is_best(self) -> bool:
        """Whether the best weights that a page knows are the latest ones.

        The run's own best is of the steps that it has measured. Before the first in its history, these are
        few, while the page measures the latest weights anyway, to show them.
        """
        run = self.run
        if run.best_step == run.step:
            return True
        return run.history.step[-1] == run.began_at and self.current.loss < run.best_loss

    @property
    def best(self) -> Model:
        """Its best model, the same object until a better one comes: measuring it takes time."""
        return self.current if self.latest_is_best else self.models.best_of(self.run)

    @property
    def best_step(self) -> int:
        """The step after which it had the weights of `best`."""
        return self.run.step if self.latest_is_best else self.run.best_step

    @property
    def best_loss(self) -> float:
        """The loss of `best` in nats: the run's own figure if it has one."""
        return self.run.best_loss if self.best_step == self.run.best_step else self.best.loss

    @property
    def current(self) -> Model:
        """The model of its latest weights, the same object each time."""
        return self.models.current_of(self.run, self.pictured)

    @property
    def moments(self) -> list[tuple[int, Choice]]:
        """The steps whose weights can be shown, ascending, each with its choice; the last one is "Now"."""
        run = self.run
        steps: dict[int, Choice] = {step: step for step in run.snapshots.step if step < run.step}
        if not self.latest_is_best:
            steps[run.best_step] = "Best"
        return [*((step, steps[step]) for step in sorted(steps)), (run.step, "Now")]

    def available(self, choice: Choice) -> Choice:
        """Return what a choice shows: for a step whose snapshot made room, the first moment after it."""
        if not isinstance(choice, int) or choice in self.run.snapshots.step:
            return choice
        return next((other for step, other in self.moments if step >= choice), "Now")

    def past(self, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if it has none of that step."""
        return self.models.past(self.run, step)

    def past_portrait(self, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the snapshot's model; None if there is no snapshot of that step."""
        return self.models.past_portrait(self.run, step, wish)
