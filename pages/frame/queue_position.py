"""The queue in words: a run's position in it, and that runs take turns."""

from pages.runs.runner import Training
from pages.server.turns import TURN_SECONDS

TURNS = f"While others wait, runs take turns of {TURN_SECONDS:g} seconds."


def sentences(training: Training) -> str:
    """Return how many runs are before this one, or that others wait; "" if no run waits."""
    position = training.ahead
    if position is not None:
        verb = "continues" if training.run.step else "starts"
        return f"Waiting: {_runs_before(position)}. Your run {verb} by itself. {TURNS}"
    return f"Others are waiting too. {TURNS}" if training.takes_turns else ""


def suffix(training: Training) -> str:
    """Return the position in a few words, to append to a line; "" unless the run waits."""
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
