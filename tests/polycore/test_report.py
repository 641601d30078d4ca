import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.inspection import report
from polycore.polynomials.polynomial import Polynomial

RISING, FALLING, PARABOLA = Polynomial(1, 0), Polynomial(-1, 0), Polynomial(1, 0, 0)
TANGENT = Polynomial(2, -1)  # touches x^2 at 1, where x crosses both
FAR = Polynomial(100)
NEVER, ALWAYS = math.inf, 0.0

shares = st.floats(0, 1)


# --- the table of answers ---------------------------------------------------------------------


def test_rows_are_true_classes_and_columns_answers():
    labels, answers = np.array([0, 0, 0, 1, 2]), np.array([0, 1, 1, 1, 0])
    assert report.confusion(labels, answers, 3).tolist() == [[1, 2, 0], [0, 1, 0], [1, 0, 0]]


def test_a_class_that_neither_is_nor_is_answered_keeps_its_row_and_column():
    assert report.confusion(np.array([1]), np.array([0]), 3).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50))
def test_each_pair_of_truth_and_answer_is_counted(pairs):
    labels, answers = np.array(pairs).T
    table = report.confusion(labels, answers, 5)
    assert {pair: table[pair] for pair in pairs} == {pair: pairs.count(pair) for pair in pairs}
    assert table.sum() == len(pairs)


def test_a_class_is_as_accurate_as_its_row_says():
    assert report.accuracies(np.array([[3, 1, 0], [0, 0, 2], [0, 0, 5]])) == (0.75, 0.0, 1.0)


def test_a_class_without_points_has_no_accuracy():
    assert report.accuracies(np.array([[2, 0], [0, 0]])) == (1.0, None)


# --- reliability ------------------------------------------------------------------------------


def test_bins_hold_their_points_mean_confidence_and_accuracy():
    reliability = report.reliability(np.array([0.55, 0.96, 0.57, 1.0]), np.array([False, True, True, True]))
    assert reliability.counts.tolist() == [2, 2]
    assert reliability.confidences == pytest.approx([0.56, 0.98])
    assert reliability.accuracies.tolist() == [0.5, 1.0]


def test_the_calibration_error_is_the_mean_gap_weighted_by_points():
    # one wrong point at 0.55, three correct ones at 0.95: (1 · 0.55 + 3 · 0.05) / 4
    reliability = report.reliability(np.array([0.55, 0.95, 0.95, 0.95]), np.array([False, True, True, True]))
    assert reliability.calibration_error == pytest.approx(0.175)


def test_the_mean_confidence_is_of_all_points():
    # (1 · 0.55 + 3 · 0.95) / 4
    reliability = report.reliability(np.array([0.55, 0.95, 0.95, 0.95]), np.array([False, True, True, True]))
    assert reliability.confidence == pytest.approx(0.85)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_bin_ends_with_its_upper_edge(tenths):
    edge = tenths / 10
    reliability = report.reliability(
        np.array([edge - 0.05, edge, edge + 0.05]), np.array([True, True, False])
    )
    assert reliability.counts.tolist() == [2, 1]
    assert reliability.accuracies.tolist() == [1, 0]


@pytest.mark.parametrize(
    "confidence", [pytest.param(1.0, id="certain"), pytest.param(1 + 1e-12, id="rounded past certain")]
)
def test_certainty_is_in_the_last_bin(confidence):
    assert report.reliability(np.array([0.95, confidence]), np.array([True, True])).counts.tolist() == [2]


@given(st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=50))
def test_the_bins_differ_by_no_less_than_all_points_together(answers):
    confidences, correct = (np.array(column) for column in zip(*answers, strict=True))
    reliability = report.reliability(confidences, correct)
    assert reliability.counts.sum() == len(answers)
    assert reliability.confidence == pytest.approx(confidences.mean())
    together = abs(confidences.mean() - correct.mean())  # in which gaps of opposite sign cancel
    assert together - 1e-12 <= reliability.calibration_error <= 1  # but for rounding


