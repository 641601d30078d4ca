"""Odds: how much likelier a class is than all the others together."""

MOST = 1_000_000  # beyond it the number means no more than "practically certain"


def odds(probability: float) -> str:
    """Return the odds of a probability from 0 to 1: "3 to 1" for 0.75, "1 to 3" for 0.25.

    They end at a million: "over 1,000,000 to 1" for 1, "1 to over 1,000,000" for 0.
    """
    others = 1 - probability
    if probability >= others:
        return f"{_times(probability, others)} to 1"
    return f"1 to {_times(others, probability)}"


def _times(larger: float, smaller: float) -> str:
    # compared without dividing: the smaller one may be 0
    if larger > MOST * smaller:
        return f"over {MOST:,}"
    ratio = larger / smaller
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
