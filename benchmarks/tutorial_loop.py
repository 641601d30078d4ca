"""The tutorial's random search, written plainly from its description and not optimized.

It uses float64 rows, four draws of normal numbers per step, and all samples in every step, for the accuracy
too. It copies the weights if the loss is lower, and copies the best ones back if it is not. The tutorial's
printing and writing of files are left out.
"""

from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats, Integers
from polycore.network.parameters import Layers

LEARNING_RATE = 0.0005


@dataclass
class Layer:
    """Weights (inputs, neurons) and biases (1, neurons)."""

    weights: Floats
    biases: Floats

    def forward(self, inputs: Floats) -> Floats:
        """Return inputs · weights + biases."""
        outputs: Floats = np.dot(inputs, self.weights) + self.biases
        return outputs

    def mutate(self, rng: np.random.RandomState) -> None:
        """Add LEARNING_RATE times a standard normal number to every weight and bias."""
        self.weights += LEARNING_RATE * rng.standard_normal(self.weights.shape)
        self.biases += LEARNING_RATE * rng.standard_normal(self.biases.shape)

    def copy(self) -> "Layer":
        """Return an independent copy."""
        return Layer(self.weights.copy(), self.biases.copy())


def search(points: Floats, labels: Integers, layers: Layers, steps: int) -> float:
    """Take `steps` steps with a network of two layers, starting from `layers`; return the lowest loss."""
    rng = np.random.RandomState(0)
    layer1, layer2 = (Layer(weights, biases).copy() for weights, biases in layers)
    best1, best2 = layer1.copy(), layer2.copy()
    lowest = _loss(_probabilities(points, layer1, layer2), labels)
    for _ in range(steps):
        layer1.mutate(rng)
        layer2.mutate(rng)
        probabilities = _probabilities(points, layer1, layer2)
        loss = _loss(probabilities, labels)
        _accuracy(probabilities, labels)
        if loss < lowest:
            best1, best2, lowest = layer1.copy(), layer2.copy(), loss
        else:
            layer1, layer2 = best1.copy(), best2.copy()
    return lowest


def _probabilities(points: Floats, layer1: Layer, layer2: Layer) -> Floats:
    values = np.maximum(0, layer1.forward(points))
    logits = layer2.forward(values)
    exponentials = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    probabilities: Floats = exponentials / np.sum(exponentials, axis=1, keepdims=True)
    return probabilities


def _loss(probabilities: Floats, labels: Integers) -> float:
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return float(np.mean(-np.log(clipped[range(len(clipped)), labels])))


def _accuracy(probabilities: Floats, labels: Integers) -> float:
    return float(np.mean(np.argmax(probabilities, axis=1) == labels))
