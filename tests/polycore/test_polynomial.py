"""Polynomials: their numbers, their values, their text and where two of them meet."""

import dataclasses
import math
import pickle
import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, polynomial

from polycore.errors import PolycoreError
from polycore.limits import MAX_NESTING, MAX_TEXT
from polycore.polynomials.crossings import crossings, crossings_of_pairs
from polycore.polynomials.polynomial import Polynomial
from tests.polynomial_texts import PASTED, REFUSED, WORKED_OUT

ZERO = Polynomial(0)

small_integers = st.lists(st.integers(-9, 9), min_size=1, max_size=7)


def from_lowest(coefficients):
    """NumPy's order, lowest degree first, as a Polynomial."""
    return Polynomial(*np.asarray(coefficients)[::-1])


# --- coefficients -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        pytest.param((-1, 0, 1), (-1.0, 0.0, 1.0), id="whole numbers become floats"),
        pytest.param((0, 0, 2, 0), (2.0, 0.0), id="leading zeros are dropped"),
        pytest.param((0, 0, 0), (0.0,), id="zero keeps one coefficient"),
        pytest.param((0.0, 0.5), (0.5,), id="a constant"),
        pytest.param((np.int64(3), np.float32(0.5)), (3.0, 0.5), id="NumPy's scalars"),
        pytest.param((Fraction(1, 4), 1), (0.25, 1.0), id="a fraction"),
    ],
)
def test_coefficients_are_floats_without_leading_zeros(given_, kept):
    coefficients = Polynomial(*given_).coefficients
    assert coefficients == kept
    assert {type(number) for number in coefficients} == {float}


def test_a_negative_zero_becomes_zero():
    assert [math.copysign(1, number) for number in Polynomial(-0.0, 1, -0.0).coefficients] == [1, 1]
    assert math.copysign(1, Polynomial(-0.0).coefficients[0]) == 1


@pytest.mark.parametrize(
    ("coefficients", "degree"), [((5,), 0), ((0,), 0), ((1, 0), 1), ((0, 1, 0, 0), 2), ((1,) * 31, 30)]
)
def test_the_degree_is_the_highest_power(coefficients, degree):
    assert Polynomial(*coefficients).degree == degree


def test_equality_and_hash_go_by_coefficients():
    assert Polynomial(0, -1, 0, 1) == Polynomial(-1.0, -0.0, 1)
    assert len({Polynomial(1, 2), Polynomial(0, 1, 2), Polynomial(2, 1)}) == 2
    assert Polynomial(1, 2) != (1.0, 2.0)


def test_a_polynomial_cannot_be_changed_and_survives_a_pickle():
    parabola = Polynomial(-1, 0, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        parabola.coefficients = (1.0,)
    assert pickle.loads(pickle.dumps(parabola)) == parabola


def test_its_representation_makes_it_again():
    assert repr(Polynomial(-1, 0, 0.5)) == "Polynomial(-1.0, 0.0, 0.5)"


@pytest.mark.parametrize(
    ("coefficients", "complaint"),
    [
        pytest.param((), "coefficients: got none; expected one or more", id="none"),
        pytest.param((1, True), "coefficient 2: got True; expected real numbers", id="bool"),
        pytest.param((np.bool_(True),), "coefficient 1: got True", id="NumPy's bool"),
        pytest.param(("1",), "coefficient 1: got '1'", id="text"),
        pytest.param(([1, 2],), r"Polynomial\(\*numbers\) for a list", id="list"),
        pytest.param((np.array([1.0, 2.0]),), "coefficient 1: got an ndarray", id="array"),
        pytest.param((1, None), "coefficient 2: got None", id="None"),
        pytest.param((1j,), "coefficient 1: got a complex", id="complex"),
        pytest.param((1, 2, math.nan), "coefficient 3: got nan; expected a finite number", id="nan"),
        pytest.param((-math.inf, 2), "coefficient 1: got -inf; expected a finite number", id="infinity"),
        pytest.param((np.float64("inf"),), "coefficient 1: got inf", id="NumPy's infinity"),
        pytest.param(
            (10**400,), "coefficient 1: got a number of more than 20 digits", id="no float is so large"
        ),
    ],
)
def test_what_is_not_one_or_more_finite_numbers_is_refused(coefficients, complaint):
    with pytest.raises(PolycoreError, match=complaint):
        Polynomial(*coefficients)


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coefficients", "x", "value"),
    [
        pytest.param((-1, 0, 1), 2, -3.0, id="-x^2+1 at 2"),
        pytest.param((1, 0, 0, -2), -1, -3.0, id="x^3-2 at -1"),
        pytest.param((5, -3, 1, -2, 2), 1, 3.0, id="coefficients add up at 1"),
        pytest.param((0.5, 0), 0.5, 0.25, id="0.5x at a half"),
        pytest.param((7,), 100, 7.0, id="a constant"),
        pytest.param((0,), 3.5, 0.0, id="zero"),
    ],
)
def test_a_python_number_gives_a_python_float(coefficients, x, value):
    for number in (x, float(x)):
        result = Polynomial(*coefficients)(number)
        assert type(result) is float
        assert result == value


