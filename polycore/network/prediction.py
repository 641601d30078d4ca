"""Predictions for many points, block by block."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.network.activations import RELU, Activation
from polycore.network.features import PLAIN_INPUTS, Inputs
from polycore.network.plain import dense, forward, relu, softmax

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
    for rows in _blocks(len(points)):
        probabilities[rows] = softmax(forward(weights, biases, inputs.of(points[rows]), activation))
    return probabilities


def dead_neurons(
    weights: Sequence[Floats], biases: Sequence[Floats], points: Floats, inputs: Inputs = PLAIN_INPUTS
) -> tuple[NDArray[np.bool_], ...]:
    """Return for each hidden layer which neurons (neurons,) give 0 for every one of points (N, 2), by ReLU.

    The gradient of such a neuron's weights is 0 too, so on these points no step changes them.
    """
    dead = tuple(np.ones(layer_biases.shape[-1], dtype=np.bool_) for layer_biases in biases[:-1])
    for rows in _blocks(len(points)):
        values = inputs.of(points[rows])
        for layer_weights, layer_biases, layer_dead in zip(weights, biases, dead, strict=False):
            values = relu(dense(values, layer_weights, layer_biases))
            layer_dead &= ~values.any(axis=0)
    return dead


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))
