"""Polynomials as the user enters them: one on each line or in each row. Errors name the line or row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

from polycore import PolycoreError, Polynomial
from polycore.formatting import superscript
from polycore.limits import MAX_CLASSES, MAX_DEGREE, MIN_CLASSES

MOST_LINES = 200  # of a text that are looked at while it is typed
TWICE = "It is already in the list: no network can tell equal polynomials apart."
EQUAL = (
    "{}: this is the same polynomial as {}, and no network can tell equal polynomials apart. Change or "
    "remove one."
)
MAX_ERRORS = 4  # shown at once; the others appear when these are corrected
POWERS = ["1", "x", *(f"x{superscript(power)}" for power in range(2, MAX_DEGREE + 1))]

Entry = TypeVar("Entry")


# --- lines -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TypedLine:
    """A line of the text editor.

    polynomial: what it means; None for an empty line and for one with an `error`.
    """

    text: str
    polynomial: Polynomial | None = None
    error: str = ""


def as_lines(polynomials: Sequence[Polynomial], typed: str = "", known: Sequence[Polynomial] = ()) -> str:
    """Return the polynomials as text, one on each line: as `typed` has them, else as plain text.

    `known` are the polynomials that `typed` was read with; see `from_lines`.
    """
    texts = {line.polynomial: line.text for line in lines_of(typed, known)}
    return "\n".join(texts.get(polynomial) or str(polynomial) for polynomial in polynomials)


def from_lines(text: str, known: Sequence[Polynomial]) -> tuple[Polynomial, ...]:
    """Return the polynomials of a text, ignoring empty lines.

    A line equal to the plain text of a polynomial in `known` means that polynomial: a link may contain
    coefficients whose text is longer than the parser accepts. Raises PolycoreError, which lists what is wrong
    in each line.
    """
    entries = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _read("Line", entries, _reader(known))


def lines_of(text: str, known: Sequence[Polynomial]) -> list[TypedLine]:
    """Return each line of a text, also the empty ones; see `from_lines`."""
    read, lines = _reader(known), list[TypedLine]()
    for line in (each.strip() for each in text.split("\n")[:MOST_LINES]):
        if not line:
            lines.append(TypedLine(line))
            continue
        try:
            polynomial = read(line)
        except PolycoreError as error:
            lines.append(TypedLine(line, error=str(error)))
            continue
        twice = any(polynomial == other.polynomial for other in lines)
        lines.append(TypedLine(line, error=TWICE) if twice else TypedLine(line, polynomial))
    return lines


def _reader(known: Sequence[Polynomial]) -> Callable[[str], Polynomial]:
    printed = {str(polynomial): polynomial for polynomial in known}
    return lambda line: printed.get(line) or _parsed(line)


@lru_cache(maxsize=128)
def _parsed(line: str) -> Polynomial:
    """Parse a line, which takes a millisecond or two and is done several times as a page is drawn."""
    return Polynomial.parse(line)


# --- rows of coefficients ----------------------------------------------------------------------


@dataclass(frozen=True)
class EditedTable:
    """The polynomials with which the table was drawn, and how the user has edited it since.

    edits: the state of Streamlit's data editor: edited cells by row and column, deleted and added rows.
    """

    base: tuple[Polynomial, ...]
    edits: Mapping[str, Any] = field(
        default_factory=lambda: {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    )

    def edited(self, edits: Mapping[str, Any]) -> "EditedTable":
        """Return the table with these edits of its base."""
        return replace(self, edits=edits)

    @property
    def cells(self) -> list[list[float | None]]:
        """The rows as they are drawn, constant term first. A 0 is left empty, except as a polynomial."""
        return [
            [c if c or polynomial.degree == 0 else None for c in reversed(polynomial.coefficients)]
            + [None] * (MAX_DEGREE - polynomial.degree)
            for polynomial in self.base
        ]

    @property
    def polynomials(self) -> tuple[Polynomial, ...]:
        """The polynomials of the rows as they are edited.

        An empty cell is a 0. A row of empty cells is ignored, since it has just been added. Raises
        PolycoreError, which lists what is wrong in each row.
        """
        rows = [dict(zip(POWERS, cells, strict=True)) for cells in self.cells]
        for index, cells in self.edits["edited_rows"].items():
            rows[int(index)] |= cells
        deleted = set(self.edits["deleted_rows"])
        rows = [row for index, row in enumerate(rows) if index not in deleted] + self.edits["added_rows"]
        coefficients = [[_number(row.get(power)) for power in reversed(POWERS)] for row in rows]
        entries = [
            (number, row)
            for number, row in enumerate(coefficients, 1)
            if any(cell is not None for cell in row)
        ]
        return _read("Row", entries, lambda row: Polynomial(*(cell or 0 for cell in row)))


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _read(
    unit: str, entries: Sequence[tuple[int, Entry]], read: Callable[[Entry], Polynomial]
) -> tuple[Polynomial, ...]:
    count = len(entries)
    if count < MIN_CLASSES:
        got = "only one polynomial" if count else "no polynomial"
        raise PolycoreError(f"Got {got}; expected at least {MIN_CLASSES}. Add one, such as x^2 - 1.")
    if count > MAX_CLASSES:
        excess = count - MAX_CLASSES
        raise PolycoreError(f"Got {count} polynomials; expected at most {MAX_CLASSES}. Remove {excess}.")
    numbers: dict[Polynomial, int] = {}
    errors = []
    for number, entry in entries:
        try:
            polynomial = read(entry)
        except PolycoreError as error:
            errors.append(f"{unit} {number}: {error}")
            continue
        if polynomial in numbers:
            errors.append(EQUAL.format(f"{unit} {number}", f"{unit.lower()} {numbers[polynomial]}"))
        numbers.setdefault(polynomial, number)
    if len(errors) > MAX_ERRORS:
        errors[MAX_ERRORS:] = [f"And {len(errors) - MAX_ERRORS} more."]
    if errors:
        raise PolycoreError("\n".join(errors))
    return tuple(numbers)
