"""The median, the 95th percentile and the maximum of times."""

import math
import statistics
from collections.abc import Sequence


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile by nearest rank; infinity if nothing was timed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1] if values else math.inf


def summary(seconds: Sequence[float]) -> str:
    """Return "median / 95th percentile / maximum", in seconds."""
    if not seconds:
        return "none"
    return f"{statistics.median(seconds):.2f} / {p95(seconds):.2f} / {max(seconds):.2f}"
