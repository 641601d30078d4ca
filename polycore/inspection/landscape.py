"""The loss landscape of a run: losses over a plane through its weights, with the trajectory that it took."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import read_only
from polycore.formatting import counted, loss_text
from polycore.inspection.survey import Directions, Survey, survey_of
from polycore.inspection.weight_plane import Trajectory, WeightPlane
from polycore.training.run import Run

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False, repr=False)
class Landscape:
    """Losses over a plane through the parameters of a network, and the trajectories of runs on it.

    A loss is at most 16.1 nats, as for a true class with a probability of 1e-7: see `cross_entropy`. The
    same number stands for losses that overflow.

    Attributes
    ----------
    first
        (size,), coordinates along the plane's first direction; (0, 0) are the first run's present weights.
        With principal directions, which are orthonormal, they are distances in the space of the parameters;
        with random ones, 1 changes each neuron by as much as its weights are long.
    second
        (size,), the same along the second direction.
    losses
        (size, size), in nats; a row for each of `second`, a column for each of `first`.
    trajectories
        One for each run.
    plane
        The plane itself.
    point_count
        Of the training set, how many points the losses are the mean of.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    losses: NDArray[np.float64]
    trajectories: tuple[Trajectory, ...]
    plane: WeightPlane
    point_count: int

    def __post_init__(self) -> None:
        read_only(self)

    def __repr__(self) -> str:
        """The size of the plane, its losses and the number of trajectories."""
        rows, columns = self.losses.shape
        low, high = loss_text(float(self.losses.min())), loss_text(float(self.losses.max()))
        trajectories = counted(len(self.trajectories), "trajectory", "trajectories")
        return f"<Landscape: {rows} by {columns} losses, {low} to {high} nats, {trajectories}>"

    @classmethod
    def of(cls, survey: Survey, losses: Sequence[NDArray[np.float64]]) -> "Landscape":
        """Return the landscape of a survey, with all its losses in order, whatever the parts."""
        shape = len(survey.second), len(survey.first)
        of_grid = np.concatenate(losses).reshape(shape)
        return cls(
            survey.first, survey.second, of_grid, survey.trajectories, survey.plane, survey.point_count
        )

    @property
    def explained(self) -> tuple[float, float] | None:
        """The shares, from 0 to 1, of the trajectories' variance along each direction; None if random.

        (0, 0) if no weight has changed.
        """
        return self.plane.explained


def landscape(
    run: Run,
    *others: Run,
    directions: Directions = "principal",
    size: int = 41,
    seed: int = 0,
    progress: Progress | None = None,
) -> Landscape:
    """Return the losses over a plane through the present weights of `run`, on its training set.

    The training set is thinned evenly to at most 3,000 points. The plane goes through the present weights, so
    that the map is true there, and not through the mean of the trajectories, which no run ever had.

    Parameters
    ----------
    *others
        Further runs, with the same layers, whose trajectories are to lie on the same plane. Weights that were
        trained with another scaling of the inputs are converted to the scaling of `run`.
    directions
        "principal": the two along which the weights of all trajectories vary most; "random": two random ones,
        scaled to the weights of each neuron, for the surroundings of the present weights.
    size
        Coordinates along each direction, 2 to 201; they span all trajectories and 15 % more on each side.
    seed
        0 to 4,294,967,295; determines random directions.
    progress
        Called after each row with the number of rows computed and the total.

    Raises
    ------
    PolycoreError
        Unless the arguments are of these types and in these ranges, and the layers of all runs are the same.
    """
    survey = survey_of(run, *others, directions=directions, size=size, seed=seed)
    across, rows = len(survey.first), len(survey.second)
    losses = []
    for row in range(rows):
        losses.append(survey.losses(row * across, (row + 1) * across))
        if progress is not None:
            progress(row + 1, rows)
    return Landscape.of(survey, losses)
