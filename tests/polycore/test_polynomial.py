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


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("-x^2 + 1", (-1, 0, 1)),
        ("-(x^2)", (-1, 0, 0)),
        ("(-x)^2", (1, 0, 0)),
        ("2x^3-x", (2, 0, -1, 0)),
        ("2*x**2", (2, 0, 0)),
        ("(x-1)^2", (1, -2, 1)),
        ("(x+1)(x-2)", (1, -1, -2)),
        ("x^2(x-1)", (1, -1, 0, 0)),
        ("x(x+1)", (1, 1, 0)),
        ("(x+1)x", (1, 1, 0)),
        ("2(3)", (6,)),
        ("(x)(x)", (1, 0, 0)),
        ("3x^2(x+1)(x-1)", (3, 0, -3, 0, 0)),
        ("2x*3x", (6, 0, 0)),
        ("2^3(x)", (8, 0)),
        ("x^2/4", (0.25, 0, 0)),
        ("6x^2/3", (2, 0, 0)),
        ("x/2/5", (0.1, 0)),
        ("1/2x", (0.5, 0)),
        ("x/(1/4)", (4, 0)),
        ("x/2^2", (0.25, 0)),
        ("(x+1)/(-4)", (-0.25, -0.25)),
        ("3 - (x - (x^2 - 1))", (1, -1, 2)),
        ("x - x + 3", (3,)),
        ("4x^3 + 2x^3 - 6x^3 + x", (1, 0)),
        ("0x^3 + 2", (2,)),
        ("0(x+1)", (0,)),
        ("0^0 + x^0", (2,)),
        ("(x+1)^0", (1,)),
        ("0.1x + 0.2x", (0.3, 0)),
        ("0.1x + 0.2x - 0.3x", (0,)),
        ("x/3 + x/3 + x/3", (1, 0)),
        ("1.50x + .5 + 2.", (1.5, 2.5)),
        ("007x", (7, 0)),
        ("x^02", (1, 0, 0)),
        ("x^(2)", (1, 0, 0)),
        ("x ** ( 3 )", (1, 0, 0, 0)),
        ("+x", (1, 0)),
        ("(+x - (-1))", (1, 1)),
        ("X^2 + x", (1, 1, 0)),
        ("2 x", (2, 0)),
        ("  \t-  x ^ 2\t+ 1  ", (-1, 0, 1)),
        ("(-1)^99999999999", (-1,)),
        ("2000000x/4", (500000, 0)),
    ],
)
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


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("y = 2x^2 - 1", (2, 0, -1)),
        ("Y=3x + 1", (3, 1)),
        ("f(x) = x^2 + 1", (1, 0, 1)),
        (" p ( x )=2x", (2, 0)),
        ("2x\u00b2 \u2212 1", (2, 0, -1)),
        ("x\u00b3 \u2013 x \u2014 2", (1, 0, -1, -2)),
        ("x\u00b9\u00b2", (1,) + (0,) * 12),
        ("x\u00b2x", (1, 0, 0, 0)),
        ("2\u00b3", (8,)),
        ("3\u00b7x + 2\u00d7x + 1\u22c5x", (6, 0)),
        ("2,5x - 0,25", (2.5, -0.25)),
        ("1,5x + 1.5", (1.5, 1.5)),
        ("x\u00a0+\u20091\u202f", (1, 1)),
        ("x^{2} + x^{12}", (1,) + (0,) * 9 + (1, 0, 0)),
        ("x^{2}x", (1, 0, 0, 0)),
        ("\\frac{1}{2}x^2 + \\frac{x}{4}", (0.5, 0.25, 0)),
        ("\\frac{x+1}{2}\\frac{x}{2}(x)", (0.25, 0.25, 0, 0)),
        ("x\\frac{\\frac{1}{2}}{2}", (0.25, 0)),
        ("x\u00b2\\frac{1}{2}", (0.5, 0, 0)),
        ("2 \\cdot x \\times 3", (6, 0)),
        ("$x$", (1, 0)),
        ("$$ y = x^2 $$", (1, 0, 0)),
        ("2x^2 - 1.", (2, 0, -1)),
        ("2x^2 - 1,5.", (2, 0, -1.5)),
        ("x^2 .", (1, 0, 0)),
        ("$x^2$.", (1, 0, 0)),
        ("$x^2.$", (1, 0, 0)),
    ],
)
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # what is missing
        ("", "character 1: got the end of the text; expected a number, x or (, as in -x^2 + 1"),
        ("   ", "character 4: got the end of the text; expected a number, x or ("),
        ("x +", "character 4: got the end of the text; expected a number, x or ("),
        ("-", "character 2: got the end of the text; expected a number, x or ("),
        ("x^", "character 3: got the end of the text; expected a whole number"),
        ("(x+1", "character 1: got '('; it is never closed. Put a )"),
        ("2(x(x+1)", "character 2: got '('; it is never closed"),
        ("x^(2", "character 5: got the end of the text; expected one whole number"),
        # what stands where something else was wanted
        ("*x", "character 1: got '*'; expected a number, x or ("),
        ("^2", "character 1: got '^'; expected a number, x or ("),
        ("()", "character 2: got ')'; expected a number, x or ("),
        ("x*/2", "character 3: got '/'; expected a number, x or ("),
        ("x//2", "character 3: got '/'; expected a number, x or ("),
        ("x* *2", "character 4: got '*'; expected a number, x or ("),
        ("x+1)", "character 4: got ')'; there is no open ( before it"),
        (")x(", "character 1: got ')'; expected a number, x or ("),
        ("--x", "character 2: got '-'; it is the second sign in a row. Keep one, or use parentheses"),
        ("x+-2", "character 3: got '-'; it is the second sign in a row"),
        ("x*-2", "character 3: got '-'; it is the second sign in a row"),
        ("x/-2", "character 3: got '-'; it is the second sign in a row"),
        ("2^3x", "character 4: got 'x'; expected a sign before it"),
        ("2 3", "character 3: got '3'; expected a sign before it. Put *"),
        ("x2", "character 2: got '2'; expected a sign before it"),
        ("xx", "character 2: got 'x'; expected a sign before it"),
        ("(x+1)2", "character 6: got '2'; expected a sign before it"),
        ("x^2x", "character 4: got 'x'; expected a sign before it"),
        ("x^2 3", "character 5: got '3'; expected a sign before it"),
        ("1.2.3x", "character 4: got '.3'; a number has only one decimal point"),
        ("1..2", "character 3: got '.2'; a number has only one decimal point"),
        # exponents
        ("x^-1", "character 3: got '-'; expected a whole number from 0 to 12 as exponent, as in x^2."),
        ("x^0.5", "character 3: got '0.5'; expected a whole number"),
        ("x^(1/2)", "character 5: got '/'; expected one whole number"),
        ("x^(x+1)", "character 4: got 'x'; expected a whole number"),
        ("2^x", "character 3: got 'x'; expected a whole number"),
        ("x^^2", "character 3: got '^'; expected a whole number"),
        ("x***2", "character 4: got '*'; expected a whole number"),
        ("2^3^2", "character 4: got '^'; a power of a power needs parentheses, as in (x^2)^3."),
        ("9**9**9**9", "character 5: got '**'; a power of a power needs parentheses"),
        # division
        ("1/x", "character 3: got 'x'; expected a number to divide by"),
        ("2x/(x+1)", "character 4: got '('; expected a number to divide by"),
        ("x/0", "character 3: got '0'; cannot divide by zero"),
        ("x/(1-1)", "character 3: got '('; cannot divide by zero"),
        # limits
        ("x" * 201, "character 201: got 'x'; expected at most 200 characters, not 201."),
        ("(" * 21, "character 21: got '('; expected parentheses nested at most 20 deep"),
        ("x^13", "character 3: got '13'; it makes a degree above 12. Use a smaller exponent."),
        ("1 + (x^4)^4", "character 11: got '4'; it makes a degree above 12"),
        ("x^7*x^6", "character 5: got 'x'; it makes the degree 13; expected at most 12"),
        (
            "x^2 + 1000001x + 3",
            "character 7: got '1000001'; with this term the coefficient of x is 1000001; "
            "expected at most 1000000 in size",
        ),
        ("(x+1000)^3", "character 1: got '('; with this term the constant is 1000000000;"),
        (
            "-x^2/0.0000001",
            "character 2: got 'x'; with this term the coefficient of x^2 is -10",
        ),
        (
            "9" * 180,
            "character 1: got '99999999999999999...'; with this term the constant is beyond",
        ),
        ("9^999999999", "character 3: got '999999999'; it makes numbers of hundreds of digits"),
        ("0.5^99999", "character 5: got '99999'; it makes numbers of hundreds of digits"),
        ("(x/3^200)^12", "character 11: got '12'; it makes numbers of hundreds of digits"),
        # words and letters
        ("y+1", "character 1: got 'y'; the only variable is x. Write it as x."),
        ("xy", "character 2: got 'y'; the only variable is x"),
        ("3j", "character 2: got 'j'; the only variable is x"),
        ("sin(x)", "character 1: got 'sin'; words and functions are not supported"),
        ("nan", "character 1: got 'nan'; words"),
        ("inf*x", "character 1: got 'inf'; words"),
        ("x if x else 1", "character 3: got 'if'; words"),
        ("a" * 100, "character 1: got 'aaaaaaaaaaaaaaaaa...'; words"),
        ("1e3", "character 2: got 'e'; numbers must be written in full. Type 1000 for 1e3, 0.001 for 1e-3."),
        ("x + 2.5E-3", "character 8: got 'E'; numbers must be written in full"),
        ("e", "character 1: got 'e'; the only variable is x"),
        ("0x1F", "character 4: got 'F'; the only variable is x"),
        # other characters
        ("x = 2", "character 3: got '='; expected one equals sign at most, behind a name, as in y = x^2"),
        ("y = x = 2", "character 7: got '='; expected one equals sign at most"),
        ("y^2 = x", "character 5: got '='; expected one equals sign at most"),
        ("f(2) = x", "character 6: got '='; expected one equals sign at most"),
        ("x == 1", "character 3: got '='; expected one equals sign at most"),
        ("y =", "character 4: got the end of the text; expected a number, x or ("),
        ("1,234,567x", "character 2: got ','; a number has only one decimal point or comma. Write 1234.5"),
        ("1.5,2", "character 4: got ','; a number has only one decimal point or comma"),
        ("x, x", "character 2: got ','; it cannot be part of a polynomial"),
        ("x..", "character 2: got '.'; it cannot be part of a polynomial"),
        # TeX
        ("$x", "character 1: got '$'; expected a $ on both sides, as in TeX, or none. Remove it."),
        ("$$x$", "character 2: got '$'; expected a $ on both sides, as in TeX, or none"),
        ("{x}", "character 1: got '{'; braces belong to x^{2} and \\frac{1}{2}. Type ( instead."),
        ("x}", "character 2: got '}'; there is no open { before it"),
        ("(x}", "character 1: got '('; it is never closed. Put a ) where the part in parentheses ends."),
        ("x^{2", "character 5: got the end of the text; expected one whole number"),
        ("x^{2)", "character 5: got ')'; expected one whole number"),
        ("x^{x}", "character 4: got 'x'; expected a whole number"),
        ("\\frac{x", "character 6: got '{'; it is never closed. Put a } where the part in braces ends."),
        ("\\frac{1}2x", "character 9: got '2'; expected two pairs of braces behind \\frac"),
        ("\\frac12", "character 6: got '12'; expected two pairs of braces behind \\frac"),
        ("\\frac{1}{0}x", "character 9: got '{'; cannot divide by zero"),
        ("\\frac{1}{x}", "character 9: got '{'; expected a number to divide by"),
        (
            "3\\frac{1}{2}",
            "character 2: got '\\frac'; expected + or * before it: 3\\frac{1}{2} can be read two",
        ),
        (
            "\\sqrt{x}",
            "character 1: got '\\sqrt'; of TeX's commands only \\frac, \\cdot and \\times are read.",
        ),
        ("2\\cdotx", "character 2: got '\\cdotx'; of TeX's commands only"),
        # superscripts
        ("\u00b2x", "character 1: got '\u00b2'; expected a number, x or ("),
        ("x\u00b2\u2070", "character 2: got '20'; it makes a degree above 12"),
        ("x\u00b23", "character 3: got '3'; expected a sign before it"),
        ("x\u00b2^2", "character 3: got '^'; a power of a power needs parentheses"),
        ("(x+1]", "character 5: got ']'; type ) instead."),
        ("[x]", "character 1: got '['; type ( instead."),
        ("x\u00f72", "character 2: got '\u00f7'; type / instead."),
        ("\u0445+1", "character 1: got '\u0445'; type x instead."),
        ("x\nx", "character 2: got '\\n'; type each polynomial on a line of its own instead."),
        ("x!", "character 2: got '!'; it cannot be part of a polynomial. Use x, numbers, + - * / ^"),
        ("1_000", "character 2: got '_'; it cannot be part of a polynomial"),
        ("x.real", "character 2: got '.'; it cannot be part of a polynomial"),
        ("x'", 'character 2: got "\'"; it cannot be part of a polynomial'),
        ("\u0663x", "character 1: got '\u0663'; it cannot be part of a polynomial"),
        ("\uff12x", "character 1: got '\uff12'; it cannot be part of a polynomial"),
        ("x\u0000", "character 2: got '\\x00'; it is invisible. Remove it."),
        ("x\x1b[31m", "character 2: got '\\x1b'; it is invisible"),
        ("x\u200b", "character 2: got '\\u200b'; it is invisible"),
        ("\u202ex", "character 1: got '\\u202e'; it is invisible"),
        ("\ud800x", "character 1: got '\\ud800'; it is invisible"),
    ],
)
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
