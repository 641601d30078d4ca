"""A run: where an experiment's training stands, and how it goes on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import cast

import numpy as np

from polycore import network, optimizers
from polycore.errors import PolycoreError
from polycore.experiment import Experiment
from polycore.history import History
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model import Model
from polycore.network import Floats
from polycore.problem import Batch, Problem, problem_of, searches
from polycore.randomness import Stream, generator
from polycore.version import __version__

OptimizerState = optimizers.SgdState | optimizers.AdamState | optimizers.SearchState


@dataclass(frozen=True, eq=False)
class Run:
    """Where an experiment's training stands after `step` steps.

    `loss` and `gradient` (search: no gradient) are of `parameters` on the whole training set; both are None
    where steps work on batches, since measuring every step would cost more than training.
    `ended_because` is a sentence where the run ended before its last step, else None.
    """

    experiment: Experiment
    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None
    best_step: int
    best_loss: float
    best_parameters: Floats
    history: History
    ended_because: str | None = None

    @property
    def done(self) -> bool:
        """Whether no step is left: all are taken, or the loss stopped being finite."""
        return self.step >= self.experiment.steps or self.ended_because is not None

    @property
    def layers(self) -> network.Layers:
        """The weights and biases of this step, layer by layer, as they act on raw (x, y)."""
        return _folded(problem_of(self.experiment), self.parameters)

    @cached_property
    def current(self) -> Model:
        """The model of this step's weights."""
        return _model(self, self.parameters, self.step)

    @cached_property
    def best(self) -> Model:
        """The model with the lowest loss on the training set so far; at step 0 the initial one.

        Every step is looked at where steps work on the whole training set, else every measured one.
        """
        return _model(self, self.best_parameters, self.best_step)


def start(experiment: Experiment) -> Run:
    """Return the run before its first step.

    Raises PolycoreError where the range or the scaling allows no weights that a file could hold.
    """
    problem = problem_of(experiment)
    parameters = network.initial_parameters(
        experiment.widths, experiment.initial_weights, generator(experiment.seed, Stream.INITIAL_WEIGHTS)
    )
    if np.abs(parameters).max() > problem.parameter_limit:
        raise PolycoreError(
            "standardize is True, but the points spread so little, or lie so far out, that the weights "
            f"would pass {MAX_PARAMETER_SIZE:g} once the scaling is folded into them. "
            "Change x_range or switch it off."
        )
    views = network.layers(parameters, experiment.widths)
    loss, accuracy = network.loss_and_accuracy(views, problem.points, problem.labels)
    _, held_out = network.loss_and_accuracy(views, problem.held_out_points, problem.held_out_labels)
    gradient = None
    if problem.whole and not searches(experiment):
        loss, gradient = network.loss_and_gradient(
            parameters, experiment.widths, problem.points, problem.labels
        )
    return Run(
        experiment=experiment,
        step=0,
        parameters=parameters,
        optimizer_state=_start_optimizer(experiment, parameters, loss),
        loss=loss if problem.whole else None,
        gradient=gradient,
        best_step=0,
        best_loss=loss,
        best_parameters=parameters,
        history=History(problem.measured_every).appended(0, loss, accuracy, held_out),
    )


def advance(run: Run, steps: int) -> Run:
    """Return the run `steps` steps on, or fewer where the experiment's steps end; `run` stays as it was.

    The result is the same to the last bit however the steps are cut into calls. Raises PolycoreError where
    `steps` is negative.
    """
    if steps < 0:
        raise PolycoreError(f"steps is {steps}; wanted 0 or more.")
    problem = problem_of(run.experiment)
    end = min(run.step + steps, run.experiment.steps)
    # a diverging run overflows on its way to a loss that is not finite, which ends it with a sentence
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for batch, direction in zip(
            problem.batches(run.step, end), _directions(run, problem, end), strict=False
        ):
            if run.done:
                break
            run = _stepped(run, problem, batch, direction)
    return run


def _stepped(run: Run, problem: Problem, batch: Batch, direction: Floats | None) -> Run:
    if direction is None:
        following = _gradient_step(run, problem, batch)
    else:
        following = _search_step(run, problem, batch, direction)
    if not np.abs(following.parameters).max() <= problem.parameter_limit:
        return _diverged(run)
    return _measured(following, problem)


def _gradient_step(run: Run, problem: Problem, batch: Batch) -> Run:
    widths = run.experiment.widths
    gradient = run.gradient
    if gradient is None:
        gradient = network.gradient(run.parameters, widths, *batch)
    parameters, state = _step_optimizer(run, gradient)
    following = replace(run, step=run.step + 1, parameters=parameters, optimizer_state=state)
    if not problem.whole:
        return following
    loss, gradient = network.loss_and_gradient(parameters, widths, *batch)
    return replace(following, loss=loss, gradient=gradient)


