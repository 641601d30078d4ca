"""The sweep on the Compare page, from what varies to the best that is kept."""

import io
from dataclasses import replace

import pandas as pd
import pytest

import polycore as pc
from pages.compare import keeping, sweep_inputs, sweep_tables, sweep_view
from pages.runs.sweep import SweepView
from pages.runs.varied import unvaried
from pages.state import session
from pages.state.setup import Setup
from polycore.workers.outcomes import Outcome
from polycore.workers.table import ALL_STEPS
from tests.pages.browsing import (
    QUICK,
    drawn,
    labelled,
    labels,
    live_value,
    opened,
    page_text,
    press,
    refreshed,
    sent_to,
    session_of,
)
from tests.waiting import wait_until

COMPARE, DATA, TRAIN, HOME = "pages/6_compare.py", "pages/2_data.py", "pages/3_train.py", "streamlit_app.py"
LONG = QUICK | {"steps": "1000000"}
START, PAUSE, STOP = "Start the sweep", "Pause the sweep", "Stop the sweep"


def sweep_page(words=QUICK):
    app = opened(COMPARE, words)
    app.button_group(key="compare.view.v0").set_value("Sweep").run()
    assert not app.exception
    return app


def with_networks(app, text):
    labelled(app.text_input, "Networks").set_value(text).run()
    assert not app.exception
    return app


def until(app, condition):
    wait_until(
        lambda: condition(session_of(app).comparison.sweep),
        state=lambda: session_of(app).comparison.sweep.view.standing(),
    )
    app.run()
    assert not app.exception
    return app


def finished(app):
    return until(press(app, START), lambda sweep: sweep.view.status == "finished")


def standing(app):
    return live_value(app, "standing")


# --- before it begins -------------------------------------------------------------------------


def test_at_first_the_inputs_hold_the_set_up_and_the_page_says_what_to_do():
    app = sweep_page()
    assert labelled(app.text_input, "Networks").value == "8"
    assert labelled(app.text_input, "Learning rate").value == "0.01"
    assert labelled(app.number_input, "Seeds").value == 3
    assert labelled(app.number_input, sweep_inputs.STEPS_LABEL).value == 300
    assert sweep_view.NONE_YET in page_text(app)
    assert f"**3 runs**: 1 setting with 3 seeds. {sweep_view.SHORT}." in page_text(app)
    assert {name: labels(app)[name] for name in (START, PAUSE, STOP)} == {
        START: True,
        PAUSE: False,
        STOP: False,
    }


def test_what_does_not_vary_has_no_input_and_is_as_in_the_set_up():
    app = sweep_page()
    varies = labelled(app.button_group, "What varies")
    assert "Dropout" not in [one.label for one in app.text_input]
    varies.set_value([*varies.value, "dropout"]).run()
    labelled(app.text_input, "Dropout").set_value("0, 0.2").run()
    assert "**6 runs**: 2 settings with 3 seeds." in page_text(app)
    labelled(app.button_group, "What varies").set_value(["learning_rate"]).run()
    assert [one.label for one in app.text_input] == ["Learning rate"]
    assert "**3 runs**: 1 setting with 3 seeds." in page_text(app)
    # what was entered is there again
    labelled(app.button_group, "What varies").set_value(["dropout"]).run()
    assert labelled(app.text_input, "Dropout").value == "0, 0.2"


def test_networks_are_typed_as_numbers_and_said_in_words():
    app = with_networks(sweep_page(), "8, 32-32, 16-1, none")
    words = "one layer of 8 neurons · two layers of 32 neurons · layers of 16 and 1 neurons · no hidden layer"
    assert words in [caption.value for caption in app.caption]


