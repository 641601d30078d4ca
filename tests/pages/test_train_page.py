"""Train: each button does what it says, and each setting reaches the set-up."""

import math
from dataclasses import replace

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

import polycore as pc
from pages.lessons import lessons
from pages.models import map_layers
from pages.plane import plane
from pages.run_view import map_view, run_bar
from pages.run_view.shown import Selection, ShownRun
from pages.runs import sentences
from pages.runs.pacing import UNPACED, Pacing
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.setup import controls, setting_input, settings
from pages.state import session
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.shown_weights import ShownWeights
from pages.train import untrained
from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.links import link
from tests.hand import Hand
from tests.pages.browsing import (
    HOME,
    QUICK,
    come_to,
    drawn,
    labels,
    live_value,
    opened,
    press,
    refreshed,
    run_status,
    sent_to,
    session_of,
    trained,
    trigger,
    unfold_settings,
    wait_for,
    widget_states,
    words_of,
)
from tests.runs import DIVERGING, POINTS, TINY
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"
LONG = {**QUICK, "steps": "1000000"}


def setting(app, kind, name):
    unfold_settings(app)
    [setting_widget] = [widget for widget in getattr(app, kind) if widget.label == name]
    return setting_widget


def test_a_cold_page_says_what_to_do_and_its_buttons_say_with_which_keys():
    app = opened(TRAIN)
    assert run_status(app) == "Ready · 300 steps"
    assert sent_to(app, run_bar.TRACK_KEY)["share"] == 0
    assert untrained.BESIDE in [caption.value for caption in app.caption]
    assert labels(app) == {
        "Start": True,
        "One step": True,
        "Stop": False,
        "Reset": False,
        "New seed": True,
        "Recommended": True,
        "The tutorial's": True,
        "L-BFGS": True,
        "Against overfitting · none": True,
        "Seed, sampling and more · seed 0": True,
    }
    keys = {button.label: button.proto.shortcut for button in app.button if button.proto.shortcut}
    assert keys == {"Start": "ctrl+enter", "One step": "s", "Reset": "b"}
    for button in app.button:
        if button.proto.shortcut:
            assert f"Key: {button.proto.shortcut}.".lower() in button.help.lower()


def test_start_pause_resume_and_stop():
    app = press(opened(TRAIN, LONG), "Start")
    assert session_of(app).training.view.status == "running"
    press(app, "Pause")
    training = session_of(app).training
    assert training.view.status == "paused"
    paused_at = training.view.run.step
    press(app, "Resume")
    assert training.view.status == "running"
    press(app, "Stop")
    assert training.view.status == "stopped"
    assert training.view.run.step >= paused_at
    assert labels(app)["Start new"]
    assert not labels(app)["Stop"]


def test_one_step_is_one_step():
    app = press(opened(TRAIN), "One step")
    wait_for(app, "paused")
    assert session_of(app).training.view.run.step == 1
    wait_for(press(app, "One step"), "paused")
    assert session_of(app).training.view.run.step == 2


def test_a_press_on_one_step_counts_while_the_step_before_it_waits(share, monkeypatch):
    monkeypatch.setattr(controls, "STEP_SECONDS", 0.0)
    app = wait_for(press(opened(TRAIN), "One step"), "paused")
    other = share(most_running=1).take("others", "another session")
    for _ in range(3):
        press(app, "One step")
        assert session_of(app).training.view.status == "waiting"
    other.give_up()
    wait_for(app, "paused")
    assert session_of(app).training.view.run.step == 4


def test_two_presses_on_one_step_before_there_is_a_run_take_two_steps_of_one_run(in_session):
    in_session(Session(setup=Setup(TINY)))
    press = controls.row_of(None, None, changed=True)["step"].action
    press()
    training = session.current().training
    press()
    assert session.current().training is training
    wait_until(lambda: training.view.state == "paused" and training.view.run.step == 2)


def test_the_page_that_is_drawn_for_one_step_shows_it(monkeypatch):
    monkeypatch.setattr(controls, "STEP_SECONDS", 60.0)  # on a machine that is busy a step takes long
    app = opened(TRAIN)
    for _ in range(2):  # the first one begins the run
        assert labels(press(app, "One step"))["Resume"]


