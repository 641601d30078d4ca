"""Images of the plane, the colors beneath the curves of a map, as PNG in data URLs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.figures.style import Figure, Trace, extended, scatter, with_layout
from polycore.pictures.painter import MOST_LEVELS, painted, regions
from polycore.pictures.palette import DARK_PAGE, PALETTE, class_colors, rgb_of


def regions_url(probabilities: Floats) -> str:
    """Return the colored regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    return regions(probabilities).url(class_colors(probabilities.shape[-1]))


# --- the inside of a network: the values of a neuron, and its fold lines ---

POSITIVE_COLOR, NEGATIVE_COLOR = "#1f83d6", "#d9722b"  # both 3:1 and more on the light and the dark page
VALUE_OPACITY = 0.88
FOLD_NAME = "fold line"  # of their traces
FOLD_CASING = "rgba(255, 255, 255, 0.75)"


def values_url(values: Floats) -> str:
    """Return `values` (ny, nx), the lowest y first, as an image: blue above 0, orange below.

    The closer a value is to 0, the more transparent it is; the largest in size is the most opaque.
    """
    largest = np.abs(values).max() or 1.0
    return _url((values < 0).astype(np.uint8), np.abs(values) / largest, [POSITIVE_COLOR, NEGATIVE_COLOR])


def class_url(label: int, probabilities: Floats) -> str:
    """Return the probabilities (ny, nx) of class `label` as an image: the likelier, the more opaque."""
    return _url(np.zeros(probabilities.shape, dtype=np.uint8), probabilities, [PALETTE[label].color])


def with_regions(figure: Figure, url: str, alt: str) -> Figure:
    """Return a copy of a map with the image at `url` for its regions, and `alt` as alternative text."""
    [image] = figure["layout"]["images"]
    return with_layout(figure, images=[image | {"source": url}], meta={"alt": alt})


def with_fold_lines(figure: Figure, lines: Sequence[Floats], clause: str, width: float) -> Figure:
    """Return a copy of a map with fold lines, each (2, 2) from end to end; `clause` describes them."""
    gap = np.full((1, 2), np.nan)
    path = np.concatenate([gap, *(part for line in lines for part in (line, gap))])
    return extended(
        figure,
        [_line(path, FOLD_CASING, width + 2.5), _line(path, DARK_PAGE, width)],
        clause,
    )


def _line(path: Floats, color: str, width: float) -> Trace:
    line = {"color": color, "width": width}
    return scatter(x=path[:, 0], y=path[:, 1], mode="lines", name=FOLD_NAME, line=line, hoverinfo="skip")


def _url(hues: NDArray[np.uint8], shares: Floats, colors: Sequence[str]) -> str:
    strengths = np.round(MOST_LEVELS * shares).astype(np.uint8)
    return painted(hues, strengths, MOST_LEVELS, VALUE_OPACITY).url(list(map(rgb_of, colors)))
