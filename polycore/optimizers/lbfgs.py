"""L-BFGS: Newton's step with the curvature read from the last few changes of the gradient.

A pure start and a pure step: a state goes in and a new one comes out, no array passed in is changed, and a
step depends on its arguments alone. N&W: Nocedal and Wright 2006, Numerical Optimization, second edition.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats

LossAndGradient = Callable[[Floats], tuple[float, Floats]]

MEMORY = 10
EVALUATIONS = 20  # of the loss at most in one line search; a step makes one or two searches
SUFFICIENT_DECREASE, CURVATURE = 1e-4, 0.9  # c1 and c2 of the strong Wolfe conditions, as N&W p. 142 suggest
# A pair is remembered where the cosine between its two halves is above this: the loss then bends upwards
# along the step by more than rounding feigns, which the next direction needs to lead downhill.
LEAST_COSINE = 1e-10
# While every trial is still on a steep way down, the next is so many times as far.
LEAST_GROWTH, MOST_GROWTH = 2.0, 10.0
MARGIN = 0.1  # share of the bracket that a trial keeps from either end


@dataclass(frozen=True, eq=False)
class Pair:
    """What one step taught: parameters' `change` s, gradient's `difference` y, and `curvature` s·y > 0."""

    change: Floats
    difference: Floats
    curvature: float


@dataclass(frozen=True, eq=False)
class LbfgsState:
    """The last `pairs`, at most MEMORY, oldest first; `stuck` where no lower loss could be found."""

    pairs: tuple[Pair, ...] = ()
    stuck: bool = False


def start_lbfgs(parameters: Floats) -> LbfgsState:  # noqa: ARG001 - called as every optimizer's start
    """Return the state before the first step: nothing known of the curvature."""
    return LbfgsState()


# a trial too far out overflows on its way to a loss that is not finite
@np.errstate(over="ignore", invalid="ignore")
def step_lbfgs(
    parameters: Floats, loss: float, gradient: Floats, state: LbfgsState, loss_and_gradient: LossAndGradient
) -> tuple[Floats, float, Floats, LbfgsState]:
    """Return parameters of lower loss, their loss and gradient, and the next state.

    `loss` and `gradient` are those of `parameters`; `loss_and_gradient` gives both for other parameters, the
    gradient each time as an array of its own. The step keeps the strong Wolfe conditions, unless EVALUATIONS
    losses do not suffice for that: then it goes to the lowest of them. Where none is lower, the pairs are
    forgotten and steepest descent is tried; where that fails too, parameters, loss and gradient come back
    as they were and the state is stuck for good. A loss or slope that is not finite counts as too far.
    Source: N&W Algorithm 7.5.
    """
    if state.stuck:
        return parameters, loss, gradient, state
    found = _lower(parameters, loss, gradient, state.pairs, loss_and_gradient)
    if found is None and state.pairs:
        state = LbfgsState()
        found = _lower(parameters, loss, gradient, (), loss_and_gradient)
    if found is None:
        return parameters, loss, gradient, LbfgsState(stuck=True)
    pairs = _remembered(state.pairs, found.parameters - parameters, found.gradient - gradient)
    return found.parameters, found.loss, found.gradient, LbfgsState(pairs)


def descent_direction(gradient: Floats, pairs: tuple[Pair, ...]) -> Floats:
    """Return -H·gradient, H the inverse Hessian as the pairs tell it; without pairs, minus the gradient.

    Source: N&W Algorithm 7.4 (two-loop recursion), on the initial matrix of eq. 7.20.
    """
    direction = -gradient
    if not pairs:
        return direction
    shares = []
    for pair in reversed(pairs):
        share = float(pair.change.dot(direction)) / pair.curvature
        direction -= share * pair.difference
        shares.append(share)
    newest = pairs[-1]
    direction *= newest.curvature / float(newest.difference.dot(newest.difference))
    for pair, share in zip(pairs, reversed(shares), strict=True):
        share -= float(pair.difference.dot(direction)) / pair.curvature
        direction += share * pair.change
    return direction


def _remembered(pairs: tuple[Pair, ...], change: Floats, difference: Floats) -> tuple[Pair, ...]:
    curvature = float(change.dot(difference))
    sizes = math.sqrt(float(change.dot(change))) * math.sqrt(float(difference.dot(difference)))
    if not curvature > LEAST_COSINE * sizes > 0:
        return pairs
    return (*pairs, Pair(change, difference, curvature))[-MEMORY:]


@dataclass(frozen=True, eq=False)
class _Trial:
    """A point `length` directions away, its loss, and the slope of the loss along the direction."""

    length: float
    loss: float
    slope: float
    parameters: Floats
    gradient: Floats


@dataclass(frozen=True, eq=False)
class _Line:
    """What lies along `direction` from `origin`."""

    origin: _Trial
    direction: Floats
    loss_and_gradient: LossAndGradient

    def at(self, length: float) -> _Trial:
        parameters = self.origin.parameters + length * self.direction
        loss, gradient = self.loss_and_gradient(parameters)
        slope = float(gradient.dot(self.direction))
        if not math.isfinite(loss) or not math.isfinite(slope):
            loss = math.inf
        return _Trial(length, loss, slope, parameters, gradient)

    def falls_enough(self, trial: _Trial) -> bool:
        origin = self.origin
        return trial.loss <= origin.loss + SUFFICIENT_DECREASE * trial.length * origin.slope

    def is_flat_enough(self, trial: _Trial) -> bool:
        return abs(trial.slope) <= -CURVATURE * self.origin.slope


def _lower(
    parameters: Floats,
    loss: float,
    gradient: Floats,
    pairs: tuple[Pair, ...],
    loss_and_gradient: LossAndGradient,
) -> _Trial | None:
    """Return a trial of lower loss along the direction the pairs give, or None where none was found."""
    direction = descent_direction(gradient, pairs)
    slope = float(direction.dot(gradient))
    if not -math.inf < slope < 0:
        return None
    origin = _Trial(0.0, loss, slope, parameters, gradient)
    # without pairs -slope is the gradient's square, so that the first trial is at most 1 away
    length = 1.0 if pairs else min(1.0, 1 / math.sqrt(-slope))
    return _searched(_Line(origin, direction, loss_and_gradient), length)


def _searched(line: _Line, length: float) -> _Trial | None:
    """Return a trial that keeps the strong Wolfe conditions, else the lowest that falls enough, else None.

    Source: N&W Algorithms 3.5 and 3.6, as one loop: until a trial shows that the way down ends before it,
    the far end `high` of the bracket is unknown. `low` is the lowest trial that falls enough.
    """
    low, high = line.origin, None
    for _ in range(EVALUATIONS):
        if length == low.length:  # the bracket has closed to the last bit
            break
        trial = line.at(length)
        # >=: close to the minimum what c1 asks for is lost in the loss's rounding, and equal is no gain
        if trial.loss >= low.loss or not line.falls_enough(trial):
            high = trial
            length = _within(low, high)
            continue
        if line.is_flat_enough(trial):
            return trial
        before, low = low, trial
        far = math.inf if high is None else high.length
        if trial.slope * (far - trial.length) >= 0:
            high = before
        length = _beyond(before, low) if high is None else _within(low, high)
    return None if low is line.origin else low


def _within(low: _Trial, high: _Trial) -> float:
    """Return a length between two trials, not too close to either."""
    width = high.length - low.length
    if high.loss == math.inf:
        return low.length + MARGIN * width
    share = (_lowest_of_cubic(low, high) - low.length) / width
    if math.isnan(share):
        share = 0.5
    return low.length + min(max(share, MARGIN), 1 - MARGIN) * width


def _beyond(before: _Trial, last: _Trial) -> float:
    """Return a length beyond two trials, the later of which is still on a steep way down."""
    lowest = _lowest_of_cubic(before, last)
    least, most = LEAST_GROWTH * last.length, MOST_GROWTH * last.length
    if not lowest > last.length:  # the cubic falls for ever
        return most
    return min(max(lowest, least), most)


def _lowest_of_cubic(one: _Trial, other: _Trial) -> float:
    """Return where the cubic through both losses and slopes is lowest; nan where it has none, or overflows.

    Source: N&W eq. 3.59.
    """
    width = other.length - one.length
    d1 = one.slope + other.slope - 3 * (other.loss - one.loss) / width
    square = d1 * d1 - one.slope * other.slope
    if square < 0:
        return math.nan
    d2 = math.copysign(math.sqrt(square), width)
    bend = other.slope - one.slope + 2 * d2
    if bend == 0:
        return math.nan
    return other.length - width * (other.slope + d2 - d1) / bend
