"""A small map of a network: the most likely class at each point of the plane, as a PNG file."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import Inputs
from polycore.network.prediction import predict_proba
from polycore.pictures.palette import PALETTE, REGION_OPACITY
from polycore.pictures.png import indexed_png
from polycore.polynomials.window import Window

WIDTH, HEIGHT = 240, 160
SQUARES = (1, 2, 4)  # pixels across a square that is evaluated once: the first that a network can afford
MOST_PRODUCTS = 400_000_000  # multiplications of a weight by an input, but for the largest squares
MOST_BYTES = 8_000  # of the file; a map of squares of four pixels cannot have more
LEVELS = 8  # of confidence; with 24 classes and transparency there are 216 colors of 256


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
        png = indexed_png(_indices(probabilities).reshape(rows, columns), _colors(probabilities.shape[1]))
        if len(png) <= MOST_BYTES:
            break
    return png


def _centers(columns: int, rows: int, window: Window) -> NDArray[np.float64]:
    """Return the centers (rows·columns, 2) of pixels, row by row from the top."""
    (left, right), (low, high) = window
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = high - (np.arange(rows) + 0.5) / rows * (high - low)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _indices(probabilities: Floats) -> NDArray[np.uint8]:
    chance = 1 / probabilities.shape[1]
    confidence = np.clip((probabilities.max(axis=1) - chance) / (1 - chance), 0, 1)
    levels = np.round(LEVELS * confidence).astype(np.uint8)
    indices: NDArray[np.uint8] = (LEVELS + 1) * probabilities.argmax(axis=1).astype(np.uint8) + levels
    return indices


def _colors(classes: int) -> NDArray[np.uint8]:
    """Return the colors (classes·levels, 4), level by level from transparent to certain for each class."""
    alpha = np.round(255 * REGION_OPACITY * np.arange(LEVELS + 1) / LEVELS)
    colors = [[*look.rgb, round(opacity)] for look in PALETTE[:classes] for opacity in alpha]
    return np.array(colors, dtype=np.uint8)
