"""Sketch: the user's own points as they are drawn, before and after they can be trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from polycore import Experiment, PointSet, PolycoreError
from polycore.arrays import Floats, Integers
from polycore.class_name import ClassName
from polycore.limits import MAX_NAME, MAX_POINTS
from polycore.points.point_set import PLAIN_AXES, Axes
from polycore.polynomials.window import Window

STEPS = 1000  # in which a drawn point's coordinates divide the plane
DIGITS = 6  # after the decimal point: what a link stores exactly


class Drawn(NamedTuple):
    """A point, its class, and its name among the points of the browser that draws."""

    key: str
    x: float
    y: float
    label: int


@dataclass(frozen=True)
class Sketch:
    """Points on a window of the plane, of classes with names.

    pen: the browser's component that drew last, and `applied` the number of its last operation. So an
        operation that is sent again, since it may have been lost, is applied once.
    erased: points that Undo may bring back.
    axes: what x and y are called.
    network: the hidden layers that were last chosen by the number of points; None if they are the user's own.
    polynomials: the set-up before, on polynomials; None if there was none.
    """

    names: tuple[ClassName, ...] = (ClassName("A"), ClassName("B"))
    window: Window = ((-1.0, 1.0), (-1.0, 1.0))
    points: tuple[Drawn, ...] = ()
    pen: str = ""
    applied: int = 0
    erased: tuple[Drawn, ...] = ()
    polynomials: Experiment | None = None
    axes: Axes = PLAIN_AXES
    network: tuple[int, ...] | None = None

    @classmethod
    def of(cls, data: PointSet, polynomials: Experiment | None) -> "Sketch":
        """Return the sketch of points that can be trained on."""
        points = zip(data.points.tolist(), data.labels.tolist(), strict=True)
        drawn = tuple(Drawn(f"p{row}", x, y, label) for row, ((x, y), label) in enumerate(points))
        return cls(data.names, data.window, drawn, polynomials=polynomials, axes=data.axes)

    @classmethod
    def snapped(cls, points: Floats, labels: Integers, names: Sequence[str], window: Window) -> "Sketch":
        """Return the sketch of points (N, 2) with labels (N,) in a window, moved to its grid."""
        window = tuple((round(low, DIGITS), round(high, DIGITS)) for low, high in window)  # type: ignore[assignment]
        low, high = np.array(window).T
        places = np.rint((points - low) / (high - low) * STEPS).clip(0, STEPS).astype(int)
        sketch = cls(tuple(ClassName(name[:MAX_NAME]) for name in names), window)
        rows = zip(places.tolist(), labels.tolist(), strict=True)
        drawn = [sketch._placed(f"p{index}", x, y, label) for index, ((x, y), label) in enumerate(rows)]
        return replace(sketch, points=tuple(drawn))

    @property
    def data(self) -> PointSet:
        """The points that can be trained on. Raises PolycoreError, which says what is missing."""
        if not self.points:
            raise PolycoreError(
                "points: got none; expected some of each class. Draw some, or upload a table."
            )
        places, labels = [(x, y) for _, x, y, _ in self.points], [one.label for one in self.points]
        return PointSet(places, labels, self.names, self.axes)

    def after(self, pen: str, operations: Sequence[Mapping[str, Any]]) -> "Sketch":
        """Return the sketch after a browser's operations, without those that are applied already.

        Each has its "number", and "add", a list of [key, column, row, class] on the grid of the plane, and
        lists of keys to "erase" and to "restore".
        """
        sketch = self if pen == self.pen else replace(self, pen=pen, applied=0)
        for operation in operations:
            if operation["number"] > sketch.applied:
                sketch = replace(sketch._changed(operation), applied=operation["number"])
        return sketch

    def named(self, names: Sequence[ClassName]) -> "Sketch":
        """Return the sketch with these names; the points of classes that are gone are gone too."""
        kept = tuple(point for point in self.points if point.label < len(names))
        return replace(self, names=tuple(names), points=kept)

    def _changed(self, operation: Mapping[str, Any]) -> "Sketch":
        erase, restore = set(operation.get("erase", ())), set(operation.get("restore", ()))
        back = [point for point in self.erased if point.key in restore]
        added = [self._placed(*place) for place in operation.get("add", ())]
        points = {point.key: point for point in self.points if point.key not in erase}
        points |= {point.key: point for point in (*back, *added) if point.label < len(self.names)}
        gone = [point for point in self.points if point.key in erase]
        erased = [point for point in self.erased if point.key not in restore] + gone
        return replace(self, points=tuple(points.values())[:MAX_POINTS], erased=tuple(erased)[-MAX_POINTS:])

    def _placed(self, key: str, column: int, row: int, label: int) -> Drawn:
        (left, right), (low, high) = self.window
        return Drawn(key, _on_grid(left, right, column), _on_grid(low, high, row), label)


def _on_grid(low: float, high: float, index: int) -> float:
    return round(low + (high - low) * index / STEPS, DIGITS)


def operations_in(value: Any) -> tuple[str, list[dict[str, Any]]] | None:
    """Return the pen and the operations that a browser sent; None if they are not what its script sends."""
    if not isinstance(value, dict) or not isinstance(value.get("pen"), str) or len(value["pen"]) > 40:
        return None
    operations = value.get("operations")
    if not isinstance(operations, list) or not all(map(_is_operation, operations)):
        return None
    return value["pen"], operations


def _is_operation(value: Any) -> bool:
    if not isinstance(value, dict) or type(value.get("number")) is not int:
        return False
    add = value.get("add", [])
    keys = [value.get("erase", []), value.get("restore", [])]
    return (
        isinstance(add, list)
        and all(isinstance(some, list) and all(map(_is_key, some)) for some in keys)
        and all(isinstance(one, list) and len(one) == 4 and _is_point(*one) for one in add)
    )


def _is_point(key: Any, column: Any, row: Any, label: Any) -> bool:
    indices = all(type(index) is int and 0 <= index <= STEPS for index in (column, row))
    return _is_key(key) and indices and type(label) is int and label >= 0


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40
