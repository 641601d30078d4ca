"""The settings of the Train page: each is offered if the optimizer uses it, and each choice trains."""

from dataclasses import replace

import pytest

from pages.data.samples import FRESH_LABEL
from pages.setup import layer_diagram, optimizer_input, settings
from pages.setup.optimizer_input import note_on_replaced, with_batch_size, with_optimizer
from pages.state.setup import Setup
from polycore import TUTORIAL_POLYNOMIALS, Experiment, advance, start
from polycore.experiment.settings import SETTINGS
from polycore.links import link
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES
from tests.experiments import WITHOUT_DEFAULTS
from tests.links import whole
from tests.pages.browsing import (
    QUICK,
    opened,
    press,
    refreshed,
    sent_to,
    session_of,
    unfold_settings,
    words_of,
)

TRAIN, DATA = "pages/3_train.py", "pages/2_data.py"
KINDS = ("selectbox", "number_input", "text_input", "toggle", "button_group")
BATCH, TARGET, PATIENCE = "Batch size (0 = all)", "Target loss (0 = none)", "Patience (0 = none)"
WARMUP = "Warm-up steps (number or %)"
ALWAYS = {
    "Input features",
    "Activation",
    "Optimizer",
    "Hidden layers",
    "Steps",
    "Seed",
    TARGET,
    PATIENCE,
    "Initial weights",
    "Standardize inputs",
}
OF_GRADIENTS = {
    "Learning rate",
    BATCH,
    "Schedule",
    "Weight decay",
    "L1 penalty",
    "L2 penalty",
    "Dropout",
    "Gradient clipping",
    WARMUP,
}
FEW = link.from_query(QUICK).experiment
FRESH = Experiment.recommended()


def inputs(app):
    return shown_inputs(unfold_settings(app))


def shown_inputs(app):
    # without the choices of what is shown, which are not settings
    widgets = [widget for kind in KINDS for widget in getattr(app, kind)]
    shown = ("map_", "shown_", "settings.unfolded", "run_bar.")
    return {widget.label: widget for widget in widgets if not widget.key.startswith(shown)}


def enter(app, label, value):
    found = shown_inputs(app)
    (found if label in found else inputs(app))[label].set_value(value).run()
    assert not app.exception
    return app


def swap(app):
    """Return the lines that say which points an optimizer uses, and which it replaced."""
    return [caption.value for caption in app.caption if ":material/swap_horiz:" in caption.value]


def refusals(app):
    return [text.value for text in app.text]


@pytest.mark.parametrize("experiment", [pytest.param(FEW, id="few samples"), pytest.param(FRESH, id="fresh")])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_can_be_chosen_and_trains(optimizer, experiment):
    chosen = with_optimizer(Setup(experiment), optimizer).experiment
    run = advance(start(replace(chosen, steps=3)), 3)
    assert (run.experiment.optimizer, run.step) == (optimizer, 3)


def test_settings_that_the_optimizer_does_not_use_are_not_shown():
    app = opened(TRAIN, {**QUICK, "optimizer": "sgd"})
    assert set(inputs(app)) == ALWAYS | OF_GRADIENTS | {"Momentum", "Nesterov momentum"}
    assert set(inputs(enter(app, "Optimizer", "lbfgs"))) == ALWAYS


def test_folded_inputs_are_there_while_they_are_unfolded_and_what_they_set_stays():
    app = opened(TRAIN)
    assert "Dropout" not in [box.label for box in app.number_input]
    enter(app, "Dropout", 0.5)
    press(app, "Against overfitting · dropout 0.5")
    assert "Dropout" not in [box.label for box in app.number_input]
    assert session_of(app).experiment.dropout == 0.5
    assert inputs(app)["Dropout"].value == 0.5


OF_EVERY_OPTIMIZER = [
    ("Steps", 7, {"steps": 7}),
    ("Hidden layers", "5, 6", {"hidden": (5, 6)}),
]
OF_SGD = [
    ("Optimizer", "adam", {"optimizer": "adam"}),
    ("Learning rate", 0.125, {"learning_rate": 0.125}),
    (BATCH, 4, {"batch_size": 4}),
    ("Schedule", "constant", {"schedule": "constant"}),
    ("Momentum", 0.25, {"momentum": 0.25}),
    ("Nesterov momentum", False, {"nesterov": False}),
]


