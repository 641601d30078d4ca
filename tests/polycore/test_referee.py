"""The Bayes classifier: closed forms, SciPy's quadrature, drawn points and laws."""

import math
import tracemalloc
from itertools import combinations, pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gamma, ndtr

from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.polynomials.crossings import crossings
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import NEARLY_COINCIDING, TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
from polycore.referee.bayes_classifier import MAX_COORDINATE, Accuracy, Referee, probabilities_anywhere

phi = NormalDist().cdf
DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)  # of the standard normal

ZERO, ONE = Polynomial(0), Polynomial(1)
X, MINUS_X = Polynomial(1, 0), Polynomial(-1, 0)
# 24 of degree 12 whose 276 pairs cross about 2,000 times within [-1, 1]: sums of Chebyshev's
TWENTY_FOUR = tuple(
    Polynomial(*np.polynomial.chebyshev.cheb2poly(weights)[::-1])
    for weights in np.random.default_rng(0).normal(size=(24, 13))
)


def accuracy(polynomials, noise, x_range=(-1.0, 1.0)):
    return Referee(tuple(polynomials), x_range, noise).accuracy


def assert_is(accuracy, expected):
    """That the accuracy is what is expected, within the error it names, and that this is 1e-10 as promised.

    4e-16 is for the rounding of `expected`.
    """
    assert abs(accuracy.value - expected) <= accuracy.error + 4e-16
    assert 0 <= accuracy.error <= 1.01e-10


# --- accuracy, in closed form -----------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.01, 0.3, 1.0, 50.0])
@pytest.mark.parametrize("distance", [1e-3, 0.5, 7.0])
def test_of_two_parallels_a_point_is_told_unless_noise_takes_it_past_the_middle(distance, noise):
    assert_is(accuracy([ZERO, Polynomial(distance)], noise), phi(distance / (2 * noise)))


@pytest.mark.parametrize("count", [3, 5, 24])
def test_of_equally_spaced_parallels_the_inner_ones_can_be_mistaken_on_two_sides(count):
    lines = [Polynomial(2, 0.7 * index) for index in range(count)]
    stays = phi(0.35 / 0.4)  # on one side
    assert_is(accuracy(lines, 0.4), (2 * stays + (count - 2) * (2 * stays - 1)) / count)


def test_unequal_gaps_in_any_order_each_count_by_themselves():
    lines = [Polynomial(3), ZERO, ONE]
    expected = (phi(0.5) + (phi(0.5) + phi(1) - 1) + phi(1)) / 3
    assert_is(accuracy(lines, 1.0), expected)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_a_single_polynomial_is_always_right(noise):
    assert accuracy([X], noise).value == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_of_two_identical_polynomials_half_the_answers_are_right(noise):
    assert_is(accuracy([X, X], noise), 1 / 2)


def test_identical_ones_beside_a_third_share_their_side():
    # all on the side of the pair are answered with one of the two, all others with the third
    assert_is(accuracy([ZERO, ONE, ZERO], 0.5), (phi(1) + 0 + phi(1)) / 3)


@pytest.mark.parametrize("noise", [1000.0, 10.0, 1.0, 0.1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-300])
def test_lines_that_cross_are_told_apart_but_near_the_crossing(noise):
    # the mean of Φ(c·x) over x in [0, 1], c = 2 / noise: by parts, x·Φ(c·x) + φ(c·x)/c from 0 to 1
    c = 2 / noise
    rest = math.expm1(-c * c / 2) / c if c < 100 else -1 / c
    assert_is(accuracy([Polynomial(2, 0), Polynomial(-2, 0)], noise), phi(c) + DENSITY_AT_0 * rest)


