"""The run file: a run as it stands, in an .npz archive as NumPy writes it, read as strictly as a weight file.

Cheap checks come first: the file's size, the zip's directory, the entries' own headers, and the metadata,
which is small. The metadata names the experiment, and from it follow the type, the shape and the range of
every array, to the last byte. Only then are the arrays unpacked and compared with each other; last, the
experiment's own points are drawn, on which training must be able to continue. The texts of all refusals are
in polycore.training.run_refusals.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError, RunFileError
from polycore.experiment.error_sums import CELLS
from polycore.experiment.experiment import Experiment
from polycore.limits import MAX_PARAMETERS, MAX_POINTS
from polycore.model import archive, metadata, npy_header
from polycore.model.archive import Entry
from polycore.model.metadata import MAX_METADATA
from polycore.model.named_arrays import METADATA, NAMES, NAMES_OF_OTHERS, RUN_NAMES
from polycore.model.npy_header import MAX_HEADER, NpyHeader
from polycore.model.path_or_file import PathOrFile, content_of, put
from polycore.model.refusals import ReadingError
from polycore.optimizers.lbfgs import MEMORY
from polycore.optimizers.soap import MOST_IN_SIDES
from polycore.points.point_set import PointSet, PointsSummary
from polycore.training import run_arrays, run_metadata
from polycore.training.history import MOST
from polycore.training.leg import MOST_LEGS
from polycore.training.run_arrays import (
    COLUMNS,
    EARLIER,
    ERRORS,
    LABELS,
    POINTS,
    SNAPSHOT_STEP,
    SNAPSHOTS,
    ArraySpec,
)
from polycore.training.run_metadata import RunMetadata
from polycore.training.run_refusals import RunReason, text_of
from polycore.training.snapshots import MOST as MOST_SNAPSHOTS
from polycore.training.snapshots import MOST_BYTES as MOST_SNAPSHOT_BYTES
from polycore.training.state import RunState
from polycore.training.task import task_of

# L-BFGS has most: parameters, best and given ones, a gradient and ten pairs, 24 arrays of 4 MiB where the
# network is the largest that is allowed.
MAX_BYTES = 100 * 2**20


def read(source: PathOrFile) -> RunState:
    """Return the run in the file at a path, or in a binary file from its current position.

    Every array is a copy in the machine's own byte order. A run in this state advances, and can be saved.
    Raises RunFileError, and nothing else, for anything but a sound run file; its text repeats nothing of the
    contents.
    """
    # numbers are compared before it is known that they are finite
    with _as_run_file_errors(), np.errstate(all="ignore"):
        entries = _entries(source)
        stored = _metadata(entries)
        state = run_arrays.state_of(stored, _arrays(entries, run_arrays.specs(stored)))
        _check_task(state)
        return state


def experiment_of(source: PathOrFile) -> Experiment:
    """Return the experiment of the run in a file; only the metadata is read.

    This shows what a run would cost before it is loaded. Raises as `read` does.
    """
    with _as_run_file_errors():
        return _metadata(_entries(source)).experiment


def write(target: PathOrFile, run: RunState) -> None:
    """Write a file that `read` and numpy.load can read, to a path or in one piece to a binary file.

    The path is used exactly as given; a file there is replaced at once when everything is written, and stays
    as it was until then. The same run gives the same bytes. Raises PolycoreError if the file cannot be
    written.
    """
    text = run_metadata.to_json(run)
    arrays: dict[str, Any] = {
        name: array.astype(array.dtype.newbyteorder("<"), copy=False)
        for name, array in run_arrays.arrays_of(run).items()
    }
    packed = io.BytesIO()
    # not compressed: the digits of trained weights have no pattern, and saving a fifth would cost seconds
    np.savez(packed, **arrays, metadata=np.array(text, dtype=f"<U{len(text)}"))
    put(target, packed.getvalue(), "run file")


@contextmanager
def _as_run_file_errors() -> Iterator[None]:
    try:
        yield
    except ReadingError as error:
        raise RunFileError(text_of(error)) from error


_PAST_NUMBERS = {  # of 8 bytes
    EARLIER: len(COLUMNS) * MOST * MOST_LEGS,
    SNAPSHOT_STEP: MOST_SNAPSHOTS,
    SNAPSHOTS: MOST_SNAPSHOT_BYTES // 8,
}
_NAMES_OF_ERRORS = [name for name, _, _ in ERRORS.values()]


def _largest_size(name: str) -> int:
    """Return the largest size in bytes of the .npy file of an array of this name."""
    if name.startswith("history"):
        return MAX_HEADER + 8 * MOST
    if name in (POINTS, LABELS):
        return MAX_HEADER + 8 * MAX_POINTS * 2
    if name in _NAMES_OF_ERRORS:
        return MAX_HEADER + 4 * CELLS
    if name in _PAST_NUMBERS:
        return MAX_HEADER + 8 * _PAST_NUMBERS[name]
    if name in ("sums", "bases"):
        return MAX_HEADER + 8 * MOST_IN_SIDES
    several = MEMORY if name in ("changes", "differences") else 1
    return MAX_HEADER + 8 * MAX_PARAMETERS * several


_LARGEST = {name: _largest_size(name) for name in RUN_NAMES}
_LARGEST[METADATA] = MAX_HEADER + 4 * MAX_METADATA


def _entries(source: PathOrFile) -> dict[str, Entry]:
    return archive.entries(content_of(source, MAX_BYTES), _LARGEST, (*NAMES, *NAMES_OF_OTHERS.values()))


def _metadata(entries: Mapping[str, Entry]) -> RunMetadata:
    entry = entries.get(METADATA)
    if entry is None:
        raise RunFileError(RunReason.MISSING.text(METADATA))
    header = npy_header.header_of(METADATA, entry.beginning(MAX_HEADER))
    npy_header.check_text(METADATA, header, entry.size)
    fields = metadata.parsed(metadata.text_of(entry.unpacked()[header.length :]))
    return run_metadata.from_fields(fields, _points(entries, run_metadata.points_of(fields)))


def _points(entries: Mapping[str, Entry], summary: PointsSummary | None) -> PointSet | None:
    if summary is None:
        return None
    specs = run_arrays.point_specs(summary.count)
    _check_complete(entries, specs)
    arrays = _unpacked(entries, specs)
    try:
        return summary.points(arrays[POINTS], arrays[LABELS])
    except PolycoreError as error:
        raise RunFileError(RunReason.POINTS.text()) from error


def _arrays(entries: Mapping[str, Entry], expected: Mapping[str, ArraySpec]) -> dict[str, NDArray[Any]]:
    _check_complete(entries, expected)
    for name in entries:
        if name not in expected and name != METADATA:
            raise RunFileError(RunReason.UNWANTED.text(name))
    return _unpacked(entries, expected)


def _check_complete(entries: Mapping[str, Entry], expected: Mapping[str, ArraySpec]) -> None:
    for name in expected:
        if name not in entries:
            raise RunFileError(RunReason.MISSING.text(name))


def _unpacked(entries: Mapping[str, Entry], expected: Mapping[str, ArraySpec]) -> dict[str, NDArray[Any]]:
    headers = {name: _header(entries[name], expected[name]) for name in expected}
    return {name: _array(entries[name], headers[name], expected[name]) for name in expected}


def _header(entry: Entry, expected: ArraySpec) -> NpyHeader:
    header = npy_header.header_of(entry.name, entry.beginning(MAX_HEADER))
    if header.type != expected.type or header.fortran:
        raise RunFileError(RunReason.ARRAY.text(entry.name))
    if header.shape != expected.shape:
        raise RunFileError(RunReason.SHAPE.text(entry.name, header.shape))
    npy_header.check_size(entry.name, header, entry.size, np.dtype(expected.type).itemsize)
    return header


def _array(entry: Entry, header: NpyHeader, expected: ArraySpec) -> NDArray[Any]:
    body = memoryview(entry.unpacked())[header.length :]
    # a copy lies in memory as arrays do that were never in a file
    array = np.array(header.array(body), dtype=np.dtype(expected.type).newbyteorder("="))
    # np.float64 widens the narrower side: a plain 1e100 would be narrowed to float32, where it is infinite
    if not ((array >= np.float64(expected.low)) & (array <= np.float64(expected.high))).all():
        raise RunFileError(RunReason.NUMBERS.text(entry.name))
    return array


def _check_task(state: RunState) -> None:
    try:
        task = task_of(state.experiment)
    except PolycoreError as error:
        raise RunFileError(RunReason.SET_UP.text()) from error
    for name, parameters in (("parameters", state.parameters), ("best_parameters", state.best_parameters)):
        if not task.can_hold(parameters):
            raise RunFileError(RunReason.TOO_LARGE.text(name))
