"""Undo: what removes work is told in a toast, and one press brings back exactly what was there."""

import re
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare import race_inputs, sweep_inputs, sweep_view
from pages.frame import frame, undo
from pages.game.game import Game
from pages.inside import exercise_view
from pages.lessons import lesson_panel, lessons
from pages.models import model_in_use, run_landscape
from pages.play import opening, questions
from pages.points import uploaded_points
from pages.polynomials import change, editor, presets
from pages.predict import weight_upload
from pages.runs.pacing import UNPACED, Pacing
from pages.runs.training import Training
from pages.setup import controls, settings
from pages.setup.optimizer_input import with_optimizer
from pages.state import session
from pages.state.kept_models import MOST_KEPT, Kept, KeptModels
from pages.state.session_value import Lessons, Session
from pages.state.setup import Setup
from pages.state.uploads import UploadedPoints
from polycore.links import link
from polycore.polynomials.presets import PARABOLAS
from tests.pages.browsing import (
    HOME,
    QUICK,
    behind,
    come_to,
    labelled,
    opened,
    press,
    refreshed,
    session_of,
    unfold_settings,
    widget_states,
    words_of,
)
from tests.runs import TINY
from tests.waiting import wait_until

POLYNOMIALS, TRAIN, PREDICT = "pages/1_polynomials.py", "pages/3_train.py", "pages/4_predict.py"
COMPARE = "pages/6_compare.py"
POINTS = UploadedPoints(np.zeros((1, 2)), None)
LONG = {**QUICK, "steps": "1000000"}
THREE = {**QUICK, "polynomials": "x~-x~x^2"}


def toast(app):
    """Return the words of the toast; None where there is none."""
    shown = [button for button in app.button if button.key == "undo.button"]
    return app.session_state[session.KEY].undo.text if shown else None


def offered():
    """Return the sentence of the way back that the session without a page offers; None without one."""
    undo = session.current().offered_undo
    return None if undo is None else undo.text


@pytest.fixture
def three(in_session):
    """Begin a session with three polynomials; return them."""
    polynomials = tuple(map(pc.Polynomial.parse, ("x", "-x", "x^2")))
    in_session(Session(setup=Setup(replace(TINY, polynomials=polynomials))))
    return polynomials


def undone(app):
    app.button(key="undo.button").click().run()
    assert not app.exception
    assert toast(app) is None
    return app


def running(app, step=1):
    """Wait until the run has passed a step."""
    wait_until(lambda: session_of(app).training.view.run.step >= step)
    return app


def test_there_is_no_toast_for_nothing():
    assert toast(opened()) is None


def test_what_was_typed_stays_as_a_reset_is_undone():
    app = running(press(opened(TRAIN, LONG), "Start"))
    before = session_of(app)
    press(unfold_settings(app), "Reset")
    labelled(app.number_input, "Seed").set_value(5)
    undone(app)
    assert session_of(app).training is before.training
    assert session_of(app).experiment.seed == 5
    assert labelled(app.number_input, "Seed").value == 5


def test_a_running_run_that_was_reset_comes_back_paused_and_goes_on():
    app = running(press(opened(TRAIN, LONG), "Start"))
    before = session_of(app)
    press(app, "Reset")
    step = before.training.view.run.step
    assert session_of(app).training.view.run.step == 0
    assert before.training.view.status == "paused"
    assert toast(app) == controls.WENT_BACK.format(step)
    undone(app)
    after = session_of(app)
    assert after.training is before.training
    assert after.training.view.run.step == step
    press(app, "Resume")
    running(app, step + 1)
    press(app, "Stop")


@pytest.mark.parametrize("step", [0, 3], ids=["at step 0", "at its last step"])
def test_a_run_that_was_reset_comes_back_as_it_was_unless_it_was_at_step_0(in_session, step):
    run = pc.advance(pc.start(TINY), step)
    training = Training(run, executor=None, advance=pc.advance)
    in_session(Session(setup=Setup(TINY), training=training))
    session.collect()
    before = session.current()
    controls.row_of(training, replace(training.view, state="paused"), changed=False)["reset"].action()
    assert session.current().training is not training
    session.bring_back()
    after = session.current()
    assert (after.training is training) == (step > 0)
    assert (after.models.kept, after.models.in_use) == (before.models.kept, before.models.in_use)


