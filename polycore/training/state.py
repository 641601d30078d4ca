"""The state of a run: everything that a run file stores, and what each step changes."""

from dataclasses import dataclass
from typing import NamedTuple

from polycore.arrays import Floats
from polycore.experiment.experiment import Experiment
from polycore.optimizers.optimizer import OptimizerState
from polycore.training.early_stop import EndReason
from polycore.training.history import History


class TrainState(NamedTuple):
    """The fields of a RunState that every step changes, after step `step`."""

    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None


@dataclass(frozen=True, eq=False)
class RunState:
    """The state of an experiment's training after `step` steps.

    `loss` is that of `parameters` on the whole training set; None if steps work on batches, since measuring
    every step would cost more than training. `gradient` is that of `parameters` on the whole training set or,
    if steps work on batches, of the last step's batch; None in search, and before the first batch.
    `held_out_loss` is the lowest one measured, at `held_out_step`; early stopping by patience compares with
    it. `ended` is the reason if the run ended before its last step.
    """

    experiment: Experiment
    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None
    best_step: int
    best_loss: float
    best_parameters: Floats
    history: History
    held_out_loss: float
    held_out_step: int = 0
    ended: EndReason | None = None

    @property
    def train_state(self) -> TrainState:
        """The fields that every step changes."""
        return TrainState(self.step, self.parameters, self.optimizer_state, self.loss, self.gradient)
