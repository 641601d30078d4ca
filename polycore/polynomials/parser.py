"""The parser of polynomials as people type them, by exact arithmetic; `Polynomial.parse` has the grammar."""

import math
import re
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from polycore.errors import PolycoreError
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE, MAX_NESTING, MAX_TEXT
from polycore.polynomials.notation import decimal
from polycore.polynomials.notation import term as term_text
from polycore.quoting import quoted


def parsed(text: str) -> list[float]:
    """Return the coefficients of a text, highest degree first. Raises as `Polynomial.parse` does."""
    return _Parser(text).coefficients()


class _Exact(NamedTuple):
    """An exact polynomial, numerators[i] / denominator the coefficient of x^i, in lowest terms.

    The last numerator is no zero but in [0]. The denominator, above 0, is common to all: whole numbers are
    multiplied twenty times as fast as fractions.
    """

    numerators: list[int]
    denominator: int

    @property
    def degree(self) -> int:
        return len(self.numerators) - 1

    @property
    def coefficients(self) -> list[Fraction]:
        return [Fraction(numerator, self.denominator) for numerator in self.numerators]


_TOKEN = re.compile(
    r"(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)|(?P<x>[xX])|(?P<sign>\*\*|[-+*/^()])|(?P<space>[ \t]+)"
)
_WORD = re.compile(r"[A-Za-z]+")
_ALLOWED = "Use x, numbers, + - * / ^ and parentheses."
_TYPE_INSTEAD = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),  # hyphens, dashes, minus
    **dict.fromkeys("\u00d7\u00b7\u2022\u22c5", "*"),  # times, dots
    **dict.fromkeys("\u00f7\u2044\u2215:", "/"),
    "\u00b9": "^1",
    "\u00b2": "^2",
    "\u00b3": "^3",
    **{chr(0x2070 + digit): f"^{digit}" for digit in (0, 4, 5, 6, 7, 8, 9)},  # the other superscripts
    **dict.fromkeys("\u00a0\u2009\u202f", "an ordinary space"),
    ",": ". (a decimal point)",
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
    **dict.fromkeys("\u0445\u0425\U0001d465", "x"),  # Cyrillic letters, the mathematical italic
    "\n": "each polynomial on a line of its own",
}
# Of the numbers on the way. A text at this bound takes a millisecond or two, one without it would take
# seconds. Twelve times the 17 digits that print any float are below it.
_MAX_BITS = 2000


class _Token(NamedTuple):
    kind: str  # "number", "x", "end" or the sign, "^" for "**" too
    text: str
    place: int  # of its first character; the text's first is 1


def _refusal(token: _Token, reason: str) -> PolycoreError:
    if not token.text:
        return PolycoreError(f"character {token.place} is missing; {reason}")
    return PolycoreError(f"character {token.place} is {quoted(token.text, 20)}; {reason}")


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_TEXT:
        last = _Token("", text[MAX_TEXT], MAX_TEXT + 1)
        raise _refusal(last, f"a text has at most {MAX_TEXT} characters, this one {len(text)}. Shorten it.")
    if "=" in text:
        equals = _Token("", "=", text.index("=") + 1)
        raise _refusal(equals, "a polynomial has no equals sign. Of y = x^2 type only x^2.")
    tokens = []
    start = 0
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            raise _unknown(text, start)
        if match.lastgroup != "space":
            tokens.append(_token(match))
        start = match.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


def _token(match: re.Match[str]) -> _Token:
    kind = match.lastgroup or ""
    if kind == "sign":
        kind = "^" if match[0] == "**" else match[0]
    return _Token(kind, match[0], match.start() + 1)


def _unknown(text: str, start: int) -> PolycoreError:
    word = _WORD.match(text, start)
    token = _Token("", word[0] if word else text[start], start + 1)
    if token.text in _TYPE_INSTEAD:
        return _refusal(token, f"type {_TYPE_INSTEAD[token.text]} instead.")
    if token.text in ("e", "E") and text[start - 1 : start] in tuple("0123456789."):
        return _refusal(token, "numbers are written in full. Type 1000 for 1e3, 0.001 for 1e-3.")
    if len(token.text) > 1:
        return _refusal(token, f"words and functions are not known here. {_ALLOWED}")
    if word:
        return _refusal(token, "the only variable is x. Write it as x.")
    if not token.text.isprintable():
        return _refusal(token, "it cannot be seen or printed. Remove it.")
    return _refusal(token, f"it has no place in a polynomial. {_ALLOWED}")


