"""Survey: a landscape before its losses are known, that is its plane, its grid and the trajectories on it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, evenly, read_only
from polycore.checks import check_type, checked_whole_number, described
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.inspection.weight_plane import Trajectory, WeightPlane, parameters_of, steps_of
from polycore.limits import MAX_SEED
from polycore.network.batch import Batch
from polycore.network.kernels import HIGHEST_LOSS
from polycore.network.parameters import widths_text
from polycore.training.run import Run
from polycore.training.task import Task, task_of

MOST_POINTS = 3000  # of the training set, on which losses are measured
FEWEST_ACROSS, MOST_ACROSS = 2, 201
MARGIN = 0.15  # on each side of the trajectories, as a share of their extent
# The distance from the center to an edge, in lengths of each neuron's weights: a quarter of that in
# arXiv:1712.09913. Losses around three trained networks were 7 to 11 nats at 0.25, and 14 at 1, a plateau.
FARTHEST_RANDOM = 0.25
NARROWEST = 0.1  # the least distance from the center to an edge, as a share of the longer extent

Directions = Literal["principal", "random"]
Loss = Callable[[Floats], float]


@dataclass(frozen=True, eq=False)
class Survey:
    """Where the losses of a landscape are to be computed: see `Landscape`, whose fields these are.

    experiment: the first run's, on whose training set losses are measured.
    """

    experiment: Experiment
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    trajectories: tuple[Trajectory, ...]
    plane: WeightPlane
    point_count: int

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def count(self) -> int:
        """How many losses the landscape has."""
        return len(self.first) * len(self.second)

    def losses(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return the losses (stop - start,) in nats at these points of the grid, counted row by row."""
        loss = _loss_on(task_of(self.experiment))
        rows, columns = np.divmod(np.arange(start, stop), len(self.first))
        places = zip(self.first[columns], self.second[rows], strict=True)
        return np.array([loss(self.plane.parameters_at(*place)) for place in places])


def survey_of(
    run: Run, *others: Run, directions: Directions = "principal", size: int = 41, seed: int = 0
) -> Survey:
    """Return the survey of a landscape; for the arguments and errors see `landscape`."""
    _check_runs(run, others)
    size = checked_whole_number("size", size, FEWEST_ACROSS, MOST_ACROSS)
    seed = checked_whole_number("seed", seed, 0, MAX_SEED)
    task = task_of(run.experiment)
    parameters = [parameters_of(one, task) for one in (run, *others)]
    plane = _plane(directions, parameters, run.experiment.widths, seed)
    first, second = _grid(plane, np.concatenate([plane.points_of(some) for some in parameters]), size)
    loss = _loss_on(task)
    trajectories = [
        Trajectory(steps_of(one), plane.points_of(some), np.array([loss(each) for each in some]))
        for one, some in zip((run, *others), parameters, strict=True)
    ]
    return Survey(run.experiment, first, second, tuple(trajectories), plane, len(_measured(task)))


def _check_runs(run: Run, others: tuple[Run, ...]) -> None:
    check_type("run", run, Run, "Give a run: landscape(advance(start(experiment), steps)).")
    expected = run.experiment.widths
    for other in others:
        check_type("others", other, Run, "Give runs, one after the other: landscape(run, other).")
        if other.experiment.widths != expected:
            raise PolycoreError(
                f"others: got a network {widths_text(other.experiment.widths)}; expected "
                f"{widths_text(expected)}, as in the first run. Give runs that have the same layers."
            )
        if other.experiment.inputs != run.experiment.inputs:
            raise PolycoreError(
                f"others: got the inputs {', '.join(other.experiment.features)}; expected "
                f"{', '.join(run.experiment.features)}, as in the first run, of the same curves."
            )
        if other.experiment.activation != run.experiment.activation:
            raise PolycoreError(
                f"others: got the activation {other.experiment.activation}; expected "
                f"{run.experiment.activation}, as in the first run: other networks have other losses."
            )


def _plane(
    directions: Directions, parameters: list[NDArray[np.float64]], widths: tuple[int, ...], seed: int
) -> WeightPlane:
    beginning, center = parameters[0][0], parameters[0][-1]
    match directions:
        case "principal":
            # forward: the first run moves to the right and upward
            return WeightPlane.principal(center, np.concatenate(parameters), center - beginning, seed)
        case "random":
            return WeightPlane.random(center, widths, seed)
        case other:
            raise PolycoreError(f"directions: got {described(other)}; expected principal or random.")


def _grid(plane: WeightPlane, points: Floats, size: int) -> tuple[NDArray[np.float64], ...]:
    """Return the coordinates along both directions, which span the `points` (S, 2) of all trajectories."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = MARGIN * (high - low)
    least = _least_extent(plane, float((high - low).max()))
    lowest, highest = np.minimum(low - margin, -least), np.maximum(high + margin, least)
    return tuple(np.linspace(*ends, size) for ends in zip(lowest, highest, strict=True))


def _least_extent(plane: WeightPlane, longest: float) -> float:
    """Return the least distance from the center to an edge; the trajectories extend as far as `longest`."""
    if plane.explained is None:
        return FARTHEST_RANDOM
    if not any(plane.explained):
        # nothing has moved: as far as halfway to the network whose weights are all 0
        return float(np.linalg.norm(plane.center)) / 2 or 1.0
    return NARROWEST * longest


def _measured(task: Task) -> Batch:
    training = task.training
    if len(training) <= MOST_POINTS:
        return training
    return training.chosen(evenly(len(training), MOST_POINTS))


def _loss_on(task: Task) -> Loss:
    """Return a function that computes the loss of parameters (P,) in nats, in float64.

    float32 is not worth it: a map took 4/5 of the time, and its losses had relative errors of 3e-6.
    """
    evaluate = task.kernels().loss_on(_measured(task))

    def loss(parameters: Floats) -> float:
        with np.errstate(all="ignore"):  # very large logits overflow
            value = evaluate(parameters)
        return value if math.isfinite(value) else float(HIGHEST_LOSS)

    return loss
