"""A polynomial with real coefficients, highest degree first: (-1, 0, 1) is -x^2 + 1."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError
from polycore.polynomials import notation
from polycore.polynomials.parser import parsed


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
            return horner(self.coefficients, float(x))
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
        return notation.plain(self.coefficients)

    def __repr__(self) -> str:
        return f"Polynomial({', '.join(map(repr, self.coefficients))})"

    @property
    def latex(self) -> str:
        """The same form in LaTeX's mathematics, without the dollar signs: "-x^{2} + 1"."""
        return notation.latex(self.coefficients)

    @property
    def typeset(self) -> str:
        """The same form in Unicode, with superscripts and minus signs (U+2212): "−x² + 1".

        For legends, titles and tables. `parse` does not read it: use `str` where text is read back.
        """
        return notation.typeset(self.coefficients)

    @property
    def spoken(self) -> str:
        """The same form in words, for alternative texts: "minus x squared plus 1"."""
        return notation.spoken(self.coefficients)

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
        return cls(*parsed(text))


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


def horner(coefficients: Sequence[float], x: float) -> float:
    """Return the value at `x` of the polynomial with these coefficients, highest degree first."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value
