"""Asking about a point on a network's map: the answers are compared with numbers computed in the test."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.frame import frame
from pages.home import home
from pages.models import asked, from_link
from pages.plane.answer import REFEREE
from pages.plane.crossings import explained
from pages.run_view import map_view
from pages.run_view.shown import Selection, ShownRun
from pages.runs.view import RunView
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.shown_weights import ShownWeights
from pages.state.view import View
from polycore.links import link
from polycore.referee.bayes_classifier import MAX_COORDINATE
from tests.pages.browsing import HOME, QUICK, click, labelled, live_rows, open_it, opened, press, trained
from tests.pages.test_export import TRAINED
from tests.pages.test_predict_page import words

TRAIN = "pages/3_train.py"
POINT = (0.5, -0.25)
LINES = (pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1, 0))  # they meet at 0
PAST_ITS_BEST = pc.Experiment(
    polynomials=LINES,
    samples_per_class=20,
    hidden=(8,),
    batch_size=10,
    learning_rate=0.5,
    noise=0.3,
    steps=60,
)


# --- on a page --------------------------------------------------------------------------------


def test_a_click_on_a_crossing_explains_it_and_another_one_asks_about_another_point_until_it_is_closed():
    app = trained(**{**QUICK, "polynomials": "x~x^2~-x"})
    assert asked.CLICK in words(app)
    click(app, "progress.map", 0.0, 0.0)
    assert asked.CLICK not in words(app)
    assert "A crossing: p0 & p1 & p2" in words(app)
    assert explained(3) in words(app)
    assert len(live_rows(app, "answer.crossing")) == 3
    assert not live_rows(app, "answer.table.rows")
    rows = live_rows(open_it(app, f"{asked.PREFIX}.table"), "answer.table.rows")
    assert {(cells[0], cells[1]) for cells in rows.values()} == {("p0", "x"), ("p1", "x²"), ("p2", "−x")}
    click(app, "progress.map", *POINT)
    assert "**x = 0.5, y = −0.25**" in words(app)
    assert "A crossing" not in words(app)
    app.switch_page("pages/4_predict.py").run()
    assert [labelled(app.number_input, name).value for name in "xy"] == [*POINT]
    app.switch_page(TRAIN).run()
    press(app, "Close")
    assert asked.CLICK in words(app)


@pytest.mark.parametrize(
    ("page", "embedded"),
    [pytest.param(TRAIN, False, id="Train"), pytest.param(HOME, True, id="Home, embedded")],
)
def test_a_network_from_a_link_answers_a_click(monkeypatch, page, embedded):
    monkeypatch.setattr(frame, "is_embedded", lambda: embedded)
    app = opened(page, TRAINED)
    assert asked.CLICK in words(app)
    click(app, from_link.MAP_KEY, *POINT)
    assert "**x = 0.5, y = −0.25**" in words(app)
    press(app, "Close")
    assert asked.CLICK in words(app)


# --- what is asked ----------------------------------------------------------------------------


def test_a_click_asks_about_its_point_on_train_and_home_unless_that_is_too_far_out(in_session):
    in_session(Session(setup=Setup(PAST_ITS_BEST)))
    assert map_view.selection().asked is None
    asked.choose(*POINT)
    asked.choose(0.0, 2 * MAX_COORDINATE)
    assert map_view.selection().asked == home.selection().marked == POINT


def shown(point, choice="Now"):
    """Return a run that is past its best, as a page shows it."""
    view = RunView.of("a run", pc.advance(pc.start(PAST_ITS_BEST), 60), math.inf)
    assert view.run.best_step < view.run.step
    selection = Selection(choice, asked=point)
    return ShownRun(None, view, selection, ShownWeights.of(view, choice), None)


def test_the_point_is_marked_on_the_map():
    mark = map_view.figure_of(shown(POINT))["data"][-1]
    assert (mark["mode"], list(mark["x"]), list(mark["y"])) == ("markers", [0.5], [-0.25])
    assert all(trace["mode"] == "lines" for trace in map_view.figure_of(shown(None))["data"])


# --- the answer -------------------------------------------------------------------------------


def probabilities(layers, point):
    """Return what a network says of a point: dot, add, ReLU, ..., softmax."""
    values = np.array([point])
    for position, (weights, biases) in enumerate(layers):
        values = values @ weights + biases
        values = np.maximum(values, 0) if position < len(layers) - 1 else values
    powers = np.exp(values[0] - values.max())
    return powers / powers.sum()


@pytest.mark.parametrize("choice", ["Now", "Best"])
def test_the_answer_is_of_the_weights_that_are_shown(choice):
    of_run = shown(POINT, choice)
    answer = asked.answer_of_run(of_run.weights, of_run.selection.asked)
    model = of_run.view.best if choice == "Best" else of_run.view.current
    layers = list(zip(model.weights, model.biases, strict=True))
    assert answer.probabilities == pytest.approx(probabilities(layers, POINT))


def test_without_a_point_there_is_no_answer():
    assert asked.answer_of_run(shown(None).weights, None) is None


def test_a_network_from_a_link_answers_as_its_weights_do_and_marks_the_point(in_session):
    opened = link.from_query(TRAINED)
    now = from_link.with_network(Session(setup=Setup(opened.experiment)), opened.weights, opened.model)
    in_session(now)
    kept = from_link.fitting()
    assert from_link.answer_of(kept) is None
    in_session(replace(now, view=View(asked=POINT)))
    answer = from_link.answer_of(kept)
    # by hand: weights ((1, -2), (0.5, 3)) at (0.5, -0.25)
    values = np.array([0.5 * 1 - 0.25 * 0.5, 0.5 * -2 - 0.25 * 3]) + kept.model.biases[0][0]
    assert answer.probabilities == pytest.approx(np.exp(values) / np.exp(values).sum())
    # -x is -0.5 there, 0.25 away, and x 0.75
    assert answer.referee_sentence().startswith(f"{REFEREE} would say p1 = −x: ")
    mark = from_link.figure_of(kept)["data"][-1]
    assert (list(mark["x"]), list(mark["y"])) == ([0.5], [-0.25])
