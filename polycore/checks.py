"""Checks of arguments, with one wording for all functions that share them."""

import math
import sys
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError
from polycore.quoting import quoted

_LARGEST_FLOAT = sys.float_info.max
_LONGEST_VALUE = 30  # characters


def check_type(name: str, value: object, expected: type, advice: str) -> None:
    """Raise PolycoreError, ending with `advice`, unless `value` is an instance of `expected`."""
    if not isinstance(value, expected):
        raise PolycoreError(
            f"{name}: got {_with_article(type(value))}; expected {_with_article(expected)}. {advice}"
        )


def checked_number(
    name: str,
    value: object,
    low: float = -_LARGEST_FLOAT,
    high: float = _LARGEST_FLOAT,
    expected: str | None = None,
) -> float:
    """Return `value` as a float. Raises PolycoreError unless it is a real number from `low` to `high`.

    A bool is not a number. `expected` replaces the default wording of the allowed range.
    """
    if not low <= _as_float(value) <= high:
        expected = expected or f"a number from {low:g} to {high:g}"
        raise PolycoreError(f"{name}: got {described(value)}; expected {expected}.")
    return _as_float(value)


def checked_whole_number(name: str, value: object, low: int, high: int | None = None) -> int:
    """Return `value` as an int. Raises PolycoreError unless it is a whole number from `low` to `high`.

    A bool is not a number. None for `high` sets no upper limit.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or int(value) < low or (high is not None and int(value) > high):  # type: ignore[call-overload]  # it is Integral
        allowed = f"of {low:,} or more" if high is None else f"from {low:,} to {high:,}"
        raise PolycoreError(f"{name}: got {described(value)}; expected a whole number {allowed}.")
    return int(value)  # type: ignore[call-overload,no-any-return]  # it is Integral


def checked_range(
    name: str, value: object, limit: float = _LARGEST_FLOAT, min_width: float = 0.0
) -> tuple[float, float]:
    """Return `value` as (low, high). Raises PolycoreError unless it is a pair of numbers, low < high.

    Both must lie in [-limit, limit] and be at least `min_width` apart.
    """
    expected = "two finite numbers, the lower first, such as (-1, 1)"
    if limit < _LARGEST_FLOAT:
        expected = (
            f"two numbers from {-limit:g} to {limit:g}, the lower first and at least {min_width:g} apart"
        )
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != 2:
        raise PolycoreError(f"{name}: got {described(value)}; expected {expected}.")
    low, high = map(_as_float, value)
    # NaN fails these comparisons
    if not (-limit <= low < high <= limit and high - low >= min_width):
        raise PolycoreError(
            f"{name}: got ({described(value[0])}, {described(value[1])}); expected {expected}."
        )
    return low, high


def as_array(name: str, value: object) -> NDArray[Any]:
    """Return the value as an array. Raises PolycoreError if it has rows of different lengths."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise PolycoreError(
            f"{name}: got a value that is not an array ({error}); expected rows of equal length."
        ) from error


def real_array(name: str, value: object) -> NDArray[Any]:
    """Return the value as an array. Raises PolycoreError unless it is one of real numbers."""
    array = as_array(name, value)
    if array.dtype.kind not in "fiu":
        raise PolycoreError(f"{name}: got type {array.dtype.name}; expected real numbers, such as float64.")
    return array


def check_points_shape(points: NDArray[np.generic]) -> None:
    """Raise PolycoreError unless the array `points` has shape (N, 2)."""
    if points.ndim != 2 or points.shape[1] != 2:
        raise PolycoreError(
            f"points: got shape {points.shape}; expected (N, 2), one row for each x, y. "
            "Join the two columns with np.column_stack([x, y])."
        )


def described(value: object) -> str:
    """Return a value in a few characters, for a message; of a container its type alone."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return quoted(value, _LONGEST_VALUE)
    if isinstance(value, int) and abs(value) > 10**20:
        return "a number of more than 20 digits"
    if value is None or isinstance(value, int | float):
        return shortened(repr(value))
    return _with_article(type(value))


def shortened(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Return at most `longest` characters of `text`, ending with "..." if some are left out."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _as_float(value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number that no float can hold
        return math.inf


def _with_article(cls: type) -> str:
    name = cls.__name__
    # "ndarray" is read letter by letter at its beginning
    return f"an {name}" if name[0] in "AEIOUaeiou" or name == "ndarray" else f"a {name}"
