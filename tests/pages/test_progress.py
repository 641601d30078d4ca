"""The figures of a run: gradient norm and dead neurons, compared with numbers computed here."""

import numpy as np
import pytest

import polycore as pc
from polycore import network
from tests.pages.browsing import QUICK, metrics, opened, press, run_status, session_of, trained, wait_for

TRAIN = "pages/3_train.py"


def test_the_gradient_norm_is_shown():
    app = trained()
    gradient = session_of(app).training.view.run.gradient
    assert metrics(app)["Gradient norm"] == f"{np.sqrt((gradient**2).sum()):.3g}"


def test_a_loss_near_zero_is_shown_with_its_digits():
    app = trained(learning_rate="0.02", steps="400")
    run = session_of(app).training.view.run
    assert 0.0001 < run.best_loss < 0.0005
    assert run_status(app).endswith(f"best loss {run.best_loss:#.3g} nats (step {run.best_step})")
    assert metrics(app)["Loss"] == f"{run.current.loss:#.3g}"


def test_search_has_no_gradient():
    assert metrics(trained(optimizer="random-search"))["Gradient norm"] == "none"


def test_dead_neurons_are_counted_over_all_hidden_layers():
    app = trained(hidden="8-5", steps="20", learning_rate="0.5")
    run = session_of(app).training.view.run
    values, _ = run.experiment.training_set()
    dead = 0
    for weights, biases in run.layers[:-1]:
        values = np.maximum(values @ weights + biases, 0)
        dead += (values.max(axis=0) == 0).sum()
    assert dead  # at so high a learning rate some die
    assert metrics(app)["Dead neurons"] == f"{dead} of 13"


def test_a_network_without_hidden_layers_has_none_of_none():
    assert metrics(trained(hidden="none"))["Dead neurons"] == "0 of 0"


def test_home_shows_neither():
    app = wait_for(press(opened(), "Train the network"), "finished")
    assert metrics(app).keys().isdisjoint({"Gradient norm", "Dead neurons"})


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
