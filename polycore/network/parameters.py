"""The parameters of a network as one flat vector: for each layer the weights, row by row, then the biases.

`widths` are the layers' sizes from the inputs to the classes, for example (2, 12, 12).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats

Layers = tuple[tuple[Floats, Floats], ...]


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
    widths: Sequence[int], initial_weights: str, rng: np.random.Generator | np.random.RandomState
) -> NDArray[np.float64]:
    """Return a flat vector of normal weights and zero biases.

    `initial_weights` "tutorial" gives every weight a standard deviation of 0.1; "he" gives sqrt(2 / inputs),
    which keeps the size of activations the same from layer to layer with ReLU (arXiv:1502.01852, eq. 10).
    """
    parameters = np.zeros(parameter_count(widths))
    for weights, _ in layers(parameters, widths):
        scale = 0.1 if initial_weights == "tutorial" else np.sqrt(2 / len(weights))
        weights[:] = scale * rng.standard_normal(weights.shape)
    return parameters
