"""The painter of maps: each point in the color of its likeliest class, the surer the stronger.

The maps of figures, notebooks, films, HTML pages and live frames are painted here. polycore/web/painter.js
has the same rules for browsers; tests/painting.json has cases for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers
from polycore.pictures.palette import REGION_OPACITY, RGB
from polycore.pictures.png import data_url, indexed_png, scanlines

MOST_LEVELS = 24  # of strength: the eye cannot see more
COLORS = 256  # of a picture: each hue in each of its shades
STRIPES = 8  # pixels from one stripe to the next of the same color
PALE_OPACITY = 0.14  # the hue of a region can still be seen, and every stripe stands out from it

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Painting:
    """A picture in some hues, each in the same shades. The caller of `png` says which hues these are.

    pixels: (rows, columns), the lowest y first; shade s of hue h is h · len(alphas) + s.
    alphas: of each shade, from 0, which shows what is beneath, to 255.
    """

    pixels: Bytes
    alphas: tuple[int, ...]

    def png(self, hues: Sequence[RGB]) -> bytes:
        """Return it as a PNG file."""
        return indexed_png(self.pixels[::-1], color_table(hues, self.alphas))

    def url(self, hues: Sequence[RGB]) -> str:
        """Return the same in a data URL."""
        return data_url(self.png(hues))

    def scanlines(self) -> bytes:
        """Return its pixels as a PNG has them, for a browser to add the colors."""
        return scanlines(self.pixels[::-1])


def regions(probabilities: Floats) -> Painting:
    """Return the map of a network's answers (rows, columns, K), the lowest y first; class k is hue k."""
    levels = levels_of(probabilities.shape[-1])
    return painted(*decided(probabilities, levels), levels)


def differences(first: Integers, second: Integers) -> Painting:
    """Return a map of two answers, the classes (rows, columns); class k is hue k.

    If both are the same it is pale; else diagonal stripes have both colors.
    """
    rows, columns = np.indices(first.shape)
    hues = np.where((rows + columns) % STRIPES < STRIPES // 2, second, first).astype(np.uint8)
    return Painting(2 * hues + (first != second), (round(255 * PALE_OPACITY), 255))


def judged(probabilities: Floats) -> tuple[Bytes, Floats]:
    """Return the likeliest class at each point (...), and how sure that is: 0 by chance, 1 if certain.

    probabilities: (..., K), K at least 2. Of equal ones the first is the likeliest.
    """
    likeliest, chance = probabilities.argmax(axis=-1), 1 / probabilities.shape[-1]
    # in less time than the maximum takes
    highest = np.take_along_axis(probabilities, likeliest[..., np.newaxis], axis=-1)[..., 0]
    confidence: Floats = np.clip((highest - chance) / (1 - chance), 0, 1)
    return likeliest.astype(np.uint8), confidence


def decided(probabilities: Floats, levels: int) -> tuple[Bytes, Bytes]:
    """Return what `judged` does, with the confidence rounded to one of the levels from 0 to `levels`."""
    likeliest, confidence = judged(probabilities)
    return likeliest, np.round(levels * confidence).astype(np.uint8)


def painted(hues: Bytes, strengths: Bytes, levels: int, opacity: float = REGION_OPACITY) -> Painting:
    """Return a picture of hues (rows, columns) in their strengths, from 0 to `levels`."""
    return Painting(hues * np.uint8(levels + 1) + strengths, alphas_of(levels, opacity))


def levels_of(classes: int) -> int:
    """Return how many levels of confidence a map of so many classes has."""
    return min(MOST_LEVELS, COLORS // classes - 1)


def alphas_of(levels: int, opacity: float = REGION_OPACITY) -> tuple[int, ...]:
    """Return the alphas (levels + 1,), from 0 to 255, of which the last has that opacity."""
    return tuple(round(255 * opacity * level / levels) for level in range(levels + 1))


def color_table(hues: Sequence[RGB], alphas: Sequence[int]) -> Bytes:
    """Return red, green, blue and alpha (colors, 4) of each hue in each shade, in the order of `Painting`."""
    return np.array([[*hue, alpha] for hue in hues for alpha in alphas], dtype=np.uint8)
