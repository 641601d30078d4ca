"""The parser of typed polynomials, in exact arithmetic; `Polynomial.parse` documents the grammar."""

import math
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from polycore.errors import PolycoreError
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE, MAX_NESTING
from polycore.polynomials.notation import decimal
from polycore.polynomials.notation import term as term_text
from polycore.polynomials.tokens import Token, syntax_error, tokens


def parsed(text: str) -> list[float]:
    """Return the coefficients in a text, highest degree first. Raises as `Polynomial.parse` does."""
    return _Parser(text).coefficients()


class _Exact(NamedTuple):
    """An exact polynomial: the coefficient of x^i is numerators[i] / denominator, in lowest terms.

    The last numerator is not 0, except in [0]. All share one denominator, above 0, because whole numbers
    multiply twenty times as fast as fractions.
    """

    numerators: list[int]
    denominator: int

    @property
    def degree(self) -> int:
        return len(self.numerators) - 1

    @property
    def coefficients(self) -> list[Fraction]:
        return [Fraction(numerator, self.denominator) for numerator in self.numerators]


# The limit of intermediate numbers. A text at this limit takes a millisecond or two; without it, seconds.
# Twelve times the 17 digits that print any float are below it.
_MAX_BITS = 2000
_CLOSING = {"(": ")", "{": "}"}


