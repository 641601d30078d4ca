"""What an optimizer is: its step and how that is explained, its settings, its storage, and words about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.formula import Line, Working, value_of
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
class Explanation:
    """How one parameter got its new value in a step.

    Attributes
    ----------
    lines
        From the slope `g` or whatever else the step follows to the new value `new_w`, which is the last line.
    reason
        Why it moves in its direction, or does not move, as a clause that follows a colon. Optimizers do not
        know what they step: "{slope}" stands for the name of the slope, "{kind}" for "weight" or "bias".
    note
        What else is special about this step, as a sentence; "" for nothing.
    """

    lines: tuple[Line, ...]
    reason: str
    note: str = ""


Explain = Callable[[int], Explanation]  # of the parameter at an index of the flat vector


@dataclass(frozen=True, eq=False)
class GradientUpdate:
    """A step that an optimizer has taken along slopes (P,): the parameters and its state before and after."""

    parameters: Floats
    slopes: Floats
    state: Any
    learning_rate: float
    settings: Settings
    widths: Widths
    new_parameters: Floats
    new_state: Any

    def working(self, index: int) -> Working:
        """Return the beginning of an explanation: a parameter `w`, its slope `g`, and the `rate`."""
        w, g = float(self.parameters[index]), float(self.slopes[index])
        return Working(w=w, g=g, rate=self.learning_rate)

    def explanation(
        self, index: int, working: Working, along: str, memory: str = "weight decay"
    ) -> Explanation:
        """Return the explanation of an update that subtracts rate · along, after weight decay.

        Parameters
        ----------
        along
            A formula, in parentheses if it is a sum.
        memory
            What can make the sign of `along` differ from the slope's, if anything can.
        """
        w, g, new_w = working.known["w"], working.known["g"], float(self.new_parameters[index])
        kept = "w"
        if self.settings.weight_decay and self.learning_rate:
            working.known["decay"] = self.settings.weight_decay
            kept = "(1 - rate * decay) * w"
        follows = value_of(along, working.known)
        working.compute("new_w", "its new value", f"{kept} - rate * {along}", new_w)
        outweighs = "weight decay" if follows == 0 or follows * g > 0 else memory
        return Explanation(working.lines, reason(g, new_w - w, f"{outweighs} outweighs that"))


def reason(slope: float, change: float, otherwise: str) -> str:
    """Say why a parameter with this slope changes as it does, in a clause; see `Explanation`.

    otherwise: why, in another clause, if it does not move against its slope.
    """
    side = "0" if slope == 0 else "above 0" if slope > 0 else "below 0"
    if change == 0:
        return "{slope} is 0" if slope == 0 else "the change is less than its last digit"
    if change * slope >= 0:
        return f"{{slope}} is {side}, but {otherwise}"
    size = "smaller" if slope > 0 else "larger"
    return f"{{slope}} is {side}, so a {size} {{kind}} means less loss"


@dataclass(frozen=True, eq=False)
class SearchUpdate:
    """A step of a search along a random direction (P,), with what is known before and after it.

    loss_of: the loss of parameters on the points of the step, by which the search compares.
    """

    parameters: Floats
    direction: Floats
    state: Any
    learning_rate: float
    loss_of: Callable[[Floats], float]
    new_parameters: Floats
    new_state: Any


@dataclass(frozen=True, eq=False)
class FullBatchUpdate:
    """A step that evaluated loss and gradient as often as it liked: what is known before and after it."""

    parameters: Floats
    loss: float
    gradient: Floats
    state: Any
    loss_and_gradient: LossAndGradient
    new_parameters: Floats
    new_state: Any


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
    """An optimizer: one of the three subclasses. Each has `explain`, which explains a step that was taken.

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
    explain: Callable[[GradientUpdate], Explain]


@dataclass(frozen=True)
class SearchOptimizer(Optimizer):
    """Tries random changes and compares losses. `start` takes the learning rate."""

    start: Callable[[float], OptimizerState]
    step: SearchStep
    explain: Callable[[SearchUpdate], Explain]


@dataclass(frozen=True)
class FullBatchOptimizer(Optimizer):
    """Asks for loss and gradient on all samples as often as it likes. `start` takes the parameters."""

    start: Callable[[Floats], OptimizerState]
    step: FullBatchStep
    explain: Callable[[FullBatchUpdate], Explain]


def state_names(optimizers: Mapping[str, Optimizer]) -> Iterator[str]:
    """Yield the name of each array that a state of one of the optimizers has in a run file, each once."""
    names = [array.name for optimizer in optimizers.values() for array in optimizer.storage.arrays]
    yield from dict.fromkeys(names)


def decayed(parameters: Floats, learning_rate: float, weight_decay: float) -> Floats:
    """Return the parameters, each shrunk by learning_rate·weight_decay of itself.

    Source: arXiv:1711.05101 (AdamW), Algorithms 1 and 2.
    """
    share = learning_rate * weight_decay
    return parameters * (1 - share) if share else parameters
