"""A run in words: its status in one line, its position in the queue, and why it ended or failed."""

from concurrent.futures import BrokenExecutor

from pages.runs.view import RunView
from pages.server import server
from pages.server.turns import TURN_SECONDS, Turns
from polycore import PolycoreError
from polycore.formatting import loss_text
from polycore.workers.chunk import MAX_DEATHS
from polycore.workers.processes import StartError

TURNS = f"While others wait, runs take turns of {TURN_SECONDS:g} seconds."
MAX_SENTENCE = 300  # characters


def line(view: RunView) -> str:
    """Return what follows the status in one line.

    It names the step of the best loss: a run measures some steps, and the latest weights may be better still.
    """
    run = view.run
    position = "" if view.ahead is None else f" · position {view.ahead + 1} in the queue"
    return (
        f"step {run.step:,} of {run.last_step:,} ({run.step / run.last_step:.0%}){position} · "
        f"best loss {loss_text(run.best_loss)} nats (step {run.best_step:,})"
    )


def waiting(view: RunView) -> str:
    """Return how many runs are before this one, or that others wait; "" if no run waits."""
    if view.ahead is not None:
        verb = "continues" if view.run.step else "starts"
        return f"Waiting: {_runs_before(view.ahead)}. Your run {verb} by itself. {TURNS}"
    return f"Others are waiting too. {TURNS}" if view.others_wait else ""


def notes(view: RunView) -> dict[str, str]:
    """Return a sentence for each thing to know about the run; "" for what does not apply.

    waits: what it waits for. spent: that its budget ended it. error: why it failed. ended: why it ended early
    as it should; diverged: why it ended because its weights grew without bound.
    """
    ended = view.run.ended_because or ""
    return {
        "waits": waiting(view),
        "spent": server.current().limits.spent() if view.has_spent_budget else "",
        "error": view.error or "",
        "ended": "" if view.run.diverged else ended,
        "diverged": ended if view.run.diverged else "",
    }


def full(turns: Turns) -> str:
    """Return why a run cannot start on a server whose queue is full."""
    return (
        f"This server is full ({turns.running} at once, {turns.waiting} in the queue). Try again in a minute."
    )


def failure(error: Exception) -> str:
    """Return a sentence on why the next steps of a run could not be computed."""
    if isinstance(error, PolycoreError):
        text = str(error)
    elif isinstance(error, StartError):
        text = f"{error} The run is as it was before these steps: resume it in a minute."
    elif isinstance(error, BrokenExecutor):
        text = (
            f"{MAX_DEATHS} worker processes ended one after another at the same steps, perhaps for lack of "
            "memory. The run is as it was before these steps: resume it, or try a smaller network or fewer "
            "samples."
        )
    elif isinstance(error, MemoryError):
        text = (
            "The next steps need more memory than one run may use. The run is as it was before these steps: "
            "resume it, or try a smaller network, fewer samples or a smaller batch."
        )
    else:
        text = f"The run is as it was before a worker raised {type(error).__name__}: {error}"
    return " ".join(text.split())[:MAX_SENTENCE]


def _runs_before(position: int) -> str:
    match position:
        case 0:
            return "you are next"
        case 1:
            return "1 other is before you"
        case _:
            return f"{position} others are before you"
