"""The sweep on the Compare page, from what varies to the best that is kept."""

import io
import statistics
from concurrent.futures import Executor, Future
from dataclasses import replace

import pandas as pd
import pytest

import polycore as pc
from pages.compare import sweep_tables, sweep_view
from pages.plane import live
from pages.runs.sweep import Sweep
from pages.runs.varied import unvaried
from pages.state import session
from pages.state.setup import Setup
from polycore.workers.chunk import Chunk
from polycore.workers.confidence import confidence
from tests.pages.browsing import (
    QUICK,
    labelled,
    labels,
    live_text,
    live_value,
    opened,
    press,
    sent_to,
    session_of,
)
from tests.runs import named
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


def page_text(app):
    kinds = (app.markdown, app.caption, app.info, app.text)
    return "\n".join([*(element.value for kind in kinds for element in kind), live_text(app)])


def table(app):
    """Return the cells of each column of the sweep's table, by its head."""
    shown = sent_to(app, "sweep.table")
    heads = [head for head, _ in shown["columns"]]
    return {head: [row[index] for row in shown["rows"]] for index, head in enumerate(heads)}


def standing(app):
    return live_value(app, "standing")


# --- before it begins -------------------------------------------------------------------------


def test_at_first_the_inputs_hold_the_set_up_and_the_page_says_what_to_do():
    app = sweep_page()
    assert labelled(app.text_input, "Networks").value == "8"
    assert labelled(app.text_input, "Learning rates").value == "0.01"
    assert labelled(app.number_input, "Seeds").value == 3
    assert labelled(app.number_input, "Steps of each run").value == 300
    assert "There is no sweep yet." in page_text(app)
    assert "**3 runs**: 1 setting with 3 seeds. Less than a second of computing." in page_text(app)
    assert {name: labels(app)[name] for name in (START, PAUSE, STOP)} == {
        START: True,
        PAUSE: False,
        STOP: False,
    }


def test_all_inputs_that_cannot_be_used_are_named_at_once():
    app = sweep_page()
    wrong = {
        "Networks": ("9999", "Networks: 9999: "),
        "Learning rates": ("fast", "Learning rates: got 'fast'; expected numbers above 0"),
        "Input features": ("z", "Input features: got 'z'; expected names among x, y"),
        "L1 penalty": ("-1", "L1 penalty: got '-1'; expected numbers from 0 to 10"),
        "L2 penalty": ("", "L2 penalty: got an empty list"),
        "Dropout": ("1", "Dropout: got '1'; expected numbers from 0 to 0.9"),
        "Gradient clipping": ("much", "Gradient clipping: got 'much'; expected numbers from 0 to 1000"),
    }
    for label, (text, _) in wrong.items():
        labelled(app.text_input, label).set_value(text)
    labelled(app.button_group, "Activations").set_value([])
    app.run()
    reasons = [one.value for one in app.text]
    assert len(reasons) == len(wrong) + 1
    for _, reason in wrong.values():
        assert [one for one in reasons if one.startswith(reason)], reason
    assert "There is nothing to train; choose at least one activation." in reasons
    assert not labels(app)[START]
    # one after the other becomes right
    labelled(app.text_input, "L2 penalty").set_value("0").run()
    assert len(app.text) == len(wrong)


def test_the_number_of_runs_and_their_cost_are_shown_at_once():
    app = with_networks(sweep_page(QUICK | {"steps": "200000"}), "8, 4-4")
    labelled(app.number_input, "Seeds").set_value(5).run()
    assert "**10 runs**: 2 settings with 5 seeds. Roughly " in page_text(app)
    labelled(app.number_input, "Seeds").set_value(1).run()
    assert "**2 runs**: 2 settings with 1 seed. Roughly " in page_text(app)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Networks", "12 and ![](http://a.b/c.png)"),
        ("Learning rates", "**fast**"),
    ],
)
def test_an_unreadable_list_is_quoted_and_nothing_can_start(label, text):
    app = sweep_page()
    labelled(app.text_input, label).set_value(text).run()
    assert not app.exception
    assert not labels(app)[START]
    [refusal] = [element.value for element in app.text]
    assert refusal.startswith(f"{label}: ")
    shown = [element.value for kind in ("markdown", "caption", "info") for element in app.get(kind)]
    assert not any("a.b" in words or "**fast**" in words for words in shown)


def test_no_optimizer_is_nothing_to_train():
    app = sweep_page()
    [group] = [group for group in app.button_group if group.key.startswith("sweep.optimizers")]
    group.set_value([]).run()
    assert not labels(app)[START]
    assert "choose at least one optimizer" in page_text(app)


def test_the_samples_of_lbfgs_in_place_of_fresh_points_are_named():
    app = sweep_page(QUICK | {"samples": "fresh", "batch": "64"})
    [group] = [group for group in app.button_group if group.key.startswith("sweep.optimizers")]
    group.set_value(["adam", "lbfgs"]).run()
    assert "it uses 100 of each polynomial, all at once" in page_text(app)


def test_the_inputs_restart_with_another_set_up_and_survive_a_visit_to_another_page():
    app = with_networks(sweep_page(), "8, 4-4")
    app.switch_page(DATA).run()
    app.switch_page(COMPARE).run()
    assert labelled(app.text_input, "Networks").value == "8, 4-4"
    experiment = replace(session_of(app).experiment, hidden=(5, 6))
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(experiment))
    app.run()
    assert labelled(app.text_input, "Networks").value == "5-6"


# --- while it is under way, and afterwards ---------------------------------------------------------


