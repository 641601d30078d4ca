"""The states of a run, and which event leads from one to another."""

from collections.abc import Mapping
from typing import Literal

from polycore import Run

# asleep: paused since nobody looks; it continues by itself when somebody does.
# running: it advances by itself, now or when its turn comes.
# failed: it is as it was before steps that could not be computed.
State = Literal["ready", "running", "asleep", "paused", "stopped", "finished", "failed"]

# What the user does: start, step (one, and then rest), resume, pause, stop.
# look: somebody looks. leave: nobody has looked for too long.
# rest: the single step was taken, or the server ends. finish: no step or no budget is left.
Event = Literal["start", "step", "resume", "pause", "stop", "look", "leave", "rest", "finish", "fail"]

AFTER: Mapping[Event, Mapping[State, State]] = {
    "start": {"ready": "running"},
    "step": {"ready": "running", "asleep": "running", "paused": "running", "failed": "running"},
    "resume": {"asleep": "running", "paused": "running", "failed": "running"},
    "pause": {"running": "paused", "asleep": "paused"},
    "stop": dict.fromkeys(("ready", "running", "asleep", "paused", "failed"), "stopped"),
    "look": {"asleep": "running"},
    "leave": {"running": "asleep"},
    "rest": {"running": "paused"},
    "finish": {"running": "finished"},
    "fail": {"running": "failed"},
}


def first(run: Run) -> State:
    """Return the state of a run that nothing has happened to yet; one that has taken steps is paused."""
    if run.done:
        return "finished"
    return "paused" if run.step > run.began_at else "ready"


def after(state: State, event: Event) -> State | None:
    """Return the state to which an event leads; None if it changes nothing in that state."""
    return AFTER[event].get(state)