def test_a_run_begun_after_a_reset_is_not_dropped():
    app = running(press(opened(TRAIN, LONG), "Start"))
    press(app, "Reset")
    assert toast(app) is not None
    running(press(press(app, "New seed"), "Start"))
    newer = session_of(app).training
    assert toast(app.run()) is None
    assert session_of(app).training is newer
    newer.stop()


def test_settings_that_a_preset_replaced_come_back():
    app = opened(TRAIN, {**QUICK, "optimizer": "sgd"})
    before = replace(session_of(app).experiment, learning_rate=0.37)
    labelled(unfold_settings(app).number_input, "Learning rate").set_value(0.37)  # still being typed
    press(app, "Recommended")
    assert session_of(app).experiment not in (before, replace(before, learning_rate=0.01))
    assert toast(app) == settings.REPLACED
    undone(app)
    assert session_of(app).experiment == before
    assert labelled(app.number_input, "Learning rate").value == 0.37


def test_a_setting_changed_after_a_preset_is_not_taken_back(in_session):
    in_session(Session(setup=Setup(TINY)))
    session.replace_setup(pc.Experiment.recommended(), settings.REPLACED)
    assert offered() == settings.REPLACED
    session.change(steps=77)
    assert offered() is None
    session.bring_back()
    assert session.current().experiment.steps == 77


def test_samples_that_l_bfgs_replaced_are_remembered_after_a_preset_was_undone(in_session):
    fresh = replace(TINY, samples_per_class=None, batch_size=200)
    in_session(Session(setup=with_optimizer(Setup(fresh), "lbfgs")))
    assert session.current().experiment.samples_per_class is not None
    session.replace_setup(pc.Experiment.recommended(), settings.REPLACED)
    session.bring_back()
    assert with_optimizer(session.current().setup, "adam").experiment == fresh


def test_a_set_up_that_a_files_replaced_comes_back():
    model = a_model()
    app = opened(PREDICT)
    before = session_of(app).experiment
    kept = Kept("Upload 1 · 2 polynomials", model, None)
    app.session_state[session.KEY] = Session(
        setup=Setup(before), models=KeptModels(kept=(kept,), in_use=kept.title)
    )
    app.run()
    press(app, model_in_use.USE_SETUP)
    assert session_of(app).experiment == model.experiment != before
    assert toast(app) == model_in_use.REPLACED
    undone(app)
    assert session_of(app).experiment == before


def test_a_preset_that_is_the_set_up_already_replaces_nothing(in_session):
    in_session(Session(setup=Setup(TINY)))
    session.replace_setup(TINY, settings.REPLACED)
    assert offered() is None


def test_polynomials_that_a_ready_made_set_replaced_come_back():
    app = opened(POLYNOMIALS, THREE)
    app.text_area[0].set_value("x^2\nx\n1")  # still being typed
    press(app, "Parabolas")
    assert session_of(app).experiment.polynomials == PARABOLAS
    assert toast(app) == presets.REPLACED
    undone(app)
    assert session_of(app).experiment.polynomials == tuple(map(pc.Polynomial.parse, ("x^2", "x", "1")))
    assert app.text_area[0].value == "x^2\nx\n1"


def test_a_ready_made_set_that_has_all_of_them_takes_none_away(three):
    change.exchange((*three, pc.Polynomial(1)), presets.REPLACED)
    assert offered() is None
    change.exchange(three, presets.REPLACED)
    assert offered() == presets.REPLACED


def test_polynomials_typed_after_a_ready_made_set_are_not_taken_back(three):
    change.exchange(PARABOLAS, presets.REPLACED)
    editor.TEXT.adopt("\n".join([*map(str, PARABOLAS), "x"]))
    assert offered() is None
    assert session.current().experiment.polynomials == (*PARABOLAS, three[0])


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_polynomial_that_was_removed_comes_back_in_its_place(three, index):
    change.adopt(three[:index] + three[index + 1 :])
    assert offered() == change.REMOVED_ONE
    session.bring_back()
    assert session.current().experiment.polynomials == three


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("x\n-x", change.REMOVED_ONE), ("x^3\n-x\nx^2", None), ("x\n-x\nx^2\nx^3", None)],
)
def test_lines_that_were_emptied_come_back(three, typed, sentence):
    editor.TEXT.adopt(typed)
    assert "\n".join(map(str, session.current().experiment.polynomials)) == typed
    assert offered() == sentence
    session.bring_back()
    assert (session.current().experiment.polynomials == three) == (sentence is not None)


