"""The weight file: an .npz archive as NumPy writes it, read strictly, since files come from strangers.

Reading proceeds from the outside in, and trusts nothing that is not checked: the size of the file, the
directory of the archive, the headers of the entries, the headers of the arrays and the network they declare,
and only then the arrays and the metadata. So the cheapest checks come first, and no memory is allocated just
because a file declares a size: nothing is unpacked before all declarations are known to be within the limits.
polycore.files.refusals has the texts of refusals.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from polycore.arrays import Floats
from polycore.errors import PolycoreError, WeightFileError
from polycore.files import archive, metadata, npy_header
from polycore.files.archive import Entry
from polycore.files.metadata import (
    FORMAT,
    MAX_INTEGER_DIGITS,
    MAX_METADATA,
    MAX_METADATA_NESTING,
    Coefficients,
)
from polycore.files.named_arrays import INPUTS, METADATA, NAMES, RUN_NAMES, SCALARS, checked_classes
from polycore.files.npy_header import MAX_HEADER, NpyHeader
from polycore.files.path_or_file import PathOrFile, content_of, put
from polycore.files.refusals import ReadingError, Reason
from polycore.limits import MAX_WIDTH

__all__ = [
    "FORMAT",
    "INPUTS",
    "MAX_BYTES",
    "MAX_INTEGER_DIGITS",
    "MAX_METADATA",
    "MAX_METADATA_NESTING",
    "Contents",
    "PathOrFile",
    "read",
    "read_npy",
    "write",
]

MAX_BYTES = 4 * 2**20


@dataclass(frozen=True, eq=False)
class Contents:
    """The contents of a weight file.

    arrays: weights_l1 (2, n1), biases_l1 (1, n1) or (n1,), weights_l2 ... and the scalars loss and accuracy.
    polynomials: coefficients of one polynomial per class, highest degree first; () without metadata.
    metadata: the whole JSON object; {} without metadata.
    """

    arrays: Mapping[str, Floats]
    polynomials: tuple[Coefficients, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)


def read(source: PathOrFile) -> Contents:
    """Return the contents of the .npz at a path, or in a binary file from its current position.

    Names, shapes, types and metadata are checked. The arrays are float64 or float32, as stored; Model checks
    their values. Raises WeightFileError, and nothing else, for anything but a valid weight file; its text
    repeats nothing of the contents.
    """
    with _as_weight_file_errors():
        entries = archive.entries(content_of(source, MAX_BYTES), _LARGEST, RUN_NAMES)
        headers = {name: _header(entry) for name, entry in entries.items()}
        shapes = {name: header.shape for name, header in headers.items() if name != METADATA}
        classes = checked_classes(shapes)
        bodies = {name: entry.unpacked()[headers[name].length :] for name, entry in entries.items()}
        arrays = {name: headers[name].array(bodies[name]) for name in shapes}
        if METADATA not in bodies:
            return Contents(arrays)
        values = metadata.parsed(metadata.text_of(bodies[METADATA]))
        return Contents(arrays, metadata.polynomials_of(values, classes), values)


def read_npy(source: PathOrFile) -> Floats:
    """Return the array in the .npy file at a path, or in a binary file from its current position.

    It is float64 or float32, as stored, with at most two dimensions of at most 512. Raises WeightFileError,
    and nothing else, for anything but such a file.
    """
    name = "the .npy file"
    with _as_weight_file_errors():
        content = content_of(source, _LARGEST["weights_l1"])
        header = npy_header.header_of(name, content)
        npy_header.check_numbers(name, header, len(content))
        if len(header.shape) > 2 or max(header.shape, default=0) > MAX_WIDTH:
            raise ReadingError(Reason.ARRAY_SHAPE, name=name, shape=header.shape)
        return header.array(content[header.length :])


def write(target: PathOrFile, contents: Contents) -> None:
    """Write an .npz for `read` and numpy.load, to exactly this path or in one piece to a binary file.

    The arrays are stored as float64, compressed: the largest would exceed 4 MiB otherwise. Metadata is only
    written with polynomials. A file at the path is replaced atomically once everything is written, or else
    left unchanged. Equal contents give equal bytes. Raises PolycoreError if the file would be too large, or
    cannot be written.
    """
    arrays: dict[str, Any] = {name: np.asarray(array, dtype="<f8") for name, array in contents.arrays.items()}
    if contents.polynomials:
        text = _metadata_text(contents)
        arrays[METADATA] = np.array(text, dtype=f"<U{len(text)}")
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    content = packed.getvalue()
    if len(content) > MAX_BYTES:
        raise PolycoreError(
            f"the weight file: got {len(content):,} bytes to write; expected at most {MAX_BYTES:,}, which "
            "can be read back. Use fewer or narrower layers, or less metadata."
        )
    put(target, content, "weight file")


@contextmanager
def _as_weight_file_errors() -> Iterator[None]:
    try:
        yield
    except (ReadingError, PolycoreError) as error:
        raise WeightFileError(str(error)) from error


def _largest_size(name: str) -> int:
    """Return the largest size in bytes of an allowed array of this name, with its header."""
    if name == METADATA:
        return MAX_HEADER + 4 * MAX_METADATA
    if name in SCALARS:
        return MAX_HEADER + 8
    return MAX_HEADER + 8 * MAX_WIDTH * (MAX_WIDTH if name.startswith("weights") else 1)


_LARGEST = {name: _largest_size(name) for name in NAMES}


def _header(entry: Entry) -> NpyHeader:
    header = npy_header.header_of(entry.name, entry.beginning(MAX_HEADER))
    check = npy_header.check_text if entry.name == METADATA else npy_header.check_numbers
    check(entry.name, header, entry.size)
    return header


def _metadata_text(contents: Contents) -> str:
    own = {"format": FORMAT, "polynomials": contents.polynomials}
    text = metadata.written({**own, **contents.metadata, **own})
    if len(text) > MAX_METADATA:
        raise PolycoreError(
            f"metadata: got {len(text):,} characters; expected at most {MAX_METADATA:,}, which can "
            "be read back. Keep less."
        )
    return text
