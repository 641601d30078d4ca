"""How good parameters are, on the training set and on held-out points."""

from dataclasses import dataclass

from polycore.arrays import Floats
from polycore.network.kernels import Workspace
from polycore.training.history import History
from polycore.training.task import Problem


@dataclass(frozen=True)
class Measurement:
    """Losses in nats, accuracies as shares, all in float64."""

    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float

    def told_in(self, history: History, step: int) -> History:
        """Return the history with the figures of `step` behind it."""
        return history.appended(step, self.loss, self.accuracy, self.held_out_accuracy)


def measure(parameters: Floats, problem: Problem, workspace: Workspace) -> Measurement:
    """Return how good the parameters are."""
    return Measurement(
        *workspace.loss_and_accuracy(parameters, problem.training),
        *workspace.loss_and_accuracy(parameters, problem.held_out),
    )
