"""How each kind of optimizer updates the parameters, step by step."""

from collections.abc import Iterable, Iterator
from itertools import count, repeat
from typing import Protocol, cast

import numpy as np

from polycore.arrays import Floats
from polycore.experiment.error_sums import ErrorSums
from polycore.experiment.experiment import Experiment
from polycore.network.regularization import Penalty
from polycore.optimizers.optimizer import (
    FullBatchOptimizer,
    GradientOptimizer,
    GradientStep,
    SearchOptimizer,
)
from polycore.optimizers.random_search import LowerOnAll, lower_on
from polycore.optimizers.schedules import rate_at, warming_up
from polycore.training.state import TrainState
from polycore.training.task import Task, counts_for_best


class UpdateRule(Protocol):
    """Updates the parameters of a task."""

    def start(self, parameters: Floats, loss: float) -> TrainState:
        """Return the state before the first step; `loss` is of `parameters` on the whole training set."""

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step from `state` on, up to step `end`.

        States that change nothing and are not measured may be left out.
        """


def update_rule(task: Task, began_at: int = 0) -> UpdateRule:
    """Return the rule by which the optimizer of the task's experiment updates its parameters.

    began_at: the step at which the experiment began: 0, unless the run continues from given weights.
    """
    match task.optimizer:
        case GradientOptimizer() as optimizer:
            return GradientDescent(task, optimizer, began_at)
        case SearchOptimizer() as optimizer:
            return Search(task, optimizer, began_at)
        case FullBatchOptimizer() as optimizer:
            return FullBatchDescent(task, optimizer)
        case other:
            raise TypeError(f"{other.name} is an optimizer of an unknown kind.")


class GradientDescent:
    """Follows the gradient of a batch, or of the whole training set.

    Loss and gradient in its states are the points' alone, without penalties and clipping.
    """

    def __init__(self, task: Task, optimizer: GradientOptimizer, began_at: int) -> None:
        self._task, self._optimizer, self._began_at = task, optimizer, began_at
        self._kernels = task.kernels()
        experiment = task.experiment
        self._penalty = Penalty.of(experiment.l1, experiment.l2, experiment.widths, task.precision)

    def start(self, parameters: Floats, loss: float) -> TrainState:  # noqa: ARG002 - computed with the gradient
        """Return the state before the first step."""
        state = self._optimizer.start(parameters.astype(self._task.precision), self._task.experiment.widths)
        if not self._task.full_batch:
            experiment = self._task.experiment
            errors = ErrorSums.empty(experiment.class_count) if experiment.follows_errors else None
            return TrainState(0, parameters, state, None, None, errors)
        return TrainState(
            0, parameters, state, *self._kernels.loss_and_gradient(parameters, self._task.training)
        )

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step."""
        if self._task.full_batch and not self._task.experiment.dropout:
            return self._on_all(state, end)
        if state.errors is not None:
            return self._where_it_errs(state, state.errors, end)
        return self._on_batches(state, end)

    def _on_all(self, state: TrainState, end: int) -> Iterator[TrainState]:
        update = self._step()
        first, parameters, optimizer_state, _, gradient, _ = state
        loss_and_gradient, batch = self._kernels.loss_and_gradient, self._task.training
        for step, rate in zip(count(first + 1), self._rates(first, end), strict=False):
            # its gradient was computed with its loss
            slopes = self._slopes(cast(Floats, gradient), parameters)
            parameters, optimizer_state = update(parameters, slopes, optimizer_state, rate)
            loss, gradient = loss_and_gradient(parameters, batch)
            yield TrainState(step, parameters, optimizer_state, loss, gradient)

    def _on_batches(self, state: TrainState, end: int) -> Iterator[TrainState]:
        task, kernels = self._task, self._kernels
        update = self._step()
        first, parameters, optimizer_state, _, _, _ = state
        parameters = parameters.astype(task.precision, copy=False)
        batches, rates = task.batches(first, end, self._began_at), self._rates(first, end)
        for step, batch, rate in zip(count(first + 1), batches, rates, strict=False):
            gradient = kernels.gradient(parameters, batch, task.dropout(step))
            slopes = self._slopes(gradient, parameters)
            parameters, optimizer_state = update(parameters, slopes, optimizer_state, rate)
            # with dropout, the whole network's gradient is not the step's
            loss = kernels.loss(parameters, task.training) if task.full_batch else None
            yield TrainState(step, parameters, optimizer_state, loss, gradient)

    def _where_it_errs(self, state: TrainState, errors: ErrorSums, end: int) -> Iterator[TrainState]:
        task, kernels = self._task, self._kernels
        update = self._step()
        parameters, optimizer_state = (
            state.parameters.astype(task.precision, copy=False),
            state.optimizer_state,
        )
        batches = task.batches_by_errors(self._began_at)
        for step, rate in zip(count(state.step + 1), self._rates(state.step, end), strict=False):
            batch, cells = batches.at(step - 1, errors)
            gradient, of_points = kernels.gradient_and_errors(parameters, batch, task.dropout(step))
            slopes = self._slopes(gradient, parameters)
            parameters, optimizer_state = update(parameters, slopes, optimizer_state, rate)
            errors = errors.after(step, cells, of_points)
            yield TrainState(step, parameters, optimizer_state, None, gradient, errors)

    def _step(self) -> GradientStep:
        experiment = self._task.experiment
        return self._optimizer.step_with(experiment, experiment.widths)

    def _slopes(self, gradient: Floats, parameters: Floats) -> Floats:
        return slopes_of(gradient, parameters, self._penalty, self._task.experiment.gradient_clipping)

    def _rates(self, first: int, end: int) -> Iterable[float]:
        return rates(self._task.experiment, first - self._began_at, end - self._began_at)


