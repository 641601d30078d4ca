"""A dense network with ReLU between its layers and softmax behind the last.

Its parameters are one flat vector: for each layer the weights, row by row, then the biases. `widths`
names the layers' sizes from the inputs to the classes, for example (2, 12, 12).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
Layers = tuple[tuple[Floats, Floats], ...]

SMALLEST_PROBABILITY = 1e-7
# Points predicted at once: what lies between the layers stays in the processor's cache, and OpenBLAS takes
# one core. Beside a run that trains, waking the others costs more than it gives (10,800 points through four
# layers of 32 in one piece: 15 ms of processor time on two cores).
PREDICTION_BLOCK = 256


def parameter_count(widths: Sequence[int]) -> int:
    """Return how many weights and biases a network of these widths has."""
    return sum((inputs + 1) * neurons for inputs, neurons in pairwise(widths))


def layers(parameters: Floats, widths: Sequence[int]) -> Layers:
    """Return views of the flat `parameters`: a layer is weights (inputs, neurons), biases (1, neurons)."""
    views = []
    start = 0
    for inputs, neurons in pairwise(widths):
        middle, end = start + inputs * neurons, start + (inputs + 1) * neurons
        views.append(
            (parameters[start:middle].reshape(inputs, neurons), parameters[middle:end].reshape(1, neurons))
        )
        start = end
    return tuple(views)


def initial_parameters(
    widths: Sequence[int], deviation: str, rng: np.random.Generator | np.random.RandomState
) -> NDArray[np.float64]:
    """Return a flat vector of normal weights and zero biases.

    `deviation` "tutorial" makes every weight's standard deviation 0.1; "he" makes it sqrt(2 / inputs), which
    keeps the size of what flows through ReLU layers the same from layer to layer (arXiv:1502.01852, eq. 10).
    """
    parameters = np.zeros(parameter_count(widths))
    for weights, _ in layers(parameters, widths):
        scale = 0.1 if deviation == "tutorial" else np.sqrt(2 / len(weights))
        weights[:] = scale * rng.standard_normal(weights.shape)
    return parameters


def dense(inputs: Floats, weights: Floats, biases: Floats) -> Floats:
    """Return inputs (N, n_in) · weights (n_in, n_out) + biases (1, n_out), shape (N, n_out)."""
    outputs: Floats = inputs @ weights
    outputs += biases
    return outputs


def relu(values: Floats) -> Floats:
    """Return `values` with everything below zero replaced by zero."""
    return np.maximum(values, 0)


def forward(weights: Sequence[Floats], biases: Sequence[Floats], points: Floats) -> Floats:
    """Return the logits (N, K) of points (N, 2)."""
    values = points
    for layer_weights, layer_biases in zip(weights[:-1], biases[:-1], strict=True):
        values = dense(values, layer_weights, layer_biases)
        np.maximum(values, 0, out=values)
    return dense(values, weights[-1], biases[-1])


def dead_neurons(
    weights: Sequence[Floats], biases: Sequence[Floats], points: Floats
) -> tuple[NDArray[np.bool_], ...]:
    """Return for each hidden layer which of its neurons (neurons,) give 0 for every one of points (N, 2).

    Nothing comes through such a neuron, and behind ReLU its gradient is 0 too: on these points no step
    changes its weights.
    """
    dead = tuple(np.ones(layer_biases.shape[-1], dtype=np.bool_) for layer_biases in biases[:-1])
    for rows in _blocks(len(points)):
        values = points[rows]
        for layer_weights, layer_biases, layer_dead in zip(weights, biases, dead, strict=False):
            values = relu(dense(values, layer_weights, layer_biases))
            layer_dead &= ~values.any(axis=0)
    return dead


def predict_proba(weights: Sequence[Floats], biases: Sequence[Floats], points: Floats) -> Floats:
    """Return the probabilities (N, K) of points (N, 2), worked out block by block."""
    probabilities = np.empty((len(points), biases[-1].shape[-1]), dtype=points.dtype)
    for rows in _blocks(len(points)):
        probabilities[rows] = softmax(forward(weights, biases, points[rows]))
    return probabilities


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + PREDICTION_BLOCK) for start in range(0, count, PREDICTION_BLOCK))


def softmax(logits: Floats) -> Floats:
    """Return probabilities, shape (N, K); each row sums to 1."""
    # exp overflows past 709; a shift common to the row leaves the softmax as it is
    exponentials: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials


def cross_entropy(probabilities: Floats, labels: Integers) -> float:
    """Return the mean of -log of the probability of the true class, in nats.

    `labels` are integers (N,) or one-hot (N, K). Probabilities are clipped to [1e-7, 1 - 1e-7], so that one
    point answered wrongly with certainty costs 16 nats and not infinitely many.
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