# --- where curves meet ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polynomials", "places", "alike"),
    [
        pytest.param([RISING, FALLING], [[0], [0]], [False, False], id="two lines"),
        pytest.param([RISING, FAR], [[], []], [False, False], id="beyond the range"),
        pytest.param([RISING, PARABOLA, FAR], [[0, 1], [0, 1], []], [False, False, False], id="two of three"),
        pytest.param(
            [RISING, PARABOLA, TANGENT], [[0, 1], [0, 1], [1]], [False] * 3, id="three at one point, once"
        ),
        pytest.param([PARABOLA, TANGENT], [[1], [1]], [False, False], id="touching"),
        pytest.param(
            [RISING, FALLING, RISING], [[0], [0], [0]], [True, False, True], id="equal ones meet everywhere"
        ),
        pytest.param(
            [RISING, Polynomial(1 + 4e-16, 0)], [[], []], [True, True], id="different by rounding only"
        ),
    ],
)
def test_curves_meet_where_they_cross_or_touch(polynomials, places, alike):
    meetings = report.meetings(polynomials, (-2, 2))
    assert [of_curve.tolist() for of_curve in meetings.places] == [pytest.approx(xs) for xs in places]
    assert meetings.alike.tolist() == alike


@pytest.mark.parametrize(
    ("label", "x", "distance"),
    [
        pytest.param(0, -0.5, 0.5, id="before the first"),
        pytest.param(0, 0.25, 0.25, id="after the first"),
        pytest.param(0, 0.75, 0.25, id="before the last"),
        pytest.param(0, 1.5, 0.5, id="after the last"),
        pytest.param(0, 1.0, 0.0, id="on one"),
        pytest.param(1, 0.75, 0.75, id="another curve's are not its own"),
        pytest.param(2, 0.75, NEVER, id="a curve that meets none"),
        pytest.param(3, 0.75, ALWAYS, id="a curve that is the same as another"),
    ],
)
def test_a_point_is_as_far_as_its_own_curves_nearest_meeting(label, x, distance):
    positions = (np.array([0.0, 1.0]), np.array([0.0]), np.array([]), np.array([-2.0]))
    meetings = report.Meetings(positions, np.array([False, False, False, True]))
    assert report.distances(np.array([x]), np.array([label]), meetings).tolist() == [distance]


@given(
    st.lists(st.floats(-2, 2), min_size=1, max_size=20), st.lists(st.floats(-2, 2), min_size=1, max_size=9)
)
def test_no_meeting_is_nearer_than_the_distance(x, positions):
    meetings = report.Meetings((np.array(sorted(positions)),), np.array([False]))
    distances = report.distances(np.array(x), np.zeros(len(x), dtype=int), meetings)
    assert distances.tolist() == [min(abs(position - at) for position in positions) for at in x]


# --- bands ------------------------------------------------------------------------------------

DISTANCES = np.array([0, 0.01, 0.02, 0.2, math.inf])
WRONG = np.array([True, False, True, False, False])


def test_points_and_mistakes_are_counted_by_distance():
    bands = report.bands(DISTANCES, WRONG, (-1, 1))
    assert bands.edges == pytest.approx([0.01, 0.03, 0.1, 0.3])
    assert bands.counts.tolist() == [1, 2, 0, 1, 1]
    assert bands.mistakes.tolist() == [1, 1, 0, 0, 0]


def test_the_error_rate_is_of_each_band_alone():
    assert report.bands(DISTANCES, WRONG, (-1, 1)).error_rates == (1, 0.5, None, 0, 0)


@pytest.mark.parametrize(
    ("x_range", "edges"),
    [
        pytest.param((0, 20), [0.1, 0.3, 1, 3], id="ten times as wide"),
        pytest.param((5, 6), [0.005, 0.015, 0.05, 0.15], id="half as wide"),
    ],
)
def test_bands_grow_with_the_range(x_range, edges):
    assert report.bands(DISTANCES, WRONG, x_range).edges == pytest.approx(edges)


# --- all of it --------------------------------------------------------------------------------

