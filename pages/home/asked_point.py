"""The point that Home asks about until the user chooses another."""

from pages.plane.scene import scene_of
from polycore import Experiment
from polycore.polynomials.window import Point

ACROSS = 0.675  # of the range of x: beside the middle, where many curves meet
CLEAR, EDGE = 0.08, 0.15  # of the height of the plane: how far it is from other curves, and from the edges


def of(experiment: Experiment) -> Point:
    """Return a point of one curve, if possible far from the others; without curves, a point of the data."""
    scene = scene_of(experiment)
    if experiment.data is not None and not scene.curves:
        x, y = experiment.data.points[0].tolist()
        return x, y
    (left, right), (low, high) = scene.window
    x, height = float(f"{left + ACROSS * (right - left):.3g}"), high - low
    values = [float(curve(x)) for curve in scene.curves]
    seen = [y for y in values if low + EDGE * height < y < high - EDGE * height] or values
    apart = [
        y for y in seen if all(abs(y - other) > CLEAR * height for other in values if other != y)
    ] or seen
    return x, min(apart, key=lambda y: abs(y - (low + high) / 2))
