"""The values of a network's neurons at many points, and how strong each neuron is."""

from collections.abc import Iterator

import numpy as np

from polycore.arrays import Floats
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.plain import dense


def values_by_layer(model: Model, points: Floats) -> Iterator[Floats]:
    """Yield each layer's values (N, neurons) before the activation at points (N, 2); the last are logits."""
    activation, inputs = ACTIVATIONS[model.activation], model.inputs.of(points)
    for weights, biases in zip(model.weights, model.biases, strict=True):
        values = dense(inputs, weights, biases)
        yield values
        inputs = activation.value(values)


def strengths(model: Model, points: Floats) -> tuple[Floats, ...]:
    """Return for each hidden layer how strongly each neuron (neurons,) influences the next layer.

    That is the standard deviation of its outputs over points (N, 2), times the norm of its outgoing weights.
    """
    *hidden, _ = values_by_layer(model, points)
    activation = ACTIVATIONS[model.activation]
    return tuple(
        activation.value(values).std(axis=0) * np.linalg.norm(outgoing, axis=1)
        for values, outgoing in zip(hidden, model.weights[1:], strict=True)
    )


def strongest(strengths: Floats, most: int, also: int | None = None) -> tuple[int, ...]:
    """Return the indices of the `most` largest `strengths` (neurons,), sorted; `also` is always included."""
    order = np.argsort(-strengths, kind="stable").tolist()
    if also is not None:
        order.remove(also)
        order.insert(0, also)
    return tuple(sorted(order[:most]))
