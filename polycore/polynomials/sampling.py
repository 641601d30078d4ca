"""Points on polynomials, each labelled with its polynomial's place in the list."""

import math
from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.polynomials.polynomial import Polynomial

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


def sample(
    polynomials: Sequence[Polynomial],
    per_class: int = 100,
    rng: np.random.Generator | np.random.RandomState | None = None,
    x_range: tuple[float, float] = (-1, 1),
    noise: float = 0.0,
) -> tuple[Points, Labels]:
    """Return `per_class` points on each of K polynomials: points (K * per_class, 2) and labels.

    A row of points is x, y; the labels 0 to K-1 stand in order, polynomial by polynomial. x is
    uniform on `x_range`, y the polynomial's value there plus Gaussian noise of standard deviation
    `noise`. From `rng`, which has to be given, come the x of each polynomial in turn and then,
    unless `noise` is 0, one standard normal a point: so noise leaves the x where they were.
    Raises PolycoreError where an argument is none of these, or a y is beyond float64.
    """
    _check_polynomials(polynomials)
    _check_per_class(per_class)
    deviation = _checked_noise(noise)
    low, high = _checked_range(x_range)
    rng = _checked_rng(rng)
    xs = [rng.uniform(low, high, per_class) for _ in polynomials]
    with np.errstate(over="ignore", invalid="ignore"):
        y = np.concatenate([polynomial(x) for polynomial, x in zip(polynomials, xs, strict=True)])
        if deviation:
            y += deviation * rng.standard_normal(len(y))
    if not np.isfinite(y).all():
        raise PolycoreError(
            f"y is beyond float64 for x from {low} to {high}; choose a smaller range or noise."
        )
    labels = np.repeat(np.arange(len(polynomials), dtype=np.int64), per_class)
    return np.column_stack([np.concatenate(xs), y]), labels


def _check_polynomials(polynomials: Sequence[Polynomial]) -> None:
    check_kind("polynomials", polynomials, Sequence, "Give a tuple or a list, also of a single polynomial.")
    for place, polynomial in enumerate(polynomials, 1):
        if not isinstance(polynomial, Polynomial):
            raise PolycoreError(
                f"polynomials holds a {type(polynomial).__name__} in place {place}; "
                "wanted a Polynomial, such as Polynomial(-1, 0, 1)."
            )
    if not polynomials:
        raise PolycoreError("polynomials is empty; give one Polynomial or more.")


def _check_per_class(per_class: int) -> None:
    if isinstance(per_class, bool) or not isinstance(per_class, Integral) or per_class < 1:
        raise PolycoreError(f"per_class is {_shown(per_class)}; give a whole number, 1 or more.")


def _checked_noise(noise: float) -> float:
    deviation = _as_float(noise)
    if not (math.isfinite(deviation) and deviation >= 0):
        raise PolycoreError(
            f"noise is {_shown(noise)}; it is a standard deviation: give a finite number, 0 or more."
        )
    return deviation


def _checked_range(x_range: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = map(_as_float, x_range)
    except (TypeError, ValueError) as error:
        raise PolycoreError("x_range is not a pair; give two numbers, such as (-1, 1).") from error
    # the width too: the generator works it out
    if not (low < high and math.isfinite(high - low)):
        raise PolycoreError(
            f"x_range is from {_shown(x_range[0])} to {_shown(x_range[1])}; "
            "give two finite numbers, the lower first."
        )
    return low, high


def _checked_rng(
    rng: np.random.Generator | np.random.RandomState | None,
) -> np.random.Generator | np.random.RandomState:
    if not isinstance(rng, np.random.Generator | np.random.RandomState):
        raise PolycoreError(f"rng is {_shown(rng)}; give a generator, such as np.random.default_rng(0).")
    return rng


def _as_float(value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _shown(value: object) -> str:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return f"{_as_float(value):g}" if is_number else f"of type {type(value).__name__}"
