"""The classes in a column of labels: whole numbers, formulas or names."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.class_name import check_name
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_NAME, MIN_CLASSES
from polycore.points.cells import LONGEST_QUOTE, Cells
from polycore.points.numerals import whole_number
from polycore.polynomials.polynomial import Polynomial
from polycore.quoting import quoted

# Of one class there may be several spellings; to parse thousands of them would take seconds.
MAX_SPELLINGS = 4 * MAX_CLASSES
_CLASSES = f"{MIN_CLASSES} to {MAX_CLASSES} classes. Choose another column as the label"


def classes(labels: Cells, mark: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of each label, (N,) indices, and the names of the classes.

    Whole numbers are classes in numeric order; "1", "1.0" and "1,0" are one, with the name "1". If every
    label is a polynomial in x, equal ones are one class, named by the typeset form. Other labels are names,
    compared exactly. Formulas and names are numbered in the order in which they first appear. `mark` is the
    decimal mark of the table. Raises PolycoreError at a label that cannot be a name, and for fewer than 2
    or more than 24 classes.
    """
    spellings = list(dict.fromkeys(labels.texts))
    name_of = _numbers(spellings, mark) or _formulas(spellings) or {text: text for text in spellings}
    _check_names(labels, name_of)
    names = tuple(dict.fromkeys(name_of.values()))
    _check_count(labels, name_of, names)
    _check_not_missing(labels, mark)
    index_of = {name: index for index, name in enumerate(names)}
    return np.array([index_of[name_of[text]] for text in labels.texts], dtype=np.int64), names


def _numbers(spellings: Sequence[str], mark: str) -> dict[str, str] | None:
    """Return the name of each spelling, in numeric order; None unless all are whole numbers."""
    numbers: dict[str, int] = {}
    for text in spellings:
        number = whole_number(text, mark)
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


def _check_not_missing(labels: Cells, mark: str) -> None:
    """Refuse "nan" among whole numbers: programs write it for a missing number, so it is not a name."""
    kinds = Counter(_kind(text, mark) for text in set(labels.texts))
    if kinds["nan"] and kinds["number"] and not kinds["name"]:
        row = [text.lower() for text in labels.texts].index("nan")
        raise labels.error(row, "a whole number, as in the other rows. Fill it in, or delete the line")


def _kind(text: str, mark: str) -> str:
    if text.lower() == "nan":
        return "nan"
    return "name" if whole_number(text, mark) is None else "number"
