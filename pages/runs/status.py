"""A run in words: its status in one line, its position in the queue, and why it ended."""

from pages.runs.runner import Training
from pages.server import server
from pages.server.turns import TURN_SECONDS
from polycore import Run
from polycore.formatting import loss_text

TURNS = f"While others wait, runs take turns of {TURN_SECONDS:g} seconds."


def line(training: Training, run: Run) -> str:
    """Return what follows the status in one line; `run` is the training's, as the caller has read it.

    It names the step of the best loss: a run measures some steps, and the latest weights may be better still.
    """
    return (
        f"step {run.step:,} of {run.last_step:,} ({run.step / run.last_step:.0%})"
        f"{_position(training)} · best loss {loss_text(run.best_loss)} nats (step {run.best_step:,})"
    )


def waiting(training: Training) -> str:
    """Return how many runs are before this one, or that others wait; "" if no run waits."""
    position = training.ahead
    if position is not None:
        verb = "continues" if training.run.step else "starts"
        return f"Waiting: {_runs_before(position)}. Your run {verb} by itself. {TURNS}"
    return f"Others are waiting too. {TURNS}" if training.takes_turns else ""


def notes(training: Training) -> dict[str, str]:
    """Return a sentence for each thing to know about the run; "" for what does not apply.

    waits: what it waits for. spent: that its budget ended it. error: why it failed. ended: why it ended early
    as it should; diverged: why it ended because its weights grew without bound.
    """
    run = training.run
    ended = run.ended_because or ""
    return {
        "waits": waiting(training),
        "spent": server.current().limits.spent() if training.has_spent_budget else "",
        "error": training.error or "",
        "ended": "" if run.diverged else ended,
        "diverged": ended if run.diverged else "",
    }


def _position(training: Training) -> str:
    position = training.ahead
    return "" if position is None else f" · position {position + 1} in the queue"


def _runs_before(position: int) -> str:
    match position:
        case 0:
            return "you are next"
        case 1:
            return "1 other is before you"
        case _:
            return f"{position} others are before you"
