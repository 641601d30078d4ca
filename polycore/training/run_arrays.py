"""The arrays of a run file: which there are, the type, shape and range of each, and the run that they make.

All of this follows from the metadata, so that an array's own header never has to be trusted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.errors import RunFileError
from polycore.experiment.error_sums import MOST_IN_SUMS, MOST_NEW, UNITS, ErrorSums, shape_of
from polycore.limits import MAX_CLASSES, MAX_COORDINATE, MAX_PARAMETER_SIZE
from polycore.model.refusals import Shape
from polycore.optimizers.optimizer import MAX_SLOPE, Arrays
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.point_set import PointsSummary
from polycore.training.history import History
from polycore.training.leg import LAST_STEP, Leg
from polycore.training.run_metadata import RunMetadata
from polycore.training.run_refusals import RunReason
from polycore.training.snapshots import NO_SNAPSHOTS, Rule, Snapshots
from polycore.training.state import RunState
from polycore.training.task import precision_of

POINTS, LABELS = "data_points", "data_labels"  # of the user's own
EARLIER, SNAPSHOT_STEP, SNAPSHOTS = "earlier_history", "snapshot_step", "snapshots"  # the past
GIVEN = "given_weights"
COLUMNS = ("step", "loss", "accuracy", "held_out_accuracy")  # the rows of earlier_history
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
    experiment, size = metadata.experiment, MAX_PARAMETER_SIZE
    kind = np.dtype(precision_of(experiment)).newbyteorder("<").str
    count = experiment.parameter_count
    arrays: dict[str, ArraySpec] = {}
    for name, step in (("parameters", metadata.step), ("best_parameters", metadata.best_step)):
        # the weights that a run continues from, perhaps from those of an untrained network: then at step 0
        is_given = step == metadata.began_at and (step > 0 or metadata.earlier)
        arrays[name] = ArraySpec("<f8" if is_given else kind, (count,), -size, size)
    if metadata.has_gradient:
        arrays["gradient"] = ArraySpec(kind, (count,), -MAX_SLOPE, MAX_SLOPE)
    for array in OPTIMIZERS[experiment.optimizer].storage.arrays:
        shape = array.shape(experiment.widths, metadata.state_numbers.pairs)
        arrays[array.name] = ArraySpec("<f8" if array.in_float64 else kind, shape, array.low, array.high)
    entries = (metadata.history_entries,)
    arrays |= {
        "history_step": ArraySpec("<i8", entries, metadata.began_at, metadata.step),
        "history_loss": ArraySpec("<f8", entries, 0, size),
        "history_accuracy": ArraySpec("<f8", entries, 0, 1),
        "history_held_out_accuracy": ArraySpec("<f8", entries, 0, 1),
    }
    if experiment.data is not None:
        arrays |= point_specs(len(experiment.data))
    arrays |= _past_specs(metadata, count)
    if experiment.follows_errors:
        shape = shape_of(experiment.class_count)
        arrays |= {name: ArraySpec(kind, shape, 0, most) for name, kind, most in ERRORS.values()}
    return arrays


def _past_specs(metadata: RunMetadata, count: int) -> dict[str, ArraySpec]:
    arrays = {}
    entries = sum(leg.history_entries for leg in metadata.earlier)
    if entries:
        arrays[EARLIER] = ArraySpec("<f8", (len(COLUMNS), entries), 0, max(LAST_STEP, MAX_PARAMETER_SIZE))
    size = MAX_PARAMETER_SIZE
    if metadata.given_leg is not None:
        arrays[GIVEN] = ArraySpec("<f8", (count,), -size, size)
    if metadata.snapshots:
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


def arrays_of(run: RunState) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of a run by their names."""
    arrays: dict[str, NDArray[Any]] = {"parameters": run.parameters, "best_parameters": run.best_parameters}
    if run.gradient is not None:
        arrays["gradient"] = run.gradient
    storage = OPTIMIZERS[run.experiment.optimizer].storage
    arrays |= storage.to_arrays(run.optimizer_state, run.parameters.size)
    if run.experiment.data is not None:
        arrays |= {POINTS: run.experiment.data.points, LABELS: run.experiment.data.labels}
    histories = [leg.history for leg in run.earlier if leg.history is not None]
    if histories:
        arrays[EARLIER] = np.concatenate(
            [np.stack([getattr(history, name) for name in COLUMNS]) for history in histories], axis=1
        ).astype(np.float64)
    if run.given is not None:
        arrays[GIVEN] = run.given
    if len(run.snapshots):
        arrays[SNAPSHOT_STEP] = np.array(run.snapshots.step, dtype=np.int64)
        arrays[SNAPSHOTS] = np.stack(run.snapshots.parameters)
    if run.errors is not None:
        arrays |= {name: getattr(run.errors, field) for field, (name, _, _) in ERRORS.items()}
    return arrays | {f"history_{name}": getattr(run.history, name) for name in COLUMNS}


