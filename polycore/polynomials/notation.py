"""A polynomial as text: its terms, highest degree first, numbers as the shortest decimals."""

from collections.abc import Sequence

import numpy as np


def written(coefficients: Sequence[float], power: str) -> str:
    terms = [
        f"{'-' if coefficient < 0 else '+'} {term(abs(coefficient), degree, power)}"
        for degree, coefficient in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True)
        if coefficient
    ]
    if not terms:
        return "0"
    return " ".join([terms[0].replace("+ ", "").replace("- ", "-"), *terms[1:]])


def term(size: float, degree: int, power: str) -> str:
    if degree == 0:
        return decimal(size)
    x = "x" if degree == 1 else power.format(degree)
    return x if size == 1 else decimal(size) + x


def decimal(number: float) -> str:
    return np.format_float_positional(number, trim="-")
