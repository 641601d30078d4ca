"""What a map shows, in a sentence for those who cannot see it. The text is not escaped."""

from collections.abc import Sequence

import numpy as np

from polycore.formatting import percent
from polycore.polynomials.classes import Classes, counted_classes


def regions(
    classes: Classes,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    areas: Sequence[int],
    probability: float,
) -> str:
    """Name the class with the largest of the regions, and give the mean probability of the likeliest class.

    areas: of each class, in any unit.
    """
    largest = int(np.argmax(areas))
    return (
        f"Map of the most likely of {counted_classes(classes)} for {extent(x_range, y_range)}: "
        f"the largest region, {percent(areas[largest] / sum(areas))} of the plane, is that of "
        f"{classes[largest].spoken}, and the most likely class has a probability of "
        f"{percent(probability)} on average."
    )


def extent(x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    """Say which part of the plane it is."""
    return "x from {:.3g} to {:.3g} and y from {:.3g} to {:.3g}".format(*x_range, *y_range)
