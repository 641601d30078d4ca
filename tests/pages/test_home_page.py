"""Home: one button, a trained map, three next steps."""

import pytest

from pages.setup import controls
from pages.state import recall, session
from polycore import Experiment
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
from tests.waiting import wait_until


def test_a_cold_home_offers_one_button():
    app = opened(HOME, {})
    assert labels(app) == {"Train the network": True}
    assert session_of(app).experiment == Experiment.recommended()
    assert session_of(app).training is None


def test_one_press_trains_the_set_up_of_the_link_and_keeps_the_best_weights():
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


def test_a_newcomer_s_first_page_ends_with_the_curves_and_the_next_has_the_lessons():
    app = opened()
    assert "Start lesson" not in [link.proto.label for link in app.main.get("page_link")]
    sent = sent_to(app, recall.COMPONENT_KEY)
    assert sent["again"]
    report(app, recall.COMPONENT_KEY, name=sent["name"])  # as a tab does at once that had none
    assert sent_to(app, recall.COMPONENT_KEY) == sent | {"again": False}
    assert [link.proto.label for link in app.main.get("page_link")].count("Start lesson") == 15


def test_who_comes_to_home_from_another_page_sees_the_lessons_at_once():
    app = opened(TRAIN).switch_page(HOME).run()
    assert [link.proto.label for link in app.main.get("page_link")].count("Start lesson") == 15


def test_three_next_steps_once_a_network_is_trained():
    app = wait_for(press(opened(), "Train the network"), "finished")
    assert "Train the network" not in labels(app)
    links = [link.proto.label for link in app.main.get("page_link")]
    assert links.count("Start lesson") == 15
    before_lessons = links[: links.index("Start lesson")]
    assert before_lessons[-2:] == ["Choose polynomials", "Ask about a point"]


def test_a_set_up_that_cannot_be_trained_says_why():
    app = opened(HOME, {"polynomials": "0.000000001x~0.000000002x"})
    press(app, "Train the network")
    assert session_of(app).training is None
    assert any("Standardize inputs: got True" in text.value for text in app.text)


def test_a_damaged_link_says_which_part_once():
    app = opened(HOME, {"steps": "<b>many</b>", "seed": "5"})
    assert session_of(app).experiment == link.from_query({"seed": "5"}).experiment
    assert [text.value for text in app.text] == [
        "Steps: got '<b>many</b>'; expected a whole number of 0 or more. The usual value is used instead."
    ]
    press(app, "Dismiss")
    assert not app.text


def test_a_set_up_that_is_not_trained_yet_has_its_own_button():
    app = wait_for(press(opened(), "Train the network"), "finished")
    app.switch_page("pages/3_train.py").run()
    press(app, "New seed")
    app.switch_page(HOME).run()
    press(app, "Train this set-up")
    assert session_of(app).training.view.run.experiment == session_of(app).experiment
    assert "Train this set-up" not in labels(app)
