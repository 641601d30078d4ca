"""The arrays of a run file: which there are, and the type, shape and range of each.

All of this follows from the metadata, so that an array's own header never has to be trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.files.refusals import Shape
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.optimizers.optimizer import MAX_SLOPE, Arrays, OptimizerState, StateArray, StateNumbers
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.history import History
from polycore.training.run_metadata import RunMetadata
from polycore.training.state import RunState
from polycore.training.task import precision_of


@dataclass(frozen=True)
class ArraySpec:
    """What an array must be: its type as .npy names it, its shape, and the range of its numbers."""

    type: str
    shape: Shape
    low: float
    high: float


def specs(metadata: RunMetadata) -> dict[str, ArraySpec]:
    """Return the arrays that a run with this metadata must have."""
    kind = np.dtype(precision_of(metadata.experiment)).newbyteorder("<").str
    count = metadata.experiment.parameter_count
    weights = ArraySpec(kind, (count,), -MAX_PARAMETER_SIZE, MAX_PARAMETER_SIZE)
    arrays = {"parameters": weights, "best_parameters": weights}
    if metadata.has_gradient:
        arrays["gradient"] = ArraySpec(kind, (count,), -MAX_SLOPE, MAX_SLOPE)
    storage = OPTIMIZERS[metadata.experiment.optimizer].storage
    for array in storage.arrays:
        arrays[array.name] = _state_spec(array, kind, count, metadata.state_numbers)
    return arrays | _history_specs(metadata)


def _state_spec(array: StateArray, kind: str, count: int, numbers: StateNumbers) -> ArraySpec:
    array_type = "<f8" if array.in_float64 else kind
    return ArraySpec(array_type, array.shape(count, numbers.pairs), array.low, array.high)


def _history_specs(metadata: RunMetadata) -> dict[str, ArraySpec]:
    shape = (metadata.history_entries,)
    return {
        "history_step": ArraySpec("<i8", shape, 0, metadata.step),
        "history_loss": ArraySpec("<f8", shape, 0, MAX_PARAMETER_SIZE),
        "history_accuracy": ArraySpec("<f8", shape, 0, 1),
        "history_held_out_accuracy": ArraySpec("<f8", shape, 0, 1),
    }


def arrays_of(run: RunState) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of a run by their names."""
    arrays: dict[str, NDArray[Any]] = {"parameters": run.parameters, "best_parameters": run.best_parameters}
    if run.gradient is not None:
        arrays["gradient"] = run.gradient
    storage = OPTIMIZERS[run.experiment.optimizer].storage
    arrays |= storage.to_arrays(run.optimizer_state, run.parameters.size)
    history = run.history
    return arrays | {
        "history_step": history.step,
        "history_loss": history.loss,
        "history_accuracy": history.accuracy,
        "history_held_out_accuracy": history.held_out_accuracy,
    }


def optimizer_state_of(metadata: RunMetadata, arrays: Arrays) -> OptimizerState:
    """Return the optimizer's state that metadata and arrays describe."""
    storage = OPTIMIZERS[metadata.experiment.optimizer].storage
    return storage.to_state(metadata.step, metadata.state_numbers, arrays)


def history_of(metadata: RunMetadata, arrays: Arrays) -> History:
    """Return the history that metadata and arrays describe."""
    return History(
        every=metadata.history_every,
        step=arrays["history_step"],
        loss=arrays["history_loss"],
        accuracy=arrays["history_accuracy"],
        held_out_accuracy=arrays["history_held_out_accuracy"],
    )


def is_ordered(history: History) -> bool:
    """Return whether the entries begin at step 0 and ascend."""
    return bool(history.step[0] == 0 and (np.diff(history.step) > 0).all())
