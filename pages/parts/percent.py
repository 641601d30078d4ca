"""Per cent within a sentence of a page."""

from polycore import alternative_text

NO_BREAK = "\u00a0"


def percent(share: float) -> str:
    """Return a share from 0 to 1 in per cent, as alternative texts have it; no line ends before the sign."""
    return alternative_text.percent(share).replace(" ", NO_BREAK)
