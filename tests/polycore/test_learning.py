"""A run of the page's network: it follows polycore's, and it learns."""

import base64
from itertools import pairwise

import numpy as np
import pytest

import polycore as pc
from polycore.network import plain
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.parameters import layers
from polycore.web.script_inputs import bytes_of
from polycore.web.scripts import file_of
from tests.node import scripts, value_after

PARTS = ("products", "engine", "random", "draws", "optimizers", "learning")
SCRIPTS = scripts(
    "polycore/web/network.js",
    "polycore/web/painter.js",
    *(f"polycore/web/learning/{part}.js" for part in PARTS),
)
FAST = base64.b64encode(file_of("learning/products.wasm").read_bytes()).decode()
FAST = f'new FastProducts(Uint8Array.from(atob("{FAST}"), (letter) => letter.charCodeAt(0)))'
SETTINGS = """{
  classes: 2, polynomials: [], points: null, held: null, range: [-1, 1], noise: 0, sampling: "even",
  batch: null, growing: false, inputs: { names: ["x", "y"], curves: [] }, mean: null, deviation: null,
  hidden: [6, 5], activation: "relu", optimizer: "adam", momentum: 0.9, rate: 0.02, schedule: "constant",
  warmup: 0, steps: 101, seed: 1, numbers: null"""


def settings(**others):
    return SETTINGS + "".join(f", {name}: {value}" for name, value in others.items()) + "}"


def set_of(points, labels):
    x, y = points.T.tolist()
    return f"{{ x: {x}, y: {y}, labels: {labels.tolist()} }}"


def numbers_of(model):
    return f"Float64Array.from({np.frombuffer(bytes_of(model), '<f8').tolist()})"


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_hundred_steps_on_a_set_follow_polycore(activation, optimizer):
    experiment = pc.Experiment(
        polynomials=pc.INTRODUCTION_POLYNOMIALS,
        samples_per_class=20,
        hidden=(6, 5),
        activation=activation,
        optimizer=optimizer,
        learning_rate=0.02,
        schedule="cosine",
        warmup_steps=10,
        steps=100,
    )
    run, losses = pc.start(experiment), []
    points, labels = experiment.training_set()
    first = numbers_of(run.current)
    for _ in range(100):
        losses.append(run.current.loss)
        run = pc.advance(run, 1)
    chosen = settings(
        points=set_of(points, labels),
        activation=f'"{activation}"',
        optimizer=f'"{optimizer}"',
        numbers=first,
        schedule='"cosine"',
        warmup="0.1",
        steps=100,
    )
    statements = f"""{SCRIPTS}
    const [learning, losses] = [new Learning({chosen}, new PlainProducts()), []];
    for (let step = 0; step < 100; step++) {{
      learning.advance(1);
      losses.push(learning.loss);
    }}
    learning.advance(5); // the run has ended"""
    found, numbers, step = value_after(statements, "[losses, [...learning.numbers()], learning.step]")
    assert step == 100
    assert np.allclose(found, losses, rtol=0, atol=1e-6)
    weights, biases = zip(*layers(np.array(numbers), (2, 6, 5, 2)), strict=True)
    one, other = (
        plain.softmax(plain.forward(*each, points, ACTIVATIONS[activation]))
        for each in ((weights, biases), (run.current.weights, run.current.biases))
    )
    assert np.allclose(one, other, rtol=0, atol=1e-6)