def test_reset_goes_back_to_the_same_initial_weights_and_keeps_the_best():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    first = session_of(app)
    press(app, "Reset")
    after = session_of(app)
    assert after.training.view.run.step == 0
    assert after.training.view.status == "ready"
    assert after.training.view.run.experiment == first.training.view.run.experiment
    assert after.answering == first.answering
    wait_for(press(app, "Start"), "finished")
    again = session_of(app).training.view.run
    assert again.best.loss == first.training.view.run.best.loss
    assert [kept.title for kept in session_of(app).models.kept] == ["Run 1 · Adam, 2 polynomials"]


def test_a_worse_run_of_the_same_experiment_never_replaces_a_better_one():
    whole, one_step = (Training(pc.advance(pc.start(TINY), steps), None, pc.advance) for steps in (60, 1))
    assert one_step.view.run.best_loss > whole.view.run.best_loss
    now = Session(training=whole).collected()
    after = replace(now, training=one_step).collected()
    assert after.models.kept == now.models.kept
    assert after.answering.model is now.answering.model


def test_a_new_seed_is_another_experiment_and_the_old_model_stays():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    before = session_of(app)
    press(app, "New seed")
    after = session_of(app)
    assert after.experiment.seed != before.experiment.seed
    assert after.answering == before.answering
    assert setting(app, "number_input", "Seed").value == after.experiment.seed
    assert any(caption.value == "**1 change** · seed" for caption in app.caption)
    wait_for(press(app, "Start new"), "finished")
    assert len(session_of(app).models.kept) == 2
    assert session_of(app).answering.experiment == after.experiment


# an input of each kind, what is entered there, and the field of the set-up that has it then
ENTERED = [
    ("number_input", "Learning rate", 0.25, "learning_rate", 0.25),
    ("number_input", "Momentum", 0.9999, "momentum", 0.9999),
    ("number_input", "Batch size (0 = all)", 7, "batch_size", 7),
    ("number_input", "Steps", 77, "steps", 77),
    ("text_input", "Hidden layers", "none", "hidden", ()),
    ("number_input", "Weight decay", 0.25, "weight_decay", 0.25),
    ("text_input", "Warm-up steps (number or %)", "10%", "warmup_steps", 7),
    ("number_input", "Target loss (0 = none)", 0.667, "target_loss", 0.667),
    ("toggle", "Nesterov momentum", True, "nesterov", True),
    ("toggle", "Standardize inputs", False, "standardize", False),
    ("button_group", "Schedule", "cosine", "schedule", "cosine"),
    ("button_group", "Initial weights", "tutorial", "initial_weights", "tutorial"),
]


def test_settings_reach_the_set_up_and_the_address():
    app = opened(TRAIN, {**QUICK, "optimizer": "sgd"})
    for kind, label, value, _, _ in ENTERED:
        setting(app, kind, label).set_value(value)
    app.run()
    assert not app.exception
    experiment = session_of(app).experiment
    assert [getattr(experiment, field) for *_, field, _ in ENTERED] == [held for *_, held in ENTERED]
    again = opened(TRAIN, words_of(app))
    assert session_of(again).experiment == experiment
    assert [setting(again, kind, label).value for kind, label, *_ in ENTERED] == [
        value for _, _, value, *_ in ENTERED
    ]


def test_other_steps_change_the_warm_up_alone_until_it_is_a_number():
    app, field = opened(TRAIN, link.to_query(Experiment.recommended())), "Warm-up steps (number or %)"
    setting(app, "number_input", "Steps").set_value(700).run()
    assert session_of(app).experiment == replace(Experiment.recommended(), steps=700)
    assert session_of(app).experiment.warmup_steps == 70
    assert setting(app, "text_input", field).value == "10%"
    assert "10% of 700 steps are 70." in [caption.value for caption in app.caption]
    setting(app, "text_input", field).set_value("101%").run()  # refused: what it would be is not said
    assert "10% of 700 steps are 70." not in [caption.value for caption in app.caption]
    setting(app, "text_input", field).set_value("1,750").run()
    setting(app, "number_input", "Steps").set_value(7000).run()
    assert session_of(app).experiment == replace(Experiment.recommended(), warmup_steps=1750)
    assert controls.changes_text(replace(TINY, warmup_steps=6), replace(TINY, warmup_steps="10%")).startswith(
        "**1 change** · warm-up steps"
    )


