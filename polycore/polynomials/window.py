"""Window: the part of the plane that a picture shows, chosen so that curves can be seen in it."""

from collections.abc import Sequence

import numpy as np

from polycore.arrays import Floats
from polycore.polynomials.polynomial import Polynomial

Point = tuple[float, float]  # x and y
Window = tuple[tuple[float, float], tuple[float, float]]  # lowest and highest x, lowest and highest y

RANGE_POSITIONS = 201  # odd, to include the middle of the range
SIZES_SHOWN = 2.5  # a curve is shown up to this multiple of the median curve's size
MOST_FLATTENED = 2.0  # the others may be drawn so many times flatter, for all curves to be seen whole
MARGIN = 0.06


def plane_range(polynomials: Sequence[Polynomial], x_range: tuple[float, float]) -> tuple[float, float]:
    """Return the lowest and the highest y of a window that shows the curves over `x_range`, with a margin.

    The window touches every curve, and shows all of them whole unless that makes it more than twice as high:
    then one that runs much farther than the median curve is cut off, so that a steep curve does not flatten
    the others.
    """
    x = np.linspace(*x_range, RANGE_POSITIONS)
    return shown_range([polynomial(x) for polynomial in polynomials])


def shown_range(curves: Sequence[Floats]) -> tuple[float, float]:
    """Return the lowest and the highest y that show curves, one or more, each given by its y, (N,)."""
    lows = np.array([curve.min() for curve in curves])
    highs = np.array([curve.max() for curve in curves])
    middle = np.median([np.median(curve) for curve in curves])
    sizes = np.sort(np.maximum(highs - middle, middle - lows))
    # the lower median: of two curves the flatter one decides
    reach = SIZES_SHOWN * sizes[(len(sizes) - 1) // 2]
    low = float(np.minimum(np.maximum(lows, middle - reach), highs).min())
    high = float(np.maximum(np.minimum(highs, middle + reach), lows).max())
    if highs.max() - lows.min() <= MOST_FLATTENED * (high - low):
        low, high = float(lows.min()), float(highs.max())
    margin = MARGIN * (high - low) or max(1.0, abs(high))
    return low - margin, high + margin


def cut_off(curves: Sequence[Floats], y_range: tuple[float, float]) -> list[int]:
    """Return the indices of the curves, each given by its y, (N,), that are not all within `y_range`."""
    low, high = y_range
    return [index for index, y in enumerate(curves) if len(y) and (y.min() < low or y.max() > high)]
