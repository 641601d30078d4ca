"""The report on the Train page: not there before a run, closed at first, and correct when open."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pages.train import run_report
from polycore.inspection.report import Bands, report
from tests.pages.browsing import QUICK, opened, press, session_of, wait_for

TRAIN = "pages/3_train.py"
TITLE = "How good is it, honestly?"
LONG = {**QUICK, "steps": "1000000"}
# they cross only at 0
CROSS = {**QUICK, "polynomials": "x~-x"}


def is_offered(app):
    return any(button.label == TITLE for button in app.button)


def opened_report(app):
    return press(app, TITLE)


def after_a_run(words=QUICK):
    return wait_for(press(opened(TRAIN, words), "Start"), "finished")


def tables(app):
    return [frame.value for frame in app.dataframe]


def figures(app):
    charts = [chart.proto for chart in app.get("bidi_component") if f"{run_report.PREFIX}." in chart.proto.id]
    return [json.loads(chart.bytes)["figure"] for chart in charts]


def texts(app):
    return [text.value for text in app.markdown]


def test_before_a_run_there_is_no_report():
    app = opened(TRAIN)
    assert not is_offered(app)
    assert not tables(app)


def test_a_run_without_a_step_has_no_report():
    app = press(after_a_run(), "Reset")
    assert session_of(app).training.view.status == "ready"
    assert not is_offered(app)


def test_it_is_closed_at_first_and_is_measured_only_once_when_open(monkeypatch):
    measured = []
    measure = run_report.report
    monkeypatch.setattr(run_report, "report", lambda *values: measured.append(values) or measure(*values))
    app = after_a_run()
    assert is_offered(app)
    assert not tables(app)
    assert not measured
    opened_report(app)
    assert len(tables(app)) == 2
    app.run()
    assert len(measured) == 1


def test_each_polynomial_has_its_own_held_out_accuracy():
    app = opened_report(after_a_run({**QUICK, "steps": "20"}))
    run = session_of(app).training.view.run
    points, labels = run.experiment.held_out_set()
    wrong = labels[run.best.predict(points) != labels].tolist()
    assert wrong.count(0) != wrong.count(1)
    table = tables(app)[0]
    assert table["polynomial"].tolist() == ["p0 = −x² + 1", "p1 = x³ − 2"]
    assert table["points"].tolist() == [1500, 1500]
    assert table["wrong"].tolist() == [wrong.count(0), wrong.count(1)]
    assert table["accuracy"].tolist() == pytest.approx([100 - wrong.count(label) / 15 for label in (0, 1)])


def test_the_best_possible_accuracy_is_shown_beside_the_accuracy():
    # y = 1 and y = -1 with a noise of 1: 84.13 % of a normal distribution lies below its mean + 1 deviation
    app = opened_report(after_a_run({**QUICK, "polynomials": "1~-1", "noise": "1", "steps": "20"}))
    best = session_of(app).training.view.best.held_out_accuracy
    assert any(
        f"{100 * best:.1f}\u00a0% correctly (best possible 84.1\u00a0±\u00a01.3\u00a0%)" in text
        for text in texts(app)
    )


def test_mistakes_are_counted_by_their_distance_to_the_crossing():
    app = opened_report(after_a_run({**CROSS, "steps": "20"}))
    run = session_of(app).training.view.run
    points, labels = run.experiment.held_out_set()
    distances, wrong = abs(points[:, 0]), run.best.predict(points) != labels
    assert wrong.any()
    table = tables(app)[1]
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
    assert any(f"Of its {wrong.sum():,} mistakes {near:,} (" in text for text in texts(app))


def test_the_distances_depend_on_the_range_of_x():
    app = opened_report(after_a_run({**CROSS, "range": "-10..10"}))
    assert tables(app)[1]["distance"].tolist()[:2] == ["below 0.1", "0.1 to 0.3"]


def test_a_network_without_mistakes_is_said_to_make_none():
    app = opened_report(after_a_run({**QUICK, "polynomials": "-5~5"}))
    classes, bands = tables(app)
    assert classes["accuracy"].tolist() == [100, 100]
    # no curves cross: the bands near a crossing are empty and have no rate
    assert bands["points"].tolist() == [0, 0, 0, 0, 3000]
    assert bands["rate"].isna().tolist() == [True] * 4 + [False]
    assert any("no mistake" in text for text in texts(app))


def test_the_three_figures_have_alternative_texts():
    app = opened_report(after_a_run())
    alts = [figure["layout"]["meta"]["alt"] for figure in figures(app)]
    assert [alt.split()[0] for alt in alts] == ["Table", "Accuracy", "Mistakes"]


def test_confidence_and_calibration_are_described():
    app = opened_report(after_a_run({**CROSS, "steps": "20"}))
    run = session_of(app).training.view.run
    points, labels = run.experiment.held_out_set()
    probabilities = run.best.predict_proba(points)
    confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    tenths = np.ceil(10 * confidences)
    gaps = [abs((confidences - right)[tenths == tenth].sum()) for tenth in range(11)]
    [text] = [text for text in texts(app) if "calibration" in text]
    assert f"{100 * confidences.mean():.1f}\u00a0% sure and {100 * right.mean():.1f}\u00a0% right" in text
    assert f"differ by {sum(gaps) / 30:.1f}\u00a0percentage points" in text


def test_nothing_is_measured_while_the_run_continues():
    app = opened_report(press(opened(TRAIN, LONG), "Start"))
    assert session_of(app).training.view.status == "running"
    assert is_offered(app)
    assert not tables(app)
    assert any("pauses or ends" in caption.value for caption in app.caption)
    press(app, "Pause")
    assert len(tables(app)) == 2
    session_of(app).training.stop()


def test_a_run_of_an_earlier_set_up_is_measured_on_its_own_points():
    app = opened_report(after_a_run())
    before = tables(app)[0]
    press(app, "New seed")
    assert tables(app)[0].equals(before)


@pytest.mark.parametrize(
    ("mistakes", "beginning"),
    [
        ([0, 0, 0], "It makes no mistake"),
        ([1, 0, 0], "Its one mistake lies within 0.2 in x of a crossing, where 25.0\u00a0%"),
        ([0, 0, 1], "Its one mistake does not lie within 0.2 in x of a crossing"),
        ([1, 2, 1], "Of its 4 mistakes 3 (75.0\u00a0%) lie within 0.2 in x"),
    ],
)
def test_the_sentence_about_mistakes_agrees_with_their_number(monkeypatch, mistakes, beginning):
    bands = Bands(np.array([0.1, 0.2]), np.array([1, 1, 6]), np.array(mistakes))
    monkeypatch.setattr(run_report, "report", lambda *of: replace(report(*of), bands=bands))
    app = opened_report(after_a_run(CROSS))
    assert any(text.startswith(beginning) for text in texts(app))
