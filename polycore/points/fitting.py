"""Fit: for each class of a point set, the polynomial that explains its points best."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats
from polycore.checks import check_type, checked_whole_number
from polycore.formatting import counted, percent
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE
from polycore.points.point_set import PointSet
from polycore.points.robust_regression import (
    CUTOFF,
    NORMAL_QUARTILE,
    SPARE,
    STRICTNESS,
    Regression,
    highest_degree,
    prediction_errors,
    regress,
)
from polycore.polynomials.polynomial import Polynomial

LEAST_POINTS = 5  # of a class

# When is the best polynomial a fit? A curve that explains 95 % of the variance of y is one. Below that,
# three signs must agree, since each alone can mislead:
# 1. The curve stands out from its noise. Either it explains a tenth of the variance, as a line does whose
#    noise is 0.87 of its rise. Or the noise is small beside the spread of y in the whole set: a constant
#    explains no variance, but its points are a flat band. A blob and a vertical line do neither. A class
#    that is short in x must be a band as much thinner, so that small blobs far from each other do not count.
# 2. The residuals look like noise: their size is not a function of x. Of a circle, or of two branches in
#    one class, neighbors in x are equally far from the curve in the middle.
# 3. The labels matter: the curves of the classes predict points better than one curve for all classes does.
#    With random labels no class has a curve of its own.
EVIDENT = 0.95  # share of the variance of y
LEAST_EXPLAINED = 0.1  # share of the variance of y
# Of n points without a trend a line explains the share z²/n by chance, with z a standard normal variable:
# more than 12/n once in 2000 times.
CHANCE = 12.0
THICKEST_BAND = 0.2  # noise, in standard deviations of y in the whole set
LEAST_SCATTER = 0.12  # it is 0.36 for Gaussian noise, 0.25 for uniform noise, and 0 for a circle
# More than these are not outliers but a second shape, such as the lower half of a circle.
MOST_OUTLIERS = 0.1  # share of the points of a class
_NOT_NEAR = "the points do not lie near one curve y = p(x)"


@dataclass(frozen=True)
class FittedCurve:
    """The polynomial that explains the points of one class best.

    If none fits, `noise`, `outliers` and `explained` are those of the best polynomial that was tried, or 0 if
    the points are too few to try one.

    Attributes
    ----------
    name
        Of the class.
    polynomial
        None if none fits. Its coefficients are rounded to the digits that matter: this changes no value at
        the points by more than 1/100 of the noise, or than rounding errors may.
    standard_errors
        (degree + 1,), of the coefficients, the highest degree first; () if no polynomial fits.
    noise
        Standard deviation of the residuals in y, in units of y, without outliers. The sum of the squares is
        divided by the number of points minus the number of coefficients. It is 0 if the residuals are as
        small as rounding errors.
    outliers
        The number of points that are set aside, about 3.5 standard deviations or more from the curve.
    count
        The number of points, with the outliers.
    explained
        Share of the variance of y that the curve explains, from 0 to 1, without outliers.
    problem
        Why no polynomial fits, as the end of a sentence; "" if one does.
    """

    name: str
    polynomial: Polynomial | None
    standard_errors: tuple[float, ...]
    noise: float
    outliers: int
    count: int
    explained: float
    problem: str = ""

    @property
    def sentence(self) -> str:
        """What was found, or why nothing was, in one sentence."""
        if self.polynomial is None:
            return f"{self.name}: no polynomial fits, because {self.problem}."
        found = f"{self.name}: y = {self.polynomial.typeset}"
        if self.polynomial.degree:
            found += f" explains {percent(self.explained)} of the variance of y"
        noise = f"with noise of {self.noise:.3g}" if self.noise else "without noise"
        outliers = f" (outliers: {self.outliers:,})" if self.outliers else ""
        return f"{found}, {noise}, for {counted(self.count, 'point')}{outliers}."


@dataclass(frozen=True, repr=False)
class Fit:
    """The polynomials that explain the classes of a point set. Printed, it is a table with a row for each.

    Attributes
    ----------
    curves
        One for each class, in the order of the classes.
    polynomials
        One for each class; None unless each has one and all are different, as an Experiment needs.
    noise
        Standard deviation of the residuals in y, pooled over all classes with a polynomial, without outliers;
        0 if no class has one.
    x_range
        (low, high), the lowest and the highest x of all points.
    """

    curves: tuple[FittedCurve, ...]
    polynomials: tuple[Polynomial, ...] | None
    noise: float
    x_range: tuple[float, float]

    def __repr__(self) -> str:
        """The table; a class without a polynomial has the reason at the end of its row."""
        rows = [_HEADINGS, *map(_row, self.curves)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(_aligned(row, widths)).rstrip() for row in rows)
        return "\n".join(lines)


_HEADINGS = ("class", "polynomial", "noise", "explained", "outliers", "points", "")


def _row(curve: FittedCurve) -> tuple[str, ...]:
    if curve.polynomial is None:
        return (curve.name, "none", "-", "-", "-", f"{curve.count:,}", curve.problem)
    figures = f"{curve.noise:.3g}", percent(curve.explained), f"{curve.outliers:,}", f"{curve.count:,}"
    return (curve.name, str(curve.polynomial), *figures, "")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the cells in their widths: numbers to the right, texts to the left."""
    for heading, text, width in zip(_HEADINGS, row, widths, strict=True):
        is_text = heading in ("class", "polynomial", "")
        yield text.ljust(width) if is_text else text.rjust(width)


