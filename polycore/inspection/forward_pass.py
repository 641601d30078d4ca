"""One point on its way through a network: every number, layer by layer, up to the answer."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polycore.arrays import Floats
from polycore.checks import check_kind
from polycore.model.model import Model
from polycore.network.plain import SMALLEST_PROBABILITY, relu


@dataclass(frozen=True, eq=False)
class DensePass:
    """What a dense layer makes of one point. inputs: (n_in,), weights: (n_in, n_out), biases: (n_out,)."""

    inputs: Floats
    weights: Floats
    biases: Floats

    @cached_property
    def products(self) -> Floats:
        """Each input times each of its weights, (n_in, n_out); a column is a neuron's."""
        products: Floats = self.inputs[:, np.newaxis] * self.weights
        return products

    @cached_property
    def sums(self) -> Floats:
        """What each neuron's products add up to, (n_out,)."""
        sums: Floats = self.inputs @ self.weights
        return sums

    @property
    def outputs(self) -> Floats:
        """Sums plus biases, (n_out,); before ReLU, or the logits."""
        return self.sums + self.biases


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """A point (2,) and its way through all layers; between them stands ReLU, behind the last softmax."""

    point: Floats
    layers: tuple[DensePass, ...]

    @property
    def logits(self) -> Floats:
        """What the last layer puts out, (K,)."""
        return self.layers[-1].outputs

    @property
    def shifted(self) -> Floats:
        """The logits minus the largest, (K,): exponentials of these cannot overflow."""
        shifted: Floats = self.logits - self.logits.max()
        return shifted

    @property
    def exponentials(self) -> Floats:
        """The exponential of each shifted logit, (K,)."""
        exponentials: Floats = np.exp(self.shifted)
        return exponentials

    @property
    def probabilities(self) -> Floats:
        """Each exponential as a share of their sum, (K,): the softmax."""
        probabilities: Floats = self.exponentials / self.exponentials.sum()
        return probabilities

    @property
    def prediction(self) -> int:
        """The most likely class."""
        return int(self.probabilities.argmax())

    def loss(self, label: int) -> float:
        """Return -log of the probability of class `label`, in nats, clipped as `cross_entropy` does."""
        probability = float(self.probabilities[label])
        return -math.log(min(max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY))


def forward_pass(model: Model, x: float, y: float) -> ForwardPass:
    """Return the way of the point (x, y), finite and of size at most 1e100, through the model.

    Raises PolycoreError unless `model` is a Model.
    """
    check_kind("model", model, Model, "Of a run, give run.best or run.current.")
    point = np.array([x, y], dtype=np.float64)
    inputs: Floats = point
    layers = []
    for weights, biases in zip(model.weights, model.biases, strict=True):
        layer = DensePass(inputs, weights, biases[0])
        layers.append(layer)
        inputs = relu(layer.outputs)
    return ForwardPass(point, tuple(layers))
