"""The palette: how each class looks, the same in every figure.

How it was chosen: every color has a contrast of at least 3:1 (WCAG 2.1, 1.4.11) on the light page and on
the dark one, which leaves luminances from 0.117 to 0.300. Within that band, and with limited chroma, a search
moved the first twelve as far apart as it could for normal vision, protanopia, deuteranopia and tritanopia at
once, because regions of a map differ in color only. They are ordered so that the first few, and the regions
that touch in the tutorial's map, differ most. The last twelve fill the rest of the band.
24 classes cannot differ by color alone: those that share a dash or a symbol have very different colors.
"""

from dataclasses import dataclass

REGION_OPACITY = 0.72  # of a region where a network is certain
CASING = "rgba(255, 255, 255, 0.6)"  # beneath a curve, so that it can be seen over a region of its own color
LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0e1117"
RGB = tuple[int, int, int]  # each from 0 to 255

# Gaps are shorter than in Plotly's own dashes, so that a curve keeps its color over a region.
SOLID, DASH, DOT = "solid", "9px,3px", "4px,2px"
DASH_DOT, LONG_DASH, LONG_DASH_DOT = "9px,3px,2px,3px", "18px,4px", "18px,3px,3px,3px"


def rgb_of(color: str) -> RGB:
    """Return red, green and blue of #rrggbb."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


@dataclass(frozen=True)
class Look:
    """A color as #rrggbb, and the dash of a line and the symbol of a marker as Plotly expects them."""

    color: str
    dash: str
    symbol: str

    @property
    def rgb(self) -> RGB:
        """Red, green and blue, each from 0 to 255."""
        return rgb_of(self.color)


PALETTE = (
    Look("#5159c4", SOLID, "circle"),
    Look("#a39631", SOLID, "square"),
    Look("#b03159", SOLID, "diamond"),
    Look("#38a477", SOLID, "triangle-up"),
    Look("#92478c", DASH, "x"),
    Look("#ed6872", DASH, "triangle-down"),
    Look("#72621b", SOLID, "star"),
    Look("#8b76b1", DOT, "cross"),
    Look("#6b8245", DOT, "hourglass"),
    Look("#bd7d9d", SOLID, "triangle-left"),
    Look("#6d8bf8", DASH, "bowtie"),
    Look("#027365", DOT, "triangle-right"),
    Look("#9d6e0a", DASH_DOT, "triangle-up"),
    Look("#70717e", LONG_DASH, "star"),
    Look("#d35343", LONG_DASH, "cross"),
    Look("#8891be", LONG_DASH, "triangle-right"),
    Look("#648c8a", DASH_DOT, "square"),
    Look("#955342", LONG_DASH_DOT, "circle"),
    Look("#c2549e", LONG_DASH_DOT, "hourglass"),
    Look("#4472d8", LONG_DASH_DOT, "diamond"),
    Look("#7a7a5c", DASH_DOT, "triangle-left"),
    Look("#6d5b73", DASH_DOT, "triangle-down"),
    Look("#897976", LONG_DASH, "bowtie"),
    Look("#879187", LONG_DASH_DOT, "x"),
)


def class_colors(count: int) -> list[RGB]:
    """Return the colors of the first `count` classes."""
    return [look.rgb for look in PALETTE[:count]]
