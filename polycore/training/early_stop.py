"""Why a run ended before its last step, and how that is said."""

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from polycore.training.run import Run

Ending = Literal["diverged", "target", "patience", "stuck"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)


def sentence(ending: Ending, run: "Run") -> str:
    """Return why `run`, which stands where it ended, did so."""
    match ending:
        case "diverged":
            return (
                f"The run diverged at step {run.step + 1:,}: a weight left the range in which the loss is "
                "finite and a file can hold it. The best weights are kept. "
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
                f"L-BFGS found no lower loss after step {run.step:,}: it stands at a lowest point, as far as "
                "numbers of 16 digits can tell, or on a crease of the ReLUs."
            )
