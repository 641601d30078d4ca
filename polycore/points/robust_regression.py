"""Robust polynomial regression: outliers are set aside, and cross-validation chooses the degree.

The degree is chosen by the errors of leave-one-out predictions, which least squares gives in closed form:
residual / (1 - leverage) (Allen, Technometrics 16 (1974) 125).
Outliers are found in two stages. Least absolute deviations, computed by reweighted least squares
(Schlossmacher, JASA 68 (1973) 857), give a first curve that a few outliers hardly change. Starting from the
points near it, the degree, the curve and the outliers are computed in turn until they stay the same.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.polynomial.legendre import leg2poly, legvander
from numpy.polynomial.polyutils import mapdomain, mapparms
from numpy.typing import NDArray

from polycore.arrays import Floats

Mask = NDArray[np.bool_]

# Different x that a degree needs beyond its own number. With one, a polynomial passes through all points,
# whatever they are; the others can contradict it.
SPARE = 3

# A lower degree is preferred unless its squared errors are larger by this many standard errors of the
# difference. A needless term that is z of its own standard errors large lowers the sum of squared errors by
# z² - 2 times the variance of the noise, with a standard error of about 2z times it. So it is kept if
# z² - 2 > 2.8z, that is z > 3.4, once in 1500 times. The least error alone would keep z > 1.4, once in 6.
STRICTNESS = 1.4

# A point this many standard deviations from the curve is an outlier. Of Gaussian noise one in 2000 is, and
# without those the noise appears 0.3 % too small, which matters to nobody.
CUTOFF = 3.5

NORMAL_QUARTILE = 0.6744897501960817  # the median of |z| for a standard normal z
_ABSOLUTE_STEPS = 5  # for each degree, starting from the solution for the degree below
_MAX_ROUNDS = 20  # of degree, curve and outliers; 2 or 3 are usual
_ROUNDING = 1024 * float(np.finfo(np.float64).eps)  # more than what it adds to y, as a share of its size


@dataclass(frozen=True, eq=False)
class Regression:
    """A polynomial near points (x, y), and how far they are from it.

    coefficients: (degree + 1,), the highest degree first, rounded to the digits that matter: this changes
        no value at the points by more than 1/100 of the noise, or than rounding errors may.
    standard_errors: (degree + 1,), of the coefficients; without noise, the errors of rounding.
    noise: standard deviation of the residuals of inliers; 0 if they are as small as rounding errors.
    freedom: the number of inliers minus the number of coefficients.
    explained: share of the variance of y that the curve explains, of inliers.
    scatter: how much the sizes of the residuals differ between neighbors in x: half the mean square of the
        differences, as a share of the mean square of the residuals. Near 0, the size is a function of x.
    is_inlier: (N,), False for outliers.
    prediction_errors: (N,), the distance of each point from the curve through all inliers but itself.
    """

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    noise: float
    freedom: int
    explained: float
    scatter: float
    is_inlier: Mask
    prediction_errors: Floats


def highest_degree(x: Floats, max_degree: int) -> int:
    """Return the highest degree up to `max_degree` that points at `x` can confirm; below 0 if none."""
    return min(max_degree, len(np.unique(x)) - SPARE)


def regress(x: Floats, y: Floats, max_degree: int) -> Regression:
    """Return the polynomial of degree at most `max_degree` that explains the points x, y best, both (N,).

    The order of the points changes nothing. They must have SPARE different x or more.
    """
    order = _canonical_order(x, y)
    x, y = x[order], y[order]
    rounding = _rounding(y)
    is_inlier, degree = _inliers_and_degree(x, y, max_degree, rounding)
    fit = _LeastSquares(_Basis.on(x[is_inlier], degree), y[is_inlier], rounding)
    given = np.argsort(order)
    return Regression(
        coefficients=fit.rounded_coefficients(float(np.abs(x[is_inlier]).max())),
        standard_errors=fit.standard_errors,
        noise=0.0 if fit.is_exact else fit.noise,
        freedom=fit.freedom,
        explained=fit.explained,
        scatter=fit.scatter,
        is_inlier=is_inlier[given],
        prediction_errors=fit.prediction_errors(x, y, is_inlier)[given],
    )


def prediction_errors(x: Floats, y: Floats, is_inlier: Mask, max_degree: int) -> Floats:
    """Return the distance of each point (N,) from the best curve through all inliers but itself.

    The curve is the polynomial of degree at most `max_degree` that predicts the inliers best.
    """
    basis = _Basis.on(x[is_inlier], highest_degree(x[is_inlier], max_degree))
    rounding = _rounding(y)
    degree = _best_degree(basis, y[is_inlier], rounding)
    fit = _LeastSquares(basis.up_to(degree), y[is_inlier], rounding)
    return fit.prediction_errors(x, y, is_inlier)


def _canonical_order(x: Floats, y: Floats) -> NDArray[np.intp]:
    order = np.lexsort((y, x))
    # Points of equal x are in a random order, always the same one. `scatter` compares neighbors, and in the
    # order of y these would have residuals of nearly the same size.
    ties = np.random.default_rng(0).random(len(x))
    return order[np.lexsort((ties, x[order]))]


def _rounding(y: Floats) -> float:
    sizes = np.abs(y)
    # a quantile, since an outlier may be a million times as large as the other points
    return _ROUNDING * max(float(np.quantile(sizes, 0.9)), 1e-6 * float(sizes.max()), 1e-200)


# --- least squares ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Basis:
    """Polynomials that are orthonormal on N points: column k of `values`, (N, p), has degree k.

    They are combinations of the Legendre polynomials of x scaled to [-1, 1], whose values at the points are
    `values @ triangle`. So a lower degree needs only the first columns, and x far from 0 costs no digits.
    """

    domain: tuple[float, float]
    values: Floats
    triangle: Floats

    @classmethod
    def on(cls, x: Floats, max_degree: int) -> "_Basis":
        """Leave out degrees that depend on rounding errors or on a single point."""
        domain = (float(x.min()), float(x.max()))
        values, triangle = np.linalg.qr(_legendre(x, domain, max_degree))
        sizes = np.abs(np.diag(triangle))
        is_sound = (sizes > 1e-10 * sizes[0]) & (np.cumsum(values**2, axis=1).max(axis=0) < 1 - 1e-6)
        basis = cls(domain, values, triangle)
        return basis if is_sound.all() else basis.up_to(int(is_sound.argmin()) - 1)

    def up_to(self, degree: int) -> "_Basis":
        count = degree + 1
        return _Basis(self.domain, self.values[:, :count], self.triangle[:count, :count])

    @property
    def degree(self) -> int:
        return len(self.triangle) - 1

    @cached_property
    def leverages(self) -> Floats:
        """(N, p): column k says how much each point's y counts in the value there of a fit of degree k."""
        return np.cumsum(self.values**2, axis=1)

    def at(self, x: Floats) -> Floats:
        """Return the values at other points, (M, p)."""
        legendre = _legendre(x, self.domain, self.degree)
        values: Floats = np.linalg.solve(self.triangle.T, legendre.T).T
        return values

    @cached_property
    def powers(self) -> Floats:
        """(p, p): column k holds the coefficients of 1, x, x², ... in the polynomial of degree k."""
        offset, factor = mapparms(self.domain, (-1.0, 1.0))
        shifted = np.zeros_like(self.triangle)  # column k: the coefficients in (offset + factor·x)^k
        shifted[0, 0] = 1.0
        for k in range(1, len(shifted)):
            shifted[:, k] = offset * shifted[:, k - 1]
            shifted[1:, k] += factor * shifted[:-1, k - 1]
        powers: Floats = np.linalg.solve(self.triangle.T, (shifted @ _legendre_powers(self.degree)).T).T
        return powers