def test_all_inputs_that_cannot_be_used_are_named_at_once_as_they_were_typed():
    app = sweep_page()
    labelled(app.button_group, "What varies").set_value(list(sweep_inputs.LABELS)).run()
    wrong = {
        "Networks": ("12 ![](http://a.b/c.png)", "Networks: got '![](http://a.b/c.png)'; expected"),
        "Learning rate": ("fast", "Learning rate: got 'fast'; expected numbers above 0"),
        "Input features": ("z", "Input features: got z; expected one or more of x, y"),
        "L1 penalty": ("-1", "L1 penalty: got '-1'; expected numbers from 0 to 10"),
        "L2 penalty": ("", "L2 penalty: got an empty list"),
        "Dropout": ("1", "Dropout: got '1'; expected numbers from 0 to 0.9"),
        "Gradient clipping": ("much", "Gradient clipping: got 'much'; expected numbers from 0 to 1000"),
    }
    for label, (text, _) in wrong.items():
        labelled(app.text_input, label).set_value(text)
    numbers = {
        "Seeds": (31, "Seeds: got 31; expected a whole number from 1 to 30."),
        sweep_inputs.STEPS_LABEL: (0, "Steps of each run: got 0; expected a whole number from 1"),
    }
    for label, (number, _) in numbers.items():
        labelled(app.number_input, label).set_value(number)
    labelled(app.button_group, "Activations").set_value([])
    app.run()
    wrong |= numbers
    reasons = [one.value for one in app.text]
    assert len(reasons) == len(wrong) + 1
    for _, reason in wrong.values():
        assert [one for one in reasons if one.startswith(reason)], reason
    assert sweep_inputs.NOTHING_CHOSEN.format("activation") in reasons
    assert not labels(app)[START]
    # what was typed is quoted, and no Markdown
    assert any("a.b" in reason for reason in reasons)
    shown = [element.value for kind in ("markdown", "caption", "info") for element in app.get(kind)]
    assert not any("a.b" in words for words in shown)
    # one after the other becomes right
    labelled(app.text_input, "L2 penalty").set_value("0").run()
    assert len(app.text) == len(wrong)


SET_UP = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(8,), steps=300)
VARIED = replace(unvaried(SET_UP), networks=((2,), (8,)))  # with three seeds


@pytest.mark.parametrize(
    ("changes", "beginning"),
    [
        ({"seeds": 5, "steps": 200_000}, "**10 runs**: 2 settings with 5 seeds. Roughly "),
        ({"seeds": 1, "steps": 200_000}, "**2 runs**: 2 settings with 1 seed. Roughly "),
        ({"networks": ((8,),), "seeds": 1}, f"**1 run**: 1 setting with 1 seed. {sweep_view.SHORT}"),
    ],
)
def test_the_number_of_runs_and_their_cost_are_said(changes, beginning):
    varied = replace(VARIED, **changes)
    assert sweep_view.cost(varied, varied.experiments(SET_UP)).startswith(beginning)


def test_the_samples_of_lbfgs_in_place_of_fresh_points_are_named():
    fresh = replace(SET_UP, samples_per_class=None, batch_size=64)
    varied = replace(VARIED, optimizers=("adam", "lbfgs"))
    assert sweep_view.notes(fresh, varied) == [sweep_view.FULL_BATCH.format(optimizer="L-BFGS", samples=100)]
    assert sweep_view.notes(SET_UP, varied) == sweep_view.notes(fresh, VARIED) == []


def test_the_inputs_restart_with_another_set_up_and_survive_a_visit_to_another_page():
    app = with_networks(sweep_page(), "8, 4-4")
    app.switch_page(DATA).run()
    app.switch_page(COMPARE).run()
    assert labelled(app.text_input, "Networks").value == "8, 4-4"
    experiment = replace(session_of(app).experiment, hidden=(5, 6))
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(experiment))
    app.run()
    assert labelled(app.text_input, "Networks").value == "5-6"


def test_a_refresh_keeps_what_is_chosen_for_a_sweep():
    app = with_networks(sweep_page(), "8, 4-4")
    labelled(app.button_group, "Optimizers").set_value(["adam", "sgd"])
    labelled(app.number_input, "Seeds").set_value(5)
    labelled(app.number_input, sweep_inputs.STEPS_LABEL).set_value(40).run()
    app = refreshed(app, COMPARE)
    assert labelled(app.text_input, "Networks").value == "8, 4-4"
    assert labelled(app.button_group, "Optimizers").value == ["adam", "sgd"]
    assert labelled(app.number_input, "Seeds").value == 5
    assert "**20 runs**: 4 settings with 5 seeds." in page_text(app)
    sweep = session_of(press(app, START)).comparison.sweep
    assert {one.steps for one in sweep.view.experiments} == {40}
    sweep.stop()


# --- while it is under way, and afterwards ---------------------------------------------------------


def test_a_sweep_begins_with_what_is_chosen_though_the_page_was_not_drawn_since():
    app = sweep_page()
    labelled(app.text_input, "Networks").set_value("4, 8-8")
    press(app, START)
    assert [one.hidden for one in session_of(app).comparison.sweep.view.settings] == [(4,), (8, 8)]
    session_of(app).comparison.sweep.stop()


