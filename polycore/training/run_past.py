"""The past of a run in a run file: the legs before its experiment, and the snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.checks import checked_whole_number
from polycore.errors import PolycoreError
from polycore.limits import MAX_STEPS
from polycore.points.point_set import PointSet
from polycore.points.summary import PointsSummary
from polycore.training.history import MOST, History
from polycore.training.leg import MOST_LEGS, Leg, checked_settings
from polycore.training.snapshots import Rule, Snapshots

EARLIER, SNAPSHOT_STEP, SNAPSHOTS = "earlier_history", "snapshot_step", "snapshots"
COLUMNS = ("step", "loss", "accuracy", "held_out_accuracy")  # the rows of earlier_history


@dataclass(frozen=True)
class LegMetadata:
    """What the metadata says of a leg: see `Leg`. history_entries: 0 if there is no history."""

    began_at: int
    end: int
    settings: Mapping[str, Any] | None
    history_every: int
    history_entries: int


_FIELDS = {"began_at", "end", "experiment", "history_every", "history_entries"}


def to_dict(leg: Leg) -> dict[str, Any]:
    """Return what a run file's metadata says of a leg, as JSON values."""
    every, entries = (1, 0) if leg.history is None else (leg.history.every, len(leg.history.step))
    return {**leg.to_dict(), "history_every": every, "history_entries": entries}


def legs_of(value: object, began_at: int) -> tuple[LegMetadata, ...]:
    """Return the legs in the metadata of a run whose experiment began at a step.

    Raises PolycoreError if they are not what `to_dict` returns, or do not follow one another up to that step.
    """
    if not isinstance(value, list) or len(value) > MOST_LEGS:
        raise PolycoreError(f"earlier: got something else; expected a list of at most {MOST_LEGS} legs.")
    legs = tuple(map(_leg, value))
    ends = [leg.end for leg in legs]
    if any(one.end != other.began_at for one, other in pairwise(legs)) or ends[-1:] not in ([], [began_at]):
        raise PolycoreError("earlier: got legs with gaps; expected each to begin where the last one ended.")
    return legs


def _leg(value: object) -> LegMetadata:
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise PolycoreError(f"earlier: got other fields; expected {', '.join(sorted(_FIELDS))}.")
    began_at = checked_whole_number("began_at", value["began_at"], 0)
    return LegMetadata(
        began_at=began_at,
        end=checked_whole_number("end", value["end"], began_at),
        settings=checked_settings(value["experiment"]),
        history_every=checked_whole_number("history_every", value["history_every"], 1, 2 * MAX_STEPS),
        history_entries=checked_whole_number("history_entries", value["history_entries"], 0, MOST),
    )


def arrays_of(earlier: tuple[Leg, ...], snapshots: Snapshots) -> dict[str, NDArray[Any]]:
    """Return the arrays of the past by their names; none of what there is not."""
    arrays: dict[str, NDArray[Any]] = {}
    histories = [leg.history for leg in earlier if leg.history is not None]
    if histories:
        arrays[EARLIER] = np.concatenate(
            [np.stack([getattr(history, name) for name in COLUMNS]) for history in histories], axis=1
        ).astype(np.float64)
    if len(snapshots):
        arrays[SNAPSHOT_STEP] = np.array(snapshots.step, dtype=np.int64)
        arrays[SNAPSHOTS] = np.stack(snapshots.parameters)
    return arrays


def legs_with(
    legs: Sequence[LegMetadata], arrays: Mapping[str, NDArray[Any]], data: PointSet | None
) -> tuple[Leg, ...]:
    """Return the legs with their histories, and with the points `data` of the run if they are theirs.

    Raises PolycoreError if the histories do not fit the legs.
    """
    known = None if data is None else PointsSummary.of(data).to_json()
    start, complete = 0, []
    for leg in legs:
        history = None
        if leg.history_entries:
            rows = arrays[EARLIER][:, start : start + leg.history_entries]
            history = _history(leg, rows)
            start += leg.history_entries
        is_on_data = known is not None and leg.settings is not None and leg.settings.get("data") == known
        points = data if is_on_data else None
        complete.append(Leg(leg.began_at, leg.end, leg.settings, history, data=points))
    return tuple(complete)


def _history(leg: LegMetadata, rows: NDArray[np.float64]) -> History:
    step, loss, *accuracies = rows
    ascends = bool((np.diff(step) > 0).all())
    shares = all(bool((share <= 1).all()) for share in accuracies)
    if step[0] != leg.began_at or step[-1] > leg.end or not ascends or not shares:
        raise PolycoreError(
            "earlier_history: got numbers that do not fit their leg; expected ascending steps."
        )
    # copies lie in memory as arrays do that were never in a file
    return History(
        leg.history_every, step.astype(np.int64), loss.copy(), *(share.copy() for share in accuracies)
    )


def snapshots_with(arrays: Mapping[str, NDArray[Any]], rule: Rule, step: int) -> Snapshots:
    """Return the snapshots of a run at `step`. Raises PolycoreError if it would not keep these."""
    if SNAPSHOTS not in arrays:
        return Snapshots()
    steps = arrays[SNAPSHOT_STEP].tolist()
    is_kept = rule.kept_at(step)
    if (
        any(one >= other for one, other in pairwise(steps))
        or steps[-1] > step
        or not all(map(is_kept, steps))
    ):
        raise PolycoreError("snapshot_step: got steps that are not kept; expected ascending ones that are.")
    return Snapshots(tuple(steps), tuple(row.copy() for row in arrays[SNAPSHOTS]))
