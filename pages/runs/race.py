"""A race: optimizers or activations, with the same seconds; a pair: two runs that differ in a setting."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from operator import methodcaller
from time import monotonic
from typing import Literal

from pages.runs.training import Training
from pages.runs.view import RunView
from pages.server import server
from polycore import Experiment, Model, PolycoreError
from polycore.experiment.settings import SETTINGS, Setting
from polycore.formatting import counted, loss_text
from polycore.limits import MAX_STEPS
from polycore.network.activations import ACTIVATIONS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.workers.chunk import advance_and_measure

FEWEST, MOST = 2, 4  # lanes of a race
BUDGETS = (5, 10, 30)  # seconds of computing for each
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
    """One entrant of a race, or one of a pair: its name, and what there is to see of its run."""

    name: str
    view: RunView
    in_pair: bool = False

    @property
    def experiment(self) -> Experiment:
        """The experiment that gives the same run without a budget: with the steps taken, at least 1."""
        run = self.view.run
        return run.experiment if self.in_pair else replace(run.experiment, steps=max(1, run.step))

    @property
    def model(self) -> Model:
        """The best model so far, whose metadata names `experiment`."""
        best = self.view.best
        return replace(best, metadata={**best.metadata, "experiment": self.experiment.summary()})


@dataclass(frozen=True, eq=False)
class RaceView:
    """What there is to see of a race at one moment; for the other fields see `Race`."""

    set_up: Experiment
    budget: float
    lanes: tuple[Lane, ...]
    kind: Kind
    setting: Setting | None = None

    @property
    def same(self) -> dict[str, bool]:
        """What may be the same in both lanes of a pair, and whether it is."""
        if self.setting is None:
            return {}
        runs = [lane.view.run.experiment for lane in self.lanes]
        weights = {(run.seed, run.widths, run.initial_weights) for run in runs}
        same = dict.fromkeys(("Optimizer", "Seed", "Steps"), True)
        same |= {"Initial weights": len(weights) == 1, "New points": runs[0].seed == runs[1].seed}
        return dict(sorted({**same, self.setting.label: False}.items()))  # it stands anywhere among them

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

    def is_of(self, set_up: Experiment) -> bool:
        """Return whether a race of these entrants on `set_up` would be the same."""
        names = [lane.name for lane in self.lanes]
        return experiments_of(set_up, self.kind, names) == [lane.view.run.experiment for lane in self.lanes]

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

    def verdict(self) -> str:
        """Return a sentence on which lane leads: why it is, or is not, a surprise, or what may change it."""
        if self.setting is not None:
            luck = "this" if self.setting.field == "seed" else "another seed shows how"
            return f"Nothing else was set differently: {luck} much is luck."
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
class Race:
    """A race of two to four lanes; `budget` is in seconds of computing for each.

    set_up: the user's experiment, of which `common_experiment` has what all lanes share.
    names, trainings: of its lanes.
    kind: what the lanes of a race differ in. setting: what those of a pair do; None of a race.
    """

    set_up: Experiment
    budget: float
    names: tuple[str, ...]
    trainings: tuple[Training, ...]
    kind: Kind = "Optimizers"
    setting: Setting | None = None

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
        return cls(set_up, budget, tuple(names), tuple(trainings), kind)

    @property
    def name(self) -> str:
        """Its name: the name of its first lane's run."""
        return self.trainings[0].name

    @property
    def view(self) -> RaceView:
        """What there is to see of it now."""
        in_pair = self.setting is not None
        lanes = (Lane(name, one.view, in_pair) for name, one in zip(self.names, self.trainings, strict=True))
        return RaceView(self.set_up, self.budget, tuple(lanes), self.kind, self.setting)

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
