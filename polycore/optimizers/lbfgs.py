"""L-BFGS: Newton's step, with the curvature estimated from the last few changes of the gradient.

A pure start and a pure step: no array passed in is changed, and a step depends on its arguments alone.
N&W: Nocedal and Wright 2006, Numerical Optimization, second edition.
"""

import math
from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats
from polycore.formatting import counted, number_text
from polycore.formula import Working
from polycore.network.parameters import parameter_count
from polycore.optimizers.optimizer import (
    MAX_SLOPE,
    Arrays,
    Explain,
    Explanation,
    FullBatchOptimizer,
    FullBatchUpdate,
    LossAndGradient,
    OptimizerState,
    StateArray,
    StateNumbers,
    Storage,
    Widths,
    Words,
    reason,
)

MEMORY = 10
LAST_TRIALS = 3  # of a line search: an explanation shows them and the first one
EVALUATIONS = 20  # of the loss, at most, in one line search; a step makes one or two searches
SUFFICIENT_DECREASE, CURVATURE = 1e-4, 0.9  # c1 and c2 of the strong Wolfe conditions, as N&W p. 142 suggest
# A pair is remembered if the cosine between its two halves is above this: then the loss curves upwards along
# the step by more than rounding errors do, which the next direction needs to lead downhill.
LEAST_COSINE = 1e-10
# As long as every trial is still on a steep descent, the next one is so many times as far away.
LEAST_GROWTH, MOST_GROWTH = 2.0, 10.0
MARGIN = 0.1  # share of the bracket that a trial keeps from either end


@dataclass(frozen=True, eq=False)
class Pair:
    """One step: the parameters' `change` s, the gradient's `difference` y, and the `curvature` s·y > 0."""

    change: Floats
    difference: Floats
    curvature: float


@dataclass(frozen=True, eq=False)
class LbfgsState(OptimizerState):
    """The last `pairs`, at most MEMORY, oldest first; `stuck` if no lower loss could be found."""

    pairs: tuple[Pair, ...] = ()
    stuck: bool = False


def start_lbfgs(parameters: Floats) -> LbfgsState:  # noqa: ARG001 - called as every optimizer's start
    """Return the state before the first step: nothing is known of the curvature."""
    return LbfgsState()


# a trial too far out overflows on its way to a loss that is not finite
@np.errstate(over="ignore", invalid="ignore")
def step_lbfgs(
    parameters: Floats, loss: float, gradient: Floats, state: LbfgsState, loss_and_gradient: LossAndGradient
) -> tuple[Floats, float, Floats, LbfgsState]:
    """Return parameters of lower loss, their loss and gradient, and the next state.

    `loss` and `gradient` belong to `parameters`; `loss_and_gradient` returns both for other parameters,
    the gradient each time as a new array. The step meets the strong Wolfe conditions, unless EVALUATIONS
    losses do not suffice: then it goes to the lowest of them. If none is lower, the pairs are dropped and
    steepest descent is tried; if that fails too, parameters, loss and gradient are returned unchanged and the
    state is stuck for good. A loss or slope that is not finite counts as too far away.
    Source: N&W Algorithm 7.5.
    """
    if state.stuck:
        return parameters, loss, gradient, state
    trial = _lower_trial(parameters, loss, gradient, state.pairs, loss_and_gradient)
    if trial is None and state.pairs:
        state = LbfgsState()
        trial = _lower_trial(parameters, loss, gradient, (), loss_and_gradient)
    if trial is None:
        return parameters, loss, gradient, LbfgsState(stuck=True)
    pairs = _with_pair(state.pairs, trial.parameters - parameters, trial.gradient - gradient)
    return trial.parameters, trial.loss, trial.gradient, LbfgsState(pairs)


