"""Images of the plane: the colours that a map lays beneath its curves."""

import base64

import numpy as np
from numpy.typing import NDArray

from polycore.figures.palette import PALETTE
from polycore.figures.png import rgba_png
from polycore.figures.style import (
    Floats,
    Integers,
)

REGION_OPACITY = 0.72
REGION_LEVELS = 24  # of confidence: as many as the eye can tell, and they halve the image
DIFFERENCE_PIXELS = 4  # of the image for each place, so that stripes are finer than places
STRIPES = 8  # pixels from one to the next of the same colour
PALE_OPACITY = 0.14  # a region's own hue is still seen, and every stripe stands out from it
_COLORS = np.array([look.rgb for look in PALETTE], dtype=np.uint8)


def regions_url(probabilities: Floats) -> str:
    """Return the coloured regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    pixels = np.empty((*probabilities.shape[:2], 4), dtype=np.uint8)
    pixels[..., :3] = _COLORS[probabilities.argmax(axis=-1)]
    pixels[..., 3] = np.round(255 * REGION_OPACITY * _confidence(probabilities))
    return image_url(pixels)


def differences_url(network: Integers, referee: Integers) -> str:
    """Return an image for a map as `regions_url` does, of the classes (ny, nx) that two deciders choose.

    Where both choose the same class its colour is pale; where they differ the colours of both, first the
    network's, are slanting stripes.
    """
    fine = DIFFERENCE_PIXELS
    rows, columns = np.indices((fine * network.shape[0], fine * network.shape[1]))
    of_referee = (rows + columns) % STRIPES < STRIPES // 2
    first, second = (classes.repeat(fine, axis=0).repeat(fine, axis=1) for classes in (network, referee))
    pixels = np.empty((*first.shape, 4), dtype=np.uint8)
    pixels[..., :3] = _COLORS[np.where(of_referee, second, first)]
    pixels[..., 3] = np.where(first == second, round(255 * PALE_OPACITY), 255)
    return image_url(pixels)


def image_url(pixels: NDArray[np.uint8]) -> str:
    """Return pixels (ny, nx, 4), the lowest y first, as a PNG image in a data URL."""
    return "data:image/png;base64," + base64.b64encode(rgba_png(pixels[::-1])).decode("ascii")


def _confidence(probabilities: Floats) -> Floats:
    """Return 0 where the likeliest class is no likelier than by chance, 1 where it is certain, in levels."""
    chance = 1 / probabilities.shape[-1]
    confidence = np.clip((probabilities.max(axis=-1) - chance) / (1 - chance), 0, 1)
    levels: Floats = np.round(confidence * REGION_LEVELS)
    return levels / REGION_LEVELS
