"""The weight file: an .npz archive as NumPy writes it, read strictly, since strangers send it.

Reading goes from the outside in, and nothing is believed before it is checked: the file's size, the zip's
bookkeeping, the sizes it declares, the array headers and the network they promise, and only then the arrays
and the metadata. The zip is read here and not by zipfile, which looks for a directory that suits it and
passes over bytes that belong to nothing. Not looked at is what says nothing about the contents: times, file
attributes, and the program that an entry names as its maker.
"""

import io
import json
import math
import os
import re
import secrets
import stat
import struct
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from polycore.errors import PolycoreError, WeightFileError
from polycore.limits import MAX_CLASSES, MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH, MIN_CLASSES
from polycore.network import Floats
from polycore.polynomial import MAX_DEGREE

PathOrFile = str | os.PathLike[str] | IO[bytes]
Shape = tuple[int, ...]
Coefficients = tuple[float, ...]

FORMAT = 1
INPUTS = 2
MAX_BYTES = 4 * 2**20
MAX_METADATA = 2**18  # characters; the largest honest experiment needs about 8,000
MAX_METADATA_NESTING = 32
# Python's own limit on digits can be lowered, but not below this: as many are read everywhere.
MAX_INTEGER_DIGITS = 640

_METADATA = "metadata"
_SCALARS = ("loss", "accuracy")
_MAX_ENTRIES = 2 * MAX_LAYERS + len(_SCALARS) + 1
_AGAIN = "Save the arrays again with numpy.savez."


@dataclass(frozen=True, eq=False)
class Contents:
    """What a weight file holds.

    arrays: weights_l1 (2, n1), biases_l1 (1, n1) or (n1,), weights_l2 ... and the scalars loss and accuracy.
    polynomials: coefficients of one polynomial a class, highest degree first; () where there is no metadata.
    metadata: the whole JSON object; {} where there is none.
    """

    arrays: Mapping[str, Floats]
    polynomials: tuple[Coefficients, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)


def read(source: PathOrFile) -> Contents:
    """Return what the .npz at a path, or in a binary file from where it stands, holds.

    Names, shapes, types and metadata are as they must be; the arrays are float64 or float32 as stored, and
    whether their numbers make sense is for Model to say. Raises WeightFileError, and nothing else, for
    whatever is not a sound weight file; its text repeats nothing of the contents.
    """
    entries = _entries(_content(source, MAX_BYTES))
    headers = {name: _entry_header(name, entry) for name, entry in entries.items()}
    shapes = {name: header.shape for name, header in headers.items() if name != _METADATA}
    try:
        classes = checked_classes(shapes)
    except PolycoreError as error:
        raise WeightFileError(str(error)) from error
    bodies = {name: _unpacked(name, entry)[headers[name].length :] for name, entry in entries.items()}
    arrays = {name: _array(bodies[name], headers[name]) for name in shapes}
    if _METADATA not in bodies:
        return Contents(arrays)
    metadata = _parsed(_text(bodies[_METADATA]))
    return Contents(arrays, _polynomials(metadata, classes), metadata)


def read_npy(source: PathOrFile) -> Floats:
    """Return the one array of an .npy file at a path, or in a binary file from where it stands.

    It is float64 or float32 as stored, with at most two dimensions of at most 512. Raises WeightFileError,
    and nothing else, for whatever is not such a file.
    """
    name = "the .npy file"
    content = _content(source, _largest_size("weights_l1"))
    header = _header(name, content[:_MAX_HEADER])
    _check_numbers(name, header)
    _check_size(name, header, len(content))
    if len(header.shape) > 2 or max(header.shape, default=0) > MAX_WIDTH:
        raise WeightFileError(
            f"{name} has shape {_shown(header.shape)}; wanted at most 2 dimensions of at most {MAX_WIDTH}."
        )
    return _array(content[header.length :], header)