def test_a_choice_among_many_changes_what_else_is_offered():
    app = opened(TRAIN)
    assert "Momentum" not in [box.label for box in app.number_input]
    setting(app, "selectbox", "Optimizer").set_value("sgd").run()
    setting(app, "selectbox", "Activation").set_value("tanh").run()
    experiment = session_of(app).experiment
    # the activation brings the initial weights that suit it
    chosen = (experiment.optimizer, experiment.activation, experiment.initial_weights)
    assert chosen == ("sgd", "tanh", "glorot")
    assert setting(app, "number_input", "Momentum").value == experiment.momentum
    offered = [option.content for option in setting(app, "button_group", "Initial weights").proto.options]
    assert offered == ["Glorot", "SIREN", "0.1"]


@pytest.mark.parametrize(
    ("activation", "offered"),
    [
        pytest.param("relu", None, id="all of them"),
        pytest.param("tanh", ["glorot", "siren", "tutorial"], id="not those for ReLU"),
    ],
)
def test_initial_weights_are_offered_that_suit_the_activation(activation, offered):
    experiment = TINY.with_activation(activation)
    assert settings.options(SETTINGS["initial_weights"], experiment) == offered


@pytest.mark.parametrize(
    ("optimizer", "is_offered"), [("adam", True), ("random-search", False), ("lbfgs", False)]
)
def test_points_that_follow_errors_are_offered_if_the_optimizer_computes_errors(optimizer, is_offered):
    offered = settings.options(SETTINGS["sampling"], replace(TINY, optimizer=optimizer))
    assert (offered is None or "errors" in offered) is is_offered


def test_values_that_are_refused_change_nothing_and_all_say_why():
    app = unfold_settings(opened(TRAIN, {**QUICK, "optimizer": "sgd"}))
    before, numbers = session_of(app).experiment, [box.label for box in app.number_input]
    wrong = {"Hidden layers": "9999", "Learning rate": 0.0, "Momentum": 1.0}
    for label, value in wrong.items():
        setting(app, "text_input" if label == "Hidden layers" else "number_input", label).set_value(value)
    app.run()
    said = [text.value.partition(";")[0] for text in app.text]
    assert said == ["Hidden layers: layer 1: got 9999", "Learning rate: got 0.0", "Momentum: got 1.0"]
    assert session_of(app).experiment == before
    assert setting(app, "text_input", "Hidden layers").value == "9999"
    assert [box.label for box in app.number_input] == numbers


@pytest.mark.parametrize(
    ("learning_rate", "step"),
    # the recommended one, and what would become 0 by steps of 0.01
    [(0.026, 0.01), (0.01, 0.001), (2.0, 1.0)],
)
def test_a_learning_rate_can_be_lowered_by_minus(learning_rate, step):
    assert setting_input.step_from(learning_rate, SETTINGS["learning_rate"].kind) == pytest.approx(step)


def test_a_preset_keeps_polynomials_range_and_noise():
    before = replace(TINY, x_range=(-2.0, 1.0), noise=0.25)
    tutorial = settings.with_preset(Setup(before), Experiment.tutorial()).experiment
    assert (tutorial.optimizer, tutorial.learning_rate, tutorial.hidden) == ("random-search", 0.0005, (12,))
    assert (tutorial.polynomials, tutorial.x_range, tutorial.noise) == (TINY.polynomials, (-2, 1), 0.25)


def test_of_the_recommended_settings_the_layers_for_points_are_those_for_their_number():
    setup = Setup(TINY.on_points(POINTS))
    # fewer than a hundred points: the smallest network
    assert settings.with_preset(setup, Experiment.recommended()).experiment.hidden == (16,)
    assert settings.with_preset(setup, Experiment.tutorial()).experiment.hidden == (12,)


def test_a_press_on_a_preset_replaces_the_settings_until_undo():
    app = opened(TRAIN)
    before = session_of(app).experiment
    press(app, "The tutorial's")
    assert session_of(app).experiment == replace(Experiment.tutorial(), polynomials=before.polynomials)
    assert setting(app, "selectbox", "Optimizer").value == "random-search"
    press(app, "Undo")
    assert session_of(app).experiment == before


