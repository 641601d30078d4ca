"""Which character stands between the fields of a line: a tab, a semicolon or a comma."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

from polycore.points.cells import LONGEST_QUOTE, line_error
from polycore.points.numerals import has_two_numbers
from polycore.quoting import quoted

# In this order if they fit equally well: a comma may also be a decimal mark.
NAMES = {"\t": "tab", ";": "semicolon", ",": "comma"}
MIN_COLUMNS, MAX_COLUMNS = 3, 50
# Excel's first line, such as sep=;
_STATED = re.compile(r' *"?sep=(.)"? *', re.IGNORECASE)


def fields(line: str, delimiter: str) -> list[str] | None:
    """Return the fields of a line, without spaces around them; None if a quote in it is not closed."""
    try:
        [row] = csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True)
    except csv.Error:
        return None
    return [field.strip() for field in row]


def stated_delimiter(first_line: str) -> str | None:
    """Return the delimiter that a line such as "sep=;" states; None if it is a line of the table.

    Raises PolycoreError if it states another character than a tab, a semicolon or a comma.
    """
    match = _STATED.fullmatch(first_line)
    if match is None:
        return None
    if match[1] not in NAMES:
        got = quoted(first_line.strip(), LONGEST_QUOTE)
        raise line_error(1, got, "sep= and a comma, a semicolon or a tab. Delete the line")
    return match[1]


def best_delimiter(sample: Sequence[str], candidates: Sequence[str] = tuple(NAMES)) -> tuple[str, int]:
    """Return the delimiter that fits the lines of the sample best, and how many fields most of them have.

    That is the one that gives most lines the same number of fields, three or more, two of them numbers.
    """
    fits = {delimiter: _fit(sample, delimiter) for delimiter in candidates}
    best = max(fits, key=lambda delimiter: fits[delimiter][:2])
    return best, fits[best][2]


def _fit(sample: Sequence[str], delimiter: str) -> tuple[int, int, int]:
    """Return how many lines are points, how many have the usual number of fields, and that number.

    If that number is too small, the second one is negative.
    """
    rows = [fields(line, delimiter) or line.split(delimiter) for line in sample]
    [(width, count)] = Counter(map(len, rows)).most_common(1) or [(0, 0)]
    if width < MIN_COLUMNS:
        return 0, width - MIN_COLUMNS, width  # of delimiters that do not fit, the one with most fields
    usual = [row for row in rows if len(row) == width]
    points = 0 if width > MAX_COLUMNS else sum(map(has_two_numbers, usual))
    return points, count, width