def write(target: PathOrFile, contents: Contents) -> None:
    """Write an .npz that `read` and numpy.load can read, to a path or in one piece to a binary file.

    The arrays are stored as float64, compressed, for at the limits 4 MiB would not hold them otherwise.
    Metadata is written only where there are polynomials. A path is taken as it is; what stood there is
    replaced at once when all is written, or else left as it was. Equal contents give equal bytes. Raises
    PolycoreError where the file would be too large, or could not be written.
    """
    arrays: dict[str, Any] = {name: np.asarray(array, dtype="<f8") for name, array in contents.arrays.items()}
    if contents.polynomials:
        text = _metadata_text(contents)
        arrays[_METADATA] = np.array(text, dtype=f"<U{len(text)}")
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    content = packed.getvalue()
    if len(content) > MAX_BYTES:
        raise PolycoreError(
            f"the weight file would have {len(content):,} bytes; at most {MAX_BYTES:,} can be read back. "
            "Use fewer or narrower layers, or less metadata."
        )
    _put(target, content)


def checked_layers(names: Collection[str]) -> int:
    """Return how many layers the arrays of these names make: weights_l1, biases_l1, ..., loss, accuracy.

    Raises PolycoreError where one is missing or too many, or there are more than 8 layers.
    """
    layers = max(sum(name.startswith(kind) for name in names) for kind in ("weights_l", "biases_l"))
    if not 1 <= layers <= MAX_LAYERS:
        raise PolycoreError(f"there are weights and biases of {layers} layers; wanted 1 to {MAX_LAYERS}.")
    wanted = [f"{kind}_l{layer}" for layer in range(1, layers + 1) for kind in ("weights", "biases")]
    wanted += _SCALARS
    missing = [name for name in wanted if name not in names]
    if missing:
        raise PolycoreError(
            f"{missing[0]} is missing; wanted weights and biases of layers 1, 2, 3 ... without a gap, "
            "loss and accuracy."
        )
    if len(names) > len(wanted):
        raise PolycoreError(
            f"there are {len(names)} arrays; wanted {len(wanted)}: weights_l1, biases_l1, and so on for each "
            "layer, loss and accuracy. Remove the others."
        )
    return layers


def checked_classes(shapes: Mapping[str, Shape]) -> int:
    """Return how many classes the network whose arrays have these names and shapes tells apart.

    Raises PolycoreError unless they make one network with 2 inputs that keeps within the limits.
    """
    width, parameters = INPUTS, 0
    for layer in range(1, checked_layers(shapes) + 1):
        width = _checked_width(layer, width, shapes)
        parameters += math.prod(shapes[f"weights_l{layer}"]) + width
    if not MIN_CLASSES <= width <= MAX_CLASSES:
        raise PolycoreError(
            f"the last layer gives {width} classes; wanted {MIN_CLASSES} to {MAX_CLASSES}, one a polynomial."
        )
    if parameters > MAX_PARAMETERS:
        raise PolycoreError(
            f"there are {parameters:,} weights and biases; at most {MAX_PARAMETERS:,} are allowed. "
            "Use fewer or narrower layers."
        )
    for name in _SCALARS:
        if shapes[name] != ():
            raise PolycoreError(f"{name} has shape {_shown(shapes[name])}; wanted (), one number.")
    return width