def test_the_run_continues_while_other_pages_are_visited():
    app = press(opened(TRAIN, LONG), "Start")
    training = session_of(app).training
    app.switch_page("pages/2_data.py").run()
    step = training.view.run.step
    deadline = 200
    while training.view.run.step == step and deadline:
        app.run()
        deadline -= 1
    assert training.view.run.step > step
    assert run_status(app).startswith("Running")
    training.stop()


def test_a_run_of_another_set_up_keeps_its_own_buttons():
    app = press(opened(TRAIN, LONG), "Start")
    training = session_of(app).training
    press(app, "New seed")
    assert labels(app)["Start new"]
    press(app, "Pause")
    assert (training.view.status, session_of(app).training) == ("paused", training)
    step = training.view.run.step
    wait_for(press(app, "One step"), "paused")
    assert training.view.run.step == step + 1
    press(app, "Resume")
    assert training.view.status == "running"
    press(app, "Reset")
    assert session_of(app).training.view.run.experiment == training.view.run.experiment
    assert session_of(app).training.view.run.step == 0
    assert training.view.status == "paused"  # Undo brings it back
    press(app, "Start")
    assert session_of(app).training.view.run.experiment == session_of(app).experiment
    session_of(app).training.stop()


def pressed_as_it_ended(app, label):
    """Draw the page for the end of its run, and then let a press come that was made before.

    As in a browser, which says nothing of the buttons that nobody presses.
    """
    [button] = [button.proto.id for button in app.button if button.label == label]
    states = widget_states(app)
    inputs = [state for state in states.widgets if state.WhichOneof("value") != "trigger_value"]
    session_of(app).training.stop()
    app._run(WidgetStates(widgets=inputs))
    app._run(WidgetStates(widgets=[*inputs, WidgetState(id=button, trigger_value=True)]))
    assert not app.exception


def test_a_reset_of_a_run_of_another_set_up_counts_though_the_run_has_ended_meanwhile():
    app = press(press(opened(TRAIN, LONG), "Start"), "New seed")
    before = session_of(app).training
    wait_until(lambda: before.view.run.step)
    pressed_as_it_ended(app, "Reset")
    reset = session_of(app).training
    assert (reset.view.status, reset.view.run.step, reset.view.run.experiment) == (
        "ready",
        0,
        before.view.run.experiment,
    )


def test_a_start_of_a_new_set_up_counts_though_the_run_before_it_has_ended_meanwhile():
    app = press(press(opened(TRAIN, LONG), "Start"), "New seed")
    pressed_as_it_ended(app, "Start new")
    training = session_of(app).training
    assert training.view.run.experiment == session_of(app).experiment
    assert training.view.is_active
    training.stop()


@pytest.mark.parametrize("changed", [False, True], ids=["as set up", "changed"])
@pytest.mark.parametrize(
    ("events", "label", "others"),
    [
        pytest.param((), "Start", {"One step"}, id="ready"),
        pytest.param(("start",), "Pause", {"Stop", "Reset"}, id="running"),
        pytest.param(("start", "pause"), "Resume", {"One step", "Stop", "Reset"}, id="paused"),
        pytest.param(("start", "stop"), "Start", {"Reset"}, id="stopped at step 0"),
    ],
)
def test_the_buttons_of_each_state_have_the_same_keys_whatever_is_changed(events, label, others, changed):
    training = Training(pc.start(TINY), Hand(), pc.advance)
    for event in events:
        getattr(training, event)()
    if changed and training.view.status in controls.RESTING:
        others = {"One step"}
    row = controls.row_of(training, training.view, changed=changed)
    main = row.pop("main")
    assert (main.label, main.shortcut) == (label, controls.MAIN_KEY)
    assert {button.label for button in row.values() if button.action} == others
    keys = {slot: button.shortcut for slot, button in row.items()}
    assert keys == {"step": controls.STEP_KEY, "stop": None, "reset": controls.RESET_KEY}


