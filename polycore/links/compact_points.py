"""Points of the user's own as text for an address, and back.

The text is one character for the encoding, four for a checksum, and then, in Base64 for addresses (RFC 4648,
section 5) without padding, bytes compressed by zlib (RFC 1950). These are, little-endian:

- the number of points N as uint16, the number of classes as uint8, the digits after the decimal point as int8
- the names of the classes in UTF-8, each followed by a zero byte
- the class of each point as uint8, (N,)
- x and then y of all points, byte by byte: first the lowest byte of each number, then the next one
- the names of the axes in UTF-8, each followed by a zero byte; nothing if they are x and y

`i`: a coordinate is an int32 m that means m / 10**digits, which is the float64 nearest to that decimal.
`f`: a coordinate is a float64, and the digits are 0.

The meaning of a first character never changes. Reading trusts nothing: it unpacks at most MOST_BYTES.
"""

import base64
import re
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.limits import MAX_CLASSES, MAX_NAME
from polycore.points.point_set import PLAIN_AXES, PointSet

DECIMAL, EXACT = "i", "f"
MOST_DIGITS = 6  # with coordinates of at most 1e6 more do not fit 32 bits, and few people write more
MOST_BYTES = 4 + (MAX_CLASSES + 2) * (4 * MAX_NAME + 1) + MOST_POINTS_IN_JSON * (1 + 2 * 8)

_HEAD = struct.Struct("<HBb")
_TYPES: dict[str, np.dtype[Any]] = {DECIMAL: np.dtype("<i4"), EXACT: np.dtype("<f8")}
_CHECKSUM = 4  # characters
_ADVICE = "Ask for the link again."


def points_text(data: PointSet) -> str:
    """Return at most 300 points as text; decimals of up to six digits after the point take least.

    Raises PolycoreError if there are more points.
    """
    if len(data) > MOST_POINTS_IN_JSON:
        raise PolycoreError(
            f"points: got {len(data):,}; expected at most {MOST_POINTS_IN_JSON} in a link. Save the run as a "
            "file: it holds any number of them."
        )
    digits, whole = _as_decimals(data.points)
    kind = EXACT if whole is None else DECIMAL
    numbers = np.ascontiguousarray((data.points if whole is None else whole).T, _TYPES[kind])
    parts = [
        _HEAD.pack(len(data), data.class_count, digits),
        *(name.encode() + b"\0" for name in data.names),
        data.labels.astype(np.uint8).tobytes(),
        # the lowest bytes of all numbers, then the next ones: equal bytes lie together and compress
        numbers.reshape(-1, 1).view(np.uint8).T.tobytes(),
        *(name.encode() + b"\0" for name in data.axes if data.axes != PLAIN_AXES),
    ]
    packed = base64.urlsafe_b64encode(zlib.compress(b"".join(parts), 9)).decode("ascii").rstrip("=")
    return kind + _checksum(packed) + packed


def points_from(text: str) -> PointSet:
    """Return the points of a text from `points_text`. Raises PolycoreError if it breaks a rule."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise PolycoreError(f"got an empty text, or characters outside URL-safe Base64. {_ADVICE}")
    kind, checksum, packed = text[0], text[1 : 1 + _CHECKSUM], text[1 + _CHECKSUM :]
    if kind not in _TYPES:
        raise PolycoreError(
            f"got an unknown encoding, {kind}; expected i or f. A newer polycore may know it."
        )
    if checksum != _checksum(packed):
        raise PolycoreError(f"the points are damaged. {_ADVICE}")
    return _read(_unpacked(packed), kind)


def _as_decimals(points: NDArray[np.float64]) -> tuple[int, NDArray[np.int64] | None]:
    """Return the fewest digits after the decimal point, and the points in units of the last one.

    The second is None, and the first 0, if they have more digits.
    """
    for digits in range(MOST_DIGITS + 1):
        whole = np.rint(points * 10**digits)
        if np.abs(whole).max() <= np.iinfo(np.int32).max and (whole / 10**digits == points).all():
            return digits, whole.astype(np.int64)
    return 0, None


def _unpacked(packed: str) -> bytes:
    try:
        content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflating = zlib.decompressobj()
        body = inflating.decompress(content, MOST_BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise PolycoreError(f"the points cannot be unpacked. {_ADVICE}") from error
    if len(body) > MOST_BYTES or not inflating.eof or inflating.unused_data:
        raise PolycoreError(f"the points do not unpack to what a link has. {_ADVICE}")
    return body


def _read(body: bytes, kind: str) -> PointSet:
    if len(body) < _HEAD.size:
        raise PolycoreError(f"the points are cut off. {_ADVICE}")
    count, classes, digits = _HEAD.unpack_from(body)
    *names, rest = body[_HEAD.size :].split(b"\0", classes)
    size = _TYPES[kind].itemsize
    length = count * (1 + 2 * size)
    *axes, end = rest[length:].split(b"\0")
    is_complete = len(names) == classes and len(rest) >= length and not end and len(axes) in (0, 2)
    if not is_complete or not 0 <= digits <= MOST_DIGITS:
        raise PolycoreError(f"the points have another length than declared. {_ADVICE}")
    rest = rest[:length]
    labels = np.frombuffer(rest, np.uint8, count).astype(np.int64)
    planes = np.frombuffer(rest, np.uint8, offset=count).reshape(size, -1)
    numbers = np.ascontiguousarray(planes.T).view(_TYPES[kind]).reshape(2, count).T
    points = numbers / 10**digits if kind == DECIMAL else numbers
    try:
        texts = [name.decode() for name in names]
        titles = [name.decode() for name in axes]
    except UnicodeDecodeError as error:
        raise PolycoreError(f"the names of the classes or the axes are not valid text. {_ADVICE}") from error
    return PointSet(points, labels, texts, titles or PLAIN_AXES)


def _checksum(packed: str) -> str:
    number = zlib.crc32(packed.encode()) % 2**24
    return base64.urlsafe_b64encode(number.to_bytes(3, "big")).decode("ascii")