def _legendre(x: Floats, domain: tuple[float, float], degree: int) -> Floats:
    return legvander(mapdomain(x, domain, (-1.0, 1.0)), degree)


@lru_cache
def _legendre_powers(degree: int) -> Floats:
    """Return the coefficients (p, p) of 1, u, u², ... in the Legendre polynomials, one in each column."""
    unit = np.eye(degree + 1)
    powers = np.zeros_like(unit)
    for k in range(degree + 1):
        powers[: k + 1, k] = leg2poly(unit[k, : k + 1])
    powers.setflags(write=False)
    return powers


@dataclass(frozen=True, eq=False)
class _LeastSquares:
    """The combination of the basis that is nearest to y, (N,)."""

    basis: _Basis
    y: Floats
    rounding: float

    @cached_property
    def weights(self) -> Floats:
        weights: Floats = self.basis.values.T @ self.y
        return weights

    @cached_property
    def residuals(self) -> Floats:
        residuals: Floats = self.y - self.basis.values @ self.weights
        return residuals

    @cached_property
    def squares(self) -> float:
        return float(self.residuals @ self.residuals)

    @property
    def freedom(self) -> int:
        return len(self.y) - self.basis.degree - 1

    @property
    def noise(self) -> float:
        return math.sqrt(self.squares / self.freedom)

    @property
    def is_exact(self) -> bool:
        return self.noise <= self.rounding

    @property
    def spare(self) -> Floats:
        """(N,): the share of a point's y that its residual keeps, 1 - leverage."""
        return np.maximum(1 - self.basis.leverages[:, -1], 1e-9)

    @property
    def explained(self) -> float:
        deviations = self.y - self.y.mean()
        return 1.0 if self.is_exact else max(0.0, 1 - self.squares / float(deviations @ deviations))

    @property
    def scatter(self) -> float:
        differences = np.diff(np.abs(self.residuals))
        return 1.0 if self.is_exact else float((differences**2).mean() / 2 / (self.residuals**2).mean())

    @property
    def standard_errors(self) -> tuple[float, ...]:
        # The columns of the basis are orthonormal, so the weights are uncorrelated, and the standard
        # deviation of each is the noise. Rounding errors do not cancel each other as noise does.
        deviation = max(self.noise, self.rounding * math.sqrt(len(self.y)))
        errors = deviation * np.sqrt((self.basis.powers**2).sum(axis=1))
        return tuple(errors[::-1].tolist())

    def rounded_coefficients(self, largest_x: float) -> tuple[float, ...]:
        """Return the coefficients of the powers of x, the highest first, without digits that say nothing.

        The error allowed to a coefficient is smaller by the largest x^k of its term. The same error for all
        would bend a curve far from x = 0, where large terms nearly cancel each other.
        """
        coefficients = (self.basis.powers @ self.weights).tolist()
        scales = [largest_x**k for k in range(len(coefficients))]
        largest = max(abs(value) * scale for value, scale in zip(coefficients, scales, strict=True))
        allowed = max(self.noise / 1000, self.rounding, _ROUNDING / 16 * largest)
        digits = [-math.floor(math.log10(allowed / scale)) for scale in scales]
        return tuple(round(*each) for each in zip(coefficients, digits, strict=True))[::-1]

    def prediction_errors(self, x: Floats, y: Floats, is_fitted: Mask) -> Floats:
        """Return the distance of each point, (M,), from the curve through all fitted points but itself."""
        errors = np.empty(len(x))
        errors[is_fitted] = np.abs(self.residuals) / self.spare
        errors[~is_fitted] = np.abs(y[~is_fitted] - self.basis.at(x[~is_fitted]) @ self.weights)
        return errors