@pytest.mark.parametrize("noise", [1e-3, 1e-6, 1e-9, 1e-13])
def test_a_parabola_that_touches_the_axis_is_told_apart_but_near_there(noise):
    # The share lost over two units of x is ∫ Φ(-x²/2·noise) dx / 2, both tails to infinity. With
    # x = sqrt(2·noise)·u that is sqrt(2·noise) · ∫ Φ(-u²) du from 0. By parts, and then with w = u⁴/2, the
    # integral is ∫ 2u²·φ(u²) du = ∫ (2w)^(-1/4)·exp(-w) dw / sqrt(2π) = 2^(-1/4)·Γ(3/4) / sqrt(2π).
    lost = math.sqrt(2 * noise) * 2**-0.25 * gamma(0.75) * DENSITY_AT_0
    assert_is(accuracy([Polynomial(1, 0, 0), ZERO], noise, (-0.7, 1.3)), 1 - lost)


@pytest.mark.parametrize("noise", [1e-6, 1e-10])
def test_curves_that_pass_each_other_within_the_noise_are_found_without_a_crossing(noise):
    near = Polynomial(1, -0.6, 0.09 + noise)  # (x - 0.3)² + noise
    lost, _ = quad(lambda u: ndtr(-(u * u + 0.5)), 0, 10, epsabs=1e-13)  # x - 0.3 = sqrt(2·noise)·u
    # 0.09 is off by up to 1e-17, and little noise by that much: 1e-7 of the 1e-5 that is lost
    assert_is(accuracy([near, ZERO], noise), 1 - math.sqrt(2 * noise) * lost)


def test_what_is_lost_to_little_noise_is_in_proportion_to_it_and_to_the_flatness_of_each_crossing():
    # at a crossing with slopes s apart: ∫ 2·Φ(-s·|x|/2·noise) dx = 8·noise·φ(0)/s / 2, over K and the width
    curves = TWENTY_FOUR[:5]
    noise = 1e-8
    slopes = [
        abs(np.polyval(np.polyder(np.polysub(p.coefficients, q.coefficients)), x))
        for p, q in combinations(curves, 2)
        for x in crossings(p, q, -1, 1)
    ]
    lost = sum(8 * noise * DENSITY_AT_0 / slope for slope in slopes) / 5 / 2
    result = accuracy(curves, noise)
    assert len(slopes) > 50
    # each crossing's curves are bent: that is of second order in the noise
    assert 1 - result.value == pytest.approx(lost, rel=1e-5, abs=result.error)


@pytest.mark.parametrize("noise", [2.0, 0.1, 0.003])
@pytest.mark.parametrize(
    ("curves", "x_range"),
    [
        pytest.param(TUTORIAL_POLYNOMIALS, (-1.0, 1.0), id="tutorial"),
        pytest.param(NEARLY_COINCIDING, (-1.0, 1.0), id="nearly coinciding"),
        pytest.param(TUTORIAL_POLYNOMIALS[:6], (-3.0, 40.0), id="wide range"),
    ],
)
def test_scipys_quadrature_between_the_crossings_agrees(curves, x_range, noise):
    def right(x):  # the K regions' chances one by one, as in the docstring's second step
        values = sorted(np.polyval(polynomial.coefficients, x) for polynomial in curves)
        ends = [-math.inf, *((a + b) / 2 for a, b in pairwise(values)), math.inf]
        regions = zip(values, pairwise(ends), strict=True)
        return sum(phi((high - v) / noise) - phi((low - v) / noise) for v, (low, high) in regions)

    met = {x for p, q in combinations(curves, 2) for x in crossings(p, q, *x_range)}
    edges = sorted({*x_range, *met, *np.linspace(*x_range, 9)})
    total = sum(quad(right, *panel, epsabs=1e-9, epsrel=1e-9)[0] for panel in pairwise(edges))
    expected = total / len(curves) / (x_range[1] - x_range[0])
    assert accuracy(curves, noise, x_range).value == pytest.approx(expected, abs=1e-8)


def test_without_noise_different_polynomials_are_all_told_apart():
    assert accuracy([X, MINUS_X, ONE, X, X], 0.0) == Accuracy(3 / 5, 0.0)