@pytest.mark.parametrize(
    ("optimizer", "label", "value", "changed"),
    [
        # which uses all settings, and few
        pytest.param(optimizer, *entered, id=f"{optimizer}, {entered[0]}")
        for optimizer, inputs in [("sgd", OF_EVERY_OPTIMIZER + OF_SGD), ("evolution", OF_EVERY_OPTIMIZER)]
        for entered in inputs
    ],
)
def test_what_no_input_is_drawn_for_stays_as_another_setting_is_changed(optimizer, label, value, changed):
    before = replace(WITHOUT_DEFAULTS, optimizer=optimizer)
    app = enter(opened(TRAIN, whole(before)), label, value)
    assert "Dropout" not in shown_inputs(app)
    assert session_of(app).experiment == replace(before, **changed)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        pytest.param(
            "optimizer",
            ["Adam", "SGD", "classical", "Nesterov", "L-BFGS", "Evolution", "Random search"],
            id="optimizers",
        ),
        pytest.param("schedule", [name.capitalize() for name in SCHEDULES], id="schedules"),
        pytest.param("patience", ["a little too high"], id="patience"),
        pytest.param("initial_weights", ["He", "0.1 is the tutorial's"], id="initial weights"),
    ],
)
def test_the_help_names_every_choice(field, words):
    text = SETTINGS[field].explained(FEW)
    assert [word for word in words if word not in text] == []


def test_the_settings_of_fresh_points_are_shown_only_with_fresh_points():
    app = opened(TRAIN, {**QUICK, "samples": "fresh", "sampling": "crossings", "growing_batches": "yes"})
    enter(app, "Fresh points", "even")
    enter(app, "Growing batches", False)
    experiment = session_of(app).experiment
    assert (experiment.sampling, experiment.growing_batches) == ("even", False)
    assert not {"Fresh points", "Growing batches"} & set(inputs(enter(app, "Optimizer", "lbfgs")))


def test_zero_is_none_and_can_be_changed_again():
    app = opened(TRAIN, {**QUICK, "target_loss": "7", "batch": "7"})
    assert [inputs(app)[label].value for label in (TARGET, BATCH)] == [7, 7]
    for label in (TARGET, BATCH):
        inputs(app)[label].set_value(0)
    app.run()
    assert (session_of(app).experiment.target_loss, session_of(app).experiment.batch_size) == (None, None)
    assert [inputs(app)[label].value for label in (TARGET, BATCH)] == [0, 0]
    for label in (TARGET, BATCH):
        inputs(app)[label].set_value(9)
    app.run().switch_page(DATA).run().switch_page(TRAIN).run()
    assert [inputs(app)[label].value for label in (TARGET, BATCH)] == [9, 9]
    assert (session_of(app).experiment.target_loss, session_of(app).experiment.batch_size) == (9, 9)


def test_settings_are_kept_while_an_optimizer_does_not_use_them():
    before = replace(WITHOUT_DEFAULTS, optimizer="sgd")
    setup = Setup(before)
    for optimizer in [*OPTIMIZERS, "sgd"]:
        setup = with_optimizer(setup, optimizer)
    assert setup.experiment == before


def test_input_features_reach_the_set_up_the_address_and_the_diagram_unless_there_are_none():
    app = enter(opened(TRAIN), "Input features", ["xy", "x2"])
    assert session_of(app).experiment.features == ("x2", "xy")
    assert link.from_query(words_of(app)).experiment == session_of(app).experiment
    assert sent_to(app, layer_diagram.KEY)["inputs"] == ["x²", "xy"]
    assert "Inputs · x², xy" in [popover.proto.popover.label for popover in app.get("popover")]
    enter(app, "Input features", [])
    assert any("expected one or more of x, y" in text for text in refusals(app))
    assert session_of(app).experiment.features == ("x2", "xy")


OVERFITTING, MORE = settings.FOLDS