def a_model(seed=0):
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=2, seed=seed)
    return pc.start(experiment).best


def test_a_model_that_made_room_for_an_upload_comes_back(tmp_path):
    model = a_model()
    kept = tuple(Kept(f"Upload {number} · 2 polynomials", model, None) for number in range(1, MOST_KEPT + 1))
    app = opened(PREDICT)
    begun = session_of(app)
    app.session_state[session.KEY] = Session(
        setup=Setup(begun.experiment), models=KeptModels(kept=kept, in_use=kept[3].title, uploads=len(kept))
    )
    app.run()
    model.save(tmp_path / "more.npz")
    uploader = app.file_uploader(key=weight_upload.FILES_KEY)
    uploader.set_value(("more.npz", (tmp_path / "more.npz").read_bytes(), "")).run()
    assert kept[0] not in session_of(app).models.kept
    assert toast(app) == weight_upload.REPLACED
    undone(app)
    assert session_of(app).models.kept == kept
    assert session_of(app).models.in_use == kept[3].title


def test_an_upload_that_takes_no_place_of_another_is_no_loss(tmp_path):
    a_model().save(tmp_path / "one.npz")
    app = opened(PREDICT)
    uploader = app.file_uploader(key=weight_upload.FILES_KEY)
    uploader.set_value(("one.npz", (tmp_path / "one.npz").read_bytes(), "")).run()
    assert len(session_of(app).models.kept) == 1
    assert toast(app) is None


def with_points(content):
    app = opened("pages/2_data.py")
    return more_points(app, content)


def more_points(app, content):
    [uploader] = [found for found in app.file_uploader if found.key.startswith("data.upload")]
    uploader.set_value(("points.csv", content, "")).run()
    assert not app.exception
    return app


def test_points_that_others_replaced_come_back():
    app = with_points(b"x,y\n0.5,0.25\n")
    assert toast(app) is None
    own = session_of(app).points
    more_points(app, b"x,y\n1,2\n3,4\n")
    assert session_of(app).points.points.tolist() == [[1, 2], [3, 4]]
    assert toast(app) == uploaded_points.REPLACED
    assert session_of(undone(app)).points is own


def test_the_second_of_two_quick_clicks_on_remove_leaves_the_way_back():
    app = with_points(b"x,y\n0.5,0.25\n")
    own = session_of(app).points
    [remove] = [button for button in app.button if button.label == "Remove them"]
    remove.click()
    states = widget_states(app)
    behind(app, states)  # Streamlit calls back for a button that is no longer drawn
    assert session_of(app).points is None
    assert toast(app) == uploaded_points.REMOVED
    assert session_of(undone(app)).points is own


def test_points_that_came_after_others_were_removed_are_not_dropped(in_session):
    in_session(Session(points=POINTS))
    session.update(points=None, undo=uploaded_points.REMOVED)
    assert offered() == uploaded_points.REMOVED
    newer = UploadedPoints(np.ones((2, 2)), None)
    session.set_points(newer, None)
    assert offered() is None
    session.bring_back()
    assert session.current().points is newer


def started(app, view, button):
    """Show that view of Compare and start what it is about."""
    app.button_group(key="compare.view.v0").set_value(view).run()
    return press(app, button)


def test_a_sweep_that_another_has_replaced_comes_back():
    app = started(opened(COMPARE), "Sweep", "Start the sweep")
    first = session_of(app).comparison.sweep
    assert toast(app) is None  # the first one replaces nothing
    wait_until(lambda: first.view.status == "finished")
    labelled(app.number_input, sweep_inputs.STEPS_LABEL).set_value(1_000_000).run()
    before = session_of(app).comparison
    press(app, "Sweep again")
    assert toast(app) == sweep_view.REPLACED
    press(app, "Stop the sweep")
    # the stopped one had no results, so only those of the first are lost
    press(app, "Sweep again")
    last = session_of(app).comparison.sweep
    assert session_of(undone(app)).comparison == before
    assert before.sweep is first
    assert len(first.view.outcomes) == 3
    assert last.view.status == "stopped"
    assert "Keep the best" in {button.label for button in app.button}


