"""What every neuron of a network makes of many points, and which of them say nothing or much."""

from collections.abc import Iterator

import numpy as np

from polycore.arrays import Floats
from polycore.model.model import Model
from polycore.network.plain import dense, relu


def values_by_layer(model: Model, points: Floats) -> Iterator[Floats]:
    """Yield for each layer its neurons' values (N, neurons) before ReLU at points (N, 2); last the logits."""
    inputs = points
    for weights, biases in zip(model.weights, model.biases, strict=True):
        values = dense(inputs, weights, biases)
        yield values
        inputs = relu(values)


def strengths(model: Model, points: Floats) -> tuple[Floats, ...]:
    """Return for each hidden layer how much each neuron (neurons,) moves the layer behind it.

    That is the deviation of what it puts out over points (N, 2), times the length of its outgoing weights.
    """
    *hidden, _ = values_by_layer(model, points)
    return tuple(
        relu(values).std(axis=0) * np.linalg.norm(outgoing, axis=1)
        for values, outgoing in zip(hidden, model.weights[1:], strict=True)
    )


def strongest(strengths: Floats, most: int, also: int | None = None) -> tuple[int, ...]:
    """Return the places of the `most` largest of `strengths` (neurons,), in order; `also` is among them."""
    order = np.argsort(-strengths, kind="stable").tolist()
    if also is not None:
        order.remove(also)
        order.insert(0, also)
    return tuple(sorted(order[:most]))
