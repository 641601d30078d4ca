"""Points and their labels as a CSV table, written and strictly read."""

import csv
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.errors import PolycoreError
from polycore.polynomials.sampling import Labels, Points
from polycore.quoting import quoted

MAX_CSV_BYTES = 1_000_000
MAX_CSV_ROWS = 20_000  # points: the header is not counted
_LAST_LABEL = 23
_LARGEST = 1e12
_LONGEST_LINE = 131_072  # characters: as many as the csv module takes in one field
_HEADERS = (["x", "y"], ["x", "y", "polynomial"])
# What no table of numbers holds. Of the other characters float() and int() make decimals and
# nothing else: no nan, no 1_000, no digits of other scripts.
_FOREIGN = re.compile(r"[^0-9+\-.eE, \t\r\n\"]|\r(?!\n)")
_OWN = b'0123456789+-.eE, \t\r\n"'


def points_to_csv(points: ArrayLike, labels: ArrayLike | None = None) -> str:
    """Return a table with the header x,y or, with `labels`, x,y,polynomial.

    `points` is (N, 2) and `labels` (N,) of whole numbers 0 to 23, N at least 1. Each number is the
    shortest that gives the same float64, so `points_from_csv` gives back what was written, within
    its limits. Raises PolycoreError for other shapes, other labels and numbers not finite or
    beyond 1e12 in size.
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
        raise PolycoreError(f"points is no array of numbers: {error}. Give one of shape (N, 2).") from error
    if checked.ndim != 2 or checked.shape[1] != 2 or not len(checked):
        raise PolycoreError(
            f"points has shape {checked.shape}; wanted (N, 2), one row for each x, y. "
            "Join the two columns with np.column_stack([x, y])."
        )
    good = np.abs(checked) <= _LARGEST  # false for what is not a number
    if not good.all():
        row = int(np.argmin(good.all(axis=1)))
        raise PolycoreError(
            f"points has {checked[row].tolist()} in row {row}; wanted numbers up to 1e12 in size."
        )
    return checked


def _checked_labels(labels: ArrayLike, count: int) -> Labels:
    checked = np.asarray(labels)
    if checked.shape != (count,) or not np.issubdtype(checked.dtype, np.integer):
        raise PolycoreError(
            f"labels has shape {checked.shape} and type {checked.dtype}; wanted ({count},) whole numbers, "
            "one for each point."
        )
    if checked.min() < 0 or checked.max() > _LAST_LABEL:
        raise PolycoreError(
            f"labels go from {checked.min()} to {checked.max()}; wanted 0 to {_LAST_LABEL}, "
            "places in the list of polynomials."
        )
    return checked.astype(np.int64)


def points_from_csv(content: str | bytes) -> tuple[Points, Labels | None]:
    """Return points (N, 2) and labels (N,), or None where the table has no third column.

    The first line is x,y or x,y,polynomial, each other one a point: finite decimals of at most
    1e12 in size and, in the third column, a whole number 0 to 23. Spaces around them and quotes
    are allowed; lines end in LF or CR LF and have at most 131,072 characters; bytes are UTF-8; a byte order
    mark may come first. Raises PolycoreError, naming the line, what was found and what was wanted, for
    anything else: also above MAX_CSV_BYTES (of a str: characters) or MAX_CSV_ROWS, before any line is read.
    """
    text = _decoded(content).removeprefix("\ufeff").rstrip("\r\n")
    count = text.count("\n")
    if count > MAX_CSV_ROWS:
        raise PolycoreError(
            f"line {MAX_CSV_ROWS + 2} is one too many: the table has {count} points; "
            f"wanted at most {MAX_CSV_ROWS}. Keep fewer."
        )
    lines = text.split("\n")
    rows = _rows(lines)
    columns = _columns(rows, lines[0])
    _check_lengths(lines)
    _check_characters(text, lines)
    return _points_and_labels(rows, lines, columns)


def _decoded(content: str | bytes) -> str:
    if not isinstance(content, str | bytes):
        raise PolycoreError(f"content is of type {type(content).__name__}; give the table as str or bytes.")
    if len(content) > MAX_CSV_BYTES:
        raise PolycoreError(
            f"the table has {len(content)} bytes; wanted at most {MAX_CSV_BYTES}. Keep fewer points."
        )
    if isinstance(content, str):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unwanted(
            line, f"byte {content[error.start]:#04x}", "UTF-8 text. Save the table as CSV UTF-8"
        ) from error


def _columns(rows: Iterator[list[str]], header: str) -> int:
    if len(header) <= _LONGEST_LINE:
        names = [name.strip(" \t") for name in next(rows)]
        if names in _HEADERS:
            return len(names)
    raise _unwanted(1, header, "the header x,y or x,y,polynomial, with commas")


def _check_lengths(lines: list[str]) -> None:
    for line, text in enumerate(lines, 1):
        if len(text) > _LONGEST_LINE:
            raise _unwanted(line, text, f"a line of at most {_LONGEST_LINE:,} characters")


def _rows(lines: list[str]) -> Iterator[list[str]]:
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    wanted = "quotes that are closed on their line, and a line feed at its end"
    for line in itertools.count(1):
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _unwanted(line, lines[line - 1], wanted) from error
        if row is None:
            return
        if reader.line_num != line:
            raise _unwanted(line, lines[line - 1], wanted)
        yield row


def _check_characters(text: str, lines: list[str]) -> None:
    table = text[len(lines[0]) :]
    # ten times as fast as the search
    lone = table.count("\r") - table.count("\r\n")
    if table.isascii() and not table.encode().translate(None, _OWN) and not lone:
        return
    match = _FOREIGN.search(text, len(lines[0]))
    if match:
        line = text.count("\n", 0, match.start()) + 1
        field = next(field for field in lines[line - 1].split(",") if _FOREIGN.search(field))
        raise _unwanted(line, field, "decimal numbers only")


def _points_and_labels(
    rows: Iterator[list[str]], lines: list[str], columns: int
) -> tuple[Points, Labels | None]:
    table = list(rows)
    for line, row in enumerate(table, 2):
        if len(row) != columns:
            raise _unwanted(line, lines[line - 1], f"{columns} numbers with commas between them")
    if not table:
        raise _unwanted(2, "", "a point: the table has none")
    x, y, *polynomial = zip(*table, strict=True)
    points = np.column_stack([_numbers(x), _numbers(y)])
    return points, _labels(polynomial[0]) if polynomial else None


def _numbers(fields: Sequence[str]) -> NDArray[np.float64]:
    numbers = np.array(_read(fields, float, "a decimal number, such as -0.55"))
    beyond = np.abs(numbers) > _LARGEST
    if beyond.any():
        place = int(beyond.argmax())
        raise _unwanted(place + 2, fields[place], "a number of at most 1e12 in size")
    return numbers


def _labels(fields: Sequence[str]) -> Labels:
    wanted = f"a whole number from 0 to {_LAST_LABEL} as polynomial"
    labels = _read(fields, int, wanted)
    for line, label in enumerate(labels, 2):
        if not 0 <= label <= _LAST_LABEL:
            raise _unwanted(line, fields[line - 2], wanted)
    return np.array(labels, dtype=np.int64)


_Number = TypeVar("_Number", int, float)


def _read(fields: Sequence[str], number: Callable[[str], _Number], wanted: str) -> list[_Number]:
    numbers = []
    for line, field in enumerate(fields, 2):
        try:
            numbers.append(number(field))
        except ValueError as error:
            raise _unwanted(line, field, wanted) from error
    return numbers


def _unwanted(line: int, found: str, wanted: str) -> PolycoreError:
    shown = quoted(found.strip(" \t\r"), 20)
    return PolycoreError(f"line {line} has {shown}; wanted {wanted}.")
