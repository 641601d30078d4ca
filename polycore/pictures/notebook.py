"""What a notebook shows in place of a representation: a picture, the main facts, and what its colors mean.

The picture is a small PNG file: the map of a network, or points as dots in the colors of their classes.
"""

import html
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, evenly, grid_points
from polycore.checks import shortened
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import Inputs
from polycore.network.parameters import Layers
from polycore.network.plain import predict_proba
from polycore.pictures.painter import decided, painted
from polycore.pictures.palette import PALETTE, class_colors
from polycore.pictures.png import data_url, indexed_png
from polycore.polynomials.classes import Classes
from polycore.polynomials.window import Window

WIDTH, HEIGHT = 240, 160
SQUARES = (1, 2, 4)  # pixels across a square that is evaluated once: the first that a network can afford
MOST_PRODUCTS = 400_000_000  # multiplications of a weight by an input, except with the largest squares
MOST_BYTES = 8_000  # of the file; a map of squares of four pixels cannot have more
LEVELS = 8  # of confidence: fewer than elsewhere, for small files


def map_html(
    value: object,
    alt: str,
    layers: Layers,
    activation: str,
    inputs: Inputs,
    window: Window,
    classes: Classes,
) -> str:
    """Return what a notebook shows of a value with a network: its map, and the facts of its representation.

    layers: the weights and biases, as they act on raw inputs. For the others see `map_png`, `picture_html`.
    """
    weights, biases = zip(*layers, strict=True)
    picture = map_png(weights, biases, activation, inputs, window)
    return picture_html(picture, alt, repr(value).strip("<>"), classes)


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


def _centers(columns: int, rows: int, window: Window) -> Floats:
    """Return the centers (rows·columns, 2) of pixels, row by row from the lowest."""
    (left, right), (low, high) = window
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = low + (np.arange(rows) + 0.5) / rows * (high - low)
    return grid_points(x, y)


# --- points as dots ---------------------------------------------------------------------------

MOST_DOTS = 2000  # more would only cover each other
DOT = 3  # pixels across

_COLORS = np.array([(0, 0, 0, 0), *((*style.rgb, 255) for style in PALETTE)], dtype=np.uint8)


def dots_png(points: Floats, labels: Integers, window: Window) -> bytes:
    """Return the points (N, 2) of classes `labels` (N,) that lie in the window, 240 by 160 pixels.

    At most 2000 dots are drawn, evenly chosen, in turns of their classes; all else is transparent.
    """
    chosen = evenly(len(points), MOST_DOTS)
    rows, columns, shown = _placed(points[chosen], labels[chosen], window)
    order = _in_turns(shown)
    down, across = np.indices((DOT, DOT)).reshape(2, 1, -1)
    picture = np.zeros((HEIGHT + DOT - 1, WIDTH + DOT - 1), dtype=np.uint8)  # a dot on an edge ends beyond it
    picture[rows[order, np.newaxis] + down, columns[order, np.newaxis] + across] = (
        shown[order, np.newaxis] + 1
    )
    middle = DOT // 2
    return indexed_png(picture[middle : middle + HEIGHT, middle : middle + WIDTH], _COLORS)


def _placed(points: Floats, labels: Integers, window: Window) -> tuple[Integers, Integers, Integers]:
    """Return row, column and label of each point that lies in the window."""
    (left, right), (low, high) = window
    across, down = (points[:, 0] - left) / (right - left), (high - points[:, 1]) / (high - low)
    is_inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
    rows = np.minimum(HEIGHT * down[is_inside], HEIGHT - 1).astype(np.intp)
    columns = np.minimum(WIDTH * across[is_inside], WIDTH - 1).astype(np.intp)
    return rows, columns, labels[is_inside]


def _in_turns(labels: Integers) -> NDArray[np.intp]:
    """Return the order in which dots of each class come as evenly as they can: none hides all of another."""
    shares = np.empty(len(labels))
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        shares[own] = (np.arange(len(own)) + 0.5) / len(own)
    return shares.argsort(kind="stable")


# --- the picture with its facts ---------------------------------------------------------------

LONGEST_NAME = 40  # characters of a class


def picture_html(png: bytes, alt: str, facts: str, classes: Classes) -> str:
    """Return a self-contained piece of HTML: a small picture, the facts, and each class beside its color.

    alt: the alternative text of the picture. Names of classes may be anything: all text is escaped.
    """
    legend = " ".join(map(_legend_entry, range(len(classes)), (one.typeset for one in classes)))
    return (
        f'<div style="max-width: {2 * WIDTH}px">'
        f'<img src="{data_url(png)}" alt="{html.escape(alt)}" width="{WIDTH}" height="{HEIGHT}" '
        'style="image-rendering: pixelated; border: 1px solid #808080">'
        f"<div>{html.escape(facts)}</div><div>{legend}</div></div>"
    )


def _legend_entry(label: int, name: str) -> str:
    return (
        f'<span style="display: inline-block"><span style="color: {PALETTE[label].color}">■</span> '
        f"{html.escape(shortened(name, LONGEST_NAME))}</span>"
    )
