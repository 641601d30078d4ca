"""Table cells in the colors that their labels have in the figures."""

from collections.abc import Iterable

from polycore.pictures.palette import PALETTE, Look


def colors(labels: Iterable[int]) -> list[str]:
    """Return the CSS of each cell: its label's color as background, with black or white text."""
    return [
        f"background-color: {PALETTE[label].color}; color: {_text_color(PALETTE[label])}" for label in labels
    ]


def _text_color(look: Look) -> str:
    """Return black or white, whichever has more contrast with the color (WCAG 2.1: relative luminance)."""
    red, green, blue = (_linear(channel / 255) for channel in look.rgb)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # both contrasts are equal where luminance + 0.05 is the geometric mean of 0.05 and 1.05, which is 0.229
    return "black" if luminance + 0.05 > (0.05 * 1.05) ** 0.5 else "white"


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
