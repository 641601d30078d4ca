"""Ways to change the parameters for the better: each a pure start and a pure step.

A state goes in and a new one comes out; no array that was passed in is changed. Gradient methods are told
the gradient. Search methods are told a random direction and a comparison of losses.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats

# (candidate, kept) -> whether the candidate's loss is lower
Comparison = Callable[[Floats, Floats], bool]


@dataclass(frozen=True, eq=False)
class SgdState:
    """`velocity` has the parameters' shape."""

    velocity: Floats


def start_sgd(parameters: Floats) -> SgdState:
    """Return the state before the first step: at rest."""
    return SgdState(np.zeros_like(parameters))


def step_sgd(
    parameters: Floats,
    gradient: Floats,
    state: SgdState,
    learning_rate: float,
    momentum: float,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> tuple[Floats, SgdState]:
    """Return the parameters and state after v = momentum·v + gradient, parameters -= learning_rate·v.

    Classical momentum with the learning rate outside of v. With `nesterov` the step is along
    gradient + momentum·v, the gradient's change on the way foreseen. Source: Sutskever et al. 2013, eq. 3
    and 4, in the form of parameters that have already been moved ahead. For `weight_decay` see `step_adam`.
    """
    velocity = momentum * state.velocity + gradient
    change = gradient + momentum * velocity if nesterov else velocity.copy()
    change *= learning_rate
    return _decayed(parameters, learning_rate * weight_decay) - change, SgdState(velocity)


@dataclass(frozen=True, eq=False)
class AdamState:
    """Steps taken, and the sums of gradients and of their squares, shaped as the parameters.

    Each step the sums so far are discounted first. The paper's running means are these sums times 1 - beta,
    which is left to the step's length: two passes over the parameters less.
    """

    step: int
    gradients: Floats
    squares: Floats


BETA_MEAN, BETA_SQUARE, EPSILON = 0.9, 0.999, 1e-8


def start_adam(parameters: Floats) -> AdamState:
    """Return the state before the first step."""
    return AdamState(0, np.zeros_like(parameters), np.zeros_like(parameters))


def step_adam(
    parameters: Floats,
    gradient: Floats,
    state: AdamState,
    learning_rate: float,
    weight_decay: float = 0.0,
) -> tuple[Floats, AdamState]:
    """Return the parameters and state after one step of Adam.

    Source: arXiv:1412.6980, Algorithm 1 (epsilon outside the root), with its suggested constants.
    `weight_decay` shrinks every parameter by learning_rate·weight_decay of itself, apart from the gradient
    (AdamW: arXiv:1711.05101, Algorithm 2).
    """
    step = state.step + 1
    gradients = BETA_MEAN * state.gradients
    gradients += gradient
    squares = BETA_SQUARE * state.squares
    change = gradient * gradient
    squares += change
    # mean / (root of square + epsilon), both corrected, with their factors taken out
    mean_factor = (1 - BETA_MEAN) / (1 - BETA_MEAN**step)
    root_factor = math.sqrt((1 - BETA_SQUARE) / (1 - BETA_SQUARE**step))
    np.sqrt(squares, out=change)
    change += EPSILON / root_factor
    np.divide(gradients, change, out=change)
    change *= learning_rate * mean_factor / root_factor
    following = np.subtract(_decayed(parameters, learning_rate * weight_decay), change, out=change)
    return following, AdamState(step, gradients, squares)


def _decayed(parameters: Floats, share: float) -> Floats:
    return parameters * (1 - share) if share else parameters


@dataclass(frozen=True, eq=False)
class SearchState:
    """`deviation` of the next random change, in parameter units."""

    deviation: float


def start_search(learning_rate: float) -> SearchState:
    """Return the state before the first step, for random search and evolution alike."""
    return SearchState(learning_rate)


def step_random_search(
    parameters: Floats, direction: Floats, learning_rate: float, lower: Comparison
) -> Floats:
    """Return parameters + learning_rate·direction where their loss is lower, else the parameters.

    This is the tutorial's rule. `direction` holds standard normal numbers.
    """
    candidate = learning_rate * direction
    candidate += parameters
    return candidate if lower(candidate, parameters) else parameters


def step_evolution(
    parameters: Floats, direction: Floats, state: SearchState, lower: Comparison
) -> tuple[Floats, SearchState]:
    """Return the better of the parameters and their mutant, and a deviation adapted to the outcome.

    (1+1)-ES with the one-fifth success rule: the deviation stays where one mutant in five succeeds.
    Source: Kern et al. 2004, "Learning probability distributions in continuous evolutionary algorithms",
    with the damping sqrt(n + 1) for n parameters that Auger and Hansen use.
    """
    candidate = parameters + state.deviation * direction
    damping = math.sqrt(parameters.size + 1)
    if lower(candidate, parameters):
        return candidate, SearchState(state.deviation * math.exp(1 / damping))
    return parameters, SearchState(state.deviation * math.exp(-0.25 / damping))