def _search_step(run: Run, problem: Problem, batch: Batch, direction: Floats) -> Run:
    experiment = run.experiment
    state = cast(optimizers.SearchState, run.optimizer_state)

    def loss_of(parameters: Floats) -> float:
        return network.loss_and_accuracy(network.layers(parameters, experiment.widths), *batch)[0]

    if not problem.whole:
        # losses on two batches can't be compared: what is kept is measured on this step's batch too
        state = replace(state, loss=loss_of(run.parameters))
    if experiment.optimizer == "evolution":
        parameters, state = optimizers.step_evolution(run.parameters, direction, state, loss_of)
    else:
        parameters, state = optimizers.step_random_search(
            run.parameters, direction, state, _learning_rate(run), loss_of
        )
    loss = state.loss if problem.whole else None
    return replace(run, step=run.step + 1, parameters=parameters, optimizer_state=state, loss=loss)


def _measured(run: Run, problem: Problem) -> Run:
    """Return the run with its best and history brought up to date, where this step is one to look at."""
    last = run.step == run.experiment.steps
    if run.step % problem.measured_every == 0 or last:
        views = network.layers(run.parameters, run.experiment.widths)
        loss, accuracy = network.loss_and_accuracy(views, problem.points, problem.labels)
        if run.step % run.history.every == 0 or last:
            _, held_out = network.loss_and_accuracy(views, problem.held_out_points, problem.held_out_labels)
            run = replace(run, history=run.history.appended(run.step, loss, accuracy, held_out))
        return _with_best(run, loss)
    return run if run.loss is None else _with_best(run, run.loss)


def _with_best(run: Run, loss: float) -> Run:
    if loss < run.best_loss:
        return replace(run, best_step=run.step, best_loss=loss, best_parameters=run.parameters)
    return run


def _directions(run: Run, problem: Problem, end: int) -> Iterator[Floats | None]:
    if searches(run.experiment):
        return problem.directions(run.parameters.size, run.step, end)
    return repeat(None)


def _start_optimizer(experiment: Experiment, parameters: Floats, loss: float) -> OptimizerState:
    if experiment.optimizer == "adam":
        return optimizers.start_adam(parameters)
    if experiment.optimizer == "sgd":
        return optimizers.start_sgd(parameters)
    return optimizers.start_search(loss, experiment.learning_rate)


def _step_optimizer(run: Run, gradient: Floats) -> tuple[Floats, OptimizerState]:
    state, learning_rate = run.optimizer_state, _learning_rate(run)
    if isinstance(state, optimizers.AdamState):
        return optimizers.step_adam(run.parameters, gradient, state, learning_rate)
    velocity = cast(optimizers.SgdState, state)
    return optimizers.step_sgd(run.parameters, gradient, velocity, learning_rate, run.experiment.momentum)


def _learning_rate(run: Run) -> float:
    """Return this step's learning rate. Cosine: arXiv:1608.03983, eq. 5, with one period and minimum 0."""
    experiment = run.experiment
    if experiment.schedule == "constant":
        return experiment.learning_rate
    return experiment.learning_rate * 0.5 * (1 + math.cos(math.pi * run.step / experiment.steps))


def _diverged(run: Run) -> Run:
    return replace(
        run,
        ended_because=f"The run diverged at step {run.step + 1:,}: a weight left the range in which "
        "the loss is finite and a file can hold it. The best weights are kept. "
        f"Lower the learning rate ({run.experiment.learning_rate:g}) and start again.",
    )


def _folded(problem: Problem, parameters: Floats) -> network.Layers:
    """Return layers that act on raw (x, y): (p - mean) / deviation · W + b = p · W' + b'."""
    (weights, biases), *others = network.layers(parameters, problem.experiment.widths)
    raw_weights = weights / problem.deviation[:, np.newaxis]
    return ((raw_weights, biases - problem.mean @ raw_weights), *others)


def _model(run: Run, parameters: Floats, step: int) -> Model:
    problem = problem_of(run.experiment)
    layers = _folded(problem, parameters)
    loss, accuracy = network.loss_and_accuracy(layers, *run.experiment.training_set())
    _, held_out_accuracy = network.loss_and_accuracy(layers, *run.experiment.held_out_set())
    return Model(
        weights=tuple(np.asarray(weights, dtype=np.float64) for weights, _ in layers),
        biases=tuple(np.asarray(biases, dtype=np.float64) for _, biases in layers),
        loss=loss,
        accuracy=accuracy,
        polynomials=run.experiment.polynomials,
        held_out_accuracy=held_out_accuracy,
        metadata={
            "experiment": run.experiment.to_dict(),
            "step": step,
            "seed": run.experiment.seed,
            "versions": {"polycore": __version__, "numpy": np.__version__},
        },
    )
