"""The arrays of a run file: which there are, and of which type, shape and range each is.

All of that follows from the metadata, so that nothing an array says of itself has to be believed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from polycore.files.refusals import Shape
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.optimizers.lbfgs import LbfgsState, Pair
from polycore.optimizers.registry import AdamState, SearchState, SgdState
from polycore.training.history import History
from polycore.training.loop import OptimizerState
from polycore.training.run_metadata import Told
from polycore.training.task import precision_of

if TYPE_CHECKING:
    from polycore.training.run import Run

Arrays = Mapping[str, NDArray[Any]]

# At 8 layers of 512 neurons and weights of 1e6 a gradient stays below 1e80; its sums over steps below 1e90.
MAX_SLOPE = 1e100
# Two sums of the same products differ by less than their number times the rounding: 524,288 · 1.1e-16.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Wanted:
    """What an array must be: its type as .npy names it, its shape, and the range of its numbers."""

    type: str
    shape: Shape
    low: float
    high: float


_HISTORY = ("loss", "accuracy", "held_out_accuracy")


def wanted(told: Told) -> dict[str, Wanted]:
    """Return what a run of which the metadata says so must have."""
    kind = np.dtype(precision_of(told.experiment)).newbyteorder("<").str
    count = told.experiment.parameter_count
    weights = Wanted(kind, (count,), -MAX_PARAMETER_SIZE, MAX_PARAMETER_SIZE)
    slopes = Wanted(kind, (count,), -MAX_SLOPE, MAX_SLOPE)
    found = {"parameters": weights, "best_parameters": weights}
    if told.has_gradient:
        found["gradient"] = slopes
    return found | _of_state(told, slopes) | _of_history(told)


def _of_state(told: Told, slopes: Wanted) -> dict[str, Wanted]:
    match told.experiment.optimizer:
        case "sgd":
            return {"velocity": slopes}
        case "adam":
            # in float32 the square of a gradient of 1e20 is infinite, and such a run goes on
            return {"gradients": slopes, "squares": Wanted(slopes.type, slopes.shape, 0, math.inf)}
        case "lbfgs":
            several = Wanted(slopes.type, (told.pairs, *slopes.shape), -MAX_SLOPE, MAX_SLOPE)
            curvatures = Wanted("<f8", (told.pairs,), 0, MAX_SLOPE * MAX_SLOPE)
            return {"changes": several, "differences": several, "curvatures": curvatures}
        case _:
            return {}


def _of_history(told: Told) -> dict[str, Wanted]:
    shape = (told.history_entries,)
    return {
        "history_step": Wanted("<i8", shape, 0, told.step),
        "history_loss": Wanted("<f8", shape, 0, MAX_PARAMETER_SIZE),
        "history_accuracy": Wanted("<f8", shape, 0, 1),
        "history_held_out_accuracy": Wanted("<f8", shape, 0, 1),
    }


def arrays_of(run: "Run") -> dict[str, NDArray[Any]]:
    """Return the arrays of a run by their names."""
    arrays: dict[str, NDArray[Any]] = {"parameters": run.parameters, "best_parameters": run.best_parameters}
    if run.gradient is not None:
        arrays["gradient"] = run.gradient
    arrays |= _arrays_of_state(run.optimizer_state, run.parameters.size)
    arrays["history_step"] = run.history.step
    return arrays | {f"history_{figure}": getattr(run.history, figure) for figure in _HISTORY}


def _arrays_of_state(state: OptimizerState, count: int) -> dict[str, NDArray[Any]]:
    match state:
        case SgdState():
            return {"velocity": state.velocity}
        case AdamState():
            return {"gradients": state.gradients, "squares": state.squares}
        case LbfgsState():
            return {
                "changes": np.array([pair.change for pair in state.pairs]).reshape(-1, count),
                "differences": np.array([pair.difference for pair in state.pairs]).reshape(-1, count),
                "curvatures": np.array([pair.curvature for pair in state.pairs], dtype=np.float64),
            }
        case _:
            return {}


def state_of(told: Told, arrays: Arrays) -> OptimizerState:
    """Return the optimizer's state that the metadata and the arrays tell."""
    match told.experiment.optimizer:
        case "sgd":
            return SgdState(arrays["velocity"])
        case "adam":
            return AdamState(told.step, arrays["gradients"], arrays["squares"])
        case "lbfgs":
            curvatures = arrays["curvatures"].tolist()
            pairs = zip(arrays["changes"], arrays["differences"], curvatures, strict=True)
            return LbfgsState(tuple(Pair(*pair) for pair in pairs), told.stuck)
        case _:
            return SearchState(cast(float, told.deviation))


def history_of(told: Told, arrays: Arrays) -> History:
    """Return the history that the metadata and the arrays tell."""
    figures = {figure: arrays[f"history_{figure}"] for figure in _HISTORY}
    return History(told.history_every, arrays["history_step"], **figures)


def has_order(history: History) -> bool:
    """Return whether the entries begin at step 0 and ascend."""
    return bool(history.step[0] == 0 and (np.diff(history.step) > 0).all())


def has_curvature(pair: Pair) -> bool:
    """Return whether the pair's curvature is above 0, and what its halves make it."""
    change, difference = pair.change, pair.difference
    sizes = math.sqrt(float(change.dot(change))) * math.sqrt(float(difference.dot(difference)))
    gap = abs(float(change.dot(difference)) - pair.curvature)
    return pair.curvature > 0 and 0 < sizes < math.inf and gap <= ROUNDING * sizes