def test_steps_on_batches_follow_plain():
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(50, 2)), rng.integers(0, 2, 50)
    chosen = settings(points=set_of(points, labels), batch=16, optimizer='"sgd"', momentum=0, rate=0.1)
    statements = f"""{SCRIPTS}
    const [learning, drawn] = [new Learning({chosen}, new PlainProducts()), []];
    const first = [...learning.network.numbers()];
    for (let step = 0; step < 20; step++) {{
      learning.advance(1);
      const {{ weights, network, points }} = learning;
      const size = weights.subarray(0, network.points).reduce((sum, one) => sum + one, 0);
      drawn.push([points.x, points.y, points.labels].map((all) => [...all.subarray(0, size)]));
    }}"""
    first, drawn, last = value_after(statements, "[first, drawn, [...learning.network.numbers()]]")
    assert [len(x) for x, _, _ in drawn] == [16, 16, 16, 2] * 5
    parameters = np.array(first)
    for x, y, of in drawn:
        inputs = (np.array([x, y]).T - points.mean(axis=0)) / points.std(axis=0)
        _, gradient = plain.loss_and_gradient(parameters, Batch.of(inputs, np.array(of), 2), (2, 6, 5, 2))
        parameters = parameters - 0.1 * gradient
    assert np.allclose(last, parameters, rtol=0, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_new_weights_have_the_spread_that_suits_the_activation(activation):
    statements = f'{SCRIPTS}\nconst numbers = initialNumbers([2, 64, 48, 3], "{activation}", 5);'
    drawn = layers(np.array(value_after(statements, "[...numbers]")), (2, 64, 48, 3))
    for index, ((weights, biases), (inputs, neurons)) in enumerate(
        zip(drawn, pairwise((2, 64, 48, 3)), strict=True)
    ):
        spread = np.sqrt(2 / inputs)
        if ACTIVATIONS[activation].initial_weights == "glorot":
            spread = np.sqrt(2 / (inputs + neurons))
        elif activation == "sine":
            spread = 6 / inputs / np.sqrt(3) if index == 0 else np.sqrt(2 / inputs)
        assert weights.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * weights.size))
        assert not biases.any()


@pytest.mark.parametrize("products", ["new PlainProducts()", FAST], ids=["plain", "fast"])
def test_a_network_from_nothing_learns_and_its_figures_are_those_of_its_numbers(products):
    curves = [[1.0, 0.0, -1.0], [2.0, 0.0]]
    chosen = settings(
        polynomials=curves, batch=32, rate=0.03, schedule='"linear"', sampling='"errors"', steps=600
    )
    statements = f"""{SCRIPTS}
    const learning = new Learning({chosen}, {products});
    const before = learning.measured();
    learning.advance(600);
    const {{ x, y, labels }} = learning.held;
    const map = learning.classesAt(8, 6, [[-1, 1], [-2, 2]]);
    const arrays = [x, y, labels, learning.numbers(), map.classes, map.levels].map((each) => [...each]);"""
    found = value_after(statements, "[before, learning.measured(), ...arrays]")
    before, after, x, y, labels, numbers, classes, levels = found
    assert before["accuracy"] < 0.8
    assert after["accuracy"] > 0.97

    def probabilities(points):
        weights, biases = zip(*layers(np.array(numbers), (2, 6, 5, 2)), strict=True)
        return plain.softmax(plain.forward(weights, biases, points))

    own = probabilities(np.array([x, y]).T)[np.arange(len(x)), labels]
    assert after["accuracy"] == pytest.approx((own > 0.5).mean(), abs=1 / 3000)
    assert after["loss"] == pytest.approx(-np.log(own).mean(), abs=1e-3)
    across, down = np.meshgrid((np.arange(8) + 0.5) / 4 - 1, 2 - (np.arange(6) + 0.5) * 4 / 6)
    of_cells = probabilities(np.stack([across.ravel(), down.ravel()], axis=1))
    assert classes == of_cells.argmax(axis=1).tolist()
    assert np.allclose(levels, 255 * (2 * of_cells.max(axis=1) - 1), atol=0.51)


def test_random_search_only_ever_lowers_the_loss_of_a_set():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(40, 2))
    chosen = settings(
        points=set_of(points, (points[:, 0] > 0).astype(int)),
        optimizer='"random-search"',
        rate=0.1,
        steps=300,
    )
    statements = f"""{SCRIPTS}
    const [learning, losses] = [new Learning({chosen}, new PlainProducts()), []];
    for (let step = 0; step < 300; step++) {{
      learning.advance(1);
      losses.push(learning.loss);
    }}"""
    losses = value_after(statements, "losses")
    assert all(later <= earlier for earlier, later in pairwise(losses))
    assert losses[-1] < 0.5 * losses[0]


def test_a_run_that_diverges_stops():
    rng = np.random.default_rng(1)
    points = 1e3 * rng.normal(size=(40, 2))
    chosen = settings(
        points=set_of(points, rng.integers(0, 2, 40)),
        optimizer='"sgd"',
        rate=1e300,
        mean="[0, 0]",
        deviation="[1, 1]",
    )
    statements = (
        f"{SCRIPTS}\nconst learning = new Learning({chosen}, new PlainProducts());\nlearning.advance(50);"
    )
    diverged, step, done = value_after(statements, "[learning.diverged, learning.step, learning.isDone]")
    assert diverged
    assert step < 50
    assert done
