"""Untrusted text with its invisible characters escaped."""

_MORE = "..."


def visible(text: str) -> str:
    r"""Return `text` with each invisible character escaped, such as \x07 or \u202e; line feeds stay.

    The second example would turn the rest of its line from right to left.
    """
    return "".join(character if character == "\n" else _escaped(character) for character in text)


def quoted(text: str, longest: int) -> str:
    """Return the text in quotation marks, on one line, for a message.

    Invisible characters are escaped; between the quotation marks are at most `longest` characters.
    """
    quote = '"' if "'" in text else "'"
    pieces = [_escaped(character) for character in text[: longest + 1]]
    if sum(map(len, pieces)) <= longest:
        return f"{quote}{''.join(pieces)}{quote}"
    # remove whole pieces: half an escape would be another character
    while sum(map(len, pieces)) > longest - len(_MORE):
        pieces.pop()
    return f"{quote}{''.join(pieces)}{_MORE}{quote}"


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
