"""The header of an .npy file, matched by a pattern and never evaluated.

Source: the description of version 1.0 in numpy.lib.format.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.model.refusals import ReadingError, Reason, Shape

MAX_HEADER = 256  # bytes; NumPy pads the headers of our arrays to 128 or fewer

_LENGTH = rb"(?:0|[1-9][0-9]{0,18})"
_PATTERN = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<type>[<>|=][a-zA-Z](?:[1-9][0-9]{0,8})?)', 'fortran_order': (?P<fortran>False|True), "
    rb"'shape': \((?P<shape>|%(n)b,|%(n)b(?:, %(n)b)+)\), \} *\n" % {b"n": _LENGTH},
    re.DOTALL,
)
_FLOAT_SIZES = {"<f8": 8, "<f4": 4}


@dataclass(frozen=True)
class NpyHeader:
    """An .npy header: its length in bytes, and the type, order and shape of the array."""

    length: int
    type: str
    fortran: bool
    shape: Shape

    def array(self, body: bytes | memoryview) -> NDArray[Any]:
        """Return the array stored as `body`, whose size `check_size` has checked."""
        numbers: NDArray[Any] = np.frombuffer(body, dtype=self.type)
        return numbers.reshape(self.shape, order="F" if self.fortran else "C")


def header_of(name: str, content: bytes) -> NpyHeader:
    """Return the header at the start of `content`, at most MAX_HEADER bytes long.

    `name` is the array's name in an error. Raises ReadingError if there is no such header.
    """
    match = _PATTERN.match(content[:MAX_HEADER])
    if not match or int.from_bytes(match["length"], "little") != match.end() - 10:
        raise ReadingError(Reason.ARRAY_HEADER, name=name)
    shape = tuple(int(length) for length in re.findall(rb"[0-9]+", match["shape"]))
    return NpyHeader(match.end(), match["type"].decode(), match["fortran"] == b"True", shape)


def check_numbers(name: str, header: NpyHeader, size: int) -> None:
    """Raise ReadingError unless the array is float64 or float32 and makes a file of `size` bytes."""
    if header.type not in _FLOAT_SIZES:
        raise ReadingError(Reason.NO_NUMBERS, name=name)
    check_size(name, header, size, _FLOAT_SIZES[header.type])


def check_text(name: str, header: NpyHeader, size: int) -> None:
    """Raise ReadingError unless the array is one text and makes a file of `size` bytes."""
    if not re.fullmatch("<U[0-9]+", header.type) or header.shape != ():
        raise ReadingError(Reason.NO_TEXT)
    check_size(name, header, size, 4 * int(header.type.removeprefix("<U")))


def check_size(name: str, header: NpyHeader, size: int, item_size: int) -> None:
    """Raise ReadingError unless the array, with items of `item_size` bytes, makes a file of `size` bytes."""
    if size - header.length != math.prod(header.shape) * item_size:
        raise ReadingError(Reason.BODY_SIZE, name=name)
