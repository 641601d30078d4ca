"""Why a run ends before its last step, and how that is said."""

from typing import TYPE_CHECKING, Literal, get_args

from polycore.experiment.experiment import Experiment

if TYPE_CHECKING:
    from polycore.training.recorder import Recorder
    from polycore.training.state import RunState, TrainState

EndReason = Literal["diverged", "target", "patience", "stuck"]
END_REASONS: tuple[EndReason, ...] = get_args(EndReason)


class EarlyStop:
    """The rules of an experiment by which a run ends early."""

    def __init__(self, experiment: Experiment) -> None:
        self._target_loss, self._patience = experiment.target_loss, experiment.patience

    def reason(self, state: "TrainState", recorder: "Recorder") -> EndReason | None:
        """Return why the run ends after this step, or None if it continues."""
        if self._target_loss is not None and recorder.best_loss <= self._target_loss:
            return "target"
        if self._patience is not None and state.step - recorder.held_out_step >= self._patience:
            return "patience"
        return "stuck" if state.optimizer_state.stuck else None


def sentence(reason: EndReason, run: "RunState") -> str:
    """Return a sentence on why `run` ended where it stands."""
    match reason:
        case "diverged":
            return (
                f"The run diverged at step {run.step + 1:,}: a weight left the range in which the loss is "
                "finite and a file can store it. The best weights are kept. "
                f"Lower the learning rate ({run.experiment.learning_rate:g}) and start again."
            )
        case "target":
            return f"The loss reached the target of {run.experiment.target_loss:g} nats at step {run.step:,}."
        case "patience":
            return (
                f"The loss on held-out points was lowest at step {run.held_out_step:,} and has not fallen "
                f"for {run.experiment.patience:,} steps: more training would only fit the samples better."
            )
        case "stuck":
            return (
                f"L-BFGS found no lower loss after step {run.step:,}: it is at a minimum, as far as numbers "
                "of 16 digits can tell, or on a crease of the ReLUs."
            )
