"""Where two polynomials cross or touch."""

import math
from itertools import groupby, pairwise, zip_longest
from numbers import Real

from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.polynomials.polynomial import Polynomial, horner

# p and q count as equal at x where they differ by less than this share of the sum of the sizes of
# their terms there. Rounding the coefficients and Horner's rule at degree 12 reach a third of it
# (Higham, Accuracy and Stability of Numerical Algorithms, section 5.1).
_ROUNDING = 1e-14


def crossings(p: Polynomial, q: Polynomial, low: float, high: float) -> tuple[float, ...]:
    """Return each x in [low, high] where p and q cross or touch, sorted, each once.

    Two that come closer than rounding can tell (1e-14 of the sizes of their terms) touch there,
    also at an end. Meant for degrees and coefficients within the limits of `Polynomial.parse`.
    Method: between neighbouring zeros of its derivative p - q only rises or only falls, so a
    change of sign there is one zero, found by bisection, and any other zero lies at a zero of the
    derivative; those are found in the same way, from the last derivative up.
    Raises PolycoreError where p and q are equal (or cannot be told apart anywhere in the range),
    and unless they are polynomials and low < high, both finite numbers.
    """
    for name, polynomial in (("p", p), ("q", q)):
        check_kind(name, polynomial, Polynomial, "Give crossings(p, q, low, high).")
    if p == q:
        raise PolycoreError(
            f"both polynomials are {_shortened(p)}, so they meet everywhere; give two different ones."
        )
    if not (isinstance(low, Real) and isinstance(high, Real)):
        raise PolycoreError(f"the range is from {low!r:.40} to {high!r:.40}; give two finite numbers.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise PolycoreError(f"the range is from {low} to {high}; give two finite numbers, the lower first.")
    ends = {float(low) + 0.0, float(high) + 0.0}
    if low < 0 < high:
        ends.add(0.0)  # tried by itself: bisection would approach it through a thousand powers of two
    zeros: list[float] = []
    for difference, size in reversed(_derivatives(*_difference(p, q))):
        zeros, apart = _zeros(difference, size, sorted(ends.union(zeros)))
    if not apart:
        raise PolycoreError(
            f"{_shortened(p)} and {_shortened(q)} differ by rounding only from {low} to {high}; "
            "give a wider range."
        )
    return tuple(zeros)


def _shortened(polynomial: Polynomial) -> str:
    text = str(polynomial)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _difference(p: Polynomial, q: Polynomial) -> tuple[list[float], list[float]]:
    pairs = list(zip_longest(reversed(p.coefficients), reversed(q.coefficients), fillvalue=0.0))[::-1]
    return [a - b for a, b in pairs], [abs(a) + abs(b) for a, b in pairs]


def _derivatives(difference: list[float], size: list[float]) -> list[tuple[list[float], list[float]]]:
    levels = [(difference, size)]
    while len(difference) > 2:
        difference, size = _derivative(difference), _derivative(size)
        levels.append((difference, size))
    return levels


def _derivative(coefficients: list[float]) -> list[float]:
    degree = len(coefficients) - 1
    return [coefficient * (degree - i) for i, coefficient in enumerate(coefficients[:-1])]


def _zeros(difference: list[float], size: list[float], splits: list[float]) -> tuple[list[float], bool]:
    """Zeros of a difference that is monotone between `splits`; and whether it is ever not zero."""
    groups = [(sign, list(xs)) for sign, xs in groupby(splits, lambda x: _sign(difference, size, x))]
    # zero at neighbours, so zero within rounding between them: one zero, best placed by a zero of
    # the derivative, for the outermost are there only as ends of the range
    outermost = (splits[0], splits[-1])
    touching = [
        min(xs, key=lambda x: (x in outermost, abs(horner(difference, x)))) for sign, xs in groups if not sign
    ]
    crossing = [
        _bisected(difference, left[-1], right[0])
        for (sign_left, left), (sign_right, right) in pairwise(groups)
        if sign_left * sign_right < 0
    ]
    return sorted(touching + crossing), any(sign for sign, _ in groups)


def _sign(difference: list[float], size: list[float], x: float) -> int:
    value = horner(difference, x)
    if value == 0 or abs(value) < _ROUNDING * horner(size, abs(x)):
        return 0
    return 1 if value > 0 else -1


def _bisected(difference: list[float], left: float, right: float) -> float:
    rising = horner(difference, left) < 0
    while left < (middle := left + (right - left) / 2) < right:
        value = horner(difference, middle)
        if value == 0:
            return middle
        if (value < 0) == rising:
            left = middle
        else:
            right = middle
    return left  # the next float is on the other side
