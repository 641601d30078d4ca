"""Points and their labels as a CSV table: writing, and strict reading."""

import csv
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.checks import as_array, check_points_shape, described
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES
from polycore.polynomials.sampling import Labels, Points
from polycore.quoting import quoted

MAX_CSV_BYTES = 1_000_000
MAX_CSV_ROWS = 20_000  # points; the header does not count
_LAST_LABEL = MAX_CLASSES - 1
_LARGEST = 1e12
_LONGEST_LINE = 131_072  # characters: the csv module's limit for one field
_HEADERS = (["x", "y"], ["x", "y", "polynomial"])
# Characters that cannot be in a table of numbers and names such as p0. From the others float() and int()
# read decimals only: not nan, not 1_000, no digits of other scripts.
_INVALID = re.compile(r"[^0-9+\-.eEp, \t\r\n\"]|\r(?!\n)")
_VALID = b'0123456789+-.eEp, \t\r\n"'
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
    """Return points (N, 2) and labels (N,), or None for the labels if the table has no third column.

    The first line is x,y or x,y,polynomial, and each other line one point: finite decimals of at most 1e12 in
    size and, in the third column, a polynomial's number 0 to 23 or its name p0 to p23. Spaces around them and
    quotes are allowed. Lines end in LF or CR LF and have at most 131,072 characters. Bytes are UTF-8; a byte
    order mark may come first.

    Raises
    ------
    PolycoreError
        For anything else, with the line, what it got and what it expected. A table beyond MAX_CSV_BYTES (of a
        str: characters) or MAX_CSV_ROWS is refused before any line is read.
    """
    text = _decoded(content).removeprefix("\ufeff").rstrip("\r\n")
    if not text.strip():
        raise PolycoreError(
            "the file is empty; expected the header x,y or x,y,polynomial, and a line for each point."
        )
    count = text.count("\n")
    if count > MAX_CSV_ROWS:
        raise PolycoreError(
            f"line {MAX_CSV_ROWS + 2}: got one of {count} points; expected at most {MAX_CSV_ROWS}. "
            "Keep fewer."
        )
    lines = text.split("\n")
    rows = _rows(lines)
    columns = _columns(rows, lines[0])
    for line, line_text in enumerate(lines, 1):
        if len(line_text) > _LONGEST_LINE:
            raise _line_error(line, line_text, f"a line of at most {_LONGEST_LINE:,} characters")
    _check_characters(text, lines)
    return _points_and_labels(rows, lines, columns)


def _decoded(content: str | bytes) -> str:
    if not isinstance(content, str | bytes):
        raise PolycoreError(f"content: got {described(content)}; expected the table as str or bytes.")
    if len(content) > MAX_CSV_BYTES:
        raise PolycoreError(
            f"the table: got more than {MAX_CSV_BYTES} bytes; expected at most that many. Keep fewer points."
        )
    if isinstance(content, str):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _line_error(
            line, f"byte {content[error.start]:#04x}", "UTF-8 text. Save the table as CSV UTF-8"
        ) from error


def _columns(rows: Iterator[list[str]], header: str) -> int:
    if len(header) <= _LONGEST_LINE:
        names = [name.strip(" \t") for name in next(rows)]
        if names in _HEADERS:
            return len(names)
    raise _line_error(1, header, "the header x,y or x,y,polynomial, with commas")


def _rows(lines: list[str]) -> Iterator[list[str]]:
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    expected = "quotes that are closed on their line, and a line feed at its end"
    for line in itertools.count(1):
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _line_error(line, lines[line - 1], expected) from error
        if row is None:
            return
        if reader.line_num != line:
            raise _line_error(line, lines[line - 1], expected)
        yield row


def _check_characters(text: str, lines: list[str]) -> None:
    table = text[len(lines[0]) :]
    # ten times as fast as the search below
    lone_returns = table.count("\r") - table.count("\r\n")
    if table.isascii() and not table.encode().translate(None, _VALID) and not lone_returns:
        return
    match = _INVALID.search(text, len(lines[0]))
    if match:
        line = text.count("\n", 0, match.start()) + 1
        field = next(field for field in lines[line - 1].split(",") if _INVALID.search(field))
        raise _line_error(line, field, "decimal numbers only")


def _points_and_labels(
    rows: Iterator[list[str]], lines: list[str], columns: int
) -> tuple[Points, Labels | None]:
    table = list(rows)
    for line, row in enumerate(table, 2):
        if len(row) != columns:
            raise _line_error(line, lines[line - 1], f"{columns} numbers with commas between them")
    if not table:
        raise PolycoreError("line 2: got no point; expected one or more below the header.")
    x, y, *polynomial = zip(*table, strict=True)
    points = np.column_stack([_numbers(x), _numbers(y)])
    return points, _labels(polynomial[0]) if polynomial else None


def _numbers(fields: Sequence[str]) -> NDArray[np.float64]:
    numbers = np.array(_parsed(fields, float, "a decimal number, such as -0.55"))
    too_large = np.abs(numbers) > _LARGEST
    if too_large.any():
        index = int(too_large.argmax())
        raise _line_error(index + 2, fields[index], "a number of at most 1e12 in size")
    return numbers


def _labels(fields: Sequence[str]) -> Labels:
    expected = f"a whole number from 0 to {_LAST_LABEL} as polynomial, or p0 to p{_LAST_LABEL}"
    labels = _parsed(fields, _label, expected)
    for line, label in enumerate(labels, 2):
        if not 0 <= label <= _LAST_LABEL:
            raise _line_error(line, fields[line - 2], expected)
    return np.array(labels, dtype=np.int64)


def _label(text: str) -> int:
    text = text.strip(" \t\r")
    return int(text[1:] if _NAMED.fullmatch(text) else text)


_Number = TypeVar("_Number", int, float)


def _parsed(fields: Sequence[str], parse: Callable[[str], _Number], expected: str) -> list[_Number]:
    numbers = []
    for line, field in enumerate(fields, 2):
        try:
            numbers.append(parse(field))
        except ValueError as error:
            raise _line_error(line, field, expected) from error
    return numbers


def _line_error(line: int, text: str, expected: str) -> PolycoreError:
    got = quoted(text.strip(" \t\r"), 20)
    return PolycoreError(f"line {line}: got {got}; expected {expected}.")
