"""A refusal repeats nothing of the file, wherever in it a text or a number stands."""

import io
import json
import string
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from polycore.errors import WeightFileError
from polycore.model.model import Model
from polycore.model.named_arrays import NAMES
from polycore.model.refusals import Reason
from polycore.model.weight_file import read_npy
from tests.attacks.archives import (
    DEFLATED,
    Entry,
    archive,
    header,
    metadata_text,
    npy,
    npy_of,
    saved,
    small,
    zip64_field,
)
from tests.attacks.fixed_texts import PATTERNS
from tests.attacks.variations import FILES, NUMBERS, polynomials, with_content, with_header, with_metadata

WORD = "Sphinxe"
WIDE, NARROW = 3_141_592_653, 54_321  # numbers of 32 and of 16 bits
PIECES = (WORD[:4].lower(), "14159", "54321")  # enough of them to know them by

# Times, makers and attributes are not planted: nothing looks at them.
FIELDS: dict[str, int | bytes] = {
    **dict.fromkeys(["version", "flags", "method"], NARROW),
    **dict.fromkeys(["checksum", "packed_size", "size"], WIDE),
    **dict.fromkeys(["name", "extra", "signature"], WORD.encode()),
}
DIRECTORY_FIELDS: dict[str, int | bytes] = {
    **FIELDS,
    "disk": NARROW,
    "offset": WIDE,
    "comment": WORD.encode(),
}


def with_one(place: int, changed: Entry) -> bytes:
    return archive([*FILES[:place], changed, *FILES[place + 1 :]])


def in_the_archive() -> Iterator[tuple[str, bytes]]:
    for place, entry in enumerate(FILES):
        name = entry.name.decode()
        for field, value in FIELDS.items():
            yield f"{field} of {name}", with_one(place, entry.bent(**{field: value}))
            yield f"{field} before {name}", with_one(place, replace(entry, local={field: value}))
        for field, value in DIRECTORY_FIELDS.items():
            listed = replace(entry, directory={field: value})
            yield f"{field} in the directory of {name}", with_one(place, listed)
        packed = replace(entry, method=DEFLATED, packed=WORD.encode())
        yield f"packed bytes of {name}", with_one(place, packed)
    for field in ("disk", "directory_disk", "count", "count_here", "comment_length"):
        yield f"{field} of the end record", archive(FILES, end={field: NARROW})
    yield "both counts", archive(FILES, end={"count": NARROW, "count_here": NARROW})
    for field in ("size", "offset"):
        yield f"{field} of the end record", archive(FILES, end={field: WIDE})
    yield "a comment", archive(FILES, end={"comment": WORD.encode()})
    yield "a name with the ending", archive([*FILES, Entry(f"{WORD}.npy".encode(), npy(np.ones(3)))])
    yield "a name that is nearly one", archive([*FILES, Entry(f"weights_l{NARROW}.npy".encode(), b"")])
    yield "a ZIP64 field", archive([replace(FILES[0], local={"extra": zip64_field(WIDE, WIDE)}), *FILES[1:]])
    for where in ("before", "before_directory", "behind_directory"):
        yield f"bytes {where}", archive(FILES, **{where: WORD.encode()})
    yield "bytes behind", archive(FILES) + WORD.encode()
    yield "bytes alone", WORD.encode()


def in_the_arrays() -> Iterator[tuple[str, bytes]]:
    for name in small():
        for place, content in in_an_array():
            yield f"{place} of {name}", with_content(name, content)
    for name, shape in {"weights_l1": (2, 3), "biases_l1": (1, 3), "loss": (), "accuracy": ()}.items():
        yield f"a number of {name}", saved(small(**{name: np.full(shape, float(WIDE))}))
    yield "a text as a loss", saved(small(loss=np.array(WORD)))
    yield "a text as weights", saved(small(weights_l1=np.full((2, 3), WORD)))
    yield "integers", saved(small(weights_l1=np.full((2, 3), WIDE)))
    yield "objects", with_header(header("|O"), WORD.encode())


def in_an_array() -> Iterator[tuple[str, bytes]]:
    for place, text in {
        "type": header(WORD),
        "type's size": header(f"<U{WIDE % 10**9}"),
        "type's letter": header(f"<{WORD[0]}8"),
        "order": header(fortran=WORD),
        "shape": header(shape=WORD),
        "one length": header(shape=f"({WIDE},)"),
        "first length": header(shape=f"({WIDE}, 3)"),
        "second length": header(shape=f"(2, {WIDE})"),
        "both lengths, with nothing in them": header(shape=f"({WIDE}, 0)"),
        "third length": header(shape=f"(2, 3, {WIDE})"),
        "further key": header().replace("}", f"'{WORD}': {WIDE}, }}"),
        "rest of the header": f"{header()} {WORD}",
    }.items():
        yield place, npy_of(text, NUMBERS)
        yield f"{place}, with nothing behind", npy_of(text, b"")
    yield "magic", WORD.encode() + npy_of(header(), NUMBERS)
    yield "version", npy_of(header(), NUMBERS).replace(b"\1\0", struct.pack("<H", NARROW), 1)
    yield "header's length", npy_of(header(), NUMBERS).replace(b"\x76\0", struct.pack("<H", NARROW), 1)
    yield "rest", npy_of(header(), NUMBERS + WORD.encode())


