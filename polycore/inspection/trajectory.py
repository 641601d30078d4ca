"""The trajectory of a run: where its weights were, step by step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, read_only
from polycore.training.run import Run
from polycore.training.task import Task, task_of


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Where a run was on a landscape after S of its steps: those of its snapshots and, last, the present one.

    Attributes
    ----------
    steps
        (S,), ascending.
    points
        (S, 2), the coordinates of the plane's point that is nearest to the weights.
    losses
        (S,), in nats: those of the weights themselves, which may lie far from the plane.
    """

    steps: Integers
    points: NDArray[np.float64]
    losses: NDArray[np.float64]

    def __post_init__(self) -> None:
        read_only(self)


def steps_of(run: Run) -> Integers:
    """Return the steps of a run's trajectory."""
    return np.array([*(step for step in run.snapshots.step if step < run.step), run.step])


def parameters_of(run: Run, task: Task) -> NDArray[np.float64]:
    """Return the parameters (S, P) at the steps of a run's trajectory, in the scaling of `task`."""
    earlier = run.snapshots.parameters[: len(steps_of(run)) - 1]
    parameters = np.array([*earlier, run.parameters], dtype=np.float64)
    own = task_of(run.experiment)
    if np.array_equal(own.mean, task.mean) and np.array_equal(own.deviation, task.deviation):
        return parameters
    return np.array([_converted(one, own, task) for one in parameters])


def _converted(parameters: Floats, own: Task, task: Task) -> Floats:
    return task.parameters_of(own.raw_layers(parameters))
