"""Numbers as people write them: with a decimal point or comma, a true minus, an exponent."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.limits import MAX_COORDINATE
from polycore.points.cells import Cells

_SIGN = "[+\\-\N{MINUS SIGN}]?"
_EXPONENT = f"(?:[eE]{_SIGN}[0-9]++)?"
# "++" and "*+" give nothing back: a long cell that is not a number takes no time
_NUMBER = re.compile(rf"{_SIGN}(?:[0-9]++(?:[.,][0-9]*+)?|[.,][0-9]++){_EXPONENT}")
# also with separators of thousands: 1,234.5 and 1'234.5 and 1 234,5
_SEPARATED = re.compile(rf"{_SIGN}[.,]?[0-9][0-9.,'\u2019 \u00a0\u2009\u202f]*+{_EXPONENT}")
_THOUSANDS = re.compile(rf"{_SIGN}[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+")
_ASCII = str.maketrans({"\N{MINUS SIGN}": "-", ",": "."})
_MARKS = {".": "point", ",": "comma"}
_LARGEST_EXACT = 2.0**53  # from here on, not every whole number is a float


def looks_like_number(text: str) -> bool:
    """Say whether a text is a number, also one that is refused: with either mark or separators."""
    return _SEPARATED.fullmatch(text) is not None


def has_two_numbers(row: Iterable[str]) -> bool:
    """Say whether the cells may be those of a point."""
    numbers = filter(looks_like_number, row)
    return next(numbers, None) is not None and next(numbers, None) is not None


def decimal_mark(texts: Sequence[str], delimiter: str) -> str:
    """Return the mark that more of the numbers have: "." or ","; "." if they have as many of both.

    Between commas, where people write decimal points, commas that all stand before three digits, as in
    "1,234", are separators of thousands.
    """
    with_comma = [text for text in texts if "," in text]
    if delimiter == "," and all(map(_THOUSANDS.fullmatch, with_comma)):
        return "."
    return "," if len(with_comma) > sum("." in text for text in texts) else "."


def whole_number(text: str, mark: str) -> int | None:
    """Return the whole number that a text is, also as "1.0" or "1,0"; None if it is not one."""
    is_separated = mark == "." and _THOUSANDS.fullmatch(text)
    if is_separated or not _NUMBER.fullmatch(text):
        return None
    number = float(text.translate(_ASCII))
    return int(number) if number.is_integer() and abs(number) < _LARGEST_EXACT else None


def coordinates(cells: Cells, mark: str) -> NDArray[np.float64]:
    """Return the numbers in a column, with the decimal mark `mark`.

    Raises PolycoreError at a cell that is not such a number, or whose size is above MAX_COORDINATE.
    """
    other = "." if mark == "," else ","
    numbers = np.empty(len(cells.texts))
    for row, text in enumerate(cells.texts):
        if other in text or not _NUMBER.fullmatch(text):
            raise cells.error(row, _expected(text, mark))
        numbers[row] = float(text.translate(_ASCII))
    sizes = np.abs(numbers)
    if sizes.max(initial=0) > MAX_COORDINATE:
        row = int(np.argmax(sizes > MAX_COORDINATE))
        raise cells.error(row, f"a size of at most {MAX_COORDINATE:,.0f}. Divide the column by a number")
    return numbers


def _expected(text: str, mark: str) -> str:
    if _NUMBER.fullmatch(text) and not (mark == "." and _THOUSANDS.fullmatch(text)):
        return f"a decimal {_MARKS[mark]}, as in other numbers of x and y. Use the same mark in all"
    if looks_like_number(text):
        return f"a number without separators of thousands, such as 1234{mark}5"
    return f"a number, such as -0{mark}5" + ("" if text else ". Fill it in, or delete the line")
