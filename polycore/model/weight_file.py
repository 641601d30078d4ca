"""The weight file: an .npz archive as NumPy writes it, read strictly, since files come from strangers.

Reading proceeds from the outside in, and trusts nothing that is not checked: the size of the file, the
directory of the archive, the headers of the entries, the headers of the arrays and the network they declare,
and only then the arrays and the metadata. So the cheapest checks come first, and no memory is allocated just
because a file declares a size: nothing is unpacked before all declarations are known to be within the limits.
polycore.model.refusals has the texts of refusals.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from polycore.arrays import Floats
from polycore.class_name import ClassName
from polycore.errors import PolycoreError, WeightFileError
from polycore.limits import MAX_WIDTH
from polycore.model import archive, metadata, npy_header
from polycore.model.archive import Entry
from polycore.model.metadata import (
    FORMAT,
    FORMAT_OF_OTHERS,
    FORMAT_OF_OWN_POINTS,
    MAX_METADATA,
    Coefficients,
)
from polycore.model.named_arrays import (
    METADATA,
    NAMES,
    NAMES_OF_OTHERS,
    RUN_NAMES,
    SCALARS,
    check_inputs,
    checked_classes,
    has_names_of_others,
)
from polycore.model.npy_header import MAX_HEADER, NpyHeader
from polycore.model.path_or_file import PathOrFile, content_of, put
from polycore.model.refusals import ReadingError, Reason
from polycore.network.activations import RELU
from polycore.network.features import DISTANCES, PLAIN

MAX_BYTES = 4 * 2**20


@dataclass(frozen=True, eq=False)
class FileContents:
    """The contents of a weight file.

    arrays: weights_l1 (n, n1), biases_l1 (1, n1) or (n1,), weights_l2 ... and the scalars loss and accuracy.
    polynomials: coefficients of one polynomial per class, highest degree first; () without metadata.
    metadata: the whole JSON object; {} without metadata.
    classes: the name of each class, if they are not polynomials (format 2); otherwise ().
    activation: of the hidden neurons. features: of the inputs. In a file, all but ReLU with x and y have
    format 3 and arrays of other names.
    """

    arrays: Mapping[str, Floats]
    polynomials: tuple[Coefficients, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)
    classes: tuple[ClassName, ...] = ()
    activation: str = RELU.name
    features: tuple[str, ...] = PLAIN

    @property
    def is_other(self) -> bool:
        """Whether a program for ReLU, with the inputs x and y, would compute the network wrongly."""
        return (self.activation, self.features) != (RELU.name, PLAIN)

    def in_its_names(self, reason: str) -> str:
        """Return why contents that were read are refused, with the arrays' names as they are in the file."""
        return _named_as_others(reason) if self.metadata.get("format") == FORMAT_OF_OTHERS else reason


def read(source: PathOrFile) -> FileContents:
    """Return the contents of the .npz at a path, or in a binary file from its current position.

    Names, shapes, types and metadata are checked. The arrays are float64 or float32, as stored; Model checks
    their values. Raises WeightFileError, and nothing else, for anything but a valid weight file; its text
    repeats nothing of the contents.
    """
    with _as_weight_file_errors():
        entries = archive.entries(content_of(source, MAX_BYTES), _LARGEST, RUN_NAMES)
        if has_names_of_others(entries):
            with _with_names_of_others():
                return _of_others(entries)
        arrays, classes, text = _unpacked(entries)
        if text is None:
            return FileContents(arrays)
        values = metadata.parsed(text)
        if metadata.format_of(values) == FORMAT_OF_OWN_POINTS:
            return FileContents(arrays, (), values, metadata.classes_of(values, classes))
        return FileContents(arrays, metadata.polynomials_of(values, classes), values)


