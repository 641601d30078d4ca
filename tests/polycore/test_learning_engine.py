"""The network that learns in a browser: its loss and gradient are NumPy's, for each activation."""

import base64
import json
from itertools import pairwise

import numpy as np
import pytest

from polycore.network import plain
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.parameters import layers
from polycore.web.scripts import file_of
from tests.node import scripts, value_after

SCRIPTS = scripts(
    *(f"polycore/web/{name}.js" for name in ("network", "learning/products", "learning/engine"))
)
FAST = base64.b64encode(file_of("learning/products.wasm").read_bytes()).decode()
FAST = f'new FastProducts(Uint8Array.from(atob("{FAST}"), (letter) => letter.charCodeAt(0)))'
WIDTHS, POINTS, FILLED = [3, 6, 5, 3], 13, 16  # none but the last a multiple of what products work on


def random_network(seed=0):
    rng = np.random.default_rng(seed)
    count = sum((rows + 1) * columns for rows, columns in pairwise(WIDTHS))
    return rng.normal(size=count) * 0.7, rng.normal(size=(POINTS, WIDTHS[0])), rng.integers(0, 3, POINTS)


def learned(activation, products, parameters, points, labels):
    """Return what `learn` leaves: loss, gradient, errors, logits, and whether padding stays 0."""
    inputs = np.zeros((WIDTHS[0], FILLED))
    inputs[:, :POINTS] = points.T
    inputs[:, POINTS:] = 9  # points of weight 0, wherever they lie
    statements = f"""{SCRIPTS}
    const network = new LearningNetwork({WIDTHS}, "{activation}", 24, {products});
    network.inputsFor(24).fill(7); // of a larger batch before
    network.learn(new Uint8Array(24), new Float64Array(24).fill(1));
    network.setNumbers({parameters.tolist()});
    network.inputsFor({FILLED}).set({inputs.ravel().tolist()});
    const weights = Float64Array.from({{ length: {FILLED} }}, (_, n) => (n < {POINTS} ? 1 : 0));
    const labels = Uint8Array.from({[*labels.tolist(), 0, 0, 0]});
    const loss = network.learn(labels, weights);
    const gradient = network.places().map((at) => network.gradient[at]);
    const own = new Set(network.places());
    const padding = [...network.gradient].filter((_, at) => !own.has(at));
    const value = {{ loss, gradient, wrong: [...network.wrong.subarray(0, {POINTS})], padding,
      logits: [...network.logits.subarray(0, 3 * {FILLED})], numbers: [...network.numbers()] }};"""
    found = value_after(statements, "value")
    return {name: np.array(value) for name, value in found.items()}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("products", "near"),
    [pytest.param("new PlainProducts()", 1e-12, id="plain"), pytest.param(FAST, 2e-5, id="fast")],
)
def test_loss_and_gradient_are_those_of_numpy(activation, products, near):
    parameters, points, labels = random_network()
    batch = Batch.of(points, labels, 3)
    loss, gradient = plain.loss_and_gradient(parameters, batch, WIDTHS, ACTIVATIONS[activation])
    found = learned(activation, products, parameters, points, labels)
    assert found["loss"] == pytest.approx(loss, abs=near)
    assert np.allclose(found["gradient"], gradient, rtol=0, atol=near)
    assert np.allclose(found["numbers"], parameters, rtol=0, atol=near)
    assert not found["padding"].any()

    weights, biases = zip(*layers(parameters, WIDTHS), strict=True)
    logits = plain.forward(weights, biases, points, ACTIVATIONS[activation])
    assert np.allclose(found["logits"].reshape(3, FILLED)[:, :POINTS].T, logits, rtol=0, atol=10 * near)
    own = plain.softmax(logits)[np.arange(POINTS), labels]
    assert np.allclose(found["wrong"], 1 - own, rtol=0, atol=near)


def test_the_gradient_agrees_with_central_differences():
    parameters, points, labels = random_network(1)
    gradient = learned("gelu", "new PlainProducts()", parameters, points, labels)["gradient"]
    step, measured = 1e-5, []
    for at in range(0, len(parameters), 7):
        moved = [parameters.copy(), parameters.copy()]
        moved[0][at] += step
        moved[1][at] -= step
        losses = [learned("gelu", "new PlainProducts()", one, points, labels)["loss"] for one in moved]
        measured.append((losses[0] - losses[1]) / (2 * step))
    assert np.allclose(gradient[::7], measured, rtol=0, atol=1e-8)


@pytest.mark.parametrize("activation", ["gelu", "silu", "sigmoid", "tanh", "sine"])
def test_slopes_far_from_zero_are_numbers(activation):
    sums = [-1000.0, -50.0, -1e-300, 0.0, 1e-300, 50.0, 1000.0]
    statements = f"""{SCRIPTS}
    const {{ {json.dumps(activation)}: slope }} = SLOPES;
    const slopes = {sums}.map((sum) => slope(sum, ACTIVATIONS["{activation}"](sum)));"""
    chosen = ACTIVATIONS[activation]
    z = np.array(sums)
    assert np.allclose(
        value_after(statements, "slopes"), chosen.slope(z, chosen.value(z)), rtol=0, atol=1e-12
    )
