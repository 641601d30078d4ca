"""Points on polynomials, each labeled with the index of its polynomial."""

import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polycore.checks import check_type, checked_number, checked_range, checked_whole_number, described
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

    A row of points is x, y; the labels 0 to K-1 are in order, polynomial by polynomial. x is uniform on
    `x_range`, y the polynomial's value there plus Gaussian noise of standard deviation `noise`.

    Parameters
    ----------
    rng
        Draws the x of each polynomial in turn and then, unless `noise` is 0, one standard normal number per
        point, so noise does not change the x.

    Raises
    ------
    PolycoreError
        If an argument is not valid, or if a y is beyond float64.
    """
    _check_polynomials(polynomials)
    per_class = checked_whole_number("per_class", per_class, 1)
    noise = checked_number("noise", noise, low=0, expected="a standard deviation: a finite number, 0 or more")
    low, high = _checked_x_range(x_range)
    rng = _checked_rng(rng)
    xs = [rng.uniform(low, high, per_class) for _ in polynomials]
    with np.errstate(over="ignore", invalid="ignore"):
        y = np.concatenate([polynomial(x) for polynomial, x in zip(polynomials, xs, strict=True)])
        if noise:
            y += noise * rng.standard_normal(len(y))
    if not np.isfinite(y).all():
        raise PolycoreError(
            f"polynomials: got values beyond float64 for x from {low} to {high}; expected finite ones. "
            "Choose a smaller range or noise."
        )
    labels = np.repeat(np.arange(len(polynomials), dtype=np.int64), per_class)
    return np.column_stack([np.concatenate(xs), y]), labels


def _check_polynomials(polynomials: Sequence[Polynomial]) -> None:
    check_type("polynomials", polynomials, Sequence, "Give a tuple or a list, even of a single polynomial.")
    for index, polynomial in enumerate(polynomials):
        if not isinstance(polynomial, Polynomial):
            raise PolycoreError(
                f"polynomials[{index}]: got {described(polynomial)}; expected a Polynomial, such as "
                "Polynomial(-1, 0, 1)."
            )
    if not polynomials:
        raise PolycoreError("polynomials: got none; expected one Polynomial or more.")


def _checked_x_range(x_range: tuple[float, float]) -> tuple[float, float]:
    low, high = checked_range("x_range", x_range)
    # the generator computes the width
    if not math.isfinite(high - low):
        raise PolycoreError(
            f"x_range: got ({low:g}, {high:g}); expected a width of at most {sys.float_info.max:.2g}."
        )
    return low, high


def _checked_rng(rng: object) -> np.random.Generator | np.random.RandomState:
    if not isinstance(rng, np.random.Generator | np.random.RandomState):
        raise PolycoreError(
            f"rng: got {described(rng)}; expected a generator, such as np.random.default_rng(0)."
        )
    return rng
