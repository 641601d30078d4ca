"""Percentages within a sentence of a page."""

from polycore import formatting

NO_BREAK_SPACE = "\u00a0"


def percent(share: float) -> str:
    """Return a share from 0 to 1 in percent, as `formatting.percent` does, with no line break before "%"."""
    return formatting.percent(share).replace(" ", NO_BREAK_SPACE)