# on x and -x, which cross at 0: certain answers, the second of them wrong
POINTS = np.array([[-0.5, -0.5], [0.02, 0.02], [0.5, -0.5], [0.005, -0.005]])
LABELS = np.array([0, 0, 1, 1])
PROBABILITIES = np.array([[1.0, 0.0], [0.25, 0.75], [0.0, 1.0], [0.5, 0.5]])


def a_report(**changes):
    arguments = {
        "probabilities": PROBABILITIES,
        "labels": LABELS,
        "points": POINTS,
        "polynomials": [RISING, FALLING],
        "x_range": (-1, 1),
    }
    return report.report(**(arguments | changes))


def test_a_report_says_what_is_taken_for_what():
    result = a_report()
    # the last point is a tie, which goes to the first class
    assert result.confusion.tolist() == [[1, 1], [1, 1]]
    assert (result.accuracy, result.accuracies) == (0.5, (0.5, 0.5))


def test_a_report_says_how_sure_the_answers_are():
    reliability = a_report().reliability
    assert reliability.counts.tolist() == [1, 1, 2]
    assert reliability.confidences.tolist() == [0.5, 0.75, 1]
    assert reliability.accuracies.tolist() == [0, 0, 1]
    assert reliability.calibration_error == pytest.approx((0.5 + 0.75) / 4)


def test_a_report_says_where_the_mistakes_are():
    result = a_report()
    assert result.mistakes.x.tolist() == [0.02, 0.005]
    assert result.mistakes.labels.tolist() == [0, 1]
    assert result.mistakes.answers.tolist() == [1, 0]
    assert [positions.tolist() for positions in result.meetings.places] == [[0], [0]]
    assert result.bands.counts.tolist() == [1, 1, 0, 0, 2]
    assert result.bands.mistakes.tolist() == [1, 1, 0, 0, 0]


def test_equal_polynomials_are_reported_as_confused_beside_each_other():
    result = a_report(polynomials=[RISING, RISING])
    assert result.bands.counts.tolist() == [4, 0, 0, 0, 0]
    assert result.bands.mistakes.tolist() == [2, 0, 0, 0, 0]


def test_a_class_without_points_is_reported_as_such():
    result = a_report(
        probabilities=np.column_stack([PROBABILITIES, np.zeros(4)]), polynomials=[RISING, FALLING, PARABOLA]
    )
    assert result.accuracies == (0.5, 0.5, None)
    assert result.confusion.shape == (3, 3)


def test_a_single_point_is_enough():
    result = a_report(probabilities=PROBABILITIES[:1], labels=LABELS[:1], points=POINTS[:1])
    assert (result.accuracy, result.accuracies) == (1, (1, None))
    assert len(result.mistakes.x) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"probabilities": PROBABILITIES[:3]},
            r"probabilities: got shape \(3, 2\); expected \(4, 2\)",
            id="too few",
        ),
        pytest.param(
            {"probabilities": np.ones((4, 3)) / 3},
            r"probabilities: got shape \(4, 3\);.*2 polynomials",
            id="another number of classes",
        ),
        pytest.param({"labels": LABELS[:, None]}, r"labels: got shape \(4, 1\)", id="labels in a column"),
        pytest.param({"points": POINTS[:, 0]}, r"points: got shape \(4,\)", id="x alone"),
        pytest.param({"labels": LABELS + 1}, "labels: got 1 to 2; expected 0 to 1", id="labels from 1"),
        pytest.param({"labels": LABELS - 1}, "labels: got -1 to 0", id="a label below 0"),
        pytest.param({"labels": LABELS / 1}, "labels: got type float64", id="fractional labels"),
        pytest.param({"x_range": (1, -1)}, r"x_range: got \(1, -1\)", id="a range upside down"),
        pytest.param({"x_range": (-1, math.nan)}, "x_range", id="a range without an end"),
        pytest.param(
            {"probabilities": PROBABILITIES[:0], "labels": LABELS[:0], "points": POINTS[:0]},
            "points: got none; expected one or more",
            id="no points",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes, words):
    with pytest.raises(PolycoreError, match=words):
        a_report(**changes)