def test_a_run_that_diverges_says_what_to_lower():
    run = pc.advance(pc.start(DIVERGING), 100)
    notes = sentences.notes(RunView.of("a run", run, math.inf))
    assert "Lower the learning rate (10)" in notes["diverged"]
    assert (notes["ended"], notes["error"]) == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"target_loss": 100.0}, id="the target"),
        pytest.param({"patience": 1, "learning_rate": 1.0}, id="patience"),
        pytest.param(
            {
                "optimizer": "lbfgs",
                "hidden": (),
                "polynomials": (pc.Polynomial(1), pc.Polynomial(-1)),
                "noise": 1.0,
            },
            id="a lowest point",
        ),
    ],
)
def test_an_early_end_that_was_asked_for_is_shown_as_a_success(changes):
    experiment = replace(TINY, steps=5000, **changes)
    run = pc.advance(pc.start(experiment), 5000)
    notes = sentences.notes(RunView.of("a run", run, math.inf))
    assert run.step < 5000
    assert (notes["ended"], notes["diverged"]) == (run.ended_because, "")


# --- before a run -----------------------------------------------------------------------------


def test_before_a_run_the_curves_are_shown_in_the_position_of_its_map():
    before = untrained.figure_of(TINY, "Network", ())
    assert before["layout"]["meta"]["alt"].startswith("Curves of 2 polynomials for x from -1 to 1 ")
    assert "images" not in before["layout"]
    view, selection = RunView.of("a run", pc.start(TINY), math.inf), Selection(map_view="Network")
    after = map_view.figure_of(ShownRun(None, view, selection, ShownWeights.of(view, "Now"), None))
    for axis in ("xaxis", "yaxis"):
        assert before["layout"][axis]["range"] == after["layout"][axis]["range"]


def alt(experiment, view, *layers):
    return untrained.figure_of(experiment, view, layers)["layout"]["meta"]["alt"]


def test_before_a_run_the_map_of_the_referee_and_layers_can_be_shown():
    noisy = replace(TINY, noise=0.5)
    assert alt(noisy, "Referee").endswith(f"{plane.OF_REFEREE}.")
    text = alt(noisy, "Referee", *map_layers.ALL)
    # 10 samples of each of 2; -x^2 + 1 and x^3 - 2 meet where x^3 + x^2 = 3, beyond 1
    assert "20 samples are shown" in text
    assert "wrong answers are marked" in text
    assert "0 crossings are marked" in text


@pytest.mark.parametrize("view", ["Network", "Differences"])
def test_before_a_run_there_is_no_network_to_compare(view):
    text = alt(TINY, view, "Mistakes")
    assert text.startswith("Curves of 2 polynomials")
    assert "wrong" not in text


def test_before_a_run_the_map_shows_what_is_chosen():
    app = opened(TRAIN)
    setting(app, "button_group", "Map").set_value("Referee").run()
    setting(app, "button_group", map_layers.LABEL).set_value(["Samples"]).run()
    assert not app.exception
    text = drawn(app, untrained.KEY).layout.meta["alt"]
    assert f"{plane.OF_REFEREE}; 40 samples are shown" in text


def test_what_another_session_has_computed_is_offered_to_whoever_trains_the_same(monkeypatch):
    monkeypatch.setattr(controls, "SHORT_SECONDS", 0.5)  # more than a chunk takes
    first = press(opened(TRAIN, LONG), "Start")
    ahead = session_of(first).training
    wait_until(lambda: ahead.view.seconds > 1)
    assert "Catch up" not in labels(first.run())  # nobody is ahead of it
    second = press(opened(TRAIN, LONG), "Start")
    assert "Catch up" in labels(second)
    press(first, "Stop")
    press(second, "Catch up")
    training = session_of(second).training
    wait_until(lambda: training.view.run.step >= ahead.view.run.step)
    assert "Catch up" not in labels(second.run())
    assert ahead.view.status == "stopped"


# --- slow motion --------------------------------------------------------------------------------


