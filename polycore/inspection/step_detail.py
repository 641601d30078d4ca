"""What a page shows of the next step of a run: one point, one weight, and the map before and after it.

It is computed with NumPy alone, in parts: a worker can make each call, so that others come in between, and
the caller can give up after any of them. Another point or weight of the same step is a part of that.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import NamedTuple, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, by_fields, evenly, grid_points
from polycore.experiment.experiment import Experiment
from polycore.inspection.parameter_index import ParameterIndex, WeightChange
from polycore.inspection.point_slopes import PointSlopes
from polycore.inspection.step import NextStep, next_step
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import Layers
from polycore.network.plain import predict_proba
from polycore.pictures.notebook import map_png
from polycore.training.run import Run, advance, start

MOST_DOTS = 300  # points of the batch that a page shows
LEAST_PATH, MOST_PATH = 10, 100  # steps of a weight's path, of the largest networks and of others
# Of all weights on it, if these are more than LEAST_PATH steps: 10,000 weights have all.
MOST_PATH_BYTES = 2**23
PART_SECONDS = 0.15  # of steps in one call
MOST_TRIED = 20  # points, for one that is wrong and meets a neuron that is on
COLUMNS, ROWS = 120, 80  # of the map of what changes

P = ParamSpec("P")
T = TypeVar("T")


class Call(Protocol):
    """Computes one part, here or in a worker."""

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `function(*args, **kwargs)`."""


def call_here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `function(*args, **kwargs)`, computed in this process."""
    return function(*args, **kwargs)


class StepChoice(NamedTuple):
    """What is looked at in a step.

    point: its index in the batch. None: of the MOST_TRIED most wrong points, the most wrong one that pulls at
        a neuron of the last hidden layer, or the most wrong of all if none does.
    weight: None: the weight to the last hidden layer at which that point pulls most or, if it pulls at none
        of them, the one at which it pulls most in the network. Of a search: the one that changes most.
    """

    point: int | None = None
    weight: ParameterIndex | None = None


@dataclass(frozen=True, eq=False)
class Trail:
    """All weights and biases of a run in its latest steps: the path of each of them.

    At most MOST_PATH steps; of large networks as many as fit into MOST_PATH_BYTES, but at least LEAST_PATH.

    Attributes
    ----------
    run
        The run at the last of these steps.
    parameters
        After each step, (steps, parameters); the last ones are those of `run`.
    """

    run: Run
    parameters: Floats

    __reduce__ = by_fields

    @classmethod
    def at(cls, run: Run) -> "Trail":
        """Return the trail that begins with a run."""
        return cls(run.without_snapshots(), run.parameters[np.newaxis])

    def to(self, run: Run, call: Call = call_here) -> "Trail":
        """Return the trail up to the same run some steps later, from calls of some steps each.

        It is that of `run` alone if there are more than MOST_PATH steps between, or less than none.
        """
        if not 0 <= run.step - self.run.step <= MOST_PATH:
            return Trail.at(run)
        trail, fitting = self, MOST_PATH_BYTES // run.parameters.nbytes
        most = 1 + min(MOST_PATH, max(LEAST_PATH, fitting))
        while trail.run.step < run.step and not trail.run.done:
            last, rows = call(_some_steps, trail.run, run.step)
            trail = Trail(last, np.concatenate([trail.parameters, rows])[-most:])
        return trail

    def of(self, position: int) -> tuple[tuple[int, float], ...]:
        """Return the steps, each with the value after it of the parameter at a position."""
        values = self.parameters[:, position].tolist()
        return tuple(enumerate(values, self.run.step + 1 - len(values)))


@dataclass(frozen=True, eq=False)
class StepDetail:
    """The next step of a run, as a page shows it.

    Attributes
    ----------
    step
        The step itself, from which other points and weights of it are explained.
    errors
        See `NextStep`.
    dots
        The indices of at most MOST_DOTS points of the step, (D,), the chosen one among them.
    dot_points, dot_labels
        Their x and y, (D, 2), and their classes, (D,).
    point
        The chosen point: the way forward and the way back.
    weight
        The chosen weight or bias.
    layers
        The weights and biases before the step, as they act on raw inputs.
    maps
        The map before and after the step, as PNG files.
    gains_of_classes
        What the step adds to the probability of each class, (K, ROWS, COLUMNS), at a grid of points of the
        experiment's window, the lowest y first.
    trail
        The steps so far, as many as are known; the last is that before the step.
    """

    step: NextStep
    errors: NDArray[np.float64]
    dots: Integers
    dot_points: NDArray[np.float64]
    dot_labels: Integers
    point: PointSlopes
    weight: WeightChange
    layers: Layers
    maps: tuple[bytes, bytes]
    gains_of_classes: Floats
    trail: Trail

    __reduce__ = by_fields

    @property
    def experiment(self) -> Experiment:
        """The experiment of the run."""
        return self.step.experiment

    @property
    def gains(self) -> Floats:
        """What the step adds to the probability of the point's class, (ROWS, COLUMNS)."""
        of_class: Floats = self.gains_of_classes[self.point.label]
        return of_class

    @property
    def raw_inputs(self) -> Floats:
        """The inputs of the chosen point before they are scaled, (n,)."""
        of_point: Floats = self.experiment.inputs.of(self.point.point[np.newaxis])[0]
        return of_point

    @property
    def path(self) -> tuple[tuple[int, float], ...]:
        """The steps so far, each with the value of the chosen weight after it; () if only one is known."""
        path = self.trail.of(self.weight.index.position(self.experiment.widths))
        return path if len(path) > 1 else ()

    @property
    def follows_slopes(self) -> bool:
        """Whether the optimizer follows slopes, and is not a search."""
        return self.step.optimizer.needs_gradient