def descent_direction(gradient: Floats, pairs: tuple[Pair, ...]) -> Floats:
    """Return -H·gradient, H the inverse Hessian as the pairs estimate it; without pairs, minus the gradient.

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


def _with_pair(pairs: tuple[Pair, ...], change: Floats, difference: Floats) -> tuple[Pair, ...]:
    curvature = float(change.dot(difference))
    sizes = math.sqrt(float(change.dot(change))) * math.sqrt(float(difference.dot(difference)))
    if not curvature > LEAST_COSINE * sizes > 0:
        return pairs
    return (*pairs, Pair(change, difference, curvature))[-MEMORY:]


@dataclass(frozen=True, eq=False)
class _Trial:
    """A point at `length` times the direction, its loss, and the slope of the loss along the direction."""

    length: float
    loss: float
    slope: float
    parameters: Floats
    gradient: Floats


@dataclass(frozen=True, eq=False)
class _Ray:
    """The ray along `direction` from `origin`."""

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


def _lower_trial(
    parameters: Floats,
    loss: float,
    gradient: Floats,
    pairs: tuple[Pair, ...],
    loss_and_gradient: LossAndGradient,
) -> _Trial | None:
    """Return a trial of lower loss along the direction that the pairs give, or None if none was found."""
    direction = descent_direction(gradient, pairs)
    slope = float(direction.dot(gradient))
    if not -math.inf < slope < 0:
        return None
    origin = _Trial(0.0, loss, slope, parameters, gradient)
    # without pairs -slope is the gradient's square, so that the first trial is at most 1 away
    length = 1.0 if pairs else min(1.0, 1 / math.sqrt(-slope))
    return _line_search(_Ray(origin, direction, loss_and_gradient), length)


def _line_search(ray: _Ray, length: float) -> _Trial | None:
    """Return a trial that meets the strong Wolfe conditions, else the lowest that falls enough, else None.

    Source: N&W Algorithms 3.5 and 3.6, as one loop: the far end `high` of the bracket is unknown until a
    trial lies beyond a minimum. `low` is the lowest trial that falls enough.
    """
    low, high = ray.origin, None
    for _ in range(EVALUATIONS):
        if length == low.length:  # the bracket has closed to the last bit
            break
        trial = ray.at(length)
        # >=: near the minimum, c1's decrease is less than the loss's rounding, and equal losses gain nothing
        if trial.loss >= low.loss or not ray.falls_enough(trial):
            high = trial
            length = _within(low, high)
            continue
        if ray.is_flat_enough(trial):
            return trial
        before, low = low, trial
        far = math.inf if high is None else high.length
        if trial.slope * (far - trial.length) >= 0:
            high = before
        length = _beyond(before, low) if high is None else _within(low, high)
    return None if low is ray.origin else low


def _within(low: _Trial, high: _Trial) -> float:
    """Return a length between two trials, not too close to either."""
    width = high.length - low.length
    if high.loss == math.inf:
        return low.length + MARGIN * width
    share = (_minimum_of_cubic(low, high) - low.length) / width
    if math.isnan(share):
        share = 0.5
    return low.length + min(max(share, MARGIN), 1 - MARGIN) * width


def _beyond(before: _Trial, last: _Trial) -> float:
    """Return a length beyond two trials, the later of which is still on a steep descent."""
    lowest = _minimum_of_cubic(before, last)
    least, most = LEAST_GROWTH * last.length, MOST_GROWTH * last.length
    if not lowest > last.length:  # the cubic falls forever
        return most
    return min(max(lowest, least), most)


def _minimum_of_cubic(one: _Trial, other: _Trial) -> float:
    """Return the minimum of the cubic through both losses and slopes; nan if it has none or overflows.

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


def explain_lbfgs(update: FullBatchUpdate) -> Explain:
    """Return what explains a step of `step_lbfgs`: its direction, and the trials along it."""
    search = _Searched.of(update, update.state.pairs)
    words = "direction: the slopes, corrected by how they changed in the last steps"
    if search.found is None and update.state.pairs:
        search = _Searched.of(update, ())
        words = "nothing was lower along the last direction, so the last steps are forgotten: straight down"

    def explanation(index: int) -> Explanation:
        w, g = float(update.parameters[index]), float(update.gradient[index])
        working = Working(w=w, g=g)
        if search.pairs:
            working.measure("p", words, search.direction[index])
        else:
            working.compute("p", words if update.state.pairs else "direction: straight down", "-g")
        working.measure("loss", "loss before", update.loss)
        left_out = range(2, len(search.trials) - LAST_TRIALS + 1)
        for number, (length, loss) in enumerate(search.trials, 1):
            if number in left_out:
                continue
            away = f"loss {number_text(length)} times the direction away"
            if number - 1 in left_out:
                away += f", after {counted(len(left_out), 'other trial')}"
            working.measure(f"loss_{number}", away, loss)
        if search.found is None:
            working.compute("new_w", "no loss is lower: it stays", "w", update.new_parameters[index])
            return Explanation(working.lines, "no trial has a lower loss")
        working.measure("a", "the length that is taken", search.found.length)
        working.compute("new_w", "its new value", "w + a * p", update.new_parameters[index])
        change = float(update.new_parameters[index]) - w
        otherwise = "the loss falls in the direction in which all weights move together"
        return Explanation(working.lines, reason(g, change, otherwise))

    return explanation


