"""The way a run takes: one position after another, by the optimizer that its experiment names."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count, repeat
from typing import Any, NamedTuple, cast

from polycore.arrays import Floats
from polycore.experiment.experiment import Experiment
from polycore.network.kernels import Workspace
from polycore.optimizers import lbfgs, registry
from polycore.optimizers.comparison import LowerOnAll, LowerOnBatch
from polycore.optimizers.schedules import rate_at
from polycore.training.task import Problem, searches

OptimizerState = registry.SgdState | registry.AdamState | registry.SearchState | lbfgs.LbfgsState

Step = Callable[[Floats, Floats, Any, float], tuple[Floats, OptimizerState]]


class Position(NamedTuple):
    """Where a run stands behind step `step`: see the fields of a Run."""

    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None


def beginning(problem: Problem, parameters: Floats, loss: float) -> Position:
    """Return the position before the first step; `loss` is of `parameters` on the whole training set."""
    experiment = problem.experiment
    if searches(experiment):
        search = registry.start_search(experiment.learning_rate)
        return Position(0, parameters, search, loss if problem.whole else None, None)
    state = _start_descent(experiment, parameters)
    if not problem.whole:
        return Position(0, parameters, state, None, None)
    workspace = Workspace(experiment.widths)
    return Position(0, parameters, state, *workspace.loss_and_gradient(parameters, problem.training))


def course(position: Position, problem: Problem, first: int, end: int) -> Iterator[Position]:
    """Yield the positions behind the steps from `first` to before `end`.

    Search leaves out those that change nothing, unless there is to be measured behind them.
    """
    if searches(problem.experiment):
        return _search(position, problem, first, end)
    if problem.experiment.optimizer == "lbfgs":
        return _lbfgs(position, problem, first, end)
    return _descent(position, problem, first, end)


def _descent(position: Position, problem: Problem, first: int, end: int) -> Iterator[Position]:
    _, parameters, state, loss, gradient = position
    workspace, stepped = Workspace(problem.experiment.widths), _step_of(problem.experiment)
    rates = _rates(problem.experiment, first, end)
    steps = zip(count(first + 1), problem.batches(first, end), rates, strict=False)
    for step, batch, rate in steps:
        if not problem.whole or gradient is None:
            gradient = workspace.gradient(parameters, batch)
        parameters, state = stepped(parameters, gradient, state, rate)
        if problem.whole:
            loss, gradient = workspace.loss_and_gradient(parameters, batch)
        yield Position(step, parameters, state, loss, gradient)


def _start_descent(experiment: Experiment, parameters: Floats) -> OptimizerState:
    if experiment.optimizer == "adam":
        return registry.start_adam(parameters)
    if experiment.optimizer == "sgd":
        return registry.start_sgd(parameters)
    return lbfgs.start_lbfgs(parameters)


def _step_of(experiment: Experiment) -> Step:
    """Return a step of sgd or Adam with everything but the learning rate settled."""
    if experiment.optimizer == "adam":
        return partial(registry.step_adam, weight_decay=experiment.weight_decay)
    return partial(
        registry.step_sgd,
        momentum=experiment.momentum,
        nesterov=experiment.nesterov,
        weight_decay=experiment.weight_decay,
    )


def _lbfgs(position: Position, problem: Problem, first: int, end: int) -> Iterator[Position]:
    parameters, state = position.parameters, cast(lbfgs.LbfgsState, position.optimizer_state)
    loss, gradient = cast(float, position.loss), cast(Floats, position.gradient)
    workspace = Workspace(problem.experiment.widths)

    def loss_and_gradient(candidate: Floats) -> tuple[float, Floats]:
        return workspace.loss_and_gradient(candidate, problem.training)

    for step in range(first + 1, end + 1):
        parameters, loss, gradient, state = lbfgs.step_lbfgs(
            parameters, loss, gradient, state, loss_and_gradient
        )
        yield Position(step, parameters, state, loss, gradient)


def _search(position: Position, problem: Problem, first: int, end: int) -> Iterator[Position]:
    experiment, workspace = problem.experiment, Workspace(problem.experiment.widths)
    parameters, state = position.parameters, cast(registry.SearchState, position.optimizer_state)
    whole, measured_every = problem.whole, problem.measured_every
    on_all = LowerOnAll(workspace, problem.training, problem.rough) if whole else None
    evolves, aims = experiment.optimizer == "evolution", whole and experiment.target_loss is not None
    steps = zip(
        count(first + 1),
        problem.batches(first, end),
        problem.directions(parameters.size, first, end),
        _rates(experiment, first, end),
        strict=False,
    )
    for step, batch, direction, rate in steps:
        lower = on_all or LowerOnBatch(workspace, batch)
        kept = parameters
        if evolves:
            parameters, state = registry.step_evolution(kept, direction, state, lower)
        else:
            parameters = registry.step_random_search(kept, direction, rate, lower)
        if parameters is not kept or step % measured_every == 0 or step == end:
            loss = workspace.loss(parameters, problem.training) if aims else None
            yield Position(step, parameters, state, loss, None)


def _rates(experiment: Experiment, first: int, end: int) -> Iterable[float]:
    schedule, highest, steps = experiment.schedule, experiment.learning_rate, experiment.steps
    if schedule == "constant":
        return repeat(highest, end - first)
    return (rate_at(schedule, highest, step, steps) for step in range(first, end))