def test_what_is_in_use_is_said_where_it_is_folded_unless_the_optimizer_ignores_it():
    regularized = replace(FEW, l1=0.001, l2=0.25, dropout=0.5, warmup_steps=1500, seed=12345)
    assert settings.state_of(OVERFITTING, FEW) == "none"
    assert settings.state_of(MORE, FEW) == "seed 0"
    assert settings.state_of(OVERFITTING, regularized) == "L1 penalty 0.001, L2 penalty 0.25, dropout 0.5"
    assert settings.state_of(MORE, regularized) == "seed 12345, warm-up steps 1,500"
    assert settings.state_of(MORE, replace(FEW, warmup_steps="10%")) == "seed 0, warm-up steps 10%"
    by_search = replace(regularized, optimizer="evolution")
    assert settings.state_of(OVERFITTING, by_search) == "none"
    assert settings.state_of(MORE, by_search) == "seed 12345"
    stopped = replace(FEW, weight_decay=0.01, patience=5000, standardize=False)
    assert settings.state_of(OVERFITTING, stopped) == "weight decay 0.01, patience 5,000"
    assert settings.state_of(MORE, stopped) == "seed 0, inputs as they are"
    assert settings.state_of(MORE, Experiment.tutorial()) == "seed 0, initial weights 0.1, inputs as they are"


def test_each_setting_has_one_place():
    folded = [setting.field for fold in settings.FOLDS.values() for setting in fold]
    assert sorted([*folded, *settings.ELSEWHERE]) == sorted(SETTINGS)


@pytest.mark.parametrize(
    ("features", "label"),
    [
        pytest.param(("x", "y"), "Inputs · x, y", id="the plain ones"),
        pytest.param(("x", "y", "x2", "x3", "xy"), "Inputs · 5 features", id="more than fit"),
    ],
)
def test_the_button_of_the_inputs_says_which_they_are(features, label):
    assert settings.inputs_label(replace(FEW, features=features)) == label


# --- the diagram of layers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [None, "12", [0], [12, "12"], [1.5], [12] * 8, [10**9], [[12]], {"0": 12}, [None], [-1]]
)
def test_layers_that_the_diagram_cannot_make_are_ignored(sent):
    assert layer_diagram.layers_among(sent, layer_diagram.SIZES, (33, 32)) is None


def test_layers_of_the_text_field_stay_beside_those_of_the_diagram():
    assert layer_diagram.layers_among([33, 48], layer_diagram.SIZES, (33, 32)) == (33, 48)
    assert layer_diagram.layers_among([], layer_diagram.SIZES, (33,)) == ()


# --- L-BFGS, which needs all of a fixed set of samples every step -------------------------------


@pytest.mark.parametrize(
    ("points", "per_class", "says"),
    [
        pytest.param(
            {"samples_per_class": None, "batch_size": 64},
            100,
            "L-BFGS uses 100 samples of each polynomial every step, not fresh points. If you choose another "
            "optimizer, they come back.",
            id="fresh points",
        ),
        pytest.param(
            {"samples_per_class": 20, "batch_size": 7},
            20,
            "L-BFGS uses all samples every step, not batches of 7. If you choose another optimizer, they "
            "come back.",
            id="batches",
        ),
    ],
)
def test_lbfgs_replaces_the_samples_until_another_optimizer_is_chosen(points, per_class, says):
    before = replace(FEW, **points)
    setup = with_optimizer(Setup(before), "lbfgs")
    chosen = setup.experiment
    assert (chosen.optimizer, chosen.samples_per_class, chosen.batch_size) == ("lbfgs", per_class, None)
    assert note_on_replaced(setup) == says
    back = with_optimizer(setup, "adam")
    assert (back.experiment, note_on_replaced(back)) == (before, None)


@pytest.mark.parametrize("optimizer", ["evolution", "lbfgs"])
def test_errors_come_back_after_an_optimizer_that_computes_none(optimizer):
    before = replace(FEW, samples_per_class=None, sampling="errors")
    setup = Setup(before)
    for chosen in (optimizer, "random-search"):
        setup = with_optimizer(setup, chosen)
        assert setup.experiment.sampling == "crossings"
    assert note_on_replaced(setup).startswith(
        "Random search computes no errors that fresh points could follow"
    )
    back = with_optimizer(setup, "rmsprop")
    assert (back.experiment, note_on_replaced(back)) == (replace(before, optimizer="rmsprop"), None)


