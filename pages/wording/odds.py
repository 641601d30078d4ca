"""Odds: how much likelier a class is than all others together."""

MAX_ODDS = 1_000_000  # a larger number says no more than "practically certain"


def odds(probability: float) -> str:
    """Return the odds of a probability from 0 to 1: "3 to 1" for 0.75, "1 to 3" for 0.25.

    Odds beyond a million are not written out: "over 1,000,000 to 1" for 1, "1 to over 1,000,000" for 0.
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
