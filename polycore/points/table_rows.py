"""The rows of a CSV file: its lines, divided into cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from polycore.class_name import composed
from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS
from polycore.points.cells import LONGEST_QUOTE, line_error
from polycore.points.delimiters import (
    MAX_COLUMNS,
    MIN_COLUMNS,
    NAMES,
    best_delimiter,
    fields,
    stated_delimiter,
)
from polycore.points.numerals import has_two_numbers
from polycore.points.text_lines import numbered_lines, text_lines
from polycore.quoting import quoted

MAX_CELLS = 600_000  # 30 columns of the most points; as text, some 50 MB
_SAMPLE = 100  # lines that show what the delimiter is

Row = tuple[str, ...]


@dataclass(frozen=True)
class TableRows:
    """The rows of a file, its header among them, each with the same number of cells, and their lines."""

    delimiter: str
    rows: list[Row]
    lines: list[int]


def table_rows(content: str | bytes) -> TableRows:
    """Return the rows of a file, without blank lines and lines that start with # before the first point.

    Columns at the right end without any text are dropped. There are at most two rows more than the most
    points: the header, and one for the caller to refuse. Raises PolycoreError, with the line, at one that
    breaks a limit, has a quote that is not closed or another number of fields than most.
    """
    lines = text_lines(content)
    stated = stated_delimiter(lines[0])
    if stated:
        lines[0] = ""
    sample = list(islice((line for _, line in numbered_lines(lines) if not _is_comment(line)), _SAMPLE))
    delimiter, width = best_delimiter(sample, stated or tuple(NAMES))
    numbers: list[int] = []
    rows: list[Row] = []
    for number, row in _divided(lines, delimiter, width):
        _check_sizes(number, rows, row)
        numbers.append(number)
        rows.append(row)
        if len(rows) == MAX_POINTS + 2:
            break
    return TableRows(delimiter, _without_empty_columns(rows, numbers), numbers)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _divided(lines: Sequence[str], delimiter: str, width: int) -> Iterator[tuple[int, Row]]:
    """Yield the line number and the cells of each row."""
    has_points = False
    for number, line in numbered_lines(lines):
        if not has_points and _is_comment(line):
            continue
        row = fields(line, delimiter)
        if row is None:
            got = quoted(line.strip(), LONGEST_QUOTE)
            raise line_error(number, got, f'a closing " in the line, with a {NAMES[delimiter]} next')
        if width < MIN_COLUMNS:
            raise _too_few_columns(number, width)
        if len(row) != width:
            raise _width_error(number, len(row), width, delimiter)
        has_points = has_points or has_two_numbers(row)
        yield number, tuple(row) if line.isascii() else tuple(map(composed, row))


def _width_error(number: int, count: int, width: int, delimiter: str) -> PolycoreError:
    got = f"{count:,} {'field' if count == 1 else 'fields'}"
    if delimiter == ",":
        advice = 'Write decimal points in numbers, and " around a label with a comma'
    elif count < width:
        advice = "Add what is missing, or delete the line"
    else:
        advice = f'Write " around a label with a {NAMES[delimiter]}'
    return line_error(number, got, f"{width:,}, as in most lines. {advice}")


def _too_few_columns(number: int, width: int) -> PolycoreError:
    got = f"{width} {'column' if width == 1 else 'columns'} in the table"
    return line_error(
        number, got, "x, y and a label, with commas, semicolons or tabs between them. Add what is missing"
    )


def _check_sizes(number: int, rows: Sequence[Row], row: Row) -> None:
    if len(row) > MAX_COLUMNS:
        raise line_error(
            number, f"{len(row):,} columns", f"at most {MAX_COLUMNS}. Delete those that are not needed"
        )
    if len(rows) * len(row) > MAX_CELLS:  # the first row may be the header
        expected = f"at most {MAX_CELLS:,} in a table. Delete columns that are not needed"
        raise line_error(number, f"more than {MAX_CELLS:,} cells", expected)


def _without_empty_columns(rows: Sequence[Row], numbers: Sequence[int]) -> list[Row]:
    if not rows:
        raise line_error(1, "no rows", "points, each with x, y and a label")
    width = next(width for width in range(len(rows[0]), 0, -1) if any(row[width - 1] for row in rows))
    if width < MIN_COLUMNS:
        raise _too_few_columns(numbers[0], width)
    return [row[:width] for row in rows]
