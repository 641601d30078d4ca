"""Table: a CSV file as people have it, what was recognized in it, and the points in it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from polycore.checks import check_type, checked_whole_number
from polycore.class_name import composed
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_COORDINATE, MAX_NAME, MAX_POINTS, MIN_CLASSES
from polycore.points.cells import (
    LONGEST_QUOTE,
    Cells,
    classes,
    coordinates,
    decimal_mark,
    has_two_numbers,
    line_error,
    looks_like_number,
    whole_number,
)
from polycore.points.table_rows import Row, table_rows
from polycore.quoting import quoted

_XY = ("x", "y")
# The first of these that a table has is the label.
_LABEL_NAMES = (
    "label",
    "class",
    "polynomial",
    "curve",
    "name",
    "species",
    "target",
    "group",
    "category",
    "color",
    "colour",
)
_MISSING = {"", "nan", "na", "n/a", "#n/a", "null", "none", "inf", "-inf", "+inf", "infinity", "-infinity"}
_SAMPLE = 200  # rows that show of which kind a column is


@dataclass(frozen=True)
class Columns:
    """The indices, from 0, of the columns of x, y and the label; None if there are no labels."""

    x: int
    y: int
    label: int | None


def has_header(rows: Sequence[Row]) -> bool:
    """Say whether the first row names the columns: whether it has names where other rows have numbers.

    The names x and y are enough, and so is a name of labels, such as class, above numbers. Of other names
    there are at least two, and no number.
    """
    first, others = rows[0], rows[1:]
    if not others:
        return not has_two_numbers(first)
    cells = [first[column] for column in number_columns(others)] or first
    if {"x", "y"} <= set(map(_meaning, first)) or any(_meaning(cell) in _LABEL_NAMES for cell in cells):
        return True
    names = [cell for cell in cells if cell.lower() not in _MISSING]
    return len(names) >= 2 and not any(map(looks_like_number, names))


def number_columns(rows: Sequence[Row]) -> list[int]:
    """Return the indices of the columns in which at least half of the cells look like numbers."""
    sample = rows[:_SAMPLE]
    return [
        index
        for index, cells in enumerate(zip(*sample, strict=True))
        if 2 * sum(map(looks_like_number, cells)) >= len(sample)
    ]


def guessed_columns(header: Row | None, rows: Sequence[Row], axes: tuple[str, str] = _XY) -> Columns | None:
    """Return which columns are x, y and the label: by the header, else by content, else by position.

    The names in `axes` go before x and y. Return None if there are no two columns of numbers and none with
    such names.
    """
    meanings = [_meaning(name) for name in header or ()]
    numbers = number_columns(rows)
    contents = [_first_texts(rows, column) for column in range(len(rows[0]))]
    candidates = set(range(len(contents)))
    if header and not header[0] and 0 in numbers:  # as pandas writes it: the number of the row
        numbers.remove(0)
        candidates.remove(0)
    for names, pair in ((list(header or ()), axes), (meanings, _XY)):
        if set(pair) <= set(names):
            x, y = map(names.index, pair)
            return Columns(x, y, _label(candidates - {x, y}, meanings, numbers, contents))
    labels = {column for column in candidates if len(set(numbers) - {column}) >= 2}
    label = _label(labels, meanings, numbers, contents)
    others = [column for column in numbers if column != label]
    return Columns(others[0], others[1], label) if len(others) >= 2 else None


def names_to_show(header: Row | None, width: int) -> tuple[str, ...]:
    """Return different printable names of at most some 40 characters, one for each column."""
    names: list[str] = []
    for number, name in enumerate(header or [""] * width, 1):
        shown = quoted(name, MAX_NAME)[1:-1] or f"column {number}"
        alternatives = (f"{shown} ({repetition})" for repetition in count(2))
        names.append(next(text for text in chain([shown], alternatives) if text not in names))
    return tuple(names)


def _label(
    candidates: Set[int], meanings: Sequence[str], numbers: Sequence[int], contents: Sequence[set[str]]
) -> int | None:
    """Return the candidate that is named as a label, else the one whose content suits best; None of none."""

    def suitability(column: int) -> tuple[bool, int, int, int]:
        meaning = meanings[column] if meanings else ""
        is_few = MIN_CLASSES <= len(contents[column]) <= MAX_CLASSES
        is_named = meaning in _LABEL_NAMES
        if is_named:
            return True, is_few, -_LABEL_NAMES.index(meaning), -column
        return False, _rank(contents[column], is_few=is_few, is_text=column not in numbers), 0, column

    return max(candidates, key=suitability, default=None)


def _first_texts(rows: Sequence[Row], column: int) -> set[str]:
    """Return the different texts in a column, but at most one more than there may be classes."""
    texts: set[str] = set()
    for row in rows:
        texts.add(row[column])
        if len(texts) > MAX_CLASSES:
            break
    return texts


def _rank(content: set[str], *, is_few: bool, is_text: bool) -> int:
    if is_text:  # a column with empty cells rather has remarks
        return 3 if is_few and "" not in content else 1
    is_whole = all(whole_number(text, ".") is not None or text.lower() in _MISSING for text in content)
    return 2 if is_few and is_whole else 0


def _meaning(name: str) -> str:
    """Return "x", "y" or the name of a label that a cell of a header is, without its unit; "" if none."""
    if len(name) > MAX_NAME:
        return ""
    bare = name.partition("[")[0].partition("(")[0].strip().casefold()
    return bare if bare in ("x", "y", *_LABEL_NAMES) else ""


# --- the table --------------------------------------------------------------------------------

LabeledPoints = tuple[NDArray[np.float64], NDArray[np.int64], tuple[str, ...]]

_NAMES_SHOWN = 8  # in a message


@dataclass(frozen=True)
class Table:
    """The cells of a table as text, in Unicode's form NFC and without spaces around, and what was recognized.

    Attributes
    ----------
    delimiter
        A comma, a semicolon or a tab.
    header
        The names in the file, or None if its first row is a point.
    columns
        Different printable names to show, the header's or "column 1", "column 2", ...
    rows
        Each with one text for each column.
    lines
        The line in the file of each row, from 1.
    """

    delimiter: str
    header: tuple[str, ...] | None
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @cached_property
    def guess(self) -> Columns | None:
        """The columns that look like x, y and the label, by the header, else by content, else by position.

        None if there are no two columns of numbers and none named x and y.
        """
        return guessed_columns(self.header, self.rows)

    @cached_property
    def decimal(self) -> str:
        """The decimal mark, "." or ",", of the columns that look like x and y; "." if none do."""
        return self._decimal_of(self.guess) if self.guess else "."

    def _decimal_of(self, columns: Columns) -> str:
        return decimal_mark([row[one] for row in self.rows for one in (columns.x, columns.y)], self.delimiter)

    def points(self, columns: Columns) -> LabeledPoints:
        """Return the points in three columns: (N, 2), their classes (N,), and the classes' names.

        Labels are whole numbers, formulas or names; `cells.classes` says how they become classes.

        Raises
        ------
        PolycoreError
            With the line and the column, at a number or a label that is invalid; without them if the columns
            are not three of the table's.
        """
        label = self._checked_label(columns)
        points = self.coordinates(columns, MAX_COORDINATE)
        return points, *classes(self.cells(label), self._decimal_of(columns))

    def coordinates(self, columns: Columns, largest: float) -> NDArray[np.float64]:
        """Return the points (N, 2) in the columns of x and y, of numbers of at most `largest` in size."""
        decimal = self._decimal_of(columns)
        x, y = (coordinates(self.cells(one), decimal, largest) for one in (columns.x, columns.y))
        return np.column_stack([x, y])

    def cells(self, column: int) -> Cells:
        """Return the cells of a column."""
        name = self.columns[column] if self.header and self.header[column] else ""
        return Cells(column + 1, name, [row[column] for row in self.rows], self.lines)

    def columns_named(self, x: str, y: str, label: str) -> Columns:
        """Return the columns with these names, those to show or the header's.

        Raises
        ------
        PolycoreError
            If there is no column of such a name.
        """
        return Columns(*map(self._index, (x, y, label)))

    def _index(self, name: str) -> int:
        check_type("columns", name, str, "Give the names of the columns of x, y and the label.")
        for names in (self.columns, self.header or ()):
            if composed(name) in names:
                return names.index(composed(name))
        shown = [quoted(column, LONGEST_QUOTE) for column in self.columns[:_NAMES_SHOWN]]
        if len(self.columns) > _NAMES_SHOWN:
            shown.append(f"{len(self.columns) - _NAMES_SHOWN} more")
        raise PolycoreError(
            f"columns: got {quoted(name, LONGEST_QUOTE)}; expected one of {', '.join(shown)}."
        )

    def _checked_label(self, columns: Columns) -> int:
        check_type("columns", columns, Columns, "Give Columns(x, y, label), with indices from 0.")
        if columns.label is None:
            raise PolycoreError(
                "the table: got no column of labels; expected x, y and a label. Choose it, or add the class "
                "of each point."
            )
        last = len(self.columns) - 1
        for field in ("x", "y", "label"):
            checked_whole_number(f"columns.{field}", getattr(columns, field), 0, last)
        if len({columns.x, columns.y, columns.label}) < 3:
            raise PolycoreError(
                f"columns: got x={columns.x}, y={columns.y} and label={columns.label}; expected three "
                "different columns. Choose another one."
            )
        return columns.label


def read_table(content: str | bytes) -> Table:
    """Return the table in a CSV file, and what was recognized in it.

    Between the fields are commas, semicolons or tabs. Bytes are UTF-8, or UTF-16 with a byte order mark.
    Blank lines are skipped, as are lines that start with # before the first point, and Excel's sep=; in the
    first line. Fields may be quoted, but none spans lines.

    Raises
    ------
    PolycoreError
        If it is not such a table, or exceeds a limit: 4 MiB, 100,000 lines of 10,000 characters, 2 to 50
        columns, 20,000 points, 600,000 cells. The message has the line, what it got and what it expected.
    """
    found = table_rows(content)
    rows, lines = found.rows, found.lines
    header = rows.pop(0) if has_header(rows) else None
    if header:
        header_line = lines.pop(0)
        if not rows:
            raise line_error(header_line + 1, "no row", "points below the header")
    if len(rows) > MAX_POINTS:
        raise line_error(
            lines[MAX_POINTS], f"point {MAX_POINTS + 1:,}", f"at most {MAX_POINTS:,} points. Delete some"
        )
    return Table(
        delimiter=found.delimiter,
        header=header,
        columns=names_to_show(header, len(rows[0])),
        rows=tuple(rows),
        lines=tuple(lines),
    )


def table_of_points(
    content: str | bytes,
    columns: Columns | tuple[str, str, str] | None = None,
    axes: tuple[str, str] = _XY,
) -> tuple[Table, Columns]:
    """Return the table in a CSV file, as `read_table` reads it, and which columns are x, y and the label.

    `columns` names them, by index or by their names in `Table.columns`; None: as `guessed_columns` does, with
    `axes`. Raises PolycoreError as `read_table` does, and if there is nothing to guess.
    """
    table = read_table(content)
    if columns is None:
        columns = guessed_columns(table.header, table.rows, axes)
        if columns is None:
            first = quoted(table.rows[0][0], LONGEST_QUOTE)
            raise line_error(
                table.lines[0],
                f"{first} and fewer than two numbers",
                "two columns of numbers, x and y. Choose the columns",
            )
    elif isinstance(columns, list | tuple) and len(columns) == 3:
        columns = table.columns_named(*columns)
    return table, columns
