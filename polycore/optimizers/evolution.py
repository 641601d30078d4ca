"""Evolution: random changes whose size adapts to how often they succeed."""

import math

from polycore.arrays import Floats
from polycore.optimizers.optimizer import (
    Comparison,
    Explain,
    Explanation,
    SearchOptimizer,
    SearchUpdate,
    Words,
)
from polycore.optimizers.random_search import SEARCH_STORAGE, SearchState, Try, start_search


def step_evolution(
    parameters: Floats, direction: Floats, state: SearchState, lower: Comparison
) -> tuple[Floats, SearchState]:
    """Return the better of the parameters and their mutant, and a step size adapted to the outcome.

    (1+1)-ES with the one-fifth success rule: the step size stays the same if one mutant in five succeeds.
    Source: Kern et al. 2004, "Learning probability distributions in continuous evolutionary algorithms",
    with the damping sqrt(n + 1) for n parameters that Auger and Hansen use.
    """
    candidate = parameters + state.step_size * direction
    damping = math.sqrt(parameters.size + 1)
    if lower(candidate, parameters):
        return candidate, SearchState(state.step_size * math.exp(1 / damping))
    return parameters, SearchState(state.step_size * math.exp(-0.25 / damping))


def explain_evolution(update: SearchUpdate) -> Explain:
    """Return what explains a step of `step_evolution`."""
    before: SearchState = update.state
    after: SearchState = update.new_state
    tried = Try.of(update, before.step_size)

    def explanation(index: int) -> Explanation:
        working = tried.working(index, "sigma")
        working.known["n"] = update.parameters.size  # weights and biases
        words, power = (
            ("a success: the next try is larger", "1 / sqrt(n + 1)")
            if tried.is_kept
            else ("a failure: the next try is smaller", "-0.25 / sqrt(n + 1)")
        )
        working.compute("new_sigma", words, f"sigma * exp({power})", after.step_size)
        return tried.explanation(index, working)

    return explanation


def _step(
    parameters: Floats,
    direction: Floats,
    state: SearchState,
    learning_rate: float,  # noqa: ARG001 - it is the first step size alone
    lower: Comparison,
) -> tuple[Floats, SearchState]:
    return step_evolution(parameters, direction, state, lower)


EVOLUTION = SearchOptimizer(
    name="evolution",
    words=Words(
        label="Evolution",
        title="Evolution",
        advice="tries random changes and adapts their size. Choose it to see how far one gets without "
        "gradients.",
        learning_rate="Standard deviation of the first random change. It adapts from there: 0.01 will do.",
        advantage="it adapts how large its changes are, while random search makes all of one size",
    ),
    storage=SEARCH_STORAGE,
    uses=frozenset({"learning_rate"}),
    racing_rate=0.1,
    start=start_search,
    step=_step,
    explain=explain_evolution,
)