@pytest.mark.parametrize("curves", [TUTORIAL_POLYNOMIALS, NEARLY_COINCIDING, TWENTY_FOUR[:8]])
def test_as_the_noise_vanishes_the_accuracy_becomes_that_without(curves):
    accuracies = [accuracy(curves, noise).value for noise in (1e-3, 1e-6, 1e-9, 1e-100)]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] == pytest.approx(accuracy(curves, 0.0).value, abs=2e-9)


def test_stopped_early_the_error_says_so(monkeypatch):
    monkeypatch.setattr("polycore.referee.quadrature.MAX_EVALUATIONS", 100)
    result = accuracy([Polynomial(2, 0), Polynomial(-2, 0)], 1e-6)  # 1 - φ(0)/c as above, c = 2e6
    assert 1e-10 < abs(result.value - (1 - DENSITY_AT_0 / 2e6)) < result.error


def test_where_rounding_is_as_large_as_the_noise_the_error_says_so():
    # in each pair the curves are 1e-10 apart, as is rounding at 1e6; pairs apart the accuracy is Φ(1/2)
    pairs = [Polynomial(slope, height) for slope in (1e6, -1e6) for height in (0, 1e-10)]
    result = accuracy(pairs, 1e-10, (1.0, 2.0))
    assert abs(result.value - phi(0.5)) < result.error <= 0.51


def test_what_all_curves_share_costs_no_precision():
    far = [Polynomial(1e6, height) for height in (0, 1e-6)]
    assert_is(accuracy(far, 1e-6), phi(0.5))


# --- accuracy, against drawn points -----------------------------------------------------------


@pytest.mark.parametrize(
    ("curves", "x_range", "noise"),
    [
        pytest.param(TUTORIAL_POLYNOMIALS, (-1.0, 1.0), 0.1, id="tutorial"),
        pytest.param(NEARLY_COINCIDING, (-1.0, 1.0), 0.05, id="nearly coinciding"),
        pytest.param(TWENTY_FOUR, (-1.0, 1.0), 0.3, id="24 of degree 12"),
        pytest.param((X, X, MINUS_X, ONE), (-2.0, 5.0), 0.5, id="with a copy"),
    ],
)
def test_that_share_of_drawn_points_is_decided_rightly(curves, x_range, noise):
    points, labels = sample(curves, 240_000 // len(curves), np.random.default_rng(1), x_range, noise)
    referee = Referee(curves, x_range, noise)
    expected = referee.accuracy.value
    # the labels come in equal parts, which makes the real standard error smaller still
    standard_error = math.sqrt(expected * (1 - expected) / len(labels))
    assert abs((referee.predict(points) == labels).mean() - expected) < 4 * standard_error


@pytest.mark.parametrize("curves", [TUTORIAL_POLYNOMIALS, NEARLY_COINCIDING, TWENTY_FOUR])
def test_without_noise_every_drawn_point_is_decided_rightly(curves):
    points, labels = sample(curves, 2000, np.random.default_rng(2))
    referee = Referee(curves, (-1.0, 1.0), 0.0)
    assert np.array_equal(referee.predict(points), labels)
    assert np.array_equal(referee.predict_proba(points), np.eye(len(curves))[labels])


# --- decisions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "distances"),
    [
        pytest.param((1.0, 0.0), (0.0, 1.0, 2.0), id="on the first"),
        pytest.param((1.0, 0.5), (0.5, 0.5, 1.5), id="halfway"),
        pytest.param((0.5, 1.75), (1.75, 1.25, 0.25), id="near the third"),
        pytest.param((-3.0, -4.0), (4.0, 1.0, 6.0), id="outside the range"),
    ],
)
def test_probabilities_are_those_of_bayes_by_hand(point, distances):
    # 0, x and 2: odds exp(-d²/2·noise²) by the vertical distances d
    referee = Referee((ZERO, X, Polynomial(2)), (-1.0, 1.0), 0.5)
    odds = [math.exp(-(distance**2) / 0.5) for distance in distances]
    expected = [chance / sum(odds) for chance in odds]
    assert referee.predict_proba([point])[0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.1, 1000.0])
