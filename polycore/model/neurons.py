"""The neurons of a network: their values at many points, which are the strongest, and which are dead."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.arrays import Floats, evenly
from polycore.experiment.experiment import Experiment
from polycore.model.evaluation import thinned_training_set
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.plain import dense


def values_by_layer(model: Model, points: Floats) -> Iterator[Floats]:
    """Yield each layer's values (N, neurons) before the activation at points (N, 2); the last are logits."""
    activation, inputs = ACTIVATIONS[model.activation], model.inputs.of(points)
    for weights, biases in zip(model.weights, model.biases, strict=True):
        values = dense(inputs, weights, biases)
        yield values
        inputs = activation.value(values)


def strongest(weights: Floats, most: int) -> tuple[int, ...]:
    """Return the sorted indices of the `most` largest weights (N,) in size; of equal ones the first."""
    return tuple(sorted(np.argsort(-np.abs(weights), kind="stable")[:most].tolist()))


# --- dead neurons: hidden ones that give 0 for every training point ---------------------------

MOST_FOR_DEAD = 2000  # points; a training set may have a million


@lru_cache(maxsize=4)
def dead_count(model: Model, experiment: Experiment) -> int:
    """Return how many hidden neurons of `model` give 0 for each of at most 2,000 training points."""
    points, _ = thinned_training_set(experiment)  # computing all of a million at each step would take long
    return sum(int(dead.sum()) for dead in dead_masks(model, points))


def dead_masks(model: Model, points: Floats) -> tuple[NDArray[np.bool_], ...]:
    """Return for each hidden layer which of its neurons are dead, (neurons,), for points (N, 2).

    With an activation other than ReLU no neuron is dead: each gives something, however little, and may still
    learn. If there are more than 2,000 points, 2,000 are used, evenly spaced from first to last.
    """
    if model.activation != RELU.name:
        return tuple(np.zeros(width, dtype=np.bool_) for width in model.widths[1:-1])
    some = points[evenly(len(points), MOST_FOR_DEAD)]
    return network.dead_neurons(model.weights, model.biases, some, model.inputs)
