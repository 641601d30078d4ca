"""Small files that would unpack, allocate or list very much, each with a part of the reason."""

import bz2
import io
import lzma
import struct
import zipfile
from dataclasses import replace

import numpy as np

from tests.attacks.archives import (
    DEFLATED,
    STORED,
    Entry,
    archive,
    deflated,
    entries,
    header,
    network,
    npy,
    npy_of,
    small,
)
from tests.attacks.variations import FILES, bent, unfinished, with_content, with_entry, with_packed

BZIP2, LZMA = 12, 14
MUCH = 64 << 20  # bytes; more than a reader may take
ZEROS = npy(np.zeros((2, MUCH // 16)))
DEFLATED_ZEROS = deflated(ZEROS)
FEW = npy(np.zeros((2, 3)))  # what entries declare that hold more
# bzip2 and LZMA name their own end, so that a few bytes more or less in them do not matter here
BZIPPED_ZEROS = bz2.compress(ZEROS, 9)
LZMA_ZEROS = lzma.compress(
    ZEROS, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "preset": 0, "dict_size": 1 << 16}]
)


def before_zeros(content: bytes) -> bytes:
    """Return a deflate stream of `content` and the zeros behind it."""
    return unfinished(content) + DEFLATED_ZEROS


def packed_otherwise(method: int, packed: bytes, size: int, declared_method: int | None = None) -> bytes:
    """Return the small weight file with the zeros of weights_l1 packed by a method, and a declared size."""
    fields = {"method": declared_method or method, "size": size}
    return with_entry("weights_l1", lambda entry: replace(entry, packed=packed).bent(**fields))


def claiming_all(name: str, shape: str) -> bytes:
    """Return a file whose array has the header of the largest that is allowed, and unpacks to far more."""
    true = npy_of(header(shape=shape), b"")
    size = len(true) + 8 * 512 * (512 if name.startswith("weights") else 1)
    packed = before_zeros(true)

    def changed(entry: Entry) -> Entry:
        if entry.name != f"{name}.npy".encode():
            return entry
        return replace(entry, method=DEFLATED, packed=packed).bent(size=size)

    return archive([changed(entry) for entry in entries(network(2, 512, 512, 2), DEFLATED)])


def nest(levels: int, width: int) -> bytes:
    """Return an archive of `width` archives of `width` archives, and so on, with zeros in the innermost."""
    content = ZEROS[: 1 << 20]
    for _ in range(levels):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as level:
            for number in range(1, width + 1):
                # a ZipInfo of its own has the same time always
                info = zipfile.ZipInfo(f"weights_l{number}.npy")
                level.writestr(info, content, zipfile.ZIP_DEFLATED)
        content = file.getvalue()
    return content


def quoting() -> bytes:
    """Return an archive whose entries overlap: each has the packed bytes of those behind it as its own.

    A stored block of deflate quotes the header of the next. Source: "A better zip bomb", WOOT 2019.
    """
    names = [f"{kind}_l{layer}.npy".encode() for layer in range(1, 9) for kind in ("weights", "biases")]
    listed = [Entry(names[-1], ZEROS, DEFLATED, DEFLATED_ZEROS).bent(size=len(FEW))]
    pieces = [listed[0].headers(0)[0] + DEFLATED_ZEROS]
    for name in reversed(names[:-1]):
        own_header = listed[0].headers(0)[0]
        quote = struct.pack("<BHH", 0, len(own_header), len(own_header) ^ 0xFFFF)
        packed = quote + own_header + listed[0].packed_bytes
        listed.insert(0, Entry(name, FEW, DEFLATED, packed))
        pieces.insert(0, listed[0].headers(0)[0] + quote)
    offsets = np.cumsum([0, *map(len, pieces)]).tolist()
    directory = b"".join(entry.headers(offset)[1] for entry, offset in zip(listed, offsets, strict=False))
    counts = {"count": len(listed), "count_here": len(listed), "size": len(directory)}
    return archive([], before=b"".join(pieces), behind_directory=directory, end=counts)


def all_on_one() -> bytes:
    """Return an archive whose directory lists the zeros under every name of the small file."""
    names = [entry.name for entry in FILES]
    first = Entry(names[0], FEW, DEFLATED, DEFLATED_ZEROS)
    directory = b"".join(replace(first, name=name).headers(0)[1] for name in names[1:])
    end = {"count": len(names), "count_here": len(names)}
    end["size"] = 46 + len(names[0]) + len(directory)
    return archive([first], behind_directory=directory, end=end)


def listing(count: int) -> bytes:
    """Return an archive with so many entries in its directory that are nowhere."""
    _, listed = Entry(b"loss.npy", b"").headers(0)
    counts = {"count": count, "count_here": count, "size": len(listed) * count}
    return archive([], behind_directory=listed * count, end=counts)


BOMBS = {
    "64 MiB of zeros, declared": (
        with_entry("weights_l1", lambda e: replace(e, content=ZEROS, packed=DEFLATED_ZEROS), DEFLATED),
        "got a declared size",
    ),
    "64 MiB of zeros behind an array": (
        with_packed(before_zeros),
        "does not unpack to",
    ),
    "64 MiB of zeros, declared as few": (
        with_entry(
            "biases_l1", lambda entry: replace(entry, packed=DEFLATED_ZEROS).bent(method=DEFLATED, size=152)
        ),
        "more or fewer bytes",
    ),
    "64 MiB of zeros behind the loss": (
        with_entry("loss", lambda e: replace(e, packed=before_zeros(e.content)), DEFLATED),
        "does not unpack to",
    ),
    "64 MiB of zeros behind the metadata": (
        with_entry("metadata", lambda e: replace(e, packed=before_zeros(e.content)), DEFLATED),
        "does not unpack to",
    ),
    "64 MiB declared as the largest weights": (
        claiming_all("weights_l2", "(512, 512)"),
        "does not unpack to",
    ),
    "64 MiB declared as the largest biases": (claiming_all("biases_l2", "(1, 512)"), "does not unpack to"),
    "4 MiB of deflate blocks with nothing in them": (
        with_packed(lambda _: b"\0\0\0\xff\xff" * 800_000),
        "got another array header",
    ),
    "64 MiB by bzip2": (packed_otherwise(BZIP2, BZIPPED_ZEROS, len(ZEROS)), "got another compression method"),
    "64 MiB by bzip2, declared as few": (
        packed_otherwise(BZIP2, BZIPPED_ZEROS, 176),
        "got another compression method",
    ),
    "64 MiB by bzip2, declared as deflated": (
        packed_otherwise(BZIP2, BZIPPED_ZEROS, 176, DEFLATED),
        "cannot be inflated",
    ),
    "64 MiB by LZMA": (
        packed_otherwise(LZMA, b"\x09\x04\5\0" + LZMA_ZEROS, len(ZEROS)),
        "got another compression method",
    ),
    "64 MiB by LZMA, declared as few": (
        packed_otherwise(LZMA, b"\x09\x04\5\0" + LZMA_ZEROS, 176),
        "got another compression method",
    ),
    "64 MiB by LZMA, declared as deflated": (
        packed_otherwise(LZMA, LZMA_ZEROS, 176, DEFLATED),
        "cannot be inflated",
    ),
    "archives in archives": (nest(6, 8), "got another array header|got a declared size|is missing"),
    "an archive as an array": (with_content("weights_l1", archive(FILES)), "got another array header"),
    "an archive as a loss": (with_content("loss", archive(FILES)), "got a declared size"),
    "an archive as metadata": (with_content("metadata", nest(4, 8)), "got another array header"),
    "entries that quote each other": (quoting(), "overlap"),
    "one entry under every name": (all_on_one(), "overlap"),
    "a directory of 21 entries that are nowhere": (listing(21), "more than 20 entries"),
    "a directory of 65,535 entries that are nowhere": (listing(65_535), "more than 20 entries"),
    "a directory with one name 19 times": (listing(19), "loss twice"),
    "names of 2 MiB": (archive([*FILES, *[Entry(b"x" * 65_535, b"")] * 12]), "another name"),
    "names of 4 MiB": (archive([*FILES, *[Entry(b"x" * 65_535, b"")] * 20]), "more than 20 entries"),
    "an extra field of 64 KiB": (bent("loss", extra=bytes(65_535)), "an extra field"),
    "4 MiB of nothing": (bytes(4 << 20), "is not an .npz file"),
    "4 MiB of end records": (archive([]) * ((4 << 20) // 22), "directory is not directly before"),
    "4 MiB of directory entries": (b"PK\1\2" * (1 << 20), "does not end like"),
    "a byte more than 4 MiB": (b"PK\3\4" + bytes(4 << 20), "more than 4,194,304 bytes"),
    "a sound archive within 5 MiB": (
        archive(entries(small(metadata=np.array("x" * (5 << 18))), STORED)),
        "more than 4,194,304 bytes",
    ),
}
