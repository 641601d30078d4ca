"""A polynomial with real coefficients, highest degree first: (-1, 0, 1) is -x^2 + 1."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from polycore.checks import described
from polycore.errors import PolycoreError
from polycore.polynomials import notation
from polycore.polynomials.parser import parsed


@dataclass(frozen=True, init=False, repr=False)
class Polynomial:
    """Compared and hashed by `coefficients`: floats, highest degree first, without leading zeros.

    The zero polynomial has the one coefficient 0.0 and degree 0.

    Raises
    ------
    PolycoreError
        Unless there are one or more coefficients, all of them finite real numbers. A bool is not a number.
    """

    coefficients: tuple[float, ...]

    def __init__(self, *coefficients: float) -> None:
        if not coefficients:
            raise PolycoreError("coefficients: got none; expected one or more, as in Polynomial(-1, 0, 1).")
        checked = [_checked_coefficient(number, value) for number, value in enumerate(coefficients, 1)]
        leading = next((i for i, coefficient in enumerate(checked) if coefficient), len(checked) - 1)
        object.__setattr__(self, "coefficients", tuple(checked[leading:]))

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
            return horner(self.coefficients, float(x))
        x = np.asarray(x, dtype=np.float64)
        values = np.full(x.shape, self.coefficients[0])
        for coefficient in self.coefficients[1:]:
            values = values * x + coefficient
        return values

    def __str__(self) -> str:
        """The plain form, such as "-x^2 + 1" or "0.5x".

        Numbers are the shortest decimals that give the same float, never with an exponent, so
        `parse` reads an equal polynomial back if its limits allow.
        """
        return notation.plain(self.coefficients)

    def __repr__(self) -> str:
        return f"Polynomial({', '.join(map(repr, self.coefficients))})"

    @property
    def latex(self) -> str:
        """The same form in LaTeX's mathematics, "-x^{2} + 1", without the dollar signs."""
        return notation.latex(self.coefficients)

    @property
    def typeset(self) -> str:
        """The same form in Unicode, "−x² + 1", with superscripts and minus signs (U+2212).

        For legends, titles and tables. `parse` does not read it: use `str` where text is read back.
        """
        return notation.typeset(self.coefficients)

    @property
    def spoken(self) -> str:
        """The same form in words, "minus x squared plus 1", for alternative texts."""
        return notation.spoken(self.coefficients)

    @classmethod
    def parse(cls, text: str) -> Self:
        r"""Return the polynomial of a typed text, such as "2x^3 - x" or "(x-1)^2 / 4".

        Grammar, spaces and tabs allowed between the tokens::

            sum      = ["+" | "-"] product {("+" | "-") product}
            product  = power {"*" power | "/" power | power}
            power    = atom [("^" | "**") exponent]
            exponent = digits | "(" digits ")"
            atom     = number | "x" | "X" | "(" sum ")"

        Multiplication needs no sign before "(", nor between a number or ")" and x. After an exponent it does,
        because "x^2x" can be read two ways. A product is evaluated from left to right, so "1/2x" is 0.5x. The
        divisor must be a number other than 0. The arithmetic is exact; each coefficient is rounded once, at
        the end.

        What people paste is read too: "y =" or "f(x) =" in front, with any letter but x; superscript digits;
        dashes and the true minus; dots and crosses that multiply; spaces that do not break; a comma as the
        only decimal point of a number; a pair of TeX's $ or $$ around all of it, x^{2}, \frac{1}{2}, \cdot
        and \times; and a full stop at the end.

        Raises
        ------
        PolycoreError
            If the text breaks this grammar or a limit: MAX_TEXT characters, brackets nested MAX_NESTING deep,
            degree MAX_DEGREE in every part, coefficients of size MAX_COEFFICIENT, intermediate numbers of
            some hundred digits. The message has the position (the first character is 1), what it got and what
            it expected.
        """
        if not isinstance(text, str):
            raise PolycoreError(f"text: got {described(text)}; expected a str, such as '-x^2 + 1'.")
        return cls(*parsed(text))


def _checked_coefficient(number: int, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise PolycoreError(
            f"coefficient {number}: got {described(value)}; expected real numbers, highest degree first, "
            "as in Polynomial(-1, 0, 1), or Polynomial(*numbers) for a list."
        )
    try:
        coefficient = float(value)
    except OverflowError:
        coefficient = math.inf
    if not math.isfinite(coefficient):
        raise PolycoreError(
            f"coefficient {number}: got {described(value)}; expected a finite number (up to about 1.8e308)."
        )
    return coefficient + 0.0  # -0.0 + 0.0 is 0.0


def horner(coefficients: Sequence[float], x: float) -> float:
    """Return the value at `x` of the polynomial with these coefficients, highest degree first."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def coefficient_rows(polynomials: Sequence[Polynomial]) -> NDArray[np.float64]:
    """Return the coefficients (K, degree + 1), highest degree first; shorter rows begin with zeros."""
    length = max(polynomial.degree for polynomial in polynomials) + 1
    rows = (polynomial.coefficients for polynomial in polynomials)
    return np.array([(0.0,) * (length - len(row)) + row for row in rows])
