"""What is typed counts if a button is pressed in the same moment: one request carries both."""

import re

import pytest

from polycore import INTRODUCTION_POLYNOMIALS, Polynomial
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


@pytest.mark.parametrize(
    ("label", "value", "field", "expected"),
    [
        pytest.param("Steps", 7, "steps", 7, id="steps"),
        pytest.param("Batch size (0 = all points)", 16, "batch_size", 16, id="batch size"),
        pytest.param("Hidden layers", "4, 3", "hidden", (4, 3), id="hidden layers"),
        pytest.param("Weight decay", 0.5, "weight_decay", 0.5, id="weight decay"),
        pytest.param("Optimizer", "sgd", "optimizer", "sgd", id="optimizer"),
    ],
)
def test_a_run_has_the_settings_that_the_page_shows_as_its_button_is_pressed(label, value, field, expected):
    app = press(typed(opened(TRAIN), label, value), "Start")
    trained = session_of(app).training.view.run.experiment
    assert getattr(trained, field) == expected
    assert session_of(app).experiment == trained


def test_so_has_a_run_of_one_step():
    app = press(typed(typed(opened(TRAIN), "Steps", 7), "Hidden layers", "4, 3"), "One step")
    trained = session_of(app).training.view.run.experiment
    assert (trained.steps, trained.hidden) == (7, (4, 3))
    assert session_of(app).experiment == trained


def test_the_same_holds_for_a_run_that_stands_at_its_beginning():
    app = opened(TRAIN, {**QUICK, "steps": "1000000"})
    press(press(app, "Start"), "Reset")
    press(typed(app, "Steps", 7), "Start")
    assert session_of(app).training.view.run.experiment.steps == 7


def test_what_cannot_be_read_starts_nothing_and_says_why():
    app = press(typed(opened(TRAIN), "Hidden layers", "8, many"), "Start")
    assert session_of(app).training is None
    assert any("many" in text.value for text in app.text)
    press(typed(app, "Hidden layers", "8"), "Start")
    assert session_of(app).training.view.run.experiment.hidden == (8,)


@pytest.mark.parametrize(
    ("label", "wrong", "reason", "right"),
    [
        ("Learning rate", -1.0, "Learning rate: got -1.0; expected a number above 0 and at most 10.", 0.5),
        ("Steps", 0, "Steps: got 0; expected a whole number from 1 to 100,000,000.", 7),
        ("Steps", 99_999_999_999, "Steps: got 99999999999; expected a whole number", 7),
        ("Steps", 2.5, "Steps: got 2.5; expected a whole number", 7),
        ("Seed", -5, "Seed: got -5; expected a whole number from 0 to 4,294,967,295.", 5),
        ("Batch size (0 = all points)", -3, "Batch size: got -3; expected a whole number from 1", 16),
    ],
)
def test_a_number_beyond_its_limits_starts_nothing_and_says_why(label, wrong, reason, right):
    app = press(typed(opened(TRAIN), label, wrong), "Start")
    assert session_of(app).training is None
    assert any(text.value.startswith(reason) for text in app.text)
    assert labelled(app.number_input, label).value == wrong
    press(typed(app, label, right), "Start")
    trained = session_of(app).training.view.run.experiment
    assert right in (trained.learning_rate, trained.steps, trained.seed, trained.batch_size)
    assert labelled(app.number_input, label).value == right


def test_no_input_has_limits_that_would_keep_a_number_in_the_browser():
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py")}
    drawn = [path.name for path, text in sources.items() if "st.number_input(" in text]
    passed_on = [path.name for path, text in sources.items() if re.search(r"st\.number_input\b[^(]", text)]
    assert drawn == ["inputs.py"]
    assert passed_on == ["inputs.py"]  # in a docstring
    limited = [box.proto.has_min or box.proto.has_max for box in unfold_settings(opened(TRAIN)).number_input]
    assert limited == [False] * len(limited)
    assert len(limited) > 5


def test_a_batch_size_typed_as_lbfgs_is_chosen_comes_back_with_the_next_optimizer():
    app = opened(TRAIN)
    typed(typed(app, "Batch size (0 = all points)", 16), "Optimizer", "lbfgs").run()
    assert session_of(app).experiment.batch_size is None
    typed(app, "Optimizer", "adam").run()
    assert session_of(app).experiment.batch_size == 16