# --- the degree -------------------------------------------------------------------------------


def _best_degree(basis: _Basis, y: Floats, rounding: float) -> int:
    """Return the lowest degree that predicts points left out about as well as the best degree does."""
    fitted = np.cumsum(basis.values * (basis.values.T @ y), axis=1)
    squares = ((y[:, None] - fitted) / (1 - basis.leverages)) ** 2
    losses = squares - squares[:, [squares.mean(axis=0).argmin()]]
    # few points: the fit itself has made the losses smaller and more alike
    freedom = len(y) - 1 - np.arange(basis.degree + 1)
    standard_errors = losses.std(axis=0) * math.sqrt(len(y)) / freedom
    is_enough = losses.mean(axis=0) <= STRICTNESS * standard_errors + rounding**2
    return int(is_enough.argmax())


# --- outliers ---------------------------------------------------------------------------------


def _inliers_and_degree(x: Floats, y: Floats, max_degree: int, rounding: float) -> tuple[Mask, int]:
    is_central = _is_central(x)
    if highest_degree(x[is_central], max_degree) < min(max_degree, 1):
        is_central[:] = True
    is_inlier = np.zeros(len(x), dtype=bool)
    is_inlier[is_central], degree = _settled(x[is_central], y[is_central], max_degree, rounding)
    if is_central.all():
        return is_inlier, degree
    fit = _LeastSquares(_Basis.on(x[is_inlier], degree), y[is_inlier], rounding)
    is_either = is_inlier | (~is_central & _is_near(fit, x, y, is_inlier))
    # a point so far away that the curve would depend on it alone stays outside
    return (is_either if _Basis.on(x[is_either], degree).degree == degree else is_inlier), degree


