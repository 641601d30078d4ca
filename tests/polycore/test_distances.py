"""Distances of a point from curves: rounding alone makes none, and tells no curves apart."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import TUTORIAL_POLYNOMIALS, Polynomial
from polycore.polynomials.crossings import crossings_of_pairs
from polycore.polynomials.distances import distances_from, nearest_to

P = Polynomial
X, LINE = P(1, 0), P(-1, 0)
NUMBERS = st.floats(-1000, 1000, allow_subnormal=False)


def exact(polynomial, x):
    """Return the value at a float `x` without any rounding."""
    value = Fraction(0)
    for coefficient in polynomial.coefficients:
        value = value * Fraction(x) + Fraction(coefficient)
    return value


@given(st.lists(NUMBERS, min_size=1, max_size=13), NUMBERS)
def test_a_point_whose_y_is_the_value_as_well_as_a_float_can_say_lies_on_the_curve(coefficients, x):
    curve = P(*coefficients)
    assert distances_from((curve,), x, float(exact(curve, x))) == (0.0,)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=13), st.floats(-2, 2), st.sampled_from([-1, 1]))
def test_a_millionth_of_a_millionth_of_the_terms_is_a_distance(coefficients, x, side):
    curve = P(*coefficients)
    size = sum(abs(Fraction(c)) * abs(Fraction(x)) ** n for n, c in enumerate(reversed(curve.coefficients)))
    away = Fraction(1, 10**12) * (size + 1)
    y = float(exact(curve, x) + side * away)
    [distance] = distances_from((curve,), x, y)
    # a float's rounding is 1.1e-16 of it, and that of Horner's rule less than 24 times as much
    assert distance == pytest.approx(float(away), rel=0.01)


def test_each_crossing_of_the_tutorial_lies_on_both_of_its_curves():
    pairs = crossings_of_pairs(TUTORIAL_POLYNOMIALS, -1, 1)
    places = [(pair, x) for pair, found in pairs.items() for x in found or ()]
    assert len(places) > 40
    for pair, x in places:
        y = TUTORIAL_POLYNOMIALS[pair[0]](x)
        distances = distances_from(TUTORIAL_POLYNOMIALS, x, y)
        assert [distances[label] for label in pair] == [0.0, 0.0]
        assert set(pair) <= set(nearest_to(TUTORIAL_POLYNOMIALS, x, y))


@pytest.mark.parametrize(
    ("y", "distances", "nearest"),
    [
        pytest.param(0.5, (0.0, 1.0, 0.25), (0,), id="on x"),
        pytest.param(0.375, (0.125, 0.875, 0.125), (0, 2), id="halfway between x and x²"),
        pytest.param(-3.0, (3.5, 2.5, 3.25), (1,), id="below all"),
    ],
)
def test_the_distances_are_vertical(y, distances, nearest):
    curves = (X, LINE, P(1, 0, 0))  # at 0.5 they are 0.5, -0.5 and 0.25
    assert distances_from(curves, 0.5, y) == distances
    assert nearest_to(curves, 0.5, y) == nearest


def test_equally_near_curves_stay_so_where_decimals_are_rounded():
    # 0.3 and 0.1 lie 0.1 from 0.2, but as floats 0.3 - 0.2 is 0.09999999999999998 and 0.2 - 0.1 is 0.1
    assert nearest_to((P(0.1), P(0.3), P(0.35)), 0.0, 0.2) == (0, 1)


def test_a_curve_that_is_infinitely_high_is_infinitely_far():
    steep = P(1e308, 0)
    assert distances_from((steep, X), 1e3, 1e3) == (math.inf, 0.0)
    assert nearest_to((steep, X), 1e3, 1e3) == (1,)
    assert nearest_to((steep,), 1e3, 1e3) == ()
