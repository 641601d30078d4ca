"""The slider through a run's past: what its moments are, and what pages and frames show of each."""

import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

import polycore as pc
from pages.inside import edited_model, inside_values, neuron_map
from pages.models.shown_network import shown_inside
from pages.plane.scene import scene_of
from pages.run_view import time_slider
from pages.runs.training import Training
from pages.server.source import choice_in
from pages.state import session
from pages.state.kept_models import ByHand
from pages.state.session_value import Session
from pages.state.shown_weights import ShownWeights
from polycore.formatting import loss_text
from polycore.inspection.parameter_index import ParameterIndex
from polycore.pictures.class_map import class_map, unpacked
from polycore.training.snapshots import Snapshots
from tests.hand import Hand
from tests.pages.browsing import labelled, live_text, metrics, report, sent_to, session_of, trained
from tests.pages.test_run_frames import NETWORK, Directly, watched
from tests.pages.test_run_frames import opened as frame_of
from tests.runs import TINY

TRAIN, INSIDE = "pages/3_train.py", "pages/5_inside.py"


BIAS = ParameterIndex(0, 0)  # of the first neuron


def training_of(run):
    return Training(run, Directly(), pc.advance)


@pytest.fixture
def run(in_session):
    """Return a run that has ended at a worse loss than its best; the session, without a page, has it."""
    in_session(Session())
    crossing = (pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1, 0))
    rough = replace(TINY, polynomials=crossing, learning_rate=0.5, batch_size=10, noise=0.3)
    ended = pc.advance(pc.start(rough), 60)
    assert 0 < ended.best_step < ended.step
    begin(ended)
    return ended


def begin(run):
    """Let the session have a run that has ended."""
    session.begin(training_of(run))
    session.collect()


def change(run, **fields):
    """Let the session's run have other fields."""
    changed = training_of(replace(run, **fields))
    session.restore(replace(session.current(), training=changed))


def rest_inside_at(choice):
    """Let the slider on Inside rest there; return what it shows then."""
    session.update(view=session.current().view.chosen_inside(choice))
    return session.current().inside_choice


def bias_inside():
    """Return the first bias of the network that Inside shows."""
    return BIAS.value(inside_values.of(session.current()).model)


def set_bias(value):
    edited_model.enter(shown_inside(session.current()), BIAS, value)


def note_inside():
    now = session.current()
    return edited_model.note_on_step(now, inside_values.of(now).by_hand)


def with_steps(snapshots, steps):
    """Return the snapshots of these steps alone."""
    kept = dict(zip(snapshots.step, snapshots.parameters, strict=True))
    return Snapshots(steps, tuple(kept[step] for step in steps))


def test_the_moments_are_the_snapshots_the_best_and_the_latest_weights():
    run = pc.advance(pc.start(TINY), 60)
    found = training_of(run).view.moments
    steps = [step for step, _ in found]
    assert steps == sorted({*run.snapshots.step, run.best_step, 60})
    assert found[-1] == (60, "Now")
    assert [step for step, choice in found if choice == "Best"] == [run.best_step] * (run.best_step < 60)
    assert all(choice == step for step, choice in found if choice not in ("Now", "Best"))


def test_a_run_at_its_beginning_has_one_moment():
    run = pc.start(TINY)
    assert training_of(run).view.moments == [(0, "Now")]


