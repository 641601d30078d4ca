"""The rows of a CSV file as people save it: its encoding, its lines, its delimiter, its cells."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from polycore.checks import described
from polycore.class_name import composed
from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS
from polycore.points.cells import LONGEST_QUOTE, are_numbers, has_two_numbers, line_error
from polycore.quoting import quoted

# --- lines ------------------------------------------------------------------------------------

MAX_BYTES = 4 * 1024 * 1024
MAX_LINES = 100_000  # with those that are blank
MAX_LINE = 10_000  # characters
# Spreadsheets write lines of delimiters alone for rows that were emptied.
_BLANK = " \t,;\u00a0\n"
_SAVE_AS = "Save it as CSV UTF-8"


def text_lines(content: str | bytes) -> list[str]:
    """Return the lines of a file, without their ends: LF, CR LF or CR.

    Bytes are UTF-8, with or without a byte order mark, or UTF-16 with one. After MAX_LINES lines, the last
    item is the rest of the text, whatever its length. Raises PolycoreError for other bytes, for what is not
    text, and beyond MAX_BYTES (a str is counted in UTF-8).
    """
    text = _decoded(_bytes(content))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise line_error(_line_at(text, text.index("\0")), r"'\x00'", f"text. {_SAVE_AS}")
    return text.split("\n", MAX_LINES)


def numbered_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the text of each line that is not blank.

    A line of delimiters alone is blank. Raises PolycoreError at a line beyond MAX_LINE characters, and at
    the first one after MAX_LINES lines.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip(_BLANK):
            continue
        if number > MAX_LINES:
            raise line_error(
                number, "one more line", f"at most {MAX_LINES:,}. Delete blank lines and comments"
            )
        if len(line) > MAX_LINE:
            expected = f"at most {MAX_LINE:,} in a line. Start a new line for each point"
            raise line_error(number, f"{len(line):,} characters", expected)
        yield number, line


def _bytes(content: str | bytes) -> bytes:
    if not isinstance(content, str | bytes):
        raise PolycoreError(f"content: got {described(content)}; expected the table as str or bytes.")
    _check_size(len(content))  # of a str: it has at least as many bytes
    data = _encoded(content) if isinstance(content, str) else content
    _check_size(len(data))
    return data


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise PolycoreError(
            f"the table: got more than {MAX_BYTES:,} bytes; expected at most that many. Delete columns "
            "that are not needed, or keep fewer points."
        )


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        got = quoted(text[error.start], LONGEST_QUOTE)
        raise line_error(_line_at(text, error.start), got, "a Unicode character. Remove it") from error


def _decoded(data: bytes) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_utf16 else "utf-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = _line_at(data[: error.start].decode(encoding, errors="ignore"))
        got, expected = f"byte {data[error.start]:#04x}", f"{encoding.upper()} text. {_SAVE_AS}"
        raise line_error(line, got, expected) from error


def _line_at(text: str, end: int | None = None) -> int:
    """Return the number of the line that the position `end` is in; None: the end of the text."""
    feeds, returns, both = (text.count(ending, 0, end) for ending in ("\n", "\r", "\r\n"))
    return feeds + returns - both + 1


# --- delimiters -------------------------------------------------------------------------------

# In this order if they fit equally well: a comma may also be a decimal mark.
DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma"}
MIN_COLUMNS, MAX_COLUMNS = 2, 50
COLUMNS = "x, y and perhaps a label"
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
    if match[1] not in DELIMITERS:
        got = quoted(first_line.strip(), LONGEST_QUOTE)
        raise line_error(1, got, "sep= and a comma, a semicolon or a tab. Delete the line")
    return match[1]


def best_delimiter(sample: Sequence[str], candidates: Sequence[str]) -> tuple[str, int]:
    """Return the delimiter that fits the lines of the sample best, and how many fields most of them have.

    That is the one that gives most lines the same number of fields, two or more, two of them numbers.
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
    # "0.5,0.25,1" with thousands marked is not one of two numbers, but three with a label such as "1;2"
    is_point = are_numbers if width == MIN_COLUMNS else has_two_numbers
    points = 0 if width > MAX_COLUMNS else sum(map(is_point, usual))
    return points, count, width


