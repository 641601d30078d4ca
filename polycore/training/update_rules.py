"""How each kind of optimizer updates the parameters, step by step."""

from collections.abc import Iterable, Iterator
from itertools import count, repeat
from typing import Protocol, cast

from polycore.arrays import Floats
from polycore.experiment.experiment import Experiment
from polycore.network.kernels import Kernels
from polycore.optimizers.comparison import LowerOnAll, LowerOnBatch
from polycore.optimizers.optimizer import FullBatchOptimizer, GradientOptimizer, SearchOptimizer
from polycore.optimizers.schedules import rate_at
from polycore.training.state import TrainState
from polycore.training.task import Task


class UpdateRule(Protocol):
    """Updates the parameters of a task."""

    def start(self, parameters: Floats, loss: float) -> TrainState:
        """Return the state before the first step; `loss` is of `parameters` on the whole training set."""

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step from `state` on, up to step `end`.

        States that change nothing and are not measured may be left out.
        """


def update_rule(task: Task) -> UpdateRule:
    """Return the rule by which the optimizer of the task's experiment updates its parameters."""
    match task.optimizer:
        case GradientOptimizer() as optimizer:
            return GradientDescent(task, optimizer)
        case SearchOptimizer() as optimizer:
            return Search(task, optimizer)
        case FullBatchOptimizer() as optimizer:
            return FullBatchDescent(task, optimizer)
        case other:
            raise TypeError(f"{other.name} is an optimizer of no known kind.")


class GradientDescent:
    """Follows the gradient of a batch, or of the whole training set."""

    def __init__(self, task: Task, optimizer: GradientOptimizer) -> None:
        self._task, self._optimizer = task, optimizer
        self._kernels = Kernels(task.experiment.widths)

    def start(self, parameters: Floats, loss: float) -> TrainState:  # noqa: ARG002 - computed with the gradient
        """Return the state before the first step."""
        state = self._optimizer.start(parameters)
        if not self._task.full_batch:
            return TrainState(0, parameters, state, None, None)
        return TrainState(
            0, parameters, state, *self._kernels.loss_and_gradient(parameters, self._task.training)
        )

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step."""
        update = self._optimizer.step_with(self._task.experiment)
        first, parameters, optimizer_state, _, gradient = state
        if self._task.full_batch:
            loss_and_gradient, batch = self._kernels.loss_and_gradient, self._task.training
            for step, rate in zip(count(first + 1), _rates(self._task.experiment, first, end), strict=False):
                # its gradient was computed with its loss
                parameters, optimizer_state = update(
                    parameters, cast(Floats, gradient), optimizer_state, rate
                )
                loss, gradient = loss_and_gradient(parameters, batch)
                yield TrainState(step, parameters, optimizer_state, loss, gradient)
            return
        batches, rates = self._task.batches(first, end), _rates(self._task.experiment, first, end)
        for step, batch, rate in zip(count(first + 1), batches, rates, strict=False):
            gradient = self._kernels.gradient(parameters, batch)
            parameters, optimizer_state = update(parameters, gradient, optimizer_state, rate)
            yield TrainState(step, parameters, optimizer_state, None, gradient)


class FullBatchDescent:
    """Asks for loss and gradient on the whole training set, several times a step if it needs to."""

    def __init__(self, task: Task, optimizer: FullBatchOptimizer) -> None:
        self._task, self._optimizer = task, optimizer
        self._kernels = Kernels(task.experiment.widths)

    def start(self, parameters: Floats, loss: float) -> TrainState:  # noqa: ARG002 - computed with the gradient
        """Return the state before the first step."""
        return TrainState(0, parameters, self._optimizer.start(parameters), *self._evaluate(parameters))

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield the state after each step."""
        first, parameters, optimizer_state, loss, gradient = state
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

    def __init__(self, task: Task, optimizer: SearchOptimizer) -> None:
        self._task, self._optimizer = task, optimizer
        self._kernels = Kernels(task.experiment.widths)

    def start(self, parameters: Floats, loss: float) -> TrainState:
        """Return the state before the first step."""
        state = self._optimizer.start(self._task.experiment.learning_rate)
        return TrainState(0, parameters, state, loss if self._task.full_batch else None, None)

    def states(self, state: TrainState, end: int) -> Iterator[TrainState]:
        """Yield each new state, and those that are to be measured."""
        task, kernels, update = self._task, self._kernels, self._optimizer.step
        first, parameters, optimizer_state, _, _ = state
        measured_every = task.measured_every
        on_all = LowerOnAll(kernels, task.training, task.training_in_float32) if task.full_batch else None
        # a target is compared with the loss of every change; otherwise a comparison with the last is enough
        has_target = task.full_batch and task.experiment.target_loss is not None
        steps = zip(
            count(first + 1),
            task.batches(first, end),
            task.directions(parameters.size, first, end),
            _rates(task.experiment, first, end),
            strict=False,
        )
        for step, batch, direction, rate in steps:
            lower = on_all or LowerOnBatch(kernels, batch)
            kept = parameters
            parameters, optimizer_state = update(kept, direction, optimizer_state, rate, lower)
            if parameters is not kept or step % measured_every == 0 or step == end:
                loss = kernels.loss(parameters, task.training) if has_target else None
                yield TrainState(step, parameters, optimizer_state, loss, None)


def _rates(experiment: Experiment, first: int, end: int) -> Iterable[float]:
    schedule, highest, steps = experiment.schedule, experiment.learning_rate, experiment.steps
    if schedule == "constant":
        return repeat(highest, end - first)
    return (rate_at(schedule, highest, step, steps) for step in range(first, end))
