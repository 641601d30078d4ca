"""Ways to change the parameters for the better: each a pure start and a pure step.

A state goes in and a new one comes out; no array that was passed in is changed. Gradient methods are told
the gradient. Search methods are told a random direction and a function that measures the loss.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polycore.network import Floats

LossOf = Callable[[Floats], float]


@dataclass(frozen=True, eq=False)
class SgdState:
    """`velocity` has the parameters' shape."""

    velocity: Floats


def start_sgd(parameters: Floats) -> SgdState:
    """Return the state before the first step: at rest."""
    return SgdState(np.zeros_like(parameters))


def step_sgd(
    parameters: Floats, gradient: Floats, state: SgdState, learning_rate: float, momentum: float
) -> tuple[Floats, SgdState]:
    """Return the parameters and state after v = momentum·v + gradient, parameters -= learning_rate·v.

    Source: Sutskever et al. 2013, classical momentum, with the learning rate outside of v.
    """
    velocity = momentum * state.velocity + gradient
    return parameters - learning_rate * velocity, SgdState(velocity)


@dataclass(frozen=True, eq=False)
class AdamState:
    """Steps taken, and the running means of the gradient and of its square, shaped as the parameters."""

    step: int
    mean: Floats
    square: Floats


BETA_MEAN, BETA_SQUARE, EPSILON = 0.9, 0.999, 1e-8


def start_adam(parameters: Floats) -> AdamState:
    """Return the state before the first step."""
    return AdamState(0, np.zeros_like(parameters), np.zeros_like(parameters))


def step_adam(
    parameters: Floats, gradient: Floats, state: AdamState, learning_rate: float
) -> tuple[Floats, AdamState]:
    """Return the parameters and state after one step of Adam.

    Source: arXiv:1412.6980, Algorithm 1 (epsilon outside the root), with its suggested constants.
    """
    step = state.step + 1
    mean = BETA_MEAN * state.mean + (1 - BETA_MEAN) * gradient
    square = BETA_SQUARE * state.square + (1 - BETA_SQUARE) * gradient * gradient
    change = np.sqrt(square / (1 - BETA_SQUARE**step))
    change += EPSILON
    np.divide(mean, change, out=change)
    change *= learning_rate / (1 - BETA_MEAN**step)
    return parameters - change, AdamState(step, mean, square)


@dataclass(frozen=True, eq=False)
class SearchState:
    """`loss` of the parameters kept; `deviation` of the next random change, in parameter units."""

    loss: float
    deviation: float


def start_search(loss: float, learning_rate: float) -> SearchState:
    """Return the state before the first step, for random search and evolution alike."""
    return SearchState(loss, learning_rate)


def step_random_search(
    parameters: Floats, direction: Floats, state: SearchState, learning_rate: float, loss_of: LossOf
) -> tuple[Floats, SearchState]:
    """Return parameters + learning_rate·direction where their loss is below the lowest so far, else the old.

    This is the tutorial's rule. `direction` holds standard normal numbers.
    """
    candidate = parameters + learning_rate * direction
    loss = loss_of(candidate)
    if loss < state.loss:
        return candidate, SearchState(loss, learning_rate)
    return parameters, state


def step_evolution(
    parameters: Floats, direction: Floats, state: SearchState, loss_of: LossOf
) -> tuple[Floats, SearchState]:
    """Return the better of the parameters and their mutant, and a deviation adapted to the outcome.

    (1+1)-ES with the one-fifth success rule: the deviation stays where one mutant in five succeeds.
    Source: Kern et al. 2004, "Learning probability distributions in continuous evolutionary algorithms",
    with the damping sqrt(n + 1) for n parameters that Auger and Hansen use.
    """
    candidate = parameters + state.deviation * direction
    loss = loss_of(candidate)
    damping = math.sqrt(parameters.size + 1)
    if loss < state.loss:
        return candidate, SearchState(loss, state.deviation * math.exp(1 / damping))
    return parameters, SearchState(state.loss, state.deviation * math.exp(-0.25 / damping))
