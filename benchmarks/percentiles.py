"""The middle, the 95th percentile and the longest of some times."""

import math
import statistics
from collections.abc import Sequence


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile by nearest rank; infinity of nothing, for what never came."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1] if values else math.inf


def told(seconds: Sequence[float]) -> str:
    """Return median / 95th percentile / longest, in seconds."""
    if not seconds:
        return "none"
    return f"{statistics.median(seconds):.2f} / {p95(seconds):.2f} / {max(seconds):.2f}"
