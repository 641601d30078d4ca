"""Table: a CSV file as people have it, with what was recognized in it, and the points in it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from polycore.checks import check_type, checked_whole_number
from polycore.class_name import composed
from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS
from polycore.points import columns as recognized
from polycore.points.cells import LONGEST_QUOTE, Cells, line_error
from polycore.points.columns import Columns
from polycore.points.label_names import classes
from polycore.points.numerals import coordinates, decimal_mark
from polycore.points.table_rows import table_rows
from polycore.quoting import quoted

LabeledPoints = tuple[NDArray[np.float64], NDArray[np.int64], tuple[str, ...]]

_NAMES_SHOWN = 8  # in a message


@dataclass(frozen=True)
class Table:
    """The cells of a table as text, in Unicode's form NFC and without spaces around, and what was recognized.

    Attributes
    ----------
    delimiter
        A comma, a semicolon or a tab.
    decimal
        The decimal mark, "." or ",", of the columns that look like x and y.
    header
        The names in the file, or None if its first row is a point.
    columns
        Different printable names to show, those of the header or "column 1", "column 2", ...
    rows
        Each with one text for each column.
    lines
        The line in the file of each row, from 1.
    """

    delimiter: str
    decimal: str
    header: tuple[str, ...] | None
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @cached_property
    def guess(self) -> Columns | None:
        """The columns that look like x, y and the label, by the header, else by content, else by position.

        None if there are no two columns of numbers and none named x and y.
        """
        return recognized.guess(self.header, self.rows)

    def points(self, columns: Columns) -> LabeledPoints:
        """Return the points in three columns: (N, 2), their classes (N,), and the classes' names.

        Labels are whole numbers, formulas or names; `label_names.classes` says how they become classes.

        Raises
        ------
        PolycoreError
            With the line and the column, at a number or a label that is invalid; without them if the columns
            are not three of the table's.
        """
        self._check_columns(columns)
        x, y, labels = (self._cells(column) for column in (columns.x, columns.y, columns.label))
        mark = decimal_mark([*x.texts, *y.texts], self.delimiter)
        points = np.column_stack([coordinates(x, mark), coordinates(y, mark)])
        return points, *classes(labels, mark)

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

    def _check_columns(self, columns: Columns) -> None:
        check_type("columns", columns, Columns, "Give Columns(x, y, label), with indices from 0.")
        last = len(self.columns) - 1
        for field in ("x", "y", "label"):
            checked_whole_number(f"columns.{field}", getattr(columns, field), 0, last)
        if len({columns.x, columns.y, columns.label}) < 3:
            raise PolycoreError(
                f"columns: got x={columns.x}, y={columns.y} and label={columns.label}; expected three "
                "different columns. Choose another one."
            )

    def _cells(self, column: int) -> Cells:
        name = self.columns[column] if self.header and self.header[column] else ""
        return Cells(column + 1, name, [row[column] for row in self.rows], self.lines)


def read_table(content: str | bytes) -> Table:
    """Return the table in a CSV file, and what was recognized in it.

    Between the fields are commas, semicolons or tabs. Bytes are UTF-8, or UTF-16 with a byte order mark.
    Blank lines are skipped, as are lines that start with # before the first point, and Excel's sep=; in the
    first line. Fields may be quoted, but none spans lines.

    Raises
    ------
    PolycoreError
        If it is not such a table, or exceeds a limit: 4 MiB, 100,000 lines of 10,000 characters, 3 to 50
        columns, 20,000 points, 600,000 cells. The message has the line, what it got and what it expected.
    """
    found = table_rows(content)
    rows, lines = found.rows, found.lines
    header = rows.pop(0) if recognized.has_header(rows) else None
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
        decimal=recognized.decimal_mark_of(header, rows, found.delimiter),
        header=header,
        columns=recognized.names_to_show(header, len(rows[0])),
        rows=tuple(rows),
        lines=tuple(lines),
    )


def table_of_points(
    content: str | bytes, columns: Columns | tuple[str, str, str] | None = None
) -> tuple[Table, Columns]:
    """Return the table in a CSV file, as `read_table` reads it, and which columns are x, y and the label.

    `columns` names them, by index or by their names in `Table.columns`; None: the table's guess. Raises
    PolycoreError as `read_table` does, and if there is nothing to guess.
    """
    table = read_table(content)
    if columns is None:
        return table, _guess(table)
    if isinstance(columns, list | tuple) and len(columns) == 3:
        columns = table.columns_named(*columns)
    return table, columns


def _guess(table: Table) -> Columns:
    if table.guess is None:
        first = quoted(table.rows[0][0], LONGEST_QUOTE)
        raise line_error(
            table.lines[0],
            f"{first} and fewer than two numbers",
            "two columns of numbers, x and y. Choose the columns",
        )
    return table.guess