class _Parser:
    """Reads by recursive descent, one method for each line of `Polynomial.parse`'s grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def coefficients(self) -> list[float]:
        """Return them highest degree first."""
        terms = self._terms()
        if self._token.kind != "end":
            raise _refusal(
                self._token, "there is no open ( before it. Remove it, or put a ( where it begins."
            )
        total = _added(terms).coefficients
        _check_sizes(total, terms)
        return [float(coefficient) for coefficient in reversed(total)]

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _accept(self, *kinds: str) -> _Token | None:
        token = self._token
        if token.kind not in kinds:
            return None
        self._next += 1
        return token

    def _terms(self) -> list[tuple[_Token, _Exact]]:
        terms: list[tuple[_Token, _Exact]] = []
        sign = self._accept("+", "-")
        while sign or not terms:
            first = self._token
            term = self._product()
            if sign and sign.kind == "-":
                term = _Exact([-numerator for numerator in term.numerators], term.denominator)
            terms.append((first, term))
            sign = self._accept("+", "-")
        return terms

    def _product(self) -> _Exact:
        product = self._power()
        while True:
            sign = self._accept("*", "/")
            if not sign and not self._multiplies_without_sign():
                return product
            first = self._token
            factor = self._power()
            work_out = _divided if sign and sign.kind == "/" else _multiplied
            product = work_out(product, factor, first)

    def _multiplies_without_sign(self) -> bool:
        token, before = self._token, self._tokens[self._next - 1]
        if token.kind not in ("number", "x"):
            return token.kind == "("
        is_exponent = self._tokens[self._next - 2].kind == "^"
        if token.kind == "x" and before.kind in ("number", ")") and not is_exponent:
            return True
        if token.kind == before.kind == "number" and token.place == before.place + len(before.text):
            raise _refusal(token, "a number has one decimal point only.")
        raise _refusal(
            token, "there is no sign between it and what stands before. Put * to multiply, or ^ for a power."
        )

    def _power(self) -> _Exact:
        base = self._atom()
        if not self._accept("^"):
            return base
        exponent = self._exponent()
        if self._token.kind == "^":
            raise _refusal(self._token, "a power of a power needs parentheses, as in (x^2)^3.")
        return _raised(base, exponent)

    def _exponent(self) -> _Token:
        opening = self._accept("(")
        exponent = self._token
        if exponent.kind != "number" or not exponent.text.isdigit():
            raise _refusal(exponent, f"an exponent is a whole number from 0 to {MAX_DEGREE}, as in x^2.")
        self._next += 1
        if opening and not self._accept(")"):
            raise _refusal(self._token, f"an exponent is one whole number from 0 to {MAX_DEGREE}, as in x^2.")
        return exponent

    def _atom(self) -> _Exact:
        token = self._accept("number", "x", "(")
        if token is None:
            raise self._no_atom()
        if token.kind == "number":
            return _number(token)
        if token.kind == "x":
            return _Exact([0, 1], 1)
        return self._parenthesised(token)

    def _no_atom(self) -> PolycoreError:
        if self._token.kind in ("+", "-"):
            return _refusal(
                self._token, "it is a second sign in a row. Keep one, or use parentheses, as in x*(-2)."
            )
        return _refusal(self._token, "a number, x or ( was wanted, as in -x^2 + 1 or 2(x - 3).")

    def _parenthesised(self, opening: _Token) -> _Exact:
        if self._depth == MAX_NESTING:
            raise _refusal(opening, f"parentheses go at most {MAX_NESTING} deep. Leave some out.")
        self._depth += 1
        inside = _added(self._terms())
        if not self._accept(")"):
            raise _refusal(opening, "it is never closed. Put a ) where the part in parentheses ends.")
        self._depth -= 1
        return inside


def _number(token: _Token) -> _Exact:
    numerator, denominator = Fraction(token.text).as_integer_ratio()
    return _Exact([numerator], denominator)


def _reduced(numerators: list[int], denominator: int, first: _Token) -> _Exact:
    while len(numerators) > 1 and not numerators[-1]:
        numerators = numerators[:-1]
    common = math.gcd(denominator, *numerators)
    reduced = _Exact([numerator // common for numerator in numerators], denominator // common)
    if max(map(int.bit_length, (reduced.denominator, *reduced.numerators))) > _MAX_BITS:
        raise _refusal(first, "with what begins here numbers have hundreds of digits. Use smaller numbers.")
    return reduced


def _added(terms: list[tuple[_Token, _Exact]]) -> _Exact:
    total = _Exact([0], 1)
    for first, term in terms:
        denominator = math.lcm(total.denominator, term.denominator)
        here, there = denominator // total.denominator, denominator // term.denominator
        pairs = zip_longest(total.numerators, term.numerators, fillvalue=0)
        total = _reduced([here * a + there * b for a, b in pairs], denominator, first)
    return total


def _expanded(left: list[int], right: list[int]) -> list[int]:
    product = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product[i + j] += a * b
    return product


def _multiplied(left: _Exact, right: _Exact, first: _Token) -> _Exact:
    degree = left.degree + right.degree
    if degree > MAX_DEGREE:
        raise _refusal(
            first, f"with this factor the degree is {degree}, and it can be at most {MAX_DEGREE}. Lower it."
        )
    numerators = _expanded(left.numerators, right.numerators)
    return _reduced(numerators, left.denominator * right.denominator, first)


def _divided(dividend: _Exact, divisor: _Exact, first: _Token) -> _Exact:
    if divisor.degree:
        raise _refusal(first, "only a number can divide, not x. Write x/2, or multiply instead.")
    [numerator] = divisor.numerators
    if not numerator:
        raise _refusal(first, "nothing can be divided by zero. Divide by another number.")
    factor = divisor.denominator if numerator > 0 else -divisor.denominator
    numerators = [factor * other for other in dividend.numerators]
    return _reduced(numerators, dividend.denominator * abs(numerator), first)


def _raised(base: _Exact, exponent: _Token) -> _Exact:
    times = int(exponent.text)
    if base.degree * times > MAX_DEGREE:
        raise _refusal(exponent, f"it makes a degree above {MAX_DEGREE}. Use a smaller exponent.")
    if _bits(base) * times > _MAX_BITS:
        raise _refusal(exponent, "it makes numbers of hundreds of digits. Use a smaller exponent.")
    # in lowest terms a power needs no reducing (Gauss's lemma)
    if not base.degree:
        return _Exact([base.numerators[0] ** times], base.denominator**times)
    return _Exact(_power(base.numerators, times), base.denominator**times)


def _power(numerators: list[int], times: int) -> list[int]:
    """Return the coefficients of a power, by Kronecker's substitution, with one power of a whole number.

    That number is the polynomial's value at a power of two so large that in the result, which is the value
    there, the coefficients lie side by side.
    """
    width = (sum(map(abs, numerators)) ** times).bit_length() + 1  # a sign takes one bit
    value = sum(numerator << (width * degree) for degree, numerator in enumerate(numerators)) ** times
    half = 1 << (width - 1)
    power = []
    for _ in range((len(numerators) - 1) * times + 1):
        power.append(((value + half) & (2 * half - 1)) - half)
        value = (value - power[-1]) >> width
    return power


def _bits(base: _Exact) -> int:
    # b bits are at least 2^(b-1): 0, 1 and -1 count nothing and may have any exponent
    return max(map(int.bit_length, (*base.numerators, 1))) - 1 + base.denominator.bit_length() - 1


def _check_sizes(total: list[Fraction], terms: list[tuple[_Token, _Exact]]) -> None:
    for degree, coefficient in enumerate(total):
        if abs(coefficient) > MAX_COEFFICIENT:
            sizes = [abs(term.coefficients[degree]) if degree <= term.degree else 0 for _, term in terms]
            first, _ = terms[sizes.index(max(sizes))]
            raise _refusal(
                first,
                f"with the term that begins here the {_name(degree)} is {_shown(coefficient)}, "
                f"and it can be at most {MAX_COEFFICIENT:.0f} in size. Use smaller numbers.",
            )


def _shown(coefficient: Fraction) -> str:
    # float() and str() refuse a whole number of too many digits
    return decimal(float(coefficient)) if abs(coefficient) < 10**15 else "beyond 10^15"


def _name(degree: int) -> str:
    return f"coefficient of {term_text(1.0, degree, 'x^{}')}" if degree else "constant"
