"""The training loop: update the parameters, record the step, and end early if a rule says so."""

from typing import TypeVar

from polycore.training.early_stop import EarlyStop, EndReason
from polycore.training.recorder import Recorder
from polycore.training.state import RunState
from polycore.training.task import Task
from polycore.training.update_rules import update_rule

R = TypeVar("R", bound=RunState)


def train(run: R, task: Task, end: int) -> R:
    """Return the run after step `end`, or after the step at which it ended before that."""
    recorder, early_stop = Recorder(run, task), EarlyStop(run.experiment)
    state = run.train_state
    ended: EndReason | None = None
    for updated in update_rule(task, run.began_at).states(state, end):
        if not task.can_hold(updated.parameters):
            state, ended = state._replace(step=updated.step - 1), "diverged"
            break
        state = updated
        recorder.record(state)
        ended = early_stop.reason(
            state.step, recorder.best_loss, recorder.held_out_step, state.optimizer_state.stuck
        )
        if ended is not None:
            break
    return recorder.finish(run, state, ended)
