"""The report on the Train page: not there before a run, closed at first, and correct when open."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import polycore as pc
from pages.runs.training import Training
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.train import run_report
from polycore.inspection.report import Bands
from tests.pages.browsing import QUICK, opened, press, session_of

TRAIN = "pages/3_train.py"
LONG = {**QUICK, "steps": "1000000"}
SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(8,), steps=20)
# they cross only at 0
CROSSING = replace(SMALL, polynomials=(pc.Polynomial(1, 0), pc.Polynomial(-1, 0)))


def is_offered(app):
    return any(button.label == run_report.TITLE for button in app.button)


def opened_report(app):
    return press(app, run_report.TITLE)


def after(run, set_up=SMALL):
    """Return Train with a run that stands, and that set-up."""
    training = Training(run, executor=None, advance=pc.advance)
    return opened(TRAIN, {}, Session(setup=Setup(set_up), training=training))


def tables(app):
    return [frame.value for frame in app.dataframe]


def figures(app):
    charts = [chart.proto for chart in app.get("bidi_component") if f"{run_report.PREFIX}." in chart.proto.id]
    return [json.loads(chart.bytes)["figure"] for chart in charts]


def reported(experiment):
    """Return the best model of a run, and the report on it."""
    model = pc.advance(pc.start(experiment), experiment.steps).best
    return model, run_report.held_out_report(model, experiment)


# --- the page -----------------------------------------------------------------------------------------


def test_before_a_run_there_is_no_report():
    app = opened(TRAIN)
    assert not is_offered(app)
    assert not tables(app)


def test_a_run_without_a_step_has_no_report():
    assert not is_offered(after(pc.start(SMALL)))


def test_it_is_closed_at_first_and_is_measured_only_once_when_open():
    measured = run_report.held_out_report.cache_info().misses
    app = after(pc.advance(pc.start(SMALL), SMALL.steps))
    assert is_offered(app)
    assert not tables(app)
    assert run_report.held_out_report.cache_info().misses == measured
    opened_report(app)
    assert len(tables(app)) == 2
    app.run()
    assert run_report.held_out_report.cache_info().misses == measured + 1


def test_tables_sentences_and_figures_are_of_the_runs_best_weights_also_after_the_set_up_has_changed():
    run, early = (pc.advance(pc.start(SMALL), steps) for steps in (20, 5))
    run = replace(run, best_step=5, best_loss=early.current.loss, best_parameters=early.parameters)
    app = opened_report(after(run, set_up=replace(SMALL, seed=1)))
    results = run_report.held_out_report(early.current, SMALL)
    classes, bands = tables(app)
    assert classes.equals(run_report.class_table(SMALL, results))
    assert bands.equals(run_report.band_table(results.bands))
    assert {
        run_report.accuracy_sentence(SMALL, results),
        run_report.confidence_sentence(results),
        run_report.mistakes_sentence(results.bands),
    } <= {text.value for text in app.markdown}
    alts = [figure["layout"]["meta"]["alt"] for figure in figures(app)]
    assert [alt.split()[0] for alt in alts] == ["Table", "Accuracy", "Mistakes"]


def test_nothing_is_measured_while_the_run_continues():
    app = opened_report(press(opened(TRAIN, LONG), "Start"))
    assert session_of(app).training.view.status == "running"
    assert is_offered(app)
    assert not tables(app)
    assert any("pauses or ends" in caption.value for caption in app.caption)
    press(app, "Pause")
    assert len(tables(app)) == 2
    session_of(app).training.stop()


# --- what it says -------------------------------------------------------------------------------------


def test_each_polynomial_has_its_own_held_out_accuracy():
    model, results = reported(SMALL)
    points, labels = SMALL.held_out_set()
    wrong = labels[model.predict(points) != labels].tolist()
    assert wrong.count(0) != wrong.count(1)
    table = run_report.class_table(SMALL, results)
    assert table["polynomial"].tolist() == ["p0 = −x² + 1", "p1 = x³ − 2"]
    assert table["points"].tolist() == [1500, 1500]
    assert table["wrong"].tolist() == [wrong.count(0), wrong.count(1)]
    assert table["accuracy"].tolist() == pytest.approx([100 - wrong.count(label) / 15 for label in (0, 1)])


def test_the_best_possible_accuracy_is_shown_beside_the_accuracy():
    # y = 1 and y = -1 with a noise of 1: 84.13 % of a normal distribution lies below its mean + 1 deviation
    experiment = replace(SMALL, polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), noise=1.0)
    model, results = reported(experiment)
    assert (
        f"{100 * model.held_out_accuracy:.1f}\u00a0% correctly (best possible 84.1\u00a0±\u00a01.3\u00a0%)"
        in run_report.accuracy_sentence(experiment, results)
    )


def test_mistakes_are_counted_by_their_distance_to_the_crossing():
    model, results = reported(CROSSING)
    points, labels = CROSSING.held_out_set()
    distances, wrong = abs(points[:, 0]), model.predict(points) != labels
    assert wrong.any()
    table = run_report.band_table(results.bands)
    assert table["distance"].tolist() == [
        "below 0.01",
        "0.01 to 0.03",
        "0.03 to 0.1",
        "0.1 to 0.3",
        "0.3 or more, or no crossing",
    ]
    bounds = [*pairwise([0, 0.01, 0.03, 0.1, 0.3, 2])]
    inside = [(low <= distances) & (distances < high) for low, high in bounds]
    assert table["points"].tolist() == [band.sum() for band in inside]
    assert table["wrong"].tolist() == [(band & wrong).sum() for band in inside]
    assert table["rate"].tolist() == pytest.approx([100 * wrong[band].mean() for band in inside])
    near = (wrong & (distances < 0.03)).sum()
    assert f"Of its {wrong.sum():,} mistakes {near:,} (" in run_report.mistakes_sentence(results.bands)


def test_the_distances_depend_on_the_range_of_x():
    _, results = reported(replace(CROSSING, x_range=(-10, 10)))
    assert run_report.band_table(results.bands)["distance"].tolist()[:2] == ["below 0.1", "0.1 to 0.3"]


def test_a_network_without_mistakes_is_said_to_make_none():
    experiment = replace(SMALL, polynomials=(pc.Polynomial(-5), pc.Polynomial(5)), steps=300)
    _, results = reported(experiment)
    assert run_report.class_table(experiment, results)["accuracy"].tolist() == [100, 100]
    # no curves cross: the bands near a crossing are empty and have no rate
    bands = run_report.band_table(results.bands)
    assert bands["points"].tolist() == [0, 0, 0, 0, 3000]
    assert bands["rate"].isna().tolist() == [True] * 4 + [False]
    assert "no mistake" in run_report.mistakes_sentence(results.bands)


def test_confidence_and_calibration_are_described():
    model, results = reported(CROSSING)
    points, labels = CROSSING.held_out_set()
    probabilities = model.predict_proba(points)
    confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    tenths = np.ceil(10 * confidences)
    gaps = [abs((confidences - right)[tenths == tenth].sum()) for tenth in range(11)]
    sentence = run_report.confidence_sentence(results)
    assert f"{100 * confidences.mean():.1f}\u00a0% sure and {100 * right.mean():.1f}\u00a0% right" in sentence
    assert f"differ by {sum(gaps) / 30:.1f}\u00a0percentage points" in sentence


@pytest.mark.parametrize(
    ("mistakes", "beginning"),
    [
        ([0, 0, 0], run_report.NO_MISTAKES),
        ([1, 0, 0], "Its one mistake lies within 0.2 in x of a crossing, where 25.0\u00a0%"),
        ([0, 0, 1], "Its one mistake does not lie within 0.2 in x of a crossing"),
        ([1, 2, 1], "Of its 4 mistakes 3 (75.0\u00a0%) lie within 0.2 in x"),
    ],
)
def test_the_sentence_about_mistakes_agrees_with_their_number(mistakes, beginning):
    bands = Bands(np.array([0.1, 0.2]), np.array([1, 1, 6]), np.array(mistakes))
    assert run_report.mistakes_sentence(bands).startswith(beginning)
