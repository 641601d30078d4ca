"""Images of the plane, the colors beneath the curves of a map, as PNG in data URLs."""

from polycore.arrays import Floats
from polycore.pictures.painter import regions
from polycore.pictures.palette import class_colors


def regions_url(probabilities: Floats) -> str:
    """Return the colored regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    return regions(probabilities).url(class_colors(probabilities.shape[-1]))
