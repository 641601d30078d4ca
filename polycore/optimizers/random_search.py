"""The tutorial's random search: keep a random change of the parameters if it lowers the loss."""

from dataclasses import dataclass

from polycore.arrays import Floats
from polycore.optimizers.optimizer import (
    Comparison,
    OptimizerState,
    SearchOptimizer,
    StateNumbers,
    Storage,
    Words,
)


@dataclass(frozen=True, eq=False)
class SearchState(OptimizerState):
    """`step_size` is the standard deviation of the next random change, in parameter units."""

    step_size: float


def start_search(learning_rate: float) -> SearchState:
    """Return the state before the first step, for random search and evolution alike."""
    return SearchState(learning_rate)


def step_random_search(
    parameters: Floats, direction: Floats, learning_rate: float, lower: Comparison
) -> Floats:
    """Return parameters + learning_rate·direction if their loss is lower, otherwise the parameters.

    This is the tutorial's rule. `direction` holds standard normal numbers.
    """
    candidate = learning_rate * direction
    candidate += parameters
    return candidate if lower(candidate, parameters) else parameters


def _step(
    parameters: Floats, direction: Floats, state: SearchState, learning_rate: float, lower: Comparison
) -> tuple[Floats, SearchState]:
    return step_random_search(parameters, direction, learning_rate, lower), state


SEARCH_STORAGE = Storage(
    arrays=(),
    to_arrays=lambda _state, _parameters: {},
    to_numbers=lambda state: StateNumbers(deviation=state.step_size),
    to_state=lambda _step, numbers, _arrays: SearchState(numbers.deviation or 0.0),
)

RANDOM_SEARCH = SearchOptimizer(
    name="random-search",
    words=Words(
        label="Random search",
        title="Random search",
        advice="is the tutorial's: random changes of one size, kept if the loss falls. Choose it to see how "
        "slow it is.",
        learning_rate="Standard deviation of each random change. Use 0.0005 to see what the tutorial saw; "
        "larger changes make progress sooner, and stall sooner.",
        advantage="evolution adapts how large its changes are, and random search makes all of one size",
    ),
    storage=SEARCH_STORAGE,
    uses=frozenset({"learning_rate", "schedule", "warmup_steps"}),
    racing_rate=0.0005,
    start=start_search,
    step=_step,
)
