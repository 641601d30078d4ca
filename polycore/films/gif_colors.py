"""The colors of a film: at most 256, the same in every frame, so that none flickers."""

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers
from polycore.inspection.class_map import ClassMap
from polycore.pictures.palette import PALETTE, REGION_LEVELS, REGION_OPACITY

MOST = 256
GRAYS = 16  # from white, which is color 0, to black: for axes and text
LINE_OPACITIES = (0.86, 1.0)  # of lines and points, and of their edges
WHITE = 255
FINE = 32  # steps of red, green and blue in the table of nearest colors

Pixels = NDArray[np.uint8]


class GifColors:
    """For each class its color in so many strengths: regions have the pale ones, curves the full one.

    rgb: (C, 3), C at most 256.
    """

    def __init__(self, class_count: int) -> None:
        """Divide the colors among the classes, 24 at most."""
        self._levels = min(REGION_LEVELS, (MOST - GRAYS) // class_count - len(LINE_OPACITIES))
        opacities = [
            *(REGION_OPACITY * level / self._levels for level in range(1, self._levels + 1)),
            *LINE_OPACITIES,
        ]
        grays = np.linspace(WHITE, 0, GRAYS)[:, np.newaxis].repeat(3, axis=1)
        ramps = [over_white(np.array(look.rgb), opacities) for look in PALETTE[:class_count]]
        self.rgb: Pixels = np.concatenate([grays, *ramps]).round().astype(np.uint8)
        self._regions = self._region_indices(class_count, len(opacities))
        self._nearest = _nearest_table(self.rgb)

    def regions(self, picture: ClassMap) -> Pixels:
        """Return the colors' indices (rows, columns) of a map: the surer, the stronger, as on the pages."""
        levels = np.round(np.arange(picture.levels + 1) * (self._levels / picture.levels)).astype(np.int64)
        indices: Pixels = self._regions[picture.classes, levels[picture.confidences]]
        return indices

    def nearest(self, rgb: Pixels) -> Pixels:
        """Return the index (...) of the color that is nearest to each of `rgb` (..., 3)."""
        red, green, blue = np.moveaxis(_TO_FINE[rgb], -1, 0)
        indices: Pixels = self._nearest[red, green, blue]
        return indices

    def _region_indices(self, class_count: int, ramp: int) -> Pixels:
        """Return the index of each class (K,) in each level (levels + 1,); level 0 is white."""
        starts = GRAYS - 1 + ramp * np.arange(class_count)[:, np.newaxis]
        indices = starts + np.arange(self._levels + 1)
        indices[:, 0] = 0
        return indices.astype(np.uint8)


def over_white(rgb: Integers, opacities: list[float]) -> Floats:
    """Return a color (3,) over white, in several opacities (N,): (N, 3)."""
    return WHITE + np.outer(opacities, rgb - WHITE)


_TO_FINE = np.round(np.arange(WHITE + 1) * ((FINE - 1) / WHITE)).astype(np.int64)


def _nearest_table(colors: Pixels) -> Pixels:
    """Return the index of the nearest color for FINE steps each of red, green and blue, black to white."""
    steps = np.linspace(0, WHITE, FINE, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    known = colors.astype(np.float32)
    # |a - b|² = |a|² - 2 a·b + |b|², of which |a|² is the same for all colors
    distances = (known**2).sum(axis=1) - 2 * grid @ known.T
    nearest: Pixels = distances.argmin(axis=1).astype(np.uint8)
    return nearest.reshape(FINE, FINE, FINE)
