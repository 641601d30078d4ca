"""Answer a point from a weight file, with NumPy alone: python read_weights.py WEIGHTS.npz X Y."""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

# docs/weight-file.md describes the format. Most networks have ReLU and the inputs x and y, as the tutorial's;
# the others have format 3.
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky-relu": lambda z: np.maximum(z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(0.5 * z),  # 1 / (1 + exp(-z)), and never overflows
    "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "silu": lambda z: z * (0.5 + 0.5 * np.tanh(0.5 * z)),
    "sine": np.sin,
    "identity": lambda z: z,
}
FEATURES: dict[str, Callable[[float, float], float]] = {
    "x": lambda x, _: x,
    "y": lambda _, y: y,
    "x2": lambda x, _: x**2,
    "x3": lambda x, _: x**3,
    "x4": lambda x, _: x**4,
    "y2": lambda _, y: y**2,
    "xy": lambda x, y: x * y,
    "sin": lambda x, _: np.sin(np.pi * x),
}

if len(sys.argv) != 4:
    sys.exit(__doc__)
x, y = float(sys.argv[2]), float(sys.argv[3])

# np.load refuses pickled objects: nothing in the file is executed
with np.load(sys.argv[1]) as file:
    arrays = dict(file)
metadata: dict[str, Any] = {"format": 1}  # of the tutorial's files, which have none
if "metadata" in arrays:
    metadata = json.loads(str(arrays["metadata"]))
if not any(name.startswith(("weights_l", "layer_weights_")) for name in arrays):
    sys.exit("read_weights.py: got no weights; expected a weight file.")
match metadata["format"]:
    case 1 | 2:
        weights, biases, activation, features = "weights_l", "biases_l", "relu", ["x", "y"]
    case 3:
        weights, biases = "layer_weights_", "layer_biases_"
        activation, features = metadata["activation"], metadata["features"]
    case other:
        sys.exit(f"read_weights.py: got format {other}; expected 1, 2 or 3.")
layers = sum(name.startswith(weights) for name in arrays)

# the inputs of the first layer
curves = metadata.get("polynomials", [])  # coefficients, highest degree first
values = np.array([FEATURES[name](x, y) for name in features if name != "distances"])
if "distances" in features:
    values = np.append(values, [y - np.polyval(curve, x) for curve in curves])

# dot, add, activation, dot, add, ..., softmax
for layer in range(1, layers + 1):
    values = values @ arrays[f"{weights}{layer}"] + arrays[f"{biases}{layer}"].ravel()
    if layer < layers:
        values = ACTIVATIONS[activation](values)
exponentials = np.exp(values - values.max())  # of at most 0, so that none overflows
probabilities = exponentials / exponentials.sum()

names = metadata.get("classes") or [" ".join(f"{number:g}" for number in curve) for curve in curves]
for index, probability in enumerate(probabilities):
    print(f"{probability:.12f}", names[index] if names else f"class {index}")
