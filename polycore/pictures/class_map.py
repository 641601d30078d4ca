"""The most likely class at each point of a window of the plane, sharp along the borders between classes.

A coarse grid of cells finds the regions. Only cells beside one of another class are divided further: about
one in ten, so the borders are four times as fine for little more than twice the work. A network with many of
them has borders twice as fine. Inside a region the confidence changes evenly from one cell to the next.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, grid_points, read_only
from polycore.formatting import percent
from polycore.network.activations import ACTIVATIONS, Activation
from polycore.network.features import PLAIN_INPUTS, Inputs
from polycore.network.plain import predict_proba
from polycore.pictures.painter import Bytes, Painting, judged, levels_of, painted
from polycore.polynomials.classes import Classes, counted_classes
from polycore.polynomials.window import Window

# Columns and rows of cells, the first that a network can afford: a page with a map wants three to four of
# them to three.
GRIDS = ((120, 90), (80, 60), (60, 45), (40, 30), (24, 18))
FINE = 4  # pixels across a cell
PIXELS = (1, 2)  # across a square that is evaluated once at a border: the first that a network can afford
# Multiplications of a weight by an input, for the whole map: about 20 ms of a core, or 200 ms if it is sharp
# everywhere.
MOST_PRODUCTS, MOST_PRODUCTS_SHARP = 150_000_000, 1_500_000_000
CELLS_ONLY = 0.6  # share of the products for the cells; the borders have the rest

Singles = NDArray[np.float32]
Answers = Callable[[Floats], tuple[Bytes, Singles, float]]


@dataclass(frozen=True, eq=False)
class ClassMap:
    """A raster of pixels, the lowest y first: FINE by FINE of them to a cell.

    classes: (rows, columns), the most likely class at the center of each pixel.
    confidences: (rows, columns), from 0 (no likelier than by chance) to `levels` (certain).
    levels: the highest of them, which depends on the number of classes.
    areas: the number of pixels of each class (K,).
    probability: the mean probability of the most likely class.

    As in `polycore.figures`, the centers of the outer cells lie on the edges of the window.
    """

    classes: Bytes
    confidences: Bytes
    levels: int
    areas: tuple[int, ...]
    probability: float

    def painting(self) -> Painting:
        """Return it as it is painted; class k is hue k."""
        return painted(self.classes, self.confidences, self.levels)

    def packed(self) -> "PackedMap":
        """Return it for a browser."""
        rows, columns = self.classes.shape
        scanlines = self.painting().scanlines()
        return PackedMap(columns, rows, self.levels, scanlines, self.areas, self.probability)


@dataclass(frozen=True)
class PackedMap:
    """A ClassMap as the contents of a PNG.

    scanlines: the pixels of its painting, as a PNG has them. For the other fields see ClassMap.
    """

    columns: int
    rows: int
    levels: int
    scanlines: bytes
    areas: tuple[int, ...]
    probability: float


def unpacked(picture: PackedMap) -> Bytes:
    """Return the pixels (rows, columns), the lowest y first, of a packed map's painting."""
    lines = np.frombuffer(zlib.decompress(picture.scanlines), dtype=np.uint8)
    return lines.reshape(picture.rows, 1 + picture.columns)[::-1, 1:]


