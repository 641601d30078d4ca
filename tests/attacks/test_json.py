"""No JSON makes reading an experiment slow, wrong or loud: it gives an experiment or one printable line."""

import json
import math
import random

import pytest

from polycore import Experiment, PolycoreError, Polynomial
from polycore.experiment.json_text import MAX_JSON
from tests.attacks.damage import NASTY, damaged
from tests.attacks.refusal import GOAL, SHARED, answer

PIECES = (*'{}[]",:0123456789.-+eE \n\\', "null", "true", '"steps":1,', "[[", "\\u0000", "\\ud800", *NASTY)
# The largest there is: every digit of 24 polynomials' coefficients.
LARGEST = Experiment(
    polynomials=tuple(Polynomial(*[1e-300 * (i + j + 1) / 3 for j in range(13)]) for i in range(24)),
    hidden=(100,) * 7,
    noise=math.pi,
)


PLAIN = (None, True, False, 1, 12, 100, 0.0, 0.5, "adam", "cosine", "he", "even")
ODD = (0, -1, 512, 2**31, 2**64, 10**400, -(10**400), -0.0, 1e-400, 1e308, math.nan, math.inf, -math.inf)


def read(text, most=GOAL):
    experiment = answer(lambda: Experiment.from_json(text), most)
    if experiment is not None:
        assert Experiment.from_json(experiment.to_json()) == experiment
    return experiment


def values(rng, depth):
    """Return any value that JSON knows or Python's reader of it lets pass."""
    if depth and rng.random() < 0.4:
        if rng.random() < 0.5:
            return [values(rng, depth - 1) for _ in range(rng.randint(0, 4))]
        return {
            rng.choice(("a", "", "steps", *NASTY)): values(rng, depth - 1) for _ in range(rng.randint(0, 3))
        }
    return rng.choice(rng.choice((PLAIN, PLAIN, ODD, NASTY)))


def test_any_values_in_any_fields_give_an_experiment_or_one_printable_line():
    rng = random.Random(1)
    fields = [*[*Experiment().to_dict()] * 10, "no_such_field", "__class__", "__init__", *NASTY]
    experiments = 0
    for _ in range(4000):
        chosen = {rng.choice(fields): values(rng, 3) for _ in range(rng.choice((1, 1, 2, 3)))}
        experiments += read(json.dumps(chosen)) is not None
    assert 100 < experiments < 3900


def test_what_is_nearly_an_experiment_gives_one_or_one_printable_line():
    rng = random.Random(2)
    experiments = 0
    sound = [Experiment().to_json(), Experiment.recommended().to_json(), '{"hidden": [12], "steps": 5}']
    for _ in range(3000):
        experiments += read(damaged(rng, rng.choice(sound), PIECES)) is not None
    assert 50 < experiments < 2950


def test_any_pieces_in_any_order_give_an_experiment_or_one_printable_line():
    rng = random.Random(3)
    for _ in range(3000):
        read("".join(rng.choices(PIECES, k=rng.randint(0, 25))))