@pytest.mark.parametrize("coefficients", [(-1, 0, 1), (7,), (0,)], ids=["parabola", "constant", "zero"])
@pytest.mark.parametrize(
    "x",
    [
        pytest.param(np.float64(2), id="scalar"),
        pytest.param(np.int32(2), id="whole scalar"),
        pytest.param(np.array(2.0), id="no axes"),
        pytest.param(np.array([0, 2]), id="whole numbers"),
        pytest.param(np.zeros((0, 3)), id="empty"),
        pytest.param(np.arange(6, dtype=np.float32).reshape(1, 2, 3), id="three axes"),
    ],
)
def test_numpy_in_gives_float64_of_the_same_shape(coefficients, x):
    values = Polynomial(*coefficients)(x)
    assert isinstance(values, np.ndarray | np.float64)
    assert values.dtype == np.float64
    assert values.shape == x.shape
    assert np.array_equal(values, np.polyval(coefficients, x))


def test_a_list_gives_an_array_and_the_argument_is_left_as_it_was():
    assert np.array_equal(Polynomial(-1, 0, 1)([0.0, 2.0]), [1.0, -3.0])
    x = np.array([0.0, 2.0])
    Polynomial(-1, 0, 1)(x)
    assert np.array_equal(x, [0.0, 2.0])


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=13), st.floats(-2, 2))
def test_values_are_those_of_numpy(coefficients, x):
    ours = Polynomial(*coefficients)(x)
    # both round at each of at most 24 operations: by 1.1e-16 of the sizes added up, 100 * 2^13
    assert ours == pytest.approx(polynomial.polyval(x, coefficients[::-1]), abs=1e-8)
    assert Polynomial(*coefficients)(np.array([x]))[0] == ours


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coefficients", "plain", "latex"),
    [
        ((-1, 0, 1), "-x^2 + 1", "-x^{2} + 1"),
        ((1, 0, 0, -2), "x^3 - 2", "x^{3} - 2"),
        ((3, 1), "3x + 1", "3x + 1"),
        ((-2, -3), "-2x - 3", "-2x - 3"),
        ((4, -1, -2), "4x^2 - x - 2", "4x^{2} - x - 2"),
        ((-1, 2, 0), "-x^2 + 2x", "-x^{2} + 2x"),
        ((5, -3, 1, -2, 2), "5x^4 - 3x^3 + x^2 - 2x + 2", "5x^{4} - 3x^{3} + x^{2} - 2x + 2"),
        ((1, 0), "x", "x"),
        ((-1, 0), "-x", "-x"),
        ((1,), "1", "1"),
        ((-1,), "-1", "-1"),
        ((0,), "0", "0"),
        ((0.5, 0), "0.5x", "0.5x"),
        ((-0.1, 1.25), "-0.1x + 1.25", "-0.1x + 1.25"),
        ((1,) + (0,) * 12, "x^12", "x^{12}"),
        ((1e6, 1e-6), "1000000x + 0.000001", "1000000x + 0.000001"),
        ((1e21, 1e-7), "1000000000000000000000x + 0.0000001", "1000000000000000000000x + 0.0000001"),
        ((1 / 3,), "0.3333333333333333", "0.3333333333333333"),
    ],
)
def test_the_printed_forms(coefficients, plain, latex):
    assert str(Polynomial(*coefficients)) == plain
    assert Polynomial(*coefficients).latex == latex