class _Parser:
    """A recursive-descent parser with one method for each line of the grammar of `Polynomial.parse`."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0

    def coefficients(self) -> list[float]:
        """Return them highest degree first."""
        terms = self._terms()
        if self._token.kind != "end":
            opening = "{" if self._token.kind == "}" else "("
            raise syntax_error(
                self._token,
                f"there is no open {opening} before it. Remove it, or put a {opening} where the part begins.",
            )
        total = _added(terms).coefficients
        _check_sizes(total, terms)
        return [float(coefficient) for coefficient in reversed(total)]

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _accept(self, *kinds: str) -> Token | None:
        token = self._token
        if token.kind not in kinds:
            return None
        self._next += 1
        return token

    def _terms(self) -> list[tuple[Token, _Exact]]:
        terms: list[tuple[Token, _Exact]] = []
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
            if not sign and not self._is_implicit_product():
                return product
            first = self._token
            factor = self._power()
            operation = _divided if sign and sign.kind == "/" else _multiplied
            product = operation(product, factor, first)

    def _is_implicit_product(self) -> bool:
        token, before, earlier = self._token, self._tokens[self._next - 1], self._tokens[self._next - 2]
        if token.kind not in ("number", "x", "fraction"):
            return token.kind == "("
        is_on_the_line = earlier.text in ("^", "**")  # an exponent: x^2x can be read two ways, x²x cannot
        if token.kind == "x" and before.kind in ("number", ")", "}") and not is_on_the_line:
            return True
        if token.kind == "fraction" and not is_on_the_line:
            if before.kind != "number" or earlier.kind == "^":
                return True
            raise syntax_error(token, "expected + or * before it: 3\\frac{1}{2} can be read two ways.")
        is_beside = token.position == before.position + len(before.text)
        if token.kind == before.kind == "number" and is_beside and earlier.kind != "^":
            raise syntax_error(token, "a number has only one decimal point.")
        raise syntax_error(token, "expected a sign before it. Put * to multiply, or ^ for a power.")

    def _power(self) -> _Exact:
        base = self._atom()
        if not self._accept("^"):
            return base
        exponent = self._exponent()
        if self._token.kind == "^":
            raise syntax_error(self._token, "a power of a power needs parentheses, as in (x^2)^3.")
        return _raised(base, exponent)

    def _exponent(self) -> Token:
        opening = self._accept("(", "{")
        exponent = self._token
        if exponent.kind != "number" or not exponent.text.isdigit():
            raise syntax_error(
                exponent, f"expected a whole number from 0 to {MAX_DEGREE} as exponent, as in x^2."
            )
        self._next += 1
        if opening and not self._accept(_CLOSING[opening.kind]):
            raise syntax_error(
                self._token, f"expected one whole number from 0 to {MAX_DEGREE} as exponent, as in x^2."
            )
        return exponent

    def _atom(self) -> _Exact:
        token = self._accept("number", "x", "(", "fraction")
        if token is None:
            raise self._missing_atom()
        match token.kind:
            case "number":
                number = Fraction(token.text.replace(",", "."))
                return _Exact([number.numerator], number.denominator)
            case "x":
                return _Exact([0, 1], 1)
            case "fraction":
                dividend = self._bracketed(self._brace())
                opening = self._brace()
                return _divided(dividend, self._bracketed(opening), opening)
        return self._bracketed(token)

    def _missing_atom(self) -> PolycoreError:
        if self._token.kind in ("+", "-"):
            return syntax_error(
                self._token, "it is the second sign in a row. Keep one, or use parentheses, as in x*(-2)."
            )
        if self._token.kind == "{":
            return syntax_error(self._token, r"braces belong to x^{2} and \frac{1}{2}. Type ( instead.")
        return syntax_error(self._token, "expected a number, x or (, as in -x^2 + 1 or 2(x - 3).")

    def _brace(self) -> Token:
        opening = self._accept("{")
        if opening is None:
            raise syntax_error(self._token, r"expected two pairs of braces behind \frac, as in \frac{1}{2}.")
        return opening

    def _bracketed(self, opening: Token) -> _Exact:
        if self._depth == MAX_NESTING:
            raise syntax_error(
                opening, f"expected parentheses nested at most {MAX_NESTING} deep. Remove some."
            )
        self._depth += 1
        inside = _added(self._terms())
        closing = _CLOSING[opening.kind]
        if not self._accept(closing):
            name = "parentheses" if closing == ")" else "braces"
            raise syntax_error(opening, f"it is never closed. Put a {closing} where the part in {name} ends.")
        self._depth -= 1
        return inside


def _reduced(numerators: list[int], denominator: int, first: Token) -> _Exact:
    while len(numerators) > 1 and not numerators[-1]:
        numerators = numerators[:-1]
    common = math.gcd(denominator, *numerators)
    reduced = _Exact([numerator // common for numerator in numerators], denominator // common)
    if max(map(int.bit_length, (reduced.denominator, *reduced.numerators))) > _MAX_BITS:
        raise syntax_error(first, "from here on, numbers have hundreds of digits. Use smaller numbers.")
    return reduced


def _added(terms: list[tuple[Token, _Exact]]) -> _Exact:
    total = _Exact([0], 1)
    for first, term in terms:
        denominator = math.lcm(total.denominator, term.denominator)
        total_factor, term_factor = denominator // total.denominator, denominator // term.denominator
        pairs = zip_longest(total.numerators, term.numerators, fillvalue=0)
        total = _reduced([total_factor * a + term_factor * b for a, b in pairs], denominator, first)
    return total


def _convolution(left: list[int], right: list[int]) -> list[int]:
    product = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product[i + j] += a * b
    return product


def _multiplied(left: _Exact, right: _Exact, first: Token) -> _Exact:
    degree = left.degree + right.degree
    if degree > MAX_DEGREE:
        raise syntax_error(first, f"it makes the degree {degree}; expected at most {MAX_DEGREE}. Lower it.")
    numerators = _convolution(left.numerators, right.numerators)
    return _reduced(numerators, left.denominator * right.denominator, first)


def _divided(dividend: _Exact, divisor: _Exact, first: Token) -> _Exact:
    if divisor.degree:
        raise syntax_error(first, "expected a number to divide by, not x. Write x/2, or multiply instead.")
    [numerator] = divisor.numerators
    if not numerator:
        raise syntax_error(first, "cannot divide by zero. Divide by another number.")
    factor = divisor.denominator if numerator > 0 else -divisor.denominator
    numerators = [factor * dividend_numerator for dividend_numerator in dividend.numerators]
    return _reduced(numerators, dividend.denominator * abs(numerator), first)


def _raised(base: _Exact, exponent: Token) -> _Exact:
    times = int(exponent.text)
    if base.degree * times > MAX_DEGREE:
        raise syntax_error(exponent, f"it makes a degree above {MAX_DEGREE}. Use a smaller exponent.")
    # a number of b bits is at least 2^(b-1), so b - 1 is counted: 0, 1 and -1 may have any exponent
    bits = max(map(int.bit_length, (*base.numerators, 1))) - 1 + base.denominator.bit_length() - 1
    if bits * times > _MAX_BITS:
        raise syntax_error(exponent, "it makes numbers of hundreds of digits. Use a smaller exponent.")
    # in lowest terms a power needs no reducing (Gauss's lemma)
    if not base.degree:
        return _Exact([base.numerators[0] ** times], base.denominator**times)
    return _Exact(_integer_power(base.numerators, times), base.denominator**times)


def _integer_power(numerators: list[int], times: int) -> list[int]:
    """Return the coefficients of a power, by Kronecker's substitution: with one power of a whole number.

    That number is the polynomial's value at a power of two. It is so large that the coefficients of the
    result lie side by side in the bits of its value there.
    """
    width = (sum(map(abs, numerators)) ** times).bit_length() + 1  # a sign takes one bit
    value = sum(numerator << (width * degree) for degree, numerator in enumerate(numerators)) ** times
    half = 1 << (width - 1)
    power = []
    for _ in range((len(numerators) - 1) * times + 1):
        power.append(((value + half) & (2 * half - 1)) - half)
        value = (value - power[-1]) >> width
    return power


def _check_sizes(total: list[Fraction], terms: list[tuple[Token, _Exact]]) -> None:
    for degree, coefficient in enumerate(total):
        if abs(coefficient) > MAX_COEFFICIENT:
            sizes = [abs(term.coefficients[degree]) if degree <= term.degree else 0 for _, term in terms]
            first, _ = terms[sizes.index(max(sizes))]
            name = f"coefficient of {term_text(1.0, degree, 'x^{}')}" if degree else "constant"
            # float() and str() refuse a whole number of too many digits
            size = decimal(float(coefficient)) if abs(coefficient) < 10**15 else "beyond 10^15"
            raise syntax_error(
                first,
                f"with this term the {name} is {size}; "
                f"expected at most {MAX_COEFFICIENT:.0f} in size. Use smaller numbers.",
            )