def filled(begin, piece, end=""):
    """Return `begin`, as many of `piece` as an experiment's text has room for, and `end`."""
    return begin + piece * ((MAX_JSON - len(begin) - len(end)) // len(piece)) + end


def test_the_largest_experiment_is_read_in_time():
    assert read(LARGEST.to_json(), SHARED) == LARGEST


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[" * 20_000_000, "20,000,000 characters", id="20 MB of brackets"),
        pytest.param(filled("", "["), "got deeply nested JSON", id="100,000 brackets"),
        pytest.param(filled("", '{"a":'), "got deeply nested JSON", id="20,000 objects in each other"),
        pytest.param("[" * 50_000 + "]" * 50_000, "got deeply nested JSON", id="brackets that are closed"),
        pytest.param(
            '{"hidden":' + "[" * 900 + "]" * 900 + "}", "hidden layer 1: got a list", id="900 lists"
        ),
        pytest.param(
            '{"polynomials":' + '{"a":' * 900 + "1" + "}" * 901, "polynomials: got a dict", id="900 objects"
        ),
        pytest.param('{"steps":' + "9" * 99_000 + "}", "not JSON (Exceeds the limit", id="99,000 digits"),
        pytest.param('{"steps":' + "9" * 4300 + "}", "more than 20 digits", id="4,300 digits"),
        pytest.param('{"noise":-' + "9" * 4300 + "}", "more than 20 digits", id="4,300 digits below zero"),
        pytest.param(
            '{"polynomials":[' + ",".join(["[" + "9" * 4000 + "]"] * 24) + "]}",
            "polynomials[0][0]: got a number of more than 20 digits",
            id="polynomials of 4,000 digits",
        ),
        pytest.param(
            '{"hidden":[' + ",".join(["9" * 4299] * 23) + "]}",
            "hidden: got 23 layers; expected at most 7.",
            id="23 huge layers",
        ),
        pytest.param('{"noise":1e' + "9" * 90_000 + "}", "noise: got inf", id="an exponent of 90,000 digits"),
        pytest.param(filled('{"hidden":[', "1,", "1]}"), "at most 7", id="50,000 layers"),
        pytest.param(
            filled('{"polynomials":[', "[1],", "[1]]}"), "polynomials: got 24,995", id="24,995 polynomials"
        ),
        pytest.param(
            filled('{"polynomials":[', "[],", "[]]}"),
            "polynomials: got 33,327",
            id="33,327 empty polynomials",
        ),
        pytest.param(filled('{"polynomials":[[', "1,", "1]]}"), "got 1;", id="a polynomial of degree 50,000"),
        pytest.param(
            '{"polynomials":[' + ",".join(["[" + ",".join(["1e-300"] * 13) + "]"] * 24) + "]}",
            "polynomials[1]: got 0.000",
            id="equal polynomials of 4,000 characters",
        ),
        pytest.param(
            "{" + ",".join(f'"{i:x}":0' for i in range(10_000)) + "}",
            "got the unknown field '0'",
            id="10,000 fields",
        ),
        pytest.param('{"steps":1,"steps":2}', "'steps' twice", id="a field twice"),
        pytest.param('{"steps":1,"\\u0073teps":2}', "'steps' twice", id="a field twice, once escaped"),
        pytest.param('{"a":{"b":{"c":1,"c":1}}}', "'c' twice", id="a field twice, deep inside"),
        pytest.param('{"\\u202e":1,"\\u202e":1}', "'\\u202e' twice", id="a right-to-left mark twice"),
        pytest.param(
            json.dumps({"\u202e" * 16_000: 1}), "got the unknown field", id="16,000 right-to-left marks"
        ),
        pytest.param(json.dumps({"x" * 90_000: 1}), "'xxxxx", id="a name of 90,000 letters"),
        pytest.param(json.dumps({"schedule": "\x00" * 16_000}), "schedule: got '\\x00", id="16,000 NULs"),
        pytest.param(
            '{"schedule":"\\ud800"}', "schedule: got '\\ud800'", id="half a surrogate pair, escaped"
        ),
        pytest.param('{"schedule":"\ud800"}', "schedule: got '\\ud800'", id="half a surrogate pair"),
        pytest.param('{"\\udfff":1}', "got the unknown field '\\udfff'", id="half a pair for a name"),
        pytest.param('{"noise":NaN}', "noise: got nan", id="NaN"),
        pytest.param('{"x_range":[-Infinity,Infinity]}', "x_range: got (-inf, inf)", id="infinities"),
        pytest.param('{"polynomials":[[NaN],[1]]}', "polynomials[0][0]: got nan", id="NaN for a coefficient"),
        pytest.param('{"steps":true}', "steps: got True", id="true for a number"),
        pytest.param('{"steps":1.0}', "steps: got 1.0", id="a decimal for a whole number"),
        pytest.param('{"steps":"5"}', "steps: got '5'", id="a text for a number"),
        pytest.param('{"__class__":1}', "got the unknown field '__class__'", id="an attribute for a field"),
        pytest.param(
            '{"parameter_count":1}', "got the unknown field 'parameter_count'", id="a property for a field"
        ),
        pytest.param("\ufeff{}", "BOM", id="a byte order mark"),
        pytest.param("{}{}", "Extra data", id="two objects"),
        pytest.param('{"steps":1,}', "not JSON", id="a comma too many"),
        pytest.param("{'steps':1}", "not JSON", id="single quotes"),
        pytest.param('{"steps":1/*2*/}', "not JSON", id="a comment"),
        pytest.param(filled('{"a":"', "\\", '"}')[:-1], "not JSON", id="backslashes"),
        pytest.param(filled('"', "a"), "not JSON", id="a text that never ends"),
        pytest.param(filled("", " "), "not JSON", id="spaces"),
        pytest.param("\0", "not JSON", id="a NUL"),
    ],
)
def test_hostile_json_is_refused_in_time(text, says):
    assert read(text) is None
    with pytest.raises(PolycoreError) as refusal:
        Experiment.from_json(text)
    assert says in str(refusal.value)


@pytest.mark.parametrize("text", [None, 5, b"{}", b"\xff\xfe", bytearray(b"{}"), ["{}"], {}], ids=repr)
def test_what_is_no_text_is_refused(text):
    assert answer(lambda: Experiment.from_json(text)) is None


@pytest.mark.parametrize("values", [None, 5, "{}", [], {5: 1}, {None: 1}, {(): 1}, {b"steps": 1}], ids=repr)
def test_what_has_no_fields_by_name_is_refused(values):
    assert answer(lambda: Experiment.from_dict(values)) is None


def test_a_field_of_any_long_name_is_told_in_one_short_line():
    for length in range(20, 100):
        assert answer(lambda name="\u202e" * length: Experiment.from_dict({name: 1})) is None
