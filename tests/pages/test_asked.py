"""Asking about a point on a run's map: the answers are compared with numbers computed in the test."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

import polycore as pc
from pages.frame import frame
from pages.models import asked, from_link
from pages.plane import live
from pages.plane.crossings import explained
from pages.runs.training import Training
from pages.state import session
from pages.state.shown_weights import ShownWeights
from tests.hand import Hand
from tests.pages.browsing import HOME, QUICK, live_rows, opened, press, session_of, trained
from tests.pages.test_export import TRAINED
from tests.pages.test_predict_page import words
from tests.runs import named

TRAIN = "pages/3_train.py"
LINES = QUICK | {"polynomials": "x~x^2~-x"}
LINES_LEARNED = (pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1, 0))
pages = pytest.mark.parametrize(
    ("page", "button"),
    [pytest.param(TRAIN, "Start", id="Train"), pytest.param(HOME, "Train the network", id="Home")],
)


@pytest.fixture
def click(monkeypatch):
    """Return the figures by key; a button for each map calls its callback with `place`."""
    found = {"place": (0.5, -0.25)}

    def figure(figure, key, on_click=None, **_):
        found[key] = figure
        if on_click is not None:
            st.button("click", key=f"click.{key}", on_click=lambda: on_click(*found["place"]))

    monkeypatch.setattr(live, "figure", figure)
    return found


def clicked(app, key="progress.map"):
    [button] = [button for button in app.button if button.key == f"click.{key}"]
    button.click().run()
    assert not app.exception
    return app


def on_lines(page=TRAIN, button="Start", **words):
    return trained(page, button, **{**LINES, **words})


@pages
def test_a_click_asks_network_and_referee(click, page, button):
    app = on_lines(page, button)
    assert asked.CLICK in words(app)
    clicked(app)
    best = session_of(app).training.view.best
    [shares] = best.predict_proba([[0.5, -0.25]])
    label = int(shares.argmax())
    text = words(app)
    assert "**x = 0.5, y = -0.25**" in text
    # -x is -0.5 there, 0.25 away, x^2 is 0.25, twice as far
    assert (
        "On no curve. The nearest, p2, is 0.25 away. Forced to choose one, the network would say "
        f"p{label} = {best.polynomials[label].typeset}: probability {100 * shares.max():.1f}" in text
    )
    says = (
        "The referee, who knows the curves, would agree: probability 100.0\u00a0%"
        if label == 2
        else "The referee, who knows the curves, would say p2 = −x: probability"
    )
    assert says in text
    point = click["progress.map"].data[-1]
    assert (point.x[0], point.y[0]) == (0.5, -0.25)
    bars = click["asked.bars"].data[1]
    assert bars.x == pytest.approx(sorted(100 * shares, reverse=True))
    assert asked.CLICK not in text


def test_during_a_run_its_current_weights_answer(click):
    app = press(opened(TRAIN, LINES | {"steps": "1000000"}), "Start")
    clicked(app)
    press(app, "Pause")
    # a run that has begun, whatever it had reached at the press, and takes its next step in a while
    training = Training(pc.advance(session_of(app).training.view.run, 1), Hand(), pc.advance)
    app.session_state[session.KEY] = replace(session_of(app), training_id=named(training))
    training.resume()
    app.run()
    assert training.view.status == "running"
    weights, biases = zip(*training.view.run.layers, strict=True)
    values = np.array([[0.5, -0.25]])
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
        values = values @ w + b
        values = np.maximum(values, 0) if layer < len(weights) - 1 else values
    powers = np.exp(values[0] - values[0].max())
    assert max(click["asked.bars"].data[1].x) == pytest.approx(100 * powers.max() / powers.sum())
    training.stop()


@pytest.mark.usefixtures("click")
def test_all_classes_are_in_a_table_that_can_be_opened():
    app = clicked(on_lines())
    assert not live_rows(app, "answer.table.rows")
    app.session_state[f"{asked.PREFIX}.table"] = True
    app.run()
    rows = live_rows(app, "answer.table.rows")
    assert {(cells[0], cells[1]) for cells in rows.values()} == {("p0", "x"), ("p1", "x²"), ("p2", "−x")}


def test_at_a_crossing_it_is_explained(click):
    click["place"] = (0.0, 0.0)
    app = clicked(on_lines())
    assert "A crossing: p0 & p1 & p2" in words(app)
    assert explained(3) in words(app)
    assert len(live_rows(app, "answer.crossing")) == 3


def test_the_answer_can_be_closed(click):
    app = press(clicked(on_lines()), "Close")
    assert session_of(app).view.asked is None
    assert asked.CLICK in words(app)
    assert "asked" not in str(click["progress.map"].layout.meta)
    assert all(trace.mode == "lines" for trace in click["progress.map"].data)


@pytest.mark.usefixtures("click")
def test_the_point_stays_on_the_other_page():
    app = clicked(on_lines())
    app.switch_page(HOME).run()
    assert "**x = 0.5, y = -0.25**" in words(app)


def test_a_point_too_far_out_is_ignored(click):
    click["place"] = (1e13, 0.0)
    assert session_of(clicked(on_lines())).view.asked is None


@pytest.mark.parametrize(
    ("page", "embedded"),
    [pytest.param(TRAIN, False, id="Train"), pytest.param(HOME, True, id="Home, embedded")],
)
def test_a_network_from_a_link_answers_a_click(click, monkeypatch, page, embedded):
    monkeypatch.setattr(frame, "is_embedded", lambda: embedded)
    app = opened(page, TRAINED)
    assert asked.CLICK in words(app)
    clicked(app, from_link.MAP_KEY)
    model = session_of(app).answering.model
    # by hand: weights ((1, -2), (0.5, 3)) at (0.5, -0.25)
    values = np.array([0.5 * 1 - 0.25 * 0.5, 0.5 * -2 - 0.25 * 3]) + model.biases[0][0]
    shares = np.exp(values) / np.exp(values).sum()
    assert "**x = 0.5, y = -0.25**" in words(app)
    assert f"would say p0 = x: probability {100 * shares[0]:.1f}" in words(app)
    # -x is -0.5 there, 0.25 away, and x 0.75
    assert "The referee, who knows the curves, would say p1 = −x: probability" in words(app)
    point = click[from_link.MAP_KEY].data[-1]
    assert (point.x[0], point.y[0]) == (0.5, -0.25)
    press(app, "Close")
    assert asked.CLICK in words(app)


def test_the_answer_is_of_the_weights_that_are_shown():
    experiment = pc.Experiment(
        polynomials=LINES_LEARNED,
        samples_per_class=20,
        hidden=(8,),
        batch_size=10,
        learning_rate=0.5,
        noise=0.3,
        steps=60,
    )
    view = Training(pc.advance(pc.start(experiment), 60), Hand(), pc.advance).view
    assert view.run.best_step < view.run.step
    for choice, model in (("Best", view.best), ("Now", view.current)):
        answer = asked.answer_of_run(ShownWeights.of(view, choice), (0.5, -0.25))
        [shares] = model.predict_proba([[0.5, -0.25]])
        np.testing.assert_array_equal(answer.probabilities, shares)


def test_without_a_point_there_is_no_answer():
    view = Training(pc.start(pc.Experiment(polynomials=LINES_LEARNED)), Hand(), pc.advance).view
    assert asked.answer_of_run(ShownWeights.of(view, "Now"), None) is None
