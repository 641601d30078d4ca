"""Images of the plane, the colors beneath the curves of a map, as PNG in data URLs."""

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers
from polycore.pictures.palette import PALETTE, REGION_LEVELS, REGION_OPACITY
from polycore.pictures.png import data_url, rgba_png

DIFFERENCE_PIXELS = 4  # across each grid cell, so that stripes are finer than cells
STRIPES = 8  # pixels from one stripe to the next of the same color
PALE_OPACITY = 0.14  # the hue of a region can still be seen, and every stripe stands out from it
_COLORS = np.array([look.rgb for look in PALETTE], dtype=np.uint8)


def regions_url(probabilities: Floats) -> str:
    """Return the colored regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    pixels = np.empty((*probabilities.shape[:2], 4), dtype=np.uint8)
    pixels[..., :3] = _COLORS[probabilities.argmax(axis=-1)]
    pixels[..., 3] = np.round(255 * REGION_OPACITY * _confidence(probabilities))
    return image_url(pixels)


def differences_url(network: Integers, referee: Integers) -> str:
    """Return an image for a map of where two classifiers differ.

    A cell with one answer has a pale shade of its color; a cell with two has diagonal stripes of both colors.

    Parameters
    ----------
    network, referee
        (ny, nx), the answers of the network and of the Bayes classifier.
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
    """Return RGBA pixels (ny, nx, 4), the lowest y first, as a PNG image in a data URL."""
    return data_url(rgba_png(pixels[::-1]))


def _confidence(probabilities: Floats) -> Floats:
    """Return the confidence in levels, from 0 (no class is likelier than by chance) to 1 (certain)."""
    chance = 1 / probabilities.shape[-1]
    confidence = np.clip((probabilities.max(axis=-1) - chance) / (1 - chance), 0, 1)
    levels: Floats = np.round(confidence * REGION_LEVELS)
    return levels / REGION_LEVELS
