"""The lines of a text file as people save it: which encoding it has and which line ends."""

import codecs
from collections.abc import Iterator, Sequence

from polycore.checks import described
from polycore.errors import PolycoreError
from polycore.points.cells import LONGEST_QUOTE, line_error
from polycore.quoting import quoted

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
            f"the table: got {size:,} bytes or more; expected at most {MAX_BYTES:,}. Delete columns "
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
    feeds, returns, both = (text.count(mark, 0, end) for mark in ("\n", "\r", "\r\n"))
    return feeds + returns - both + 1
