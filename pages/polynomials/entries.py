"""Polynomials as a person enters them, one a line or one a row; a refusal says which line or row."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from polycore import PolycoreError, Polynomial
from polycore.limits import MAX_CLASSES, MIN_CLASSES

MOST_TOLD = 4  # refusals at once; the others come when these are mended

Entry = TypeVar("Entry")


def as_lines(polynomials: Sequence[Polynomial]) -> str:
    """Return the printed forms, one a line."""
    return "\n".join(map(str, polynomials))


def from_lines(text: str, known: Sequence[Polynomial]) -> tuple[Polynomial, ...]:
    """Return the polynomials of a text; empty lines are passed over.

    A line that is the printed form of a `known` one is that one: a link may bring coefficients whose printed
    form is longer than the parser reads. Raises PolycoreError with a line for each line that is refused.
    """
    printed = {str(polynomial): polynomial for polynomial in known}
    entries = [(place, line.strip()) for place, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _read("Line", entries, lambda line: printed.get(line) or Polynomial.parse(line))


def from_rows(rows: Sequence[Sequence[float | None]]) -> tuple[Polynomial, ...]:
    """Return the polynomials of rows of coefficients, highest degree first.

    An empty cell is a 0, and a row of nothing but empty cells is passed over: it has just been added. Raises
    PolycoreError with a line for each row that is refused.
    """
    entries = [(place, row) for place, row in enumerate(rows, 1) if any(cell is not None for cell in row)]
    return _read("Row", entries, lambda row: Polynomial(*(cell or 0 for cell in row)))


def _read(
    unit: str, entries: Sequence[tuple[int, Entry]], read: Callable[[Entry], Polynomial]
) -> tuple[Polynomial, ...]:
    _check_count(len(entries))
    places: dict[Polynomial, int] = {}
    refusals = []
    for place, entry in entries:
        try:
            polynomial = read(entry)
        except PolycoreError as error:
            refusals.append(f"{unit} {place}: {error}")
            continue
        if polynomial in places:
            refusals.append(
                f"{unit} {place}: this is the same polynomial as {unit.lower()} {places[polynomial]}, and no "
                "network can tell equal polynomials apart. Change or remove one."
            )
        places.setdefault(polynomial, place)
    if refusals:
        raise PolycoreError(_told(refusals))
    return tuple(places)


def _check_count(count: int) -> None:
    if count < MIN_CLASSES:
        found = "There is only one polynomial" if count else "There is no polynomial"
        raise PolycoreError(
            f"{found}; at least {MIN_CLASSES} are needed to tell apart. Add one, such as x^2 - 1."
        )
    if count > MAX_CLASSES:
        raise PolycoreError(
            f"There are {count} polynomials; at most {MAX_CLASSES} are allowed. Remove {count - MAX_CLASSES}."
        )


def _told(refusals: Sequence[str]) -> str:
    more = len(refusals) - MOST_TOLD
    return "\n".join([*refusals[:MOST_TOLD], *([f"And {more} more."] if more > 0 else [])])
