"""What is said of where a point lies among curves; each distance is computed by hand."""

import pytest

import polycore as pc
from pages.plane.crossings_table import meetings_of
from pages.plane.place import Place
from pages.plane.scene import Scene, of_polynomials

P = pc.Polynomial
# at 0.5 they are 0.5, -0.5 and 0.25
SCENE = of_polynomials((P(1, 0), P(-1, 0), P(1, 0, 0)), (-1.0, 1.0))
TUTORIAL = of_polynomials(pc.TUTORIAL_POLYNOMIALS, (-1.0, 1.0))


@pytest.mark.parametrize(
    ("x", "y", "label", "said"),
    [
        pytest.param(0.5, 0.25, 2, "The point lies on its curve.", id="on its curve"),
        pytest.param(0.5, 0.25, 0, "The point lies on p2; this curve is 0.25 away.", id="on another"),
        pytest.param(1.0, 1.0, 2, "The point lies on both p0 and p2.", id="on a crossing"),
        pytest.param(
            1.0, 1.0, 1, "The point lies on both p0 and p2; this curve is 2 away.", id="off a crossing"
        ),
        pytest.param(0.0, 0.0, 1, "The point lies on p0, p1 and p2.", id="on a crossing of three"),
        pytest.param(0.5, 0.75, 0, "Its curve is the nearest, 0.25 away.", id="beside its curve"),
        pytest.param(
            0.5, 0.3, 0, "Another curve is nearer: p2, 0.05 away; this one is 0.2 away.", id="beside another"
        ),
        pytest.param(0.5, 0.375, 0, "The nearest curves are p0 and p2, each 0.125 away.", id="halfway"),
    ],
)
def test_it_says_where_the_point_lies(x, y, label, said):
    assert Place(SCENE, x, y).beside(label) == said


def test_on_every_crossing_of_the_tutorial_it_names_the_curves_that_meet():
    meetings = meetings_of(TUTORIAL)
    assert len(meetings) > 40
    for meeting in meetings:
        place = Place(TUTORIAL, meeting.x, meeting.y)
        assert place.nearest == meeting.curves
        names = meeting.name.replace(" & ", " and ") if len(meeting.curves) == 2 else None
        assert names is None or place.beside(meeting.curves[-1]) == f"The point lies on both {names}."


def test_nothing_is_said_about_unknown_or_infinitely_far_curves():
    steep, window = (P(1e308, 0),), ((-1.0, 1.0), (-1.0, 1.0))
    assert Place(Scene(steep, steep, window), 1e3, 0.0).beside(0) == ""
    assert Place(Scene((), (), window), 0.5, 0.0).beside(0) == ""
