"""A stranger's text with nothing in it that cannot be seen."""


def visible(text: str) -> str:
    r"""Return `text` with each character that cannot be seen as its escape, such as \x07 or \u202e.

    The second one would write all that follows it in the line from right to left. Line feeds stay.
    """
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return character.encode("unicode_escape").decode("ascii")
