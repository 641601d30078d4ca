"""The points at which polynomials cross or touch."""

from collections.abc import Sequence
from itertools import combinations, groupby, pairwise, zip_longest

from polycore.checks import check_type, checked_range, shortened
from polycore.errors import PolycoreError
from polycore.polynomials.distances import ROUNDING
from polycore.polynomials.polynomial import Polynomial, horner


def crossings(p: Polynomial, q: Polynomial, low: float, high: float) -> tuple[float, ...]:
    """Return each x in [low, high] at which p and q cross or touch, sorted, each once.

    If they come closer than rounding can distinguish (1e-14 of the sizes of their terms), they touch there;
    this holds for the ends of the range too. For degrees and coefficients within the limits of
    `Polynomial.parse`.

    Raises
    ------
    PolycoreError
        If p and q are equal or differ only by rounding on the whole range, if one is not a Polynomial, or
        unless low < high, both finite numbers.

    Notes
    -----
    Between neighboring zeros of its derivative, p - q only rises or only falls. So a change of sign there is
    one zero, found by bisection, and any other zero is at a zero of the derivative. Those are found in the
    same way, from the last derivative up.
    """
    for name, polynomial in (("p", p), ("q", q)):
        check_type(name, polynomial, Polynomial, "Give crossings(p, q, low, high).")
    if p == q:
        raise PolycoreError(
            f"p and q: got {shortened(str(p), 60)} twice; expected two different polynomials."
        )
    low, high = checked_range("the range", (low, high))
    ends = {low + 0.0, high + 0.0}  # -0.0 + 0.0 is 0.0
    if low < 0 < high:
        ends.add(0.0)  # tried separately: bisection would approach it through a thousand powers of two
    pairs = list(zip_longest(reversed(p.coefficients), reversed(q.coefficients), fillvalue=0.0))[::-1]
    derivatives = _derivatives([a - b for a, b in pairs], [abs(a) + abs(b) for a, b in pairs])
    zeros: list[float] = []
    for difference, size in reversed(derivatives):
        zeros, differs = _zeros(difference, size, sorted(ends.union(zeros)))
    if not differs:
        raise PolycoreError(
            f"p and q: got {shortened(str(p), 60)} and {shortened(str(q), 60)}, which differ only by "
            f"rounding from {low} to {high}; expected a larger difference. Give a wider range."
        )
    return tuple(zeros)


def crossings_of_pairs(
    polynomials: Sequence[Polynomial], low: float, high: float
) -> dict[tuple[int, int], tuple[float, ...] | None]:
    """Return `crossings` of each pair of polynomials, by their indices (i, j), i < j.

    The value is None if the two are equal or differ only by rounding. Raises PolycoreError unless
    low < high, both finite numbers.
    """
    low, high = checked_range("the range", (low, high))
    return {
        (i, j): _crossings_or_none(polynomials[i], polynomials[j], low, high)
        for i, j in combinations(range(len(polynomials)), 2)
    }


def _crossings_or_none(p: Polynomial, q: Polynomial, low: float, high: float) -> tuple[float, ...] | None:
    try:
        return crossings(p, q, low, high)
    except PolycoreError:  # equal, or different by rounding only
        return None


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
    """Return the zeros of a difference that is monotone between `splits`, and whether it is ever nonzero."""
    groups = [(sign, list(xs)) for sign, xs in groupby(splits, lambda x: _sign(difference, size, x))]
    # Zero at neighbors means zero within rounding between them: a single zero. A zero of the derivative is
    # the best estimate of its position, because the outermost splits are only the ends of the range.
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
    if value == 0 or abs(value) < ROUNDING * horner(size, abs(x)):
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
    return left  # the zero lies between it and the next float
