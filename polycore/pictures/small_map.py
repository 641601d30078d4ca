"""A small map of a network: the most likely class at each point of the plane, as a PNG file."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import Inputs
from polycore.network.prediction import predict_proba
from polycore.pictures.painter import decided, painted
from polycore.pictures.palette import class_colors
from polycore.polynomials.window import Window

WIDTH, HEIGHT = 240, 160
SQUARES = (1, 2, 4)  # pixels across a square that is evaluated once: the first that a network can afford
MOST_PRODUCTS = 400_000_000  # multiplications of a weight by an input, except with the largest squares
MOST_BYTES = 8_000  # of the file; a map of squares of four pixels cannot have more
LEVELS = 8  # of confidence: fewer than elsewhere, for small files


def map_png(
    weights: Sequence[Floats],
    biases: Sequence[Floats],
    activation: str,
    inputs: Inputs,
    window: Window,
) -> bytes:
    """Return the map of a network whose weights act on raw inputs, over the window's ranges of x and y.

    It has 240 by 160 pixels, or a half or a quarter of that in each direction if the network is large, or its
    map full of detail. A pixel has the color of the most likely class at its center; the less confident the
    network, the more transparent.
    """
    products = sum(layer.size for layer in weights)
    png = b""
    for square in SQUARES:
        columns, rows = WIDTH // square, HEIGHT // square
        if columns * rows * products > MOST_PRODUCTS and square != SQUARES[-1]:
            continue
        points = _centers(columns, rows, window)
        probabilities = predict_proba(weights, biases, points, ACTIVATIONS[activation], inputs)
        classes, strengths = decided(probabilities.reshape(rows, columns, -1), LEVELS)
        png = painted(classes, strengths, LEVELS).png(class_colors(probabilities.shape[1]))
        if len(png) <= MOST_BYTES:
            break
    return png


def _centers(columns: int, rows: int, window: Window) -> NDArray[np.float64]:
    """Return the centers (rows·columns, 2) of pixels, row by row from the lowest."""
    (left, right), (low, high) = window
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = low + (np.arange(rows) + 0.5) / rows * (high - low)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