def test_lbfgs_keeps_samples_that_it_can_work_with_and_says_nothing():
    setup = with_optimizer(Setup(FEW), "lbfgs")
    assert (setup.experiment.samples_per_class, note_on_replaced(setup)) == (20, None)


def test_samples_chosen_with_lbfgs_stay_with_another_optimizer():
    setup = with_optimizer(Setup(FRESH), "lbfgs")
    setup = replace(setup, experiment=replace(setup.experiment, samples_per_class=50))
    assert note_on_replaced(setup) is None
    after = with_optimizer(setup, "adam").experiment
    assert (after.samples_per_class, after.batch_size) == (50, None)


def test_a_batch_size_that_comes_after_lbfgs_waits_for_the_next_optimizer():
    setup = with_batch_size(with_optimizer(Setup(FEW), "lbfgs"), 16)
    assert setup.experiment.batch_size is None
    assert with_optimizer(setup, "adam").experiment.batch_size == 16
    assert with_batch_size(Setup(FEW), 16).experiment.batch_size == 16


def test_the_replaced_samples_come_back_though_other_settings_have_changed_since():
    setup = with_optimizer(Setup(FRESH), "lbfgs")
    setup = replace(setup, experiment=replace(setup.experiment, seed=5, hidden=(3,)))
    assert note_on_replaced(setup) is not None
    after = with_optimizer(setup, "evolution").experiment
    assert (after.samples_per_class, after.batch_size, after.seed) == (None, 800, 5)


@pytest.mark.parametrize(
    "same", [pytest.param(True, id="the same"), pytest.param(False, id="another set-up")]
)
def test_the_replaced_samples_survive_a_refresh_of_the_same_set_up(same):
    before = enter(opened(TRAIN, {}), "Optimizer", "lbfgs")
    app = refreshed(before, TRAIN, words_of(before) | ({} if same else {"seed": "5"}))
    assert len(swap(app)) == same
    enter(app, "Optimizer", "adam")
    assert session_of(app).experiment.samples_per_class == (None if same else 100)


def test_a_refused_layer_does_not_lose_the_replaced_samples():
    app = enter(opened(TRAIN, {}), "Hidden layers", "many")
    enter(app, "Optimizer", "lbfgs")
    assert session_of(app).experiment.optimizer == "lbfgs"
    assert session_of(app).experiment.hidden == Experiment.recommended().hidden
    enter(app, "Hidden layers", "5")
    assert session_of(app).experiment.hidden == (5,)
    enter(app, "Optimizer", "adam")
    assert session_of(app).experiment.samples_per_class is None


def test_the_preset_of_lbfgs_has_the_tutorials_data_and_replaces_no_samples():
    preset, _ = settings.PRESETS["L-BFGS"]
    setup = settings.with_preset(with_optimizer(Setup(FRESH), "lbfgs"), preset)
    chosen = setup.experiment
    samples = chosen.polynomials, chosen.samples_per_class, chosen.batch_size
    assert (chosen.optimizer, chosen.hidden, *samples) == ("lbfgs", (12,), TUTORIAL_POLYNOMIALS, 100, None)
    assert note_on_replaced(setup) is None
    assert with_optimizer(setup, "adam").experiment.samples_per_class == 100


def test_a_batch_size_of_all_samples_in_a_link_becomes_none_with_lbfgs():
    app = opened(DATA, {**QUICK, "batch": "40", "optimizer": "lbfgs"})
    enter(app, SETTINGS["samples_per_class"].label, 30)
    assert session_of(app).experiment.batch_size is None
    assert session_of(app).experiment.samples_per_class == 30
    assert refusals(app) == []


def test_the_data_page_says_why_lbfgs_has_no_fresh_points_and_offers_adam():
    app = opened(DATA)
    assert not inputs(app)[FRESH_LABEL].disabled
    assert optimizer_input.USE_ADAM not in [button.label for button in app.button]
    app = enter(opened(TRAIN, {}), "Optimizer", "lbfgs").switch_page(DATA).run()
    assert inputs(app)[FRESH_LABEL].disabled
    press(app, optimizer_input.USE_ADAM)
    # with the batches that L-BFGS replaced
    assert session_of(app).experiment == replace(Experiment.recommended(), optimizer="adam")
    assert inputs(app)[FRESH_LABEL].value
    assert not inputs(app)[FRESH_LABEL].disabled
