"""The parts of a typed polynomial: numbers, x, signs and brackets, in the ways in which people write them."""

import re
from typing import NamedTuple

from polycore.errors import PolycoreError
from polycore.limits import MAX_TEXT
from polycore.quoting import quoted

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MINUS_SIGNS = "-\u2010\u2011\u2012\u2013\u2014\u2212"  # hyphens, dashes, the true minus
_TIMES_SIGNS = "*\u00d7\u00b7\u2022\u22c5"
_SPACES = " \t\u00a0\u2009\u202f"  # also those that do not break, and thin ones
_TOKEN = re.compile(
    # a comma is a decimal point if the number has no other
    r"(?P<number>[0-9]+,[0-9]+(?![0-9.,])|[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"|(?P<x>[xX])"
    rf"|(?P<superscript>[{SUPERSCRIPTS}]+)"
    rf"|(?P<sign>\*\*|[{re.escape('+/^(){}' + _MINUS_SIGNS + _TIMES_SIGNS)}])"
    r"|(?P<command>\\[A-Za-z]+)"
    rf"|(?P<space>[{_SPACES}]+)"
)
_COMMANDS = {r"\cdot": "*", r"\times": "*", r"\frac": "fraction"}
# "y =" or "f(x) =", with any one letter but x
_NAME = re.compile(rf"[A-WYZa-wyz][{_SPACES}]*(?:\([{_SPACES}]*[xX][{_SPACES}]*\)[{_SPACES}]*)?=")
_WORD = re.compile(r"[A-Za-z]+")
_ALLOWED = "Use x, numbers, + - * / ^ and parentheses."
_TYPE_INSTEAD = {
    **dict.fromkeys("\u00f7\u2044\u2215:", "/"),
    **dict.fromkeys("[", "("),
    **dict.fromkeys("]", ")"),
    **dict.fromkeys("\u0445\u0425\U0001d465", "x"),  # Cyrillic letters, the mathematical italic
    "\n": "each polynomial on a line of its own",
}


class Token(NamedTuple):
    """A part of a text.

    kind: "number", "x", "fraction" for TeX's command, "end", or the sign: "-", "*" and "^" however written.
    text: as it was written; of a superscript exponent, its digits. position: of the first character, from 1.
    """

    kind: str
    text: str
    position: int


def syntax_error(token: Token, reason: str) -> PolycoreError:
    """Return an error that says where the text breaks a rule, what is there, and what to do."""
    got = quoted(token.text, 20) if token.text else "the end of the text"
    return PolycoreError(f"character {token.position}: got {got}; {reason}")


def tokens(text: str) -> list[Token]:
    """Return the parts of a text, without spaces and what only surrounds a polynomial; the last is the end.

    Raises PolycoreError at the first character that has no place in a polynomial, or beyond MAX_TEXT.
    """
    if len(text) > MAX_TEXT:
        last = Token("", text[MAX_TEXT], MAX_TEXT + 1)
        raise syntax_error(
            last, f"expected at most {MAX_TEXT} characters, not {len(text)}. Shorten the text."
        )
    start, end = _inside(text)
    equals = text.find("=", start, end)
    if equals >= 0:
        raise syntax_error(
            Token("", "=", equals + 1),
            "expected one equals sign at most, behind a name, as in y = x^2 or f(x) = x^2.",
        )
    read: list[Token] = []
    while start < end:
        match = _TOKEN.match(text, start, end)
        if match is None:
            raise _unknown_token(text, start)
        read += _tokens_of(match)
        start = match.end()
    return [*read, Token("end", "", end + 1)]


def _inside(text: str) -> tuple[int, int]:
    """Return from where to where the polynomial reaches.

    Around it there may be spaces, a full stop at the end, a pair of TeX's $ or $$, and a name in front.
    """
    start, end = _without_spaces(text, 0, len(text))
    has_stop = _ends_sentence(text[start:end])
    start, end = _without_spaces(text, start, end - has_stop)
    for mark in ("$$", "$"):
        inside = text[start:end]
        if len(inside) >= 2 * len(mark) and inside.startswith(mark) and inside.endswith(mark):
            start, end = start + len(mark), end - len(mark)
            break
    if not has_stop:  # it may also stand before the $
        end -= _ends_sentence(text[start:end])
    start, end = _without_spaces(text, start, end)
    name = _NAME.match(text, start, end)
    return (name.end() if name else start), end


def _ends_sentence(text: str) -> bool:
    return text.endswith(".") and not text.endswith("..")


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    start = end - len(text[start:end].lstrip(_SPACES))
    return start, start + len(text[start:end].rstrip(_SPACES))


def _tokens_of(match: re.Match[str]) -> list[Token]:
    kind, text, position = match.lastgroup or "", match[0], match.start() + 1
    match kind:
        case "space":
            return []
        case "superscript":
            digits = "".join(str(SUPERSCRIPTS.index(digit)) for digit in text)
            return [Token("^", text, position), Token("number", digits, position)]
        case "command" if text not in _COMMANDS:
            raise syntax_error(
                Token("", text, position), r"of TeX's commands only \frac, \cdot and \times are read."
            )
        case "command":
            return [Token(_COMMANDS[text], text, position)]
        case "sign":
            return [Token(_sign(text), text, position)]
        case _:
            return [Token(kind, text, position)]


def _sign(text: str) -> str:
    if text == "**":
        return "^"
    if text in _MINUS_SIGNS:
        return "-"
    return "*" if text in _TIMES_SIGNS else text


def _unknown_token(text: str, start: int) -> PolycoreError:
    word = _WORD.match(text, start)
    token = Token("", word[0] if word else text[start], start + 1)
    if token.text in _TYPE_INSTEAD:
        return syntax_error(token, f"type {_TYPE_INSTEAD[token.text]} instead.")
    if token.text in ("e", "E") and text[start - 1 : start] in tuple("0123456789."):
        return syntax_error(token, "numbers must be written in full. Type 1000 for 1e3, 0.001 for 1e-3.")
    if token.text in (",", ".") and text[start - 1 : start] in tuple("0123456789"):
        return syntax_error(token, "a number has only one decimal point or comma. Write 1234.5 for 1,234.5.")
    if token.text == "$":
        return syntax_error(token, "expected a $ on both sides, as in TeX, or none. Remove it.")
    if len(token.text) > 1:
        return syntax_error(token, f"words and functions are not supported. {_ALLOWED}")
    if word:
        return syntax_error(token, "the only variable is x. Write it as x.")
    if not token.text.isprintable():
        return syntax_error(token, "it is invisible. Remove it.")
    return syntax_error(token, f"it cannot be part of a polynomial. {_ALLOWED}")
