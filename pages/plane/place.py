"""Place: where a point lies among the curves of a scene, in words."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pages.plane.scene import Scene, short_name
from pages.wording.words import listed
from polycore.polynomials.distances import NOISE_REACH, distances_from, far_from_all, nearest_to

MOST_TIMES = 1000  # the noise: a larger multiple says no more
ON_ITS_CURVE, FAR = "The point lies on its curve.", "No curve is near"


@dataclass(frozen=True)
class Place:
    """The point (x, y) among the curves of a scene, which may be unknown.

    noise: the standard deviation of points around their curve.
    """

    scene: Scene
    x: float
    y: float
    noise: float = 0.0

    @cached_property
    def distances(self) -> tuple[float, ...]:
        """The vertical distance from each class's curve, 0 up to rounding; () if the curves are unknown."""
        return distances_from(self.scene.curves, self.x, self.y)

    @cached_property
    def nearest(self) -> tuple[int, ...]:
        """The classes whose curves are the nearest; several if rounding cannot tell them apart."""
        return nearest_to(self.scene.curves, self.x, self.y)

    @cached_property
    def is_far(self) -> bool:
        """Whether the point is so far from all curves that it can be a point of none: see `far_from_all`."""
        if not self.nearest:
            return False
        [far] = far_from_all(self.scene.curves, np.array([[self.x, self.y]]), self.scene.window, self.noise)
        return bool(far)

    @property
    def heading(self) -> str:
        """What stands in place of a curve's name above an answer about a far point; "" for any other."""
        return FAR if self.is_far else ""

    def __str__(self) -> str:
        """Say on which curves the point lies, or how far it is from the nearest; "" if none are known."""
        if not self.nearest:
            return ""
        if self.is_far:
            return f"{FAR} the point. {self.how_far}{self.reach}"
        if self._least == 0:
            return f"The point lies on {'both ' if len(self.nearest) == 2 else ''}{self._names}."
        if len(self.nearest) > 1:
            return f"The nearest curves are {self._names}, each {self._least:.3g} away."
        return f"The nearest curve is {self._names}, {self._least:.3g} away."

    @property
    def how_far(self) -> str:
        """Say how far from the nearest curve a far point is."""
        is_away = f"{'are each' if len(self.nearest) > 1 else 'is'} {self._least:.3g} away"
        times = f", {self._times_the_noise} times the noise" if self.noise else ""
        return f"The nearest, {self._names}, {is_away}{times}."

    @property
    def reach(self) -> str:
        """Say how rare such a distance is, as a sentence to append to `how_far`; "" without noise."""
        if not self.noise:
            return ""
        return f" Only one point in 15,000 is more than {NOISE_REACH} times the noise from its curve."

    def beside(self, label: int) -> str:
        """Say where the point lies, seen from the curve of the class `label`; "" if none are known."""
        if not self.nearest or label >= len(self.distances):
            return ""
        own = self.distances[label]
        if label not in self.nearest and self._least == 0:
            return f"{str(self).removesuffix('.')}; this curve is {own:.3g} away."
        if label not in self.nearest:
            nearest = f"Another curve is nearer: {self._names}, {self._least:.3g} away"
            return f"{nearest}; this one is {own:.3g} away."
        if len(self.nearest) > 1:
            return str(self)
        return f"Its curve is the nearest, {own:.3g} away." if own else ON_ITS_CURVE

    @property
    def _least(self) -> float:
        return self.distances[self.nearest[0]]

    @property
    def _names(self) -> str:
        return listed(short_name(self.scene.classes, label) for label in self.nearest)

    @property
    def _times_the_noise(self) -> str:
        times = self._least / self.noise
        return (
            f"over {MOST_TIMES:,}" if times > MOST_TIMES else f"{times:.2g}" if times < 10 else f"{times:.0f}"
        )
