"""A polynomial with real coefficients, highest degree first: (-1, 0, 1) is -x^2 + 1."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise, zip_longest
from numbers import Real
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError
from polycore.kind import check_kind
from polycore.visible import quoted

# Limits of `Polynomial.parse` and of an Experiment; a Polynomial made from numbers has none.
MAX_DEGREE = 12
MAX_COEFFICIENT = 1e6
MAX_TEXT = 200
MAX_NESTING = 20


@dataclass(frozen=True, init=False, repr=False)
class Polynomial:
    """Compared and hashed by `coefficients`: floats, highest degree first, without leading zeros.

    The zero polynomial has the one coefficient 0.0 and degree 0. Raises PolycoreError unless
    there are one or more coefficients, all of them finite real numbers (a bool is none).
    """

    coefficients: tuple[float, ...]

    def __init__(self, *coefficients: float) -> None:
        if not coefficients:
            raise PolycoreError("there are no coefficients; give one or more, as in Polynomial(-1, 0, 1).")
        numbers = [_finite(place, value) for place, value in enumerate(coefficients, 1)]
        leading = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
        object.__setattr__(self, "coefficients", tuple(numbers[leading:]))

    @property
    def degree(self) -> int:
        """The highest power of x; 0 for the zero polynomial too."""
        return len(self.coefficients) - 1

    @overload
    def __call__(self, x: float) -> float: ...
    @overload
    def __call__(self, x: NDArray[Any] | np.generic | Sequence[Any]) -> NDArray[np.float64]: ...
    def __call__(self, x: Any) -> Any:
        """Return the value at `x`, by Horner's rule.

        A Python number gives a Python float. A NumPy scalar, an array or a list gives float64
        of the same shape.
        """
        if isinstance(x, int | float) and not isinstance(x, np.generic):
            return _value(self.coefficients, float(x))
        positions = np.asarray(x, dtype=np.float64)
        values = np.full(positions.shape, self.coefficients[0])
        for coefficient in self.coefficients[1:]:
            values = values * positions + coefficient
        return values

    def __str__(self) -> str:
        """The plain form, such as "-x^2 + 1" or "0.5x".

        Numbers are the shortest decimals that give the same float, never with an exponent, so
        `parse` reads an equal polynomial back wherever its limits allow.
        """
        return _written(self.coefficients, "x^{}")

    def __repr__(self) -> str:
        return f"Polynomial({', '.join(map(repr, self.coefficients))})"

    @property
    def latex(self) -> str:
        """The same form in LaTeX's mathematics, without the dollar signs: "-x^{2} + 1"."""
        return _written(self.coefficients, "x^{{{}}}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the polynomial a person typed, such as "2x^3 - x" or "(x-1)^2 / 4".

        Grammar, spaces and tabs allowed between the tokens:

            sum      = ["+" | "-"] product {("+" | "-") product}
            product  = power {"*" power | "/" power | power}
            power    = atom [("^" | "**") exponent]
            exponent = digits | "(" digits ")"
            atom     = number | "x" | "X" | "(" sum ")"

        Multiplication needs no sign before "(", nor between a number or ")" and x; behind an
        exponent it does, for "x^2x" can be read two ways. A product is worked out from left to
        right, so "1/2x" is 0.5x. Division is by a number other than 0. The arithmetic is exact;
        each coefficient is rounded once, at the end.

        Raises PolycoreError, naming the character (the first is 1), what stands there and what
        would do, where the text breaks this grammar or a limit: MAX_TEXT characters, parentheses
        MAX_NESTING deep, degree MAX_DEGREE in every part, coefficients MAX_COEFFICIENT in size at the
        end, numbers of hundreds of digits on the way.
        """
        if not isinstance(text, str):
            raise PolycoreError(f"text is of type {type(text).__name__}; give a str such as '-x^2 + 1'.")
        return cls(*_Parser(text).coefficients())


def _finite(place: int, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise PolycoreError(
            f"coefficient {place} is of type {type(value).__name__}; give real numbers, highest degree "
            "first, as in Polynomial(-1, 0, 1), or Polynomial(*numbers) for a list."
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PolycoreError(f"coefficient {place} is {number}; give a finite number (at most about 1.8e308).")
    return number + 0.0  # -0.0 + 0.0 is 0.0


def _value(coefficients: Sequence[float], x: float) -> float:
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _written(coefficients: Sequence[float], power: str) -> str:
    terms = [
        f"{'-' if coefficient < 0 else '+'} {_term(abs(coefficient), degree, power)}"
        for degree, coefficient in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True)
        if coefficient
    ]
    if not terms:
        return "0"
    return " ".join([terms[0].replace("+ ", "").replace("- ", "-"), *terms[1:]])


def _term(size: float, degree: int, power: str) -> str:
    if degree == 0:
        return _decimal(size)
    x = "x" if degree == 1 else power.format(degree)
    return x if size == 1 else _decimal(size) + x


def _decimal(number: float) -> str:
    return np.format_float_positional(number, trim="-")


# --- reading a text ---------------------------------------------------------------------------


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
    return _decimal(float(coefficient)) if abs(coefficient) < 10**15 else "beyond 10^15"


def _name(degree: int) -> str:
    return f"coefficient of {_term(1.0, degree, 'x^{}')}" if degree else "constant"


# --- crossings --------------------------------------------------------------------------------

# p and q count as equal at x where they differ by less than this share of the sum of the sizes of
# their terms there. Rounding the coefficients and Horner's rule at degree 12 reach a third of it
# (Higham, Accuracy and Stability of Numerical Algorithms, section 5.1).
_ROUNDING = 1e-14


def crossings(p: Polynomial, q: Polynomial, low: float, high: float) -> tuple[float, ...]:
    """Return each x in [low, high] where p and q cross or touch, sorted, each once.

    Two that come closer than rounding can tell (1e-14 of the sizes of their terms) touch there,
    also at an end. Meant for degrees and coefficients within this file's limits.
    Method: between neighbouring zeros of its derivative p - q only rises or only falls, so a
    change of sign there is one zero, found by bisection, and any other zero lies at a zero of the
    derivative; those are found in the same way, from the last derivative up.
    Raises PolycoreError where p and q are equal (or cannot be told apart anywhere in the range),
    and unless they are polynomials and low < high, both finite numbers.
    """
    for name, polynomial in (("p", p), ("q", q)):
        check_kind(name, polynomial, Polynomial, "Give crossings(p, q, low, high).")
    if p == q:
        raise PolycoreError(
            f"both polynomials are {_shortened(p)}, so they meet everywhere; give two different ones."
        )
    if not (isinstance(low, Real) and isinstance(high, Real)):
        raise PolycoreError(f"the range is from {low!r:.40} to {high!r:.40}; give two finite numbers.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise PolycoreError(f"the range is from {low} to {high}; give two finite numbers, the lower first.")
    ends = {float(low) + 0.0, float(high) + 0.0}
    if low < 0 < high:
        ends.add(0.0)  # tried by itself: bisection would approach it through a thousand powers of two
    zeros: list[float] = []
    for difference, size in reversed(_derivatives(*_difference(p, q))):
        zeros, apart = _zeros(difference, size, sorted(ends.union(zeros)))
    if not apart:
        raise PolycoreError(
            f"{_shortened(p)} and {_shortened(q)} differ by rounding only from {low} to {high}; "
            "give a wider range."
        )
    return tuple(zeros)


def _shortened(polynomial: Polynomial) -> str:
    text = str(polynomial)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _difference(p: Polynomial, q: Polynomial) -> tuple[list[float], list[float]]:
    pairs = list(zip_longest(reversed(p.coefficients), reversed(q.coefficients), fillvalue=0.0))[::-1]
    return [a - b for a, b in pairs], [abs(a) + abs(b) for a, b in pairs]


def _derivatives(difference: list[float], size: list[float]) -> list[tuple[list[float], list[float]]]:
    levels = [(difference, size)]
    while len(difference) > 2:
        difference, size = _derivative(difference), _derivative(size)
        levels.append((difference, size))
    return levels


def _derivative(coefficients: list[float]) -> list[float]:
    degree = len(coefficients) - 1
    return [coefficient * (degree - i) for i, coefficient in enumerate(coefficients[:-1])]


def _zeros(difference: list[float], size: list[float], splits: list[float]) -> tuple[list[float], bool]:
    """Zeros of a difference that is monotone between `splits`; and whether it is ever not zero."""
    groups = [(sign, list(xs)) for sign, xs in groupby(splits, lambda x: _sign(difference, size, x))]
    # zero at neighbours, so zero within rounding between them: one zero, best placed by a zero of
    # the derivative, for the outermost are there only as ends of the range
    outermost = (splits[0], splits[-1])
    touching = [
        min(xs, key=lambda x: (x in outermost, abs(_value(difference, x)))) for sign, xs in groups if not sign
    ]
    crossing = [
        _bisected(difference, left[-1], right[0])
        for (sign_left, left), (sign_right, right) in pairwise(groups)
        if sign_left * sign_right < 0
    ]
    return sorted(touching + crossing), any(sign for sign, _ in groups)


def _sign(difference: list[float], size: list[float], x: float) -> int:
    value = _value(difference, x)
    if value == 0 or abs(value) < _ROUNDING * _value(size, abs(x)):
        return 0
    return 1 if value > 0 else -1


def _bisected(difference: list[float], left: float, right: float) -> float:
    rising = _value(difference, left) < 0
    while left < (middle := left + (right - left) / 2) < right:
        value = _value(difference, middle)
        if value == 0:
            return middle
        if (value < 0) == rising:
            left = middle
        else:
            right = middle
    return left  # the next float is on the other side
