"""Metadata that is not JSON as a weight file has it, each with a part of the reason."""

import json

from tests.attacks.archives import header, metadata_text, npy_of
from tests.attacks.variations import (
    nested,
    noted,
    polynomials,
    with_content,
    with_metadata,
    with_note,
)

METADATA = {
    "YAML": (with_metadata("format: 1\npolynomials: [[1, 0], [2, 0]]"), "not JSON from character 0"),
    "no metadata in the metadata": (with_metadata(""), "not JSON"),
    "only NULs": (with_content("metadata", npy_of(header("<U9", shape="()"), bytes(36))), "not JSON"),
    "a string without an end": (with_metadata(metadata_text() + '"\\'), "not JSON"),
    "something behind the object": (with_metadata(metadata_text() + "{}"), "not JSON"),
    "a NUL behind the object": (with_metadata(metadata_text() + "\0 "), "not JSON"),
    "a comment in the metadata": (with_metadata(metadata_text() + "// lines"), "not JSON"),
    "a comma too many": (with_metadata(metadata_text()[:-1] + ",}"), "not JSON"),
    "single quotes": (with_metadata(metadata_text().replace('"', "'")), "not JSON"),
    "a byte order mark": (with_metadata("\ufeff" + metadata_text()), "not JSON"),
    "a line end in a text": (noted('"a\nb"'), "not JSON"),
    **{
        f"{name} in the metadata": (noted(value), "not JSON from character")
        for name, value in {
            "a word without quotes": "hello",
            "a constant of Python": "True",
            "undefined": "undefined",
            "a hexadecimal number": "0x1",
            "a number with a zero before it": "01",
            "a number with a plus": "+1",
            "a number without digits before the point": ".5",
            "a number without digits behind the point": "5.",
            "a number without an exponent's digits": "1e",
            "a number with an underscore": "1_000",
            "two minus signs": "--1",
            "an escape of a byte": '"\\x41"',
            "half an escape of a letter": '"\\u12"',
            "an escape that is none": '"\\q"',
            "a tab in a text": '"a\tb"',
            "a NUL in a text": '"a\0b"',
            "no colon": '{"b" 1}',
            "no comma": "[1 2]",
            "a comma before the end of a list": "[1,]",
            "a number as a key": "{1: 1}",
            "a bracket of the other kind": "[1}",
            "a block comment": "/* 1 */ 1",
            "a call": "alert(1)",
            "a space that does not break": "\N{NO-BREAK SPACE}1",
            "a form feed": "\f1",
            "digits of another script": "\N{ARABIC-INDIC DIGIT ONE}",
        }.items()
    },
    "a number": (with_metadata("1"), "expected an object"),
    "true": (with_metadata("true"), "expected an object"),
    "NaN alone": (with_metadata("NaN"), "not finite"),
    "262,144 spaces": (with_metadata(" " * 2**18), "not JSON"),
    "262,144 quotes": (with_metadata('"' * 2**18), "not JSON"),
    "262,143 backslashes behind a quote": (with_metadata('"' + "\\" * (2**18 - 1)), "not JSON"),
    "a text as the polynomials of many classes": (
        with_metadata(metadata_text(polynomials="[[1], [2]]")),
        "polynomials: got none",
    ),
    "null as the polynomials": (with_metadata(metadata_text(polynomials=None)), "polynomials: got none"),
    "a polynomial twice nested": (polynomials("[[1, 0]]", "[1]"), "metadata's polynomial 0: got a coef"),
    "an object as a coefficient": (
        polynomials("[1]", '[{"a": 1}]'),
        "got a coefficient that is not a finite",
    ),
    "a coefficient of 1e999": (polynomials("[1]", "[1e999]"), "not finite"),
    "a coefficient that is NaN": (polynomials("[NaN]", "[1]"), "not finite"),
    "a key twice in the first of many objects": (noted('[{"b": 1, "b": 1}, {}, {}]'), "same key twice"),
    "a key 30,000 times": (noted("{" + ", ".join(['"b": 1'] * 30_000) + "}"), "same key twice"),
    "a list": (with_metadata(f"[{metadata_text()}]"), "expected an object"),
    "a text": (with_metadata(json.dumps(metadata_text())), "expected an object"),
    "null": (with_metadata("null"), "expected an object"),
    "NaN": (noted("NaN"), "not finite"),
    "minus infinity": (noted("-Infinity"), "not finite"),
    "a number that becomes infinite": (noted("1e999"), "not finite"),
    "an integer of 5,000 digits": (noted("9" * 5000), "integer of more than 640 digits"),
    "an integer of 641 digits": (noted("9" * 641), "integer of more than 640 digits"),
    "a key twice": (noted('1, "a": 1'), "same key twice"),
    "a key twice, once escaped": (noted('1, "\\u0061": 1'), "same key twice"),
    "a key twice far inside": (noted('[{"b": {"c": 1, "c": 2}}]'), "same key twice"),
    "the format twice": (with_metadata('{"format": 1, ' + metadata_text()[1:]), "same key twice"),
    "33 nested lists": (with_metadata(nested(33)), "nesting more than 32 deep"),
    "33 nested objects": (with_metadata(nested(33, '{"a":', "}")), "nesting more than 32 deep"),
    "30,000 nested lists": (with_metadata(nested(30_000)), "nesting more than 32 deep"),
    "100,000 opened lists": (with_metadata("[" * 100_000), "nesting more than 32 deep"),
    "lists nested behind an escaped quote": (noted('["\\"", ' + "[" * 40 + "]" * 41), "nesting more than"),
    "half a surrogate pair": (with_note(0xD83D), "ill-formed Unicode"),
    "a surrogate pair in UTF-32": (with_note(0xD83D, 0xDE00), "ill-formed Unicode"),
    "a code point beyond Unicode": (with_note(0x110000), "ill-formed Unicode"),
    "a code point of 32 bits": (with_note(0xFFFFFFFF), "ill-formed Unicode"),
    "half a surrogate pair, escaped": (noted('"\\ud83d"'), "half a surrogate pair"),
    "the other half, escaped": (noted('"\\ude00"'), "half a surrogate pair"),
    "the halves the wrong way round": (noted('"\\ude00\\ud83d"'), "half a surrogate pair"),
    "half a surrogate pair in a key": (noted('{"\\ud83d": 1}'), "half a surrogate pair"),
    "half a surrogate pair far inside": (noted('[[["\\ud83d"]]]'), "half a surrogate pair"),
    "metadata of 262,145 characters": (
        with_metadata(metadata_text().ljust(2**18 + 1)),
        "got a declared size|got 262,145 characters",
    ),
    "no format": (with_metadata('{"polynomials": [[1, 0], [2, 0]]}'), "format: got none"),
    **{
        f"the format {value!r}": (
            with_metadata(metadata_text(format=value)),
            "format: got none or an unknown one",
        )
        for value in [0, 3, -1, 1.0, 2.0, 10**30, True, "1", "2", "", None, [1], {}]
    },
    "the format 2 with polynomials": (with_metadata(metadata_text(format=2)), "metadata's classes: got none"),
    **{
        f"the classes {value!r}": (
            with_metadata(metadata_text(format=2, classes=value)),
            "metadata's classes: got none",
        )
        for value in [None, "ab", 2, {"0": "a", "1": "b"}, [], ["a"], ["a", "b", "c"], ["a"] * 10_000]
    },
    **{
        f"the class {value!r}"[:60]: (
            with_metadata(metadata_text(format=2, classes=["a", value])),
            "metadata's classes: got a name",
        )
        for value in [
            "",
            "a",
            " b",
            "b ",
            "b" * 41,
            "b" * 100_000,
            "b\n",
            "\t",
            "\0",
            "\x1b[31m",
            "\u202eb",
            "\ufeff",
            "\u200b",
            None,
            1,
            True,
            ["b"],
            {"b": 1},
        ]
    },
    "no polynomials": (with_metadata('{"format": 1}'), "polynomials: got none"),
    **{
        f"{count} polynomials for 2 classes": (with_metadata(metadata_text(count)), "than the 2 classes")
        for count in [0, 1, 3, 1000]
    },
    "polynomials as texts": (with_metadata(metadata_text(polynomials="ab")), "polynomials: got none"),
    "polynomials by number": (
        with_metadata(metadata_text(polynomials={"0": [1, 0], "1": [2, 0]})),
        "polynomials: got none",
    ),
    "a polynomial as a text": (polynomials("[1, 0]", '"2x"'), "metadata's polynomial 1: got something else"),
    "a polynomial as an object": (polynomials("{}", "[1]"), "metadata's polynomial 0: got something else"),
    "a polynomial as a number": (polynomials("1", "[1]"), "metadata's polynomial 0: got something else"),
    "no coefficients": (polynomials("[1, 0]", "[]"), "expected a list of 1 to 13 coefficients"),
    "14 coefficients": (polynomials("[1]", str([1] * 14)), "expected a list of 1 to 13 coefficients"),
    "a text as a coefficient": (polynomials("[1]", '["1"]'), "got a coefficient that is not a finite"),
    "a boolean as a coefficient": (polynomials("[1]", "[true, 0]"), "got a coefficient that is not a finite"),
    "null as a coefficient": (polynomials("[1]", "[null]"), "got a coefficient that is not a finite"),
    "a list as a coefficient": (polynomials("[1]", "[[1]]"), "got a coefficient that is not a finite"),
    "infinity as a coefficient": (polynomials("[1]", "[Infinity, 1]"), "not finite"),
    "an integer no float can hold": (polynomials("[1]", f"[1{'0' * 400}]"), "not a finite number"),
    "minus an integer no float can hold": (polynomials("[1]", f"[-1{'0' * 400}]"), "not a finite number"),
}
