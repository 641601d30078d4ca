"""The tutorial's random search: keep a random change of the parameters if it lowers the loss.

What evolution has in common with it is here too: the state, the comparison of losses, and what a step tried.
"""

from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats
from polycore.formula import Working
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels
from polycore.optimizers.optimizer import (
    Comparison,
    Explain,
    Explanation,
    OptimizerState,
    SearchOptimizer,
    SearchUpdate,
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


def explain_random_search(update: SearchUpdate) -> Explain:
    """Return what explains a step of `step_random_search`."""
    tried = Try.of(update, update.learning_rate)
    return lambda index: tried.explanation(index, tried.working(index, "rate"))


@dataclass(frozen=True, eq=False)
class Try:
    """What a search tried in a step: `size` times the direction, its loss, and the loss of what it had."""

    update: SearchUpdate
    size: float
    loss: float
    tried_loss: float

    @classmethod
    def of(cls, update: SearchUpdate, size: float) -> "Try":
        """Return the try of a step with changes of this size."""
        candidate = size * update.direction
        candidate += update.parameters
        return cls(update, size, update.loss_of(update.parameters), update.loss_of(candidate))

    @property
    def is_kept(self) -> bool:
        """Whether the search kept what it tried."""
        return not np.array_equal(self.update.parameters, self.update.new_parameters)

    def working(self, index: int, size: str) -> Working:
        """Return the beginning of an explanation, with the symbol of the size."""
        working = Working(w=float(self.update.parameters[index]))
        working.measure(size, "size of the random changes", self.size)
        working.measure("d", "a random number of its own", self.update.direction[index])
        working.compute("tried_w", "the value that is tried", f"w + {size} * d")
        working.measure("loss", "loss with the present values of all weights", self.loss)
        working.measure("tried_loss", "loss with the values that are tried", self.tried_loss)
        return working

    def explanation(self, index: int, working: Working) -> Explanation:
        """Return the explanation that ends with the outcome."""
        words, formula, reason = (
            ("the try is kept", "tried_w", "the try is kept, since the loss is lower with it")
            if self.is_kept
            else ("the try is dropped", "w", "the try is dropped, since the loss is not lower with it")
        )
        working.compute("new_w", words, formula, self.update.new_parameters[index])
        return Explanation(working.lines, reason)


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
    explain=explain_random_search,
)


# --- whether a changed network has a lower loss: search asks this a million times -------------

# Losses in float32 were up to 5e-7 from those in float64. Two that are closer to each other than this are
# compared in float64.
ROUGH_MARGIN = 1e-6


def lower_on(kernels: Kernels, batch: Batch) -> Comparison:
    """Return what compares losses on a batch, in float32: rounding is far smaller than the batch's noise."""
    return lambda candidate, kept: kernels.loss(candidate, batch) < kernels.loss(kept, batch)


class LowerOnAll:
    """Compares losses on the whole training set; each answer is the one that float64 gives.

    Float32 is enough for almost all, at a third of the cost. (Rejecting candidates by their logits alone,
    since cross-entropy lies above its tangent, saved nothing: computing tangents cost as much.)
    """

    def __init__(self, kernels: Kernels, exact: Batch, rough: Batch) -> None:
        self._rough_loss, self._exact_loss = kernels.loss_on(rough), kernels.loss_on(exact)
        self._kept: Floats | None = None
        self._loss = 0.0  # of the kept, in float32
        self._exact: float | None = None  # the same in float64, once it was needed

    def __call__(self, candidate: Floats, kept: Floats) -> bool:
        """Return whether the candidate's loss is below that of `kept`."""
        if self._kept is not kept:
            self._kept, self._loss, self._exact = kept, self._rough_loss(kept), None
        loss = self._rough_loss(candidate)
        if loss > self._loss + ROUGH_MARGIN:
            return False
        exact = None
        if not loss < self._loss - ROUGH_MARGIN:
            # as close as that, or not a number
            if self._exact is None:
                self._exact = self._exact_loss(kept)
            exact = self._exact_loss(candidate)
            if not exact < self._exact:
                return False
        self._kept, self._loss, self._exact = candidate, loss, exact
        return True