sizes = st.integers(1, 10**6) | st.floats(1e-6, 1e6) | st.decimals("0.01", "1e6", places=2).map(float)
signed = st.builds(lambda size, sign: sign * size, sizes, st.sampled_from([-1, 0, 1]))


@given(st.lists(signed, min_size=1, max_size=13))
def test_the_printed_form_parses_back_to_an_equal_polynomial(coefficients):
    printed = Polynomial(*coefficients)
    assume(len(str(printed)) <= MAX_TEXT)
    assert Polynomial.parse(str(printed)) == printed


@pytest.mark.parametrize(
    ("coefficients", "typeset", "spoken"),
    [
        ((-1, 2, 0), "−x² + 2x", "minus x squared plus 2 x"),
        ((1, 0, 0, -2), "x³ − 2", "x cubed minus 2"),
        ((-2, 0, 0, -1, 1), "−2x⁴ − x + 1", "minus 2 x to the 4th minus x plus 1"),
        ((1, 0), "x", "x"),
        ((-1, 0), "−x", "minus x"),
        ((-1,), "−1", "minus 1"),
        ((0,), "0", "0"),
        ((-0.1, 1.25), "−0.1x + 1.25", "minus 0.1 x plus 1.25"),
        ((1e6, 1e-6), "1000000x + 0.000001", "1000000 x plus 0.000001"),
        ((1,) + (0,) * 11, "x¹¹", "x to the 11th"),
        ((1,) + (0,) * 12, "x¹²", "x to the 12th"),
        ((1,) + (0,) * 13, "x¹³", "x to the 13th"),
        ((1,) + (0,) * 21, "x²¹", "x to the 21st"),
        ((1,) + (0,) * 22, "x²²", "x to the 22nd"),
        ((1,) + (0,) * 23, "x²³", "x to the 23rd"),
        ((1,) + (0,) * 30, "x³⁰", "x to the 30th"),
        ((1,) + (0,) * 112, "x¹¹²", "x to the 112th"),
    ],
)
def test_the_typeset_and_the_spoken_forms(coefficients, typeset, spoken):
    assert Polynomial(*coefficients).typeset == typeset
    assert Polynomial(*coefficients).spoken == spoken


SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@given(st.lists(signed, min_size=1, max_size=13))
def test_the_typeset_form_is_the_plain_one_in_other_characters(coefficients):
    typeset = Polynomial(*coefficients).typeset
    assert not set("^-") & set(typeset)
    plain = re.sub(f"[{SUPERSCRIPTS}]+", lambda power: f"^{power[0]}", typeset).replace("−", "-")
    plain = plain.translate({ord(raised): str(digit) for digit, raised in enumerate(SUPERSCRIPTS)})
    assume(len(plain) <= MAX_TEXT)
    assert Polynomial.parse(plain) == Polynomial(*coefficients)


@given(st.lists(signed, min_size=1, max_size=13))
def test_the_spoken_form_names_an_equal_polynomial(coefficients):
    spoken = Polynomial(*coefficients).spoken
    assert not set("^*+-−") & set(spoken)
    plain = spoken.replace("plus", "+").replace("minus", "-")
    plain = plain.replace(" squared", "^2").replace(" cubed", "^3")
    plain = re.sub(r" to the (\d+)(st|nd|rd|th)", r"^\1", plain)
    assume(len(plain) <= MAX_TEXT)
    assert Polynomial.parse(plain) == Polynomial(*coefficients)


# --- parse: what is read ----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "coefficients"), WORKED_OUT)
def test_a_text_is_read_as_the_polynomial_worked_out_by_hand(text, coefficients):
    assert Polynomial.parse(text) == Polynomial(*coefficients)