@pytest.mark.parametrize(
    ("page", "label", "value", "field"),
    [
        pytest.param(DATA, "Noise", 0.25, "noise", id="data"),
        pytest.param(DATA, "Samples of each polynomial", 33, "samples_per_class", id="samples"),
        pytest.param(TRAIN, "Steps", 7, "steps", id="train"),
    ],
)
def test_another_seed_leaves_what_was_typed(page, label, value, field):
    app = opened(page)
    seed = session_of(app).experiment.seed
    press(typed(app, label, value), "New seed")
    assert getattr(session_of(app).experiment, field) == value
    assert session_of(app).experiment.seed != seed


def test_a_preset_of_settings_can_be_undone_to_what_was_typed():
    app = press(typed(opened(TRAIN), "Steps", 7), "Recommended")
    assert session_of(app).experiment.steps == 7_000
    app.button(key="undo.button").click().run()
    assert session_of(app).experiment.steps == 7


def test_a_preset_of_polynomials_can_be_undone_to_what_was_typed():
    app = typed(opened(POLYNOMIALS), "One polynomial a line", "x^2\nx\n1")
    press(app, "First two")
    assert session_of(app).experiment.polynomials == INTRODUCTION_POLYNOMIALS
    app.button(key="polynomials.undo").click().run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0, 0), Polynomial(1, 0), Polynomial(1))
    assert app.text_area[0].value == "x^2\nx\n1"


def test_text_that_arrives_after_undo_has_replaced_its_area_counts():
    app = press(opened(POLYNOMIALS, {"polynomials": "x~x^2"}), "First two")
    area = app.text_area[0].proto.id
    app.button(key="undo.button").click().run()
    arrive(app, area, string_value="x\nx^2 + 5")
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1, 0, 5))


def test_a_number_that_arrives_after_undo_has_replaced_its_input_counts():
    app = press(opened(TRAIN), "Recommended")
    steps = labelled(app.number_input, "Steps").proto.id
    app.button(key="undo.button").click().run()
    arrive(app, steps, double_value=7)
    assert session_of(app).experiment.steps == 7


def arrive(app, widget, **value):
    """Let a browser send what was typed into an input that the page no longer has."""
    states = widget_states(app)
    assert widget not in [state.id for state in states.widgets]
    states.widgets.add(id=widget, **value)
    app._run(states)
    assert not app.exception


def test_a_bin_removes_its_own_polynomial_whatever_was_typed():
    app = typed(opened(POLYNOMIALS, {"polynomials": "x^2~x~1"}), "One polynomial a line", "7\nx^2\nx\n1")
    app.button(key="polynomials.remove.1").click().run()
    assert session_of(app).experiment.polynomials == (Polynomial(7), Polynomial(1, 0, 0), Polynomial(1))


def test_a_bin_leaves_text_that_cannot_be_read_and_says_why():
    app = typed(opened(POLYNOMIALS, {"polynomials": "x^2~x~1"}), "One polynomial a line", "7\n3 +")
    app.button(key="polynomials.remove.1").click().run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0, 0), Polynomial(1, 0), Polynomial(1))
    assert app.text_area[0].value == "7\n3 +"
    assert any(text.value.startswith("Line 2") for text in app.text)


def test_a_range_and_polynomials_typed_at_once_are_both_taken():
    app = typed(opened(POLYNOMIALS), "One polynomial a line", "x\n1")
    typed(app, "x to", 3.0).run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1))
    assert session_of(app).experiment.x_range == (-1.0, 3.0)


def test_a_range_that_is_refused_does_not_hold_polynomials_back():
    app = typed(opened(POLYNOMIALS), "One polynomial a line", "x\n1")
    typed(app, "x to", -3.0).run()
    assert session_of(app).experiment.polynomials == (Polynomial(1, 0), Polynomial(1))
    assert session_of(app).experiment.x_range == (-1.0, 1.0)


def test_a_line_that_is_refused_does_not_hold_a_range_back():
    app = opened(POLYNOMIALS)
    before = session_of(app).experiment.polynomials
    typed(typed(app, "One polynomial a line", "7\n3 +"), "x to", 3.0).run()
    assert session_of(app).experiment.polynomials == before
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
    press(typed(typed(app, "Networks", "3, 4-2"), "Steps of each run", 5), "Start the sweep")
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
