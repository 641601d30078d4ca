"""The vertical distances of a point from curves, and which curves are the nearest, whatever is rounded."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.polynomials.polynomial import Polynomial, horner
from polycore.polynomials.window import Window

# Numbers that are computed from polynomials count as equal if they differ by less than this fraction of the
# summed sizes of the polynomials' terms. Rounding of the coefficients and in Horner's rule at degree 12
# reaches a third of it (Higham, Accuracy and Stability of Numerical Algorithms, section 5.1).
ROUNDING = 1e-14

# Of 15,000 points with Gaussian noise one is more than so many standard deviations from its curve.
NOISE_REACH = 4
# The width of a drawn line as a share of the map's width and height: a point that is chosen by hand on a map
# is no more exact.
LINE = 0.01


def distances_from(curves: Sequence[Polynomial], x: float, y: float) -> tuple[float, ...]:
    """Return the vertical distance of the point (x, y) from each of K curves, (K,).

    It is exactly 0 if rounding alone could make it: of the curve's value, which grows with the terms of the
    polynomial, and of the coordinates themselves, as at a crossing. Infinite if the value is.
    """
    return tuple(
        0.0 if distance <= ROUNDING * (size + abs(y)) < math.inf else distance
        for distance, size in _distances_and_sizes(curves, x, y)
    )


def nearest_to(curves: Sequence[Polynomial], x: float, y: float) -> tuple[int, ...]:
    """Return the indices of the curves that are vertically nearest to the point (x, y), in their order.

    There are several if their distances differ by no more than rounding could make them differ, as at a
    crossing, and none if all are infinitely far.
    """
    pairs = _distances_and_sizes(curves, x, y)
    least, size_of_least = min(pairs, default=(math.inf, 0.0))
    return tuple(
        index
        for index, (distance, size) in enumerate(pairs)
        if distance < math.inf and distance - least <= ROUNDING * (size + size_of_least + abs(y))
    )


def far_from_all(
    curves: Sequence[Polynomial], points: Floats, window: Window, noise: float
) -> NDArray[np.bool_]:
    """Return for each of `points` (N, 2) whether it is far from all curves, (N,); False without curves.

    It is if no line of a map of `window` passes through it, and no curve is vertically within NOISE_REACH
    times `noise`, the standard deviation of points around their curve. Which curve such a point lies on is a
    question without an answer, though a classifier may be certain of one.
    """
    (left, right), (low, high) = window
    across, up = LINE / 2 * (right - left), LINE / 2 * (high - low)
    x, y = points.T
    far = np.full(len(points), bool(curves))
    for curve in curves:
        with np.errstate(over="ignore", invalid="ignore"):  # far out a value may be infinite
            values = np.stack([curve(x - across), curve(x), curve(x + across)])
            on_line = (values.min(axis=0) - up <= y) & (y <= values.max(axis=0) + up)
            far &= ~(on_line | (np.abs(y - values[1]) <= NOISE_REACH * noise))
    return far


def _distances_and_sizes(curves: Sequence[Polynomial], x: float, y: float) -> list[tuple[float, float]]:
    """Return the distance of each curve, and the summed size of its terms at `x`."""
    return [
        (abs(y - curve(x)), horner([abs(number) for number in curve.coefficients], abs(x)))
        for curve in curves
    ]
