"""A race: optimizers or activations, with the same seconds; a pair: two runs that differ in a setting."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from operator import methodcaller
from time import monotonic
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np

from pages.runs.training import Training
from pages.runs.view import RunView
from pages.server import server
from pages.server.source import Choice
from polycore import Experiment, Model, PolycoreError
from polycore.arrays import Floats, Integers
from polycore.experiment.settings import SETTINGS, Setting
from polycore.formatting import counted, loss_text
from polycore.limits import MAX_STEPS
from polycore.network.activations import ACTIVATIONS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.workers.chunk import advance_and_measure

FEWEST, MOST = 2, 4  # lanes of a race
BUDGETS = (5, 10, 30)  # seconds of computing for each
STOPS = 100  # moments of a whole race: a film of them takes 16 s
STOPPED = "before all had used their computing time"
NO_ACTIVATION = "The network has no hidden layer, so no activation changes it. Add a layer on Train."

Kind = Literal["Optimizers", "Activations"]


@dataclass(frozen=True)
class Entrant:
    """What one lane of a race trains with.

    experiment_of: returns its experiment, given the `common_experiment` of the race.
    advantage: over optimizers of its kind, as a clause; "" of an activation.
    """

    experiment_of: Callable[[Experiment], Experiment]
    advantage: str = ""


# Learning rates: random search has the tutorial's. The others were chosen by runs of 4 s of processor time on
# the twelve polynomials, 100 samples of each, hidden layers of 12 and of 32, 32, 32, 32, 32, two seeds each:
# SGD and Nesterov with 0.03, 0.1, 0.2, 0.5 and 1, Adam and evolution with 0.003, 0.01, 0.03 and 0.1. The rate
# is the one whose four lowest losses have the smallest geometric mean: SGD 0.14, Nesterov 0.15, Adam 0.09 and
# evolution 0.90 nats.
MOMENTUM = 0.9
NESTEROV = "Nesterov"
NESTEROV_ADVANTAGE = "it looks ahead along its momentum, so it can move faster before it overshoots"


def _optimizers() -> Mapping[str, Entrant]:
    entrants = {}
    # the tutorial's optimizer first
    for optimizer in sorted(OPTIMIZERS.values(), key=lambda optimizer: optimizer.name != "random-search"):
        name, words = optimizer.name, optimizer.words
        entrants[words.title] = Entrant(partial(_with_optimizer, name), words.advantage)
        if "nesterov" in optimizer.uses:
            entrants[NESTEROV] = Entrant(partial(_with_optimizer, name, nesterov=True), NESTEROV_ADVANTAGE)
    return entrants


def _with_optimizer(name: str, experiment: Experiment, *, nesterov: bool = False) -> Experiment:
    """Return the experiment with an optimizer, at the learning rate that suits it."""
    optimizer = OPTIMIZERS[name]
    rate = optimizer.racing_rate
    return replace(
        experiment,
        optimizer=name,
        nesterov=nesterov,
        momentum=MOMENTUM if "momentum" in optimizer.uses else experiment.momentum,
        learning_rate=experiment.learning_rate if rate is None else rate,
    )


# by their names in a race
ENTRANTS: Mapping[Kind, Mapping[str, Entrant]] = {
    "Optimizers": _optimizers(),
    # each with the initial weights that suit it
    "Activations": {
        one.label: Entrant(methodcaller("with_activation", one.name)) for one in ACTIVATIONS.values()
    },
}
DEFAULT: Mapping[Kind, Sequence[str]] = {
    "Optimizers": ("Random search", "SGD with momentum", "Adam", "L-BFGS"),
    "Activations": ("ReLU", "tanh", "Sigmoid", "Sine"),
}

_OFF = [setting for setting in SETTINGS.values() if setting.off_in_races]

GRADIENT = (
    "a gradient points downhill for all {weights:,} weights and biases at once, while a search "
    "tries one direction at a time and keeps what happens to help"
)


@dataclass(frozen=True, eq=False)
class Lane:
    """One entrant of a race: its name, and what there is to see of its run."""

    name: str
    view: RunView

    @property
    def experiment(self) -> Experiment:
        """The experiment that gives the same run without a budget: with the steps taken, at least 1."""
        return replace(self.view.run.experiment, steps=max(1, self.view.run.step))

    @property
    def model(self) -> Model:
        """The best model so far, whose metadata names `experiment`."""
        best = self.view.best
        return replace(best, metadata={**best.metadata, "experiment": self.experiment.summary()})

    @property
    def used(self) -> float:
        """How much it has used of what all lanes get: seconds of computing, or steps."""
        return self.view.seconds

    @property
    def curves(self) -> tuple[Floats | Integers, Floats, Floats]:
        """How much it had used at points in time, the lowest loss by then, and the held-out accuracy then."""
        used, _, losses, accuracies = np.array(self.view.milestones).T
        return used, losses, accuracies

    @property
    def ended_because(self) -> str | None:
        """Why it has ended before it had used what all get; None if it has not."""
        return self.view.run.ended_because


@dataclass(frozen=True, eq=False)
class PairLane(Lane):
    """One of a pair: a whole run, which may have few milestones."""

    @property
    def experiment(self) -> Experiment:
        return self.view.run.experiment

    @property
    def used(self) -> float:
        return self.view.run.step

    @property
    def curves(self) -> tuple[Floats | Integers, Floats, Floats]:
        history = self.view.run.history
        return history.step, np.minimum.accumulate(history.loss), history.held_out_accuracy

    @property
    def ended_because(self) -> str | None:
        out_of_time = f"It used its {self.view.pace.budget:g} s of computing."
        return super().ended_because or (out_of_time if self.view.has_spent_budget else None)


@dataclass(frozen=True, eq=False)
class Lanes:
    """What there is to see, at one moment, of runs that train side by side: of a race, or of a pair.

    set_up: the user's experiment, from which those of all lanes were made.
    """

    set_up: Experiment
    lanes: tuple[Lane, ...] = field(default=(), kw_only=True)

    @property
    def used(self) -> float | None:
        """The least that a lane under way has used; None if none is.

        A lane that has diverged, or is stuck, ended early: it says nothing about how far the others are.
        """
        ended = "finished", "failed", "paused"  # paused by a worker that hung; one that sleeps is not
        return min((lane.used for lane in self.lanes if lane.view.state not in ended), default=None)

    @property
    def is_running(self) -> bool:
        """Whether any lane advances by itself."""
        return any(lane.view.is_active for lane in self.lanes)

    @property
    def was_stopped(self) -> bool:
        """Whether it was stopped before every lane had used its budget."""
        return any(lane.view.status == "stopped" for lane in self.lanes)

    @property
    def has_begun(self) -> bool:
        """Whether any lane has taken a step."""
        return any(lane.view.run.step for lane in self.lanes)

    @property
    def leader(self) -> Lane:
        """The lane with the lowest loss; of several, the one that reached it in the fewest seconds."""

        def loss_and_seconds(lane: Lane) -> tuple[float, float]:
            loss = lane.view.run.best_loss
            return loss, next(one.seconds for one in lane.view.milestones if one.best_loss <= loss)

        return min(self.lanes, key=loss_and_seconds)

    def standing(self) -> str:
        """Return a sentence that says which lane leads."""
        run = self.leader.view.run
        lowest = f"{loss_text(run.best_loss)} nats, after {counted(run.step, 'step')}"
        if self.is_running:
            return f"{self.leader.name} is ahead: its lowest loss so far is {lowest}."
        losses = [lane.view.run.best_loss for lane in self.lanes]
        if losses.count(run.best_loss) > 1:  # they reached the floor of the loss
            return f"{self.leader.name} was the first to reach the lowest loss: {lowest}."
        return f"{self.leader.name} has the lowest loss: {lowest}."


@dataclass(frozen=True, eq=False)
class RaceView(Lanes):
    """A race of two to four lanes of a kind; `budget` is how much each lane gets: seconds of computing."""

    budget: float
    kind: Kind

    # a pair has the same: the class of its lanes, and whether the best comes first at the end
    lane, is_ranked = Lane, True
    # what all lanes get as much of, and the same as the title of an axis
    measure, axis = "computing time", "computing time (s)"
    # the buttons for the next race and to stop this one
    start_label, stop_label = "Race again", "Stop the race"
    start_type: ClassVar[Literal["primary", "secondary"]] = "primary"
    # what is asked before the figures come
    same = MappingProxyType[str, bool]({})

    @property
    def title(self) -> str:
        """What trains, and how long, in a few words."""
        return f"{len(self.lanes)} {self.kind.lower()} · {self.budget:g} s each"

    @property
    def progress(self) -> str:
        """How much all lanes have used, in words."""
        if self.was_stopped and not self.is_running:
            return STOPPED
        so_far = "" if self.used is None else f"{self.used:.1f} of "
        return f"{so_far}{self.budget:g} s of computing each"

    @property
    def moments(self) -> Sequence[tuple[int, Choice]]:
        """Evenly spaced computing times in microseconds, each with its choice; the last one is "Now"."""
        end = microseconds(max(lane.view.seconds for lane in self.lanes))
        times = (round(stop * microseconds(self.budget) / STOPS) for stop in range(STOPS + 1))
        return [*((time, time) for time in times if time < end), (end, "Now")]

    def is_of(self, set_up: Experiment) -> bool:
        """Return whether a race of these entrants on `set_up` would be the same."""
        names = [lane.name for lane in self.lanes]
        return experiments_of(set_up, self.kind, names) == [lane.view.run.experiment for lane in self.lanes]

    def verdict(self) -> str:
        """Return a sentence on why the order is, or is not, a surprise, or what may change it."""
        if self.kind == "Activations":
            return "Other layers, another learning rate or another seed may change the order."
        leader = self.leader
        searches = {
            lane.name: not OPTIMIZERS[lane.view.run.experiment.optimizer].needs_gradient
            for lane in self.lanes
        }
        if len(set(searches.values())) == 1:
            surprise = "a" if leader.name == "Random search" else "no"
            return f"That is {surprise} surprise: {ENTRANTS['Optimizers'][leader.name].advantage}."
        gradient = GRADIENT.format(weights=leader.view.run.experiment.parameter_count)
        if searches[leader.name]:
            return f"That is a surprise: {gradient}. Try more seconds, or another seed."
        return f"That is no surprise: {gradient}."


@dataclass(frozen=True, eq=False)
class PairView(Lanes):
    """Two whole runs that differ in one setting; that of the user's run comes first."""

    setting: Setting

    kind, moments, lane, is_ranked = None, (), PairLane, False
    measure, axis = "number of steps", "step"
    start_label, stop_label = "Start the race", "Stop both"
    start_type: ClassVar[Literal["primary", "secondary"]] = "secondary"

    @property
    def title(self) -> str:
        return f"Same but one · {self.setting.name}"

    @property
    def budget(self) -> int:
        return self.set_up.steps

    @property
    def progress(self) -> str:
        return f"{self.budget if self.used is None else self.used:,} of {self.budget:,} steps each"

    @property
    def same(self) -> dict[str, bool]:
        runs = [lane.view.run.experiment for lane in self.lanes]
        weights = {(run.seed, run.widths, run.initial_weights) for run in runs}
        same = dict.fromkeys(("Optimizer", "Seed", "Steps"), True)
        same |= {"Initial weights": len(weights) == 1, "New points": runs[0].seed == runs[1].seed}
        return dict(sorted({**same, self.setting.label: False}.items()))  # it stands anywhere among them

    def verdict(self) -> str:
        luck = "this" if self.setting.field == "seed" else "another seed shows how"
        return f"Nothing else was set differently: {luck} much is luck."