def class_map(
    weights: Sequence[Floats],
    biases: Sequence[Floats],
    window: Window,
    *,
    sharp: bool = False,
    activation: str = "relu",
    inputs: Inputs = PLAIN_INPUTS,
) -> ClassMap:
    """Return the map of a network whose weights act on raw inputs.

    sharp: evaluate every pixel, and not only in cells at a border.
    activation: of the hidden neurons. inputs: what the network gets for a point.
    """
    answers = partial(_answers, weights, biases, ACTIVATIONS[activation], inputs)
    products = sum(layer.size for layer in weights)
    columns, rows = _grid(products * (FINE**2 if sharp else 1), sharp=sharp)
    (left, right), (low, high) = window
    fine_x, fine_y = pixel_centers(left, right, FINE * columns), pixel_centers(low, high, FINE * rows)
    if sharp:
        classes, confidences, probability = _raster(answers, fine_x, fine_y)
        return _map(classes, confidences, biases, probability)
    x, y = np.linspace(left, right, columns), np.linspace(low, high, rows)
    cells, confidences, probability = _raster(answers, x, y)
    pixels, fine_confidences = cells.repeat(FINE, axis=0).repeat(FINE, axis=1), _between_centers(confidences)
    row, column = np.nonzero(_at_border(cells))
    affordable = (size for size in PIXELS if 0 < len(row) * (FINE // size) ** 2 * products <= MOST_PRODUCTS)
    if size := next(affordable, None):
        squares = _squares(row, column, size)
        half = (size - 1) / 2  # in pixels, from the center of a square's first pixel to its own
        centers_x = fine_x[squares[1]] + half * (fine_x[1] - fine_x[0])
        centers_y = fine_y[squares[0]] + half * (fine_y[1] - fine_y[0])
        classes, confidences, _ = answers(np.stack([centers_x, centers_y], axis=-1))
        _fill(pixels, squares, size, classes)
        _fill(fine_confidences, squares, size, confidences)
    return _map(pixels, fine_confidences, biases, probability)


def is_soon_drawn_sharp(weights: Sequence[Floats]) -> bool:
    """Return whether a map that is sharp everywhere needs no more than MOST_PRODUCTS."""
    columns, rows = GRIDS[0]
    return FINE**2 * columns * rows * sum(layer.size for layer in weights) <= MOST_PRODUCTS


def _squares(row: Integers, column: Integers, size: int) -> tuple[Integers, Integers]:
    """Return row and column of the first pixel of each square of `size` by `size` pixels in these cells."""
    inside = np.arange(0, FINE, size)
    shape = (len(row), len(inside), len(inside))
    rows = np.broadcast_to(FINE * row[:, None, None] + inside[:, None], shape)
    columns = np.broadcast_to(FINE * column[:, None, None] + inside, shape)
    return rows.ravel(), columns.ravel()


def _fill(raster: NDArray[Any], squares: tuple[Integers, Integers], size: int, values: NDArray[Any]) -> None:
    """Give every pixel of each square its value."""
    rows, columns = squares
    for down in range(size):
        for across in range(size):
            raster[rows + down, columns + across] = values


def _raster(answers: Answers, x: Floats, y: Floats) -> tuple[Bytes, Singles, float]:
    """Return what `answers` does at the points of a grid, as arrays (len(y), len(x))."""
    classes, confidences, probability = answers(grid_points(x, y))
    shape = len(y), len(x)
    return classes.reshape(shape), confidences.reshape(shape), probability


def _map(classes: Bytes, confidences: Singles, biases: Sequence[Floats], probability: float) -> ClassMap:
    count = biases[-1].size
    areas = tuple(np.bincount(classes.ravel(), minlength=count).tolist())
    levels = levels_of(count)
    shades = np.round(levels * confidences).astype(np.uint8)
    return ClassMap(classes, shades, levels, areas, probability)


def _grid(products_per_cell: int, *, sharp: bool) -> tuple[int, int]:
    most = MOST_PRODUCTS_SHARP if sharp else CELLS_ONLY * MOST_PRODUCTS
    affordable = (grid for grid in GRIDS if grid[0] * grid[1] * products_per_cell <= most)
    return next(affordable, GRIDS[-1])


def pixel_centers(low: float, high: float, count: int) -> Floats:
    """Return the centers of `count` pixels along one side of a map from `low` to `high`, both outer cells."""
    centers = np.linspace(low, high, count // FINE)
    offsets = ((np.arange(FINE) + 0.5) / FINE - 0.5) * (centers[1] - centers[0])
    positions: Floats = (centers[:, np.newaxis] + offsets).ravel()
    return positions


def _answers(
    weights: Sequence[Floats],
    biases: Sequence[Floats],
    activation: Activation,
    inputs: Inputs,
    points: Floats,
) -> tuple[Bytes, Singles, float]:
    """Return the most likely class (N,) at points (N, 2), the confidence (N,), and the mean probability."""
    probabilities = predict_proba(weights, biases, points, activation, inputs)
    classes, confidences = judged(probabilities)
    return classes, confidences.astype(np.float32), float(probabilities.max(axis=1).mean())


def _between_centers(cells: Singles) -> Singles:
    """Return a value for each pixel: between the centers of four cells it changes evenly."""
    rows, columns = cells.shape
    pixels: Singles = _shares(rows).dot(cells).dot(_shares(columns).T)
    return pixels


@lru_cache(maxsize=2 * len(GRIDS))
def _shares(cells: int) -> Singles:
    """Return which share each cell of a row has in the value of each pixel (FINE * cells, cells)."""
    pixels = pixel_centers(0, cells - 1, FINE * cells).clip(0, cells - 1)  # in cells
    shares = np.maximum(0, 1 - np.abs(pixels[:, np.newaxis] - np.arange(cells)))
    return read_only(shares.astype(np.float32))


def _at_border(cells: Bytes) -> NDArray[np.bool_]:
    """Return which cells have another class than one of their four neighbors."""
    border = np.zeros(cells.shape, dtype=np.bool_)
    across, along = cells[:, 1:] != cells[:, :-1], cells[1:] != cells[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= along
    border[:-1] |= along
    return border


# --- the same in words ------------------------------------------------------------------------


def map_in_words(
    classes: Classes,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    areas: Sequence[int],
    probability: float,
) -> str:
    """Name the class with the largest of the regions, and give the mean probability of the likeliest class.

    areas: of each class, in any unit.
    """
    largest = int(np.argmax(areas))
    return (
        f"Map of the most likely of {counted_classes(classes)} for {extent(x_range, y_range)}: "
        f"the largest region, {percent(areas[largest] / sum(areas))} of the plane, is that of "
        f"{classes[largest].spoken}, and the most likely class has a probability of "
        f"{percent(probability)} on average."
    )


def extent(x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    """Say which part of the plane it is."""
    return "x from {:.3g} to {:.3g} and y from {:.3g} to {:.3g}".format(*x_range, *y_range)
