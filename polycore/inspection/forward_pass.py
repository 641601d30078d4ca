"""The forward pass of one point: every number, layer by layer, up to the prediction."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polycore.arrays import Floats
from polycore.checks import check_type
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.plain import SMALLEST_PROBABILITY


@dataclass(frozen=True, eq=False)
class DensePass:
    """A dense layer applied to one point. inputs: (n_in,), weights: (n_in, n_out), biases: (n_out,)."""

    inputs: Floats
    weights: Floats
    biases: Floats

    @cached_property
    def products(self) -> Floats:
        """Each input times each of its weights, (n_in, n_out); one column for each neuron."""
        products: Floats = self.inputs[:, np.newaxis] * self.weights
        return products

    @cached_property
    def sums(self) -> Floats:
        """The sum of each neuron's products, (n_out,)."""
        sums: Floats = self.inputs @ self.weights
        return sums

    @property
    def outputs(self) -> Floats:
        """Sums plus biases, (n_out,), the values before the activation, or in the last layer the logits."""
        return self.sums + self.biases


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """A point (2,) and each layer applied to it, the activation between layers and softmax after the last."""

    point: Floats
    layers: tuple[DensePass, ...]

    @property
    def logits(self) -> Floats:
        """The outputs of the last layer, (K,)."""
        return self.layers[-1].outputs

    @property
    def shifted(self) -> Floats:
        """The logits minus the largest of them, (K,), whose exponentials cannot overflow."""
        shifted: Floats = self.logits - self.logits.max()
        return shifted

    @property
    def exponentials(self) -> Floats:
        """The exponential of each shifted logit, (K,)."""
        exponentials: Floats = np.exp(self.shifted)
        return exponentials

    @property
    def probabilities(self) -> Floats:
        """Each exponential as a share of their sum, (K,), which is the softmax."""
        probabilities: Floats = self.exponentials / self.exponentials.sum()
        return probabilities

    @property
    def prediction(self) -> int:
        """The most likely class."""
        return int(self.probabilities.argmax())

    def loss(self, label: int) -> float:
        """Return -log of the probability of class `label`, in nats, clipped as in `cross_entropy`."""
        probability = float(self.probabilities[label])
        return -math.log(min(max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY))


def forward_pass(model: Model, x: float, y: float) -> ForwardPass:
    """Return the forward pass of the point (x, y).

    Parameters
    ----------
    x, y
        Finite and of size at most 1e100.

    Raises
    ------
    PolycoreError
        Unless `model` is a Model.
    """
    check_type("model", model, Model, "For a run, pass run.best or run.current.")
    point = np.array([x, y], dtype=np.float64)
    inputs: Floats = model.inputs.of(point[np.newaxis])[0]
    activation = ACTIVATIONS[model.activation]
    layers = []
    for weights, biases in zip(model.weights, model.biases, strict=True):
        layer = DensePass(inputs, weights, biases[0])
        layers.append(layer)
        inputs = activation.value(layer.outputs)
    return ForwardPass(point, tuple(layers))
