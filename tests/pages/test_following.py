"""The frames of a session whose run improves a model: what they show, and how often they are computed."""

from dataclasses import replace

import polycore as pc
from pages.run_view.following import SECONDS_BETWEEN, source_of
from pages.runs.training import Training
from pages.server.source import Contents
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from tests.hand import Hand
from tests.pages.browsing import opened, sent_to, session_of
from tests.waiting import wait_until

EXPERIMENT = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=30, hidden=(8,), steps=400, batch_size=16
)


def shown(now):
    kept = now.answering
    return Contents({"title": kept and kept.title, "loss": kept and kept.model.loss}, {"steps": b"x"})


def started():
    """Return a run under way, and what computes it."""
    hand = Hand()
    training = Training(pc.start(EXPERIMENT), hand, pc.advance)
    training.start()
    return training, hand


def advanced(training, hand, steps):
    run, before = pc.advance(training.view.run, steps), training.view.version
    hand.deliver(run)
    wait_until(lambda: training.view.run.step == run.step and training.view.version > before)
    return run


def test_a_frame_has_the_session_with_what_the_run_has_learned_since(clock):
    training, hand = started()
    source = source_of("a part", training, Session(training=training), shown, clock)
    assert source.frame().header["title"] is None
    clock.now += 2 * SECONDS_BETWEEN
    run = advanced(training, hand, 50)
    frame = source.frame()
    assert (frame.run, frame.header["active"]) == ("a part", True)
    assert frame.header["title"] == "Run 1 · Adam, 2 polynomials"
    assert frame.header["loss"] == run.best.loss
    assert frame.blobs == {"steps": b"x"}
    training.stop()


def test_a_model_that_was_kept_of_the_same_experiment_stays_until_the_run_has_a_better_one(clock):
    training, hand = started()
    best = pc.advance(pc.start(EXPERIMENT), 200).best
    kept = Kept("an earlier run", best, EXPERIMENT)
    now = Session(training=training, models=KeptModels((kept,), in_use=kept.title))
    source = source_of("a part", training, now, shown, clock)
    losses = []
    for steps in (20, 380):
        clock.now += 2 * SECONDS_BETWEEN
        run = advanced(training, hand, steps)
        losses.append((source.frame().header["loss"], run.best.loss))
    [(first, worse), (last, better)] = losses
    assert first == best.loss < worse
    assert last == better < best.loss


def test_frames_that_take_no_time_show_each_chunk_as_the_runs_own_do(clock):
    training, hand = started()
    source = source_of("a part", training, Session(training=training), shown, clock)
    for steps in (10, 20):
        clock.now += 0.01
        run = advanced(training, hand, steps)
        frame = source.frame()
        assert frame.header["loss"] == run.best.loss
    training.stop()


def test_frames_that_take_time_are_not_made_more_often_than_pages_need(clock):
    def costly(now):
        clock.now += 0.03
        return shown(now)

    training, hand = started()
    source = source_of("a part", training, Session(training=training), costly, clock)
    first = source.frame()
    clock.now += 0.9 * SECONDS_BETWEEN
    advanced(training, hand, 10)
    assert source.frame() is first
    clock.now += 0.2 * SECONDS_BETWEEN
    second = source.frame()
    assert second.sequence > first.sequence
    assert source.frame() is second
    training.pause()  # nothing more comes: the last frame must be true
    assert source.frame().sequence > second.sequence


def test_another_choice_of_the_page_is_in_a_frame_at_once():
    training, _ = started()
    now = Session(training=training)
    earlier = source_of("a part", training, now, shown)
    before = earlier.frame().sequence
    source = source_of("a part", training, now, lambda _: Contents({"chosen": "another"}))
    assert not earlier.is_like(source)
    assert before < source.since() <= source.frame().sequence
    assert source.frame().header["chosen"] == "another"
    assert source.frame().sequence == source.since()
    training.stop()


def test_before_the_first_step_a_page_waits_for_it():
    app, (training, hand) = opened(), started()
    app.session_state[session.KEY] = replace(session_of(app), training=training)
    app.switch_page("pages/4_predict.py").run()
    assert sent_to(app, "progress.line")["until"] == "begun"
    advanced(training, hand, 10)
    app.run()
    assert not app.exception
    assert sent_to(app, "progress.line")["until"] == ""
    assert session_of(app).answering.experiment == EXPERIMENT
    training.stop()
