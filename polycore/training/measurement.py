"""Measuring parameters on the training set and on held-out points."""

from dataclasses import dataclass

from polycore.arrays import Floats
from polycore.network.kernels import Kernels
from polycore.training.history import History
from polycore.training.task import Task


@dataclass(frozen=True)
class Measurement:
    """Losses in nats and accuracies as shares, all computed in float64."""

    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float

    def appended_to(self, history: History, step: int) -> History:
        """Return the history with these values of `step` as its last entry."""
        return history.appended(step, self.loss, self.accuracy, self.held_out_accuracy)


def measure(parameters: Floats, task: Task, kernels: Kernels) -> Measurement:
    """Return the losses and accuracies of the parameters."""
    return Measurement(
        *kernels.loss_and_accuracy(parameters, task.training),
        *kernels.loss_and_accuracy(parameters, task.held_out),
    )
