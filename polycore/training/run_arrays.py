"""The arrays of a run file: which there are, and the type, shape and range of each.

All of this follows from the metadata, so that an array's own header never has to be trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.experiment.error_sums import MOST_IN_SUMS, MOST_NEW, UNITS, ErrorSums, shape_of
from polycore.limits import MAX_CLASSES, MAX_COORDINATE, MAX_PARAMETER_SIZE
from polycore.model.refusals import Shape
from polycore.optimizers.optimizer import (
    MAX_SLOPE,
    Arrays,
    OptimizerState,
    StateArray,
    StateNumbers,
    Widths,
)
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training import run_past
from polycore.training.history import History
from polycore.training.leg import LAST_STEP
from polycore.training.run_metadata import RunMetadata
from polycore.training.run_past import COLUMNS, EARLIER, SNAPSHOT_STEP, SNAPSHOTS
from polycore.training.state import RunState
from polycore.training.task import precision_of

POINTS, LABELS = "data_points", "data_labels"  # of the user's own
ERRORS = {  # the fields of ErrorSums, in their order: the array's name, its type and its largest number
    "errors": ("point_errors", "<f4", MOST_IN_SUMS),
    "counts": ("point_counts", "<f4", MOST_IN_SUMS),
    "new_errors": ("new_point_errors", "<i4", UNITS * MOST_NEW),
    "new_counts": ("new_point_counts", "<i4", MOST_NEW),
}


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
    size = MAX_PARAMETER_SIZE
    arrays = {
        name: ArraySpec(_kind_at(step, kind, metadata), (count,), -size, size)
        for name, step in (("parameters", metadata.step), ("best_parameters", metadata.best_step))
    }
    if metadata.has_gradient:
        arrays["gradient"] = ArraySpec(kind, (count,), -MAX_SLOPE, MAX_SLOPE)
    storage = OPTIMIZERS[metadata.experiment.optimizer].storage
    for array in storage.arrays:
        arrays[array.name] = _state_spec(array, kind, metadata.experiment.widths, metadata.state_numbers)
    data = metadata.experiment.data
    points = {} if data is None else point_specs(len(data))
    return arrays | _history_specs(metadata) | points | _past_specs(metadata, count) | _error_specs(metadata)


def _error_specs(metadata: RunMetadata) -> dict[str, ArraySpec]:
    if not metadata.experiment.follows_errors:
        return {}
    shape = shape_of(metadata.experiment.class_count)
    return {name: ArraySpec(kind, shape, 0, most) for name, kind, most in ERRORS.values()}


def _kind_at(step: int, kind: str, metadata: RunMetadata) -> str:
    # the weights that a run continues from, perhaps from those of an untrained network: then at step 0
    return "<f8" if step == metadata.began_at and (step > 0 or metadata.earlier) else kind


def _past_specs(metadata: RunMetadata, count: int) -> dict[str, ArraySpec]:
    arrays = {}
    entries = sum(leg.history_entries for leg in metadata.earlier)
    if entries:
        arrays[EARLIER] = ArraySpec("<f8", (len(COLUMNS), entries), 0, max(LAST_STEP, MAX_PARAMETER_SIZE))
    if metadata.snapshots:
        size = MAX_PARAMETER_SIZE
        arrays[SNAPSHOT_STEP] = ArraySpec("<i8", (metadata.snapshots,), 0, metadata.step)
        arrays[SNAPSHOTS] = ArraySpec("<f4", (metadata.snapshots, count), -size, size)
    return arrays


def point_specs(count: int) -> dict[str, ArraySpec]:
    """Return the arrays that a run on so many points of the user's own has for them."""
    largest = np.float64(MAX_COORDINATE)
    return {
        POINTS: ArraySpec("<f8", (count, 2), -largest, largest),
        LABELS: ArraySpec("<i8", (count,), 0, MAX_CLASSES - 1),
    }


def _state_spec(array: StateArray, kind: str, widths: Widths, numbers: StateNumbers) -> ArraySpec:
    array_type = "<f8" if array.in_float64 else kind
    return ArraySpec(array_type, array.shape(widths, numbers.pairs), array.low, array.high)


def _history_specs(metadata: RunMetadata) -> dict[str, ArraySpec]:
    shape = (metadata.history_entries,)
    return {
        "history_step": ArraySpec("<i8", shape, metadata.began_at, metadata.step),
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
    if run.experiment.data is not None:
        arrays |= {POINTS: run.experiment.data.points, LABELS: run.experiment.data.labels}
    arrays |= run_past.arrays_of(run.earlier, run.snapshots)
    if run.errors is not None:
        arrays |= {name: getattr(run.errors, field) for field, (name, _, _) in ERRORS.items()}
    return arrays | {
        "history_step": history.step,
        "history_loss": history.loss,
        "history_accuracy": history.accuracy,
        "history_held_out_accuracy": history.held_out_accuracy,
    }


def optimizer_state_of(metadata: RunMetadata, arrays: Arrays) -> OptimizerState:
    """Return the optimizer's state that metadata and arrays describe."""
    storage = OPTIMIZERS[metadata.experiment.optimizer].storage
    return storage.to_state(metadata.step - metadata.optimizer_began_at, metadata.state_numbers, arrays)


def history_of(metadata: RunMetadata, arrays: Arrays) -> History:
    """Return the history that metadata and arrays describe."""
    return History(
        every=metadata.history_every,
        step=arrays["history_step"],
        loss=arrays["history_loss"],
        accuracy=arrays["history_accuracy"],
        held_out_accuracy=arrays["history_held_out_accuracy"],
    )


def errors_of(metadata: RunMetadata, arrays: Arrays) -> ErrorSums | None:
    """Return where the network errs, as the arrays say; None if the run's points do not follow that."""
    if not metadata.experiment.follows_errors:
        return None
    errors, counts, new_errors, new_counts = (arrays[name] for name, _, _ in ERRORS.values())
    return ErrorSums(errors, counts, new_errors, new_counts)


def is_ordered(history: History, began_at: int) -> bool:
    """Return whether the entries begin where the run began, and ascend."""
    return bool(history.step[0] == began_at and (np.diff(history.step) > 0).all())
