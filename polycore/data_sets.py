"""The points by which a model is judged: its training set, and held-out points where there are any."""

from dataclasses import dataclass, replace

from polycore.experiment import Experiment
from polycore.model import Model
from polycore.network import Floats, Integers, accuracy, cross_entropy


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

        Without held-out points its held-out accuracy is None.
        """
        probabilities = model.predict_proba(self.points)
        held_out = None
        if self.held_out is not None:
            points, labels = self.held_out
            held_out = accuracy(model.predict_proba(points), labels)
        return replace(
            model,
            loss=cross_entropy(probabilities, self.labels),
            accuracy=accuracy(probabilities, self.labels),
            held_out_accuracy=held_out,
        )
