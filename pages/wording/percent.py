"""Percentages within a sentence of a page."""

from polycore import formatting

NO_BREAK_SPACE = "\u00a0"
_SMALLEST = 2.0**-53  # 1 minus this is the largest number below 1


def percent(share: float) -> str:
    """Return a share from 0 to 1 in percent, as `formatting.percent` does, with no line break before "%"."""
    return formatting.percent(share).replace(" ", NO_BREAK_SPACE)


def probability(share: float) -> str:
    """Return a network's probability in percent: never 0 or 100 %, though rounding may make it 0.0 or 1.0."""
    return percent(min(max(share, _SMALLEST), 1 - _SMALLEST))
