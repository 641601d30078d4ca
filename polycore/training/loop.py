"""The training loop: update the parameters, record the step, and end early if a rule says so."""

from dataclasses import replace
from typing import TypeVar

from polycore.training.history import measure
from polycore.training.snapshots import Camera
from polycore.training.state import EndReason, RunState, TrainState
from polycore.training.task import Task, counts_for_best
from polycore.training.update_rules import update_rule

R = TypeVar("R", bound=RunState)


def train(run: R, task: Task, end: int) -> R:
    """Return the run after step `end`, or after the step at which it ended before that."""
    recorder, state = Recorder(run, task), run.train_state
    target_loss, patience = run.experiment.target_loss, run.experiment.patience
    ended: EndReason | None = None
    for updated in update_rule(task, run.began_at).states(state, end):
        if not task.can_hold(updated.parameters):
            state, ended = state._replace(step=updated.step - 1), "diverged"
            break
        state = updated
        recorder.record(state)
        if target_loss is not None and recorder.best_loss <= target_loss:
            ended = "target"
        elif patience is not None and state.step - recorder.held_out_step >= patience:
            ended = "patience"
        elif state.optimizer_state.stuck:
            ended = "stuck"
        if ended is not None:
            break
    return recorder.finish(run, state, ended)


class Recorder:
    """Looks at each state of a run, and measures some of them.

    best_loss: the lowest loss known so far. held_out_step: when the held-out loss was lowest.
    """

    def __init__(self, run: RunState, task: Task) -> None:
        self._task, self._kernels = task, task.kernels()
        self._measured_every = task.measured_every
        self._began_at, self._last_step = run.began_at, run.last_step
        self._camera = Camera(run.snapshots, run.snapshot_rule, run.step, run.parameters)
        self._only_improves = task.only_improves
        self._history = run.history
        self._parameters = run.parameters
        self._best_step, self._best_parameters = run.best_step, run.best_parameters
        self._held_out_loss = run.held_out_loss
        self.best_loss, self.held_out_step = run.best_loss, run.held_out_step

    def record(self, state: TrainState) -> None:
        """Measure the state if it is due, and keep it if it is the best so far."""
        self._camera.pass_step(state.step, state.parameters)
        loss, taken = state.loss, state.step - self._began_at
        if taken % self._measured_every == 0 or state.step == self._last_step:
            measured_loss = self._measure(state)
            loss = measured_loss if loss is None else loss
        elif loss is None and not self._only_improves and counts_for_best(taken):
            loss = self._kernels.loss(state.parameters, self._task.training)
        if self._only_improves:
            # Every change is the best so far, and few are worth measuring. A run from a file holds its best
            # parameters in an array of their own: only the array before shows whether there was a change.
            if state.parameters is not self._parameters:
                self._parameters = state.parameters
                self._best_step, self._best_parameters = state.step, state.parameters
            self.best_loss = self.best_loss if loss is None else min(loss, self.best_loss)
        elif loss is not None and loss < self.best_loss:
            self.best_loss, self._best_step, self._best_parameters = loss, state.step, state.parameters

    def finish(self, run: R, state: TrainState, ended: EndReason | None) -> R:
        """Return `run` at `state`, with what was recorded since."""
        if self._only_improves:
            self.best_loss = self._kernels.loss(state.parameters, self._task.training)
            state = state._replace(loss=self.best_loss)
        return replace(
            run,
            step=state.step,
            parameters=state.parameters,
            optimizer_state=state.optimizer_state,
            loss=state.loss,
            gradient=state.gradient,
            best_step=self._best_step,
            best_loss=self.best_loss,
            best_parameters=self._best_parameters,
            history=self._history,
            held_out_loss=self._held_out_loss,
            held_out_step=self.held_out_step,
            ended=ended,
            errors=None if state.errors is None else state.errors.condensed(),
            snapshots=self._camera.snapshots_at(state.step),
        )

    def _measure(self, state: TrainState) -> float:
        measured = measure(state.parameters, self._task, self._kernels)
        step = state.step
        if (step - self._began_at) % self._history.every == 0 or step == self._last_step:
            self._history = measured.appended_to(self._history, step)
        if measured.held_out_loss < self._held_out_loss:
            self._held_out_loss, self.held_out_step = measured.held_out_loss, step
        return measured.loss
