"""The cells of one column of a table, and errors that say which cell is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from polycore.errors import PolycoreError
from polycore.quoting import quoted

LONGEST_QUOTE = 20  # characters of a file in a message


@dataclass(frozen=True)
class Cells:
    """The cells of one column, from top to bottom.

    number: of the column, from 1. name: from the header; "" if it has none. lines: the line of each text.
    """

    number: int
    name: str
    texts: Sequence[str]
    lines: Sequence[int]

    def error(self, row: int, expected: str) -> PolycoreError:
        """Return an error about the cell at the index `row`; `expected` may go on with what to do."""
        return self.error_about(row, quoted(self.texts[row], LONGEST_QUOTE), expected)

    def error_about(self, row: int, got: str, expected: str) -> PolycoreError:
        """Return an error about the cell at the index `row` that describes it as `got`."""
        name = f" ({quoted(self.name, LONGEST_QUOTE)[1:-1]})" if self.name else ""
        return line_error(self.lines[row], got, expected, f", column {self.number}{name}")


def line_error(line: int, got: str, expected: str, position: str = "") -> PolycoreError:
    """Return an error about a line; `position` says where in the line."""
    return PolycoreError(f"line {line}{position}: got {got}; expected {expected}.")
