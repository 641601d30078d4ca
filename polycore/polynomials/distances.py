"""The vertical distances of a point from curves, and which curves are the nearest, whatever is rounded."""

import math
from collections.abc import Sequence

from polycore.polynomials.polynomial import Polynomial, horner

# Numbers that are computed from polynomials count as equal if they differ by less than this fraction of the
# summed sizes of the polynomials' terms. Rounding of the coefficients and in Horner's rule at degree 12
# reaches a third of it (Higham, Accuracy and Stability of Numerical Algorithms, section 5.1).
ROUNDING = 1e-14


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


def _distances_and_sizes(curves: Sequence[Polynomial], x: float, y: float) -> list[tuple[float, float]]:
    """Return the distance of each curve, and the summed size of its terms at `x`."""
    return [
        (abs(y - curve(x)), horner([abs(number) for number in curve.coefficients], abs(x)))
        for curve in curves
    ]
