"""What is said of where a point lies among curves; each distance is computed by hand."""

import json

import numpy as np
import pytest

import polycore as pc
from pages.plane.crossings import meetings_of
from pages.plane.place import ON_ITS_CURVE, Place
from pages.plane.scene import Scene, of_polynomials
from polycore.polynomials.distances import far_from_all
from polycore.web.scripts import asset
from tests.node import value_after

P = pc.Polynomial
# at 0.5 they are 0.5, -0.5 and 0.25
SCENE = of_polynomials((P(1, 0), P(-1, 0), P(1, 0, 0)), (-1.0, 1.0))
TUTORIAL = of_polynomials(pc.TUTORIAL_POLYNOMIALS, (-1.0, 1.0))


@pytest.mark.parametrize(
    ("x", "y", "label", "said"),
    [
        pytest.param(0.5, 0.25, 2, ON_ITS_CURVE, id="on its curve"),
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
    assert Place(SCENE, x, y, noise=0.1).beside(label) == said


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


# the window is 2 wide and 4 high: a line covers 0.01 to each side, and 0.02 up and down
WINDOW = ((-1.0, 1.0), (-2.0, 2.0))
FAR = [
    pytest.param([[1.0, 0.0]], 0.0, 0.5, 0.5, False, id="on the line"),
    pytest.param([[1.0, 0.0]], 0.0, 0.5, 0.529, False, id="on the drawn line: 0.02 and 0.01 from it"),
    pytest.param([[1.0, 0.0]], 0.0, 0.5, 0.531, True, id="beside the drawn line"),
    pytest.param([[50.0, 0.0]], 0.0, 0.01, 0.99, False, id="on a steep line: 0.0098 in x, though 0.49 in y"),
    pytest.param([[50.0, 0.0]], 0.0, 0.01, 1.03, True, id="beside a steep line"),
    pytest.param([[1.0, 0.0], [2.0]], 0.0, 0.5, 1.99, False, id="on another line"),
    pytest.param([[1.0, 0.0], [2.0]], 0.0, 0.5, 1.25, True, id="between two lines"),
    pytest.param([[1.0, 0.0]], 0.1, 0.5, 0.899, False, id="within 4 times the noise"),
    pytest.param([[1.0, 0.0]], 0.1, 0.5, 0.901, True, id="beyond 4 times the noise"),
    pytest.param([[1.0, 0.0]], 0.1, 50.0, 50.0, False, id="outside the map, on the line"),
    pytest.param([], 0.0, 0.5, 0.5, False, id="no curves are known"),
]


@pytest.mark.parametrize(("curves", "noise", "x", "y", "far"), FAR)
def test_a_point_is_far_if_no_line_and_no_noise_reaches_it(curves, noise, x, y, far):
    polynomials = [P(*coefficients) for coefficients in curves]
    assert far_from_all(polynomials, np.array([[x, y]]), WINDOW, noise).tolist() == [far]


@pytest.mark.parametrize(("curves", "noise", "x", "y", "far"), FAR)
def test_browsers_say_the_same(curves, noise, x, y, far):
    given = json.dumps({"polynomials": curves, "noise": noise, "window": WINDOW})
    warning = value_after(asset("place.js"), f"new Curves({given}).warning({x}, {y})")
    assert bool(warning) == far


def test_the_warning_names_the_nearest_curve():
    given = json.dumps({"polynomials": [[1.0, 0.0], [2.0]], "noise": 0.0, "window": WINDOW})
    warning = value_after(asset("place.js"), f"new Curves({given}).warning(0.5, 1.375)")
    assert warning == "No curve is near: p1, the nearest, is 0.625 away"


@pytest.mark.parametrize(
    ("noise", "y", "said"),
    [
        pytest.param(0.0, 2.5, "No curve is near the point. The nearest, p0, is 2 away.", id="without noise"),
        pytest.param(
            0.1,
            2.5,
            "No curve is near the point. The nearest, p0, is 2 away, 20 times the noise. Only one "
            "point in 15,000 is more than 4 times the noise from its curve.",
            id="with noise",
        ),
        pytest.param(0.1, 0.8, "The nearest curve is p0, 0.3 away.", id="near for this noise"),
        pytest.param(1e-6, 2.5, "over 1,000 times the noise", id="with hardly any noise"),
        pytest.param(0.0, 0.375, "The nearest curves are p0 and p2, each 0.125 away.", id="halfway"),
        pytest.param(0.0, 0.25, "The point lies on p2.", id="on a curve"),
    ],
)
def test_it_says_how_far_the_point_is_from_all_curves(noise, y, said):
    # halfway between two curves is far without noise, but for a map 100 high the lines are thicker
    scene = Scene(
        SCENE.classes, SCENE.curves, (SCENE.window[0], (-50.0, 50.0)) if y == 0.375 else SCENE.window
    )
    assert said in str(Place(scene, 0.5, y, noise))