def in_the_metadata() -> Iterator[tuple[str, bytes]]:
    secret: Any
    for kind, secret in {
        "a word": WORD,
        "a number": WIDE,
        "a fraction": 0.314159,
        "a list of them": [WORD, WIDE],
        "an object of them": {WORD: WIDE},
    }.items():
        yield f"{kind} as the format", with_metadata(metadata_text(format=secret))
        yield f"{kind} as polynomials", with_metadata(metadata_text(polynomials=secret))
        yield f"{kind} as a polynomial", with_metadata(metadata_text(polynomials=[secret, [1]]))
        yield f"{kind} as a coefficient", with_metadata(metadata_text(polynomials=[[secret, [], True], [1]]))
        yield f"{kind} as all", with_metadata(json.dumps(secret))
        yield f"{kind}, and then not JSON", with_metadata(metadata_text(a=secret) + WORD)
    for place, text in {
        "no JSON": WORD,
        "a key": f'{{"{WORD}"',
        "a key twice": f'{{"{WORD}": {WIDE}, "{WORD}": {WIDE}}}',
        "an infinite number": f'{{"{WORD}": {WIDE}e999}}',
        "a long integer": f'{{"{WORD}": {str(WIDE) * 99}}}',
        "half a surrogate pair": f'{{"{WORD}": "{WORD}\\ud800"}}',
        "an escape": f'{{"a": "\\{WORD}"}}',
        "a deep list": f'{{"{WORD}": {"[" * 40}"{WORD}"',
    }.items():
        yield place, with_metadata(text)
    yield "much of it", with_metadata(json.dumps(f"{WORD} {WIDE} " * 20_000))
    yield "infinite coefficients", polynomials(f"[{WIDE}e999]", "[1]")
    yield "an integer no float holds", polynomials(f"[{str(WIDE) * 50}]", "[1]")
    codes = np.array([*map(ord, WORD), 0xD800], dtype="<u4").tobytes()
    yield "no Unicode", with_content("metadata", npy_of(header(f"<U{len(WORD) + 1}", shape="()"), codes))


PLACES = {
    f"{part}: {place}": content
    for part, found in {
        "archive": in_the_archive,
        "arrays": in_the_arrays,
        "metadata": in_the_metadata,
    }.items()
    for place, content in found()
}


def assert_keeps_to_itself(text: str) -> None:
    plain = text.lower().replace(",", "")
    assert not [piece for piece in PIECES if piece in plain], text


def refusal(load: Callable[[io.BytesIO], object], place: str, content: bytes) -> str:
    try:
        load(io.BytesIO(content))
    except WeightFileError as error:
        return str(error)
    raise AssertionError(f"{place} is not refused")


def test_a_refusal_repeats_nothing_of_the_file():
    for place, content in PLACES.items():
        assert_keeps_to_itself(refusal(Model.load, place, content))


def test_a_refusal_of_an_npy_file_repeats_nothing_of_it():
    for place, content in in_an_array():
        assert_keeps_to_itself(refusal(read_npy, place, content))


@pytest.mark.parametrize("secret", [f"a {WORD}", f"{WIDE:,}", f"({WIDE}, 2)", f"{NARROW:,}", f"x{NARROW}"])
def test_a_secret_would_be_found_however_it_is_written(secret):
    with pytest.raises(AssertionError):
        assert_keeps_to_itself(f"{secret} is not wanted.")


PLACES_OF_TEXTS = {
    place for reason in Reason for _, place, *_ in string.Formatter().parse(reason.value) if place
}
NUMBERS_TOLD = PLACES_OF_TEXTS - {"name", "shape"}


def test_every_fixed_text_is_short_and_printable_whatever_stands_in_its_places():
    for reason in Reason:
        for name in [*NAMES, "the .npy file"]:
            for shape in [(), (0,), (10**18,), (10**18, 10**18), (1,) * 80]:
                numbers = dict.fromkeys(NUMBERS_TOLD, 10**30) | {"limit": 104_857_600}  # that is our own
                text = reason.text(name=name, shape=shape, **numbers)
                assert 1 <= len(text) <= 300, text
                assert text.isprintable(), text
                assert PATTERNS[reason.name].fullmatch(text), text


def test_numbers_and_shapes_are_told_up_to_a_bound():
    assert Reason.CLASSES.text(classes=9_999_999).startswith("the last layer: got 9,999,999 classes")
    assert Reason.CLASSES.text(classes=10_000_000).startswith("the last layer: got more than 9,999,999 ")
    assert Reason.SCALAR.text("loss", (9_999_999,)).startswith("loss: got shape (9999999,); ")
    assert Reason.SCALAR.text("loss", (10_000_000, 2)).startswith(
        "loss: got shape (more than 9,999,999, 2); "
    )
    assert Reason.SCALAR.text("loss", (1, 2, 3)).startswith("loss: got shape of 3 dimensions; ")


def test_a_name_with_braces_in_it_would_be_told_as_it_is():
    assert Reason.SCALAR.text("{shape}", ()).startswith("{shape}: got shape ()")
