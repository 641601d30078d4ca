"""What 0.3.0 wrote is read, with the same meaning: weight files, run files of format 3, links and kept pages.

tests/written_by_0_3_0 has, of each experiment below, the best model of all 60 steps as a weight file, a kept
page and a link, and the run after 40 steps.
"""

import json
import re
from base64 import b64decode
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

import polycore as pc
from pages.game import challenge
from polycore.links import link

FOLDER = Path(__file__).parents[1] / "written_by_0_3_0"
LINKS = json.loads((FOLDER / "links.json").read_text(encoding="utf-8"))
CURVES = ["x^2 - 1", "2x"]
CORNERS = pc.PointSet(
    [[0, 0], [1, 1], [0, 1], [1, 0]] * 5, ["even", "even", "odd", "odd"] * 5, axes=("left", "right")
)
EXPERIMENTS = {
    "plain": pc.Experiment(polynomials=CURVES, hidden=(6,), steps=60, seed=3),
    "own-points": pc.Experiment(data=CORNERS, hidden=(5,), steps=60),
    "every-knob": pc.Experiment(
        polynomials=CURVES,
        x_range=(-2, 1),
        noise=0.01,
        samples_per_class=None,
        batch_size=16,
        sampling="errors",
        growing_batches=True,
        hidden=(8, 4),
        activation="tanh",
        features=("x", "y", "x2"),
        optimizer="soap",
        learning_rate=0.02,
        schedule="linear",
        warmup_steps=15,
        l2=0.001,
        steps=60,
        seed=9,
    ),
}
POINTS = np.array([[0.25, 0.5], [-1.5, 2.0], [0.75, -0.25]])
each_experiment = pytest.mark.parametrize("name", EXPERIMENTS)


def layers_of(name):
    """Return the weights and biases of a weight file, read by NumPy alone."""
    with np.load(FOLDER / f"{name}.npz") as file:
        kinds = [sorted(one for one in file.files if kind in one) for kind in ("weights_", "biases_")]
        return [(file[weights], file[biases]) for weights, biases in zip(*kinds, strict=True)]


def probabilities(name):
    """Return the forward pass as docs/weight-file.md has it: ReLU, or tanh of x, y and x²."""
    values, activation, layers = POINTS, lambda z: np.maximum(z, 0), layers_of(name)
    if name == "every-knob":
        values, activation = np.column_stack([POINTS, POINTS[:, 0] ** 2]), np.tanh
    for weights, biases in layers[:-1]:
        values = activation(values @ weights + biases)
    exponentials = np.exp(values @ layers[-1][0] + layers[-1][1])
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@each_experiment
def test_a_weight_file_has_its_experiment_and_answers_as_its_numbers_do(name):
    model, experiment = pc.Model.load(FOLDER / f"{name}.npz"), EXPERIMENTS[name]
    described = experiment.to_dict()
    if experiment.data:  # a weight file has no points, but says which they were
        described["data"] = model.metadata["experiment"]["data"]
        assert (described["data"]["count"], described["data"]["axes"]) == (20, ["left", "right"])
    assert described | model.metadata["experiment"] == described  # later fields have their defaults
    assert model.polynomials == experiment.polynomials
    assert model.classes == (("even", "odd") if experiment.data else ())
    assert model.predict_proba(POINTS) == pytest.approx(probabilities(name), abs=1e-14)


@each_experiment
def test_a_run_file_continues_as_the_run_would_have(name):
    run, whole = pc.Run.load(FOLDER / f"{name}.run.npz"), pc.advance(pc.start(EXPERIMENTS[name]), 60)
    assert (run.experiment, run.step) == (EXPERIMENTS[name], 40)
    # another machine may round differently
    continued = pc.advance(run, 20)
    assert continued.history.loss == pytest.approx(whole.history.loss, rel=1e-3)
    assert continued.best.predict_proba(POINTS) == pytest.approx(probabilities(name), abs=1e-3)


@each_experiment
def test_a_link_opens_with_its_experiment_and_its_network(name):
    opened = link.from_query(dict(parse_qsl(LINKS[name].removeprefix("?"), strict_parsing=True)))
    assert (opened.experiment, opened.problems) == (EXPERIMENTS[name], ())
    assert opened.model.predict_proba(POINTS) == pytest.approx(probabilities(name), abs=1e-6)


def test_a_challenge_opens_with_its_points_and_what_to_beat():
    query = dict(parse_qsl(LINKS["challenge"].removeprefix("?"), strict_parsing=True))
    received = challenge.from_query(query, link.from_query(query))
    expected = challenge.Challenge(EXPERIMENTS["plain"], seed=482113, score=7, seconds=43)
    assert received == challenge.Received(expected, ())


@each_experiment
def test_a_kept_page_has_the_numbers_of_the_weight_file(name):
    page = (FOLDER / f"{name}.html").read_text(encoding="utf-8")
    network = json.loads(re.search(r'id="polycore-network">(.*?)</script>', page)[1])
    expected = np.concatenate([array.ravel() for layer in layers_of(name) for array in layer])
    assert b64decode(network["numbers"]) == expected.tobytes()
