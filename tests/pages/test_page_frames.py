"""What the frames of Predict, Inside and Compare have: the same as the pages, computed without them."""

import json
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare import cards, curves
from pages.inside import inside_values, neuron_map
from pages.models.point_choices import AskedPoint
from pages.plane.referee import BESIDE
from pages.predict import prediction
from pages.runs.training import Training
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.view import LayerChoice, View
from polycore.figures import plane_range
from polycore.formatting import percent
from polycore.pictures.class_map import class_map
from tests.hand import Hand

LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0), pc.Polynomial(1, 0, 0.5))
EXPERIMENT = pc.Experiment(polynomials=LINES, samples_per_class=40, hidden=(4,), steps=300, batch_size=16)


@pytest.fixture(scope="module")
def run():
    return pc.advance(pc.start(EXPERIMENT), 60)


def session_of(run, **view):
    """Return a session that has just collected the best weights of `run`."""
    return Session(training=Training(run, Hand(), pc.advance), view=View(**view)).collected()


def probabilities(model, x, y):
    """Return the probabilities at a point by plain products, and the hidden values before ReLU."""
    values = np.array([x, y]) @ model.weights[0] + model.biases[0][0]
    logits = np.maximum(values, 0) @ model.weights[1] + model.biases[1][0]
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(), values


def test_predict_has_answer_walk_map_and_mistakes(run):
    now = session_of(run, predict_layers=LayerChoice(("Mistakes",)))
    contents = prediction.contents(AskedPoint(0.25, 0.25, curve=0), now)
    values, model = json.loads(json.dumps(contents.values, allow_nan=False)), now.own.model
    shares, _ = probabilities(model, 0.25, 0.25)
    rows = values["answer"]["table"]["rows"]
    assert [row[0] for row in rows] == [f"p{label}" for label in np.argsort(-shares)]
    assert rows[0][2] == f"{100 * shares.max():.2f} %"
    assert values["figures"]["held_out"] == percent(model.held_out_accuracy)
    # a line for each class and the marked point, which is on the curve of x
    assert len(values["walk"]["y"]) == 4
    assert values["walk"]["y"][-1] == [pytest.approx(100 * shares[0], abs=0.006)]
    points, labels = EXPERIMENT.held_out_set()
    wrong = int((model.predict(points) != labels).sum())
    assert len(values["weights"]["mistakes"]["x"]) == min(wrong, 500)
    assert f"{wrong} wrong answers are marked" in values["weights"]["map_alt"]
    # no worker has rendered a map of this run
    window = EXPERIMENT.x_range, plane_range(LINES, EXPERIMENT.x_range)
    assert contents.blobs["map"] == class_map(model.weights, model.biases, window).packed().scanlines


def test_predict_says_nothing_about_a_point_too_far_out(run):
    contents = prediction.contents(AskedPoint(1e101, 0.0), session_of(run))
    assert contents.values.keys() == {"figures"}


@pytest.mark.parametrize("view", [neuron_map.NEURON, neuron_map.ANSWER, neuron_map.FOLDS])
def test_inside_has_picture_plane_and_numbers(run, view):
    now = session_of(run, neuron=(0, 2), traced=(0.5, -0.25))
    contents = inside_values.contents(view, now)
    values, model = json.loads(json.dumps(contents.values, allow_nan=False)), now.own.model
    shares, hidden = probabilities(model, 0.5, -0.25)
    dense, softmax = values["walk"][1], values["walk"][4]
    assert list(map(float, dense["tables"][1][2])) == pytest.approx(hidden, rel=5e-4)
    assert list(map(float, softmax["tables"][0][3])) == pytest.approx(shares, rel=5e-4)
    assert f"{(hidden > 0).sum()} of 4 pass" in values["walk"][2]["said"]
    picture = json.loads(contents.blobs["network"])
    assert [len(column["neurons"]) for column in picture["columns"]] == [2, 4, 3]
    # each fold line has a casing, and both are there even where no line is seen
    lines = {neuron_map.NEURON: 2, neuron_map.ANSWER: 0, neuron_map.FOLDS: 4}[view]
    assert len(values["plane"]["folds"]) == lines
    (a, b), c = model.weights[0][:, 2], model.biases[0][0, 2]
    for fold in values["plane"]["folds"][-1:]:
        ends = [(x, y) for x, y in zip(fold["x"], fold["y"], strict=True) if x is not None]
        assert [a * x + b * y + c for x, y in ends] == pytest.approx([0] * len(ends), abs=1e-4)
    assert values["plane"]["source"].startswith("data:image/png")
    assert values["dead"]


def test_compare_has_curves_and_the_card(run):
    now = session_of(run)
    other = Kept("another", run.best, replace(EXPERIMENT, seed=1), run.history)
    now = replace(now, models=KeptModels((other, *now.models.kept), now.own.title))
    values = curves.contents(("another", now.own.title), "Steps", None, now).values
    assert values["curves"].keys() == {"1"}  # the other rests
    assert values["curves"]["1"]["x"] == run.history.step.tolist()
    assert values["curves"]["1"]["loss"] == pytest.approx(run.history.loss, rel=1e-5)
    assert values["curves"]["1"]["accuracy"] == pytest.approx(100 * run.history.held_out_accuracy, rel=1e-5)
    assert values["loss_alt"].count("another") == 1
    card = cards.contents(now).values
    assert card["loss"] == f"{run.best.loss:#.3g}"
    assert card["effort"].startswith("60 steps so far ·")
    assert card[BESIDE].startswith(f"best loss (step {run.best_step}) · ")
    assert card["map"]["source"].startswith("data:image/")
