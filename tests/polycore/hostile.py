"""Weight files that must be refused, by a name that says what is wrong, each with a part of the reason."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.polycore.archives import (
    DEFLATED,
    SECRET,
    STORED,
    Entry,
    archive,
    deflated,
    entries,
    header,
    metadata_text,
    network,
    npy,
    npy_of,
    saved,
    small,
    zip64_field,
)

NUMBERS = np.arange(6.0).tobytes()  # the body of a (2, 3) array

FILES = entries(small())
FIRST, LAST = FILES[0], FILES[-1]
LISTED = sum(46 + len(entry.name) for entry in FILES)  # bytes of the directory
PLAIN = archive(FILES)


class Payload:
    """Pickles to a call that creates the file named by MARKER in the environment."""

    def __reduce__(self) -> Any:
        return eval, (CODE,)


CODE = "open(__import__('os').environ['MARKER'], 'w').close()"
PICKLE = pickle.dumps(Payload())


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
            file.writestr(entry.name.decode(), entry.content)
    return pipe.content


def unfinished(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)


ZIP64_END = struct.pack(
    "<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(FILES), len(FILES), LISTED, len(PLAIN) - LISTED - 22
) + struct.pack("<4sIQI", b"PK\6\7", 0, len(PLAIN) - 22, 1)

# what the directory says of a further entry, that would begin where the directory does in PLAIN
_, LISTED_ONLY = Entry(b"biases_l3.npy", b"").headers(len(PLAIN) - 22 - LISTED)

ARCHIVE = {
    "an empty file": (b"", "is empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "is no .npz file"),
    "a text": (b"weights = [1, 2, 3]\n" * 9, "is no .npz file"),
    "a lone array": (npy(np.ones((2, 3))), "is no .npz file"),
    "a pickle": (PICKLE, "is no .npz file"),
    "less than an end record": (PLAIN[-21:], "is no .npz file"),
    "half an end record": (b"PK\5\6" + bytes(7), "does not end as"),
    "the end record alone": (PLAIN[-22:], "directory does not lie"),
    "no entries": (archive([]), "0 layers"),
    "a byte lost at the end": (PLAIN[:-1], "does not end as"),
    "a byte lost at the start": (PLAIN[1:], "directory does not lie"),
    "a byte behind": (PLAIN + b"\0", "does not end as"),
    "a picture before": (b"GIF89a" + PLAIN, "directory does not lie"),
    "a picture before, counted": (archive(FILES, before=b"GIF89a"), "belong to none"),
    "a split archive's mark before": (archive(FILES, before=b"PK00"), "belong to none"),
    "bytes between entries": (
        archive(
            [replace(FIRST, packed=FIRST.content + b"!").bent(packed_size=len(FIRST.content)), *FILES[1:]]
        ),
        "belong to none",
    ),
    "bytes before the directory": (archive(FILES, before_directory=b"!"), "belong to no entry"),
    "bytes behind the directory": (archive(FILES, behind_directory=b"!"), "directory does not lie"),
    "bytes behind the directory, counted": (
        archive(FILES, behind_directory=b"!", end={"size": LISTED + 1}),
        "longer or shorter",
    ),
    "a signature of the directory": (
        archive(FILES, behind_directory=b"PK\5\5\0\0"),
        "directory does not lie",
    ),
    "a ZIP64 end record": (archive(FILES, behind_directory=ZIP64_END), "directory does not lie"),
    "a ZIP64 end record, counted": (
        archive(FILES, behind_directory=ZIP64_END, end={"size": LISTED + len(ZIP64_END)}),
        "longer or shorter",
    ),
    "counts left to a ZIP64 end record": (
        archive(FILES, behind_directory=ZIP64_END, end={"count": 65535, "count_here": 65535}),
        "directory does not lie",
    ),
    "a comment": (archive(FILES, end={"comment": b"hello"}), "does not end as"),
    "a comment claimed": (archive(FILES, end={"comment_length": 5}), "claims a comment"),
    "a comment that is an end record": (
        archive(FILES, end={"comment": PLAIN[-22:]}),
        "directory does not lie",
    ),
    "a comment that is an archive": (archive(FILES, end={"comment": PLAIN}), "directory does not lie"),
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
    "twenty entries": (archive([*FILES, *[Entry(b"spare", b"")] * 13]), "has 20 entries"),
    "two counts": (archive(FILES, end={"count_here": 6}), "more than one disk"),
    "a second disk": (archive(FILES, end={"disk": 1}), "more than one disk"),
    "the directory on a second disk": (archive(FILES, end={"directory_disk": 1}), "more than one disk"),
    "an entry on a second disk": (listing_last(disk=1), "another disk"),
    "an entry's comment": (listing_last(comment=b"hello"), "has a comment"),
    "an extra field in the directory": (listing_last(extra=b"\xff\xff\0\0"), "an extra field"),
    "a ZIP64 field in the directory": (listing_last(extra=zip64_field(1, 1)), "an extra field"),
    "no signature in the directory": (listing_last(signature=b"PK\1\3"), "fewer entries than"),
    "no signature before an entry": (with_first(signature=b"PK\3\5"), "points where no entry"),
    "an offset behind the end": (listing_last(offset=10**6), "overlap"),
    "an offset one too high": (archive([replace(FIRST, directory={"offset": 1}), *FILES[1:]]), "overlap"),
    "two entries in one place": (listing_last(offset=0), "overlap"),
    "an entry that reaches into the next": (
        archive([FIRST.bent(packed_size=len(FIRST.content) + 40), *FILES[1:]]),
        "overlap",
    ),
    "an entry that reaches into the directory": (
        archive([*FILES[:-1], LAST.bent(packed_size=len(LAST.content) + 1)]),
        "runs into the directory",
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
        "points where no entry",
    ),
    "a packed size of 4 GiB": (
        archive([*FILES[:-1], LAST.bent(packed_size=0xFFFFFFFE)]),
        "runs into the directory",
    ),
    "a name of 60,000 bytes": (archive([*FILES, Entry(b"x" * 60_000, b"")]), "another name"),
    "an encrypted entry": (bent("loss", flags=1), "is flagged"),
    "a strongly encrypted entry": (bent("loss", flags=0x41), "is flagged"),
    "a masked entry": (bent("loss", flags=0x2000), "is flagged"),
    "the flag of a data descriptor": (bent("loss", flags=8), "is flagged"),
    "data descriptors": (streamed(), "is flagged"),
    "the flag for UTF-8 names": (bent("loss", flags=0x800), "is flagged"),
    "a later zip format": (bent("loss", version=46), "later zip format than 4.5"),
    "two versions": (with_first(version=45), "differ in name, version"),
    "shrunk": (bent("loss", method=1), "neither stored nor deflated"),
    "deflate64": (bent("loss", method=9), "neither stored nor deflated"),
    "bzip2": (bent("loss", method=12), "neither stored nor deflated"),
    "LZMA": (bent("loss", method=14), "neither stored nor deflated"),
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
    "an empty deflated entry": (with_packed(lambda _: b""), "no array header"),
    "an empty stored entry": (with_content("loss", b""), "no array header"),
    "an empty deflated entry that declares nothing": (
        with_entry("loss", lambda entry: replace(entry, content=b""), DEFLATED),
        "no array header",
    ),
    "weights of 4 GiB declared": (bent("weights_l1", size=0xFFFFFFFE), "claims to have 4,294,967,294 bytes"),
    "weights of one number too many declared": (
        bent("weights_l1", size=512 * 512 * 8 + 264),
        "claims to have",
    ),
    "biases of one number too many declared": (bent("biases_l1", size=512 * 8 + 264), "claims to have 4,360"),
    "a loss of two numbers declared": (bent("loss", size=16 + 256), "claims to have 272 bytes"),
    "metadata of 4 MiB declared": (bent("metadata", size=4 << 20), "claims to have 4,194,304 bytes"),
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
        "weights_l100.npy",
        "weights_l\N{SUPERSCRIPT TWO}.npy",
        "weights_l\N{FULLWIDTH DIGIT TWO}.npy",
    ]
} | {
    "an entry whose name is no Unicode": (archive([*FILES, Entry(b"\xff.npy", b"")]), "another name"),
    "an entry twice": (archive([*FILES, FIRST]), "weights_l1 is in the archive twice"),
    "an array twice, unlike": (
        archive([*FILES, Entry(b"biases_l2.npy", npy(np.ones((1, 2))))]),
        "biases_l2 is in the archive twice",
    ),
}

HEADERS = {
    name: (with_header(text), "no array header as NumPy writes it")
    for name, text in {
        "no dictionary": "<f8 (2, 3)",
        "an empty dictionary": "{}",
        "double quotes": header().replace("'", '"'),
        "another order of keys": "{'fortran_order': False, 'descr': '<f8', 'shape': (2, 3), }",
        "a further key": header().replace("}", "'more': 1, }"),
        "a key twice": header().replace("}", "'shape': (2, 3), }"),
        "a missing key": "{'descr': '<f8', 'shape': (2, 3), }",
        "something behind the dictionary": header() + ".keys()",
        "a tab behind the dictionary": header() + "\t",
        "a second line": header() + "\n",
        "a comment in a header": header() + " # (2, 3)",
        "code as the shape": header(shape=CODE),
        "code in the shape": header(shape=f"(2, ({CODE}, 3)[1])"),
        "code as the type": header().replace("'<f8'", CODE),
        "800 nested parentheses": header(shape="(" * 800 + "2, 3" + ")" * 800),
        "a byte more than 256 of header": header().ljust(246),
        "60,000 spaces": header() + " " * 60_000,
        "a list as the shape": header(shape="[2, 3]"),
        "a negative length": header(shape="(-2, -3)"),
        "a length with a zero before it": header(shape="(02, 3)"),
        "a length with an underscore": header(shape="(2, 0_3)"),
        "a length that is no integer": header(shape="(2.0, 3)"),
        "a long of Python 2": header(shape="(2L, 3L)"),
        "a length in other digits": header(shape="(\N{FULLWIDTH DIGIT TWO}, 3)"),
        "a length of 20 digits": header(shape="(0, 99999999999999999999)"),
        "no comma in a shape of one": header(shape="(6)"),
        "no space in the shape": header(shape="(2,3)"),
        "an order that is neither": header(fortran="0"),
        "a structured type": header().replace("'<f8'", "[('re', '<f4'), ('im', '<f4')]"),
        "a type with a shape": header().replace("'<f8'", "('<f8', (3,))").replace("(2, 3)", "(2,)"),
        "a type's name": header("float64"),
        "a type with a zero before its size": header("<f08"),
    }.items()
} | {
    name: (with_content("weights_l1", content), "no array header as NumPy writes it")
    for name, content in {
        "no .npy file": b"1 2 3 4 5 6",
        "a pickle in place of an array": PICKLE,
        "a version 2 header": npy_of(header(), NUMBERS, version=b"\2\0"),
        "a version 3 header": npy_of(header(), NUMBERS, version=b"\3\0"),
        "a version 1.1 header": npy_of(header(), NUMBERS, version=b"\1\1"),
        "another magic": npy_of(header(), NUMBERS).replace(b"NUMPY", b"NUMPI"),
        "a header of 2 GiB claimed": b"\x93NUMPY\2\0" + struct.pack("<I", 2**31) + NUMBERS,
        "a header shorter than it is": npy_of(header(), NUMBERS).replace(b"NUMPY\1\0\x76", b"NUMPY\1\0\x75"),
        "a header longer than it is": npy_of(header(), NUMBERS).replace(b"NUMPY\1\0\x76", b"NUMPY\1\0\x7e"),
        "half a header": npy_of(header(), b"")[:40],
    }.items()
}

TYPES = {
    f"weights of type {type_}": (with_header(header(type_), bytes(6 * size)), "not of real numbers")
    for type_, size in [
        (">f8", 8),
        ("=f8", 8),
        ("<f2", 2),
        ("<f16", 16),
        ("<i8", 8),
        ("<u4", 4),
        ("|b1", 1),
        ("<c16", 16),
        ("|S8", 8),
        ("<U2", 8),
        ("|V8", 8),
        ("<M8", 8),
        ("|O", 8),
    ]
} | {
    "a loss that is an integer": (saved(small(loss=np.int64(1))), "loss is not of real numbers"),
    "an accuracy that is a boolean": (saved(small(accuracy=np.True_)), "accuracy is not of real numbers"),
    "a loss that is a text": (saved(small(loss=np.array("0.5"))), "loss is not of real numbers"),
    "weights that are objects": (
        with_content("weights_l1", npy_of(header("|O"), PICKLE)),
        "weights_l1 is not of real numbers",
    ),
    "metadata that is an object": (
        with_content("metadata", npy_of(header("|O", shape="()"), PICKLE)),
        "metadata is not one text",
    ),
    "weights that are texts of unknown length": (with_header(header("<U")), "not of real numbers"),
    "metadata of unknown length": (
        with_content("metadata", npy_of(header("<U", shape="()"), b"{\0\0\0")),
        "not one text",
    ),
    "metadata as bytes": (saved(small(metadata=np.array(metadata_text().encode()))), "not one text"),
    "metadata as a number": (saved(small(metadata=np.float64(1))), "not one text"),
    "metadata as a list of texts": (saved(small(metadata=np.array([metadata_text()]))), "not one text"),
    "metadata in the other byte order": (
        with_content("metadata", npy_of(header(">U1", shape="()"), b"\0\0\0{")),
        "not one text",
    ),
}

BODIES = {
    "a number missing": (with_header(header(), NUMBERS[:-8]), "40 bytes behind its header"),
    "half a number missing": (with_header(header(), NUMBERS[:-4]), "44 bytes behind its header"),
    "a byte too many": (with_header(header(), NUMBERS + b"!"), "49 bytes behind its header"),
    "no numbers": (with_header(header(), b""), "0 bytes behind its header"),
    "another type's size": (with_header(header("<f4")), "48 bytes behind its header"),
    "1.6 TB promised": (with_header(header(shape="(2, 99999999999)")), "not as many"),
    "more promised than 64 bits count": (
        with_header(header(shape=f"({2**32}, {2**32})"), b""),
        "not as many",
    ),
    "metadata cut off": (
        with_content("metadata", npy(np.array(metadata_text()))[:-2]),
        "not as many",
    ),
}


def without(*names: str, **changes: Any) -> bytes:
    return saved(small(**dict.fromkeys(names), **changes))


def chained(*widths: int, **changes: Any) -> bytes:
    return saved(network(*widths) | changes)


NETWORK = {
    "no loss": (without("loss"), "loss is missing"),
    "no accuracy": (without("accuracy"), "accuracy is missing"),
    "no weights of a layer": (without("weights_l2"), "weights_l2 is missing"),
    "no biases of a layer": (without("biases_l1"), "biases_l1 is missing"),
    "no layers": (without("weights_l1", "weights_l2", "biases_l1", "biases_l2"), "0 layers"),
    "layers 1 and 3": (
        without("weights_l2", "biases_l2", weights_l3=np.ones((3, 2)), biases_l3=np.ones((1, 2))),
        "weights_l2 is missing",
    ),
    "layers 2 and 3": (
        without("weights_l1", "biases_l1", weights_l3=np.ones((3, 2)), biases_l3=np.ones((1, 2))),
        "weights_l1 is missing",
    ),
    "nine layers": (chained(2, *[3] * 8, 2), "has 20 entries"),
    "nine layers, one without biases": (
        saved({name: array for name, array in network(2, *[3] * 8, 2).items() if name != "biases_l1"}),
        "weights and biases of 9 layers",
    ),
    "one input": (chained(1, 3, 2), r"weights_l1 has shape \(1, 3\)"),
    "three inputs": (chained(3, 3, 2), r"weights_l1 has shape \(3, 3\)"),
    "layers that do not fit": (without(weights_l2=np.ones((4, 2))), r"wanted \(3, neurons\)"),
    "weights the other way round": (without(weights_l1=np.ones((3, 2))), r"has shape \(3, 2\)"),
    "weights of one dimension": (without(weights_l1=np.ones(2)), r"has shape \(2,\)"),
    "weights without a dimension": (without(weights_l1=np.float64(1)), r"has shape \(\)"),
    "weights of three dimensions": (without(weights_l1=np.ones((2, 3, 1))), "shape of 3 dimensions"),
    "weights of 30 dimensions": (without(weights_l1=np.ones((1,) * 30)), "shape of 30 dimensions"),
    "weights of 64 dimensions": (without(weights_l1=np.ones((1,) * 64)), "no array header"),
    "biases in a column": (without(biases_l1=np.ones((3, 1))), r"biases_l1 has shape \(3, 1\)"),
    "biases in two rows": (without(biases_l1=np.ones((2, 3))), r"biases_l1 has shape \(2, 3\)"),
    "biases of another width": (without(biases_l1=np.ones((1, 4))), r"biases_l1 has shape \(1, 4\)"),
    "one bias for all": (without(biases_l1=np.float64(1)), r"biases_l1 has shape \(\)"),
    "no neurons": (chained(2, 0, 2), r"weights_l1 has shape \(2, 0\)"),
    "no neurons and a long other side": (
        with_content("weights_l1", npy_of(header(shape=f"({10**18}, 0)"), b"")),
        r"has shape \(1000000000000000000, 0\)",
    ),
    "513 neurons": (chained(2, 513, 2), "wanted 1 to 512 neurons"),
    "one class": (chained(2, 3, 1), "gives 1 classes"),
    "25 classes": (chained(2, 3, 25), "gives 25 classes"),
    "25 classes without a hidden layer": (chained(2, 25), "gives 25 classes"),
    # 3·512 + 513·506 + 507·512 + 513·7
    "524,289 parameters": (
        saved({name: np.zeros_like(array) for name, array in network(2, 512, 506, 512, 7).items()}),
        "there are 524,289 weights and biases",
    ),
    "a loss in a list": (without(loss=np.array([0.5])), r"loss has shape \(1,\)"),
    "an accuracy in a table": (without(accuracy=np.array([[0.5]])), r"accuracy has shape \(1, 1\)"),
}

# a signalling NaN: the first bit of the fraction is 0, another is 1
SIGNALLING_NAN = np.array([0x7F800001] * 6, dtype="<u4").view("<f4").reshape(2, 3)

VALUES = (
    {
        f"a {kind} of {value}": (without(**{kind: np.full(shape, value)}), f"{kind} has a number that is not")
        for kind, shape in [("weights_l1", (2, 3)), ("biases_l2", (1, 2))]
        for value in [np.nan, np.inf, -np.inf, np.nextafter(1e6, 2e6), -1.1e6]
    }
    | {
        f"{name} {value}": (without(**{name: np.float64(value)}), f"{name} has a number that is not")
        for name, values in [
            ("loss", [np.nan, np.inf, -5e-324, 1.1e6]),
            ("accuracy", [np.nan, -5e-324, np.nextafter(1, 2)]),
        ]
        for value in values
    }
    | {
        "one NaN among many numbers": (
            without(weights_l2=np.array([[1, 1], [1, np.nan], [1, 1]])),
            "weights_l2 has a number that is not",
        ),
        "a float32 beyond the limit": (
            without(weights_l1=np.full((2, 3), 1.1e6, dtype="<f4")),
            "weights_l1 has a number that is not",
        ),
        "a signalling NaN": (without(weights_l1=SIGNALLING_NAN), "weights_l1 has a number that is not"),
    }
)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    """Return metadata whose deepest list is `depth` deep, the object around it counted."""
    return metadata_text()[:-1] + ', "a": ' + opening * (depth - 1) + "1" + closing * (depth - 1) + "}"


def polynomials(*coefficients: str) -> bytes:
    return with_metadata(f'{{"format": 1, "note": "{SECRET}", "polynomials": [{", ".join(coefficients)}]}}')


def noted(value: str) -> bytes:
    """Return the small weight file with this JSON as a further field of its metadata."""
    return with_metadata(f'{metadata_text()[:-1]}, "a": {value}}}')


METADATA = {
    "YAML": (with_metadata("format: 1\npolynomials: [[1, 0], [2, 0]]"), "not JSON from character 0"),
    "no metadata in the metadata": (with_metadata(""), "not JSON"),
    "only NULs": (with_content("metadata", npy_of(header("<U9", shape="()"), bytes(36))), "not JSON"),
    "metadata cut off": (with_metadata(metadata_text()[:-1]), "not JSON"),
    "a string without an end": (with_metadata(metadata_text() + '"\\'), "not JSON"),
    "something behind the object": (with_metadata(metadata_text() + "{}"), "not JSON"),
    "a NUL behind the object": (with_metadata(metadata_text() + "\0 "), "not JSON"),
    "a comment in the metadata": (with_metadata(metadata_text() + "// lines"), "not JSON"),
    "a comma too many": (with_metadata(metadata_text()[:-1] + ",}"), "not JSON"),
    "single quotes": (with_metadata(metadata_text().replace('"', "'")), "not JSON"),
    "a byte order mark": (with_metadata("\ufeff" + metadata_text()), "not JSON"),
    "a line end in a text": (noted('"a\nb"'), "not JSON"),
    "a list": (with_metadata(f"[{metadata_text()}]"), "no object"),
    "a text": (with_metadata(json.dumps(metadata_text())), "no object"),
    "null": (with_metadata("null"), "no object"),
    "NaN": (noted("NaN"), "not finite"),
    "minus infinity": (noted("-Infinity"), "not finite"),
    "a number that becomes infinite": (noted("1e999"), "not finite"),
    "an integer of 5,000 digits": (noted("9" * 5000), "integer of more than 640 digits"),
    "an integer of 641 digits": (noted("9" * 641), "integer of more than 640 digits"),
    "a key twice": (noted('1, "a": 1'), "same key twice"),
    "a key twice, once escaped": (noted('1, "\\u0061": 1'), "same key twice"),
    "a key twice far inside": (noted('[{"b": {"c": 1, "c": 2}}]'), "same key twice"),
    "the format twice": (with_metadata('{"format": 1, ' + metadata_text()[1:]), "same key twice"),
    "33 nested lists": (with_metadata(nested(33)), "nested more than 32 deep"),
    "33 nested objects": (with_metadata(nested(33, '{"a":', "}")), "nested more than 32 deep"),
    "30,000 nested lists": (with_metadata(nested(30_000)), "nested more than 32 deep"),
    "100,000 opened lists": (with_metadata("[" * 100_000), "nested more than 32 deep"),
    "lists nested behind an escaped quote": (noted('["\\"", ' + "[" * 40 + "]" * 41), "nested more than"),
    "half a surrogate pair": (with_note(0xD83D), "not well-formed Unicode"),
    "a surrogate pair in UTF-32": (with_note(0xD83D, 0xDE00), "not well-formed Unicode"),
    "a code point beyond Unicode": (with_note(0x110000), "not well-formed Unicode"),
    "a code point of 32 bits": (with_note(0xFFFFFFFF), "not well-formed Unicode"),
    "half a surrogate pair, escaped": (noted('"\\ud83d"'), "half a surrogate pair"),
    "the other half, escaped": (noted('"\\ude00"'), "half a surrogate pair"),
    "the halves the wrong way round": (noted('"\\ude00\\ud83d"'), "half a surrogate pair"),
    "half a surrogate pair in a key": (noted('{"\\ud83d": 1}'), "half a surrogate pair"),
    "half a surrogate pair far inside": (noted('[[["\\ud83d"]]]'), "half a surrogate pair"),
    "metadata of 262,145 characters": (
        with_metadata(metadata_text().ljust(2**18 + 1)),
        "claims to have|has 262,145 characters",
    ),
    "no format": (with_metadata('{"polynomials": [[1, 0], [2, 0]]}'), "format is missing"),
    **{
        f"the format {value!r}": (with_metadata(metadata_text(format=value)), "format is missing or unknown")
        for value in [0, 2, 1.0, True, "1", None, [1]]
    },
    "no polynomials": (with_metadata('{"format": 1}'), "polynomials are missing"),
    **{
        f"{count} polynomials for 2 classes": (with_metadata(metadata_text(count)), "as the 2 classes")
        for count in [0, 1, 3, 1000]
    },
    "polynomials as texts": (with_metadata(metadata_text(polynomials="ab")), "polynomials are missing"),
    "polynomials by number": (
        with_metadata(metadata_text(polynomials={"0": [1, 0], "1": [2, 0]})),
        "polynomials are missing",
    ),
    "a polynomial as a text": (polynomials("[1, 0]", '"2x"'), "polynomial 1 of the metadata is no list"),
    "a polynomial as an object": (polynomials("{}", "[1]"), "polynomial 0 of the metadata is no list"),
    "a polynomial as a number": (polynomials("1", "[1]"), "polynomial 0 of the metadata is no list"),
    "no coefficients": (polynomials("[1, 0]", "[]"), "no list of 1 to 13 coefficients"),
    "14 coefficients": (polynomials("[1]", str([1] * 14)), "no list of 1 to 13 coefficients"),
    "a text as a coefficient": (polynomials("[1]", '["1"]'), "has a coefficient that is no finite"),
    "a boolean as a coefficient": (polynomials("[1]", "[true, 0]"), "has a coefficient that is no finite"),
    "null as a coefficient": (polynomials("[1]", "[null]"), "has a coefficient that is no finite"),
    "a list as a coefficient": (polynomials("[1]", "[[1]]"), "has a coefficient that is no finite"),
    "infinity as a coefficient": (polynomials("[1]", "[Infinity, 1]"), "not finite"),
    "an integer no float can hold": (polynomials("[1]", f"[1{'0' * 400}]"), "no finite number"),
    "minus an integer no float can hold": (polynomials("[1]", f"[-1{'0' * 400}]"), "no finite number"),
}

_GROUPS = {
    "archive": ARCHIVE,
    "name": NAMES,
    "header": HEADERS,
    "type": TYPES,
    "body": BODIES,
    "network": NETWORK,
    "number": VALUES,
    "metadata": METADATA,
}
REFUSED = {f"{group}, {name}": case for group, cases in _GROUPS.items() for name, case in cases.items()}