class FullBatchDescent:
    """Asks for loss and gradient on the whole training set, several times a step if it needs to."""

    def __init__(self, task: Task, optimizer: FullBatchOptimizer) -> None:
        self._task, self._optimizer = task, optimizer
        self._kernels = task.kernels()

    def start(self, parameters: Floats, loss: float) -> TrainState:  # noqa: ARG002 - computed with the gradient
        """Return the state before the first step."""
        return TrainState(0, parameters, self._optimizer.start(parameters), *self._evaluate(parameters))

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step."""
        first, parameters, optimizer_state, loss, gradient, _ = state
        for step in range(first + 1, end + 1):
            parameters, loss, gradient, optimizer_state = self._optimizer.step(
                parameters, cast(float, loss), cast(Floats, gradient), optimizer_state, self._evaluate
            )
            yield TrainState(step, parameters, optimizer_state, loss, gradient)

    def _evaluate(self, parameters: Floats) -> tuple[float, Floats]:
        return self._kernels.loss_and_gradient(parameters, self._task.training)


class Search:
    """Tries random directions, and keeps the parameters with the lower loss.

    Yields only the states that are new, measured, or the last.
    """

    def __init__(self, task: Task, optimizer: SearchOptimizer, began_at: int) -> None:
        self._task, self._optimizer, self._began_at = task, optimizer, began_at
        self._kernels = task.kernels()

    def start(self, parameters: Floats, loss: float) -> TrainState:
        """Return the state before the first step."""
        state = self._optimizer.start(self._task.experiment.learning_rate)
        return TrainState(0, parameters, state, loss if self._task.full_batch else None, None)

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield each new state, and those that are to be measured."""
        task, kernels, update = self._task, self._kernels, self._optimizer.step
        first, parameters, optimizer_state, _, _, _ = state
        measured_every, began_at = task.measured_every, self._began_at
        on_all = LowerOnAll(kernels, task.training, task.training_in_float32) if task.full_batch else None
        # a target is compared with the loss of every change; otherwise a comparison with the last is enough
        has_target = task.full_batch and task.experiment.target_loss is not None
        steps = zip(
            count(first + 1),
            task.batches(first, end, began_at),
            task.directions(parameters.size, first, end),
            rates(task.experiment, first - began_at, end - began_at),
            strict=False,
        )
        for step, batch, direction, rate in steps:
            lower = on_all or lower_on(kernels, batch)
            kept = parameters
            parameters, optimizer_state = update(kept, direction, optimizer_state, rate, lower)
            taken = step - began_at
            is_due = taken % measured_every == 0 or counts_for_best(taken)
            if parameters is not kept or is_due or step == end:
                loss = kernels.loss(parameters, task.training) if has_target else None
                yield TrainState(step, parameters, optimizer_state, loss, None)


def slopes_of(gradient: Floats, parameters: Floats, penalty: Penalty | None, longest: float) -> Floats:
    """Return what a step follows: the gradient plus the penalty's, clipped to the length `longest`."""
    return clipped(gradient if penalty is None else gradient + penalty.gradient(parameters), longest)


def clipped(gradient: Floats, longest: float) -> Floats:
    """Return the gradient, shortened to the length `longest` if it is longer; 0 shortens none.

    Source: arXiv:1211.5063, Algorithm 1.
    """
    if not longest:
        return gradient
    # in float32 the squares of a diverging gradient overflow
    length = float(np.linalg.norm(gradient.astype(np.float64)))
    return gradient * (longest / length) if length > longest else gradient


def rates(experiment: Experiment, first: int, end: int) -> Iterable[float]:
    """Return the learning rates of an experiment's steps from `first` to before `end`."""
    schedule, highest, steps = experiment.schedule, experiment.learning_rate, experiment.steps
    if schedule == "constant" and first >= experiment.warmup_steps:
        return repeat(highest, end - first)
    return (
        warming_up(rate_at(schedule, highest, step, steps), step, experiment.warmup_steps)
        for step in range(first, end)
    )
