"""Train: each button does what it says, and each setting reaches the set-up."""

import math
import time
from dataclasses import replace

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

import polycore as pc
from pages.plane import live
from pages.runs import sentences
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.setup import controls
from pages.state import session
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.train import untrained
from polycore import Experiment
from tests.pages.browsing import (
    QUICK,
    labels,
    live_value,
    opened,
    press,
    run_status,
    session_of,
    unfold_settings,
    wait_for,
    widget_states,
    words_of,
)
from tests.runs import TINY, named
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"
LONG = {**QUICK, "steps": "1000000"}


def setting(app, kind, name):
    unfold_settings(app)
    [setting_widget] = [widget for widget in getattr(app, kind) if widget.label == name]
    return setting_widget


def test_a_cold_page_says_what_to_do():
    app = opened(TRAIN)
    [bar] = app.get("progress")
    assert bar.proto.value == 0
    assert bar.proto.text.startswith("Nothing has been trained yet. Press Start")
    assert labels(app) == {
        "Start": True,
        "One step": True,
        "Stop": False,
        "Reset": False,
        "New seed": True,
        "Recommended": True,
        "The tutorial's": True,
        "L-BFGS": True,
    }


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
    assert labels(app)["Start again"]
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


def test_two_presses_on_one_step_before_there_is_a_run_take_two_steps_of_one_run(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {session.KEY: Session(setup=Setup(TINY))})
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
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    best = session_of(app).answering.model
    press(app, "Reset")
    wait_for(press(app, "One step"), "paused")
    assert session_of(app).training.view.run.best.loss > best.loss
    assert session_of(app).answering.model is best


def test_a_new_seed_is_another_experiment_and_the_old_model_stays():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    before = session_of(app)
    press(app, "New seed")
    after = session_of(app)
    assert after.experiment.seed != before.experiment.seed
    assert after.answering == before.answering
    assert setting(app, "number_input", "Seed").value == after.experiment.seed
    assert any("Settings changed" in caption.value for caption in app.caption)
    wait_for(press(app, "Start"), "finished")
    assert len(session_of(app).models.kept) == 2
    assert session_of(app).answering.experiment == after.experiment


@pytest.mark.parametrize(
    ("kind", "label", "value", "field", "expected"),
    [
        pytest.param("number_input", "Learning rate", 0.25, "learning_rate", 0.25, id="learning rate"),
        pytest.param("text_input", "Hidden layers", "5, 4", "hidden", (5, 4), id="layers with a comma"),
        pytest.param("text_input", "Hidden layers", "5-4", "hidden", (5, 4), id="layers with a hyphen"),
        pytest.param("text_input", "Hidden layers", "none", "hidden", (), id="no hidden layer"),
        pytest.param("number_input", "Batch size (0 = all points)", 7, "batch_size", 7, id="batch size"),
        pytest.param("number_input", "Steps", 77, "steps", 77, id="steps"),
        pytest.param("number_input", "Seed", 9, "seed", 9, id="seed"),
        pytest.param("toggle", "Standardize inputs", False, "standardize", False, id="standardize"),
        pytest.param("selectbox", "Optimizer", "evolution", "optimizer", "evolution", id="optimizer"),
        pytest.param("button_group", "Schedule", "cosine", "schedule", "cosine", id="schedule"),
        pytest.param(
            "button_group", "Initial weights", "tutorial", "initial_weights", "tutorial", id="weights"
        ),
        pytest.param("selectbox", "Activation", "gelu", "activation", "gelu", id="activation"),
    ],
)
def test_a_setting_reaches_the_set_up_and_the_address(kind, label, value, field, expected):
    app = opened(TRAIN)
    setting(app, kind, label).set_value(value).run()
    assert not app.exception
    assert getattr(session_of(app).experiment, field) == expected
    again = opened(TRAIN, words_of(app))
    assert session_of(again).experiment == session_of(app).experiment


