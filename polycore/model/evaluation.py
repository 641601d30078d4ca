"""The points by which a model is judged: its training set, and held-out points where there are any.

A page cannot wait while a million points are asked. So of a large training set some are, evenly from first to
last, and so of each class as many as of any other. A model that is measured so says it in its metadata:
`accuracy_on` and `loss_on` are the numbers of points that its training accuracy and its loss are of. Without
them they are of all.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from polycore.arrays import Floats, Integers, read_only
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.network.plain import accuracy, cross_entropy

MOST_MEASURED = 20_000  # points: an accuracy of 99.5 % is then known to 0.05 points (one standard error)
ACCURACY_ON, LOSS_ON = "accuracy_on", "loss_on"


@dataclass(frozen=True, eq=False)
class DataSets:
    """Points (N, 2) and labels (N,) of the training set; of the held-out set too, or None."""

    points: Floats
    labels: Integers
    held_out: tuple[Floats, Integers] | None = None

    @classmethod
    def of(cls, experiment: Experiment) -> "DataSets":
        """Return the sets that every run of `experiment` is measured on."""
        return cls(*experiment.training_set(), experiment.held_out_set())

    def measured(self, model: Model) -> Model:
        """Return a copy of `model` with the loss and the accuracies that its weights have on these sets.

        Of more than MOST_MEASURED training points so many are asked. Without held-out points its held-out
        accuracy is None.
        """
        points, labels = _evenly(self.points, self.labels)
        probabilities = model.predict_proba(points)
        held_out = None
        if self.held_out is not None:
            held_out = accuracy(model.predict_proba(self.held_out[0]), self.held_out[1])
        metadata = {
            name: value for name, value in model.metadata.items() if name not in (ACCURACY_ON, LOSS_ON)
        }
        measured = replace(
            model,
            loss=cross_entropy(probabilities, labels),
            accuracy=accuracy(probabilities, labels),
            held_out_accuracy=held_out,
            metadata=metadata,
        )
        return measured if len(points) == len(self.points) else told_of_few(measured, len(points))


@lru_cache(maxsize=8)
def few_of(experiment: Experiment) -> tuple[Floats, Integers]:
    """Return points (N, 2) and labels (N,) of its training set: at most MOST_MEASURED, evenly."""
    return read_only(_evenly(*experiment.training_set()))


def told_of_few(model: Model, count: int) -> Model:
    """Return `model` with the word that its loss and its training accuracy are of `count` points."""
    return replace(model, metadata={**model.metadata, ACCURACY_ON: count, LOSS_ON: count})


def asked_for(model: Model, figure: str, count: int) -> int:
    """Return of how many among `count` training points a figure is: ACCURACY_ON or LOSS_ON names it.

    A file's metadata may say anything: what cannot be is passed over.
    """
    found = model.metadata.get(figure)
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return found if is_number and 0 < found < count else count  # type: ignore[operator,return-value]


def _evenly(points: Floats, labels: Integers) -> tuple[Floats, Integers]:
    if len(points) <= MOST_MEASURED:
        return points, labels
    chosen = np.linspace(0, len(points) - 1, MOST_MEASURED).round().astype(np.int64)
    return points[chosen], labels[chosen]
