"""Points where curves meet: each is listed once, with all curves that meet there, computed by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from pages.plane.crossings import explained, meeting_at, meetings_of, table_of
from pages.plane.scene import of_polynomials

P = pc.Polynomial


def met(*polynomials, x_range=(-2.0, 2.0)):
    return [
        (pytest.approx(meeting.x, abs=1e-9), pytest.approx(meeting.y, abs=1e-9), meeting.curves)
        for meeting in meetings_of(of_polynomials(polynomials, x_range))
    ]


@pytest.mark.parametrize(
    ("polynomials", "expected"),
    [
        pytest.param([P(1, 0), P(1, 0, 0)], [(0, 0, (0, 1)), (1, 1, (0, 1))], id="x and x^2 cross twice"),
        pytest.param([P(0), P(1, 0, 0)], [(0, 0, (0, 1))], id="x^2 touches the axis"),
        pytest.param([P(0), P(1)], [], id="parallels never meet"),
        pytest.param([P(1, 0), P(-1, 0), P(2, 0)], [(0, 0, (0, 1, 2))], id="three lines through one point"),
        pytest.param(
            # (x-1)^2 meets x-1 at 1 and 2, -x+1 at 0 and 1, 2x-2 at 1 and 3, -3x+3 at -2 and 1
            [P(1, -1), P(-1, 1), P(2, -2), P(-3, 3), P(1, -2, 1)],
            [(-2, 9, (3, 4)), (0, 1, (1, 4)), (1, 0, (0, 1, 2, 3, 4)), (2, 1, (0, 4))],
            id="four lines and a parabola through one point, and in pairs",
        ),
        pytest.param(
            [P(0), P(1, 0), P(1), P(1, 1)],
            [(-1, 0, (0, 3)), (0, 0, (0, 1)), (0, 1, (2, 3)), (1, 1, (1, 2))],
            id="two crossings above each other stay two",
        ),
    ],
)
def test_each_point_is_listed_once_with_all_curves_that_meet(polynomials, expected):
    assert met(*polynomials) == expected


def test_only_the_range_counts():
    assert met(P(1, 0), P(1, 0, 0), x_range=(0.5, 2.0)) == [(1, 1, (0, 1))]


@pytest.mark.parametrize(("ends", "at"), [((0.5, 0.9), []), ((0.5, 1.0), [1]), ((-1.0, 0.5), [0])])
def test_curves_meet_only_where_both_are_drawn(ends, at):
    scene = replace(of_polynomials((P(1, 0), P(1, 0, 0)), (-2.0, 2.0)), spans=((-2.0, 2.0), ends))
    assert [meeting.x for meeting in meetings_of(scene)] == pytest.approx(at)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=4), min_size=2, max_size=6))
def test_every_crossing_of_two_curves_is_in_a_meeting_with_both(coefficients):
    polynomials = tuple(P(*numbers) for numbers in coefficients)
    meetings = meetings_of(of_polynomials(tuple(polynomials), (-2.0, 2.0)))
    for pair, x, y in table_of(polynomials, (-2.0, 2.0)).rows:
        near = [meeting for meeting in meetings if set(pair) <= set(meeting.curves)]
        assert any(
            meeting.x == pytest.approx(x, abs=1e-6) and meeting.y == pytest.approx(y, abs=1e-4)
            for meeting in near
        )
    assert [meeting.x for meeting in meetings] == sorted(meeting.x for meeting in meetings)


def test_a_meeting_is_identified_by_its_coordinates():
    meetings = meetings_of(of_polynomials((P(1, 0), P(1, 0, 0)), (-2.0, 2.0)))
    assert [meeting_at(meetings, meeting.x, meeting.y) for meeting in meetings] == [0, 1]
    assert meeting_at(meetings, 1.0, 1.001) is None
    assert meeting_at(meetings, 1.00001, 1.0) is None
    assert meeting_at((), 0.0, 0.0) is None


def test_a_meeting_is_named_by_its_curves():
    [meeting] = meetings_of(of_polynomials((P(1, 0), P(-1, 0), P(2, 0)), (-2.0, 2.0)))
    assert meeting.name == "p0 & p1 & p2"


@pytest.mark.parametrize(
    ("curves", "words"),
    [(2, "once in two"), (3, "once in three"), (6, "once in six"), (7, "once in 7")],
)
def test_if_n_curves_meet_a_guess_is_right_once_in_n(curves, words):
    text = explained(curves)
    assert words in text
    assert text.count(". ") == 1  # two sentences
    assert ("both curves" in text) == (curves == 2)
