"""Why a run ends before its last step, and how that is said."""

from typing import Literal, get_args

from polycore.experiment.experiment import Experiment

EndReason = Literal["diverged", "target", "patience", "stuck"]
END_REASONS: tuple[EndReason, ...] = get_args(EndReason)


class EarlyStop:
    """The rules of an experiment by which a run ends early."""

    def __init__(self, experiment: Experiment) -> None:
        self._target_loss, self._patience = experiment.target_loss, experiment.patience

    def reason(self, step: int, best_loss: float, held_out_step: int, stuck: bool) -> EndReason | None:
        """Return why the run ends after this step, or None if it continues.

        held_out_step: when the held-out loss was lowest. stuck: whether the optimizer can make no progress.
        """
        if self._target_loss is not None and best_loss <= self._target_loss:
            return "target"
        if self._patience is not None and step - held_out_step >= self._patience:
            return "patience"
        return "stuck" if stuck else None


def sentence(reason: EndReason, experiment: Experiment, step: int, held_out_step: int) -> str:
    """Return a sentence on why the run of an experiment ended after this step."""
    match reason:
        case "diverged":
            return (
                f"The run diverged at step {step + 1:,}: a weight left the range in which the loss is "
                "finite and a file can store it. The best weights are kept. "
                f"Lower the learning rate ({experiment.learning_rate:g}) and start again."
            )
        case "target":
            return f"The loss reached the target of {experiment.target_loss:g} nats at step {step:,}."
        case "patience":
            return (
                f"The loss on held-out points was lowest at step {held_out_step:,} and has not fallen "
                f"for {experiment.patience:,} steps: more training would only fit the samples better."
            )
        case "stuck":
            return (
                f"L-BFGS found no lower loss after step {step:,}: it is at a minimum, as far as numbers "
                "of 16 digits can tell, or on a crease of the ReLUs."
            )
