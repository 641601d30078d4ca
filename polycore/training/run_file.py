"""The run file: a run as it stands, in an .npz archive as NumPy writes it, read as strictly as a weight file.

Reading goes from what costs least to what costs most: the file's size, the zip's directory, the entries' own
headers, and the metadata, which is small. The metadata names the experiment, and from it the type, the shape
and the range of every array are known to the last byte. Only then are the arrays unpacked, and what belongs
together compared; last, the experiment's own points are drawn, on which the weights must be able to go on.
What a refusal may say is in polycore.training.run_refusals.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError, RunFileError
from polycore.experiment.experiment import Experiment
from polycore.files import archive, metadata, npy_header
from polycore.files.archive import Entry
from polycore.files.metadata import MAX_METADATA
from polycore.files.named_arrays import METADATA, RUN_NAMES
from polycore.files.named_arrays import NAMES as NAMES_OF_WEIGHTS
from polycore.files.npy_header import MAX_HEADER, NpyHeader
from polycore.files.path_or_file import PathOrFile, content_of, put
from polycore.files.refusals import ReadingError
from polycore.limits import MAX_PARAMETERS
from polycore.optimizers.lbfgs import MEMORY, LbfgsState
from polycore.training import run_arrays, run_metadata
from polycore.training.history import MOST
from polycore.training.run_arrays import Wanted
from polycore.training.run_metadata import Told
from polycore.training.run_refusals import RunReason, text_of
from polycore.training.task import problem_of

if TYPE_CHECKING:
    from polycore.training.run import Run

# L-BFGS has most: parameters, best ones, a gradient and ten pairs, 23 arrays of 4 MiB where the network is
# the largest that is allowed.
MAX_BYTES = 96 * 2**20


def read(source: PathOrFile) -> dict[str, Any]:
    """Return the fields of the run in the file at a path, or in a binary file from where it stands.

    Every array is a copy in the machine's own order. A run of these fields advances, and can be saved.
    Raises RunFileError, and nothing else, for whatever is not a sound run file; its text repeats nothing of
    the contents.
    """
    # numbers are looked at before it is known that they are any
    with _told(), np.errstate(all="ignore"):
        entries = _entries(source)
        told = _metadata(entries)
        arrays = _arrays(entries, run_arrays.wanted(told))
        fields = _fields(told, arrays)
        _check_set_up(told.experiment, arrays)
        return fields


def experiment_of(source: PathOrFile) -> Experiment:
    """Return the experiment of the run in a file, at the price of its metadata.

    So that it is known what a run would ask for before it is loaded. Raises as `read` does.
    """
    with _told():
        return _metadata(_entries(source)).experiment


def write(target: PathOrFile, run: "Run") -> None:
    """Write a file that `read` and numpy.load can read, to a path or in one piece to a binary file.

    A path is taken as it is; what stood there is replaced at once when all is written, or else left as it
    was. The same run gives the same bytes. Raises PolycoreError where the file could not be written.
    """
    text = run_metadata.written(run)
    arrays: dict[str, Any] = {
        name: array.astype(array.dtype.newbyteorder("<"), copy=False)
        for name, array in run_arrays.arrays_of(run).items()
    }
    packed = io.BytesIO()
    # not compressed: the digits of what was learned have no pattern, and a fifth of it would cost seconds
    np.savez(packed, **arrays, metadata=np.array(text, dtype=f"<U{len(text)}"))
    put(target, packed.getvalue(), "run file")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ReadingError as error:
        raise RunFileError(text_of(error)) from error


def _largest_size(name: str) -> int:
    """Return the most bytes that the .npy file of an allowed array of this name has."""
    if name.startswith("history"):
        return MAX_HEADER + 8 * MOST
    several = MEMORY if name in ("changes", "differences") else 1
    return MAX_HEADER + 8 * MAX_PARAMETERS * several


_LARGEST = {name: _largest_size(name) for name in RUN_NAMES}
_LARGEST[METADATA] = MAX_HEADER + 4 * MAX_METADATA


def _entries(source: PathOrFile) -> dict[str, Entry]:
    return archive.entries(content_of(source, MAX_BYTES), _LARGEST, NAMES_OF_WEIGHTS)


def _metadata(entries: Mapping[str, Entry]) -> Told:
    entry = entries.get(METADATA)
    if entry is None:
        raise RunFileError(RunReason.MISSING.text(METADATA))
    header = npy_header.header_of(METADATA, entry.beginning(MAX_HEADER))
    npy_header.check_text(METADATA, header, entry.size)
    return run_metadata.told_by(metadata.parsed(metadata.text_of(entry.unpacked()[header.length :])))


def _arrays(entries: Mapping[str, Entry], wanted: Mapping[str, Wanted]) -> dict[str, NDArray[Any]]:
    for name in wanted:
        if name not in entries:
            raise RunFileError(RunReason.MISSING.text(name))
    for name in entries:
        if name not in wanted and name != METADATA:
            raise RunFileError(RunReason.UNWANTED.text(name))
    headers = {name: _header(entries[name], wanted[name]) for name in wanted}
    return {name: _array(entries[name], headers[name], wanted[name]) for name in wanted}


def _header(entry: Entry, wanted: Wanted) -> NpyHeader:
    header = npy_header.header_of(entry.name, entry.beginning(MAX_HEADER))
    if header.type != wanted.type or header.fortran:
        raise RunFileError(RunReason.ARRAY.text(entry.name))
    if header.shape != wanted.shape:
        raise RunFileError(RunReason.SHAPE.text(entry.name, header.shape))
    npy_header.check_size(entry.name, header, entry.size, np.dtype(wanted.type).itemsize)
    return header


def _array(entry: Entry, header: NpyHeader, wanted: Wanted) -> NDArray[Any]:
    body = memoryview(entry.unpacked())[header.length :]
    # a copy lies in memory as arrays do that were never in a file
    array = np.array(header.array(body), dtype=np.dtype(wanted.type).newbyteorder("="))
    # np.float64 widens the narrower side: a plain 1e100 would be narrowed to float32, where it is infinite
    if not ((array >= np.float64(wanted.low)) & (array <= np.float64(wanted.high))).all():
        raise RunFileError(RunReason.NUMBERS.text(entry.name))
    return array


def _fields(told: Told, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    history, state = run_arrays.history_of(told, arrays), run_arrays.state_of(told, arrays)
    if not run_arrays.has_order(history):
        raise RunFileError(RunReason.HISTORY.text())
    if isinstance(state, LbfgsState) and not all(map(run_arrays.has_curvature, state.pairs)):
        raise RunFileError(RunReason.PAIRS.text())
    return {
        "experiment": told.experiment,
        "step": told.step,
        "parameters": arrays["parameters"],
        "optimizer_state": state,
        "loss": told.loss,
        "gradient": arrays.get("gradient"),
        "best_step": told.best_step,
        "best_loss": told.best_loss,
        "best_parameters": arrays["best_parameters"],
        "history": history,
        "held_out_loss": told.held_out_loss,
        "held_out_step": told.held_out_step,
        "ended": told.ended,
    }


def _check_set_up(experiment: Experiment, arrays: Mapping[str, NDArray[Any]]) -> None:
    try:
        problem = problem_of(experiment)
    except PolycoreError as error:
        raise RunFileError(RunReason.SET_UP.text()) from error
    for name in ("parameters", "best_parameters"):
        if not problem.holds(arrays[name]):
            raise RunFileError(RunReason.TOO_LARGE.text(name))
