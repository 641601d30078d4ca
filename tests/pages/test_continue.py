"""Continuing from weights on Train: in the middle of a run, after it, and from the network in use."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.run_view.legs import chain_text, change_text, changes_of
from pages.run_view.shown import values
from pages.runs import sentences
from pages.runs.training import Training
from pages.runs.view import Milestone, RunView
from pages.server import server
from pages.server.limits import Limits
from pages.setup import controls
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.shown_weights import ShownWeights
from pages.train import same_but_one
from polycore.training.history import MOST, History
from polycore.training.leg import Leg
from tests.pages.browsing import labelled, live_html, open_it, opened, press, session_of, trained, wait_for
from tests.runs import OWN, TINY
from tests.waiting import wait_until

TRAIN, COMPARE = "pages/3_train.py", "pages/6_compare.py"
ENDED = pc.advance(pc.start(TINY), TINY.steps)
CONTINUED = pc.advance(pc.start(TINY, weights=ENDED), TINY.steps)


def resting(run):
    return Training(run, executor=None, advance=pc.advance)


def test_a_run_is_continued_as_it_was_and_then_with_other_settings_which_compare_says():
    app = trained()
    assert "300 more" in [caption.value for caption in app.caption]
    app = wait_for(press(app, "Continue"), "finished")
    run = session_of(app).training.view.run
    assert (run.began_at, run.step, len(run.earlier)) == (300, 600, 1)
    labelled(app.number_input, "Learning rate").set_value(0.05).run()
    app = wait_for(press(app, controls.CONTINUE), "finished")
    run = session_of(app).training.view.run
    assert (run.began_at, run.step, run.experiment.learning_rate) == (600, 900, 0.05)
    open_it(app, same_but_one.PREFIX)
    assert f"This run: 0.05. {same_but_one.CONTINUED}" in [caption.value for caption in app.caption]
    app.switch_page(COMPARE).run()
    assert not app.exception
    assert any(chain_text(run.earlier, run.experiment) in html for html in live_html(app))


def test_the_network_in_use_is_trained_further():
    experiment = session_of(opened(TRAIN)).experiment
    model = pc.advance(pc.start(replace(experiment, seed=5)), 40).current
    now = Session(setup=Setup(experiment)).keeping(Kept("from a file", model, None))
    app = press(opened(TRAIN, begun=now), 'Continue "from a file"')
    app = wait_for(app, "finished")
    run = session_of(app).training.view.run
    assert (run.began_at, run.step) == (40, 340)
    first = pc.start(experiment, weights=model)
    assert run.history.loss[0] == first.history.loss[0]


# --- what can be continued ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(TINY, hidden=(9,)), id="layers"),
        pytest.param(replace(TINY, polynomials=pc.TUTORIAL_POLYNOMIALS), id="number of classes"),
        pytest.param(TINY.with_activation("tanh"), id="activation"),
        pytest.param(replace(TINY, features=("x2", "xy")), id="inputs"),
    ],
)
def test_a_network_of_another_kind_cannot_be_continued(other):
    for network in (ENDED.experiment, ENDED.best):
        assert not controls.can_continue(network, other)
    assert offered(ENDED, "paused", other) == ["Start new"]
    with pytest.raises(pc.PolycoreError):  # so it would have been refused
        pc.start(other, weights=ENDED)


def offered(run, state, set_up):
    """Return the labels of the buttons beside the main one."""
    view = replace(RunView.of("a run", run, math.inf), state=state)
    return [button.label for button in controls.buttons_for_changes(view, set_up)]


# at rest the main button is the one that starts a new run
@pytest.mark.parametrize(("state", "new"), [("running", ["Start new"]), ("stopped", [])])
def test_other_settings_can_continue_a_run_that_has_taken_a_step(state, new):
    other = replace(TINY, learning_rate=0.05, optimizer="sgd", noise=0.1, seed=9)
    assert offered(ENDED, state, other) == ["Continue", *new]
    assert offered(pc.start(TINY), state, other) == new


def test_the_network_in_use_fits_unless_it_is_the_runs_own_or_of_another_kind():
    model = pc.advance(pc.start(replace(TINY, seed=7)), 40).current
    now = Session(setup=Setup(TINY)).keeping(Kept("from a file", model, None))
    assert controls.of_model(now).label == 'Continue "from a file"'
    assert controls.of_model(replace(now, setup=Setup(replace(TINY, hidden=(9,))))) is None
    own = Session(setup=Setup(TINY), training=resting(ENDED)).collected()
    assert own.answering is not None
    assert controls.of_model(own) is None
    assert controls.of_model(Session(setup=Setup(TINY))) is None


# --- what a press does -------------------------------------------------------------------------


def test_a_run_is_continued_in_its_middle_from_where_it_is_unless_that_is_refused(in_session, own_server):
    long = replace(TINY, steps=10_000_000)
    before = Training(pc.start(long), server.current().workers, pc.advance)
    in_session(Session(setup=Setup(replace(long, learning_rate=0.001)), training=before))
    before.start()
    wait_until(lambda: before.view.run.step)
    drawn = before.view
    further, _ = controls.buttons_for_changes(drawn, session.current().experiment)
    wait_until(lambda: before.view.run.step > drawn.run.step)
    own_server(limits=Limits(max_width=1))
    further.action()
    assert session.current().refused
    assert before.view.status == "running"
    own_server(limits=Limits())
    further.action()
    after = session.current().training
    assert before.view.status == "stopped"
    assert after.view.run.began_at == before.view.run.step > drawn.run.step
    assert [leg.end for leg in after.view.run.earlier] == [after.view.run.began_at]
    wait_until(lambda: after.view.run.step > after.view.run.began_at)
    view = after.view
    assert view.seconds == pytest.approx(before.view.seconds + view.pace.seconds)


def test_the_computing_time_of_a_run_begins_with_that_of_the_weights_that_it_continues_from():
    marks = [Milestone(seconds, step, 1.0, 0.5) for seconds, step in ((0.0, 0), (1.0, 10), (2.0, 30))]
    run = pc.start(TINY, weights=pc.advance(pc.start(TINY), 20).current)
    view = RunView.of("a run", run, math.inf, marks)
    # step 20 is halfway through the second that steps 10 to 30 took; what came after it is not in the weights
    assert [(one.seconds, one.step) for one in view.milestones] == [(0, 0), (1, 10), (1.5, 20)]
    assert view.seconds == 1.5


def test_a_press_on_start_after_a_continued_run_begins_at_step_0(in_session):
    training = resting(CONTINUED)
    in_session(Session(setup=Setup(TINY), training=training))
    start = controls.row_of(training, training.view, changed=False)["main"]
    assert start.label == "Start new"
    start.action()
    run = session.current().training.view.run
    assert (run.began_at, run.earlier) == (0, ())


def test_two_runs_of_one_experiment_with_another_past_are_two_models():
    now = Session(training=resting(ENDED)).collected()
    now = replace(now, training=resting(CONTINUED)).collected()
    assert now.models.titles == (
        "Run 1 · Adam, 2 polynomials",
        "Run 2, continued from step 60 · Adam, 2 polynomials",
    )
    first, second = now.models.kept
    assert first.experiment == second.experiment
    assert second.whole_history.step[[0, -1]].tolist() == [0, 120]


# --- in words ----------------------------------------------------------------------------------


def test_the_share_is_that_of_the_steps_that_are_named():
    view = RunView.of("a run", pc.advance(pc.start(TINY, weights=ENDED), 30), math.inf)  # to step 120
    assert sentences.line(view).startswith("step 90 of 120 (75\u00a0%)")
    assert values(view, ShownWeights.of(view, "Now"), "")["share"] == 75.0


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (TINY, TINY, "continued"),
        (TINY, replace(TINY, learning_rate=0.5), "learning rate 0.01 → 0.5"),
        (
            TINY,
            replace(TINY, batch_size=8, standardize=False),
            "batch size all → 8, standardize on → off",
        ),
        (TINY, replace(TINY, polynomials=(pc.Polynomial(1), pc.Polynomial(2))), "other polynomials"),
        (TINY, OWN, "points of your own"),
        (OWN, TINY, "polynomials"),
        (OWN, replace(OWN, seed=9), "seed 5 → 9"),
        (TINY, replace(TINY, l2=0.01, warmup_steps=40), "L2 0 → 0.01, warm-up steps 0 → 40"),
        (replace(TINY, warmup_steps=6), replace(TINY, warmup_steps="10%"), "warm-up steps 6 → 10%"),
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