@dataclass(frozen=True, eq=False)
class _Searched:
    """A line search that was done again: `trials` are the lengths and the losses that it evaluated."""

    pairs: tuple[Pair, ...]
    direction: Floats
    trials: tuple[tuple[float, float], ...]
    found: _Trial | None

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def of(cls, update: FullBatchUpdate, pairs: tuple[Pair, ...]) -> "_Searched":
        direction = descent_direction(update.gradient, pairs)
        trials: list[tuple[float, float]] = []

        def recorded(parameters: Floats) -> tuple[float, Floats]:
            loss, gradient = update.loss_and_gradient(parameters)
            change = parameters - update.parameters
            trials.append((float(change.dot(direction)) / float(direction.dot(direction)), loss))
            return loss, gradient

        found = _lower_trial(update.parameters, update.loss, update.gradient, pairs, recorded)
        return cls(pairs, direction, tuple(trials), found)


# Two sums of the same products differ by less than their number times the rounding: 524,288 · 1.1e-16.
ROUNDING = 1e-9


def has_curvature(pair: Pair) -> bool:
    """Return whether the pair's curvature is above 0 and the product of its halves."""
    change, difference = pair.change, pair.difference
    sizes = math.sqrt(float(change.dot(change))) * math.sqrt(float(difference.dot(difference)))
    gap = abs(float(change.dot(difference)) - pair.curvature)
    return pair.curvature > 0 and 0 < sizes < math.inf and gap <= ROUNDING * sizes


def _to_arrays(state: LbfgsState, parameters: int) -> Arrays:
    return {
        "changes": np.array([pair.change for pair in state.pairs]).reshape(-1, parameters),
        "differences": np.array([pair.difference for pair in state.pairs]).reshape(-1, parameters),
        "curvatures": np.array([pair.curvature for pair in state.pairs], dtype=np.float64),
    }


def _to_state(_step: int, numbers: StateNumbers, arrays: Arrays) -> LbfgsState:
    curvatures = arrays["curvatures"].tolist()
    pairs = zip(arrays["changes"], arrays["differences"], curvatures, strict=True)
    return LbfgsState(tuple(Pair(*pair) for pair in pairs), numbers.stuck)


def _per_pair_and_parameter(widths: Widths, pairs: int) -> tuple[int, ...]:
    return (pairs, parameter_count(widths))


LBFGS = FullBatchOptimizer(
    name="lbfgs",
    words=Words(
        label="L-BFGS",
        title="L-BFGS",
        advice="estimates the curvature of the loss, and finds the length of each step. Choose it for few "
        "fixed samples.",
        learning_rate="",
        advantage="it estimates from its last steps how the loss curves, and so how far each step may go",
    ),
    storage=Storage(
        arrays=(
            StateArray("changes", shape=_per_pair_and_parameter),
            StateArray("differences", shape=_per_pair_and_parameter),
            StateArray(
                "curvatures",
                low=0,
                high=MAX_SLOPE * MAX_SLOPE,
                shape=lambda _widths, pairs: (pairs,),
                in_float64=True,
            ),
        ),
        to_arrays=_to_arrays,
        to_state=_to_state,
        to_numbers=lambda state: StateNumbers(pairs=len(state.pairs), stuck=state.stuck),
        is_sound=lambda state: all(map(has_curvature, state.pairs)),
    ),
    uses=frozenset(),
    racing_rate=None,
    start=start_lbfgs,
    step=step_lbfgs,
    explain=explain_lbfgs,
)
