"""Fold lines against lines written out by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from polycore.inspection.fold_lines import straight_fold, zero_lines

WINDOW = ((-1.0, 1.0), (-2.0, 2.0))
SQUARE = ((-1.0, 1.0), (-1.0, 1.0))


@pytest.mark.parametrize(
    ("weights", "bias", "ends"),
    [
        # 2x - 1 = 0 is x = 0.5
        pytest.param((2.0, 0.0), -1.0, {(0.5, -2.0), (0.5, 2.0)}, id="upright"),
        # 4y + 2 = 0 is y = -0.5
        pytest.param((0.0, 4.0), 2.0, {(-1.0, -0.5), (1.0, -0.5)}, id="level"),
        # x + y - 1 = 0 meets x = -1 at y = 2, a corner, and x = 1 at y = 0
        pytest.param((1.0, 1.0), -1.0, {(-1.0, 2.0), (1.0, 0.0)}, id="slanting"),
        pytest.param((3e5, 3e5), -3e5, {(-1.0, 2.0), (1.0, 0.0)}, id="large weights"),
        pytest.param((1.0, 1e-309), 0.0, {(0.0, -2.0), (0.0, 2.0)}, id="almost upright"),
    ],
)
def test_a_first_layers_fold_is_where_its_line_crosses_the_window(weights, bias, ends):
    segment = straight_fold(np.array(weights), bias, WINDOW)
    assert {tuple(end) for end in segment.round(12).tolist()} == ends


@pytest.mark.parametrize(
    ("weights", "bias"),
    [
        pytest.param((0.0, 0.0), 1.0, id="no weights"),
        pytest.param((1.0, 0.0), -1.5, id="right of the window"),
        pytest.param((0.0, 1.0), -2.5, id="above the window"),
        pytest.param((1.0, 1.0), -3.5, id="past a corner"),
    ],
)
def test_a_line_outside_the_window_is_none(weights, bias):
    assert straight_fold(np.array(weights), bias, WINDOW) is None


@given(a=st.floats(-5, 5), b=st.floats(-5, 5), c=st.floats(-5, 5))
def test_both_ends_lie_on_the_line_and_on_the_windows_edge(a, b, c):
    assume(max(abs(a), abs(b)) > 0.01)
    segment = straight_fold(np.array([a, b]), c, WINDOW)
    # by the corners: the line crosses the window where not all lie on one side of it
    corners = [a * x + b * y + c for x in WINDOW[0] for y in WINDOW[1]]
    if min(corners) > 1e-6 or max(corners) < -1e-6:
        assert segment is None
    elif min(corners) < -1e-6 and max(corners) > 1e-6:
        for x, y in segment.tolist():
            assert a * x + b * y + c == pytest.approx(0, abs=1e-9)
            assert min(1 - abs(x), 2 - abs(y)) == pytest.approx(0, abs=1e-9)


def grid(columns=9, rows=7):
    x, y = np.linspace(*SQUARE[0], columns), np.linspace(*SQUARE[1], rows)
    return x, y, *np.meshgrid(x, y)


def test_the_zero_line_of_a_plane_is_its_straight_line():
    x, y, columns, rows = grid()
    segments = zero_lines(x, y, 2 * columns - 3 * rows + 0.25)
    ends = segments.reshape(-1, 2)
    assert 2 * ends[:, 0] - 3 * ends[:, 1] + 0.25 == pytest.approx(np.zeros(len(ends)), abs=1e-12)
    # from x = -1 to x = 1, and y rises by 2/3 of that: the pieces have its length in all
    assert np.linalg.norm(segments[:, 0] - segments[:, 1], axis=1).sum() == pytest.approx(
        math.hypot(2, 4 / 3)
    )


def test_the_zero_line_of_a_cone_is_a_circle():
    x, y, columns, rows = grid(201, 201)
    segments = zero_lines(x, y, np.hypot(columns, rows) - 0.5)
    assert np.hypot(*segments.reshape(-1, 2).T) == pytest.approx(np.full(2 * len(segments), 0.5), abs=1e-4)
    # a polygon within the circle, hardly shorter: its length is 2 pi times 0.5
    assert np.linalg.norm(segments[:, 0] - segments[:, 1], axis=1).sum() == pytest.approx(math.pi, rel=1e-4)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_where_nothing_changes_sign_there_is_no_line(value):
    x, y, columns, _ = grid()
    assert zero_lines(x, y, np.full_like(columns, value)).shape == (0, 2, 2)
