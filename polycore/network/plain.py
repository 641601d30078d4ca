"""The network as a learner reads it: dense layers, an activation between them, softmax after the last.

`loss_and_gradient` is backpropagation written plainly. Training uses `kernels`, which does the same
arithmetic several times as fast; the tests compare the two.
"""

from collections.abc import Sequence

import numpy as np

from polycore.arrays import Floats, Integers
from polycore.network.activations import RELU, Activation
from polycore.network.batch import Batch
from polycore.network.parameters import layers

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


def loss_and_gradient(
    parameters: Floats, batch: Batch, widths: Sequence[int], activation: Activation = RELU
) -> tuple[float, Floats]:
    """Return the mean cross-entropy of a batch in nats, and its gradient, shaped as `parameters`.

    The gradient is that of the loss without clipping: see `cross_entropy`.
    """
    *hidden, last = layers(parameters, widths)
    # forward: a_0 = points, then z = a W + b and a = f(z) for each hidden layer
    values, derivatives = [batch.points], []
    for weights, biases in hidden:
        z = dense(values[-1], weights, biases)
        values.append(activation.value(z))
        derivatives.append(activation.slope(z, values[-1]))
    probabilities = softmax(dense(values[-1], *last))
    # backward: d = dL/dz. At the logits d = (probabilities - one-hot) / N; dL/dW = a^T d, dL/db = the sum of
    # d over the points; one layer down d becomes d W^T times f'(z)
    slopes = (probabilities - batch.one_hot.T) / len(batch)
    gradient = [(values[-1].T @ slopes).ravel(), slopes.sum(axis=0)]
    following = [weights for weights, _ in (*hidden[1:], last)]
    for inputs, derivative, weights in reversed(list(zip(values, derivatives, following, strict=False))):
        slopes = (slopes @ weights.T) * derivative
        gradient = [(inputs.T @ slopes).ravel(), slopes.sum(axis=0), *gradient]
    return cross_entropy(probabilities, batch.labels), np.concatenate(gradient)


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