@pytest.fixture(scope="module")
def done():
    """Return the page of a sweep that has ended, to look at, and its figure."""
    app = finished(with_networks(sweep_page(), "2, 8"))
    return app, drawn(app, "sweep.chart")


def test_a_finished_sweep_has_a_table_with_the_colors_of_its_figure(done):
    app, figure = done
    view = session_of(app).comparison.sweep.view
    shown = sent_to(app, "sweep.table")
    assert shown["rows"] == sweep_tables.rows_of("Settings", view)
    assert [trace.name for trace in figure.data] == ["1 · one layer of 2", "2 · one layer of 8"]
    for trace, color in zip(figure.data, shown["colors"], strict=True):
        assert f"background-color: {trace.marker.color};" in color
    assert standing(app).startswith("Finished · 6 of 6 runs have ended · ")


def test_a_row_for_each_run_can_be_had_instead(done):
    app, _ = done
    labelled(app.button_group, "Table of").set_value("Runs").run()
    assert not app.exception
    view = session_of(app).comparison.sweep.view
    assert sent_to(app, "sweep.table")["rows"] == sweep_tables.rows_of("Runs", view)
    assert [button.label for button in app.get("download_button")] == ["Runs as CSV"]
    labelled(app.button_group, "Table of").set_value("Settings").run()
    assert [button.label for button in app.get("download_button")] == ["Settings as CSV"]


@pytest.mark.parametrize(("rows", "count"), [("Settings", 2), ("Runs", 6)])
def test_a_file_has_what_varies_and_shares_to_the_last_digit(done, rows, count):
    app, _ = done
    saved = pd.read_csv(io.StringIO(sweep_tables.csv_of(rows, session_of(app).comparison.sweep.view)))
    assert len(saved) == count
    assert saved["held_out_accuracy"].between(0, 1).all()
    assert set(saved["hidden"]) == {2, 8}


def test_the_best_is_shown_and_can_be_kept_once():
    app = finished(with_networks(sweep_page(), "2, 8"))
    sweep = session_of(app).comparison.sweep
    best = max(sweep.view.outcomes, key=lambda outcome: (outcome.held_out_accuracy, -outcome.loss))
    name = f"one layer of {best.experiment.hidden[0]}, seed {best.experiment.seed}"
    assert f"Best: {name}, with " in live_value(app, "best")
    press(app, "Keep the best")
    [kept] = session_of(app).models.kept
    assert kept.title == f"Sweep · {name}"
    assert kept.experiment == best.experiment
    assert kept.model.held_out_accuracy == best.held_out_accuracy
    assert kept.history.step[-1] == 300
    assert not labels(app)[keeping.ONE_IS_KEPT]
    app.button_group(key="compare.view.v0").set_value("Kept runs").run()
    assert not app.exception
    assert kept.title in [text.value for text in app.text]


def test_a_sweep_of_an_earlier_set_up_says_so():
    app = finished(with_networks(sweep_page(), "2, 8"))
    assert not [text.value for text in app.caption if "earlier set-up" in text.value]
    experiment = session_of(app).experiment
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(replace(experiment, hidden=(5,))))
    app.run()
    [line] = [text.value for text in app.caption if "earlier set-up" in text.value]
    assert line.startswith("This sweep uses an earlier set-up: 2 polynomials")
    assert "one layer of 8" in line


def test_a_sweep_is_paused_resumed_and_stopped():
    app = press(sweep_page(LONG), START)
    until(app, lambda sweep: all(run.run.step for run in sweep.view.runs))
    assert not labels(app)["Sweep again"]
    press(app, PAUSE)
    assert session_of(app).comparison.sweep.view.status == "paused"
    assert standing(app).startswith("Paused · 0 of 3 runs")
    press(app, "Resume the sweep")
    assert session_of(app).comparison.sweep.view.is_active
    press(app, STOP)
    sweep = session_of(app).comparison.sweep
    assert (sweep.view.status, sweep.view.runs) == ("stopped", ())
    assert {name: labels(app)[name] for name in ("Sweep again", PAUSE, STOP)} == {
        "Sweep again": True,
        PAUSE: False,
        STOP: False,
    }
    assert "Keep the best" not in labels(app)