@given(small_integers, small_integers)
def test_sums_and_products_are_those_of_numpy(left, right):
    p, q = from_lowest(left), from_lowest(right)
    assert Polynomial.parse(f"({p})({q})") == from_lowest(polynomial.polymul(left, right))
    assert Polynomial.parse(f"({p})*({q})") == from_lowest(polynomial.polymul(left, right))
    assert Polynomial.parse(f"{p} - ({q})") == from_lowest(polynomial.polysub(left, right))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.integers(0, 4))
def test_powers_are_those_of_numpy(base, exponent):
    expected = from_lowest(polynomial.polypow(base, exponent))
    assert Polynomial.parse(f"({from_lowest(base)})^{exponent}") == expected
    assert Polynomial.parse(f"({from_lowest(base)})**{exponent}") == expected


@given(small_integers, st.sampled_from([2, 4, 0.5, -8]))
def test_division_by_a_number_divides_each_coefficient(dividend, divisor):
    # powers of two, so that NumPy's quotients are exact
    assert Polynomial.parse(f"({from_lowest(dividend)})/({divisor})") == from_lowest(
        np.asarray(dividend) / divisor
    )


@pytest.mark.parametrize(("text", "coefficients"), PASTED)
def test_what_people_paste_is_read(text, coefficients):
    assert Polynomial.parse(text) == Polynomial(*coefficients)


def test_what_pages_show_of_a_polynomial_can_be_typed():
    polynomial = Polynomial(-2.5, 0, 1, *(0,) * 9, -1)
    assert Polynomial.parse(polynomial.typeset) == Polynomial.parse(str(polynomial)) == polynomial


# --- parse: the limits ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "coefficients", "beyond"),
    [
        pytest.param("+".join("x" * 100) + " ", (100, 0), "+".join("x" * 101), id="200 characters"),
        pytest.param("(" * 20 + "x" + ")" * 20, (1, 0), "(" * 21 + "x" + ")" * 21, id="20 parentheses"),
        pytest.param(
            "(" * 19 + "x^{2}" + ")" * 19, (1, 0, 0), "(" * 19 + "\\frac{\\frac{x}{1}}{1}", id="20 braces"
        ),
        pytest.param("x^12", (1,) + (0,) * 12, "x^13", id="degree 12 by a power"),
        pytest.param("x^6*x^6", (1,) + (0,) * 12, "x^7*x^6", id="degree 12 by a product"),
        pytest.param("(x^3)^4", (1,) + (0,) * 12, "(x^3)^5", id="degree 12 by a power of a power"),
        pytest.param("x^6(x^6)", (1,) + (0,) * 12, "x^6(x^7+1)", id="degree 12 without a sign"),
        pytest.param("1000000x", (10**6, 0), "1000001x", id="1e6 as typed"),
        pytest.param("-1000000", (-(10**6),), "-1000000.5", id="-1e6"),
        pytest.param("500000x+500000x", (10**6, 0), "600000x+600000x", id="1e6 as a sum"),
        pytest.param("(100x)^3", (10**6, 0, 0, 0), "(101x)^3", id="1e6 as a power"),
        pytest.param("x/0.000001", (10**6, 0), "x/0.0000001", id="1e6 by division"),
        pytest.param("2^19", (2**19,), "2^20", id="1e6 as a power of a number"),
    ],
)
def test_a_limit_may_be_reached_but_not_passed(within, coefficients, beyond):
    assert Polynomial.parse(within) == Polynomial(*coefficients)
    with pytest.raises(PolycoreError):
        Polynomial.parse(beyond)


def test_twice_twenty_parentheses_side_by_side_are_not_forty_deep():
    deep = "(" * MAX_NESTING + "x" + ")" * MAX_NESTING
    assert Polynomial.parse(deep + deep) == Polynomial(1, 0, 0)


# --- parse: what is refused -------------------------------------------------------------------


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_refusal_says_the_position_what_it_got_and_what_it_expected(text, message):
    with pytest.raises(PolycoreError, match="^" + re.escape(message)):
        Polynomial.parse(text)


