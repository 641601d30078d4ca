"""The data sets that a model is evaluated on: its training set, and held-out points if there are any.

A page cannot wait for the predictions of a million points. So a large training set is thinned evenly, which
keeps the classes balanced. The metadata of a model measured in this way says so: `accuracy_on` and `loss_on`
are the numbers of points that its training accuracy and its loss were measured on. Without them it was all.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from polycore.arrays import Floats, Integers, evenly, read_only
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import Layers
from polycore.network.plain import accuracy, cross_entropy, predict_proba

MOST_MEASURED = 20_000  # points: the standard error of an accuracy of 99.5 % is then 0.05 percentage points
ACCURACY_ON, LOSS_ON = "accuracy_on", "loss_on"


@dataclass(frozen=True, eq=False)
class DataSets:
    """Points (N, 2) and labels (N,) of the training set, and of the held-out set or None."""

    points: Floats
    labels: Integers
    held_out: tuple[Floats, Integers] | None = None

    @classmethod
    def of(cls, experiment: Experiment) -> "DataSets":
        """Return the sets that every run of `experiment` is measured on."""
        return cls(*experiment.training_set(), experiment.held_out_set())

    def measured(self, model: Model) -> Model:
        """Return a copy of `model` with its loss and accuracies on these sets.

        At most MOST_MEASURED training points are used. Without held-out points the held-out accuracy is None.
        """
        points, labels = _thinned(self.points, self.labels)
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
        return measured if len(points) == len(self.points) else marked_as_measured_on(measured, len(points))


def loss_and_accuracy(
    experiment: Experiment, layers: Layers, points: Floats, labels: Integers
) -> tuple[float, float]:
    """Return the loss in nats and the accuracy of an experiment's network on points (N, 2).

    layers: its weights and biases, as they act on raw inputs.
    """
    weights, biases = zip(*layers, strict=True)
    activation = ACTIVATIONS[experiment.activation]
    probabilities = predict_proba(weights, biases, points, activation, experiment.inputs)
    return cross_entropy(probabilities, labels), accuracy(probabilities, labels)


@lru_cache(maxsize=8)
def thinned_training_set(experiment: Experiment) -> tuple[Floats, Integers]:
    """Return points (N, 2) and labels (N,) of the training set, thinned evenly to at most MOST_MEASURED."""
    return read_only(_thinned(*experiment.training_set()))


def marked_as_measured_on(model: Model, count: int) -> Model:
    """Return a copy of `model` whose metadata says that `count` training points were used to measure it."""
    return replace(model, metadata={**model.metadata, ACCURACY_ON: count, LOSS_ON: count})


def measured_count(model: Model, figure: str, count: int) -> int:
    """Return how many of `count` training points a figure, ACCURACY_ON or LOSS_ON, was measured on.

    Metadata from a file may say anything; impossible values are ignored.
    """
    value = model.metadata.get(figure)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 < value < count else count  # type: ignore[operator,return-value]


def _thinned(points: Floats, labels: Integers) -> tuple[Floats, Integers]:
    if len(points) <= MOST_MEASURED:
        return points, labels
    chosen = evenly(len(points), MOST_MEASURED)
    return points[chosen], labels[chosen]
