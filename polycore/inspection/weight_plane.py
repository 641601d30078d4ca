"""The plane through a network's parameters on which a landscape is drawn, and trajectories on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, read_only
from polycore.network.parameters import layers
from polycore.training.run import Run
from polycore.training.task import Task, task_of

ROUNDING = 2.0**-24  # of a snapshot: float32 changes a number by at most this share of its size


@dataclass(frozen=True, eq=False)
class WeightPlane:
    """The parameters center + a · directions[0] + b · directions[1], for all numbers a and b.

    Attributes
    ----------
    center
        (P,).
    directions
        (2, P).
    explained
        The shares, from 0 to 1, of the trajectories' variance along each direction; None if random.
    """

    center: NDArray[np.float64]
    directions: NDArray[np.float64]
    explained: tuple[float, float] | None

    def __post_init__(self) -> None:
        read_only(self)

    @classmethod
    def principal(
        cls, center: NDArray[np.float64], parameters: NDArray[np.float64], forward: Floats, seed: int
    ) -> "WeightPlane":
        """Return the plane through `center` along the two principal directions of `parameters`.

        These are the orthonormal directions of largest variance about the mean. If the variance has no second
        direction, or none at all, directions that are random with `seed` and orthogonal to the others
        complete the plane.

        Parameters
        ----------
        parameters
            (S, P).
        forward
            (P,): the directions point to its side.

        References
        ----------
        arXiv:1712.09913, section 7.2.
        """
        _, sizes, found = np.linalg.svd(parameters - parameters.mean(axis=0), full_matrices=False)
        # smaller movements are due to rounding, and their directions mean nothing
        sizes = sizes[sizes > ROUNDING * np.linalg.norm(parameters)]
        found = found[: min(len(sizes), 2)]
        signs = np.where(found @ forward < 0, -1.0, 1.0)
        directions = _completed(signs[:, np.newaxis] * found, np.random.default_rng(seed))
        first, second = [*sizes[:2] ** 2, 0.0, 0.0][:2]
        total = (sizes**2).sum() or 1.0
        return cls(center.copy(), directions, (float(first / total), float(second / total)))

    @classmethod
    def random(cls, center: NDArray[np.float64], widths: Sequence[int], seed: int) -> "WeightPlane":
        """Return the plane through `center` along two random directions, filter-normalized.

        The part of a direction that changes one neuron's weights and bias is as long as those are.

        References
        ----------
        arXiv:1712.09913, section 4; there biases are left out, here they count as another weight.
        """
        rng = np.random.default_rng(seed)
        directions = np.stack([_filter_normalized(center, widths, rng) for _ in range(2)])
        return cls(center.copy(), directions, None)

    def points_of(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the coordinates (S, 2) of the points of the plane nearest to `parameters` (S, P)."""
        # random directions are not quite orthogonal: a product with them would not give the nearest point
        points: NDArray[np.float64] = (parameters - self.center) @ np.linalg.pinv(self.directions)
        return points

    def parameters_at(self, first: float, second: float) -> NDArray[np.float64]:
        """Return the parameters (P,) at a point of the plane."""
        parameters: NDArray[np.float64] = (
            self.center + first * self.directions[0] + second * self.directions[1]
        )
        return parameters


def _completed(directions: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return two orthonormal directions (2, P), of which `directions` (k, P) are the first."""
    missing = 2 - len(directions)
    columns = np.concatenate([directions, rng.standard_normal((missing, directions.shape[1]))]).T
    orthonormal, triangle = np.linalg.qr(columns)
    # the decomposition may turn a direction around
    return np.ascontiguousarray((orthonormal * np.sign(triangle.diagonal())).T)


def _filter_normalized(
    center: NDArray[np.float64], widths: Sequence[int], rng: np.random.Generator
) -> NDArray[np.float64]:
    direction = rng.standard_normal(center.size)
    for parts, trained in zip(layers(direction, widths), layers(center, widths), strict=True):
        scales = _neuron_lengths(trained) / _neuron_lengths(parts)
        for part in parts:  # views of `direction`
            part *= scales
    return direction


def _neuron_lengths(layer: tuple[Floats, Floats]) -> Floats:
    """Return for each neuron the length of its weights and bias together, (neurons,)."""
    lengths: Floats = np.linalg.norm(np.concatenate(layer), axis=0)
    return lengths


# --- trajectories: where the weights of runs were, step by step -------------------------------


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
    return np.array([task.parameters_of(own.raw_layers(one)) for one in parameters])