def state_of(metadata: RunMetadata, arrays: Arrays) -> RunState:
    """Return the run that metadata and arrays with its `specs` describe.

    Raises RunFileError if they do not fit together.
    """
    storage = OPTIMIZERS[metadata.experiment.optimizer].storage
    optimizer_state = storage.to_state(
        metadata.step - metadata.optimizer_began_at, metadata.state_numbers, arrays
    )
    history = History(metadata.history_every, *(arrays[f"history_{name}"] for name in COLUMNS))
    if history.step[0] != metadata.began_at or not _ascends(history.step):
        raise RunFileError(RunReason.HISTORY.text())
    if not storage.is_sound(optimizer_state):
        raise RunFileError(RunReason.PAIRS.text())
    errors = None
    if metadata.experiment.follows_errors:
        sums, counts, new_sums, new_counts = (arrays[name] for name, _, _ in ERRORS.values())
        errors = ErrorSums(sums, counts, new_sums, new_counts)
        if not errors.is_sound:
            raise RunFileError(RunReason.ERRORS.text())
    return RunState(
        experiment=metadata.experiment,
        step=metadata.step,
        parameters=arrays["parameters"],
        optimizer_state=optimizer_state,
        loss=metadata.loss,
        gradient=arrays.get("gradient"),
        best_step=metadata.best_step,
        best_loss=metadata.best_loss,
        best_parameters=arrays["best_parameters"],
        history=history,
        held_out_loss=metadata.held_out_loss,
        held_out_step=metadata.held_out_step,
        ended=metadata.ended,
        began_at=metadata.began_at,
        optimizer_began_at=metadata.optimizer_began_at,
        earlier=tuple(_legs(metadata, arrays)),
        snapshots=_snapshots(metadata, arrays),
        errors=errors,
    )


def _legs(metadata: RunMetadata, arrays: Arrays) -> Iterator[Leg]:
    """Yield the legs with their histories and given weights, and with the run's points if they are theirs."""
    data = metadata.experiment.data
    known = None if data is None else PointsSummary.of(data).to_json()
    start = 0
    for index, one in enumerate(metadata.earlier):
        history, settings = None, one.leg.settings
        given = arrays[GIVEN] if index == metadata.given_leg else None
        if one.history_entries:
            rows = arrays[EARLIER][:, start : start + one.history_entries]
            history = _history(one.leg, one.history_every, rows)
            start += one.history_entries
        is_on_data = known is not None and settings is not None and settings.get("data") == known
        yield replace(one.leg, history=history, given=given, data=data if is_on_data else None)


def _history(leg: Leg, every: int, rows: NDArray[np.float64]) -> History:
    step, loss, *accuracies = rows
    shares = all(bool((share <= 1).all()) for share in accuracies)
    if step[0] != leg.began_at or step[-1] > leg.end or not _ascends(step) or not shares:
        raise RunFileError(RunReason.PAST.text())
    # copies lie in memory as arrays do that were never in a file
    return History(every, step.astype(np.int64), loss.copy(), *(share.copy() for share in accuracies))


def _snapshots(metadata: RunMetadata, arrays: Arrays) -> Snapshots:
    if SNAPSHOTS not in arrays:
        return NO_SNAPSHOTS
    is_kept = Rule.of(metadata.experiment.parameter_count, metadata.began_at).kept_at(metadata.step)
    steps = arrays[SNAPSHOT_STEP].tolist()
    ascends = all(one < other for one, other in pairwise(steps))
    if not ascends or steps[-1] > metadata.step or not all(map(is_kept, steps)):
        raise RunFileError(RunReason.PAST.text())
    return Snapshots(tuple(steps), tuple(row.copy() for row in arrays[SNAPSHOTS]))


def _ascends(steps: NDArray[Any]) -> bool:
    return bool((np.diff(steps) > 0).all())