View = RaceView | PairView


@dataclass(frozen=True, eq=False)
class Race:
    """A race or a pair, which computes.

    before: what there is to see of it without its lanes. names, trainings: of these.
    """

    before: View
    names: tuple[str, ...]
    trainings: tuple[Training, ...]

    @classmethod
    def of(
        cls,
        set_up: Experiment,
        names: Sequence[str],
        budget: float,
        executor: Executor,
        *,
        owner: Hashable = None,
        kind: Kind = "Optimizers",
        clock: Callable[[], float] = monotonic,
    ) -> "Race":
        """Return the race of these entrants before its start.

        owner: the session. clock: returns the time in seconds.

        Raises PolycoreError if there are too few or too many, if the set-up cannot be trained, or not on this
        server, or if its network has no activation.
        """
        if not FEWEST <= len(names) <= MOST:
            raise PolycoreError(f"The race has {len(names)} {kind.lower()}; expected {FEWEST} to {MOST}.")
        if kind == "Activations" and not set_up.hidden:
            raise PolycoreError(NO_ACTIVATION)
        # the budget ends it, not the number of steps
        server.current().limits.check(replace(common_experiment(set_up), steps=1))
        trainings = [
            Training.of(experiment, executor, advance_and_measure, budget, owner=owner, clock=clock)
            for experiment in experiments_of(set_up, kind, names)
        ]
        return cls(RaceView(set_up, budget, kind), tuple(names), tuple(trainings))

    @property
    def name(self) -> str:
        """Its name: the name of its first lane's run."""
        return self.trainings[0].name

    @property
    def view(self) -> View:
        """What there is to see of it now."""
        lanes = map(self.before.lane, self.names, (one.view for one in self.trainings))
        return replace(self.before, lanes=tuple(lanes))

    def start(self) -> None:
        """Start all lanes. Raises PolycoreError, and starts none, if this server has no room for all."""
        for training in self.trainings:
            training.start()
        refused = [lane.view.error for lane in self.view.lanes if lane.view.status == "ready"]
        if refused:
            self.stop()
            raise PolycoreError(str(refused[0]))

    def stop(self) -> None:
        """End it for good; each lane stays at its step."""
        for training in self.trainings:
            training.stop()


