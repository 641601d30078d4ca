"""The confidence interval of a mean over a few runs."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, takewhile

from polycore.errors import PolycoreError

LEVEL = 0.95


@dataclass(frozen=True)
class Confidence:
    """The mean of some values, and the ends of its 95 % interval, None for a single value."""

    mean: float
    low: float | None
    high: float | None


def confidence(values: Iterable[float]) -> Confidence:
    """Return mean ± t·s/√n, where s is the sample's standard deviation (divided by n - 1).

    The interval contains the true mean in 95 of 100 cases if the values are independent and normally
    distributed.

    Raises
    ------
    PolycoreError
        Unless there are one or more values, all finite.

    References
    ----------
    Student, "The probable error of a mean", 1908.
    """
    numbers = [float(value) for value in values]
    if not numbers or not all(map(math.isfinite, numbers)):
        raise PolycoreError(f"values: got {numbers[:5]}; expected one or more finite numbers.")
    mean = statistics.fmean(numbers)
    if len(numbers) == 1:
        return Confidence(mean, None, None)
    half_width = t_quantile(len(numbers) - 1) * statistics.stdev(numbers) / math.sqrt(len(numbers))
    return Confidence(mean, mean - half_width, mean + half_width)


@lru_cache(maxsize=128)
def t_quantile(degrees: int) -> float:
    """Return the t for which a share of 0.95 of Student's distribution lies within ±t.

    It is computed by bisection over the angle, with which the share rises.

    Parameters
    ----------
    degrees
        Of freedom.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _share_within(middle, degrees) < LEVEL else (low, middle)
    return math.sqrt(degrees) * math.tan(low)


def _share_within(angle: float, degrees: int) -> float:
    """Return the share within ±√degrees·tan(angle). Source: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees % 2
    term, total = (cosine if odd else 1.0), 0.0
    for power in takewhile(lambda power: power <= degrees - 2, count(odd, 2)):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
