"""Shares and probabilities in words: percentages within a sentence of a page, and odds."""

from polycore import formatting

NO_BREAK_SPACE = "\u00a0"
_SMALLEST = 2.0**-53  # 1 minus this is the largest number below 1
MAX_ODDS = 1_000_000  # a larger number says no more than "practically certain"


def percent(share: float) -> str:
    """Return a share from 0 to 1 in percent, as `formatting.percent` does, with no line break before "%"."""
    return formatting.percent(share).replace(" ", NO_BREAK_SPACE)


def probability(share: float) -> str:
    """Return a network's probability in percent: never 0 or 100 %, though rounding may make it 0.0 or 1.0."""
    return percent(min(max(share, _SMALLEST), 1 - _SMALLEST))


def odds(probability: float) -> str:
    """Return how much likelier a class is than all others together: "3 to 1" for a probability of 0.75.

    "1 to 3" for 0.25. Odds beyond a million are not written out: "over 1,000,000 to 1" for 1, "1 to over
    1,000,000" for 0.
    """
    others = 1 - probability
    if probability >= others:
        return f"{_ratio(probability, others)} to 1"
    return f"1 to {_ratio(others, probability)}"


def _ratio(larger: float, smaller: float) -> str:
    # compared without dividing: the smaller one may be 0
    if larger > MAX_ODDS * smaller:
        return f"over {MAX_ODDS:,}"
    ratio = larger / smaller
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