def test_a_race_that_another_has_replaced_comes_back(monkeypatch):
    monkeypatch.setattr(race_inputs, "BUDGETS", (0.2,))
    app = started(opened(COMPARE), "Race", "Start the race")
    first = session_of(app).comparison.race
    assert toast(app) is None  # the first one replaces nothing
    wait_until(lambda: not first.view.is_running)
    app.run()
    press(app, run_landscape.DRAW)
    wait_until(lambda: not session_of(app).comparison.shown.landscape.view.is_active)
    before = session_of(app).comparison
    monkeypatch.setattr(race_inputs, "BUDGETS", (100.0,))
    press(app, "Race again")
    assert toast(app) == race_inputs.REPLACED
    second = session_of(app).comparison.race
    assert session_of(undone(app)).comparison == before
    assert before.race is first
    assert not second.view.is_running


def begin_lesson(name):
    """Begin the lesson with the first of its set-ups, as the panel does."""
    session.begin_lesson(name, lessons.named(name).set_ups[0].experiment, lesson_panel.REPLACED)


def lesson_on(app, name):
    """Follow the link of a lesson on Home."""
    app.switch_page(HOME).run()
    return come_to(app, TRAIN, {"look": name, **link.to_query(lessons.named(name).set_ups[0].experiment)})


def test_a_set_up_comes_back_after_several_lessons():
    app = opened()
    before = session_of(app).experiment
    lesson_on(lesson_on(app, "by-heart"), "scaling")
    assert toast(app) == lesson_panel.REPLACED
    undone(app)
    assert (session_of(app).experiment, session_of(app).lessons.current) == (before, None)


def test_a_set_up_comes_back_after_its_lesson_was_ended(in_session):
    in_session(Session(setup=Setup(TINY)))
    begin_lesson("by-heart")
    session.update(lessons=Lessons())
    session.bring_back()
    assert (session.current().experiment, session.current().lessons.current) == (TINY, None)


def test_a_set_up_comes_back_without_a_later_lesson_on_the_same_set_up(in_session):
    assert lessons.named("folds").set_ups[0].experiment == lessons.named("smooth").set_ups[0].experiment
    in_session(Session(setup=Setup(TINY)))
    begin_lesson("folds")
    begin_lesson("smooth")
    session.bring_back()
    assert (session.current().experiment, session.current().lessons.current) == (TINY, None)


def test_a_pace_comes_back_with_a_set_up_whose_lesson_was_ended():
    app = opened(TRAIN, {**QUICK, "speed": "10"})
    before = session_of(app)
    press(lesson_on(app, "by-heart"), "End the lesson")
    assert session_of(app).view.pacing == UNPACED
    after = session_of(undone(app))
    assert (after.experiment, after.view.pacing) == (before.experiment, Pacing(10))
    assert after.lessons.current is None


@pytest.mark.parametrize("words", [{"seed": "5"}, {"look": "by-heart"}], ids=["a link", "a lesson"])
def test_a_set_up_that_another_address_in_the_same_tab_replaced_comes_back(words):
    app = opened(TRAIN, {**QUICK, "seed": "77", "speed": "10"})
    before = session_of(app)
    app = refreshed(app, TRAIN, words)
    assert session_of(app).experiment.seed != 77
    assert toast(app) == frame.REPLACED
    after = session_of(undone(app))
    assert (after.experiment, after.view.pacing) == (before.experiment, Pacing(10))
    assert after.lessons.current is None


def test_an_address_with_the_same_set_up_and_one_instead_of_a_ready_made_set_up_take_nothing():
    app = opened(TRAIN, QUICK)
    assert toast(refreshed(app, TRAIN, QUICK)) is None
    ready_made = lesson_panel.query_of(lessons.named("by-heart"))
    assert toast(refreshed(opened(TRAIN, ready_made), TRAIN, QUICK)) is None


