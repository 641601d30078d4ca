"""Entries that are no array of the types that are allowed, each with a part of the reason."""

import struct

import numpy as np

from tests.attacks.archives import header, metadata_text, npy, npy_of, saved, small
from tests.attacks.payload import CODE, PICKLE, Payload
from tests.attacks.variations import NUMBERS, with_content, with_header

HEADERS = {
    name: (with_header(text), "got another array header")
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
        "a structured type with objects": header().replace("'<f8'", "[('a', '|O')]"),
        "a structured type within another": header().replace("'<f8'", "[('a', [('b', '<f8')])]"),
        "a structured type of no fields": header().replace("'<f8'", "[]"),
        "an aligned structure": header().replace("'<f8'", "{'names': ['a'], 'formats': ['<f8']}"),
        "two types": header("<f4,<f4"),
        "a date in days": header("<M8[D]"),
        "a type of 10 digits": header("<U9999999999"),
        "no type": header().replace("'<f8'", "None"),
        "bytes as a type": header().replace("'<f8'", "b'<f8'"),
        "a shape without an end": header(shape="(2, 3"),
        "a shape with three commas": header(shape="(2,, 3,)"),
        "a product as a length": header(shape="(2, 3*10**9)"),
        "a power as a length": header(shape="(2, 9**9**9)"),
        "a shape that unpacks": header(shape="(*range(9**9),)"),
        "a lambda": header(shape="(lambda: 2)()"),
        "an f-string": header().replace("'<f8'", "f'<f8'"),
        "a NUL in a header": header() + "\0",
        "a letter beyond ASCII": header().replace("descr", "descr\N{COMBINING ACUTE ACCENT}"),
        "800 nested lists": header(shape="[" * 800 + "]" * 800),
        "800 signs before a length": header(shape="(" + "-" * 60 + "2, 3)"),
        "a type with a shape": header().replace("'<f8'", "('<f8', (3,))").replace("(2, 3)", "(2,)"),
        "a type's name": header("float64"),
        "a type with a zero before its size": header("<f08"),
    }.items()
} | {
    name: (with_content("weights_l1", content), "got another array header")
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
    }.items()
}

TYPES = {
    f"weights of type {type_}": (with_header(header(type_), bytes(6 * size)), "expected real numbers")
    for type_, size in [
        (">f8", 8),
        (">f4", 4),
        ("|f8", 8),
        ("<e2", 2),
        ("<d8", 8),
        ("<i4", 4),
        ("<i2", 2),
        ("|i1", 1),
        ("|u1", 1),
        ("<c8", 8),
        ("<m8", 8),
        ("|a8", 8),
        ("<O8", 8),
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
    "a loss that is an integer": (
        saved(small(loss=np.int64(1))),
        "loss: got another type; expected real numbers",
    ),
    "an accuracy that is a boolean": (
        saved(small(accuracy=np.True_)),
        "accuracy: got another type; expected real numbers",
    ),
    "a loss that is a text": (
        saved(small(loss=np.array("0.5"))),
        "loss: got another type; expected real numbers",
    ),
    "weights that are pickled objects": (
        with_content("weights_l1", npy(np.full((2, 3), Payload(), dtype=object))),
        "weights_l1: got another type; expected real numbers",
    ),
    "weights that are objects": (
        with_content("weights_l1", npy_of(header("|O"), PICKLE)),
        "weights_l1: got another type; expected real numbers",
    ),
    "metadata that is an object": (
        with_content("metadata", npy_of(header("|O", shape="()"), PICKLE)),
        "metadata: got something other than one text",
    ),
    "weights that are texts of unknown length": (with_header(header("<U")), "expected real numbers"),
    "metadata of unknown length": (
        with_content("metadata", npy_of(header("<U", shape="()"), b"{\0\0\0")),
        "something other than one text",
    ),
    "metadata as bytes": (
        saved(small(metadata=np.array(metadata_text().encode()))),
        "something other than one text",
    ),
    "metadata as a number": (saved(small(metadata=np.float64(1))), "something other than one text"),
    "metadata as a list of texts": (
        saved(small(metadata=np.array([metadata_text()]))),
        "something other than one text",
    ),
    "metadata in the other byte order": (
        with_content("metadata", npy_of(header(">U1", shape="()"), b"\0\0\0{")),
        "something other than one text",
    ),
}

BODIES = {
    "a number missing": (with_header(header(), NUMBERS[:-8]), "more or fewer bytes after its header"),
    "half a number missing": (with_header(header(), NUMBERS[:-4]), "more or fewer bytes after its header"),
    "a byte too many": (with_header(header(), NUMBERS + b"!"), "more or fewer bytes after its header"),
    "another type's size": (with_header(header("<f4")), "more or fewer bytes after its header"),
    "1.6 TB promised": (with_header(header(shape="(2, 99999999999)")), "more or fewer bytes"),
    "more promised than 64 bits count": (
        with_header(header(shape=f"({2**32}, {2**32})"), b""),
        "more or fewer bytes",
    ),
    "a text of 4 GB promised": (
        with_content("metadata", npy_of(header("<U999999999", shape="()"), b"{\0\0\0")),
        "more or fewer bytes",
    ),
    "a text of no characters promised": (
        with_content("metadata", npy_of(header("<U0", shape="()"), b"{\0\0\0")),
        "got another array header",
    ),
    "a loss that promises a million numbers": (
        with_content("loss", npy_of(header(shape="(1000000,)"), bytes(8))),
        "more or fewer bytes",
    ),
    "two arrays in one entry": (
        with_content("weights_l1", npy_of(header(), NUMBERS) * 2),
        "more or fewer bytes",
    ),
    "metadata cut off": (
        with_content("metadata", npy(np.array(metadata_text()))[:-2]),
        "more or fewer bytes",
    ),
}