@pytest.mark.parametrize("curves", [TUTORIAL_POLYNOMIALS, NEARLY_COINCIDING, TWENTY_FOUR[:8]])
def test_curves_have_equal_odds_where_they_cross(curves, noise):
    meetings = [
        (i, j, x) for (i, p), (j, q) in combinations(enumerate(curves), 2) for x in crossings(p, q, -1, 1)
    ]
    points = np.array([(x, curves[i](x)) for i, _, x in meetings])
    probabilities = Referee(curves, (-1.0, 1.0), noise).predict_proba(points)
    rows = np.arange(len(meetings))
    first, second = (probabilities[rows, [meeting[index] for meeting in meetings]] for index in (0, 1))
    # terms of 1e4 leave the values there 1e-11 apart; with noise of 1e-6 the odds are 1 ± (1e-11 / 1e-6)²
    assert first == pytest.approx(second, rel=1e-9)
    assert (first > 1 / len(curves) / 2).all()
    assert np.array_equal(probabilities.max(axis=1), first.clip(second))


def test_of_equals_the_first_is_predicted():
    referee = Referee((MINUS_X, X, X, Polynomial(1, 0, 0)), (-1.0, 1.0), 0.2)
    assert referee.predict([(0.5, 0.5), (0.0, 0.0), (0.5, 0.0)]).tolist() == [1, 0, 3]


def test_without_noise_those_equally_near_share_and_others_get_nothing():
    referee = Referee((X, X, MINUS_X, Polynomial(9)), (-1.0, 1.0), 0.0)
    probabilities = referee.predict_proba([(0.5, 0.4), (0.5, -0.1), (0.0, 0.0), (0.5, 0.0), (0.3, 8.0)])
    third = 1 / 3
    assert probabilities.tolist() == [
        [0.5, 0.5, 0, 0],
        [0, 0, 1, 0],
        [third, third, third, 0],
        [third, third, third, 0],
        [0, 0, 0, 1],
    ]


def test_beyond_the_limit_the_curve_that_is_nearest_there_stays_certain():
    referee = Referee((Polynomial(1, 0), Polynomial(-1, 0)), (-1.0, 1.0), 0.0)  # x and -x
    points = np.array([[0.5, 3e12], [-0.5, 1e300], [-0.5, -1e300], [0.5, 0.0]])
    with pytest.raises(PolycoreError):
        referee.predict_proba(points)
    # x is the upper one on the right and the lower one on the left; at y = 0 both are equally near
    assert probabilities_anywhere(referee, points).tolist() == [[1, 0], [0, 1], [1, 0], [0.5, 0.5]]


def test_without_noise_little_distances_still_decide():
    referee = Referee((X, Polynomial(1, 1e-12)), (-1.0, 1.0), 0.0)
    assert referee.predict_proba([(0.5, 0.5), (0.5, 0.5 + 1e-12)]).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("noise", [0.0, 1e-300, 1e-9, 0.1])
def test_far_from_all_curves_the_nearest_gets_all(noise):
    # so close that the distances 1e12 away are the same float
    referee = Referee((ZERO, Polynomial(1e-5), Polynomial(-1e-5)), (-1.0, 1.0), noise)
    far = [(0.0, MAX_COORDINATE), (0.0, -MAX_COORDINATE), (MAX_COORDINATE, MAX_COORDINATE), (0.0, 1e6)]
    assert referee.predict_proba(far).tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]]
    assert referee.predict(far).tolist() == [1, 2, 1, 1]


def test_the_largest_values_neither_overflow_nor_warn():
    extreme = [Polynomial(*[sign * 1e6] * 13) for sign in (1, -1)]
    corners = [(x, y) for x in (-MAX_COORDINATE, MAX_COORDINATE) for y in (-MAX_COORDINATE, MAX_COORDINATE)]
    for noise in (0.0, 5e-324, 1000.0):
        assert Referee((*extreme, X), (-1.0, 1.0), noise).predict(corners).tolist() == [2] * 4


