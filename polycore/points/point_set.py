"""PointSet: points of the user's own, each of one of a few named classes, and what a file says of them."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.arrays import by_fields
from polycore.checks import as_array, check_points_shape, checked_whole_number, described, real_array
from polycore.class_name import ClassName, are_names, checked_names, composed, is_name
from polycore.errors import PolycoreError
from polycore.formatting import counted
from polycore.limits import MAX_CLASSES, MAX_COORDINATE, MAX_NAME, MAX_POINTS, MIN_POINTS
from polycore.points.table import Columns, Table, table_of_points
from polycore.polynomials.window import Window
from polycore.quoting import quoted

Axes = tuple[str, str]  # what x and y are called

PLAIN_AXES: Axes = ("x", "y")

# Standardizing subtracts the mean and divides by the deviation: of points that are equal in most of their
# digits it would leave rounding errors.
MARGIN = 0.06  # of the plane around the points, as a share of their range
MIN_DEVIATION, MIN_RELATIVE_DEVIATION = 1e-3, 1e-3


@dataclass(frozen=True, eq=False, repr=False)
class PointSet:
    """Points (x, y), each of a class, and a name for each class.

    The arrays are kept as read-only copies, float64 and int64. Sets are equal if their points, labels and
    names are, whatever their axes are called.

    Parameters
    ----------
    points
        (N, 2), 2 to 20,000 rows of finite numbers of size at most 1e6. The standard deviation of each
        coordinate is at least 0.001, and at least 0.001 of the largest size of that coordinate.
    labels
        (N,), either the indices of the classes, 0 to K-1, or their names. Names are numbered in the order in
        which they first appear, unless `names` says otherwise.
    names
        Of 2 to 24 classes, different texts of 1 to 40 printable characters; every class has a point. None:
        the labels' own names, or "class 0", "class 1", ... for indices.
    axes
        What the coordinates are called in figures: two different texts of 1 to 40 printable characters.

    Raises
    ------
    PolycoreError
        For anything else, with the argument, what it got and what is allowed.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: tuple[ClassName, ...]
    axes: Axes

    def __init__(
        self,
        points: ArrayLike,
        labels: ArrayLike,
        names: Sequence[str] | None = None,
        axes: Sequence[str] = PLAIN_AXES,
    ) -> None:
        """Check and copy the arguments; see the class."""
        checked_points = _checked_points(points)
        checked_labels, known_names = _checked_classes(labels, names, len(checked_points))
        for array in (checked_points, checked_labels):
            array.setflags(write=False)
        object.__setattr__(self, "points", checked_points)
        object.__setattr__(self, "labels", checked_labels)
        object.__setattr__(self, "names", known_names)
        object.__setattr__(self, "axes", _checked_axes(axes))

    __reduce__ = by_fields

    def __repr__(self) -> str:
        """The numbers of points and classes: there may be 20,000 points."""
        return f"<PointSet: {counted(len(self), 'point')}, {counted(self.class_count, 'class', 'classes')}>"

    def __len__(self) -> int:
        return len(self.points)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PointSet):
            return NotImplemented
        return self.names == other.names and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash((self.names, self.sha256))

    @classmethod
    def from_csv(
        cls, content: str | bytes, columns: Columns | tuple[str, str, str] | None = None
    ) -> "PointSet":
        """Return the points of a CSV table, of the kinds that spreadsheets and programs write.

        Labels are whole numbers, names, or formulas such as x^2 - 1. The axes have the names of the columns
        in the header, if there is one.

        Parameters
        ----------
        content
            At most 4 MiB; bytes in UTF-8, or UTF-16 with a byte order mark. Commas, semicolons or tabs
            separate the fields; decimals have a point, or a comma; a header may come first.
        columns
            Of x, y and the label, by the names in the header. None: as their names or contents say.

        Raises
        ------
        PolycoreError
            For anything else, with the line and the column.
        """
        table, chosen = table_of_points(content, columns)
        return cls.from_table(table, chosen)

    @classmethod
    def from_table(cls, table: Table, columns: Columns) -> "PointSet":
        """Return the points in three columns of a table. Raises PolycoreError as `Table.points` does."""
        points, labels, names = table.points(columns)
        header = table.header or ("",) * len(table.columns)
        return cls(points, labels, names, _axes_named(header[columns.x], header[columns.y]))

    @classmethod
    def from_frame(cls, frame: Any, x: str = "x", y: str = "y", label: str = "label") -> "PointSet":
        """Return the points in the columns `x`, `y` and `label` of a pandas.DataFrame.

        As in a CSV table, labels that are texts are compared in Unicode's form NFC.

        Raises
        ------
        PolycoreError
            If there is no such column, and as the constructor does.
        """
        for column in (x, y, label):
            if column not in frame:
                available = ", ".join(quoted(str(name), MAX_NAME) for name in frame)
                raise PolycoreError(
                    f"frame: got the columns {available}; expected one named {quoted(column, MAX_NAME)}. "
                    "Name the columns with x=, y= and label=."
                )
        labels = frame[label].to_numpy()
        if labels.dtype.kind == "O":
            labels = np.array(
                [composed(one) if isinstance(one, str) else one for one in labels], dtype=object
            )
        points = np.column_stack([frame[x], frame[y]])
        return cls(points, labels, axes=_axes_named(str(x), str(y)))

    @property
    def class_count(self) -> int:
        """The number of classes."""
        return len(self.names)

    @cached_property
    def window(self) -> Window:
        """The ranges of x and y of a plane that shows all points, with a margin, rounded outward."""
        x, y = self.points.T
        return _rounded_range(x.min(), x.max()), _rounded_range(y.min(), y.max())

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the points and labels, in hexadecimal.

        It is computed from the points as little-endian float64, x, y, x, y, ..., and after them the labels as
        little-endian int64.
        """
        digest = hashlib.sha256(self.points.astype("<f8").tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()


def are_axes(values: Sequence[object]) -> bool:
    """Return whether `values` can be the names of the axes of a PointSet."""
    return len(values) == 2 and all(map(is_name, values)) and values[0] != values[1]


def _checked_axes(axes: Sequence[str]) -> Axes:
    if isinstance(axes, str) or not isinstance(axes, Sequence) or not are_axes(axes):
        got = described(axes) if isinstance(axes, str) or not isinstance(axes, Sequence) else "other values"
        raise PolycoreError(
            f"axes: got {got}; expected two different texts of 1 to {MAX_NAME} printable characters, with no "
            "space at an end, such as ('width', 'height')."
        )
    across, up = axes
    return across, up


def axes_sentence(axes: Axes) -> str:
    """Return what x and y are; "" if they are just x and y. Show it as plain text: a table has any names."""
    across, up = axes
    return "" if axes == PLAIN_AXES else f"x is {across}, y is {up}."


def _axes_named(x: str, y: str) -> Axes:
    """Return axes with the names of two columns, cut if they are long; x and y if one cannot be a name."""
    cut = [composed(name).strip()[:MAX_NAME].strip() for name in (x, y)]
    across, up = (name if is_name(name) else plain for name, plain in zip(cut, PLAIN_AXES, strict=True))
    return (across, up) if are_axes((across, up)) else PLAIN_AXES


def _rounded_range(lowest: float, highest: float) -> tuple[float, float]:
    margin = MARGIN * (highest - lowest)
    unit = 10.0 ** (math.floor(math.log10(highest - lowest)) - 2)
    low, high = math.floor((lowest - margin) / unit), math.ceil((highest + margin) / unit)
    return float(f"{low * unit:.12g}"), float(f"{high * unit:.12g}")


def _checked_points(points: ArrayLike) -> NDArray[np.float64]:
    array = real_array("points", points)
    check_points_shape(array)
    if not MIN_POINTS <= len(array) <= MAX_POINTS:
        raise PolycoreError(
            f"points: got {len(array):,}; expected {MIN_POINTS} to {MAX_POINTS:,}. Add or remove some."
        )
    checked = array.astype(np.float64, order="C", copy=True)
    valid = np.abs(checked) <= MAX_COORDINATE  # False for NaN
    if not valid.all():
        row = int(np.argmin(valid.all(axis=1)))
        raise PolycoreError(
            f"points, row {row}: got {checked[row].tolist()}; expected finite numbers of size at most "
            f"{MAX_COORDINATE:g}."
        )
    checked += 0.0  # turns -0.0 into 0.0: equal points then have the same bytes
    _check_spread(checked)
    return checked


def _check_spread(points: NDArray[np.float64]) -> None:
    for name, column in zip("xy", points.T, strict=True):
        deviation, largest = float(column.std()), float(np.abs(column).max())
        least = max(MIN_DEVIATION, MIN_RELATIVE_DEVIATION * largest)
        if deviation < least:
            raise PolycoreError(
                f"points: got {name} with a standard deviation of {deviation:.3g}; expected at least "
                f"{least:.3g}, so that the points can be told apart. Multiply {name} by a number, or "
                "subtract its mean."
            )


def _checked_classes(
    labels: ArrayLike, names: Sequence[str] | None, count: int
) -> tuple[NDArray[np.int64], tuple[ClassName, ...]]:
    array = as_array("labels", labels)
    if array.shape != (count,):
        raise PolycoreError(f"labels: got shape {array.shape}; expected ({count},), one for each point.")
    if array.dtype.kind in "iu":
        highest = int(array.max())
        if array.min() < 0 or highest >= MAX_CLASSES:
            raise PolycoreError(
                f"labels: got {array.min()} to {highest}; expected 0 to at most {MAX_CLASSES - 1}, the "
                "indices of the classes, or their names."
            )
        known = checked_names(
            "names", [f"class {label}" for label in range(highest + 1)] if names is None else names
        )
        indices = array.astype(np.int64)
    else:
        texts = _texts(array)
        known = checked_names("names", list(dict.fromkeys(texts)) if names is None else names)
        indices = _indices(texts, known)
    _check_all_used(indices, known)
    return indices, known


def _texts(labels: NDArray[Any]) -> list[str]:
    texts: list[Any] = labels.tolist()
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise PolycoreError(
                f"labels, row {row}: got {described(text)}; expected whole numbers for all, or texts."
            )
    return texts


def _indices(texts: Iterable[str], names: Sequence[str]) -> NDArray[np.int64]:
    index_of = {name: index for index, name in enumerate(names)}
    indices = []
    for row, text in enumerate(texts):
        if text not in index_of:
            raise PolycoreError(
                f"labels, row {row}: got {quoted(text, MAX_NAME)}; expected one of the names."
            )
        indices.append(index_of[text])
    return np.array(indices, dtype=np.int64)


def _check_all_used(labels: NDArray[np.int64], names: Sequence[str]) -> None:
    counts = np.bincount(labels, minlength=len(names))
    if len(counts) > len(names):
        raise PolycoreError(
            f"labels: got {len(counts) - 1}; expected at most {len(names) - 1}, since there are {len(names)} "
            "names."
        )
    if not counts.all():
        missing = int(np.argmin(counts))
        raise PolycoreError(
            f"labels: got no point of class {missing}, {quoted(names[missing], MAX_NAME)}; expected at least "
            "one of each class."
        )


# --- what a file says of a point set that it does not hold ------------------------------------

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
            raise PolycoreError("sha256: got the hash of other points; expected the hash of these arrays.")
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