# --- rows -------------------------------------------------------------------------------------

MAX_CELLS = 600_000  # 30 columns of the most points; as text, some 50 MB
_SAMPLE = 100  # lines that show what the delimiter is

Row = tuple[str, ...]


@dataclass(frozen=True)
class TableRows:
    """The rows of a file, its header among them, each with the same number of cells, and their lines."""

    delimiter: str
    rows: list[Row]
    lines: list[int]


def table_rows(content: str | bytes) -> TableRows:
    """Return the rows of a file, without blank lines and lines that start with # before the first point.

    Columns at the right end without any text are dropped. There are at most two rows more than the most
    points: the header, and one for the caller to refuse. Raises PolycoreError, with the line, at one that
    breaks a limit, has a quote that is not closed or another number of fields than most.
    """
    lines = text_lines(content)
    if not any(line.strip(_BLANK) for line in lines):
        raise PolycoreError(f"the file is empty; expected points, each with {COLUMNS}.")
    stated = stated_delimiter(lines[0])
    if stated:
        lines[0] = ""
    sample = list(islice((line for _, line in numbered_lines(lines) if not _is_comment(line)), _SAMPLE))
    delimiter, width = best_delimiter(sample, stated or tuple(DELIMITERS))
    numbers: list[int] = []
    rows: list[Row] = []
    for number, row in _divided(lines, delimiter, width):
        _check_sizes(number, rows, row)
        numbers.append(number)
        rows.append(row)
        if len(rows) == MAX_POINTS + 2:
            break
    return TableRows(delimiter, _without_empty_columns(rows, numbers), numbers)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _divided(lines: Sequence[str], delimiter: str, width: int) -> Iterator[tuple[int, Row]]:
    """Yield the line number and the cells of each row."""
    has_points = False
    for number, line in numbered_lines(lines):
        if not has_points and _is_comment(line):
            continue
        row = fields(line, delimiter)
        if row is None:
            got = quoted(line.strip(), LONGEST_QUOTE)
            raise line_error(number, got, f'a closing " in the line, with a {DELIMITERS[delimiter]} next')
        if width < MIN_COLUMNS:
            raise _too_few_columns(number, width)
        if len(row) != width:
            raise _width_error(number, len(row), width, delimiter)
        has_points = has_points or has_two_numbers(row)
        yield number, tuple(row) if line.isascii() else tuple(map(composed, row))


def _width_error(number: int, count: int, width: int, delimiter: str) -> PolycoreError:
    got = f"{count:,} {'field' if count == 1 else 'fields'}"
    if delimiter == ",":
        advice = 'Write decimal points in numbers, and " around a label with a comma'
    elif count < width:
        advice = "Add what is missing, or delete the line"
    else:
        advice = f'Write " around a label with a {DELIMITERS[delimiter]}'
    return line_error(number, got, f"{width:,}, as in most lines. {advice}")


def _too_few_columns(number: int, width: int) -> PolycoreError:
    got = f"{width} {'column' if width == 1 else 'columns'} in the table"
    return line_error(
        number, got, f"{COLUMNS}, with commas, semicolons or tabs between them. Add what is missing"
    )


def _check_sizes(number: int, rows: Sequence[Row], row: Row) -> None:
    if len(row) > MAX_COLUMNS:
        raise line_error(
            number, f"{len(row):,} columns", f"at most {MAX_COLUMNS}. Delete those that are not needed"
        )
    if len(rows) * len(row) > MAX_CELLS:  # the first row may be the header
        expected = f"at most {MAX_CELLS:,} in a table. Delete columns that are not needed"
        raise line_error(number, f"more than {MAX_CELLS:,} cells", expected)


def _without_empty_columns(rows: Sequence[Row], numbers: Sequence[int]) -> list[Row]:
    if not rows:
        raise line_error(1, "no rows", f"points, each with {COLUMNS}")
    width = next(width for width in range(len(rows[0]), 0, -1) if any(row[width - 1] for row in rows))
    if width < MIN_COLUMNS:
        raise _too_few_columns(numbers[0], width)
    return [row[:width] for row in rows]
