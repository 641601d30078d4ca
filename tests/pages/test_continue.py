"""Continuing from weights on Train: in the middle of a run, after it, and from the network in use."""

from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.run_view.legs import chain_text, change_text, changes_of
from pages.run_view.shown import values
from pages.runs import sentences
from pages.runs.training import Training
from pages.state.kept_models import Kept
from pages.state.shown_weights import ShownWeights
from polycore.training.history import MOST, History
from polycore.training.leg import Leg
from tests.pages.browsing import live_html, opened, press, session_of, trained, wait_for
from tests.runs import OWN, TINY

TRAIN, COMPARE = "pages/3_train.py", "pages/6_compare.py"


def set_number(app, label, value):
    [box] = [box for box in app.number_input if box.label == label]
    box.set_value(value).run()
    assert not app.exception


def labels(app):
    return [button.label for button in app.button]


def test_a_run_that_has_ended_is_continued_as_it_was():
    app = press(trained(), "Continue")
    app = wait_for(app, "finished")
    run = session_of(app).training.view.run
    assert (run.began_at, run.step) == (300, 600)
    # as if it had been 600 steps long: with a constant learning rate nothing else depends on where it began
    whole = pc.advance(pc.start(replace(run.experiment, steps=600)), 600)
    assert run.parameters.tolist() == whole.parameters.tolist()
    assert run.snapshots.step[0] == 0


def test_the_share_is_that_of_the_steps_that_are_named():
    run = pc.start(TINY, weights=pc.advance(pc.start(TINY), 60))  # to step 120
    training = Training(pc.advance(run, 30), executor=None, advance=pc.advance)
    text = sentences.line(training.view)
    assert text.startswith("step 90 of 120 (75%)")
    assert values(training.view, ShownWeights.of(training.view, "Now"), "")["share"] == 75.0


def test_new_settings_are_a_mark_on_the_charts_and_a_line_on_compare():
    app = trained()
    set_number(app, "Learning rate", 0.05)
    press(app, "Continue with these settings")
    app = wait_for(app, "finished")
    now = session_of(app)
    assert [kept.title for kept in now.models.kept] == [
        "Run 1 · Adam, 2 polynomials",
        "Run 2, continued from step 300 · Adam, 2 polynomials",
    ]
    assert now.answering.whole_history.step[[0, -1]].tolist() == [0, 600]
    app.switch_page(COMPARE).run()
    assert not app.exception
    chain = "Continued from earlier training, at step 300: learning rate 0.01 → 0.05."
    assert any(chain in html for html in live_html(app))


def test_other_layers_cannot_be_continued():
    app = trained()
    [box] = [box for box in app.text_input if box.label == "Hidden layers"]
    box.set_value("9").run()
    assert "Continue with these settings" not in labels(app)


def test_a_run_is_continued_in_its_middle():
    app = opened(TRAIN)
    press(app, "Start")
    app = wait_for(app, "finished")
    long = replace(session_of(app).experiment, steps=10_000_000)
    assert long.widths == session_of(app).training.view.run.experiment.widths
    set_number(app, "Steps", 10_000_000)
    press(app, "Continue with these settings")
    set_number(app, "Learning rate", 0.001)
    before = session_of(app).training
    press(app, "Continue with these settings")
    after = session_of(app).training
    assert after is not before
    assert before.view.status == "stopped"
    assert after.view.run.began_at == before.view.run.step >= 300
    assert len(after.view.run.earlier) == 2
    press(app, "Stop")


def test_the_network_in_use_is_trained_further():
    app = opened(TRAIN)
    experiment = session_of(app).experiment
    model = pc.advance(pc.start(replace(experiment, seed=5)), 40).current
    app.session_state["polycore.session"] = session_of(app).keeping(Kept("from a file", model, None))
    app.run()
    press(app, "Continue from the network in use")
    app = wait_for(app, "finished")
    run = session_of(app).training.view.run
    assert (run.began_at, run.step) == (40, 340)
    first = pc.start(experiment, weights=model)
    assert run.history.loss[0] == first.history.loss[0]


def test_it_starts_from_step_0_again_on_start():
    app = wait_for(press(trained(), "Continue"), "finished")
    press(app, "Start")
    app = wait_for(app, "finished")
    assert (session_of(app).training.view.run.began_at, session_of(app).training.view.run.step) == (0, 300)


def test_two_runs_of_one_experiment_with_another_past_are_two_models():
    app = wait_for(press(trained(), "Continue"), "finished")
    assert len(session_of(app).models.kept) == 2
    first, second = session_of(app).models.kept
    assert first.experiment == second.experiment
    assert second.model.loss < first.model.loss


# --- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (TINY, TINY, "continued"),
        (TINY, replace(TINY, learning_rate=0.5), "learning rate 0.01 → 0.5"),
        (
            TINY,
            replace(TINY, batch_size=8, standardize=False),
            "batch size all points → 8, standardize on → off",
        ),
        (TINY, replace(TINY, polynomials=(pc.Polynomial(1), pc.Polynomial(2))), "other polynomials"),
        (TINY, OWN, "points of your own"),
        (OWN, TINY, "polynomials"),
        (OWN, replace(OWN, seed=9), "seed 5 → 9"),
        (TINY, replace(TINY, l2=0.01, warmup_steps=40), "L2 0 → 0.01, warm-up steps 0 → 40"),
        (replace(TINY, l1=0.01, dropout=0.5), TINY, "L1 0.01 → 0, dropout 0.5 → 0"),
        (TINY, replace(TINY, gradient_clipping=0.5), "gradient clipping 0 → 0.5"),
        (TINY, replace(TINY, features=("x2", "xy")), "features x-y → x2-xy"),
        (replace(TINY, features=("x2", "xy")), TINY, "features x2-xy → x-y"),
        (OWN, OWN.on_points(pc.PointSet([[0, 0], [1, 1]], ["left", "right"])), "other points"),
        (
            TINY,
            replace(TINY, learning_rate=0.5, steps=9, seed=1, noise=0.25, momentum=0.5),
            "noise 0 → 0.25, learning rate 0.01 → 0.5, steps 60 → 9 and 2 more",
        ),
    ],
)
def test_what_changed_is_said(before, after, text):
    assert change_text(before.summary(), after.summary()) == text


def test_unknown_settings_are_other_settings():
    assert change_text(None, TINY.summary()) == "other settings"
    legs = (Leg(0, 5, None), Leg(5, 9, TINY.summary()))
    assert changes_of(legs, TINY) == ((5, "other settings"), (9, "continued"))
    assert chain_text(legs, TINY) == (
        "Continued from earlier training, at step 5: other settings; at step 9: the same settings."
    )
    assert chain_text((), TINY) == chain_text(legs, None) == ""


def history(*steps):
    values = np.linspace(1, 0.5, len(steps))
    return History(1, np.array(steps), values, values, values)


def test_histories_are_joined_and_thinned():
    one, other = history(0, 5, 10), history(10, 12)
    assert History.joined([one]) is one
    assert History.joined([one, other]).step.tolist() == [0, 5, 10, 10, 12]
    many = History.joined([history(*range(300)), history(*range(300, 600))])
    assert len(many.step) == MOST
    assert many.step[[0, -1]].tolist() == [0, 599]
