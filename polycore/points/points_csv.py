"""Points and their labels as a CSV table: writing, and reading points that may have labels."""

import re

import numpy as np
from numpy.typing import ArrayLike

from polycore.checks import as_array, check_points_shape
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES
from polycore.points.cells import Cells, whole_number
from polycore.points.point_set import PLAIN_AXES, Axes
from polycore.points.table import table_of_points
from polycore.polynomials.sampling import Labels, Points

MAX_CSV_BYTES = 1_000_000
_LAST_LABEL = MAX_CLASSES - 1
_LARGEST = 1e12
_NAMED = re.compile(r"p[0-9]+")  # as polynomials are called on pages


def points_to_csv(points: ArrayLike, labels: ArrayLike | None = None) -> str:
    """Return a table with the header x,y or, with `labels`, x,y,polynomial.

    Each number is the shortest decimal that gives the same float64, so within its limits `points_from_csv`
    returns what was written.

    Parameters
    ----------
    points
        (N, 2), N at least 1.
    labels
        (N,), whole numbers 0 to 23.

    Raises
    ------
    PolycoreError
        For other shapes, other labels, and numbers that are not finite or are beyond 1e12 in size.
    """
    rows = _checked_points(points).tolist()
    if labels is None:
        lines = ["x,y", *(f"{x!r},{y!r}" for x, y in rows)]
    else:
        pairs = zip(rows, _checked_labels(labels, len(rows)).tolist(), strict=True)
        lines = ["x,y,polynomial", *(f"{x!r},{y!r},{label}" for (x, y), label in pairs)]
    return "\n".join(lines) + "\n"


def _checked_points(points: ArrayLike) -> Points:
    try:
        checked = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:  # text, or rows of different lengths
        raise PolycoreError(
            f"points: got a value that is not an array of numbers ({error}); expected shape (N, 2)."
        ) from error
    check_points_shape(checked)
    if not len(checked):
        raise PolycoreError("points: got none; expected one or more.")
    valid = np.abs(checked) <= _LARGEST  # False for NaN
    if not valid.all():
        row = int(np.argmin(valid.all(axis=1)))
        raise PolycoreError(
            f"points, row {row}: got {checked[row].tolist()}; expected numbers of at most 1e12 in size."
        )
    return checked


def _checked_labels(labels: ArrayLike, count: int) -> Labels:
    checked = as_array("labels", labels)
    if checked.shape != (count,) or not np.issubdtype(checked.dtype, np.integer):
        raise PolycoreError(
            f"labels: got shape {checked.shape} and type {checked.dtype}; expected ({count},) whole numbers, "
            "one for each point."
        )
    if checked.min() < 0 or checked.max() > _LAST_LABEL:
        raise PolycoreError(
            f"labels: got {checked.min()} to {checked.max()}; expected 0 to {_LAST_LABEL}, "
            "the indices of the polynomials."
        )
    return checked.astype(np.int64)


def points_from_csv(content: str | bytes) -> tuple[Points, Labels | None]:
    """Return points (N, 2) and labels (N,), or None for the labels if the table has no column of them.

    The table is as `PointSet.from_csv` reads it, but a label may be missing: two columns are x and y. Numbers
    are at most 1e12 in size, and labels a polynomial's number 0 to 23 or its name p0 to p23.

    Raises
    ------
    PolycoreError
        For anything else, with the line, what it got and what it expected. A table beyond MAX_CSV_BYTES (of a
        str: characters) is refused before any line is read.
    """
    if isinstance(content, str | bytes) and len(content) > MAX_CSV_BYTES:
        raise PolycoreError(
            f"the table: got more than {MAX_CSV_BYTES} bytes; expected at most that many. Keep fewer points."
        )
    points, cells = points_and_cells(content)
    if cells is None:
        return points, None
    number_of = {text: label_number(text) for text in set(cells.texts)}
    labels = [number_of[text] for text in cells.texts]
    if None in labels:
        expected = f"a whole number from 0 to {_LAST_LABEL} as polynomial, or p0 to p{_LAST_LABEL}"
        raise cells.error(labels.index(None), expected)
    return points, np.array(labels, dtype=np.int64)


def points_and_cells(content: str | bytes, axes: Axes = PLAIN_AXES) -> tuple[Points, Cells | None]:
    """Return points (N, 2) of at most 1e12 in size, and the cells of their labels; None if there are none.

    The columns are those named as `axes`, else as `guessed_columns` says; it raises as `table_of_points`.
    """
    table, columns = table_of_points(content, axes=axes)
    points = table.coordinates(columns, _LARGEST)
    return points, None if columns.label is None else table.cells(columns.label)


def label_number(text: str) -> int | None:
    """Return the number, 0 to 23, of a label such as 9 or p9; None for any other text."""
    number = whole_number(text[1:] if _NAMED.fullmatch(text) else text, ".")
    return number if number in range(MAX_CLASSES) else None
