"""What pages show of a model's answer about a point, compared with probabilities that the test gives it."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.plane import answer_view, live
from pages.plane.answer import OF_FITTED, REFEREE, Answer
from pages.plane.place import FAR, ON_ITS_CURVE, Place
from pages.plane.scene import Scene, of_polynomials
from polycore.class_name import ClassName
from polycore.pictures.palette import PALETTE

# at 0.5 they are 2, -0.5 and -0.75
LINES = (pc.Polynomial(2, 1), pc.Polynomial(-1, 0), pc.Polynomial(1, 0, -1))
SCENE = of_polynomials(LINES, (-2.0, 3.0))
NAMES = (ClassName("left"), ClassName("right"), ClassName("above"))
SHARES = (0.125, 0.25, 0.625)


def answer(x, y, shares=SHARES, scene=SCENE, noise=0.0):
    """Return the answer of a network that has these probabilities everywhere."""
    referee = pc.Referee(scene.curves, scene.x_range, noise) if scene.curves else None
    return Answer.of(lambda points: np.array([shares] * len(points)), scene, referee, x, y)


def plain(cells):
    return [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells]


# --- the table --------------------------------------------------------------------------------


def test_the_table_has_everything_about_each_class_the_likeliest_first():
    found = answer(0.5, 2.0, scene=replace(SCENE, axes=("<i>width", "height")))
    titles = ["class", "polynomial", "probability", "referee", "odds", "value at <i>width", "distance"]
    assert list(answer_view.columns(found)) == titles
    # without noise the referee is certain of the nearest, which is 2x + 1 itself
    assert answer_view.rows(found) == [
        ["p2", "x² − 1", "62.50 %", "0.00 %", "1.7 to 1", "−0.75", "2.75"],
        ["p1", "−x", "25.00 %", "0.00 %", "1 to 3", "−0.5", "2.5"],
        ["p0", "2x + 1", "12.50 %", "100.00 %", "1 to 7", "2", "0"],
    ]


def test_of_classes_that_are_not_known_the_table_has_numbers_alone():
    assert answer_view.columns(answer(0.5, 2.0, scene=Scene((), (), SCENE.window))) == {
        "class": ["0", "1", "2"],
        "probability": ["12.50 %", "25.00 %", "62.50 %"],
        "odds": ["1 to 7", "1 to 3", "1.7 to 1"],
    }


def test_of_named_classes_the_table_has_their_names():
    found = answer_view.columns(answer(0.5, 2.0, scene=Scene(NAMES, (), SCENE.window)))
    assert list(found) == ["class", "name", "probability", "odds"]
    assert (found["class"], found["name"]) == (["0", "1", "2"], ["left", "right", "above"])


def test_a_point_beyond_the_referees_limit_has_no_referee():
    far = answer(0.0, 1e13)
    assert "referee" not in answer_view.columns(far)
    assert far.referee_sentence() == ""
    assert list(far.choices()) == ["Network"]


def test_a_value_beyond_all_floats_is_in_the_table():
    steep = Scene((pc.Polynomial(1e308, 1e308, 0), *LINES[1:]), (), SCENE.window)
    scene = Scene(steep.classes, steep.classes, steep.window)
    place = Place(scene, 1e3, 0.0)
    assert answer_view.columns(Answer(place, np.array(SHARES)))["value at x"][0] == "∞"


# --- in words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "said"),
    [
        pytest.param(-0.75, ON_ITS_CURVE, id="right"),
        pytest.param(-0.5, "The point lies on p1; this curve is 0.25 away.", id="wrong"),
    ],
)
def test_the_answer_is_compared_with_the_nearest_curve(y, said):
    found = answer(0.5, y)
    assert plain([found.sentence()]) == [f"Most likely: probability 62.5 %, odds 1.7 to 1. {said}"]
    assert (found.heading, answer_view.texts(found)["name"]) == ("p2 = x² − 1", "x² − 1")
    assert found.where() == said


def test_of_a_point_on_no_curve_that_comes_first_and_then_what_they_would_answer():
    found = answer(0.5, 5.0)
    assert found.heading == answer_view.texts(found)["name"] == FAR
    where = "The nearest, p0, is 3 away. Forced to choose one"
    assert plain([found.sentence()]) == [
        f"{where}, the network would say p2 = x² − 1: probability 62.5 %, odds 1.7 to 1."
    ]
    assert found.where() == f"{where}:"
    says = "The referee, who knows the curves, would say p0 = 2x + 1: 100.0 %, odds over "
    assert plain([found.referee_sentence()]) == [f"{says}1,000,000 to 1."]


@pytest.mark.parametrize(
    ("y", "heading"),
    [
        pytest.param(3.9, "p2 = x² − 1", id="3.8 times"),
        pytest.param(4.2, FAR, id="4.4 times"),
    ],
)
def test_with_noise_a_point_is_far_beyond_four_times_the_noise(y, heading):
    found = answer(0.5, y, noise=0.5)  # 2x + 1 is 2 there
    assert found.heading == heading
    assert ("4.4 times the noise" in found.sentence()) == (y == 4.2)


def test_network_and_referee_agree_or_not():
    assert answer(0.5, -0.75).referee_sentence().startswith(f"{REFEREE} agrees: ")
    assert answer(0.5, 2.0).referee_sentence().startswith(f"{REFEREE} says p0 = 2x + 1: ")
    # of points of the user's own the curves are fitted: the true ones are not known, nor what is right
    fitted = answer(0.5, 2.0, scene=replace(SCENE, classes=NAMES, spans=((-2.0, 3.0),) * 3))
    assert fitted.referee_sentence().startswith(f"{OF_FITTED} says left: ")
    assert answer_view.in_short(fitted)["verdict"] == ""
    assert answer(0.5, -0.75).choices() == {
        "Network": ["p2", "62.5\u00a0%"],
        "Referee": ["p2", "100.0\u00a0%"],
    }


# --- where curves meet ------------------------------------------------------------------------

# -x and x² - 1 meet at half of √5 - 1
CROSSING = ((math.sqrt(5) - 1) / 2, (1 - math.sqrt(5)) / 2)


def test_at_a_crossing_nobody_can_tell_and_the_odds_are_shown():
    found = answer(*CROSSING)
    assert (found.meeting.curves, found.meeting.name) == ((1, 2), "p1 & p2")
    network, referee = zip(*answer_view.odds_where_curves_meet(found), strict=True)
    assert plain(network) == ["25.0 %, 1 to 3", "62.5 %, 1.7 to 1"]
    assert plain(referee) == ["50.0 %, 1 to 1"] * 2
    assert "cannot tell p1 and p2 apart: 50.0\u00a0% each." in found.referee_sentence()
    assert found.choices()["Referee"] == ["p1, p2", "50.0\u00a0% each"]


def test_beside_a_crossing_nothing_is_said_about_it():
    found = answer(CROSSING[0], CROSSING[1] + 0.001)
    assert found.meeting is None
    assert answer_view.odds_where_curves_meet(found) == []


# --- as a frame has it ------------------------------------------------------------------------


def test_a_frame_has_the_same_as_the_page():
    found = answer(*CROSSING)
    values = answer_view.values(found, 2)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["table"]["rows"] == answer_view.rows(found)
    assert values["table"]["colors"] == [PALETTE[label].color for label in (2, 1, 0)]
    assert values["crossing"] == answer_view.odds_where_curves_meet(found)
    assert values["choices"] == list(found.choices().values())
    # the page draws this figure: the likeliest two, over the referee's pale bars
    assert values["bars"] == json.loads(live.json_of(answer_view.bars(found, 2)))
    pale, bars, _ = answer_view.bars(found, 2)["data"]
    assert (list(pale["x"]), list(bars["x"])) == ([50, 50], [62.5, 25])


def test_without_a_referee_the_bars_have_all_classes_and_room_for_them():
    found = answer(0.5, 2.0, scene=Scene(NAMES, (), SCENE.window))
    chart = answer_view.bars(found, 2)
    [bars, _] = chart["data"]
    assert list(bars["x"]) == [62.5, 25, 12.5]
    with_referee = answer_view.bars(answer(0.5, 2.0), 2)
    assert [answer_view.height_of(one) for one in (chart, with_referee)] == [100 + 22 * 3, 100 + 22 * 2]