def _is_central(x: Floats) -> Mask:
    """Return which points may choose the degree.

    If x is uniform all may, if it is normal those within 2.6 standard deviations. A point far from all
    others can be reached by a curve of high degree, whatever its y.
    """
    low, high = np.quantile(x, [0.1, 0.9])
    margin = (high - low) / 2
    is_central: Mask = (low - margin <= x) & (x <= high + margin)
    return is_central


def _settled(x: Floats, y: Floats, max_degree: int, rounding: float) -> tuple[Mask, int]:
    """Return inliers and degree that determine each other."""
    is_next = _is_near_absolute_fit(x, y, highest_degree(x, max_degree), rounding)
    for _ in range(_MAX_ROUNDS):
        is_inlier = is_next
        if 2 * is_inlier.sum() < len(x) or highest_degree(x[is_inlier], max_degree) < 0:
            is_inlier = np.ones(len(x), dtype=bool)
        basis = _Basis.on(x[is_inlier], highest_degree(x[is_inlier], max_degree))
        degree = _best_degree(basis, y[is_inlier], rounding)
        fit = _LeastSquares(basis.up_to(degree), y[is_inlier], rounding)
        is_next = _is_near(fit, x, y, is_inlier)
        if np.array_equal(is_next, is_inlier):
            break
    return is_inlier, degree


def _is_near(fit: _LeastSquares, x: Floats, y: Floats, is_fitted: Mask) -> Mask:
    """Return which points are within the cutoff of the curve through all fitted points but themselves.

    Such a distance has the variance noise² / (1 - leverage) for a point that is fitted, and
    noise² · (1 + leverage) for another one. The noise is estimated without the point too.
    """
    deviations = np.empty(len(x))
    squares = (fit.squares - fit.residuals**2 / fit.spare) / (fit.freedom - 1)
    deviations[is_fitted] = np.sqrt(np.maximum(squares, fit.rounding**2) / fit.spare)
    leverages = (fit.basis.at(x[~is_fitted]) ** 2).sum(axis=1)
    deviations[~is_fitted] = np.sqrt(1 + leverages) * max(fit.noise, fit.rounding)
    is_near: Mask = fit.prediction_errors(x, y, is_fitted) <= _student_cutoff(fit.freedom - 1) * deviations
    return is_near


def _student_cutoff(freedom: int) -> float:
    """Return what Student's t exceeds about as rarely as a normal variable exceeds CUTOFF.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5, the first three terms.
    """
    z = CUTOFF
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _is_near_absolute_fit(x: Floats, y: Floats, max_degree: int, rounding: float) -> Mask:
    """Return which points are near a curve of least absolute deviations, of the lowest degree that does."""
    values = _Basis.on(x, max_degree).values
    weights = np.array([np.median(y) / values[0, 0]])  # of degree 0 it is the median
    distances, deviations = [], []
    for count in range(1, values.shape[1] + 1):
        if count > 1:
            weights = _absolute_weights(values[:, :count], y, np.append(weights, 0.0), rounding)
        distances.append(np.abs(y - values[:, :count] @ weights))
        # the curve passes through `count` points exactly: those say nothing about the noise
        others = np.sort(distances[-1])[count:]
        deviations.append(max(float(np.median(others)) / NORMAL_QUARTILE, rounding))
    enough = int(np.argmax(np.array(deviations) <= 1.2 * min(deviations)))
    is_near: Mask = distances[enough] <= CUTOFF * deviations[enough]
    return is_near


def _absolute_weights(values: Floats, y: Floats, weights: Floats, rounding: float) -> Floats:
    # Mallows' weights: a point of high leverage would otherwise pull the curve through itself
    spare = np.maximum(1 - (values**2).sum(axis=1), 1e-6)
    middle = len(y) // 2
    for _ in range(_ABSOLUTE_STEPS):
        distances = np.abs(y - values @ weights)
        median = float(np.partition(distances, middle)[middle])
        # points that are met exactly would have infinite shares, and shares 1e16 apart a singular matrix
        shares = spare / np.maximum(distances, max(1e-3 * median, 1e-8 * float(distances.max()), rounding))
        weighted = values.T * shares
        weights = np.linalg.solve(weighted @ values, weighted @ y)
    return weights
