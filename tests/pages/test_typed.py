"""What is typed counts if a button is pressed in the same moment: one request carries both."""

import re

import pytest

from pages.compare import sweep_inputs
from pages.polynomials import editor
from pages.state.inputs import as_whole
from polycore import INTRODUCTION_POLYNOMIALS, Polynomial
from polycore.experiment.settings import SETTINGS
from tests.pages.browsing import (
    QUICK,
    ROOT,
    edited,
    labelled,
    opened,
    press,
    session_of,
    unfold_settings,
    widget_states,
)

HOME, POLYNOMIALS, DATA = "streamlit_app.py", "pages/1_polynomials.py", "pages/2_data.py"
TRAIN, COMPARE = "pages/3_train.py", "pages/6_compare.py"


def typed(app, label, value):
    """Type without a run of the page: the next press sends it along."""
    unfold_settings(app)
    widgets = [*app.number_input, *app.text_input, *app.text_area, *app.selectbox, *app.toggle]
    labelled(widgets, label).set_value(value)
    return app


@pytest.mark.parametrize("button", ["Start", "One step"])
def test_a_run_has_the_settings_that_the_page_shows_as_its_button_is_pressed(button):
    app = opened(TRAIN)
    for label, value in {
        "Steps": 7,
        "Batch size (0 = all)": 16,
        "Hidden layers": "4, 3",
        "Weight decay": 0.5,
        "Optimizer": "sgd",
    }.items():
        typed(app, label, value)
    press(app, button)
    trained = session_of(app).training.view.run.experiment
    assert (trained.steps, trained.batch_size, trained.hidden) == (7, 16, (4, 3))
    assert (trained.weight_decay, trained.optimizer) == (0.5, "sgd")
    assert session_of(app).experiment == trained


def test_the_same_holds_for_a_run_that_stands_at_its_beginning():
    app = opened(TRAIN, {**QUICK, "steps": "1000000"})
    press(press(app, "Start"), "Reset")
    press(typed(app, "Steps", 7), "Start")
    assert session_of(app).training.view.run.experiment.steps == 7


# what is refused of each, why, and what is not
REFUSED = {
    "hidden": ("8, many", "8", (8,)),
    "learning_rate": (-1.0, 0.5, 0.5),
    "steps": (2.5, 7, 7),
    "seed": (99999999999, 5, 5),
}


def test_what_is_refused_starts_nothing_and_says_why_until_it_is_corrected():
    app = opened(TRAIN)
    inputs = {field: SETTINGS[field].label for field in REFUSED}
    for field, (wrong, _, _) in REFUSED.items():
        typed(app, inputs[field], wrong)
    press(app, "Start")
    assert session_of(app).training is None
    for field, (wrong, right, _) in REFUSED.items():
        assert any(text.value.startswith(f"{inputs[field]}: ") for text in app.text)
        assert labelled([*app.number_input, *app.text_input], inputs[field]).value == wrong
        typed(app, inputs[field], right)
    press(app, "Start")
    trained = session_of(app).training.view.run.experiment
    assert all(getattr(trained, field) == taken for field, (_, _, taken) in REFUSED.items())


def test_a_whole_number_is_one_for_the_set_up_and_a_fraction_stays_what_it_is():
    # a widget reports every number with a fraction
    assert [repr(as_whole(None, number)) for number in (7.0, -3.0, 1e5, 2.5)] == ["7", "-3", "100000", "2.5"]


def test_no_input_has_limits_that_would_keep_a_number_in_the_browser():
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py")}
    drawn = [path.name for path, text in sources.items() if "st.number_input(" in text]
    passed_on = [path.name for path, text in sources.items() if re.search(r"st\.number_input\b[^(]", text)]
    assert drawn == ["inputs.py"]
    assert passed_on == ["inputs.py"]  # in a docstring
    limited = [box.proto.has_min or box.proto.has_max for box in unfold_settings(opened(TRAIN)).number_input]
    assert limited == [False] * len(limited)
    assert len(limited) > 5


def test_another_seed_leaves_what_was_typed():
    app = opened(DATA)
    seed = session_of(app).experiment.seed
    press(typed(typed(app, "Noise", 0.25), SETTINGS["samples_per_class"].label, 33), "New seed")
    experiment = session_of(app).experiment
    assert (experiment.noise, experiment.samples_per_class) == (0.25, 33)
    assert experiment.seed != seed


def test_text_that_arrives_after_undo_has_replaced_its_area_counts():
    app = press(opened(POLYNOMIALS, {"polynomials": "x~x^2"}), "First two")
    area = app.text_area[0].proto.id
    app.button(key="undo.button").click().run()
    arrive(app, area, string_value="x\nx^2 + 5")
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1, 0, 5))


def arrive(app, widget, **value):
    """Let a browser send what was typed into an input that the page no longer has."""
    states = widget_states(app)
    assert widget not in [state.id for state in states.widgets]
    states.widgets.add(id=widget, **value)
    app._run(states)
    assert not app.exception


def test_of_what_was_typed_at_once_one_that_is_refused_does_not_hold_the_other_back():
    app = typed(typed(opened(POLYNOMIALS), editor.TEXT_LABEL, "x\n1"), "x to", -3.0).run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1))
    assert session_of(app).experiment.x_range == (-1.0, 1.0)
    typed(typed(app, editor.TEXT_LABEL, "7\n3 +"), "x to", 3.0).run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1))
    assert session_of(app).experiment.x_range == (-1.0, 3.0)
    assert any(text.value.startswith("Line 2") for text in app.text)


def test_a_cell_is_taken_as_a_set_is_chosen_so_that_undo_brings_it_back():
    app = opened(POLYNOMIALS, {"polynomials": "x^2~x"})
    app.segmented_control[0].set_value("Coefficients").run()
    edited(app, {0: {"x": 5.0}}, pressed="polynomials.preset.First two")
    assert session_of(app).experiment.polynomials == INTRODUCTION_POLYNOMIALS
    app.button(key="polynomials.undo").click().run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 5, 0), Polynomial(1, 0))


def test_the_table_shows_what_it_was_edited_to_when_one_comes_back_to_the_page():
    app = opened(POLYNOMIALS, {"polynomials": "x^2~x"})
    app.segmented_control[0].set_value("Coefficients").run()
    edited(app, {0: {"x": 5.0}})
    app.switch_page(HOME).run()
    app.switch_page(POLYNOMIALS).run()
    assert app.data_editor[0].value["x"].tolist() == [5.0, 1.0]
    assert session_of(app).experiment.polynomials == (Polynomial(1, 5, 0), Polynomial(1, 0))


def test_a_sweep_has_what_its_inputs_show_as_its_button_is_pressed():
    app = opened(COMPARE)
    app.segmented_control(key="compare.view.v0").set_value("Sweep").run()
    press(typed(typed(app, "Networks", "3, 4-2"), sweep_inputs.STEPS_LABEL, 5), "Start the sweep")
    experiments = session_of(app).comparison.sweep.view.experiments
    assert {experiment.hidden for experiment in experiments} == {(3,), (4, 2)}
    assert {experiment.steps for experiment in experiments} == {5}
    session_of(app).comparison.sweep.stop()


def test_a_race_has_the_entrants_that_are_chosen_as_its_button_is_pressed():
    app = opened(COMPARE)
    app.segmented_control(key="compare.view.v0").set_value("Race").run()
    [names] = [group for group in app.pills if group.label == "Who races"]
    names.set_value(["Nesterov", "Adam"])
    press(app, "Start the race")
    race = session_of(app).comparison.race
    assert [lane.name for lane in race.view.lanes] == ["Adam", "Nesterov"]
    race.stop()
