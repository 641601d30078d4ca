"""Polynomials fitted to points of known curves, and to points of none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.points.fitting import fit_polynomials
from polycore.points.point_set import PointSet
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.sampling import sample

SEEDS = 200
LINE = Polynomial(2, 1)


def noisy(polynomials, count, seed, noise=0.1, x_range=(-1, 1)):
    return PointSet(*sample(polynomials, count, np.random.default_rng(seed), x_range, noise))


def joined(*classes):
    return PointSet(np.concatenate(classes), np.repeat(np.arange(len(classes)), [len(c) for c in classes]))


def on_line(rng, count=100, noise=0.1):
    x = rng.uniform(-1, 1, count)
    return np.column_stack([x, LINE(x) + rng.normal(0, noise, count)])


# --- the rates required of noisy samples of known polynomials -----------------------------------

# one of each degree from 0 to 4
KNOWN = (
    Polynomial(2),
    Polynomial(3, 1),
    Polynomial(-1, 2, 0),
    Polynomial(2, 0, 1, -2),
    Polynomial(5, -3, 1, -2, 2),
)
PER_CLASS, NOISE = 100, 0.1


def with_outliers(points, rng):
    """Give 5 of each 100 points a y that is uniform over the window of a plot of all curves."""
    y = points.points[:, 1].reshape(len(KNOWN), PER_CLASS).copy()
    y[:, rng.choice(PER_CLASS, PER_CLASS // 20, replace=False)] = rng.uniform(-5, 13, (len(KNOWN), 5))
    return PointSet(np.column_stack([points.points[:, 0], y.ravel()]), points.labels)


def clean(points, _):
    return points


@pytest.fixture(scope="module", params=[clean, with_outliers], ids=["clean", "5 % outliers"])
def fits(request):
    samples = [noisy(KNOWN, PER_CLASS, seed, NOISE) for seed in range(SEEDS)]
    return [
        fit_polynomials(request.param(points, np.random.default_rng((seed, 1))))
        for seed, points in enumerate(samples)
    ]


def has_right_degree(curve, known):
    return curve.polynomial is not None and curve.polynomial.degree == known.degree


@pytest.mark.parametrize("index", range(len(KNOWN)), ids=[str(known) for known in KNOWN])
def test_the_degree_is_right_in_95_percent_of_the_seeds(fits, index):
    right = [has_right_degree(fit.curves[index], KNOWN[index]) for fit in fits]
    assert len(right) == SEEDS
    assert np.mean(right) >= 0.95


def test_99_percent_of_the_coefficients_lie_within_three_standard_errors(fits):
    deviations = [
        (found - true) / error
        for fit in fits
        for curve, known in zip(fit.curves, KNOWN, strict=True)
        if has_right_degree(curve, known)
        for found, true, error in zip(
            curve.polynomial.coefficients, known.coefficients, curve.standard_errors, strict=True
        )
    ]
    assert len(deviations) >= 0.95 * SEEDS * sum(known.degree + 1 for known in KNOWN)
    assert np.mean(np.abs(deviations) <= 3) >= 0.99
    # nor are the standard errors too large: these are normal deviations, with their standard deviation of 1
    assert np.std(deviations) == pytest.approx(1, abs=0.1)


def test_the_noise_is_that_of_the_samples(fits):
    noises = [fit.noise for fit in fits]
    # The mean of 200 has a standard error of 0.1 / sqrt(2 · 485 · 200) = 0.00023. What lies near a curve by
    # chance, 4 % of the outliers, adds less than 1 %.
    assert np.mean(noises) == pytest.approx(NOISE, abs=0.0015)


# --- exact points -------------------------------------------------------------------------------

coefficients = st.lists(st.integers(-5, 5), min_size=1, max_size=5)


@settings(max_examples=30)
@given(coefficients, st.integers(6, 12), st.sampled_from([0.5, 1, 3]))
def test_exact_points_give_their_polynomial_back(numbers, max_degree, size):
    first = Polynomial(*numbers)
    second = Polynomial(*numbers[:-1], numbers[-1] + 7)
    x = np.linspace(-size, size, 16)
    points = joined(np.column_stack([x, first(x)]), np.column_stack([x, second(x)]))
    fit = fit_polynomials(points, max_degree)
    assert fit.polynomials == (first, second)
    assert fit.noise == 0
    assert fit.x_range == (-size, size)
    assert [(curve.explained, curve.outliers, curve.count) for curve in fit.curves] == [(1.0, 0, 16)] * 2


@pytest.mark.parametrize("outlier", [-7.5, 4, 1e6])
def test_a_single_outlier_among_exact_points_changes_nothing(outlier):
    x = np.linspace(-1, 1, 20)
    y = 2 * x + 1
    y[5] = outlier
    fit = fit_polynomials(joined(np.column_stack([x, y]), np.column_stack([x, x**2])))
    assert fit.polynomials == (LINE, Polynomial(1, 0, 0))
    assert [curve.outliers for curve in fit.curves] == [1, 0]
    assert fit.noise == 0


def test_outliers_in_x_do_not_bend_the_curve():
    for seed in range(10):
        points = noisy((LINE, Polynomial(3, 0, 2)), 100, seed)
        moved = points.points.copy()
        moved[:5, 0] = [-30, -12, 8, 17, 25]
        fit = fit_polynomials(PointSet(moved, points.labels))
        assert [curve.polynomial.degree for curve in fit.curves] == [1, 2]
        assert fit.curves[0].outliers >= 5
        assert fit.x_range == (-30, 25)


def test_neighboring_outliers_at_the_end_of_a_curve_seldom_change_its_degree():
    right = []
    for seed in range(100):
        points = noisy((LINE, Polynomial(3, 0, 2)), 40, seed)
        y = points.points[:, 1].copy()
        for label in (0, 1):
            own = np.flatnonzero(points.labels == label)
            y[own[np.argsort(points.points[own, 0])[-2:]]] += 0.8
        fit = fit_polynomials(PointSet(np.column_stack([points.points[:, 0], y]), points.labels))
        right.append([curve.polynomial and curve.polynomial.degree for curve in fit.curves] == [1, 2])
    assert np.mean(right) >= 0.95


def test_coefficients_of_the_largest_allowed_size_are_found():
    x = np.linspace(0, 1, 10)
    steep = np.column_stack([x, 1e6 * x])
    fit = fit_polynomials(joined(steep, np.column_stack([x, 1e6 - 1e6 * x])))
    assert fit.polynomials == (Polynomial(1e6, 0), Polynomial(-1e6, 1e6))


def test_x_far_from_zero_costs_neither_the_degree_nor_the_errors():
    # 0.1 (x - 1005)² multiplied out
    parabola = Polynomial(0.1, -201, 101002.5)
    line = Polynomial(-1, 1005)
    x = np.random.default_rng(0).uniform(1000, 1010, 200)
    y = np.where(np.arange(200) < 100, (x - 1005) ** 2 / 10, 1005 - x)
    y += np.random.default_rng(1).normal(0, 0.1, 200)
    fit = fit_polynomials(PointSet(np.column_stack([x, y]), np.repeat([0, 1], 100)))
    for curve, known in zip(fit.curves, (parabola, line), strict=True):
        differences = np.subtract(curve.polynomial.coefficients, known.coefficients)
        assert np.all(np.abs(differences) <= 3 * np.array(curve.standard_errors))
        # three standard errors of a value, 3 · 0.1 · sqrt(leverage); at the ends the leverage is 9 / 100
        assert curve.polynomial(x) == pytest.approx(known(x), abs=0.1)


# --- numbers known from textbooks -----------------------------------------------------------------


def test_a_lines_noise_and_errors_are_the_textbooks():
    rng = np.random.default_rng(5)
    x = rng.uniform(2, 5, 60)
    y = 0.5 * x - 1 + rng.normal(0, 0.2, 60)
    curve = fit_polynomials(joined(np.column_stack([x, y]), np.column_stack([x, x**2]))).curves[0]
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    intercept = y.mean() - slope * x.mean()
    noise = math.sqrt(((y - slope * x - intercept) ** 2).sum() / 58)
    errors = (noise / math.sqrt(spread), noise * math.sqrt(1 / 60 + x.mean() ** 2 / spread))
    assert curve.outliers == 0
    # digits below a thousandth of the noise are rounded away
    assert curve.polynomial.coefficients == pytest.approx((slope, intercept), abs=noise / 1000)
    assert curve.standard_errors == pytest.approx(errors, rel=1e-9)
    assert curve.noise == pytest.approx(noise, rel=1e-9)
    assert curve.explained == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, rel=1e-9)


def test_a_cubics_standard_errors_are_those_of_numpys_polyfit():
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 3, 80)
    y = Polynomial(1, -2, 0, 3)(x) + rng.normal(0, 0.3, 80)
    curve = fit_polynomials(joined(np.column_stack([x, y]), on_line(rng))).curves[0]
    found, covariance = np.polyfit(x, y, 3, cov=True)
    assert curve.outliers == 0
    assert curve.polynomial.coefficients == pytest.approx(found, abs=0.3 / 1000)
    # numpy solves the same equations in powers of x: some digits fewer
    assert curve.standard_errors == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-7)


def test_the_noise_is_pooled_over_the_classes_that_have_a_polynomial():
    rng = np.random.default_rng(4)
    blob = rng.normal(0, 1, (100, 2))
    fit = fit_polynomials(joined(on_line(rng, 200, 0.1), on_line(rng, 50, 0.2) * [1, -1], blob))
    first, second, third = fit.curves
    assert third.polynomial is None
    freedom = [first.count - first.outliers - 2, second.count - second.outliers - 2]
    pooled = (freedom[0] * first.noise**2 + freedom[1] * second.noise**2) / sum(freedom)
    assert fit.noise == pytest.approx(math.sqrt(pooled), rel=1e-12)


def test_readable_digits_are_enough_for_the_curve():
    curve = fit_polynomials(noisy((LINE, Polynomial(1, 0, 0)), 100, seed=0)).curves[0]
    # noise of about 0.1, so a step of 0.0001 at most
    assert all(value == round(value, 5) for value in curve.polynomial.coefficients)


# --- what changes nothing ---------------------------------------------------------------------------

SMALL = noisy((LINE, Polynomial(3, 0, -1)), 40, seed=6, noise=0.2)


@settings(max_examples=15)
@given(st.permutations(range(len(SMALL))))
def test_the_order_of_the_points_changes_nothing(order):
    shuffled = PointSet(SMALL.points[order], SMALL.labels[order], SMALL.names)
    assert fit_polynomials(shuffled) == fit_polynomials(SMALL)


@settings(max_examples=20)
@given(st.integers(0, 500), st.integers(-5, 15))
def test_scaling_y_scales_the_fit(seed, power):
    points = noisy((LINE, Polynomial(3, 0, -1)), 30, seed, noise=0.2)
    scale = 2.0**power  # a power of two, so nothing is rounded differently
    scaled = fit_polynomials(PointSet(points.points * [1, scale], points.labels))
    for before, after in zip(fit_polynomials(points).curves, scaled.curves, strict=True):
        assert (after.outliers, after.explained) == (before.outliers, before.explained)
        assert after.noise == pytest.approx(scale * before.noise, rel=1e-12)
        assert after.standard_errors == pytest.approx(scale * np.array(before.standard_errors), rel=1e-12)
        # both are rounded, by half a thousandth of the noise at most, as no |x| exceeds 1
        assert after.polynomial.coefficients == pytest.approx(
            scale * np.array(before.polynomial.coefficients), abs=2 * after.noise / 1000
        )


# --- weak curves are found ----------------------------------------------------------------------------


def agreement(curves_of, count=20):
    """Return the share of seeds with a polynomial, for each class."""
    found = [
        [curve.polynomial is not None for curve in fit_polynomials(curves_of(seed)).curves]
        for seed in range(count)
    ]
    return np.mean(found, axis=0).tolist()


@pytest.mark.parametrize(
    ("polynomials", "noise"),
    [
        pytest.param((LINE, Polynomial(2)), 0.1, id="constant"),
        pytest.param((Polynomial(-1), Polynomial(2)), 0.1, id="two constants"),
        pytest.param((Polynomial(1, 0), Polynomial(-1, 0)), 0.6, id="noise of 0.3 ranges"),
        pytest.param((Polynomial(0.3, 0), Polynomial(-0.3, 0)), 0.25, id="flat, noise of 0.4 ranges"),
    ],
)
def test_a_weak_curve_is_found(polynomials, noise):
    assert min(agreement(lambda seed: noisy(polynomials, 150, seed, noise))) >= 0.95


def test_a_nearly_flat_line_next_to_a_steep_one_is_found():
    def flat_and_steep(seed):
        return noisy((Polynomial(0.1, 0), Polynomial(2, 0)), 100, seed)

    assert agreement(flat_and_steep) == [1, 1]


def test_repeated_values_of_x_are_no_obstacle():
    rng = np.random.default_rng(8)
    x = np.tile(np.arange(10.0), 10)
    classes = [np.column_stack([x, p(x) + rng.normal(0, 3, 100)]) for p in (LINE, Polynomial(1, -9, 0))]
    fit = fit_polynomials(joined(*classes))
    assert [curve.polynomial.degree for curve in fit.curves] == [1, 2]
    assert all(0.5 < curve.explained < 0.95 for curve in fit.curves)


@pytest.mark.parametrize("max_degree", [0, 1, 3])
def test_no_degree_is_above_the_highest_allowed(max_degree):
    x = np.linspace(-1, 1, 50)
    points = joined(np.column_stack([x, x**5 + 3]), np.column_stack([x, np.full(50, -4)]))
    fit = fit_polynomials(points, max_degree)
    assert all(curve.polynomial.degree <= max_degree for curve in fit.curves if curve.polynomial)
    assert fit.curves[1].polynomial == Polynomial(-4)


# --- no polynomial fits -------------------------------------------------------------------------------


def blob(rng):
    return rng.normal(0, 1, (100, 2))


def square(rng):
    return rng.uniform(-1, 1, (100, 2))


def circle(rng):
    angles = rng.uniform(0, 2 * math.pi, 100)
    return np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(0, 0.03, (100, 2))


def exact_circle(rng):
    angles = rng.uniform(0, 2 * math.pi, 100)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def vertical_line(rng):
    return np.column_stack([rng.normal(1, 0.01, 100), rng.uniform(-2, 2, 100)])


def two_branches(rng):
    return on_line(rng) * [3, 1] + np.array([[0, 2], [0, -2]])[rng.integers(0, 2, 100)]


def waves(rng):
    x = rng.uniform(-1, 1, 100)
    return np.column_stack([x, np.sin(20 * x)])


@pytest.mark.parametrize("shape", [blob, square, circle, exact_circle, vertical_line, two_branches, waves])
def test_a_shape_that_is_no_curve_has_no_polynomial(shape):
    for seed in range(15):
        rng = np.random.default_rng(seed)
        fit = fit_polynomials(joined(shape(rng), on_line(rng)))
        assert fit.curves[0].polynomial is None
        assert fit.curves[0].standard_errors == ()
        assert fit.curves[0].sentence.startswith(
            "class 0: no polynomial fits, because the points do not lie near one curve y = p(x): "
        )
        assert fit.curves[1].polynomial.degree == 1
        assert fit.polynomials is None
        assert fit.noise == pytest.approx(fit.curves[1].noise, rel=1e-12)


def test_small_blobs_far_from_each_other_are_no_constants():
    for seed in range(15):
        centers = np.repeat([(0, 0), (10, 0), (0, 9)], 100, axis=0)
        points = centers + np.random.default_rng(seed).normal(0, 0.5, (300, 2))
        fit = fit_polynomials(PointSet(points, np.repeat([0, 1, 2], 100)))
        assert [curve.polynomial for curve in fit.curves] == [None] * 3


def test_a_trend_that_few_points_of_a_blob_have_by_chance_is_no_curve():
    found = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        fit = fit_polynomials(joined(rng.normal(0, 1, (20, 2)), on_line(rng, 20)))
        found += fit.curves[0].polynomial is not None
    assert found <= 2


@pytest.mark.parametrize("noise", [0, 0.1])
@pytest.mark.parametrize(
    "polynomials",
    [KNOWN, (LINE, Polynomial(-1, 0)), (Polynomial(1, 0, 0), Polynomial(1, 0, 1))],
    ids=["five", "crossing lines", "parabolas"],
)
def test_random_labels_have_no_polynomials(polynomials, noise):
    found = 0
    for seed in range(10):
        points = noisy(polynomials, 100, seed, noise)
        labels = np.random.default_rng((seed, 2)).permutation(points.labels)
        fit = fit_polynomials(PointSet(points.points, labels))
        found += sum(curve.polynomial is not None for curve in fit.curves)
    assert found == 0


def test_of_one_noisy_curve_with_random_labels_the_sentence_says_so():
    points = noisy((Polynomial(1, 0), Polynomial(1, 0)), 100, seed=1, noise=0.4)
    for curve in fit_polynomials(points).curves:
        assert curve.sentence == (
            f"{curve.name}: no polynomial fits, "
            "because one curve for all classes predicts the points as well."
        )


def test_equal_polynomials_are_found_but_not_offered_together():
    x = np.linspace(-1, 1, 20)
    parabola = np.column_stack([x, x**2])
    fit = fit_polynomials(joined(parabola, parabola))
    assert [curve.polynomial for curve in fit.curves] == [Polynomial(1, 0, 0)] * 2
    assert fit.polynomials is None


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        pytest.param([(0, 0)], "it has only 1 point (at least 5 are needed)", id="one"),
        pytest.param([(0, 0), (1, 2)], "it has only 2 points (at least 5 are needed)", id="two"),
        pytest.param(
            [(x, 2 * x + 1) for x in range(4)], "it has only 4 points (at least 5 are needed)", id="four"
        ),
        pytest.param([(3, y) for y in range(6)], "all its points are at x = 3", id="one x"),
        pytest.param(
            [(y % 2, y) for y in range(6)],
            "its points have only 2 different values of x (at least 3 are needed)",
            id="two x",
        ),
    ],
)
def test_points_that_are_too_few_have_no_polynomial(points, problem):
    x = np.linspace(-1, 1, 20)
    fit = fit_polynomials(joined(np.array(points, dtype=float), np.column_stack([x, 3 * x])))
    assert fit.curves[0].polynomial is None
    assert fit.curves[0].problem == problem
    assert fit.polynomials is None
    assert fit.curves[1].polynomial == Polynomial(3, 0)


def test_a_curve_with_a_coefficient_beyond_the_limit_has_no_polynomial():
    x = np.linspace(1000, 1010, 21)
    fit = fit_polynomials(joined(np.column_stack([x, (x - 1005) ** 2]), np.column_stack([x, x])))
    assert fit.curves[0].polynomial is None
    assert fit.curves[0].problem == (
        "the best one has a coefficient of size 1,010,025 (at most 1,000,000 is allowed; "  # 1005²
        "multiply y by a smaller number, or subtract the mean of x)"
    )
    assert fit.curves[1].polynomial == Polynomial(1, 0)


def test_five_points_on_a_line_are_enough():
    x = np.arange(5.0)
    fit = fit_polynomials(joined(np.column_stack([x, 2 * x + 1]), np.column_stack([x, 4 - x])))
    assert fit.polynomials == (LINE, Polynomial(-1, 4))


# --- sentences and errors -----------------------------------------------------------------------------


def test_a_sentence_says_what_was_found():
    x = np.linspace(-1, 1, 20)
    parabola = np.column_stack([x, x**2 - 1])
    parabola[3, 1] = 9
    points = joined(parabola, np.column_stack([x, 2 + 0 * x]))
    fit = fit_polynomials(PointSet(points.points, points.labels, ["a", "b"]))
    assert [curve.sentence for curve in fit.curves] == [
        "a: y = x² − 1 explains 100.0 % of the variance of y, without noise, for 20 points (outliers: 1).",
        "b: y = 2, without noise, for 20 points.",
    ]


@pytest.mark.parametrize("max_degree", [-1, 13, 2.5, True, None, "3"])
def test_a_max_degree_that_is_wrong_is_refused(max_degree):
    with pytest.raises(PolycoreError, match=r"^max_degree: got .*; expected a whole number from 0 to 12"):
        fit_polynomials(SMALL, max_degree)


@pytest.mark.parametrize("points", [None, [(0, 1)], np.zeros((3, 2))], ids=["None", "list", "array"])
def test_what_is_no_point_set_is_refused(points):
    with pytest.raises(PolycoreError, match=r"^points: got .*; expected a PointSet\. Create one"):
        fit_polynomials(points)