@pytest.mark.parametrize(
    ("text", "got"), [(None, "None"), (b"x", "a bytes"), (3, "3"), (["x"], "a list")], ids=str
)
def test_what_is_not_text_is_refused(text, got):
    with pytest.raises(PolycoreError, match=f"text: got {got}; expected a str"):
        Polynomial.parse(text)


# --- crossings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q", "low", "high", "expected"),
    [
        pytest.param((2, 1), (1, 3), -5, 5, [2], id="two lines"),
        pytest.param((2, 1), (2, 3), -5, 5, [], id="parallel lines"),
        pytest.param((2,), (3,), -1, 1, [], id="two constants"),
        pytest.param((1, 0, 0), (1,), -2, 2, [-1, 1], id="a parabola and a constant"),
        pytest.param((1, 0, 0), (1,), -1, 1, [-1, 1], id="at both ends"),
        pytest.param((1, 0, 0), (1,), -0.5, 2, [1], id="one of two in the range"),
        pytest.param((1, 0, 0), (1,), 2, 3, [], id="none of two in the range"),
        pytest.param((1, 0, 0), (0,), -1, 1, [0], id="touching"),
        pytest.param((1, 0, 0), (0,), 0, 1, [0], id="touching at the lower end"),
        pytest.param((1, 0, 0), (2, -1), -1, 1, [1], id="touching at the upper end"),
        pytest.param((1, 0, 1), (0,), -9, 9, [], id="complex roots only"),
        pytest.param((1, 0, 0, 0), (1, 0), -2, 2, [-1, 0, 1], id="a cubic and a line"),
        pytest.param((1, 0, 0, 0), (0,), -1, 2, [0], id="a triple root"),
        pytest.param((1, 0, -2), (0,), 0, 2, [math.sqrt(2)], id="an irrational root"),
        pytest.param((1, -1, -1), (0,), -1, 2, [(1 - 5**0.5) / 2, (1 + 5**0.5) / 2], id="golden ratio"),
        pytest.param((1, 0, -1e-20), (0,), -1, 1, [-1e-10, 1e-10], id="close together"),
        pytest.param((1, -0.2, 0.01), (0,), -1, 1, [0.1], id="touching at a tenth"),
        pytest.param((1, 0, 1e6 + 0.1), (2, 1e6 - 0.9), 0, 9, [1], id="touching between large constants"),
    ],
)
def test_crossings_are_the_roots_in_closed_form(p, q, low, high, expected):
    for one, other in [(p, q), (q, p)]:
        found = crossings(Polynomial(*one), Polynomial(*other), low, high)
        # the touching points are placed by a zero of the derivative, as exactly as the others
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_the_twelve_crossings_of_a_chebyshev_polynomial_with_zero():
    twelfth = from_lowest(chebyshev.cheb2poly([0] * 12 + [1]))
    expected = [math.cos((2 * k - 1) * math.pi / 24) for k in range(12, 0, -1)]
    # T12's terms reach 2e4 in size near the ends, so its value is off by 1e-12, its slope 1e2
    assert crossings(twelfth, ZERO, -1, 1) == pytest.approx(expected, abs=1e-13)


def test_a_chebyshev_polynomial_touches_one_and_meets_it_at_the_ends():
    twelfth = from_lowest(chebyshev.cheb2poly([0] * 12 + [1]))
    expected = [math.cos(k * math.pi / 6) for k in range(6, -1, -1)]
    assert crossings(twelfth, Polynomial(1), -1, 1) == pytest.approx(expected, abs=1e-13)


def test_a_crossing_at_a_float_is_that_float():
    assert crossings(Polynomial(2, 1), Polynomial(1, 3), -5, 5.3) == (2.0,)
    assert crossings(Polynomial(1, 1, -1, 0), ZERO, -0.3, 0.6) == (0.0,)  # x (x^2 + x - 1)