def shares_weights(set_up: Experiment, kind: Kind, names: Sequence[str]) -> bool:
    """Return whether these entrants of that kind would all start from the same weights."""
    return len({one.initial_weights for one in experiments_of(set_up, kind, names)}) <= 1


def experiments_of(set_up: Experiment, kind: Kind, names: Iterable[str]) -> list[Experiment]:
    """Return what each of these entrants of that kind trains."""
    common = common_experiment(set_up)
    return [ENTRANTS[kind][name].experiment_of(common) for name in names]


def common_experiment(set_up: Experiment) -> Experiment:
    """Return what all lanes share: the set-up's classes, network, seed and fixed samples, as full batches.

    If the set-up draws fresh points, 100 samples of each polynomial replace them. Only the budget ends a run,
    nothing changes what it minimizes, and the learning rate stays constant.
    """
    return replace(
        set_up.on_fixed_samples(),
        schedule="constant",
        steps=MAX_STEPS,
        sampling="random",
        growing_batches=False,
        **{setting.field: setting.default for setting in _OFF},
    )


def replaced_in(set_up: Experiment) -> list[str]:
    """Return in words what `common_experiment` replaces in a set-up."""
    common = common_experiment(set_up)
    replaced = []
    if set_up.samples_per_class is None:
        replaced.append(f"{common.samples_per_class:,} samples of each polynomial in place of fresh points")
    if set_up.batch_size is not None:
        replaced.append(f"all of them every step in place of batches of {set_up.batch_size:,}")
    if set_up.schedule != common.schedule:
        replaced.append(f"a constant learning rate in place of the {set_up.schedule} schedule")
    unused = [one.off_in_races for one in _OFF if getattr(set_up, one.field) != one.default]
    return replaced + [f"no {name}" for name in dict.fromkeys(unused)]


def microseconds(seconds: float) -> int:
    """Return a time in microseconds: in whole ones it is a choice of weights."""
    return round(1e6 * seconds)
