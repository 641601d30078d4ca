"""Polynomials as the user enters them: one on each line or in each row. Errors name the line or row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from polycore import PolycoreError, Polynomial
from polycore.limits import MAX_CLASSES, MIN_CLASSES

MOST_LINES = 200  # of a text that are looked at while it is typed
TWICE = "It is there already: no network can tell equal polynomials apart."
MAX_ERRORS = 4  # shown at once; the others appear when these are corrected

Entry = TypeVar("Entry")


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
    printed = {str(polynomial): polynomial for polynomial in known}
    entries = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _read("Line", entries, lambda line: printed.get(line) or _parsed(line))


@dataclass(frozen=True)
class Line:
    """A line of the text editor.

    polynomial: what it means; None for an empty line and for one with an `error`.
    """

    text: str
    polynomial: Polynomial | None = None
    error: str = ""


def lines_of(text: str, known: Sequence[Polynomial]) -> list[Line]:
    """Return each line of a text, also the empty ones; see `from_lines`."""
    printed = {str(polynomial): polynomial for polynomial in known}
    lines: list[Line] = []
    for line in (each.strip() for each in text.split("\n")[:MOST_LINES]):
        if not line:
            lines.append(Line(line))
            continue
        try:
            polynomial = printed.get(line) or _parsed(line)
        except PolycoreError as error:
            lines.append(Line(line, error=str(error)))
            continue
        twice = any(polynomial == other.polynomial for other in lines)
        lines.append(Line(line, error=TWICE) if twice else Line(line, polynomial))
    return lines


def from_rows(rows: Sequence[Sequence[float | None]]) -> tuple[Polynomial, ...]:
    """Return the polynomials of rows of coefficients, highest degree first.

    An empty cell is a 0. A row of empty cells is ignored, since it has just been added. Raises PolycoreError,
    which lists what is wrong in each row.
    """
    entries = [(number, row) for number, row in enumerate(rows, 1) if any(cell is not None for cell in row)]
    return _read("Row", entries, lambda row: Polynomial(*(cell or 0 for cell in row)))


def _read(
    unit: str, entries: Sequence[tuple[int, Entry]], read: Callable[[Entry], Polynomial]
) -> tuple[Polynomial, ...]:
    _check_count(len(entries))
    numbers: dict[Polynomial, int] = {}
    errors = []
    for number, entry in entries:
        try:
            polynomial = read(entry)
        except PolycoreError as error:
            errors.append(f"{unit} {number}: {error}")
            continue
        if polynomial in numbers:
            errors.append(
                f"{unit} {number}: this is the same polynomial as {unit.lower()} {numbers[polynomial]}, and "
                "no network can tell equal polynomials apart. Change or remove one."
            )
        numbers.setdefault(polynomial, number)
    if errors:
        raise PolycoreError(_listed(errors))
    return tuple(numbers)


@lru_cache(maxsize=128)
def _parsed(line: str) -> Polynomial:
    """Parse a line, which takes a millisecond or two and is done several times as a page is drawn."""
    return Polynomial.parse(line)


def _check_count(count: int) -> None:
    if count < MIN_CLASSES:
        got = "only one polynomial" if count else "no polynomial"
        raise PolycoreError(f"Got {got}; expected at least {MIN_CLASSES}. Add one, such as x^2 - 1.")
    if count > MAX_CLASSES:
        raise PolycoreError(
            f"Got {count} polynomials; expected at most {MAX_CLASSES}. Remove {count - MAX_CLASSES}."
        )


def _listed(errors: Sequence[str]) -> str:
    more = len(errors) - MAX_ERRORS
    return "\n".join([*errors[:MAX_ERRORS], *([f"And {more} more."] if more > 0 else [])])
