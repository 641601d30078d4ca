"""The figures of a run: gradient norm and dead neurons, compared with numbers computed here."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.run_view.shown import values
from pages.runs import sentences
from pages.runs.view import RunView
from pages.state.shown_weights import ShownWeights
from polycore import network
from tests.pages.browsing import QUICK, metrics, opened, press, session_of, trained, wait_for

TRAIN = "pages/3_train.py"
SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(8,), steps=300)


def ended(**changes):
    """Return a run that has taken all its steps."""
    experiment = replace(SMALL, **changes)
    return pc.advance(pc.start(experiment), experiment.steps)


def view_of(run):
    return RunView.of("a run", run, math.inf)


def figures(run):
    """Return what pages show of the latest weights of a run."""
    view = view_of(run)
    return values(view, ShownWeights.of(view, "Now"), "")["weights"]


def test_the_gradient_norm_is_shown():
    run = ended()
    assert figures(run)["gradient"] == f"{np.sqrt((run.gradient**2).sum()):.3g}"


def test_a_loss_near_zero_is_shown_with_its_digits():
    run = ended(learning_rate=0.02, steps=400)
    assert 0.0001 < run.best_loss < 0.0005
    line = sentences.line(view_of(run))
    assert line.endswith(f"best loss {run.best_loss:#.3g} nats (step {run.best_step})")
    assert figures(run)["loss_text"] == f"{run.current.loss:#.3g}"


def test_search_has_no_gradient():
    assert figures(ended(optimizer="random-search", steps=20))["gradient"] == "none"


def test_dead_neurons_are_counted_over_all_hidden_layers():
    run = ended(hidden=(8, 5), steps=20, learning_rate=0.5)
    points, _ = run.experiment.training_set()
    dead = 0
    for weights, biases in run.layers[:-1]:
        points = np.maximum(points @ weights + biases, 0)
        dead += (points.max(axis=0) == 0).sum()
    assert dead  # at so high a learning rate some die
    assert figures(run)["dead"] == f"{dead} of 13"


def test_a_network_without_hidden_layers_has_none_of_none():
    assert figures(ended(hidden=(), steps=20))["dead"] == "0 of 0"


def test_train_shows_these_figures_and_home_does_not():
    app = trained()
    shown = figures(session_of(app).training.view.run)
    on_train = metrics(app)
    assert (on_train["Gradient norm"], on_train["Dead neurons"]) == (shown["gradient"], shown["dead"])
    assert on_train["Loss"] == shown["loss_text"]
    app.switch_page("streamlit_app.py").run()
    on_home = metrics(app)
    assert "Loss" in on_home
    assert on_home.keys().isdisjoint({"Gradient norm", "Dead neurons"})


def test_dead_neurons_are_counted_once_on_two_thousand_of_many_training_points(monkeypatch):
    asked = []
    monkeypatch.setattr(
        network,
        "dead_neurons",
        lambda _weights, _biases, points, _: asked.append(points) or (np.ones(1, bool),),
    )
    app = press(opened(TRAIN, QUICK | {"samples": "5000", "batch": "10"}), "One step")
    wait_for(app, "paused")
    asked.clear()
    wait_for(press(app, "One step"), "paused")
    app.run().run()
    [points] = asked
    whole, _ = session_of(app).training.view.run.experiment.training_set()
    assert len(points) == 2000
    np.testing.assert_array_equal(points[[0, -1]], whole[[0, -1]])
    # 10,000 points, the first half of the first polynomial: every fifth is used, so half are of each
    first = pc.Polynomial(-1, 0, 1)
    assert np.isclose(points[:, 1], first(points[:, 0])).sum() == pytest.approx(1000, abs=2)
    assert metrics(app)["Dead neurons"] == "1 of 8"