def test_it_continues_on_other_pages_which_show_its_progress():
    app = press(sweep_page(LONG), START)
    for page in (HOME, DATA, TRAIN):
        app.switch_page(page).run()
        assert not app.exception
        assert "Sweep · 0 of 3 runs have ended" in page_text(app)
    sweep = session_of(app).comparison.sweep
    assert sweep.view.is_active
    sweep.stop()
    assert "Sweep ·" not in page_text(app.run())


def test_the_next_run_begins_while_one_looks_at_another_page():
    app = press(sweep_page(QUICK | {"steps": "3000"}), START)
    app.switch_page(DATA).run()
    until(app, lambda sweep: sweep.view.status == "finished")
    app.switch_page(COMPARE).run()
    assert len(session_of(app).comparison.sweep.view.outcomes) == 3
    assert "Best: as set up, seed " in live_value(app, "best")


# --- tables in every state --------------------------------------------------------------------


def ended(index, varied, held_out=0.0, loss=0.0, seconds=1.0, **reasons):
    """Return the outcome of a run; `reasons` say why it ended early or failed."""
    known = {"ended_because": None, "error": None} | reasons
    figures = {} if known["error"] else {"held_out_accuracy": held_out, "accuracy": 0.5, "loss": loss}
    return Outcome(index, varied.experiments(SET_UP)[index], None, 300, seconds, **known, **figures)


def seen(varied, *outcomes):
    return SweepView(SET_UP, varied, varied.experiments(SET_UP), 60.0, "stopped", outcomes=outcomes)


def table(kind, sweep):
    """Return the cells of each column of a table, by its head."""
    columns = zip(*sweep_tables.rows_of(kind, sweep), strict=True)
    return dict(zip(sweep_tables.COLUMNS[kind], map(list, columns), strict=True))


def test_the_table_of_settings_has_means_and_intervals_over_the_seeds():
    # the runs of each seed follow each other, and end in any order
    sweep = seen(
        VARIED,
        ended(5, VARIED, 1.0, 0.01, 2.0),
        ended(0, VARIED, 0.9, 0.1, 1.0),
        ended(1, VARIED, 0.99, 0.02, 2.5),
        ended(2, VARIED, 0.92, 0.2, 2.0),
        ended(4, VARIED, 0.94, 0.3, 3.0),
        ended(3, VARIED, 1.0, 0.03, 3.0),
    )
    assert table("Settings", sweep) == {
        "#": ["1", "2"],
        "setting": ["one layer of 2", "one layer of 8"],
        "new points right": ["92.00 %", "99.67 %"],
        # t for two degrees of freedom is 4.302653: 0.92 ± t·0.02/√3, and 0.99667 ± t·0.0057735/√3, at most 1
        "95 % interval": ["87.03 to 96.97 %", "98.23 to 100.00 %"],
        "runs": ["3 of 3", "3 of 3"],
        "loss (nats)": ["0.2", "0.02"],
        "seconds": ["2.0", "2.5"],
    }


def test_the_table_of_runs_has_those_of_the_first_seed_first():
    sweep = seen(
        VARIED, ended(3, VARIED, 0.75), ended(1, VARIED, 0.5, 0.123456, ended_because="It converged.")
    )
    assert table("Runs", sweep) == {
        "#": ["2", "2"],
        "setting": ["one layer of 8", "one layer of 8"],
        "seed": ["0", "1"],
        "new points right": ["50.00 %", "75.00 %"],
        "training": ["50.00 %", "50.00 %"],
        "loss (nats)": ["0.1235", "0"],
        "steps": ["300", "300"],
        "seconds": ["1.0", "1.0"],
        "how it ended": ["It converged.", ALL_STEPS],
    }


def test_failed_runs_and_single_seeds_are_shown_as_such():
    varied = replace(VARIED, networks=((8,), (4,), (2,)), seeds=2)
    sweep = seen(varied, ended(0, varied, 0.75), ended(1, varied, error="It failed."))
    shown = table("Settings", sweep)
    assert shown["runs"] == ["1 of 2", "0 of 2, 1 failed", "0 of 2"]
    assert shown["95 % interval"] == ["needs two runs", "needs two runs", ""]
    assert shown["new points right"] == ["75.00 %", "", ""]
    [trace] = sweep_view.figure_of(sweep, None)["data"]
    assert (trace["name"], list(trace["x"]), list(trace["y"])) == ("1 · one layer of 8", [1.0], [75.0])
    runs = table("Runs", sweep)
    assert runs["how it ended"] == [ALL_STEPS, "It failed."]
    assert runs["new points right"] == ["75.00 %", ""]