def fit_polynomials(points: PointSet, max_degree: int = 6) -> Fit:
    """Return for each class the polynomial that explains it best.

    It is fitted by least squares, after outliers are set aside; cross-validation chooses the degree (see
    `robust_regression`), and the comment at the top of this file says when the result is a fit. A class needs
    five points, and degree d needs d + 3 different x. The result depends neither on the order of the points
    nor on chance.

    Parameters
    ----------
    max_degree
        The highest degree that is tried, 0 to 12.

    Raises
    ------
    PolycoreError
        Unless `points` is a PointSet and `max_degree` a whole number from 0 to 12.

    Notes
    -----
    The standard errors hold for noise in y alone that is independent and equally strong at every x; they do
    not include the choice of the degree.
    """
    check_type("points", points, PointSet, "Create one with PointSet(points, labels).")
    max_degree = checked_whole_number("max_degree", max_degree, 0, MAX_DEGREE)
    classes = [_Class.of(points, label, max_degree) for label in range(points.class_count)]
    surroundings = _Surroundings.of(classes, max_degree)
    curves = tuple(each.curve(surroundings) for each in classes)
    polynomials = tuple(curve.polynomial for curve in curves if curve.polynomial)
    are_all_different = len(set(polynomials)) == len(curves)
    x = points.points[:, 0]
    return Fit(
        curves,
        polynomials if are_all_different else None,
        _pooled_noise(curves),
        (float(x.min()), float(x.max())),
    )


def _pooled_noise(curves: Sequence[FittedCurve]) -> float:
    squares = freedom = 0.0
    for curve in curves:
        if curve.polynomial:
            own = curve.count - curve.outliers - len(curve.standard_errors)
            squares, freedom = squares + own * curve.noise**2, freedom + own
    return math.sqrt(squares / freedom) if freedom else 0.0


@dataclass(frozen=True, eq=False)
class _Class:
    """The points of one class, (N, 2), and the best polynomial near them, None if they are too few."""

    name: str
    points: Floats
    regression: Regression | None

    @classmethod
    def of(cls, points: PointSet, label: int, max_degree: int) -> "_Class":
        own = points.points[points.labels == label]
        is_enough = len(own) >= LEAST_POINTS and highest_degree(own[:, 0], max_degree) >= 0
        best = regress(own[:, 0], own[:, 1], max_degree) if is_enough else None
        return cls(points.names[label], own, best)

    @property
    def inliers(self) -> Floats:
        return self.points if self.regression is None else self.points[self.regression.is_inlier]

    def curve(self, surroundings: "_Surroundings") -> FittedCurve:
        count, best = len(self.points), self.regression
        if best is None:
            return FittedCurve(self.name, None, (), 0.0, 0, count, 0.0, _too_few(self.points))
        problem = _problem(best, self.inliers, surroundings)
        return FittedCurve(
            name=self.name,
            polynomial=None if problem else Polynomial(*best.coefficients),
            standard_errors=() if problem else best.standard_errors,
            noise=best.noise,
            outliers=count - len(self.inliers),
            count=count,
            explained=best.explained,
            problem=problem,
        )


