"""Adam: a running mean of the gradient over the root of a running mean of its square."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from polycore.arrays import Floats
from polycore.formatting import number_text
from polycore.formula import Working
from polycore.optimizers.optimizer import (
    Explain,
    Explanation,
    GradientOptimizer,
    GradientUpdate,
    OptimizerState,
    StateArray,
    Storage,
    Words,
    decayed,
)

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
CLEARED_EVERY = 64  # steps


@dataclass(frozen=True)
class Moments:
    """How a step follows from the running means of gradients and their squares: in Adam and in SOAP.

    beta_1, beta_2: the share of each moment that a step keeps. epsilon: outside the root.
    most: the largest change of a parameter, in units of the learning rate; None for no limit.
    """

    beta_1: float
    beta_2: float
    epsilon: float
    most: float | None = None

    def step(
        self, gradient: Floats, first_moment: Floats, second_moment: Floats, step: int, learning_rate: float
    ) -> tuple[Floats, Floats, Floats]:
        """Return what step `step`, counted from 1, subtracts from the parameters, and the moments after it.

        The moments are discounted sums: see `AdamState`.
        """
        first_moment = self.beta_1 * first_moment
        first_moment += gradient
        if step % CLEARED_EVERY == 0:
            self._clear(first_moment)
        second_moment = self.beta_2 * second_moment
        change: Floats = gradient * gradient
        second_moment += change
        # bias-corrected mean / (root of bias-corrected mean square + epsilon), with their factors taken out
        mean_factor = (1 - self.beta_1) / (1 - self.beta_1**step)
        root_factor = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**step))
        np.sqrt(second_moment, out=change)
        change += self.epsilon / root_factor
        np.divide(first_moment, change, out=change)
        if self.most is not None:
            farthest = self.most * root_factor / mean_factor
            np.clip(change, -farthest, farthest, out=change)
        change *= learning_rate * mean_factor / root_factor
        return change, first_moment, second_moment

    def write(
        self, working: Working, slope: str, step: int, before: tuple[float, float], after: tuple[float, float]
    ) -> None:
        """Write down the averages of the slopes and of their squares, as the paper has them.

        slope: the symbol of the slope. before, after: the first and the second moment.
        """
        working.known |= {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon, "t": step}
        shares = 1 - self.beta_1, 1 - self.beta_2
        m, s = (share * float(moment) for share, moment in zip(shares, before, strict=True))
        new_m, new_s = (share * float(moment) for share, moment in zip(shares, after, strict=True))
        working.measure("m", "average of the slopes so far", m)
        working.measure("s", "average of their squares so far", s)
        working.compute("new_m", "average with this slope", f"beta_1 * m + (1 - beta_1) * {slope}", new_m)
        words = "average of the squares with its square"
        working.compute("new_s", words, f"beta_2 * s + (1 - beta_2) * {slope}**2", new_s)
        working.compute("corrected_m", "average, corrected for its start at 0", "new_m / (1 - beta_1**t)")
        working.compute("corrected_s", "average of the squares, likewise", "new_s / (1 - beta_2**t)")

    def _clear(self, moment: Floats) -> None:
        """Replace by 0 what would become denormal in the next CLEARED_EVERY steps.

        The moment of a dead neuron shrinks in every step and stays among the denormal numbers, with which
        many processors compute slowly: they took a fifth to a third of the time of the recommended
        experiment. Such a moment moves a parameter by less than its rounding, unless that is next to 0 too.
        """
        moment[np.abs(moment) < np.finfo(moment.dtype).tiny / self.beta_1**CLEARED_EVERY] = 0


# what a step subtracts, times the rate, in the names of `Moments.write`
ALONG = "corrected_m / (sqrt(corrected_s) + epsilon)"
FIRST_STEP = (
    "In the first step of Adam the average and the root cancel, except for the sign: every weight with a "
    "slope moves by the rate, {rate}."
)

_ADAM = Moments(BETA_1, BETA_2, EPSILON)


@dataclass(frozen=True, eq=False)
class AdamState(OptimizerState):
    """Steps taken, and the first and second moments of the gradient, shaped as the parameters.

    The moments are discounted sums: the paper's running means are these times 1 - beta. That factor is left
    to the length of the step, which saves two passes over the parameters.
    """

    step: int
    first_moment: Floats
    second_moment: Floats


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
    """Return the parameters and state after one step of Adam. See `decayed` for `weight_decay`.

    Source: arXiv:1412.6980, Algorithm 1 (epsilon outside the root), with its suggested constants.
    """
    step = state.step + 1
    change, first_moment, second_moment = _ADAM.step(
        gradient, state.first_moment, state.second_moment, step, learning_rate
    )
    stepped = np.subtract(decayed(parameters, learning_rate, weight_decay), change, out=change)
    return stepped, AdamState(step, first_moment, second_moment)


def explain_adam(update: GradientUpdate) -> Explain:
    """Return what explains a step of `step_adam`."""
    before: AdamState = update.state
    after: AdamState = update.new_state

    def explanation(index: int) -> Explanation:
        working = update.working(index)
        _ADAM.write(
            working,
            "g",
            after.step,
            (before.first_moment[index], before.second_moment[index]),
            (after.first_moment[index], after.second_moment[index]),
        )
        explained = update.explanation(index, working, ALONG, "the average of the slopes so far")
        # epsilon makes the step of a tiny slope shorter, and so does weight decay that of a large weight
        is_whole = abs(working.known["g"]) > 1000 * EPSILON and not update.settings.weight_decay
        if after.step > 1 or not is_whole:
            return explained
        return replace(explained, note=FIRST_STEP.format(rate=number_text(update.learning_rate)))

    return explanation


ADAM = GradientOptimizer(
    name="adam",
    words=Words(
        label="Adam",
        title="Adam",
        advice="follows the gradient, with its own step size for each weight. Start with it: its "
        "learning rate may be a little off.",
        learning_rate="How far a step goes. Too high and the loss jumps, too low and it crawls. "
        "Use 0.01, and less for wide networks.",
        advantage="it takes a step of its own for each weight, whether that one's gradient is large or small",
    ),
    storage=Storage(
        # the square of a gradient of 1e20 is infinite in float32, and such a run continues
        arrays=(StateArray("gradients"), StateArray("squares", low=0, high=math.inf)),
        to_arrays=lambda state, _parameters: {
            "gradients": state.first_moment,
            "squares": state.second_moment,
        },
        to_state=lambda step, _numbers, arrays: AdamState(step, arrays["gradients"], arrays["squares"]),
    ),
    uses=frozenset({"learning_rate", "schedule", "warmup_steps", "weight_decay"}),
    racing_rate=0.03,
    start=lambda parameters, _widths: start_adam(parameters),
    step_with=lambda settings, _widths: partial(step_adam, weight_decay=settings.weight_decay),
    explain=explain_adam,
)
