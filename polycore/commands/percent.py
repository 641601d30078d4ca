"""Per cent within the lines of a command."""


def percent(share: float) -> str:
    """Return a share from 0 to 1 in per cent with two decimals; only 1 itself as 100."""
    return ">99.99 %" if 0.99995 <= share < 1 else f"{100 * share:.2f} %"
