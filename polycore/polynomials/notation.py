"""The notations of a polynomial: plain text, LaTeX, typeset in Unicode, and spoken.

Terms come highest degree first. Numbers are the shortest decimals that give the same float.
"""

from collections.abc import Callable, Sequence

import numpy as np

from polycore.formatting import superscript

MINUS_SIGN = "\N{MINUS SIGN}"
_SPOKEN_POWERS = {1: "x", 2: "x squared", 3: "x cubed"}


def plain(coefficients: Sequence[float]) -> str:
    """Return the plain text, as the parser reads it: "-x^2 + 2x"."""
    return _signed_sum(coefficients, lambda size, degree: term(size, degree, "x^{}"))


def latex(coefficients: Sequence[float]) -> str:
    """Return the LaTeX without dollar signs: "-x^{2} + 2x"."""
    return _signed_sum(coefficients, lambda size, degree: term(size, degree, "x^{{{}}}"))


def typeset(coefficients: Sequence[float]) -> str:
    """Return the Unicode text with superscripts and minus signs (U+2212): "−x² + 2x"."""
    text = _signed_sum(coefficients, lambda size, degree: term(size, degree, "x" + superscript(degree)))
    return text.replace("-", MINUS_SIGN)


def spoken(coefficients: Sequence[float]) -> str:
    """Return the words a screen reader should say: "minus x squared plus 2 x"."""
    text = _signed_sum(coefficients, _spoken_term)
    return text.replace("+", "plus").replace("- ", "-").replace("-", "minus ")


def term(size: float, degree: int, power: str) -> str:
    """Return a term without its sign; `power` is how a power of x looks, "{}" standing for the degree."""
    if degree == 0:
        return decimal(size)
    x = "x" if degree == 1 else power.format(degree)
    return x if size == 1 else decimal(size) + x


def decimal(number: float) -> str:
    """Return the shortest decimal that gives the same float, never with an exponent."""
    return np.format_float_positional(number, trim="-")


def _signed_sum(coefficients: Sequence[float], term_text: Callable[[float, int], str]) -> str:
    terms = [
        f"{'-' if coefficient < 0 else '+'} {term_text(abs(coefficient), degree)}"
        for degree, coefficient in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True)
        if coefficient
    ]
    if not terms:
        return "0"
    return " ".join([terms[0].removeprefix("+ ").replace("- ", "-"), *terms[1:]])


def _spoken_term(size: float, degree: int) -> str:
    if degree == 0:
        return decimal(size)
    power = _SPOKEN_POWERS.get(degree) or f"x to the {_ordinal(degree)}"
    return power if size == 1 else f"{decimal(size)} {power}"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
