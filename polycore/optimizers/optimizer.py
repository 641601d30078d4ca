"""What an optimizer is: its step, the settings it uses, how a run file stores it, and words about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.network.parameters import parameter_count

# With 8 layers of 512 neurons and weights of 1e6 a gradient stays below 1e80; its sums over steps below 1e90.
MAX_SLOPE = 1e100


class Settings(Protocol):
    """The settings of an Experiment that optimizers use."""

    @property
    def momentum(self) -> float: ...
    @property
    def nesterov(self) -> bool: ...
    @property
    def weight_decay(self) -> float: ...


class OptimizerState:
    """The base of every optimizer's state. `stuck`: whether it can make no more progress."""

    stuck: bool = False


Arrays = Mapping[str, NDArray[Any]]
Widths = Sequence[int]  # of a network's layers, from the inputs to the classes
# (candidate, kept) -> whether the candidate's loss is lower
Comparison = Callable[[Floats, Floats], bool]
LossAndGradient = Callable[[Floats], tuple[float, Floats]]
# (parameters, gradient, state, learning rate) -> the next parameters and state
GradientStep = Callable[[Floats, Floats, Any, float], tuple[Floats, OptimizerState]]
# (parameters, direction, state, learning rate, comparison) -> the next parameters and state
SearchStep = Callable[[Floats, Floats, Any, float, Comparison], tuple[Floats, OptimizerState]]
# (parameters, loss, gradient, state, loss and gradient) -> all four of the next step
FullBatchStep = Callable[
    [Floats, float, Floats, Any, LossAndGradient], tuple[Floats, float, Floats, OptimizerState]
]


@dataclass(frozen=True)
class StateNumbers:
    """The single numbers of a state, as the metadata of a run file stores them.

    deviation: a search's step size, in parameter units; None for other optimizers. pairs: how many L-BFGS
    remembers, and `stuck` whether it found no lower loss.
    """

    deviation: float | None = None
    pairs: int = 0
    stuck: bool = False


def per_parameter(widths: Widths, pairs: int) -> tuple[int, ...]:  # noqa: ARG001 - as every shape
    """Return the shape of an array with one number for each parameter."""
    return (parameter_count(widths),)


@dataclass(frozen=True)
class StateArray:
    """An array of a state in a run file: its name there, the range of its numbers, and its shape.

    shape: of a network of these widths, and the number of pairs. in_float64: whatever type the parameters
    have.
    """

    name: str
    low: float = -MAX_SLOPE
    high: float = MAX_SLOPE
    shape: Callable[[Widths, int], tuple[int, ...]] = per_parameter
    in_float64: bool = False


@dataclass(frozen=True)
class Storage:
    """How a run file stores the states of an optimizer.

    to_arrays: the arrays of a state of so many parameters, by the names of `arrays`.
    to_numbers: its single numbers. to_state: the state of a step with these numbers and arrays.
    is_sound: whether the parts of a state that was read fit together.
    """

    arrays: tuple[StateArray, ...]
    to_arrays: Callable[[Any, int], Arrays]
    to_state: Callable[[int, StateNumbers, Arrays], OptimizerState]
    to_numbers: Callable[[Any], StateNumbers] = lambda _: StateNumbers()
    is_sound: Callable[[Any], bool] = lambda _: True


@dataclass(frozen=True)
class Words:
    """An optimizer in words, for people who choose one.

    label: its short name, for legends and tables. title: the same in full.
    advice: what it does and when to choose it, in Markdown, as the rest of a sentence that begins with the
    label. learning_rate: what the learning rate means for it; "" if it has none.
    advantage: what speaks for it in a race against optimizers of its kind, as a clause.
    """

    label: str
    title: str
    advice: str
    learning_rate: str
    advantage: str


@dataclass(frozen=True)
class Optimizer:
    """An optimizer: one of the three subclasses.

    name: in experiments, links, files and commands; never changed.
    uses: which of learning_rate, schedule, warmup_steps, momentum, nesterov and weight_decay its steps use.
    racing_rate: a good learning rate on the tutorial's polynomials; None if it has none.
    """

    name: str
    words: Words
    storage: Storage
    uses: frozenset[str]
    racing_rate: float | None

    @property
    def needs_gradient(self) -> bool:
        """Whether its steps follow the gradient; otherwise they compare losses."""
        return not isinstance(self, SearchOptimizer)

    @property
    def sees_errors(self) -> bool:
        """Whether its steps compute the errors of fresh points, so that the next points can follow them."""
        return isinstance(self, GradientOptimizer)

    @property
    def needs_full_batch(self) -> bool:
        """Whether every step must work on the same samples, all of them."""
        return isinstance(self, FullBatchOptimizer)


@dataclass(frozen=True)
class GradientOptimizer(Optimizer):
    """Follows the gradient of a batch.

    `start` takes the parameters, `step_with` the settings, and both the widths of the network's layers.
    """

    start: Callable[[Floats, Widths], OptimizerState]
    step_with: Callable[[Settings, Widths], GradientStep]


@dataclass(frozen=True)
class SearchOptimizer(Optimizer):
    """Tries random changes and compares losses. `start` takes the learning rate."""

    start: Callable[[float], OptimizerState]
    step: SearchStep


@dataclass(frozen=True)
class FullBatchOptimizer(Optimizer):
    """Asks for loss and gradient on all samples as often as it likes. `start` takes the parameters."""

    start: Callable[[Floats], OptimizerState]
    step: FullBatchStep


def state_names(optimizers: Mapping[str, Optimizer]) -> Iterator[str]:
    """Yield the name of each array that a state of one of the optimizers has in a run file, each once."""
    names = [array.name for optimizer in optimizers.values() for array in optimizer.storage.arrays]
    yield from dict.fromkeys(names)
