"""Cells of a table that have the colour which their label has in a figure."""

import pandas as pd

from polycore.figures.palette import PALETTE, Look


def colors(labels: "pd.Series[int]") -> list[str]:
    """Return the style of each cell: its label's colour, and black or white ink on it."""
    return [f"background-color: {PALETTE[label].color}; color: {_ink(PALETTE[label])}" for label in labels]


def _ink(look: Look) -> str:
    """Return black or white, whichever stands out more on a colour (WCAG 2.1: relative luminance)."""
    red, green, blue = (_linear(part / 255) for part in look.rgb)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # both have the same contrast at the geometric mean of 0.05 and 1.05, which is 0.229 with the offset
    return "black" if luminance + 0.05 > (0.05 * 1.05) ** 0.5 else "white"


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
