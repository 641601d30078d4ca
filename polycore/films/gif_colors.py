"""The colors of a film: at most 256, the same in every frame, so that none flickers."""

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.pictures.painter import COLORS, MOST_LEVELS, Painting, alphas_of, color_table
from polycore.pictures.palette import class_colors

GRAYS = 16  # from white, which is color 0, to black: for axes and text
LINE_ALPHAS = (219, 255)  # of lines and points, and of their edges
WHITE = 255
FINE = 32  # steps of red, green and blue in the table of nearest colors

Pixels = NDArray[np.uint8]


class GifColors:
    """For each class its color in so many strengths: regions have the pale ones, curves the full one.

    rgb: (C, 3), C at most 256.
    """

    def __init__(self, class_count: int) -> None:
        """Divide the colors among the classes, 24 at most."""
        self._hues = class_colors(class_count)
        levels = min(MOST_LEVELS, (COLORS - GRAYS) // class_count - len(LINE_ALPHAS))
        grays = np.linspace(WHITE, 0, GRAYS).round().astype(np.uint8)[:, np.newaxis].repeat(3, axis=1)
        # what is fully transparent is white, and among the grays
        of_classes = _over_white(color_table(self._hues, (*alphas_of(levels)[1:], *LINE_ALPHAS)))
        self.rgb: Pixels = np.concatenate([grays, of_classes])
        self._nearest = _nearest(_grid(), self.rgb).reshape(FINE, FINE, FINE)

    def of(self, painting: Painting) -> Pixels:
        """Return the pixels (rows, columns) of a map, the lowest y first, in the nearest of these colors."""
        indices: Pixels = _nearest(_over_white(color_table(self._hues, painting.alphas)), self.rgb)
        return indices[painting.pixels]

    def nearest(self, rgb: Pixels) -> Pixels:
        """Return the index (...) of the color that is nearest to each of `rgb` (..., 3)."""
        red, green, blue = np.moveaxis(_TO_FINE[rgb], -1, 0)
        indices: Pixels = self._nearest[red, green, blue]
        return indices


def _over_white(colors: Pixels) -> Pixels:
    """Return colors (N, 4), with alpha, as they look on white: (N, 3)."""
    rgb, alphas = colors[:, :3].astype(np.float64), colors[:, 3:] / WHITE
    mixed: Pixels = (WHITE + alphas * (rgb - WHITE)).round().astype(np.uint8)
    return mixed


_TO_FINE = np.round(np.arange(WHITE + 1) * ((FINE - 1) / WHITE)).astype(np.int64)


def _grid() -> Floats:
    """Return FINE steps each of red, green and blue, from black to white: (FINE³, 3)."""
    steps = np.linspace(0, WHITE, FINE)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)


def _nearest(rgb: Floats | Pixels, colors: Pixels) -> Pixels:
    """Return the index (N,) of the color that is nearest to each of `rgb` (N, 3)."""
    asked, known = rgb.astype(np.float32), colors.astype(np.float32)
    # |a - b|² = |a|² - 2 a·b + |b|², of which |a|² is the same for all colors
    distances = (known**2).sum(axis=1) - 2 * asked @ known.T
    nearest: Pixels = distances.argmin(axis=1).astype(np.uint8)
    return nearest
