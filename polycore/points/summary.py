"""What a file says of a point set that it does not hold: its number of points, their SHA-256, the classes."""

import re
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from polycore.checks import checked_whole_number
from polycore.class_name import are_names
from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS, MIN_POINTS
from polycore.points.point_set import PLAIN_AXES, Axes, PointSet, are_axes

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PointsSummary:
    """The number of points, their SHA-256 in hexadecimal, and the names of the classes and of the axes."""

    count: int
    sha256: str
    names: tuple[str, ...]
    axes: Axes = PLAIN_AXES

    @classmethod
    def of(cls, data: PointSet) -> "PointsSummary":
        """Return the summary of a point set."""
        return cls(len(data), data.sha256, data.names, data.axes)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as `summary_of` reads it."""
        # x and y are left out, so that files of points without names of their own keep their bytes
        axes = {} if self.axes == PLAIN_AXES else {"axes": list(self.axes)}
        return {"count": self.count, "sha256": self.sha256, "names": list(self.names)} | axes

    def points(self, points: ArrayLike, labels: ArrayLike) -> PointSet:
        """Return the set of these points (N, 2) and labels (N,).

        Raises PolycoreError unless they are the ones that the summary describes.
        """
        described = PointSet(points, labels, self.names, self.axes)
        if described.sha256 != self.sha256:
            raise PolycoreError("sha256: got that of other points; expected that of the arrays.")
        return described


def summary_of(value: object) -> PointsSummary:
    """Return the summary in the metadata. Raises PolycoreError if there is none."""
    if not isinstance(value, dict) or set(value) - {"axes"} != {"count", "sha256", "names"}:
        raise PolycoreError("data: got other fields; expected count, sha256 and names, and perhaps axes.")
    count = checked_whole_number("count", value["count"], MIN_POINTS, MAX_POINTS)
    sha256, names = value["sha256"], value["names"]
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise PolycoreError("sha256: got something else; expected 64 hexadecimal digits.")
    if not isinstance(names, list) or not are_names(names):
        raise PolycoreError("names: got something else; expected a list of different names of classes.")
    axes = value.get("axes", list(PLAIN_AXES))
    if not isinstance(axes, list) or not are_axes(axes):
        raise PolycoreError("axes: got something else; expected a list of two different names.")
    return PointsSummary(count, sha256, tuple(names), (axes[0], axes[1]))
