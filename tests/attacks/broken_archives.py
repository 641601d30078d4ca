"""Archives that break a rule of the zip or of its use here, each with a part of the reason."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import numpy as np

from tests.attacks.archives import (
    DEFLATED,
    STORED,
    Entry,
    archive,
    deflated,
    entries,
    npy,
    small,
    zip64_field,
)
from tests.attacks.payload import PICKLE
from tests.attacks.run_archives import run_file
from tests.attacks.variations import (
    FILES,
    FIRST,
    LAST,
    bent,
    unfinished,
    with_content,
    with_entry,
    with_packed,
)

PACKED = entries(small(), DEFLATED)
LISTED = sum(46 + len(entry.name) for entry in FILES)  # bytes of the directory
PLAIN = archive(FILES)


def with_first(**local: int | bytes) -> bytes:
    return archive([replace(FIRST, local=local), *FILES[1:]])


def listing_last(**directory: int | bytes) -> bytes:
    return archive([*FILES[:-1], replace(LAST, directory=directory)])


def streamed() -> bytes:
    """Return the archive that zipfile writes where it cannot seek: with data descriptors."""

    class Pipe(io.RawIOBase):
        content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.content += bytes(piece)
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as file:
        for entry in FILES:
            # a ZipInfo of its own has the same time always
            file.writestr(zipfile.ZipInfo(entry.name.decode()), entry.content)
    return pipe.content


ZIP64_END = struct.pack(
    "<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(FILES), len(FILES), LISTED, len(PLAIN) - LISTED - 22
) + struct.pack("<4sIQI", b"PK\6\7", 0, len(PLAIN) - 22, 1)

# the field of another name, in Unicode, that some readers prefer
UNICODE_NAME = struct.pack("<HHBI", 0x7075, 5 + 8, 1, zlib.crc32(FIRST.name)) + b"loss.npy"

# what the directory says of a further entry, that would begin where the directory does in PLAIN
_, LISTED_ONLY = Entry(b"biases_l3.npy", b"").headers(len(PLAIN) - 22 - LISTED)

ARCHIVE = {
    "an empty file": (b"", "is empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "is not an .npz file"),
    "a text": (b"weights = [1, 2, 3]\n" * 9, "is not an .npz file"),
    "a lone array": (npy(np.ones((2, 3))), "is not an .npz file"),
    "a pickle": (PICKLE, "is not an .npz file"),
    "less than an end record": (PLAIN[-21:], "is not an .npz file"),
    "half an end record": (b"PK\5\6" + bytes(7), "does not end like"),
    "the end record alone": (PLAIN[-22:], "directory is not directly before"),
    "no entries": (archive([]), "0 layers"),
    "a byte lost at the end": (PLAIN[:-1], "does not end like"),
    "a byte lost at the start": (PLAIN[1:], "directory is not directly before"),
    "a byte behind": (PLAIN + b"\0", "does not end like"),
    "a picture before": (b"GIF89a" + PLAIN, "directory is not directly before"),
    "a picture before, counted": (archive(FILES, before=b"GIF89a"), "belong to none"),
    "a split archive's mark before": (archive(FILES, before=b"PK00"), "belong to none"),
    "bytes between entries": (
        archive(
            [replace(FIRST, packed=FIRST.content + b"!").bent(packed_size=len(FIRST.content)), *FILES[1:]]
        ),
        "belong to none",
    ),
    "bytes before the directory": (archive(FILES, before_directory=b"!"), "belong to no entry"),
    "bytes behind the directory": (archive(FILES, behind_directory=b"!"), "directory is not directly before"),
    "bytes behind the directory, counted": (
        archive(FILES, behind_directory=b"!", end={"size": LISTED + 1}),
        "longer or shorter",
    ),
    "a signature of the directory": (
        archive(FILES, behind_directory=b"PK\5\5\0\0"),
        "directory is not directly before",
    ),
    "a ZIP64 end record": (archive(FILES, behind_directory=ZIP64_END), "directory is not directly before"),
    "a ZIP64 end record, counted": (
        archive(FILES, behind_directory=ZIP64_END, end={"size": LISTED + len(ZIP64_END)}),
        "longer or shorter",
    ),
    "counts left to a ZIP64 end record": (
        archive(FILES, behind_directory=ZIP64_END, end={"count": 65535, "count_here": 65535}),
        "directory is not directly before",
    ),
    "a comment": (archive(FILES, end={"comment": b"hello"}), "does not end like"),
    "a comment claimed": (archive(FILES, end={"comment_length": 5}), "got a comment, or"),
    "a comment that is an end record": (
        archive(FILES, end={"comment": PLAIN[-22:]}),
        "directory is not directly before",
    ),
    "a comment that is an archive": (
        archive(FILES, end={"comment": PLAIN}),
        "directory is not directly before",
    ),
    "a comment that is an archive, counted": (
        archive(FILES, before=archive(FILES, end={"comment_length": len(PLAIN)})),
        "belong to none",
    ),
    "more entries than listed": (archive(FILES, end={"count": 8, "count_here": 8}), "fewer entries than"),
    "fewer entries than listed": (archive(FILES, end={"count": 6, "count_here": 6}), "longer or shorter"),
    "half an entry in the directory": (
        archive(
            FILES,
            behind_directory=b"PK\1\2" + bytes(9),
            end={"count": 8, "count_here": 8, "size": LISTED + 13},
        ),
        "fewer entries than",
    ),
    "21 entries": (archive([*FILES, *[Entry(b"spare", b"")] * 14]), "more than 20 entries"),
    "two archives one behind the other": (PLAIN + PLAIN, "directory is not directly before"),
    "two end records": (PLAIN + PLAIN[-22:], "directory is not directly before"),
    "the directory before the entries": (
        PLAIN[-22 - LISTED : -22] + PLAIN[: -22 - LISTED] + archive([], end={"size": LISTED, "offset": 0}),
        "directory is not directly before",
    ),
    "no directory": (PLAIN[: -22 - LISTED] + PLAIN[-22:], "directory is not directly before"),
    "a directory of another size": (
        archive(FILES, end={"size": LISTED - 1}),
        "directory is not directly before",
    ),
    "a directory in another place": (archive(FILES, end={"offset": 0}), "directory is not directly before"),
    "a directory left to a ZIP64 end record": (
        archive(FILES, behind_directory=ZIP64_END, end={"offset": 0xFFFFFFFF, "size": 0xFFFFFFFF}),
        "directory is not directly before",
    ),
    "65,535 entries": (archive(FILES, end={"count": 65_535, "count_here": 65_535}), "more than 20 entries"),
    "two counts": (archive(FILES, end={"count_here": 6}), "more than one disk"),
    "a second disk": (archive(FILES, end={"disk": 1}), "more than one disk"),
    "the directory on a second disk": (archive(FILES, end={"directory_disk": 1}), "more than one disk"),
    "an entry on a second disk": (listing_last(disk=1), "another disk"),
    "an entry's comment": (listing_last(comment=b"hello"), "got a comment, an extra"),
    "an extra field in the directory": (listing_last(extra=b"\xff\xff\0\0"), "an extra field"),
    "a ZIP64 field in the directory": (listing_last(extra=zip64_field(1, 1)), "an extra field"),
    "another Unicode name in the directory": (listing_last(extra=UNICODE_NAME), "an extra field"),
    "sizes left to the directory's ZIP64 field": (
        listing_last(extra=zip64_field(1, 1), size=0xFFFFFFFF, packed_size=0xFFFFFFFF),
        "an extra field",
    ),
    "a size left to a ZIP64 field that is missing": (listing_last(size=0xFFFFFFFF), "got a declared size"),
    "an offset left to a ZIP64 field that is missing": (listing_last(offset=0xFFFFFFFF), "overlap"),
    "another Unicode name before an entry": (with_first(extra=UNICODE_NAME), "differ in sizes"),
    "no signature in the directory": (listing_last(signature=b"PK\1\3"), "fewer entries than"),
    "no signature before an entry": (
        with_first(signature=b"PK\3\5"),
        "points to bytes that are not an entry",
    ),
    "an offset behind the end": (listing_last(offset=10**6), "overlap"),
    "an offset one too high": (archive([replace(FIRST, directory={"offset": 1}), *FILES[1:]]), "overlap"),
    "two entries in one place": (listing_last(offset=0), "overlap"),
    "an entry that reaches into the next": (
        archive([PACKED[0].bent(packed_size=len(PACKED[0].packed_bytes) + 40), *PACKED[1:]]),
        "overlap",
    ),
    "an entry that reaches into the directory": (
        archive([*PACKED[:-1], PACKED[-1].bent(packed_size=len(PACKED[-1].packed_bytes) + 1)]),
        "overlaps the directory",
    ),
    "a local header that reaches into the directory": (
        archive(
            FILES,
            before_directory=b"PK\3\4" + bytes(9),
            behind_directory=LISTED_ONLY,
            end={"count": 8, "count_here": 8, "size": LISTED + len(LISTED_ONLY)},
        ),
        "differ in name",
    ),
    "an entry that is listed but not there": (
        archive(
            FILES,
            behind_directory=LISTED_ONLY,
            end={"count": 8, "count_here": 8, "size": LISTED + len(LISTED_ONLY)},
        ),
        "points to bytes that are not an entry",
    ),
    "a packed size of 4 GiB": (
        archive([*PACKED[:-1], PACKED[-1].bent(packed_size=0xFFFFFFFE)]),
        "overlaps the directory",
    ),
    "data descriptors": (streamed(), "got flags for"),
    "a later zip format": (bent("loss", version=46), "later version of the zip format"),
    "two versions": (with_first(version=45), "differ in name, version"),
    "two names": (with_first(name=b"weights_l3.npy"), "differ in name"),
    "two flags": (with_first(flags=1), "differ in name, version, flags"),
    "two methods": (with_first(method=8), "differ in name, version, flags, method"),
    "two checksums": (with_first(checksum=1), "differ in name, version, flags, method or checksum"),
    "two sizes": (with_first(size=1), "differ in sizes"),
    "two packed sizes": (with_first(packed_size=1), "differ in sizes"),
    "an extra field before an entry": (with_first(extra=b"\xff\xff\0\0"), "differ in sizes"),
    "sizes left to a ZIP64 field that is missing": (
        with_first(size=0xFFFFFFFF, packed_size=0xFFFFFFFF),
        "differ in sizes",
    ),
    "one size left to a ZIP64 field": (
        with_first(size=0xFFFFFFFF, extra=zip64_field(len(FIRST.content), len(FIRST.content))),
        "differ in sizes",
    ),
    "another size in a ZIP64 field": (
        with_first(extra=zip64_field(len(FIRST.content) + 1, len(FIRST.content))),
        "differ in sizes",
    ),
    "another packed size in a ZIP64 field": (
        with_first(extra=zip64_field(len(FIRST.content), 2**40)),
        "differ in sizes",
    ),
    "a field behind the ZIP64 field": (
        with_first(extra=zip64_field(len(FIRST.content), len(FIRST.content)) + b"\xff\xff\0\0"),
        "differ in sizes",
    ),
    "another field in place of the ZIP64 field": (
        with_first(extra=b"\2" + zip64_field(len(FIRST.content), len(FIRST.content))[1:]),
        "differ in sizes",
    ),
    "an extra field longer than the file": (with_first(extra=bytes(65535)), "differ in sizes"),
    "a wrong checksum": (bent("loss", checksum=0xDEADBEEF), "its checksum is wrong"),
    "a wrong checksum, deflated": (bent("loss", DEFLATED, checksum=0xDEADBEEF), "its checksum is wrong"),
    "a stored entry with more packed than it declares": (
        with_packed(lambda content: content + b"!", STORED),
        "does not unpack to",
    ),
    "a stored entry with less packed than it declares": (
        with_packed(lambda content: content[:-1], STORED),
        "does not unpack to",
    ),
    "a deflated entry with more packed than it declares": (
        with_packed(lambda content: deflated(content + b"!")),
        "does not unpack to",
    ),
    "a deflated entry with less packed than it declares": (
        with_packed(lambda content: deflated(content[:-1])),
        "does not unpack to",
    ),
    "bytes behind a deflate stream": (
        with_packed(lambda content: deflated(content) + b"!"),
        "does not unpack to",
    ),
    "a deflate stream behind another": (
        with_packed(lambda content: deflated(content) + deflated(b"")),
        "does not unpack to",
    ),
    "a deflate stream without an end": (with_packed(unfinished), "does not unpack to"),
    "a deflate stream cut off": (with_packed(lambda content: deflated(content)[:-2]), "does not unpack to"),
    "a deflate stream of another kind": (with_packed(zlib.compress), "cannot be inflated"),
    "no deflate stream": (with_packed(lambda _: b"\xff" * 99), "cannot be inflated"),
    "an empty deflated entry": (with_packed(lambda _: b""), "got another array header"),
    "an empty stored entry": (with_content("loss", b""), "got another array header"),
    "an empty deflated entry that declares nothing": (
        with_entry("loss", lambda entry: replace(entry, content=b""), DEFLATED),
        "got another array header",
    ),
    "a byte less declared": (
        with_entry("weights_l1", lambda entry: entry.bent(size=len(entry.content) - 1), DEFLATED),
        "more or fewer bytes",
    ),
    "a byte more declared": (
        with_entry("weights_l1", lambda entry: entry.bent(size=len(entry.content) + 1), DEFLATED),
        "more or fewer bytes",
    ),
    "nothing declared": (bent("weights_l1", DEFLATED, size=0), "more or fewer bytes"),
    "a packed byte less declared": (
        with_entry("weights_l1", lambda entry: entry.bent(packed_size=len(entry.packed_bytes) - 1), DEFLATED),
        "belong to none",
    ),
    "nothing packed declared": (bent("weights_l1", DEFLATED, packed_size=0), "belong to none"),
    "weights of 4 GiB declared": (bent("weights_l1", size=0xFFFFFFFE), "got a declared size"),
    "weights of one number too many declared": (
        bent("weights_l1", size=512 * 512 * 8 + 264),
        "got a declared size",
    ),
    "biases of one number too many declared": (bent("biases_l1", size=512 * 8 + 264), "more than 4,352"),
    "a loss of two numbers declared": (bent("loss", size=16 + 256), "more than 264"),
    "metadata of 4 MiB declared": (bent("metadata", size=4 << 20), "more than 1,048,832"),
}

FLAGS = {
    f"the flag of {meaning}": (bent("loss", flags=1 << bit), "got flags for")
    for bit, meaning in enumerate(
        [
            "encryption",
            "one level of compression",
            "another level of compression",
            "a data descriptor",
            "enhanced deflating",
            "a patch",
            "strong encryption",
            "something unknown, bit 7",
            "something unknown, bit 8",
            "something unknown, bit 9",
            "something unknown, bit 10",
            "names in UTF-8",
            "enhanced compression",
            "a masked header",
            "something reserved, bit 14",
            "something reserved, bit 15",
        ]
    )
}

METHODS = {
    f"packed by {name}": (bent("loss", method=method), "got another compression method")
    for name, method in {
        "shrinking": 1,
        "reducing": 2,
        "reducing most": 5,
        "imploding": 6,
        "tokenizing": 7,
        "deflate64": 9,
        "TERSE": 10,
        "bzip2": 12,
        "LZMA": 14,
        "CMPSC": 16,
        "LZ77": 19,
        "old Zstandard": 20,
        "Zstandard": 93,
        "MP3": 94,
        "XZ": 95,
        "JPEG": 96,
        "WavPack": 97,
        "PPMd": 98,
        "AES": 99,
        "the last method there can be": 65_535,
    }.items()
}

NAMES = {
    f"an entry named {name!r}": (archive([*FILES, Entry(name.encode(), npy(np.ones(3)))]), "another name")
    for name in [
        "optimizer.npy",
        "readme.md",
        "",
        ".npy",
        "folder/",
        "folder/loss.npy",
        "../loss.npy",
        "/loss.npy",
        "C:\\loss.npy",
        "loss",
        "loss.NPY",
        "loss.npy\n",
        "loss\0.npy",
        "loss.npy\0.txt",
        "Loss.npy",
        "weights_l0.npy",
        "weights_l01.npy",
        "weights_l-1.npy",
        "weights_l.npy",
        "weights_l9.npy",
        "weights_l10.npy",
        "weights_l100.npy",
        "weights_l1",
        "weights_l1.npz",
        "weights_l1.npy.npy",
        "weights_l1.npy/",
        "weights_l1.npy ",
        " weights_l1.npy",
        "./weights_l1.npy",
        "weights_L1.npy",
        "WEIGHTS_L1.NPY",
        "\N{RIGHT-TO-LEFT OVERRIDE}ypn.1l_sthgiew",
        "weights_l\N{ARABIC-INDIC DIGIT ONE}.npy",
        "w\N{CYRILLIC SMALL LETTER IE}ights_l1.npy",
        "__class__.npy",
        "__init__.py",
        "metadata.json",
        "<b>loss</b>.npy",
        "loss.npy; true",
        "CON",
        "weights_l\N{SUPERSCRIPT TWO}.npy",
        "weights_l\N{FULLWIDTH DIGIT TWO}.npy",
    ]
} | {
    "an entry whose name is too long a form of UTF-8": (
        archive([*FILES, Entry(b"\xc0\xaeloss.npy", b"")]),
        "another name",
    ),
    "a run file": (run_file(), "this is a run file, not a weight file"),
    "an entry of a run file": (
        archive([*FILES, Entry(b"parameters.npy", npy(np.ones(3)))]),
        "this is a run file, not a weight file",
    ),
    "an entry whose name has 60,000 bytes": (archive([*FILES, Entry(b"x" * 60_000, b"")]), "another name"),
    "an entry whose name is no Unicode": (archive([*FILES, Entry(b"\xff.npy", b"")]), "another name"),
    "an entry twice": (archive([*FILES, FIRST]), "the archive: got weights_l1 twice"),
    "an array twice, unlike": (
        archive([*FILES, Entry(b"biases_l2.npy", npy(np.ones((1, 2))))]),
        "the archive: got biases_l2 twice",
    ),
}
