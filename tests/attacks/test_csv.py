"""No table makes reading points slow, wrong or loud: it gives finite points or one printable line."""

import random
import re

import numpy as np
import pytest

from polycore import PolycoreError, points_from_csv
from polycore.limits import MAX_POINTS
from polycore.points.points_csv import MAX_CSV_BYTES
from tests.attacks.damage import NASTY, damaged
from tests.attacks.refusal import GOAL, SHARED, answer, seconds

HEADERS = ("x,y", "x,y,polynomial")
PIECES = (*',\n"0123456789.+-eE \t', "\r\n", "\r", '""', "x", "y", "polynomial", "x,y\n", "1,2\n", *NASTY)
# Many digits, and near the least numbers: no decimal takes longer to read.
SLOW = "-123456789012.345678901234567,1.1234567890123456e-300"
FORM = r"(line [0-9]+(, column [0-9]+( \(.{1,20}\))?)?: got |the file is empty; |the table: got ).{,190}"


def read(content, most=GOAL):
    found = answer(lambda: points_from_csv(content), most, FORM)
    if found is not None:
        points, labels = found
        assert points.shape == (len(points), 2)
        assert len(points) <= MAX_POINTS
        assert (np.abs(points) <= 1e12).all()
        assert labels is None or (labels.shape == (len(points),) and set(labels.tolist()) <= set(range(24)))
    return found


def by_hand(text):
    """Return the numbers of a table that has no quotes but around whole fields."""
    rows = text.removeprefix("\ufeff").rstrip("\r\n").split("\n")[1:]
    return [[float(field.strip(' \t\r"')) for field in row.split(",")] for row in rows]


def written_in(text):
    """Return the numbers that are written in a text, with a decimal point or a decimal comma."""
    found = set()
    for cell in (*re.split('[",;\t]', text), *re.split('[";\t]', text)):
        try:
            found.add(float(cell.strip().replace(",", ".").replace("\u2212", "-")))
        except ValueError:
            continue
    return found


def table(rng):
    columns = rng.choice((2, 2, 3))
    end = rng.choice(("\n", "\n", "\r\n"))
    rows = [[_number(rng) for _ in range(2)] + ["12"] * (columns - 2) for _ in range(rng.randint(1, 4))]
    quote = rng.choice(("", "", '"'))
    lines = [",".join(f"{quote}{field}{quote}" for field in row) for row in rows]
    return rng.choice(("", "", "\ufeff")) + end.join([HEADERS[columns - 2], *lines]) + rng.choice(("", end))


def _number(rng):
    return rng.choice(
        (repr(rng.uniform(-9, 9)), str(rng.randint(-99, 99)), f"{rng.gauss(0, 1):.1e}", " 5. ", "+.5")
    )


def test_a_sound_table_gives_its_numbers():
    rng = random.Random(1)
    for _ in range(500):
        text = table(rng)
        points, labels = read(text)
        numbers = np.array(by_hand(text))
        assert np.array_equal(points, numbers[:, :2])
        assert (labels is None) == (numbers.shape[1] == 2)


def test_what_is_nearly_a_table_gives_its_numbers_or_one_printable_line():
    rng = random.Random(2)
    values = 0
    for _ in range(4000):
        text = damaged(rng, table(rng), PIECES)
        found = read(text.encode(errors="surrogatepass") if rng.random() < 0.5 else text)
        if found is not None:
            values += 1
            lines = [written_in(line) for line in re.split("[\r\n]", text)]
            assert all(any({*point} <= line for line in lines) for point in found[0].tolist())
    assert 200 < values < 3800  # of both there are many


def test_any_pieces_behind_any_header_give_points_or_one_printable_line():
    rng = random.Random(3)
    for _ in range(4000):
        header = rng.choice(("", "x,y\n", "x,y\n", "x,y,polynomial\n"))
        read(header + "".join(rng.choices(PIECES, k=rng.randint(0, 20))))