def test_a_sweep_begins_with_what_is_chosen_though_the_page_was_not_drawn_since():
    app = sweep_page()
    labelled(app.text_input, "Networks").set_value("4, 8-8")
    press(app, START)
    assert [one.hidden for one in session_of(app).comparison.sweep.view.settings] == [(4,), (8, 8)]
    session_of(app).comparison.sweep.stop()


@pytest.fixture(scope="module")
def done():
    """Return the page of a sweep that has ended, to look at."""
    with pytest.MonkeyPatch.context() as patch:
        shown = {}
        patch.setattr(live, "figure", lambda figure, key, **_: shown.update({key: figure}))
        yield finished(with_networks(sweep_page(), "2, 8")), shown


def test_a_finished_sweep_has_its_means_and_intervals_in_the_table(done):
    app, _ = done
    shown = table(app)
    assert shown["#"] == ["1", "2"]
    assert shown["setting"] == ["one layer of 2", "one layer of 8"]
    assert shown["runs"] == ["3 of 3", "3 of 3"]
    for index, hidden in enumerate(((2,), (8,))):
        outcomes = session_of(app).comparison.sweep.view.outcomes
        runs = [one for one in outcomes if one.experiment.hidden == hidden]
        expected = confidence(one.held_out_accuracy for one in runs)
        assert shown["held-out"][index] == f"{100 * expected.mean:.2f} %"
        low, high = (100 * min(1, max(0, end)) for end in (expected.low, expected.high))
        assert shown["95 % interval"][index] == f"{low:.2f} to {high:.2f} %"
        assert shown["loss (nats)"][index] == f"{statistics.mean(one.loss for one in runs):.4g}"
        assert shown["seconds"][index] == f"{statistics.mean(one.seconds for one in runs):.1f}"
    assert standing(app).startswith("Finished · 6 of 6 runs have ended · ")


def test_each_run_has_its_mark_in_the_colour_of_its_row(done):
    app, shown = done
    traces = shown["sweep.chart"].data
    assert [trace.name for trace in traces] == ["1 · one layer of 2", "2 · one layer of 8"]
    for trace, hidden in zip(traces, ((2,), (8,)), strict=True):
        outcomes = [
            one for one in session_of(app).comparison.sweep.view.outcomes if one.experiment.hidden == hidden
        ]
        assert sorted(trace.x) == sorted(one.seconds for one in outcomes)
        assert sorted(trace.y) == pytest.approx(sorted(100 * one.held_out_accuracy for one in outcomes))
    colors = sent_to(app, "sweep.table")["colors"]
    for trace, color in zip(traces, colors, strict=True):
        assert f"background-color: {trace.marker.color};" in color


def test_a_row_for_each_run_can_be_had_instead(done):
    app, _ = done
    labelled(app.button_group, "Table of").set_value("Runs").run()
    assert not app.exception
    shown = table(app)
    assert shown["setting"] == 3 * ["one layer of 2", "one layer of 8"]
    assert shown["seed"] == ["0", "0", "1", "1", "2", "2"]
    assert shown["#"] == 3 * ["1", "2"]
    assert shown["steps"] == 6 * ["300"]
    assert shown["how it ended"] == 6 * ["all steps"]
    outcomes = sorted(session_of(app).comparison.sweep.view.outcomes, key=lambda one: one.index)
    assert shown["held-out"] == [f"{100 * one.held_out_accuracy:.2f} %" for one in outcomes]
    assert shown["training"] == [f"{100 * one.accuracy:.2f} %" for one in outcomes]
    assert shown["loss (nats)"] == [f"{one.loss:.4g}" for one in outcomes]
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
    assert not labels(app)["Keep the best"]
    assert "It is among the kept runs." in page_text(app)
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


class Scripted(Executor):
    """Answers the chunks of some experiments, each by its own function; the others stay pending."""

    def __init__(self, answers):
        self.answers = answers

    def submit(self, _timed, _advance, run, _steps):
        future = Future()
        if run.experiment in self.answers:
            self.answers[run.experiment](future, run)
        return future


def finish(future, run):
    future.set_result(Chunk(pc.advance(run, run.experiment.steps), seconds=1.0, computing=1.0))


def fail(future, _):
    future.set_exception(pc.PolycoreError("It failed."))


def test_failed_runs_and_single_seeds_are_shown_as_such():
    app = sweep_page()
    set_up = session_of(app).experiment
    varied = replace(unvaried(set_up), networks=((8,), (4,), (2,)), seeds=2)
    first, failed, *_ = varied.experiments(set_up)
    sweep = Sweep(set_up, varied, Scripted({first: finish, failed: fail}))
    sweep.start()
    wait_until(lambda: len(sweep.view.outcomes) == 2, state=lambda: sweep.view.standing())
    sweep.stop()
    app.session_state[session.KEY] = replace(
        session_of(app), comparison=replace(session_of(app).comparison, sweep_id=named(sweep))
    )
    app.run()
    assert not app.exception
    shown = table(app)
    assert shown["runs"] == ["1 of 2", "0 of 2, 1 failed", "0 of 2"]
    assert shown["95 % interval"] == ["needs two seeds", "needs two seeds", ""]
    best = pc.advance(pc.start(first), first.steps).best
    assert shown["held-out"] == [f"{100 * best.held_out_accuracy:.2f} %", "", ""]
    [trace] = sweep_view.figure_of(sweep.view, None).data
    assert (trace.name, len(trace.x)) == ("1 · one layer of 8", 1)
    labelled(app.button_group, "Table of").set_value("Runs").run()
    assert table(app)["how it ended"] == ["all steps", "It failed."]
    assert table(app)["held-out"][1] == ""