def test_an_activation_brings_the_initial_weights_that_suit_it():
    app = opened(TRAIN)
    for activation, weights, offered in (
        ("tanh", "glorot", ["Glorot", "SIREN", "0.1"]),
        ("sine", "siren", ["Glorot", "SIREN", "0.1"]),
        ("relu", "he", ["He", "Glorot", "SIREN", "0.1"]),
    ):
        setting(app, "selectbox", "Activation").set_value(activation).run()
        assert session_of(app).experiment.activation == activation
        assert session_of(app).experiment.initial_weights == weights
        choice = setting(app, "button_group", "Initial weights")
        assert choice.value in (weights, [weights])
        assert [option.content for option in choice.proto.options] == offered
    setting(app, "button_group", "Initial weights").set_value("tutorial").run()
    setting(app, "selectbox", "Activation").set_value("silu").run()
    assert session_of(app).experiment.initial_weights == "tutorial"


def test_momentum_is_shown_only_for_an_optimizer_that_uses_it():
    app = opened(TRAIN)
    assert "Momentum" not in [box.label for box in app.number_input]
    setting(app, "selectbox", "Optimizer").set_value("sgd").run()
    setting(app, "number_input", "Momentum").set_value(0.5).run()
    assert session_of(app).experiment.momentum == 0.5


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("x\u00b2", "Hidden layers: got 'x\u00b2'; expected"),
        ("9999", "Hidden layers: layer 1: got 9999; "),
        # 2 inputs and 2 classes: (2+1)512 + 2(512+1)512 + (512+1)2
        (
            "512, 512, 512",
            "Hidden layers: got layers of 512, 512, 512 neurons, which make 527,874 weights and biases; ",
        ),
    ],
)
def test_layers_that_are_not_valid_change_nothing_and_say_why(typed, says):
    app = opened(TRAIN)
    setting(app, "text_input", "Hidden layers").set_value(typed).run()
    assert session_of(app).experiment.hidden == (8,)
    [said] = [text.value for text in app.text]
    assert said.startswith(says)
    assert setting(app, "text_input", "Hidden layers").value == typed


def test_a_network_without_hidden_layers_is_shown_as_none():
    assert setting(opened(TRAIN, {**QUICK, "hidden": "none"}), "text_input", "Hidden layers").value == "none"


@pytest.mark.parametrize(("label", "value"), [("Learning rate", 0.0), ("Momentum", 1.0)])
def test_a_refusal_has_the_label_of_the_input(label, value):
    app = opened(TRAIN, {**QUICK, "optimizer": "sgd"})
    setting(app, "number_input", label).set_value(value).run()
    [said] = [text.value for text in app.text]
    assert said.startswith(f"{label}: got {value}; ")


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [("random-search", "Random search"), ("lbfgs", "L-BFGS"), ("sgd", "SGD"), ("evolution", "Evolution")],
)
def test_a_run_has_the_usual_name_of_its_optimizer(optimizer, name):
    run = pc.advance(pc.start(replace(TINY, optimizer=optimizer)), 1)
    now = Session(training_id=named(Training(run, executor=None, advance=pc.advance))).collected()
    assert now.models.titles == (f"Run 1 · {name}, 2 polynomials",)


def test_the_tutorials_and_the_recommended_settings_keep_polynomials_and_range():
    app = opened(TRAIN, {**QUICK, "range": "-2..1"})
    press(app, "The tutorial's")
    tutorial = session_of(app).experiment
    assert (tutorial.optimizer, tutorial.learning_rate, tutorial.hidden) == ("random-search", 0.0005, (12,))
    assert (len(tutorial.polynomials), tutorial.x_range) == (2, (-2, 1))
    assert setting(app, "selectbox", "Optimizer").value == "random-search"
    press(app, "Recommended")
    assert session_of(app).experiment.hidden == Experiment.recommended().hidden


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
    assert labels(app)["Start the new set-up"]
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
    pressed_as_it_ended(app, "Start the new set-up")
    training = session_of(app).training
    assert training.view.run.experiment == session_of(app).experiment
    assert training.view.is_active
    training.stop()


def test_a_refused_layer_removes_no_other_input():
    app = unfold_settings(opened(TRAIN))
    before = [box.label for box in app.number_input]
    setting(app, "text_input", "Hidden layers").set_value("many").run()
    assert [box.label for box in app.number_input] == before


def test_the_recommended_learning_rate_can_be_lowered():
    box = setting(opened(TRAIN, {}), "number_input", "Learning rate")
    assert box.value - box.step == pytest.approx(0.016)


def test_a_momentum_just_below_its_limit_is_shown():
    app = opened(TRAIN, {**QUICK, "optimizer": "sgd", "momentum": "0.9999"})
    assert setting(app, "number_input", "Momentum").value == 0.9999