def test_blocks_change_nothing():
    points = np.random.default_rng(3).uniform(-2, 2, (2500, 2))
    for noise in (0.0, 0.1):
        referee = Referee(TUTORIAL_POLYNOMIALS, (-1.0, 1.0), noise)
        for rows in (slice(0, 1), slice(1000, 1050), slice(2499, 2500)):
            assert np.array_equal(referee.predict_proba(points)[rows], referee.predict_proba(points[rows]))
            assert np.array_equal(referee.predict(points)[rows], referee.predict(points[rows]))


def test_no_points_give_no_rows():
    referee = Referee((X, ONE), (-1.0, 1.0), 0.1)
    assert referee.predict_proba(np.empty((0, 2))).shape == (0, 2)
    assert referee.predict(np.empty((0, 2))).shape == (0,)


def test_narrower_numbers_are_taken_too():
    referee = Referee((ZERO, ONE), (-1.0, 1.0), 0.1)
    assert referee.predict(np.array([[0, 1], [5, 0]])).tolist() == [1, 0]
    assert referee.predict(np.array([[0, 1], [5, 0]], dtype=np.float32)).tolist() == [1, 0]


# --- laws -------------------------------------------------------------------------------------

# Whole coefficients: sums of two are exact, so moved curves have the same gaps.
polynomials = st.lists(st.integers(-20, 20), min_size=1, max_size=6).map(lambda values: Polynomial(*values))
sets = st.lists(polynomials, min_size=1, max_size=6)
noises = st.floats(-6, 2).map(lambda exponent: 10**exponent)
x_ranges = st.sampled_from([(-1.0, 1.0), (-3.0, 0.5), (0.25, 8.0)])
points = st.lists(st.tuples(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12)), min_size=1, max_size=5)


@given(sets, noises, x_ranges)
def test_the_accuracy_lies_between_guessing_and_certainty(curves, noise, x_range):
    result = accuracy(curves, noise, x_range)
    assert 1 / len(curves) - result.error <= result.value <= 1


@given(sets, noises, noises, x_ranges)
def test_more_noise_is_never_better(curves, noise, other, x_range):
    less, more = (accuracy(curves, chosen, x_range) for chosen in sorted((noise, other)))
    assert more.value <= less.value + less.error + more.error


@given(sets, noises, x_ranges)
def test_a_copy_of_every_polynomial_halves_the_accuracy(curves, noise, x_range):
    once, twice = accuracy(curves, noise, x_range), accuracy(curves + curves, noise, x_range)
    assert abs(twice.value - once.value / 2) <= once.error + twice.error


@given(sets, noises, x_ranges, st.integers(-1000, 1000))
def test_moving_all_curves_up_changes_nothing(curves, noise, x_range, height):
    moved = [Polynomial(*np.polyadd(polynomial.coefficients, [height])) for polynomial in curves]
    here, there = accuracy(curves, noise, x_range), accuracy(moved, noise, x_range)
    assert abs(here.value - there.value) <= here.error + there.error


@given(sets, noises, x_ranges)
def test_a_mirror_and_another_order_change_nothing(curves, noise, x_range):
    mirrored = [
        Polynomial(*np.poly1d(polynomial.coefficients)(np.poly1d([-1, 0])).coeffs) for polynomial in curves
    ][::-1]
    here, there = accuracy(curves, noise, x_range), accuracy(mirrored, noise, (-x_range[1], -x_range[0]))
    assert abs(here.value - there.value) <= here.error + there.error


@given(sets, noises | st.just(0.0), points)
def test_probabilities_are_shares_that_sum_to_one_and_the_prediction_has_the_largest(curves, noise, where):
    referee = Referee(tuple(curves), (-1.0, 1.0), noise)
    probabilities = referee.predict_proba(where)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-15 * len(curves))
    predicted = probabilities[np.arange(len(where)), referee.predict(where)]
    assert np.array_equal(predicted, probabilities.max(axis=1))


