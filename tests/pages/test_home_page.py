"""Home: one button, a trained map, three next steps."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.lessons import lessons
from pages.runs.training import Training
from pages.setup import controls
from pages.state import recall, refusal, session
from pages.state.session_value import Session
from pages.state.setup import Setup
from polycore import Experiment, Polynomial
from polycore.links import link
from tests.pages.browsing import (
    HOME,
    TRAIN,
    labels,
    live_text,
    metrics,
    opened,
    press,
    report,
    sent_to,
    session_of,
    wait_for,
)
from tests.runs import TINY, named
from tests.waiting import wait_until


def test_a_cold_home_offers_one_button_and_the_curves_and_then_the_lessons():
    app = opened(HOME, {})
    assert labels(app) == {"Train the network": True}
    assert session_of(app).experiment == Experiment.recommended()
    assert session_of(app).training is None
    assert "Start lesson" not in page_links(app)
    sent = sent_to(app, recall.COMPONENT_KEY)
    assert sent["again"]
    report(app, recall.COMPONENT_KEY, name=sent["name"])  # as a tab does at once that had none
    assert sent_to(app, recall.COMPONENT_KEY) == sent | {"again": False}
    assert page_links(app).count("Start lesson") == 15


def page_links(app):
    """Return the labels of the links to other pages."""
    return [link.proto.label for link in app.main.get("page_link")]


def test_one_press_trains_the_set_up_of_the_link_keeps_the_best_weights_and_offers_next_steps():
    app = press(opened(), "Train the network")
    wait_for(app, "finished")
    session = session_of(app)
    assert session.training.view.run.step == 300
    assert session.answering.experiment == session.experiment
    assert session.answering.model.loss == session.training.view.run.best.loss
    assert list(metrics(app)) == [
        "Held-out accuracy",
        "Loss",
        "Steps/s",
        "Computing time",
    ]
    # without noise two curves can be told apart except at their crossings
    assert "best possible 100.0\u00a0%" in live_text(app)
    held_out = session.answering.model.held_out_accuracy
    assert metrics(app)["Held-out accuracy"] == f"{100 * held_out:.1f} %"
    assert "Train the network" not in labels(app)
    links = page_links(app)
    assert links[: links.index("Start lesson")][-2:] == ["Choose polynomials", "Ask about a point"]


@pytest.mark.parametrize("page", [HOME, TRAIN])
@pytest.mark.parametrize("part", [(controls, "main_button"), (session, "collect")], ids=["buttons", "model"])
def test_a_run_that_ends_while_its_page_is_drawn_is_shown_as_ended_in_every_part(monkeypatch, page, part):
    room, name = part
    draw_part = getattr(room, name)

    def drawn_before_the_end(*arguments):
        drawn = draw_part(*arguments)
        training = session.current().training
        if training is not None:
            wait_until(lambda: not training.view.is_active)
        return drawn

    monkeypatch.setattr(room, name, drawn_before_the_end)
    app = press(opened(page), "Train the network" if page == HOME else "Start")
    session_now = session_of(app)
    assert labels(app)["Start again"]
    assert session_now.answering.model.loss == session_now.training.view.run.best.loss


def test_who_comes_to_home_from_another_page_sees_a_link_to_every_lesson_at_once():
    app = opened(TRAIN).switch_page(HOME).run()
    links = [found.proto for found in app.main.get("page_link") if found.proto.label == "Start lesson"]
    for lesson, found in zip(lessons.LESSONS, links, strict=True):
        assert f"look={lesson.name}" in found.query_string
        assert found.page == "train"


def test_a_set_up_that_cannot_be_trained_says_why(in_session):
    alike = tuple(Polynomial(slope, 0) for slope in (1e-9, 2e-9))
    in_session(Session(setup=Setup(Experiment(polynomials=alike))))
    controls.begin()
    assert session.current().training is None
    reason = refusal.with_page_labels(session.current().refused[controls.PREFIX])
    assert reason.startswith("Standardize inputs: got True")


def test_a_damaged_link_says_which_part_once():
    app = opened(HOME, {"steps": "<b>many</b>", "seed": "5"})
    assert session_of(app).experiment == link.from_query({"seed": "5"}).experiment
    assert [text.value for text in app.text] == [
        "Steps: got '<b>many</b>'; expected a whole number of 0 or more. The usual value is used instead."
    ]
    press(app, "Dismiss")
    assert not app.text


def test_a_set_up_that_is_not_trained_yet_has_its_own_button():
    training = Training(pc.advance(pc.start(TINY), TINY.steps), executor=None, advance=pc.advance)
    other = replace(TINY, seed=6)
    app = opened(HOME, {}, Session(setup=Setup(other), training_id=named(training)))
    press(app, "Train this set-up")
    assert session_of(app).training.view.run.experiment == other
    assert "Train this set-up" not in labels(app)
