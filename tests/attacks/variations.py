"""The small weight file with one thing changed."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.attacks.archives import (
    DEFLATED,
    SECRET,
    STORED,
    Entry,
    archive,
    entries,
    header,
    metadata_text,
    network,
    npy_of,
    saved,
    small,
)

NUMBERS = np.arange(6.0).tobytes()  # the body of a (2, 3) array

FILES = entries(small())
FIRST, LAST = FILES[0], FILES[-1]


def with_entry(name: str, change: Callable[[Entry], Entry], method: int = STORED) -> bytes:
    """Return the small weight file with one entry changed."""
    wanted = f"{name}.npy".encode()
    return archive([change(entry) if entry.name == wanted else entry for entry in entries(small(), method)])


def bent(name: str, method: int = STORED, **fields: int | bytes) -> bytes:
    """Return the small weight file with fields of both headers of one entry replaced."""
    return with_entry(name, lambda entry: entry.bent(**fields), method)


def with_content(name: str, content: bytes) -> bytes:
    """Return the small weight file with another .npy file, its sizes and checksum true, in one entry."""
    return with_entry(name, lambda entry: replace(entry, content=content))


def with_header(text: str, body: bytes = NUMBERS, **more: bytes) -> bytes:
    return with_content("weights_l1", npy_of(text, body, **more))


def with_metadata(text: str) -> bytes:
    return saved(small(metadata=np.array(text)))


def with_note(*code_points: int) -> bytes:
    """Return the small weight file with these in the metadata, whether there are such code points or not."""
    start, end = metadata_text().split(SECRET)
    codes = np.array([*map(ord, start), *code_points, *map(ord, end)], dtype="<u4")
    return with_content("metadata", npy_of(header(f"<U{len(codes)}", shape="()"), codes.tobytes()))


def with_packed(change: Callable[[bytes], bytes], method: int = DEFLATED) -> bytes:
    """Return the small weight file with the packed bytes of weights_l1 made by `change`."""
    return with_entry("weights_l1", lambda entry: replace(entry, packed=change(entry.content)), method)


def unfinished(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)


def without(*names: str, **changes: Any) -> bytes:
    return saved(small(**dict.fromkeys(names), **changes))


def chained(*widths: int, **changes: Any) -> bytes:
    return saved(network(*widths) | changes)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    """Return metadata whose deepest list is `depth` deep, the object around it counted."""
    return metadata_text()[:-1] + ', "a": ' + opening * (depth - 1) + "1" + closing * (depth - 1) + "}"


def polynomials(*coefficients: str) -> bytes:
    return with_metadata(f'{{"format": 1, "note": "{SECRET}", "polynomials": [{", ".join(coefficients)}]}}')


def noted(value: str) -> bytes:
    """Return the small weight file with this JSON as a further field of its metadata."""
    return with_metadata(f'{metadata_text()[:-1]}, "a": {value}}}')
