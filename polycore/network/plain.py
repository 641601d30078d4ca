"""The network as a learner reads it: dense layers, an activation between them, softmax after the last.

`passes` is backpropagation written plainly. Training uses `kernels`, which does the same arithmetic several
times as fast; the tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, blocks
from polycore.network.activations import RELU, Activation
from polycore.network.batch import Batch
from polycore.network.features import PLAIN_INPUTS, Inputs
from polycore.network.parameters import Layers, layers

SMALLEST_PROBABILITY = 1e-7


def dense(inputs: Floats, weights: Floats, biases: Floats) -> Floats:
    """Return inputs (N, n_in) · weights (n_in, n_out) + biases (1, n_out), shape (N, n_out)."""
    outputs: Floats = inputs @ weights
    outputs += biases
    return outputs


def relu(values: Floats) -> Floats:
    """Return max(values, 0), element by element."""
    return np.maximum(values, 0)


def forward(
    weights: Sequence[Floats], biases: Sequence[Floats], points: Floats, activation: Activation = RELU
) -> Floats:
    """Return the logits (N, K) of points (N, n), given as the network's inputs."""
    values = points
    for layer_weights, layer_biases in zip(weights[:-1], biases[:-1], strict=True):
        values = activation.value(dense(values, layer_weights, layer_biases))
    return dense(values, weights[-1], biases[-1])


@dataclass(frozen=True, eq=False)
class Passes:
    """N points on their way through each layer of a network, and their slopes on the way back.

    Attributes
    ----------
    inputs
        What each layer gets, (N, n_in).
    sums
        The weighted sums of each layer, with its biases, (N, n_out); the last are the logits.
    derivatives
        How fast the outputs of each hidden layer rise with its sums, (N, n_out).
    slopes
        How fast the loss of each point rises with each sum of each layer, (N, n_out).
    probabilities
        Of the classes, (N, K).
    """

    inputs: tuple[Floats, ...]
    sums: tuple[Floats, ...]
    derivatives: tuple[Floats, ...]
    slopes: tuple[Floats, ...]
    probabilities: Floats


def passes(
    layers: Layers,
    points: Floats,
    one_hot: NDArray[np.bool_],
    activation: Activation = RELU,
    factors: Sequence[Floats] | None = None,
) -> Passes:
    """Return both passes of points (N, n), given as the network's inputs, whose classes are `one_hot` (N, K).

    factors: of the outputs of each hidden layer, (N, neurons), as dropout has them; None without dropout.
    """
    *hidden, last = layers
    # forward: a_0 = points, then z = a W + b and a = f(z) for each hidden layer
    inputs, sums, derivatives = [points], [], []
    for index, (weights, biases) in enumerate(hidden):
        z = dense(inputs[-1], weights, biases)
        a = activation.value(z)
        derivative = activation.slope(z, a)
        if factors is not None:
            a, derivative = a * factors[index], derivative * factors[index]
        inputs.append(a)
        sums.append(z)
        derivatives.append(derivative)
    sums.append(dense(inputs[-1], *last))
    probabilities = softmax(sums[-1])
    # backward: d = dL/dz. At the logits d = probabilities - one-hot; one layer down it is d W^T times f'(z)
    slopes = [probabilities - one_hot]
    for derivative, (weights, _) in zip(reversed(derivatives), reversed(layers), strict=False):
        slopes.append((slopes[-1] @ weights.T) * derivative)
    return Passes(tuple(inputs), tuple(sums), tuple(derivatives), tuple(reversed(slopes)), probabilities)


def loss_and_gradient(
    parameters: Floats, batch: Batch, widths: Sequence[int], activation: Activation = RELU
) -> tuple[float, Floats]:
    """Return the mean cross-entropy of a batch in nats, and its gradient, shaped as `parameters`.

    The gradient is of the loss without clipping: see `cross_entropy`.
    """
    both = passes(layers(parameters, widths), batch.points, batch.one_hot.T, activation)
    # dL/dW = a^T d and dL/db = d, each as the mean over the points
    parts = [
        part
        for inputs, slopes in zip(both.inputs, both.slopes, strict=True)
        for part in ((inputs.T @ slopes).ravel(), slopes.sum(axis=0))
    ]
    return cross_entropy(both.probabilities, batch.labels), np.concatenate(parts) / len(batch)


def softmax(logits: Floats) -> Floats:
    """Return probabilities, shape (N, K); each row sums to 1."""
    # exp overflows past 709; a shift of the whole row does not change its softmax
    exponentials: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials


def cross_entropy(probabilities: Floats, labels: Integers) -> float:
    """Return the mean of -log of the probability of the true class, in nats.

    Probabilities are clipped to [1e-7, 1 - 1e-7], so that one point misclassified with certainty costs 16
    nats and not infinitely many.

    Parameters
    ----------
    labels
        Integers (N,) or one-hot (N, K).
    """
    true_class = _true_class(probabilities, labels)
    clipped = np.clip(true_class, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return float(-np.log(clipped).mean())


def accuracy(probabilities: Floats, labels: Integers) -> float:
    """Return the share, 0 to 1, of rows whose most likely class is the true one."""
    classes = labels if labels.ndim == 1 else labels.argmax(axis=1)
    return float((probabilities.argmax(axis=1) == classes).mean())


def _true_class(probabilities: Floats, labels: Integers) -> Floats:
    if labels.ndim == 1:
        chosen: Floats = probabilities[np.arange(len(labels)), labels]
        return chosen
    return np.asarray((probabilities * labels).sum(axis=1))


# --- many points, block by block --------------------------------------------------------------

# Points per block: the activations stay in the processor's cache, and OpenBLAS uses one core. While a run
# trains, waking the other cores costs more than it gains (10,800 points through four layers of 32 in one
# piece: 15 ms of processor time on two cores).
BLOCK = 256


def predict_proba(
    weights: Sequence[Floats],
    biases: Sequence[Floats],
    points: Floats,
    activation: Activation = RELU,
    inputs: Inputs = PLAIN_INPUTS,
) -> Floats:
    """Return the probabilities (N, K) of points (N, 2), of which the network gets these inputs."""
    probabilities = np.empty((len(points), biases[-1].shape[-1]), dtype=points.dtype)
    for rows in blocks(len(points), BLOCK):
        probabilities[rows] = softmax(forward(weights, biases, inputs.of(points[rows]), activation))
    return probabilities


def dead_neurons(
    weights: Sequence[Floats], biases: Sequence[Floats], points: Floats, inputs: Inputs = PLAIN_INPUTS
) -> tuple[NDArray[np.bool_], ...]:
    """Return for each hidden layer which neurons (neurons,) give 0 for every one of points (N, 2), by ReLU.

    The gradient of such a neuron's weights is 0 too, so on these points no step changes them.
    """
    dead = tuple(np.ones(layer_biases.shape[-1], dtype=np.bool_) for layer_biases in biases[:-1])
    for rows in blocks(len(points), BLOCK):
        values = inputs.of(points[rows])
        for layer_weights, layer_biases, layer_dead in zip(weights, biases, dead, strict=False):
            values = relu(dense(values, layer_weights, layer_biases))
            layer_dead &= ~values.any(axis=0)
    return dead