def test_the_speed_and_the_pause_are_the_view_s_and_reach_the_run_and_the_address():
    app = press(opened(TRAIN, LONG), "Start")
    before = session_of(app).experiment
    setting(app, "button_group", run_bar.LABEL).set_value("One").run()
    trigger(app, run_bar.TRACK_KEY, "mark", 5000)
    training = session_of(app).training
    assert training.view.pacing == session_of(app).view.pacing == Pacing(1, 5000)
    assert session_of(app).experiment == before
    assert {"speed": "1", "pause": "5000"}.items() <= words_of(app).items()
    press(app, "Reset")
    assert session_of(app).training.view.pacing == Pacing(1, 5000)
    trigger(app, run_bar.TRACK_KEY, "mark", 0)
    setting(app, "button_group", run_bar.LABEL).set_value("Max").run()
    assert session_of(app).training.view.pacing == UNPACED
    assert not {"speed", "pause"} & words_of(app).keys()


@pytest.mark.parametrize("sent", ["5", -1, 2.5, True, None, 10**12])
def test_a_mark_that_no_script_of_ours_sends_changes_nothing(sent):
    app = opened(TRAIN)
    trigger(app, run_bar.TRACK_KEY, "mark", sent)
    assert session_of(app).view.pacing == UNPACED


def test_a_link_may_name_speed_and_pause_and_the_bar_shows_them():
    app = opened(TRAIN, {**QUICK, "speed": "10", "pause": "120"})
    assert session_of(app).view.pacing == Pacing(10, 120)
    assert setting(app, "button_group", run_bar.LABEL).value == "10"
    assert sent_to(app, run_bar.TRACK_KEY)["pause"] == 120
    assert live_value(app, "left") == "pauses at 120"
    wrong = opened(TRAIN, {**QUICK, "speed": "fast"})
    assert "speed: got 'fast'; expected one of max, 1000, 100, 10, 1." in [text.value for text in wrong.text]


def test_a_lesson_has_a_pacing_of_its_own_until_it_ends():
    usual = lessons.named("dead").pacing
    assert usual.is_slow
    assert usual.pause_at
    app = opened(TRAIN, {"look": "dead"})
    assert session_of(app).view.pacing == usual
    app.button(key="lesson.end").click().run()
    assert session_of(app).view.pacing == UNPACED
    app = opened(TRAIN, {"look": "dead", "speed": "max"})
    assert session_of(app).view.pacing == Pacing(None, usual.pause_at)


@pytest.mark.parametrize("press_after_start", ["Pause", "Stop"])
def test_a_lesson_is_ready_to_start_whatever_the_run_before_it_was_at(press_after_start):
    app = press(press(opened(TRAIN, LONG), "Start"), press_after_start)
    before = session_of(app).training
    app = come_to(app.switch_page(HOME).run(), TRAIN, {"look": "dead"})
    assert run_status(app) == "Ready · 2,000 steps"
    assert labels(app)["Start"]
    assert not {"Resume", "Start new"} & labels(app).keys()
    press(app, "Start")
    training = session_of(app).training
    training.stop()
    assert training is not before
    assert training.view.run.experiment == lessons.named("dead").set_ups[0].experiment
    assert before.view.status == "stopped"


def test_the_address_names_what_is_not_as_the_lesson_says_so_that_a_refresh_keeps_it():
    app = opened(TRAIN, {"look": "dead"})
    usual = lessons.named("dead").pacing
    assert usual.is_slow
    assert session_of(app).view.pacing == usual
    assert not {"speed", "pause"} & words_of(app).keys()
    setting(app, "button_group", run_bar.LABEL).set_value("Max").run()
    trigger(app, run_bar.TRACK_KEY, "mark", 0)
    assert {"speed": "max", "pause": "0"}.items() <= words_of(app).items()
    app = refreshed(app, TRAIN, words_of(app))
    assert session_of(app).view.pacing == UNPACED


@pytest.mark.parametrize("chart", ["accuracy", "loss"])
def test_each_single_value_of_a_chart_is_sent_in_a_list_in_which_the_run_can_replace_it(chart):
    sent = sent_to(trained(), f"progress.{chart}")
    targets = [target.split(".") for target, _ in sent["follow"]["bind"]]
    places = [names for *names, last in targets if last.isdigit()]
    assert places
    for names in places:
        place = sent["figure"]
        for name in names:
            place = place[int(name) if isinstance(place, list) else name]
        assert isinstance(place, list), names
