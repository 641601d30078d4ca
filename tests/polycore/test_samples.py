"""Points drawn on polynomials, and points as CSV."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.points.points_csv import points_from_csv, points_to_csv
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.sampling import sample

LINES = (Polynomial(2, 1), Polynomial(-1, 0))

GENERATORS = [
    pytest.param(np.random.RandomState, id="RandomState"),
    pytest.param(np.random.default_rng, id="Generator"),
]


# --- drawing ----------------------------------------------------------------------------------


def test_a_hundred_points_a_class_from_minus_one_to_one_are_the_default():
    points, labels = sample(LINES, rng=np.random.default_rng(0))
    assert np.bincount(labels).tolist() == [100, 100]
    assert np.abs(points[:, 0]).max() <= 1
    assert (points.dtype, labels.dtype) == (np.float64, np.int64)


@pytest.mark.parametrize("generator", GENERATORS)
def test_x_is_uniform_on_the_range_in_order_and_y_the_value_there(generator):
    points, _ = sample(LINES, 3, generator(5), x_range=(2, 10))
    x = generator(5).uniform(2, 10, 6)  # one stream, polynomial by polynomial
    assert np.array_equal(points[:, 0], x)
    assert np.array_equal(points[:, 1], [*(2 * x[:3] + 1), *-x[3:]])


@pytest.mark.parametrize("generator", GENERATORS)
def test_noise_is_drawn_after_every_x_and_only_if_there_is_some(generator):
    rng = generator(5)
    quiet, _ = sample(LINES, 4, rng)
    next_draws = rng.standard_normal(8)  # what noise will use, if none was drawn before
    noisy, _ = sample(LINES, 4, generator(5), noise=0.5)
    assert np.array_equal(noisy[:, 0], quiet[:, 0])
    # 0.5 * z is exact; adding it to y, of size 3 at most, rounds by 2.2e-16 each way
    assert noisy[:, 1] - quiet[:, 1] == pytest.approx(0.5 * next_draws, abs=1e-15)


def test_noise_has_its_standard_deviation_and_mean_zero():
    points, _ = sample([Polynomial(0)], 40_000, np.random.default_rng(0), noise=0.3)
    # five standard errors: 0.3 / sqrt(40000) of the mean, 0.3 / sqrt(80000) of the deviation
    assert points[:, 1].mean() == pytest.approx(0, abs=5 * 0.0015)
    assert points[:, 1].std() == pytest.approx(0.3, abs=5 * 0.00107)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"polynomials": []}, "polynomials: got none; expected one Polynomial or more"),
        ({"polynomials": [LINES[0], (1, 2)]}, r"polynomials\[1\]: got a tuple; expected a Polynomial"),
        ({"per_class": 0}, "per_class: got 0; expected a whole number of 1 or more"),
        ({"per_class": -3}, "per_class: got -3;"),
        ({"per_class": 2.5}, "per_class: got 2.5;"),
        ({"per_class": True}, "per_class: got True;"),
        ({"per_class": "9"}, "per_class: got '9';"),
        ({"rng": None}, "rng: got None; expected a generator, such as np.random.default_rng"),
        ({"rng": 0}, "rng: got 0; expected a generator"),
        ({"x_range": (1, 1)}, r"x_range: got \(1, 1\); expected two finite numbers, the lower first"),
        ({"x_range": (2, -2)}, r"x_range: got \(2, -2\);"),
        ({"x_range": (math.nan, 1)}, r"x_range: got \(nan, 1\);"),
        ({"x_range": (0, math.inf)}, r"x_range: got \(0, inf\);"),
        ({"x_range": (0, 10**400)}, r"x_range: got \(0, a number of more than 20 digits\);"),
        ({"x_range": (-1e308, 1e308)}, r"x_range: got \(-1e\+308, 1e\+308\);"),
        ({"x_range": (True, 2)}, r"x_range: got \(True, 2\);"),
        ({"x_range": ("a", "b")}, r"x_range: got \('a', 'b'\);"),
        (
            {"x_range": (1, 2, 3)},
            "x_range: got a tuple; expected two finite numbers, the lower first, such as",
        ),
        ({"x_range": 1}, "x_range: got 1;"),
        ({"noise": -0.1}, "noise: got -0.1; expected a standard deviation: a finite number, 0 or more"),
        ({"noise": math.inf}, "noise: got inf;"),
        ({"noise": math.nan}, "noise: got nan;"),
        ({"noise": "loud"}, "noise: got 'loud';"),
        ({"noise": False}, "noise: got False;"),
        (
            {"polynomials": [Polynomial(1e300, 0, 0)], "x_range": (1e10, 1e11)},
            "polynomials: got values beyond float64 for x",
        ),
        ({"noise": 1.7e308}, "polynomials: got values beyond float64 for x from -1.0 to 1.0; expected"),
    ],
)
def test_an_argument_that_is_wrong_is_refused(arguments, complaint):
    good = {"polynomials": LINES, "per_class": 99, "rng": np.random.default_rng(0)}
    with pytest.raises(PolycoreError, match=f"^{complaint}"):
        sample(**{**good, **arguments})


def test_numpys_whole_numbers_and_floats_are_arguments_like_any_other():
    arguments = {"x_range": np.array([0, 2], dtype=np.float32), "noise": np.float32(0.5)}
    points, labels = sample(LINES, np.int64(2), np.random.default_rng(0), **arguments)
    assert points.shape == (4, 2)
    assert labels.tolist() == [0, 0, 1, 1]


# --- points to CSV ----------------------------------------------------------------------------


def test_points_are_written_as_a_table():
    points = np.array([[0.1, -2.0], [1e-7, 1 / 3]])
    assert points_to_csv(points) == "x,y\n0.1,-2.0\n1e-07,0.3333333333333333\n"
    assert points_to_csv(points, np.array([0, 23])) == (
        "x,y,polynomial\n0.1,-2.0,0\n1e-07,0.3333333333333333,23\n"
    )


@pytest.mark.parametrize(
    ("points", "labels", "complaint"),
    [
        ([1.0, 2.0], None, r"points: got shape \(2,\); expected \(N, 2\)"),
        ([[1.0, 2.0, 3.0]], None, r"points: got shape \(1, 3\)"),
        (np.zeros((0, 2)), None, "points: got none; expected one or more"),
        ([[0, 0], [1, math.nan]], None, r"points, row 1: got \[1.0, nan\]; expected numbers of at most 1e12"),
        ([[math.inf, 0]], None, r"points, row 0: got \[inf, 0.0\]"),
        ([[0, -2e12]], None, r"points, row 0: got \[0.0, -2000000000000.0\]"),
        ([[0, 0]], [1, 2], r"labels: got shape \(2,\) and type int64; expected \(1,\) whole numbers"),
        ([[0, 0]], [1.0], "labels: got shape .* and type float64"),
        ([[0, 0]], [True], "labels: got shape .* and type bool"),
        ([[0, 0], [0, 0]], [0, 24], "labels: got 0 to 24; expected 0 to 23"),
        ([[0, 0]], [-1], "labels: got -1 to -1"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(points, labels, complaint):
    with pytest.raises(PolycoreError, match=complaint):
        points_to_csv(points, labels)


# --- points from CSV --------------------------------------------------------------------------

coordinates = st.floats(-1e12, 1e12)
rows = st.lists(st.tuples(coordinates, coordinates, st.integers(0, 23)), min_size=1, max_size=9)


@given(rows, st.booleans(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_is_written_comes_back_exactly(rows, labelled, line_end, as_bytes):
    points = np.array([row[:2] for row in rows])
    labels = np.array([row[2] for row in rows]) if labelled else None
    text = points_to_csv(points, labels).replace("\n", line_end)
    points_back, labels_back = points_from_csv(text.encode() if as_bytes else text)
    assert points_back.tobytes() == points.tobytes()  # to the sign of zero
    if labels is None:
        assert labels_back is None
    else:
        assert np.array_equal(labels_back, labels)


@pytest.mark.parametrize(
    ("content", "points", "labels"),
    [
        pytest.param("x,y\n1,2\n\r\n\n", [[1, 2]], None, id="empty lines at the end"),
        pytest.param(b"\xef\xbb\xbfx,y\r\n1,2\r\n", [[1, 2]], None, id="byte order mark and CR LF"),
        pytest.param("\ufeffx,y\n1,2\n", [[1, 2]], None, id="byte order mark in a str"),
        pytest.param(" x ,\ty , polynomial \n 1 ,\t2 , 3 \n", [[1, 2]], [3], id="spaces"),
        pytest.param('"x","y"\n"1", "2"\n', [[1, 2]], None, id="quotes"),
        pytest.param("x,y\n+.5,-5.e-1\n1E2,007\n", [[0.5, -0.5], [100, 7]], None, id="ways to write numbers"),
        pytest.param("x,y\n1e12,-1e12\n", [[1e12, -1e12]], None, id="largest numbers"),
        pytest.param("x,y,polynomial\n0,1,0\n2,3,23\n", [[0, 1], [2, 3]], [0, 23], id="first and last label"),
        pytest.param("x,y,polynomial\n0,1, p0 \n2,3,p23\r\n", [[0, 1], [2, 3]], [0, 23], id="names on pages"),
        pytest.param("u;v\n0,5;0,25\n-1;2\n", [[0.5, 0.25], [-1, 2]], None, id="semicolons, decimal commas"),
        pytest.param("1,2;3,4\n", [[1.2, 3.4]], None, id="two decimal commas are not three columns"),
        pytest.param("0.5\t0.25", [[0.5, 0.25]], None, id="tabs, no header"),
        pytest.param("Class;Y (cm);X (cm)\n3.0;2;1\n", [[1, 2]], [3], id="other names in another order"),
        pytest.param(",x,y\n0,1,2\n1,3,4\n", [[1, 2], [3, 4]], None, id="the rows' numbers are no labels"),
    ],
)
def test_tables_that_are_read(content, points, labels):
    found_points, found_labels = points_from_csv(content)
    assert found_points.dtype == np.float64
    assert found_points.tolist() == points
    if labels is None:
        assert found_labels is None
    else:
        assert found_labels.dtype == np.int64
        assert found_labels.tolist() == labels


A_NUMBER = "expected a number, such as -0.5"
A_LABEL = "expected a whole number from 0 to 23 as polynomial, or p0 to p23."
THIRD = "line 2, column 3 (polynomial): got"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        # rows
        ("x\n1\n", "line 1: got 1 column in the table; expected x, y and perhaps a label, with commas"),
        ("x,y\n1,2\n\n3\n", "line 4: got 1 field; expected 2, as in most lines."),
        ("x,y\r\n1,2,3\r\n", "line 2: got 3 fields; expected 2, as in most lines."),
        # numbers
        ("x,y\n1,p2\n", f"line 2, column 2 (y): got 'p2'; {A_NUMBER}"),
        ("x,y\n-1000000000001,2\n", "line 2, column 1 (x): got '-1000000000001'; expected a size of at most"),
        # labels
        ("x,y,polynomial\n1,2,24\n", f"{THIRD} '24'; {A_LABEL}"),
        ("x,y,polynomial\n1,2,3.5\n", f"{THIRD} '3.5'; {A_LABEL}"),
        ("x,y,polynomial\n1,2,p24\n", f"{THIRD} 'p24'; {A_LABEL}"),
        ("x,y,polynomial\n1,2,pp1\n", f"{THIRD} 'pp1'; {A_LABEL}"),
        ("x,y,polynomial\n1,2,\n", f"{THIRD} ''; {A_LABEL}"),
        ("x,y,polynomial\n1,2," + "9" * 9000, f"{THIRD} '99999999999999999...'; {A_LABEL}"),
        ("0.5,0.25,1;2", f"line 1, column 3: got '1;2'; {A_LABEL}"),
        (
            "x,y\n" + "1" * 999_997,
            "the table: got more than 1000000 bytes; expected at most that many. Keep fewer points.",
        ),
        (None, "content: got None; expected the table as str or bytes."),
    ],
)
def test_a_refusal_names_the_line_what_it_got_and_what_it_expected(content, message):
    with pytest.raises(PolycoreError, match="^" + re.escape(message)):
        points_from_csv(content)
