"""The state of a run: everything that a run file stores, and what each step changes."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from polycore.arrays import Floats
from polycore.experiment.error_sums import ErrorSums
from polycore.experiment.experiment import Experiment
from polycore.optimizers.optimizer import OptimizerState
from polycore.training.history import History
from polycore.training.leg import Leg
from polycore.training.snapshots import NO_SNAPSHOTS, Rule, Snapshots

# why a run ended before its last step
EndReason = Literal["diverged", "target", "patience", "stuck"]
END_REASONS: tuple[EndReason, ...] = get_args(EndReason)


class TrainState(NamedTuple):
    """The fields of a RunState that every step changes, after step `step`."""

    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None
    errors: ErrorSums | None = None


@dataclass(frozen=True, eq=False)
class RunState:
    """The state of an experiment's training after `step` steps.

    `loss` is that of `parameters` on the whole training set; None if steps work on batches, since measuring
    every step would cost more than training. `gradient` is that of `parameters` on the whole training set or,
    if steps work on batches or with dropout, the last step's; None in search, and before the first batch.
    `held_out_loss` is the lowest one measured, at `held_out_step`; early stopping by patience compares with
    it. `ended` is the reason if the run ended before its last step.

    `began_at`: the step at which the experiment began, 0 unless the run continues from given weights, and
    `optimizer_began_at` that at which its optimizer did. `earlier`: the training before `began_at`. Given
    weights are in float64, whatever the precision of the steps.
    `snapshots`: the parameters at some of the steps. `errors`: where the network errs, if the points of the
    steps follow that; otherwise None.
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
    began_at: int = 0
    optimizer_began_at: int = 0
    earlier: tuple[Leg, ...] = ()
    snapshots: Snapshots = NO_SNAPSHOTS
    errors: ErrorSums | None = None

    @property
    def last_step(self) -> int:
        """The step at which all the experiment's steps are taken."""
        return self.began_at + self.experiment.steps

    @property
    def whole_history(self) -> History:
        """What was measured, also in earlier training, with entries on both sides of each change."""
        known = [leg.history for leg in self.earlier if leg.history is not None]
        return History.joined([*known, self.history])

    @property
    def given(self) -> Floats | None:
        """The weights of the model that it continued from, as `Leg.given` has them; None if it has none."""
        return next((leg.given for leg in reversed(self.earlier) if leg.history is None), None)

    @property
    def snapshot_rule(self) -> Rule:
        """Which snapshots are kept."""
        return Rule.of(self.parameters.size, self.began_at)

    @property
    def train_state(self) -> TrainState:
        """The fields that every step changes."""
        return TrainState(
            self.step, self.parameters, self.optimizer_state, self.loss, self.gradient, self.errors
        )
