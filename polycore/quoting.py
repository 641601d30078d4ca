"""A stranger's text with nothing in it that cannot be seen."""

_MORE = "..."


def visible(text: str) -> str:
    r"""Return `text` with each character that cannot be seen as its escape, such as \x07 or \u202e.

    The second one would write all that follows it in the line from right to left. Line feeds stay.
    """
    return "".join(character if character == "\n" else _shown(character) for character in text)


def quoted(text: str, longest: int) -> str:
    """Return the text in quotation marks, on one line, for a message.

    What cannot be seen is shown as its escape; between the marks are at most `longest` characters.
    """
    mark = '"' if "'" in text else "'"
    pieces = [_shown(character) for character in text[: longest + 1]]
    if sum(map(len, pieces)) <= longest:
        return f"{mark}{''.join(pieces)}{mark}"
    # whole pieces: half an escape would name another character
    while sum(map(len, pieces)) > longest - len(_MORE):
        pieces.pop()
    return f"{mark}{''.join(pieces)}{_MORE}{mark}"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
