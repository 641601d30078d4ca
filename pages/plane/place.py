"""Place: where a point lies among the curves of a scene, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pages.plane.scene import Scene, short_name
from polycore.polynomials.distances import distances_from, nearest_to


@dataclass(frozen=True)
class Place:
    """The point (x, y) among the curves of a scene, which may be unknown."""

    scene: Scene
    x: float
    y: float

    @cached_property
    def distances(self) -> tuple[float, ...]:
        """The vertical distance from each class's curve, 0 up to rounding; () if the curves are unknown."""
        return distances_from(self.scene.curves, self.x, self.y)

    @cached_property
    def nearest(self) -> tuple[int, ...]:
        """The classes whose curves are the nearest; several if rounding cannot tell them apart."""
        return nearest_to(self.scene.curves, self.x, self.y)

    def beside(self, label: int) -> str:
        """Say where the point lies, seen from the curve of the class `label`; "" if that is unknown."""
        if not self.nearest or label >= len(self.distances):
            return ""
        least, own = self.distances[self.nearest[0]], self.distances[label]
        names = self._joined(self.nearest)
        if least == 0 and self.nearest == (label,):
            return "The point lies on its curve."
        if least == 0:
            both = "both " if len(self.nearest) == 2 else ""
            away = "" if label in self.nearest else f"; this curve is {own:.3g} away"
            return f"The point lies on {both}{names}{away}."
        if label not in self.nearest:
            return f"Another curve is nearer: {names}, {least:.3g} away; this one is {own:.3g} away."
        if len(self.nearest) > 1:
            return f"The nearest curves are {names}, each {least:.3g} away."
        return f"Its curve is the nearest, {least:.3g} away."

    def _joined(self, labels: Sequence[int]) -> str:
        """Return the names of curves in a sentence: "p3", "p0 and p3", "p0, p1 and p3"."""
        *others, last = (short_name(self.scene.classes, label) for label in labels)
        return f"{', '.join(others)} and {last}" if others else last