# --- what does not fit -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Surroundings:
    """What a curve is compared with: all points of the set, with the standard deviations of the inliers."""

    x_deviation: float
    y_deviation: float
    labels_matter: bool

    @classmethod
    def of(cls, classes: Sequence[_Class], max_degree: int) -> "_Surroundings":
        inliers = np.concatenate([each.inliers for each in classes])
        x_deviation, y_deviation = inliers.std(axis=0).tolist()
        return cls(x_deviation, y_deviation, _labels_matter(classes, max_degree))


def _labels_matter(classes: Sequence[_Class], max_degree: int) -> bool:
    """Return whether curves of the classes predict points left out better than one curve for all does.

    The one curve is preferred as a lower degree is.
    """
    fitted = [(each.points, each.regression) for each in classes if each.regression]
    if not fitted:
        return False
    points = np.concatenate([own for own, _ in fitted])
    is_inlier = np.concatenate([best.is_inlier for _, best in fitted])
    own_errors = np.concatenate([best.prediction_errors for _, best in fitted])
    common_errors = prediction_errors(points[:, 0], points[:, 1], is_inlier, max_degree)
    # Outliers count too, but clipped. Without them a class of random points would look better than it is:
    # its curve may have set aside the points that it misses.
    largest = CUTOFF * float(np.median(common_errors)) / NORMAL_QUARTILE
    losses = np.minimum(common_errors, largest) ** 2 - np.minimum(own_errors, largest) ** 2
    return bool(losses.mean() > STRICTNESS * losses.std() / math.sqrt(len(losses)))


def _too_few(points: Floats) -> str:
    different = len(np.unique(points[:, 0]))
    if len(points) < LEAST_POINTS:
        return f"it has only {counted(len(points), 'point')} (at least {LEAST_POINTS} are needed)"
    if different == 1:
        return f"all its points are at x = {points[0, 0]:g}"
    return f"its points have only {different} different values of x (at least {SPARE} are needed)"


def _problem(best: Regression, inliers: Floats, surroundings: _Surroundings) -> str:
    """Return why the best polynomial does not fit, "" if it does."""
    outliers = 1 - float(best.is_inlier.mean())
    largest = max(map(abs, best.coefficients))
    if outliers > MOST_OUTLIERS:
        return f"{_NOT_NEAR}: {percent(outliers, 0)} of them are far from the best one"
    if largest > MAX_COEFFICIENT:
        return (
            f"the best one has a coefficient of size {largest:,.0f} (at most {MAX_COEFFICIENT:,.0f} is "
            "allowed; multiply y by a smaller number, or subtract the mean of x)"
        )
    if best.explained >= EVIDENT:
        return ""
    if not _stands_out(best, inliers, surroundings):
        return f"{_NOT_NEAR}: the best one explains only {percent(best.explained)} of the variance of y"
    if best.scatter < LEAST_SCATTER:
        return f"{_NOT_NEAR}: neighboring points are equally far from the best one, as on two branches"
    return "" if surroundings.labels_matter else "one curve for all classes predicts the points as well"


def _stands_out(best: Regression, inliers: Floats, surroundings: _Surroundings) -> bool:
    length = min(1.0, float(inliers[:, 0].std()) / surroundings.x_deviation)
    is_band = best.noise <= THICKEST_BAND * length * surroundings.y_deviation
    return is_band or best.explained >= max(LEAST_EXPLAINED, CHANCE / len(inliers))
