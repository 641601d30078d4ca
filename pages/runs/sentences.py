"""Sentences about a run: how far it is, what it waits for, why it ended; and why it, or a job, failed."""

from concurrent.futures import BrokenExecutor, CancelledError

from pages.runs.view import RunView
from pages.server import server
from pages.server.turns import TURN_SECONDS, Turns
from polycore import PolycoreError
from polycore.formatting import loss_text
from polycore.workers.processes import HangError, ShutDownError, StartError

TURNS = f"While others wait, runs take turns of {TURN_SECONDS:g} seconds."
MAX_SENTENCE = 300  # characters
NO_MEMORY = (
    "It needs more memory than it may use. A smaller network, fewer samples or a smaller batch need less."
)
WORKERS_ENDED = (
    "Worker processes ended one after another while they computed it, perhaps for lack of memory. Try again, "
    "or with a smaller network or fewer samples."
)
WORKER_HUNG = "The worker process that computed it stood still, so it was replaced. Try again."
AS_BEFORE = "The run is as it was before these steps: you can resume it."
SHUTTING_DOWN = "The server is shutting down."
CANCELED = "It was canceled because something else started."
FULL, UNEXPECTED = "This server is full", "An unexpected error ended it"


def steps(view: RunView) -> str:
    """Return how many steps a run has taken, and its position in the queue if it waits."""
    return f"step {view.run.step:,} of {view.run.last_step:,}{_position(view)}"


def line(view: RunView) -> str:
    """Return how far a run is, in one line; pages show its status before.

    It names the step of the best loss: a run measures some steps, and the latest weights may be better still.
    """
    run = view.run
    return (
        f"step {run.step:,} of {run.last_step:,} ({100 * run.step / run.last_step:.0f}\u00a0%)"
        f"{_position(view)} · "
        f"best loss {loss_text(view.best_loss)} nats (step {view.best_step:,})"
    )


def _position(view: RunView) -> str:
    return "" if view.ahead is None else f" · position {view.ahead + 1} in the queue"


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


def server_full(turns: Turns) -> str:
    """Return why a run cannot start on a server whose queue is full."""
    return f"{FULL} ({turns.running} at once, {turns.waiting} in the queue). Try again in a minute."


def failure(error: Exception) -> str:
    """Return why a run or a job could not be computed, and what may help.

    The text of errors that are not ours stays in the server's log: it may be meant for the operator alone.
    """
    match error:
        case PolycoreError():
            return " ".join(str(error).split())[:MAX_SENTENCE]
        case MemoryError():
            return NO_MEMORY
        case StartError():
            return f"{error} Try again in a minute."
        case HangError():
            return WORKER_HUNG
        case BrokenExecutor():
            return WORKERS_ENDED
        case ShutDownError():
            return SHUTTING_DOWN
        case CancelledError():
            return CANCELED
        case _:
            return f"{UNEXPECTED}: {type(error).__name__}."


def _runs_before(position: int) -> str:
    match position:
        case 0:
            return "you are next"
        case 1:
            return "1 other is before you"
        case _:
            return f"{position} others are before you"