def step_detail(
    run: Run, choice: StepChoice, trail: Trail | None = None, call: Call = call_here
) -> StepDetail:
    """Return the next step of a run.

    Parameters
    ----------
    choice
        What the step does not have, such as a point of a larger batch, is chosen as if it were None.
    trail
        The same run some steps before, at which the path of the weight begins or has come; None without one.
    call
        Computes one part after another.

    Raises
    ------
    PolycoreError
        If the run takes no step, since it is done or would diverge.
    """
    trail = Trail.at(run) if trail is None else trail.to(run, call)
    step = call(next_step, run)
    drawn = call(_drawn, step)
    chosen = call(_chosen, step, drawn.errors, choice, None)
    return StepDetail(step, trail=trail, **drawn._asdict(), **chosen._asdict())


def first_step_detail(
    experiment: Experiment, weights: Model | Run | None, choice: StepChoice, call: Call = call_here
) -> StepDetail:
    """Return the first step of a run that begins, from given weights or from initial ones; see `start`.

    Raises
    ------
    PolycoreError
        As `start` and `step_detail` do.
    """
    return step_detail(call(start, experiment, weights), choice, call=call)


def other_detail(detail: StepDetail, choice: StepChoice, call: Call = call_here) -> StepDetail:
    """Return the same step with another choice; all else of it is known."""
    chosen = call(_chosen, detail.step, detail.errors, choice, detail.weight)
    return replace(detail, **chosen._asdict())


class _Drawn(NamedTuple):
    """The fields of a StepDetail that do not depend on what is chosen, and that take long."""

    errors: NDArray[np.float64]
    layers: Layers
    maps: tuple[bytes, bytes]
    gains_of_classes: Floats


class _Chosen(NamedTuple):
    """The fields of a StepDetail that depend on what is chosen."""

    point: PointSlopes
    weight: WeightChange
    dots: Integers
    dot_points: NDArray[np.float64]
    dot_labels: Integers


def _drawn(step: NextStep) -> _Drawn:
    before, after = step.before.layers, step.after.layers
    return _Drawn(
        errors=step.errors,
        layers=before,
        maps=(_map(step.experiment, before), _map(step.experiment, after)),
        gains_of_classes=_probabilities(step.experiment, after) - _probabilities(step.experiment, before),
    )


def _chosen(
    step: NextStep, errors: NDArray[np.float64], choice: StepChoice, known: WeightChange | None
) -> _Chosen:
    """Return what is chosen; `known`: a weight of the step that is explained already."""
    if choice.point is not None and 0 <= choice.point < len(errors):
        point = step.point(choice.point)
    else:
        point = _wrong_point(step, errors)
    index = _index(step, point, choice.weight)
    dots = np.union1d(evenly(len(errors), MOST_DOTS - 1), [point.index])
    return _Chosen(
        point=point,
        # its slopes are of all points of the batch, which is what takes long
        weight=known if known is not None and known.index == index else step.weight(index),
        dots=dots,
        dot_points=step.points[dots],
        dot_labels=step.labels[dots],
    )


def _wrong_point(step: NextStep, errors: NDArray[np.float64]) -> PointSlopes:
    """Return the most wrong point that pulls at a last hidden neuron: one that is off has no slope."""
    most_wrong = np.argsort(-errors, kind="stable")[:MOST_TRIED].tolist()
    points = map(step.point, most_wrong)
    return next((point for point in points if _last_hidden(point).any()), step.point(most_wrong[0]))


def _last_hidden(point: PointSlopes) -> Floats:
    """Return the sizes of a point's slopes in the layer before the outputs, or in the only one."""
    # on the way there the slopes come through weights
    return np.abs(point.layers[max(0, len(point.layers) - 2)].weights)


def _index(step: NextStep, point: PointSlopes, chosen: ParameterIndex | None) -> ParameterIndex:
    if chosen is not None and chosen.is_in(step.experiment.widths):
        return chosen
    if not step.optimizer.needs_gradient:
        return step.largest_change
    slopes = _last_hidden(point)
    if not slopes.any():
        return point.steepest
    source, neuron = divmod(int(slopes.argmax()), slopes.shape[1])
    return ParameterIndex(max(0, len(point.layers) - 2), neuron, source)


def _map(experiment: Experiment, layers: Layers) -> bytes:
    weights, biases = zip(*layers, strict=True)
    return map_png(weights, biases, experiment.activation, experiment.inputs, experiment.window)


def _probabilities(experiment: Experiment, layers: Layers) -> Floats:
    (left, right), (low, high) = experiment.window
    points = grid_points(np.linspace(left, right, COLUMNS), np.linspace(low, high, ROWS))
    weights, biases = zip(*layers, strict=True)
    activation = ACTIVATIONS[experiment.activation]
    of_classes = predict_proba(weights, biases, points, activation, experiment.inputs)
    return np.asarray(of_classes.T, dtype=np.float64).reshape(-1, ROWS, COLUMNS)


def _some_steps(run: Run, end: int) -> tuple[Run, Floats]:
    """Return the run PART_SECONDS later, or at step `end`, and its parameters after each of the steps."""
    began = perf_counter()
    rows: list[Floats] = []
    while run.step < end and not run.done and (not rows or perf_counter() - began < PART_SECONDS):
        run = advance(run, 1)
        rows.append(run.parameters)
    return run.without_snapshots(), np.stack(rows)
