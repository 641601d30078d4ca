"""The cells of one column of a table: numbers as people write them, labels, and which cell is wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.class_name import check_name
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_NAME, MIN_CLASSES
from polycore.polynomials.polynomial import Polynomial
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
        """Return an error about the cell at the index `row`; `expected` may end with what to do."""
        return self.error_about(row, quoted(self.texts[row], LONGEST_QUOTE), expected)

    def error_about(self, row: int, got: str, expected: str) -> PolycoreError:
        """Return an error about the cell at the index `row` that describes it as `got`."""
        name = f" ({quoted(self.name, LONGEST_QUOTE)[1:-1]})" if self.name else ""
        return line_error(self.lines[row], got, expected, f", column {self.number}{name}")


def line_error(line: int, got: str, expected: str, position: str = "") -> PolycoreError:
    """Return an error about a line; `position` says where in the line."""
    return PolycoreError(f"line {line}{position}: got {got}; expected {expected}.")


# --- numbers ----------------------------------------------------------------------------------

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
    """Say whether the cells may be a point's."""
    numbers = filter(looks_like_number, row)
    return next(numbers, None) is not None and next(numbers, None) is not None


def are_numbers(texts: Iterable[str]) -> bool:
    """Return whether all texts are numbers, with either decimal mark and no other separator."""
    return all(map(_NUMBER.fullmatch, texts))


def decimal_mark(texts: Sequence[str], delimiter: str) -> str:
    """Return the mark that more of the numbers have: "." or ","; "." if they have as many of both.

    Between commas, where people write decimal points, commas that all stand before three digits, as in
    "1,234", are separators of thousands.
    """
    with_comma = [text for text in texts if "," in text]
    if delimiter == "," and all(map(_THOUSANDS.fullmatch, with_comma)):
        return "."
    return "," if len(with_comma) > sum("." in text for text in texts) else "."


def whole_number(text: str, decimal: str) -> int | None:
    """Return the whole number that a text is, also as "1.0" or "1,0"; None if it is not one."""
    is_separated = decimal == "." and _THOUSANDS.fullmatch(text)
    if is_separated or not _NUMBER.fullmatch(text):
        return None
    number = float(text.translate(_ASCII))
    return int(number) if number.is_integer() and abs(number) < _LARGEST_EXACT else None


def coordinates(cells: Cells, decimal: str, largest: float) -> NDArray[np.float64]:
    """Return the numbers in a column, with the decimal mark `decimal`.

    Raises PolycoreError at a cell that is not such a number, or whose size is above `largest`.
    """
    other = "." if decimal == "," else ","
    numbers = np.empty(len(cells.texts))
    for row, text in enumerate(cells.texts):
        if other in text or not _NUMBER.fullmatch(text):
            raise cells.error(row, _expected(text, decimal))
        numbers[row] = float(text.translate(_ASCII))
    sizes = np.abs(numbers)
    if sizes.max(initial=0) > largest:
        row = int(np.argmax(sizes > largest))
        raise cells.error(row, f"a size of at most {largest:,.0f}. Divide the column by a number")
    return numbers


def _expected(text: str, decimal: str) -> str:
    if _NUMBER.fullmatch(text) and not (decimal == "." and _THOUSANDS.fullmatch(text)):
        return f"a decimal {_MARKS[decimal]}, as in other numbers of x and y. Use the same mark in all"
    if looks_like_number(text):
        return f"a number without separators of thousands, such as 1234{decimal}5"
    return f"a number, such as -0{decimal}5" + ("" if text else ". Fill it in, or delete the line")


# --- labels -----------------------------------------------------------------------------------

# Of one class there may be several spellings; to parse thousands of them would take seconds.
MAX_SPELLINGS = 4 * MAX_CLASSES
_CLASSES = f"{MIN_CLASSES} to {MAX_CLASSES} classes. Choose another column as the label"


def classes(labels: Cells, decimal: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of each label, (N,) indices, and the names of the classes.

    Whole numbers are classes in numeric order; "1", "1.0" and "1,0" are one, with the name "1". If every
    label is a polynomial in x, equal ones are one class, named by the typeset form. Other labels are names,
    compared exactly. Formulas and names are numbered in the order in which they first appear. `decimal` is
    the decimal mark of the table. Raises PolycoreError at a label that cannot be a name, and for fewer than
    2 or more than 24 classes.
    """
    spellings = list(dict.fromkeys(labels.texts))
    name_of = _numbers(spellings, decimal) or _formulas(spellings) or {text: text for text in spellings}
    _check_names(labels, name_of)
    names = tuple(dict.fromkeys(name_of.values()))
    _check_count(labels, name_of, names)
    _check_not_missing(labels, decimal)
    index_of = {name: index for index, name in enumerate(names)}
    return np.array([index_of[name_of[text]] for text in labels.texts], dtype=np.int64), names


def _numbers(spellings: Sequence[str], decimal: str) -> dict[str, str] | None:
    """Return the name of each spelling, in numeric order; None unless all are whole numbers."""
    numbers: dict[str, int] = {}
    for text in spellings:
        number = whole_number(text, decimal)
        if number is None:
            return None
        numbers[text] = number
    return {text: str(numbers[text]) for text in sorted(numbers, key=numbers.__getitem__)}


def _formulas(spellings: Sequence[str]) -> dict[str, str] | None:
    """Return the name of each spelling; None unless all are polynomials in x with a name short enough."""
    if len(spellings) > MAX_SPELLINGS:
        return None
    names = {}
    for text in spellings:
        try:
            polynomial = Polynomial.parse(text)
        except PolycoreError:
            return None
        if not polynomial.degree or len(str(polynomial)) > MAX_NAME:
            return None
        names[text] = polynomial.typeset
    return names


def _check_names(labels: Cells, name_of: Mapping[str, str]) -> None:
    for text, name in name_of.items():
        try:
            check_name("label", name)
        except PolycoreError as error:
            expected = f"a label of 1 to {MAX_NAME} printable characters"
            raise labels.error(labels.texts.index(text), expected) from error


def _check_count(labels: Cells, name_of: Mapping[str, str], names: Sequence[str]) -> None:
    if len(names) > MAX_CLASSES:
        seen: dict[str, None] = {}
        for row, text in enumerate(labels.texts):
            seen[name_of[text]] = None
            if len(seen) > MAX_CLASSES:
                got = f"class {len(seen)} of {len(names):,}, {quoted(text, LONGEST_QUOTE)}"
                raise labels.error_about(row, got, _CLASSES)
    if len(names) < MIN_CLASSES:
        got = f"{quoted(labels.texts[0], LONGEST_QUOTE)} here and in each other row"
        raise labels.error_about(0, got, _CLASSES)


def _check_not_missing(labels: Cells, decimal: str) -> None:
    """Refuse "nan" among whole numbers: programs write it for a missing number, so it is not a name."""
    kinds = Counter(_kind(text, decimal) for text in set(labels.texts))
    if kinds["nan"] and kinds["number"] and not kinds["name"]:
        row = [text.lower() for text in labels.texts].index("nan")
        raise labels.error(row, "a whole number, as in the other rows. Fill it in, or delete the line")


def _kind(text: str, decimal: str) -> str:
    if text.lower() == "nan":
        return "nan"
    return "name" if whole_number(text, decimal) is None else "number"
