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
class ClassStyle:
    """How a class is drawn, with colors as #rrggbb, and dashes and symbols as Plotly expects them.

    dash: of its lines. symbol: of its markers.
    """

    color: str
    dash: str
    symbol: str

    @property
    def rgb(self) -> RGB:
        """Red, green and blue, each from 0 to 255."""
        return rgb_of(self.color)


PALETTE = (
    ClassStyle("#5159c4", SOLID, "circle"),
    ClassStyle("#a39631", SOLID, "square"),
    ClassStyle("#b03159", SOLID, "diamond"),
    ClassStyle("#38a477", SOLID, "triangle-up"),
    ClassStyle("#92478c", DASH, "x"),
    ClassStyle("#ed6872", DASH, "triangle-down"),
    ClassStyle("#72621b", SOLID, "star"),
    ClassStyle("#8b76b1", DOT, "cross"),
    ClassStyle("#6b8245", DOT, "hourglass"),
    ClassStyle("#bd7d9d", SOLID, "triangle-left"),
    ClassStyle("#6d8bf8", DASH, "bowtie"),
    ClassStyle("#027365", DOT, "triangle-right"),
    ClassStyle("#9d6e0a", DASH_DOT, "triangle-up"),
    ClassStyle("#70717e", LONG_DASH, "star"),
    ClassStyle("#d35343", LONG_DASH, "cross"),
    ClassStyle("#8891be", LONG_DASH, "triangle-right"),
    ClassStyle("#648c8a", DASH_DOT, "square"),
    ClassStyle("#955342", LONG_DASH_DOT, "circle"),
    ClassStyle("#c2549e", LONG_DASH_DOT, "hourglass"),
    ClassStyle("#4472d8", LONG_DASH_DOT, "diamond"),
    ClassStyle("#7a7a5c", DASH_DOT, "triangle-left"),
    ClassStyle("#6d5b73", DASH_DOT, "triangle-down"),
    ClassStyle("#897976", LONG_DASH, "bowtie"),
    ClassStyle("#879187", LONG_DASH_DOT, "x"),
)


def class_colors(count: int) -> list[RGB]:
    """Return the colors of the first `count` classes."""
    return [style.rgb for style in PALETTE[:count]]
