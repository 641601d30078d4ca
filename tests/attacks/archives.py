"""Weight files built field by field after the descriptions of zip and .npy, so that any field can be bent."""

import io
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

STORED, DEFLATED = 0, 8

# What must never stand in the text of an error: it is in the metadata and in one weight of every file here.
SECRET = "Geheimnis"
SECRET_NUMBER = 777123.25

Fields = Mapping[str, int | bytes]


@dataclass(frozen=True)
class Entry:
    """One entry. `local` and `directory` replace fields of its two headers, `packed` its packed bytes."""

    name: bytes
    content: bytes
    method: int = STORED
    packed: bytes | None = None
    local: Fields = field(default_factory=dict)
    directory: Fields = field(default_factory=dict)

    def bent(self, **fields: int | bytes) -> "Entry":
        """Return the entry with fields replaced in both headers."""
        return replace(self, local={**self.local, **fields}, directory={**self.directory, **fields})

    @property
    def packed_bytes(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.content) if self.method == DEFLATED else self.content

    def headers(self, offset: int) -> tuple[bytes, bytes]:
        """Return the local header and the directory's entry."""
        fields: dict[str, int | bytes] = {
            "made_by": 0x0314,
            "version": 20,
            "flags": 0,
            "method": self.method,
            "time": 0,
            "date": 0x21,
            "checksum": zlib.crc32(self.content),
            "packed_size": len(self.packed_bytes),
            "size": len(self.content),
            "name": self.name,
            "extra": b"",
            "comment": b"",
            "disk": 0,
            "internal": 0,
            "external": 0,
            "offset": offset,
        }
        local = {"signature": b"PK\3\4"} | fields | self.local
        listed = {"signature": b"PK\1\2"} | fields | self.directory
        return _local_header(local), _directory_header(listed)


def archive(
    entries: Sequence[Entry],
    end: Fields | None = None,
    before: bytes = b"",
    before_directory: bytes = b"",
    behind_directory: bytes = b"",
    directory_order: Sequence[int] | None = None,
) -> bytes:
    """Return the zip of `entries`, with `end` replacing fields of the end record, and bytes put in places.

    The offsets are where things are, whatever is put before them.
    """
    content = bytearray(before)
    directory = []
    for entry in entries:
        local, listed = entry.headers(len(content))
        content += local + entry.packed_bytes
        directory.append(listed)
    listing = b"".join(directory[i] for i in directory_order or range(len(directory)))
    content += before_directory
    fields: dict[str, int | bytes] = {
        "disk": 0,
        "directory_disk": 0,
        "count_here": len(entries),
        "count": len(entries),
        "size": len(listing),
        "offset": len(content),
        "comment": b"",
        "comment_length": len((end or {}).get("comment", b"")),
    }
    return bytes(content) + listing + behind_directory + _end_record(fields | (end or {}))


def _local_header(fields: Fields) -> bytes:
    numbers = [
        fields[name]
        for name in ("version", "flags", "method", "time", "date", "checksum", "packed_size", "size")
    ]
    lengths = [len(fields[name]) for name in ("name", "extra")]
    packed = struct.pack("<4sHHHHHIIIHH", fields["signature"], *numbers, *lengths)
    return packed + fields["name"] + fields["extra"]


def _directory_header(fields: Fields) -> bytes:
    numbers = ["made_by", "version", "flags", "method", "time", "date", "checksum", "packed_size", "size"]
    texts = ["name", "extra", "comment"]
    rest = ["disk", "internal", "external", "offset"]
    return struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        fields["signature"],
        *(fields[name] for name in numbers),
        *(len(fields[name]) for name in texts),
        *(fields[name] for name in rest),
    ) + b"".join(fields[name] for name in texts)


def _end_record(fields: Fields) -> bytes:
    names = ["disk", "directory_disk", "count_here", "count", "size", "offset", "comment_length"]
    return struct.pack("<4sHHHHIIH", b"PK\5\6", *(fields[name] for name in names)) + fields["comment"]


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def zip64_field(size: int, packed_size: int) -> bytes:
    return struct.pack("<HHQQ", 1, 16, size, packed_size)


def npy(array: Any) -> bytes:
    """Return the .npy file of an array, by NumPy."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_of(header: str, body: bytes, version: bytes = b"\1\0") -> bytes:
    """Return an .npy file with this text as its header, filled up to 128 bytes where it is shorter."""
    text = header.encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == b"\1\0" else "<I", len(text))
    return b"\x93NUMPY" + version + length + text + body


def header(type_: str = "<f8", fortran: str = "False", shape: str = "(2, 3)") -> str:
    return f"{{'descr': '{type_}', 'fortran_order': {fortran}, 'shape': {shape}, }}"


def metadata_text(classes: int = 2, /, **more: Any) -> str:
    """Return metadata of straight lines through the origin, one a class."""
    polynomials = [[number, 0] for number in range(1, classes + 1)]
    return json.dumps({"format": 1, "polynomials": polynomials, "note": SECRET} | more)


def network(*widths: int, kind: Any = np.float64, seed: int = 0) -> dict[str, Any]:
    """Return the arrays of a network with random weights, without metadata."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Any] = {}
    for layer in range(1, len(widths)):
        inputs, neurons = widths[layer - 1 : layer + 1]
        arrays[f"weights_l{layer}"] = rng.normal(size=(inputs, neurons)).astype(kind)
        arrays[f"biases_l{layer}"] = rng.normal(size=(1, neurons)).astype(kind)
    return arrays | {"loss": np.float64(0.5), "accuracy": np.float64(0.75)}


def small(**changes: Any) -> dict[str, Any]:
    """Return the arrays of a 2→3→2 network with metadata; a change to None leaves an array out."""
    arrays = network(2, 3, 2) | {"metadata": np.array(metadata_text())}
    arrays["weights_l2"][2, 1] = SECRET_NUMBER
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def entries(arrays: Mapping[str, Any], method: int = STORED) -> list[Entry]:
    return [Entry(f"{name}.npy".encode(), npy(array), method) for name, array in arrays.items()]


def saved(arrays: Mapping[str, Any]) -> bytes:
    """Return the weight file of arrays, as numpy.savez_compressed writes it."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