def test_settings_of_the_users_own_that_a_set_up_of_the_lesson_replaced_come_back():
    query = lesson_panel.query_of(lessons.named("by-heart")) | {"seed": "77"}
    app = press(opened(TRAIN, query), "Skip the question")
    own = session_of(app).experiment
    press(app, lessons.named("by-heart").set_ups[1].name)
    assert session_of(app).experiment == lessons.named("by-heart").set_ups[1].experiment
    assert toast(app) == lesson_panel.REPLACED
    assert session_of(undone(app)).experiment == own


def test_a_network_that_was_loaded_since_a_model_was_deleted_is_not_dropped(in_session):
    in_session(Session(setup=Setup(exercise_view.SET_UP)))
    exercise_view.begin(None)
    session.remove(exercise_view.TITLE)
    exercise_view.begin(None)  # on the same set-up
    session.bring_back()
    assert session.current().models.titles == (exercise_view.TITLE,)


def test_the_undo_of_polynomials_goes_back_over_a_lesson_also_after_a_refresh():
    app = opened(POLYNOMIALS, THREE)
    before = session_of(app).experiment.polynomials
    app = lesson_on(app, "by-heart")
    app = refreshed(app, POLYNOMIALS, words_of(app))
    assert session_of(app).experiment.polynomials != before
    app.button(key="polynomials.undo").click().run()
    assert session_of(app).experiment.polynomials == before
    assert app.button(key="polynomials.undo").disabled


def test_settings_changed_within_a_lesson_are_not_taken_back(in_session):
    in_session(Session(setup=Setup(TINY)))
    begin_lesson("by-heart")
    assert offered() is not None
    session.change(steps=77)
    assert offered() is None


def test_after_a_while_it_is_offered_no_more():
    now = Session(points=POINTS).with_undo("It was taken away.", before=Session())
    made_at = now.undo.made_at
    assert undo.offered(now, made_at + undo.SECONDS - 1) is now.undo
    assert undo.offered(now, made_at + undo.SECONDS + 1) is None


def test_a_toast_is_read_aloud_and_fades_out_and_shows_a_users_words_as_they_are():
    app = opened()
    words = "**bold** <b>run</b> :red[x] was deleted."
    app.session_state[session.KEY] = session_of(app).with_undo(words, before=Session())
    app.run()
    assert words in [text.value for text in app.text]
    assert not any("bold" in found.value for found in app.markdown)
    html = "".join(element.proto.body for element in app.get("html"))
    assert "bold" not in html
    assert undo.ALERT in html
    assert undo.animations(session_of(app).undo) in html


def test_each_toast_fades_by_a_name_of_its_own():
    first = Session(points=POINTS).with_undo("It was taken away.", Session()).undo
    names = set()
    for one in (first, replace(first, made_at=first.made_at + 1)):
        style = undo.animations(one)
        [name] = re.findall(r"@keyframes ([\w-]+) { to { opacity: 0; visibility: hidden; } }", style)
        assert f".st-key-undo-toast {{ animation: {name} " in style
        names.add(name)
    assert len(names) == 2


@pytest.mark.parametrize("answered", [False, True], ids=["a point that is asked", "a point that is answered"])
def test_the_clock_of_a_game_stands_while_it_is_gone(answered):
    game = Game.begin(pc.Experiment.recommended(), 1, None, 80.0)
    game = game.answered(0, 85.0) if answered else game
    back = undo.resumed(game, None, 120.0 - 90.0)
    # 10 seconds before it was left and 3 after it was back; or 5 until the answer
    assert back.answered(0, 123.0).time == (5 if answered else 13)
    assert back.points == game.points


def test_a_game_that_was_left_comes_back_with_its_clock():
    app = opened("pages/7_play.py")
    app.button(key=opening.START_KEY).click().run()
    game = session_of(app).play.game
    app.button(key=questions.LEAVE_KEY).click().run()
    assert session_of(app).play.game is None
    assert toast(app) == questions.LEFT
    back = session_of(undone(app)).play.game
    assert back.points == game.points
    assert back.asked_at > game.asked_at  # later by the time that it was away


def test_what_else_is_brought_back_leaves_the_clock_of_a_game_alone():
    game = Game.begin(pc.Experiment.recommended(), 1, None, 80.0)
    assert undo.resumed(game, game, 30.0) is game
    assert undo.resumed(None, None, 30.0) is None