# --- the value, and what is refused -----------------------------------------------------------


def test_an_experiments_referee_judges_its_points():
    experiment = Experiment(polynomials=(X, ONE), x_range=(-2, 3), noise=0.25)
    assert Referee.of(experiment) == Referee((X, ONE), (-2.0, 3.0), 0.25)


def test_lists_become_tuples_so_that_equal_referees_hash_alike():
    assert len({Referee([X, ONE], [-2, 3], 1), Referee((X, ONE), (-2.0, 3.0), 1.0)}) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"polynomials": ()}, "polynomials: got 0; expected 1 to 24", id="none"),
        pytest.param({"polynomials": (X,) * 25}, "polynomials: got 25; expected 1 to 24", id="25"),
        pytest.param({"polynomials": X}, "polynomials: got a Polynomial; expected a tuple", id="no tuple"),
        pytest.param({"polynomials": (X, 1)}, r"polynomials\[1\]: got an int", id="number"),
        pytest.param(
            {"polynomials": (X, Polynomial(*[1] * 14))}, r"polynomials\[1\]: got degree 13", id="13"
        ),
        pytest.param(
            {"polynomials": (Polynomial(2e6),)},
            r"polynomials\[0\]: got a coefficient of size 2e\+06; expected",
            id="large",
        ),
        pytest.param(
            {"x_range": (1, -1)},
            r"x_range: got \(1, -1\); expected two numbers from -1000 to 1000, the lower first",
            id="backwards",
        ),
        pytest.param({"x_range": (0, 1e-4)}, "at least 0.001 apart", id="narrow"),
        pytest.param(
            {"x_range": (0, 1001)}, r"x_range: got \(0, 1001\); expected two numbers from -1000", id="wide"
        ),
        pytest.param({"x_range": 3}, "x_range: got 3; expected two numbers", id="no pair"),
        pytest.param({"noise": -0.1}, "noise: got -0.1; expected a number from 0 to 1000", id="negative"),
        pytest.param({"noise": math.nan}, "noise: got nan; expected", id="not a number"),
        pytest.param(
            {"noise": 10**400}, "noise: got a number of more than 20 digits; expected", id="no float"
        ),
        pytest.param({"noise": True}, "noise: got True; expected", id="a bool"),
    ],
)
def test_a_referee_is_refused_with(change, message):
    with pytest.raises(PolycoreError, match=message):
        Referee(**{"polynomials": (X,), "x_range": (-1, 1), "noise": 0.1, **change})


@pytest.mark.parametrize(
    ("points", "message"),
    [
        pytest.param([1.0, 2.0], r"points: got shape \(2,\)", id="one row"),
        pytest.param([[1, 2, 3]], r"points: got shape \(1, 3\)", id="three columns"),
        pytest.param([["a", "b"]], "got type str32; expected", id="text"),
        pytest.param([[1, 2], [3]], "points: got a value that is not an array", id="ragged"),
        pytest.param([[0, math.nan]], "not finite or too large", id="nan"),
        pytest.param([[math.inf, 0]], "not finite or too large", id="infinite"),
        pytest.param([[0, -1.1e12]], "of size at most 1e\\+12", id="too far"),
    ],
)
def test_points_are_refused_with(points, message):
    referee = Referee((X, ONE), (-1.0, 1.0), 0.1)
    for judge in (referee.predict, referee.predict_proba):
        with pytest.raises(PolycoreError, match=message):
            judge(points)


# --- memory --------------------------------------------------------------------------


def test_a_million_points_stay_under_200_megabytes():
    where = np.random.default_rng(4).uniform(-1, 1, (1_000_000, 2))
    referee = Referee(TWENTY_FOUR, (-1.0, 1.0), 0.1)
    tracemalloc.start()
    try:
        referee.predict_proba(where)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200e6
