"""The figures of a run: gradient norm and dead neurons, compared with numbers computed here."""

import math
from dataclasses import replace
from html import unescape

import numpy as np

import polycore as pc
from pages.plane.referee import EXPLAINED, best_possible, best_possible_text
from pages.run_view.progress import LARGE_LABEL
from pages.run_view.shown import values
from pages.runs import sentences
from pages.runs.view import RunView
from pages.state.shown_weights import ShownWeights
from polycore.model import neurons
from tests.pages.browsing import live_html, live_value, metrics, session_of, trained

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


def test_train_shows_these_figures_and_the_best_possible_and_home_the_one_that_counts():
    app = trained()
    run = session_of(app).training.view.run
    shown, on_train = figures(run), metrics(app)
    assert (on_train["Gradient norm"], on_train["Dead neurons"]) == (shown["gradient"], shown["dead"])
    assert live_value(app, "weights.loss_text") == shown["loss_text"]
    [large] = [html for html in live_html(app) if LARGE_LABEL in html]
    assert best_possible_text(best_possible(run.experiment)) in large
    assert EXPLAINED in unescape(large)
    app.switch_page("streamlit_app.py").run()
    assert metrics(app) == {}


def test_dead_neurons_are_counted_on_two_thousand_of_many_points_from_first_to_last():
    points = np.column_stack([np.arange(10_000.0), np.zeros(10_000)])
    points[1, 1] = 1
    # neurons that give something at the first point, at the last, and at the second alone, which is left out
    weights, biases = np.array([[-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([[0.5, -9998.5, -0.5]])
    model = pc.Model((weights, np.ones((3, 2))), (biases, np.zeros((1, 2))), 1.0, 0.5, ())
    assert [mask.tolist() for mask in neurons.dead_masks(model, points)] == [[False, False, True]]
    assert [mask.tolist() for mask in neurons.dead_masks(model, points[:2000])] == [[False, True, False]]