def _unpacked(
    entries: Mapping[str, Entry], features: tuple[str, ...] | None = PLAIN
) -> tuple[dict[str, Floats], int, str | None]:
    """Return the arrays, the number of classes, and the metadata's text or None.

    features: of the network's inputs; None if only the metadata says them.
    """
    headers = {name: _header(entry) for name, entry in entries.items()}
    shapes = {name: header.shape for name, header in headers.items() if name != METADATA}
    classes = checked_classes(shapes, features)
    bodies = {name: entry.unpacked()[headers[name].length :] for name, entry in entries.items()}
    arrays = {name: headers[name].array(bodies[name]) for name in shapes}
    return arrays, classes, metadata.text_of(bodies[METADATA]) if METADATA in bodies else None


def _of_others(entries: Mapping[str, Entry]) -> FileContents:
    """Return the contents of a file of format 3, whose arrays have other names."""
    plain = {other: name for name, other in NAMES_OF_OTHERS.items()}
    renamed = {
        plain.get(name, name): replace(entry, name=plain.get(name, name)) for name, entry in entries.items()
    }
    arrays, classes, text = _unpacked(renamed, None)
    values = metadata.parsed("{}" if text is None else text)
    metadata.check_format_of_others(values)
    kind = metadata.activation_of(values), metadata.features_of(values)
    check_inputs({name: array.shape for name, array in arrays.items()}, kind[1], classes)
    known = "classes" not in values and values.get("polynomials") != []
    if DISTANCES in kind[1] and not known:
        raise ReadingError(Reason.NO_CURVES)
    if "classes" in values:
        return FileContents(arrays, (), values, metadata.classes_of(values, classes), *kind)
    polynomials = metadata.polynomials_of(values, classes) if known else ()
    return FileContents(arrays, polynomials, values, (), *kind)


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


def write(target: PathOrFile, contents: FileContents) -> None:
    """Write an .npz for `read` and numpy.load, to exactly this path or in one piece to a binary file.

    The arrays are stored as float64, compressed: the largest would exceed 4 MiB otherwise. For a network with
    ReLU, metadata is only written with polynomials or classes. A file at the path is replaced atomically once
    everything is written, or else left unchanged. Equal contents give equal bytes. Raises PolycoreError if
    the file would be too large, or cannot be written.
    """
    arrays: dict[str, Any] = {name: np.asarray(array, dtype="<f8") for name, array in contents.arrays.items()}
    if contents.is_other:
        arrays = {NAMES_OF_OTHERS.get(name, name): array for name, array in arrays.items()}
    if contents.polynomials or contents.classes or contents.is_other:
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
def _with_names_of_others() -> Iterator[None]:
    """Let refusals name the arrays as they are in the file."""
    try:
        yield
    except (ReadingError, PolycoreError) as error:
        raise WeightFileError(_named_as_others(str(error))) from error


def _named_as_others(reason: str) -> str:
    return re.sub(r"\b(weights|biases)_l(\d)", r"layer_\1_\2", reason)


@contextmanager
def _as_weight_file_errors() -> Iterator[None]:
    try:
        yield
    except WeightFileError:
        raise
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
_LARGEST |= {other: _largest_size(name) for name, other in NAMES_OF_OTHERS.items()}


def _header(entry: Entry) -> NpyHeader:
    header = npy_header.header_of(entry.name, entry.beginning(MAX_HEADER))
    check = npy_header.check_text if entry.name == METADATA else npy_header.check_numbers
    check(entry.name, header, entry.size)
    return header


def _metadata_text(contents: FileContents) -> str:
    own: dict[str, object] = {"format": FORMAT, "polynomials": contents.polynomials}
    others = dict(contents.metadata)
    if contents.classes:
        own = {"format": FORMAT_OF_OWN_POINTS, "classes": contents.classes}
        others.pop("polynomials", None)
    if contents.is_other:
        kind = {"activation": contents.activation, "features": contents.features}
        own |= {"format": FORMAT_OF_OTHERS, **kind}
    text = metadata.written({**own, **others, **own})
    if len(text) > MAX_METADATA:
        raise PolycoreError(
            f"metadata: got {len(text):,} characters; expected at most {MAX_METADATA:,}, which can "
            "be read back. Keep less."
        )
    return text
