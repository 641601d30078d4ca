"""Activation functions: what a hidden neuron gives for the sum of its weighted inputs and its bias.

To add one, add an entry to ACTIVATIONS: pages, links, files and programs read it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from polycore.arrays import Floats

Scheme = Literal["he", "glorot", "siren"]

LEAK = 0.01  # of leaky ReLU, below 0: A. Maas, A. Hannun, A. Ng, ICML 2013
# GELU in its tanh form: arXiv:1606.08415, section 2
GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715
SATURATED = 20.0  # beyond it the tanh in GELU is 1 to the last bit, and cubes of larger numbers may overflow


@dataclass(frozen=True)
class Activation:
    """An activation function, the same for every hidden neuron.

    Attributes
    ----------
    name
        In experiments, links and files.
    label
        On pages.
    tex
        Its value at z, for TeX.
    value
        Of sums z, of any shape.
    slope
        Its derivative at sums z where its value is a.
    initial_weights
        The scheme that keeps signals in their size from layer to layer.
    program
        The value of an array `values` as a NumPy expression.
    folds
        Whether it is linear on both sides of 0, so that a neuron bends the plane along one line.
    """

    name: str
    label: str
    tex: str
    value: Callable[[Floats], Floats]
    slope: Callable[[Floats, Floats], Floats]
    initial_weights: Scheme
    program: str
    folds: bool = False


# These compute in place: with a new array for each operation GELU took 1.6 times as long.


def _sigmoid(z: Floats) -> Floats:
    # by tanh: exp would overflow
    values: Floats = np.tanh(0.5 * z)
    values *= 0.5
    values += 0.5
    return values


def _leaky_relu(z: Floats) -> Floats:
    values: Floats = np.maximum(z, LEAK * z)
    return values


def _leaky_slope(z: Floats, _: Floats) -> Floats:
    slopes: Floats = np.array([LEAK, 1], z.dtype).take(z > 0)
    return slopes


def _gelu_gate(z: Floats, square: Floats) -> Floats:
    """Return (1 + tanh(...)) / 2, by which GELU multiplies z, for z up to SATURATED and its square."""
    gate = GELU_SCALE * GELU_CUBE * square
    gate += GELU_SCALE
    gate *= z
    np.tanh(gate, out=gate)
    gate += 1
    gate *= 0.5
    return gate


def _gelu(z: Floats) -> Floats:
    near = np.clip(z, -SATURATED, SATURATED)
    values = _gelu_gate(near, near * near)
    values *= z
    return values


def _gelu_slope(z: Floats, _: Floats) -> Floats:
    near = np.clip(z, -SATURATED, SATURATED)
    square = near * near
    gate = _gelu_gate(near, square)
    # of z·g(z): g + z·g', where g' = 2 g (1 - g) times the derivative of what tanh is taken of
    inner = 6 * GELU_SCALE * GELU_CUBE * square
    inner += 2 * GELU_SCALE
    inner *= near
    slopes: Floats = 1 - gate
    slopes *= inner
    slopes += 1
    slopes *= gate
    return slopes


def _silu(z: Floats) -> Floats:
    values = _sigmoid(z)
    values *= z
    return values


def _silu_slope(z: Floats, _: Floats) -> Floats:
    sigmoid = _sigmoid(z)
    slopes: Floats = 1 - sigmoid
    slopes *= z
    slopes += 1
    slopes *= sigmoid
    return slopes


_ALL = (
    Activation(
        "relu",
        "ReLU",
        r"\max(0, z)",
        lambda z: np.maximum(z, 0),
        lambda z, _: (z > 0).astype(z.dtype),
        "he",
        "np.maximum(values, 0)",
        folds=True,
    ),
    Activation(
        "leaky-relu",
        "Leaky ReLU",
        rf"\max({LEAK}\,z, z)",
        _leaky_relu,
        _leaky_slope,
        "he",
        f"np.maximum(values, {LEAK} * values)",
        folds=True,
    ),
    Activation("tanh", "tanh", r"\tanh z", np.tanh, lambda _, a: 1 - a * a, "glorot", "np.tanh(values)"),
    Activation(
        "sigmoid",
        "Sigmoid",
        r"\frac{1}{1 + e^{-z}}",
        _sigmoid,
        lambda _, a: a * (1 - a),
        "glorot",
        "0.5 * np.tanh(0.5 * values) + 0.5",
    ),
    Activation(
        "gelu",
        "GELU",
        r"\frac{z}{2} \left(1 + \tanh\left(\sqrt{2/\pi}\,(z + 0.044715\,z^3)\right)\right)",
        _gelu,
        _gelu_slope,
        "he",
        f"0.5 * values * (1 + np.tanh({GELU_SCALE!r} * (values + {GELU_CUBE} * values**3)))",
    ),
    Activation(
        "silu",
        "SiLU",
        r"\frac{z}{1 + e^{-z}}",
        _silu,
        _silu_slope,
        "he",
        "values * (0.5 * np.tanh(0.5 * values) + 0.5)",
    ),
    Activation("sine", "Sine", r"\sin z", np.sin, lambda z, _: np.cos(z), "siren", "np.sin(values)"),
    Activation(
        "identity", "Identity", "z", lambda z: z.copy(), lambda z, _: np.ones_like(z), "glorot", "values"
    ),
)

# in the order in which pages offer them
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({one.name: one for one in _ALL})
RELU = ACTIVATIONS["relu"]