def checked_metadata(metadata: Mapping[str, object]) -> dict[str, Any]:
    """Return a copy of `metadata` as it will come back from a file. Raises PolycoreError where it cannot."""
    try:
        text = _json(metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise PolycoreError(
            f"metadata cannot be written as JSON: {error}. Keep to what JSON knows."
        ) from error
    try:
        return _parsed(text)
    except WeightFileError as error:
        raise PolycoreError(str(error)) from error


def _checked_width(layer: int, inputs: int, shapes: Mapping[str, Shape]) -> int:
    name = f"weights_l{layer}"
    shape = shapes[name]
    if len(shape) != 2 or shape[0] != inputs:
        giver = "there are 2 inputs" if layer == 1 else f"layer {layer - 1} gives {inputs}"
        raise PolycoreError(f"{name} has shape {_shown(shape)}; wanted ({inputs}, neurons), since {giver}.")
    width = shape[1]
    if not 1 <= width <= MAX_WIDTH:
        raise PolycoreError(f"{name} has shape {_shown(shape)}; wanted 1 to {MAX_WIDTH} neurons.")
    name = f"biases_l{layer}"
    if shapes[name] not in ((1, width), (width,)):
        raise PolycoreError(f"{name} has shape {_shown(shapes[name])}; wanted (1, {width}), one a neuron.")
    return width


def _shown(shape: Shape) -> str:
    return str(shape) if len(shape) <= 2 else f"of {len(shape)} dimensions"


# The source: at most so many bytes of it.


def _content(source: PathOrFile, limit: int) -> bytes:
    if isinstance(source, str | os.PathLike):
        content = _content_of_path(Path(source), limit)
    elif hasattr(source, "read"):
        content = _content_of_file(source, limit)
    else:
        raise WeightFileError("a weight file is a path or an open binary file; wrap bytes in io.BytesIO.")
    if len(content) > limit:
        raise WeightFileError(_too_large(limit))
    if not content:
        raise WeightFileError(
            "the weight file is empty: nothing was saved in it, or it stands at its end (then seek(0)). "
            "Save it once more."
        )
    return content


def _content_of_path(path: Path, limit: int) -> bytes:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL or a lone surrogate
        raise WeightFileError("there is no weight file at that path, or it may not be looked at.") from error
    if not stat.S_ISREG(status.st_mode):
        raise WeightFileError("the weight file's path is a folder or a device; give an ordinary file.")
    if status.st_size > limit:
        raise WeightFileError(_too_large(limit))
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise WeightFileError("the weight file cannot be read; look at its permissions.") from error


def _content_of_file(file: IO[bytes], limit: int) -> bytes:
    pieces = bytearray()
    while len(pieces) <= limit:
        try:
            piece = file.read(limit + 1 - len(pieces))
        except (OSError, ValueError) as error:  # ValueError: closed, or a text file of other bytes
            raise WeightFileError("the weight file cannot be read; open it with mode 'rb'.") from error
        if not isinstance(piece, bytes):
            raise WeightFileError("the weight file does not give bytes; open it with mode 'rb'.")
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def _too_large(limit: int) -> str:
    return f"the file has more than {limit:,} bytes; no larger one can be a sound weight file."


# The archive. Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.16 and 4.5.3.

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_DIRECTORY_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD = struct.Struct("<4s4H2LH")
_ZIP64_FIELD = struct.Struct("<2H2Q")
_ZIP64_ID = 1
_IN_ZIP64_FIELD = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_LAST_VERSION = 45  # of the zip format, 4.5: the first with ZIP64, and the highest that NumPy asks for
_ENTRY_NAME = re.compile(rb"((?:weights|biases)_l[1-9][0-9]?|loss|accuracy|metadata)\.npy")


@dataclass(frozen=True)
class _Record:
    """What the directory says of an entry."""

    name: bytes
    version: int
    flags: int
    method: int
    checksum: int
    packed_size: int
    size: int
    offset: int


@dataclass(frozen=True)
class _Entry:
    """An entry whose local header agrees with the directory, still packed."""

    record: _Record
    packed: memoryview


def _entries(content: bytes) -> dict[str, _Entry]:
    """Return the entries by name without .npy. They and the directory take up every byte of the file."""
    count, directory = _end_record(content)
    entries: dict[str, _Entry] = {}
    end = 0
    for record in sorted(_records(content, count, directory), key=lambda record: record.offset):
        if record.offset != end:
            raise WeightFileError(
                f"the archive's entries overlap, or bytes before or between them belong to none. {_AGAIN}"
            )
        name = _checked_name(record, entries)
        start = _start_of_packed(content, record)
        end = start + record.packed_size
        if end > directory:
            raise WeightFileError(f"an entry of the archive runs into the directory. {_AGAIN}")
        entries[name] = _Entry(record, memoryview(content)[start:end])
    if end != directory:
        raise WeightFileError(f"bytes before the archive's directory belong to no entry. {_AGAIN}")
    return entries


def _end_record(content: bytes) -> tuple[int, int]:
    """Return how many entries there are, and where the directory starts."""
    start = len(content) - _END_RECORD.size
    if start < 0 or content[start : start + 4] != b"PK\x05\x06":
        if not content.startswith(b"PK"):
            raise WeightFileError(
                "this is no .npz file: it does not begin as one. "
                "Choose a file that was saved here or by numpy.savez."
            )
        raise WeightFileError(
            "the file does not end as an .npz archive without a comment does: it was cut off, has something "
            "behind it, or is no weight file. Take the file again from where it came."
        )
    _, *disks, count_here, count, size, directory, comment = _END_RECORD.unpack_from(content, start)
    if disks != [0, 0] or count_here != count:
        raise WeightFileError(f"the archive claims to have more than one disk; wanted one. {_AGAIN}")
    if comment:
        raise WeightFileError(f"the archive claims a comment that is not there; wanted none. {_AGAIN}")
    if directory + size != start:
        raise WeightFileError(f"the archive's directory does not lie right before the file's end. {_AGAIN}")
    if count > _MAX_ENTRIES:
        raise WeightFileError(
            f"the archive has {count:,} entries; at most {_MAX_ENTRIES} are allowed: weights and biases of "
            f"{MAX_LAYERS} layers, loss, accuracy and metadata."
        )
    return count, directory


def _records(content: bytes, count: int, directory: int) -> Iterable[_Record]:
    at = directory
    end = len(content) - _END_RECORD.size
    for _ in range(count):
        if at + _DIRECTORY_HEADER.size > end or content[at : at + 4] != b"PK\x01\x02":
            raise WeightFileError(f"the archive's directory has fewer entries than it claims. {_AGAIN}")
        _, _, *own, disk, _, _, offset = _DIRECTORY_HEADER.unpack_from(content, at)
        version, flags, method, _, _, checksum, packed_size, size, name_length, extra, comment = own
        if extra or comment or disk:
            raise WeightFileError(
                f"an entry of the archive's directory has a comment, an extra field or another disk. {_AGAIN}"
            )
        at += _DIRECTORY_HEADER.size
        name = content[at : at + name_length]
        at += name_length
        yield _Record(name, version, flags, method, checksum, packed_size, size, offset)
    if at != end:
        raise WeightFileError(f"the archive's directory is longer or shorter than its entries. {_AGAIN}")


def _checked_name(record: _Record, taken: Collection[str]) -> str:
    match = _ENTRY_NAME.fullmatch(record.name)
    if not match:
        raise WeightFileError(
            "an entry of the archive has another name than weights_l1.npy, biases_l1.npy, ..., loss.npy, "
            "accuracy.npy or metadata.npy. Leave it out."
        )
    name = match[1].decode()
    if name in taken:
        raise WeightFileError(f"{name} is in the archive twice; wanted it once. {_AGAIN}")
    if record.flags:
        raise WeightFileError(
            f"{name} is flagged in the archive as encrypted, streamed or otherwise special. {_AGAIN}"
        )
    if record.version > _LAST_VERSION:
        raise WeightFileError(f"{name} asks for a reader of a later zip format than 4.5. {_AGAIN}")
    if record.method not in (_STORED, _DEFLATED):
        raise WeightFileError(f"{name} is neither stored nor deflated, but packed another way. {_AGAIN}")
    if record.size > _largest_size(name):
        raise WeightFileError(
            f"{name} claims to have {record.size:,} bytes; no array allowed there has more than "
            f"{_largest_size(name):,}."
        )
    return name


def _start_of_packed(content: bytes, record: _Record) -> int:
    """Return where the entry's packed bytes begin, if its local header agrees with its directory entry."""
    # `at` is at most where the directory starts, and that alone is longer than a local header
    at = record.offset
    end_of_header = at + _LOCAL_HEADER.size
    if content[at : at + 4] != b"PK\x03\x04":
        raise WeightFileError(f"the archive's directory points where no entry begins. {_AGAIN}")
    _, *own, packed_size, size, name_length, extra = _LOCAL_HEADER.unpack_from(content, at)
    version, flags, method, _, _, checksum = own
    end_of_name: int = end_of_header + name_length
    found = (content[end_of_header:end_of_name], version, flags, method, checksum)
    if found != (record.name, record.version, record.flags, record.method, record.checksum):
        raise WeightFileError(
            "the archive's directory and an entry's own header differ in name, version, flags, method or "
            f"checksum. {_AGAIN}"
        )
    start: int = end_of_name + extra
    if not _sizes_agree(record, (packed_size, size), content[end_of_name:start]):
        raise WeightFileError(f"the archive's directory and an entry's own header differ in sizes. {_AGAIN}")
    return start


def _sizes_agree(record: _Record, sizes: tuple[int, int], extra: bytes) -> bool:
    true_sizes = (record.packed_size, record.size)
    if not extra:
        return sizes == true_sizes
    # NumPy asks for a ZIP64 field always; the plain fields beside it depend on Python's version.
    field_ = _ZIP64_FIELD.pack(_ZIP64_ID, _ZIP64_FIELD.size - 4, record.size, record.packed_size)
    return extra == field_ and sizes in (true_sizes, (_IN_ZIP64_FIELD, _IN_ZIP64_FIELD))


def _beginning(name: str, entry: _Entry, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` unpacked bytes, and whether the packed bytes end exactly where these do."""
    if entry.record.method == _STORED:
        return bytes(entry.packed[:limit]), len(entry.packed) <= limit
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(entry.packed, limit)
    except zlib.error as error:
        raise WeightFileError(
            f"{name} is damaged: its deflated bytes cannot be inflated. {_AGAIN}"
        ) from error
    return content, inflater.eof and not inflater.unused_data


def _unpacked(name: str, entry: _Entry) -> bytes:
    size = entry.record.size
    # one byte more than declared: only then does zlib look behind the last byte, and see the stream's end
    content, ends_there = _beginning(name, entry, size + 1)
    if len(content) != size or not ends_there:
        raise WeightFileError(
            f"{name} does not unpack to the {size:,} bytes that the archive declares, and no more. {_AGAIN}"
        )
    if zlib.crc32(content) != entry.record.checksum:
        raise WeightFileError(f"{name} is damaged: its checksum is wrong. {_AGAIN}")
    return content


# The arrays. Source: the description of version 1.0 in numpy.lib.format.

_MAX_HEADER = 256  # NumPy pads the headers of our arrays to 128 bytes or fewer
_LENGTH = rb"(?:0|[1-9][0-9]{0,18})"
_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<type>[<>|=][a-zA-Z](?:[1-9][0-9]{0,8})?)', 'fortran_order': (?P<fortran>False|True), "
    rb"'shape': \((?P<shape>|%(n)b,|%(n)b(?:, %(n)b)+)\), \} *\n" % {b"n": _LENGTH},
    re.DOTALL,
)
_FLOAT_SIZES = {"<f8": 8, "<f4": 4}


@dataclass(frozen=True)
class _Header:
    """An .npy header: its length in bytes, and the array it announces."""

    length: int
    type: str
    fortran: bool
    shape: Shape


def _largest_size(name: str) -> int:
    """Return the most bytes that the .npy file of an allowed array of this name has."""
    if name == _METADATA:
        return _MAX_HEADER + 4 * MAX_METADATA
    if name in _SCALARS:
        return _MAX_HEADER + 8
    return _MAX_HEADER + 8 * MAX_WIDTH * (MAX_WIDTH if name.startswith("weights") else 1)


def _entry_header(name: str, entry: _Entry) -> _Header:
    start, _ = _beginning(name, entry, _MAX_HEADER)
    header = _header(name, start)
    if name != _METADATA:
        _check_numbers(name, header)
    elif not re.fullmatch("<U[0-9]+", header.type) or header.shape != ():
        raise WeightFileError("metadata is not one text; wanted JSON as a NumPy string of shape ().")
    _check_size(name, header, entry.record.size)
    return header


def _header(name: str, start: bytes) -> _Header:
    """Return the header that `start`, the first bytes of an .npy file, begins with."""
    match = _NPY_HEADER.match(start)
    if not match or int.from_bytes(match["length"], "little") != match.end() - 10:
        raise WeightFileError(
            f"{name} has no array header as NumPy writes it for numbers or text (.npy version 1.0). "
            "Save it with NumPy, as float64."
        )
    shape = tuple(int(length) for length in re.findall(rb"[0-9]+", match["shape"]))
    return _Header(match.end(), match["type"].decode(), match["fortran"] == b"True", shape)


def _check_numbers(name: str, header: _Header) -> None:
    if header.type not in _FLOAT_SIZES:
        raise WeightFileError(
            f"{name} is not of real numbers; wanted float64 or float32, little-endian. Save it as float64."
        )


def _check_size(name: str, header: _Header, size: int) -> None:
    item_size = _FLOAT_SIZES.get(header.type) or 4 * int(header.type.removeprefix("<U"))
    body = size - header.length
    if body != math.prod(header.shape) * item_size:
        raise WeightFileError(
            f"{name} has {body:,} bytes behind its header, not as many as its shape and type need. {_AGAIN}"
        )


def _array(body: bytes, header: _Header) -> Floats:
    numbers: Floats = np.frombuffer(body, dtype=header.type)
    return numbers.reshape(header.shape, order="F" if header.fortran else "C")


# The metadata.

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)  # or a whole text, to pass over its own


def _text(body: bytes) -> str:
    try:
        # NumPy fills texts up with NULs, and takes them off again
        return body.decode("utf-32-le").rstrip("\0")
    except UnicodeDecodeError as error:
        raise WeightFileError(
            "metadata is not well-formed Unicode; wanted JSON without surrogates."
        ) from error


def _json(metadata: Mapping[str, object]) -> str:
    return json.dumps(metadata, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _parsed(text: str) -> dict[str, Any]:
    """Return the one JSON object in `text`. Raises WeightFileError by the file's rules."""
    if len(text) > MAX_METADATA:
        raise WeightFileError(
            f"metadata has {len(text):,} characters; at most {MAX_METADATA:,} are allowed. Keep less of it."
        )
    _check_nesting(text)
    try:
        metadata = json.loads(
            text,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_finite,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        raise WeightFileError(
            f"metadata is not JSON from character {error.pos} on; wanted one object and nothing behind it."
        ) from error
    if not isinstance(metadata, dict):
        raise WeightFileError("metadata is JSON, but no object; wanted one with format and polynomials.")
    try:
        _json(metadata).encode()
    except UnicodeEncodeError as error:
        raise WeightFileError("metadata has half a surrogate pair in a text; wanted Unicode.") from error
    return metadata


def _check_nesting(text: str) -> None:
    depth = 0
    for token in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_METADATA_NESTING:
            raise WeightFileError(
                f"metadata is nested more than {MAX_METADATA_NESTING} deep; nothing honest is. Flatten it."
            )


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise WeightFileError(
            f"metadata has an integer of more than {MAX_INTEGER_DIGITS} digits; shorten it."
        )
    return int(digits)


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise WeightFileError("metadata has a number that is not finite; wanted finite ones.")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise WeightFileError("metadata has an object with the same key twice; wanted each once.")
    return values


def _polynomials(metadata: Mapping[str, Any], classes: int) -> tuple[Coefficients, ...]:
    version = metadata.get("format")
    if type(version) is not int or version != FORMAT:
        raise WeightFileError(f"metadata's format is missing or unknown; wanted the integer {FORMAT}.")
    polynomials = metadata.get("polynomials")
    if not isinstance(polynomials, list) or len(polynomials) != classes:
        raise WeightFileError(
            f"metadata's polynomials are missing, or not as many as the {classes} classes; wanted a list of "
            "coefficients for each class."
        )
    return tuple(_coefficients(position, item) for position, item in enumerate(polynomials))


def _coefficients(position: int, found: object) -> Coefficients:
    name = f"polynomial {position} of the metadata"
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_DEGREE + 1:
        raise WeightFileError(
            f"{name} is no list of 1 to {MAX_DEGREE + 1} coefficients, highest degree first."
        )
    for item in found:
        # an integer may be too large for a float, but not to be compared with one
        if type(item) not in (int, float) or not -_LARGEST_FLOAT <= item <= _LARGEST_FLOAT:
            raise WeightFileError(f"{name} has a coefficient that is no finite number; wanted only those.")
    return tuple(map(float, found))


_LARGEST_FLOAT = float(np.finfo(np.float64).max)


# Writing.


def _metadata_text(contents: Contents) -> str:
    own = {"format": FORMAT, "polynomials": contents.polynomials}
    text = _json({**own, **contents.metadata, **own})
    if len(text) > MAX_METADATA:
        raise PolycoreError(
            f"metadata has {len(text):,} characters; at most {MAX_METADATA:,} can be read back. Keep less."
        )
    return text


def _put(target: PathOrFile, content: bytes) -> None:
    try:
        if isinstance(target, str | os.PathLike):
            # a symbolic link goes on pointing to the file
            _replace(Path(os.path.realpath(target)), content)
        else:
            target.write(content)
    except (OSError, TypeError, ValueError) as error:
        raise PolycoreError(
            f"the weight file could not be written: {error}. Give a path in a folder that can be written to, "
            "or a file opened with mode 'wb'."
        ) from error


def _replace(path: Path, content: bytes) -> None:
    beside = path.parent / f".polycore-{secrets.token_hex(8)}.tmp"
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
