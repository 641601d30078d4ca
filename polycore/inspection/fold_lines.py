"""Fold lines: the lines on which a neuron's value before ReLU is 0, and along which ReLU bends the plane."""

import numpy as np

from polycore.arrays import Floats
from polycore.polynomials.window import Window


def straight_fold(weights: Floats, bias: float, window: Window) -> Floats | None:
    """Return the ends (2, 2) of the line weights · (x, y) + bias = 0 within the window.

    `weights` (2,) and `bias` are those of a neuron in the first layer. Returns None if the line does not
    cross the window, or if both weights are 0 and there is no line.
    """
    normal = np.asarray(weights, dtype=np.float64)
    size = np.abs(normal).max()
    if size == 0:
        return None
    normal, offset = normal / size, bias / size
    lows, highs = np.array(window).T
    middle = (lows + highs) / 2
    start = middle - (normal @ middle + offset) / (normal @ normal) * normal  # the nearest point of the line
    direction = np.array([-normal[1], normal[0]])
    first, last = -np.inf, np.inf
    for axis in range(2):  # Liang-Barsky clipping: the part of the line between each pair of edges
        if direction[axis] == 0:
            if not lows[axis] <= start[axis] <= highs[axis]:
                return None
            continue
        with np.errstate(over="ignore"):  # a line that is almost parallel to the edges: infinity is correct
            ends = sorted((np.array([lows[axis], highs[axis]]) - start[axis]) / direction[axis])
        first, last = max(first, ends[0]), min(last, ends[1])
    return np.array([start + first * direction, start + last * direction]) if first < last else None


def zero_lines(x: Floats, y: Floats, values: Floats) -> Floats:
    """Return the segments (S, 2, 2) along which `values` (ny, nx) on the grid x (nx,), y (ny,) are 0.

    Each cell of the grid is split into two triangles, and the values are interpolated linearly in each: no
    case is ambiguous, and the line of a linear function is exact. A value of 0 counts as above 0.
    """
    corners, heights = _triangles(np.stack(np.meshgrid(x, y), axis=-1)), _triangles(values)
    above = heights >= 0
    cut = above.any(axis=1) & ~above.all(axis=1)
    return _cut(corners[cut], heights[cut])


def _triangles(grid: Floats) -> Floats:
    """Return the values at the corners of both triangles of each cell, (T, 3, ...)."""
    low_left, low_right = grid[:-1, :-1], grid[:-1, 1:]
    high_left, high_right = grid[1:, :-1], grid[1:, 1:]
    halves = ((low_left, low_right, high_left), (high_right, high_left, low_right))
    stacked = np.concatenate([np.stack(half, axis=2) for half in halves])
    return stacked.reshape(-1, 3, *grid.shape[2:])


def _cut(corners: Floats, heights: Floats) -> Floats:
    """Return the segment (T, 2, 2) at height 0 of triangles (T, 3, 2) whose heights (T, 3) change sign."""
    above = heights >= 0
    # one corner is alone on its side of 0: the line cuts both edges at that corner
    alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))
    rows = np.arange(len(alone))
    ends = []
    for step in (1, 2):
        other = (alone + step) % 3
        share = heights[rows, alone] / (heights[rows, alone] - heights[rows, other])
        edge = corners[rows, other] - corners[rows, alone]
        ends.append(corners[rows, alone] + share[:, np.newaxis] * edge)
    return np.stack(ends, axis=1)