def test_touching_is_told_from_just_missing_and_from_just_crossing():
    # (x-1)^2 is 1e-12 off, its terms add up to 4: 25 times what counts as touching
    assert crossings(Polynomial(1, -2, 1 + 1e-12), ZERO, 0, 2) == ()
    assert crossings(Polynomial(1, -2, 1 - 1e-12), ZERO, 0, 2) == pytest.approx(
        [1 - 1e-6, 1 + 1e-6], abs=1e-9
    )


def test_a_touching_point_near_an_end_is_reported_once_and_in_its_place():
    assert crossings(Polynomial(1, -2, 1), ZERO, 1 - 1e-9, 2) == (1.0,)
    assert crossings(Polynomial(1, -2, 1), ZERO, 0, 1 + 1e-9) == (1.0,)


def test_a_root_of_multiplicity_twelve_is_reported_once():
    assert crossings(Polynomial.parse("(x-1)^12"), ZERO, -3, 2) == (1.0,)


@settings(deadline=None)
@given(st.lists(st.integers(-8, 8), min_size=1, max_size=6))
def test_every_root_of_a_product_is_found_once_however_often_it_is_a_factor(quarters):
    # quarters, so that the coefficients are exact; and multiple roots, which scatter in np.roots
    roots = [quarter / 4 for quarter in quarters]
    found = crossings(from_lowest(polynomial.polyfromroots(roots)), ZERO, -2, 2)
    # a root of multiplicity m is found as a simple one of derivative m-1: terms of 4^6 in size
    # round by 1e-12 there, and the slope is 0.25^5 at least
    assert found == pytest.approx(sorted(set(roots)), abs=1e-9)


@settings(deadline=None)
@given(
    st.lists(st.integers(-9, 9), min_size=2, max_size=9),
    st.lists(st.integers(-9, 9), min_size=2, max_size=9),
)
def test_the_polynomials_are_equal_at_each_crossing_and_change_order_only_there(left, right):
    p, q = Polynomial(*left), Polynomial(*right)
    assume(p != q)
    found = crossings(p, q, -1.5, 1.5)
    assert list(found) == sorted(set(found))
    # nine terms of at most 18 * 1.5^8, each rounded; slopes there below 1e4 times 1e-16
    assert p(np.array(found)) == pytest.approx(q(np.array(found)), abs=1e-9)
    ends = [-1.5, *found, 1.5]
    for low, high in pairwise(ends):
        x = np.linspace(low, high, 22)[1:-1]
        difference = p(x) - q(x)
        sure = difference[abs(difference) > 1e-9]
        assert len(set(np.sign(sure))) <= 1


def test_equal_polynomials_have_no_crossings_to_list():
    with pytest.raises(PolycoreError, match=r"p and q: got x \+ 1 twice"):
        crossings(Polynomial(1, 1), Polynomial(0, 1, 1), -1, 1)


def test_polynomials_that_differ_by_rounding_alone_count_as_equal():
    with pytest.raises(PolycoreError, match="differ only by rounding"):
        crossings(Polynomial(0.1 + 0.2, 1), Polynomial(0.3, 1), -1, 1)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (math.nan, 1), (0, math.inf), (-math.inf, 0)])
def test_a_range_that_is_none_is_refused(low, high):
    with pytest.raises(PolycoreError, match=rf"range: got \({low}, {high}\); expected two finite numbers"):
        crossings(Polynomial(1, 0), ZERO, low, high)


def test_all_pairs_have_their_crossings_by_index_and_equal_ones_none():
    line, parabola, again = Polynomial(1, 0), Polynomial(1, 0, 0), Polynomial(1, 0)
    found = crossings_of_pairs([line, parabola, again, Polynomial(5)], -1, 2)
    # x = x^2 at 0 and 1; neither reaches 5
    assert found == {(0, 1): (0.0, 1.0), (0, 2): None, (0, 3): (), (1, 2): (0.0, 1.0), (1, 3): (), (2, 3): ()}


def test_the_crossings_of_all_pairs_need_a_range_even_of_equal_ones():
    with pytest.raises(PolycoreError, match=r"the range: got \(1, -1\)"):
        crossings_of_pairs([Polynomial(1, 0), Polynomial(1, 0)], 1, -1)
