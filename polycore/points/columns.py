"""Which columns of a table are x, y and the label, and whether its first row is a header."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

from polycore.limits import MAX_CLASSES, MAX_NAME, MIN_CLASSES
from polycore.points.numerals import decimal_mark, has_two_numbers, looks_like_number, whole_number
from polycore.points.table_rows import Row
from polycore.quoting import quoted

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
    """The indices, from 0, of the columns of x, y and the label."""

    x: int
    y: int
    label: int


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


def guess(header: Row | None, rows: Sequence[Row]) -> Columns | None:
    """Return which columns are x, y and the label: by the header, else by content, else by position.

    Return None if there are no two columns of numbers and none named x and y.
    """
    meanings = [_meaning(name) for name in header or ()]
    numbers = number_columns(rows)
    contents = [_first_texts(rows, column) for column in range(len(rows[0]))]
    if "x" in meanings and "y" in meanings:
        x, y = meanings.index("x"), meanings.index("y")
        labels = [column for column in range(len(contents)) if column not in (x, y)]
        return Columns(x, y, _label(labels, meanings, numbers, contents))
    labels = [column for column in range(len(contents)) if len(set(numbers) - {column}) >= 2]
    if not labels:
        return None
    label = _label(labels, meanings, numbers, contents)
    # a column without a name is, as pandas writes it, the number of the row
    unnamed = {column for column, name in enumerate(header or ()) if not name}
    x, y, *_ = sorted(set(numbers) - {label}, key=lambda column: (column in unnamed, column))
    return Columns(x, y, label)


def decimal_mark_of(header: Row | None, rows: Sequence[Row], delimiter: str) -> str:
    """Return the decimal mark of the columns that look like x and y; "." if none do."""
    columns = guess(header, rows)
    cells = [row[column] for row in rows for column in (columns.x, columns.y)] if columns else []
    return decimal_mark(cells, delimiter)


def names_to_show(header: Row | None, width: int) -> tuple[str, ...]:
    """Return different printable names of at most some 40 characters, one for each column."""
    names: list[str] = []
    for number, name in enumerate(header or [""] * width, 1):
        shown = quoted(name, MAX_NAME)[1:-1] or f"column {number}"
        alternatives = (f"{shown} ({repetition})" for repetition in count(2))
        names.append(next(text for text in chain([shown], alternatives) if text not in names))
    return tuple(names)


def _label(
    candidates: Sequence[int], meanings: Sequence[str], numbers: Sequence[int], contents: Sequence[set[str]]
) -> int:
    """Return the candidate that is named as a label, else the one whose content suits a label best."""

    def suitability(column: int) -> tuple[bool, int, int, int]:
        meaning = meanings[column] if meanings else ""
        is_few = MIN_CLASSES <= len(contents[column]) <= MAX_CLASSES
        is_named = meaning in _LABEL_NAMES
        if is_named:
            return True, is_few, -_LABEL_NAMES.index(meaning), -column
        return False, _rank(is_few, column not in numbers, contents[column]), 0, column

    return max(candidates, key=suitability)


def _first_texts(rows: Sequence[Row], column: int) -> set[str]:
    """Return the different texts in a column, but at most one more than there may be classes."""
    texts: set[str] = set()
    for row in rows:
        texts.add(row[column])
        if len(texts) > MAX_CLASSES:
            break
    return texts


def _rank(is_few: bool, is_text: bool, content: set[str]) -> int:
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
