"""Stochastic gradient descent with momentum, classical or Nesterov's."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from polycore.arrays import Floats
from polycore.optimizers.optimizer import (
    Explain,
    Explanation,
    GradientOptimizer,
    GradientStep,
    GradientUpdate,
    OptimizerState,
    Settings,
    StateArray,
    Storage,
    Widths,
    Words,
    decayed,
)


@dataclass(frozen=True, eq=False)
class SgdState(OptimizerState):
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
    *,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> tuple[Floats, SgdState]:
    """Return the parameters and state after v = momentum·v + gradient, parameters -= learning_rate·v.

    Classical momentum with the learning rate outside of v. With `nesterov` the step is along
    gradient + momentum·v, which anticipates how the gradient changes on the way. Source: Sutskever et al.
    2013, eq. 3 and 4, written for parameters that have already moved ahead. See `decayed` for `weight_decay`.
    """
    velocity = momentum * state.velocity + gradient
    change = gradient + momentum * velocity if nesterov else velocity.copy()
    change *= learning_rate
    return decayed(parameters, learning_rate, weight_decay) - change, SgdState(velocity)


def explain_sgd(update: GradientUpdate) -> Explain:
    """Return what explains a step of `step_sgd`."""
    before: SgdState = update.state
    after: SgdState = update.new_state
    momentum, nesterov = update.settings.momentum, update.settings.nesterov

    def explanation(index: int) -> Explanation:
        working = update.working(index)
        if not momentum:  # the velocity is the slope
            return update.explanation(index, working, "g")
        working.known["momentum"] = momentum
        working.measure("v", "velocity: what is left of the slopes so far", before.velocity[index])
        working.compute("new_v", "velocity with this slope", "momentum * v + g", after.velocity[index])
        memory = "the momentum of earlier steps"
        if not nesterov:
            return update.explanation(index, working, "new_v", memory)
        working.compute(
            "ahead_v", "looking ahead: the velocity after another such slope", "g + momentum * new_v"
        )
        return update.explanation(index, working, "ahead_v", memory)

    return explanation


def _step_with(settings: Settings, widths: Widths) -> GradientStep:  # noqa: ARG001 - as every optimizer's
    return partial(
        step_sgd,
        momentum=settings.momentum,
        nesterov=settings.nesterov,
        weight_decay=settings.weight_decay,
    )


SGD = GradientOptimizer(
    name="sgd",
    words=Words(
        label="SGD",
        title="SGD with momentum",
        advice="follows the gradient with one learning rate for all weights. Choose it to see what classical "
        "or Nesterov momentum does.",
        learning_rate="How far a step goes. Too high and the loss jumps, too low and it crawls. "
        "Try 0.01 to 0.1 with a momentum of 0.9, and more with less momentum.",
        advantage="momentum carries it on as long as one gradient after another agrees",
    ),
    storage=Storage(
        arrays=(StateArray("velocity"),),
        to_arrays=lambda state, _parameters: {"velocity": state.velocity},
        to_state=lambda _step, _numbers, arrays: SgdState(arrays["velocity"]),
    ),
    uses=frozenset({"learning_rate", "schedule", "warmup_steps", "momentum", "nesterov", "weight_decay"}),
    racing_rate=0.03,
    start=lambda parameters, _widths: start_sgd(parameters),
    step_with=_step_with,
    explain=explain_sgd,
)
