"""Images of the plane, the colors beneath the curves of a map, as PNG in data URLs."""

from polycore.arrays import Floats, Integers
from polycore.pictures.painter import differences, regions
from polycore.pictures.palette import PALETTE, class_colors

DIFFERENCE_PIXELS = 4  # across each grid cell, so that stripes are finer than cells


def regions_url(probabilities: Floats) -> str:
    """Return the colored regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    return regions(probabilities).url(class_colors(probabilities.shape[-1]))


def differences_url(network: Integers, referee: Integers) -> str:
    """Return an image for a map of where two classifiers differ.

    A cell with one answer has a pale shade of its color; a cell with two has diagonal stripes of both colors.

    Parameters
    ----------
    network, referee
        (ny, nx), the answers of the network and of the Bayes classifier.
    """
    fine = DIFFERENCE_PIXELS
    first, second = (classes.repeat(fine, axis=0).repeat(fine, axis=1) for classes in (network, referee))
    return differences(first, second).url(class_colors(len(PALETTE)))