def filled(begin, piece):
    """Return `begin` and then as many of `piece` as a table has room for."""
    return begin + piece * ((MAX_CSV_BYTES - len(begin)) // len(piece))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(filled("x,y,polynomial\n", f"{SLOW},23\n"), id="numbers that are slow to read"),
        pytest.param(filled("x,y,polynomial\r\n", f"{SLOW},23\r\n"), id="lines that end in CR LF"),
        pytest.param(
            "x,y,polynomial\n" + '"-0.1234567890123","-0.12345678901234567","23"\n' * MAX_POINTS,
            id="quotes",
        ),
        pytest.param("x,y\n" + "1e-7,1\n" * MAX_POINTS, id="as many points as there may be"),
        pytest.param(filled("x,y\n", "0.5" + "7" * 800 + ",1\n"), id="numbers of 800 digits"),
        pytest.param("x,y\n1,2" + "\n" * (MAX_CSV_BYTES - 7), id="empty lines at the end"),
    ],
)
def test_the_tables_that_take_longest_are_read_in_time(content):
    assert read(content, SHARED) is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(filled("x,y\n", "1,2\n"), "line 20002: got point 20,001;", id="249,999 points"),
        pytest.param(b"x,y\n" + b"\xff" * 10**6, "got more than 1000000 bytes", id="a megabyte of no text"),
        pytest.param(filled("x", ",x"), "line 1: got", id="half a million columns named x"),
        pytest.param(filled("x,y", ",x,y"), "line 1: got", id="headers over and over"),
        pytest.param(filled("", ","), "the file is empty", id="a million columns without a name"),
        pytest.param(filled("x,y\n1", ",1"), "at most 10,000 in a", id="half a million numbers in a row"),
        pytest.param(filled("x,y\na", ","), "line 2: got", id="a letter, then a million fields"),
        pytest.param(
            "x,y\n1,2\n" + "1," * 65_000 + "a", "line 3: got 130,001", id="65,000 fields, then a letter"
        ),
        pytest.param(
            "x,y\n" + ("1,2" + "," * 45 + "\n") * 20_000, "line 1: got 2 fields", id="too many commas a line"
        ),
        pytest.param(filled("x,y\n0.", "1"), "at most 10,000 in a line", id="one endless number"),
        pytest.param(filled("x,y,polynomial\n1,2,", "0"), "at most 10,000 in a line", id="one endless label"),
        pytest.param(
            'x,y\n"' + "1,2\n" * 19_999, "line 2: got", id="a quote that is never closed, many lines"
        ),
        pytest.param('"' + "x,y\n" * 20_000, "line 1: got", id="a quote in the header, never closed"),
        pytest.param(filled("x,y\r", "1,2\r"), "line 20002: got point 20,001;", id="CR alone ends lines"),
        pytest.param("x,y\n" + "1,2\n" * 9999 + "1,2\r3", "line 10002: got 1 field", id="one CR, late"),
        pytest.param("x,y\n1,2\n".encode("utf-16-be"), "line 1: got '\\x00';", id="UTF-16 without a mark"),
        pytest.param("x,y\n1,2\n".encode("utf-32"), "line 1: got '\\x00';", id="UTF-32"),
        pytest.param("x,y\n1,2\n".encode("utf-7").replace(b",", b"+ACw-"), "line 1", id="UTF-7"),
        pytest.param("x,y\n1,2\n".encode("cp037"), "line 1", id="EBCDIC"),
        pytest.param(b"x,y\n\xc0\xb1,2\n", "line 2: got byte 0xc0", id="an overlong digit"),
        pytest.param(b"x,y\n\xed\xa0\x80,2\n", "line 2: got byte 0xed", id="a surrogate in UTF-8"),
        pytest.param("=cmd|' /C calc'!A0,y\n1,a\n2,3", "line 2, column 2 (y)", id="a formula for a header"),
    ],
)
def test_a_hostile_table_is_refused_in_time(content, says):
    assert read(content, SHARED) is None
    with pytest.raises(PolycoreError) as refusal:
        points_from_csv(content)
    assert says in str(refusal.value)


@pytest.mark.parametrize("most", [MAX_CSV_BYTES + 1, 20 * MAX_CSV_BYTES])
def test_what_is_too_large_costs_nothing_however_large(most):
    content = b"x,y\n" + b"1" * (most - 4)
    assert seconds(lambda: read(content, float("inf"))) < 0.001


@pytest.mark.parametrize("hostile", NASTY, ids=ascii)
def test_a_strangers_text_is_quoted_shortly_and_printably(hostile):
    for text in (
        hostile,
        f"{hostile},y\n1,2",
        f"x,y\n{hostile},2",
        f"x,y\n1,2{hostile}",
        f"x,y\n1,2\n{hostile}",
    ):
        read(text)
        read(text.encode(errors="surrogatepass"))
