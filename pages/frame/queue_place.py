"""What a person is told of the queue: the own place in it, and that runs take turns."""

from pages.runs.runner import Training
from pages.server.turns import TURN_SECONDS

TURNS = f"While others wait, runs take turns of {TURN_SECONDS:g} seconds."


def told(training: Training) -> str:
    """Return a sentence or two on where the run stands among those of others; "" where none waits."""
    place = training.place
    if place is not None:
        begins = "goes on" if training.run.step else "begins"
        return f"Waiting: {_before(place)}. Your run {begins} by itself. {TURNS}"
    return f"Others are waiting too. {TURNS}" if training.takes_turns else ""


def shortly(training: Training) -> str:
    """Return the same in a few words, to stand behind others; "" unless it waits."""
    place = training.place
    return "" if place is None else f" · place {place + 1} in the queue"


def _before(place: int) -> str:
    match place:
        case 0:
            return "you are the next"
        case 1:
            return "1 other is before you"
        case _:
            return f"{place} others are before you"