def test_a_run_that_diverges_step_by_step_says_what_to_lower():
    app = opened(
        TRAIN,
        {
            "optimizer": "sgd",
            "learning_rate": "10",
            "schedule": "constant",
            "samples": "100",
            "batch": "all",
            "polynomials": "1000000~-1000000x",
            "standardize": "no",
        },
    )
    for _ in range(20):
        if session_of(app).training is not None and session_of(app).training.view.status == "finished":
            break
        press(app, "One step")
        while session_of(app).training.view.status == "running":
            time.sleep(0.01)
        app.run()
    assert session_of(app).training.view.error is None
    assert "Lower the learning rate (10)" in live_value(app, "notes.diverged")
    assert live_value(app, "notes.ended") == ""


def shortcuts(app):
    return {button.label: button.proto.shortcut for button in app.button if button.proto.shortcut}


def test_each_main_button_has_a_key_named_in_its_help_and_in_a_line():
    app = opened(TRAIN)
    assert shortcuts(app) == {"Start": "ctrl+enter", "One step": "s", "Reset": "b"}
    for button in app.button:
        if button.proto.shortcut:
            assert f"Key: {button.proto.shortcut}.".lower() in button.help.lower()
    [line] = [caption.value for caption in app.caption if caption.value.startswith("Keys:")]
    assert all(key in line for key in ("Ctrl+Enter", "S takes a step", "B goes back"))


def test_a_key_means_the_same_after_a_setting_was_changed():
    app = press(opened(TRAIN, LONG), "Start")
    others = {"One step": "s", "Reset": "b", "Present": "p"}
    assert shortcuts(app) == {"Pause": "ctrl+enter"} | others
    press(app, "New seed")
    assert shortcuts(app) == {"Pause": "ctrl+enter"} | others
    press(app, "Pause")
    assert shortcuts(app) == {"Resume": "ctrl+enter"} | others
    press(app, "Stop")
    assert shortcuts(app) == {"Start": "ctrl+enter"} | others


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


@pytest.fixture
def figures(monkeypatch):
    """Return the figures that were drawn last, by their keys, with their heights."""
    drawn = {}
    monkeypatch.setattr(
        live, "figure", lambda figure, key, height, **_: drawn.update({key: (figure, height)})
    )
    return drawn


def alt(figures, key=untrained.KEY):
    return figures[key][0].layout.meta["alt"]


def test_before_a_run_the_curves_are_shown_in_the_position_of_its_map(figures):
    app = opened(TRAIN)
    assert alt(figures).startswith("Curves of 2 polynomials for x from -1 to 1 ")
    before, height = figures[untrained.KEY]
    assert not before.layout.images
    wait_for(press(app, "Start"), "finished")
    after, same_height = figures["progress.map"]
    assert height == same_height
    for axis in ("xaxis", "yaxis"):
        assert before.layout[axis].range == after.layout[axis].range


def test_before_a_run_the_map_of_the_referee_and_layers_can_be_shown(figures):
    app = opened(TRAIN, {**QUICK, "noise": "0.5"})
    choose(app, "Map", "Referee")
    assert alt(figures).endswith("these are the referee's answers.")
    [layers] = [group for group in app.button_group if group.key.startswith("map_layers")]
    layers.set_value(["Samples", "Mistakes", "Crossings"]).run()
    assert not app.exception
    # 20 samples of each of 2; -x^2 + 1 and x^3 - 2 meet where x^3 + x^2 = 3, beyond 1
    assert "40 samples are shown" in alt(figures)
    assert "wrong answers are marked" in alt(figures)
    assert "0 crossings are marked" in alt(figures)


@pytest.mark.parametrize("view", ["Network", "Differences"])
def test_before_a_run_there_is_no_network_to_compare(figures, view):
    app = opened(TRAIN)
    choose(app, "Map", view)
    [layers] = [group for group in app.button_group if group.key.startswith("map_layers")]
    layers.set_value(["Mistakes"]).run()
    assert not app.exception
    assert alt(figures).startswith("Curves of 2 polynomials")
    assert "wrong" not in alt(figures)


def choose(app, label, value):
    setting(app, "button_group", label).set_value(value).run()
    assert not app.exception


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