def test_the_weights_of_a_step_are_those_of_a_run_that_ended_there():
    run = pc.advance(pc.start(TINY), 60)
    step = run.snapshots.step[len(run.snapshots) // 2]
    shown = ShownWeights.of(training_of(run).view, step)
    there = pc.advance(pc.start(TINY), step)
    assert (shown.step, shown.mark, shown.name) == (step, "then", f"then (step {step})")
    assert shown.loss == pytest.approx(there.current.loss, rel=1e-5)
    assert shown.model.held_out_accuracy == pytest.approx(there.current.held_out_accuracy, abs=0.002)
    assert shown.gradient_norm is None
    for mine, theirs in zip(shown.model.weights, there.current.weights, strict=True):
        assert np.allclose(mine, theirs, rtol=1e-5)


def test_a_step_without_a_snapshot_shows_the_latest_weights():
    shown = ShownWeights.of(training_of(pc.advance(pc.start(TINY), 60)).view, 10**9)
    assert (shown.step, shown.choice) == (60, "Now")


def test_a_step_whose_snapshot_made_room_for_others_shows_the_next_one():
    training = training_of(pc.advance(pc.start(TINY), 60))
    first, second, third = training.view.run.snapshots.step[-3:]
    assert second - 1 > first
    assert training.view.run.best_step not in range(second - 1, second)
    assert ShownWeights.of(training.view, second - 1).step == second
    assert (ShownWeights.of(training.view, third).step, ShownWeights.of(training.view, -1).step) == (third, 0)


def test_a_frame_shows_the_weights_that_are_chosen_until_the_page_is_drawn_again():
    tab = watched()
    step = tab.training.view.run.snapshots.step[3]
    now, of_now = frame_of(tab.frame())
    news = tab.news
    tab.choose(step)
    assert tab.news > news
    then, blobs = frame_of(tab.frame())
    assert then["sequence"] > now["sequence"]
    assert (then["step"], then["weights"]["step"]) == (now["step"], step)
    assert then["weights"]["loss"] != now["weights"]["loss"]
    assert blobs["map"] != of_now["map"]
    window = scene_of(tab.training.view.run.experiment).window
    there = pc.advance(pc.start(tab.training.view.run.experiment), step).current  # in float64, not float32
    expected = class_map(there.weights, there.biases, window).packed()
    shown = replace(expected, scanlines=blobs["map"])
    assert (unpacked(shown) == unpacked(expected)).mean() > 0.99
    tab.select(NETWORK)
    again, _ = frame_of(tab.frame())
    assert again["weights"]["step"] == now["weights"]["step"]


@pytest.mark.parametrize("choice", [None, True, 1.5, "then", [3], {}, 10**30])
def test_what_is_no_choice_is_ignored_and_an_unknown_step_is_the_latest(choice):
    tab = watched()
    before, _ = frame_of(tab.frame())
    tab.choose(choice)
    after, _ = frame_of(tab.frame())
    assert after["weights"] == before["weights"]


@pytest.mark.parametrize("value", [None, True, 1.5, "then", [3], {}, -1, 10**400])
def test_what_a_browser_sends_is_checked(value):
    assert choice_in(value) is None


def steps_on(app):
    return [step for step, _ in sent_to(app, time_slider.KEY)["moments"]]


def test_the_page_shows_what_the_slider_rests_at():
    app = trained()
    step = steps_on(app)[4]
    report(app, time_slider.KEY, chosen=step)
    assert session_of(app).view.choice == step
    assert sent_to(app, time_slider.KEY)["choice"] == step
    assert f"then (step {step})" in live_text(app)
    report(app, time_slider.KEY, chosen="Best")
    assert session_of(app).view.choice == "Best"
    report(app, time_slider.KEY, chosen=["no", "choice"])
    assert session_of(app).view.choice == "Best"


def test_a_new_run_shows_its_latest_weights(run):
    session.update(view=session.current().view.chosen(run.snapshots.step[2]))
    assert session.current().view.choice == run.snapshots.step[2]
    begin(replace(run, experiment=replace(run.experiment, seed=9)))
    assert session.current().view.choice == "Now"


# --- on Inside --------------------------------------------------------------------------------


def test_inside_shows_what_the_slider_rests_at():
    app = trained()
    app.switch_page(INSIDE).run()
    kept = session_of(app).answering
    slider = sent_to(app, edited_model.SLIDER_KEY)
    assert (slider["choice"], slider["moves"]) == ("Best", False)
    step = slider["moments"][3][0]
    report(app, edited_model.SLIDER_KEY, chosen=step)
    assert sent_to(app, edited_model.SLIDER_KEY)["choice"] == step
    there = pc.advance(pc.start(kept.experiment), step).current
    assert labelled(app.number_input, "Bias, exactly").value == pytest.approx(there.biases[0][0, 0], rel=1e-5)
    assert metrics(app)["Loss"] == loss_text(there.loss)
    assert edited_model.OF_THE_PAST.format(step, "Best loss") in [caption.value for caption in app.caption]
    assert session_of(app).answering.model is kept.model


def test_inside_shows_the_weights_of_a_moment_and_says_which(run):
    kept = session.current().answering
    step = run.snapshots.step[3]
    for choice, there, note in (
        ("Best", kept.model, ""),
        (
            step,
            pc.advance(pc.start(run.experiment), step).current,
            edited_model.OF_THE_PAST.format(step, "Best loss"),
        ),
        ("Now", run.current, edited_model.OF_NOW),
    ):
        assert rest_inside_at(choice) == choice
        assert bias_inside() == pytest.approx(BIAS.value(there), rel=1e-5)
        assert note_inside() == note
        assert session.current().answering is kept


def test_the_past_that_another_page_shows_is_shown_inside_too(run):
    step = run.snapshots.step[4]
    session.update(view=session.current().view.chosen(step))
    assert session.current().inside_choice == step
    rest_inside_at("Best")
    assert session.current().view.choice == "Best"


@pytest.mark.usefixtures("run")
def test_what_is_changed_by_hand_belongs_to_its_moment():
    rest_inside_at(0)
    first = bias_inside()
    set_bias(first + 1)
    assert bias_inside() == first + 1
    rest_inside_at("Best")
    assert bias_inside() == BIAS.value(session.current().answering.model)
    rest_inside_at(0)
    assert bias_inside() == first + 1
    edited_model.keep(shown_inside(session.current()))
    assert ", at step 0 · Run 1 · " in session.current().answering.title
    assert bias_inside() == first + 1
    assert note_inside() == ""


def test_a_step_between_a_lost_snapshot_and_the_best_shows_the_best():
    run = pc.advance(pc.start(TINY), 60)
    run = replace(run, best_step=37, snapshots=with_steps(run.snapshots, (0, 32, 48)))
    assert training_of(run).view.available(33) == "Best"
    assert training_of(run).view.available(38) == 48
    assert training_of(run).view.available(32) == 32
    assert training_of(run).view.available(49) == "Now"
    assert training_of(run).view.available("Best") == "Best"


def test_a_change_by_hand_at_an_earlier_step_outlives_its_run(run):
    rest_inside_at(0)
    changed = bias_inside() + 1
    set_bias(changed)
    title = session.current().answering.title
    begin(pc.advance(pc.start(replace(run.experiment, seed=9)), 60))
    assert bias_inside() != changed
    session.use(title)
    assert bias_inside() == changed
    assert inside_values.of(session.current()).by_hand.is_changed


def test_a_change_whose_snapshot_is_gone_is_shown_and_named_by_its_own_step(run):
    step, following = run.snapshots.step[4:6]
    rest_inside_at(step)
    changed = bias_inside() + 1
    set_bias(changed)
    left = tuple(one for one in run.snapshots.step if one != step)
    change(run, snapshots=with_steps(run.snapshots, left))
    assert session.current().inside_choice == following
    assert bias_inside() == changed
    assert note_inside() == edited_model.HELD.format(step)
    edited_model.put_back()
    assert note_inside() == edited_model.OF_THE_PAST.format(following, "Best loss")


def test_undo_shows_the_step_whose_changes_it_brings_back(run):
    step = run.snapshots.step[3]
    rest_inside_at(step)
    changed = bias_inside() + 1
    set_bias(changed)
    edited_model.put_back()
    rest_inside_at("Best")
    session.bring_back()
    assert session.current().inside_choice == step
    assert bias_inside() == changed


def test_changes_at_another_step_are_dropped_in_words_of_their_own(run):
    for step in run.snapshots.step[:2]:
        rest_inside_at(step)
        set_bias(3.0)
    assert session.current().undo.text == edited_model.DROPPED_OF_STEP


def test_the_end_of_the_slider_is_the_best_if_that_is_the_latest(run):
    change(run, best_step=run.step, best_parameters=run.parameters)
    set_bias(7.0)
    assert rest_inside_at("Now") == "Best"
    assert bias_inside() == 7.0


def test_a_frame_has_the_figures_of_the_weights_that_inside_shows(run):
    rest_inside_at("Now")
    frame = inside_values.contents(neuron_map.NEURON, session.current())
    assert frame.values["figures"]["loss"] == loss_text(run.current.loss)


def test_a_run_that_repeats_a_longer_one_has_no_slider_inside(run):
    now = session.current()
    assert now.answering_view.name == now.training.name
    again = training_of(pc.advance(pc.start(run.experiment), 10))
    repeated = replace(now, training=again)
    assert repeated.own is now.answering
    assert repeated.answering_view is None


@pytest.mark.usefixtures("run")
def test_what_is_held_changes_only_the_slider_while_the_run_continues():
    now = session.current()
    held = ByHand(now.answering.title, now.answering.model, now.answering.model)
    assert inside_values.contents(neuron_map.NEURON, replace(now, by_hand=held)).values.keys() == {"moments"}


def test_a_frame_of_the_past_has_only_its_moments(run):
    now = session.current()
    running = Training(pc.advance(pc.start(replace(run.experiment, steps=10**6)), 50), Hand(), pc.advance)
    running.resume()
    frame = inside_values.contents(neuron_map.NEURON, replace(now, training=running).collected())
    assert frame.values["moments"][-1] == (50, "Now")
    assert frame.values["figures"]
    at_start = replace(now, training=running, view=replace(now.view, past=0)).collected()
    assert inside_values.contents(neuron_map.NEURON, at_start).values.keys() == {"moments"}
    running.stop()


def test_what_the_slider_of_a_page_sends_after_that_was_left_is_no_error():
    app = trained()
    [slider] = [one for one in app.get("bidi_component") if one.proto.id.endswith(f"-{time_slider.KEY}")]
    event = json.dumps([{"event": "chosen", "value": 0}])
    late = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{slider.proto.id}__events", json_trigger_value=event)
    app.switch_page(INSIDE)
    for _ in range(3):  # as the new page is drawn first, and after that
        app._run(WidgetStates(widgets=[late]))
        assert not app.exception
