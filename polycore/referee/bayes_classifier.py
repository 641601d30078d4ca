"""The Bayes classifier of points on given polynomials, and its accuracy, which no method exceeds."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.arrays import Floats, blocks
from polycore.checks import check_points_shape, check_type, described, real_array
from polycore.errors import PolycoreError
from polycore.experiment.compound_kinds import check_polynomial_size
from polycore.experiment.experiment import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.limits import MAX_CLASSES
from polycore.polynomials.classes import with_texts_parsed
from polycore.polynomials.distances import ROUNDING
from polycore.polynomials.polynomial import Polynomial, coefficient_rows
from polycore.referee.quadrature import resolved

# As for points in a CSV table. A polynomial's value at such an x is below 1e152, so it can be squared.
MAX_COORDINATE = 1e12
# Points computed at once: with 24 curves an array takes 200 kB, which fits into the processor's cache.
BLOCK = 1024


@dataclass(frozen=True)
class Accuracy:
    """The share of correct answers, `value`, from 0 to 1, known to within `error`."""

    value: float
    error: float


@dataclass(frozen=True)
class Referee:
    """The Bayes classifier: it knows the distribution that points are drawn from.

    Each point comes from one of K polynomials, all equally likely. Its x is uniform on `x_range`; its y is
    the polynomial's value there plus Gaussian noise of standard deviation `noise`.

    Parameters
    ----------
    polynomials
        1 to 24, equal ones too; degree at most 12, coefficients of size at most 1e6.
    x_range
        (low, high), within [-1000, 1000], at least 0.001 apart.
    noise
        0 to 1000.

    Raises
    ------
    PolycoreError
        If a value is outside these limits.
    """

    polynomials: tuple[Polynomial, ...]
    x_range: tuple[float, float]
    noise: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "polynomials", _checked_polynomials(self.polynomials))
        object.__setattr__(self, "x_range", SETTINGS["x_range"].kind.check("x_range", self.x_range))
        object.__setattr__(self, "noise", SETTINGS["noise"].kind.check("noise", self.noise))

    @classmethod
    def of(cls, experiment: Experiment) -> "Referee":
        """Return the Bayes classifier for the points that `experiment` draws.

        Raises
        ------
        PolycoreError
            Unless it is an Experiment.
        """
        check_type(
            "experiment", experiment, Experiment, "Without one, use Referee(polynomials, x_range, noise)."
        )
        return cls(experiment.polynomials, experiment.x_range, experiment.noise)

    def predict_proba(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each polynomial, (N, K), given points (N, 2); each row sums to 1.

        Parameters
        ----------
        points
            x may lie outside `x_range`.

        Raises
        ------
        PolycoreError
            Unless all coordinates are finite numbers of size at most 1e12.

        Notes
        -----
        By Bayes' rule, each is proportional to exp(-d²/2·noise²), with d the point's vertical distance from
        the curve. Without noise it is the limit for small noise: 1 for the vertically nearest curve, or equal
        shares for several (equal polynomials, crossings). Curves count as equally near if their distances
        differ by less than 1e-14 of the size of their terms, as rounding can cause.
        """
        checked = _checked_points(points)
        probabilities = np.empty((len(checked), len(self.polynomials)))
        for rows in blocks(len(checked), BLOCK):
            odds = np.exp(self._log_odds(checked[rows]))
            probabilities[rows] = odds / odds.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, points: ArrayLike) -> NDArray[np.intp]:
        """Return the index of the most likely polynomial, (N,), the first of equals, given points (N, 2).

        No other decision is correct more often.

        Raises
        ------
        PolycoreError
            As `predict_proba` does.
        """
        checked = _checked_points(points)
        labels = np.empty(len(checked), dtype=np.intp)
        for rows in blocks(len(checked), BLOCK):
            labels[rows] = self._log_odds(checked[rows]).argmax(axis=1)
        return labels

    @cached_property
    def accuracy(self) -> Accuracy:
        """The expected share of points that `predict` answers correctly; no method's is higher.

        `error` is the estimated error plus the rounding error, which is large only if the noise is close to
        the rounding errors of the curves.

        At a fixed x let v_1 < ... < v_m be the curves' distinct values, and d_i = v_(i+1) - v_i. The nearest
        value is predicted, so the region of v_i ends halfway to its neighbors, and a point of v_i lies in it
        with probability Φ(d_i/2·noise) + Φ(d_(i-1)/2·noise) - 1; for the missing gap at either end Φ is 1.
        The sum over i, divided by K, is the accuracy at x: (1 + Σ (2·Φ(d_i/2·noise) - 1)) / K.

        Its mean over x is computed by quadrature, to 1e-10 unless that takes too long. Without noise the
        accuracy is the number of distinct polynomials / K, as these meet in single points only.
        """
        if not self.noise:
            return Accuracy(len(set(self.polynomials)) / len(self.polynomials), 0.0)
        low, high = self.x_range
        edges = np.unique([low, *_closest_approaches(self._centered, low, high), high])
        panels = resolved(self._accuracy_at, edges)
        widths = panels.widths / (high - low)
        error = (
            panels.errors.sum() + widths @ self._rounding_at(panels.left + panels.widths / 2) + _SUMMING_ERROR
        )
        return Accuracy(min(float(widths @ panels.means), 1.0), float(error))

    @cached_property
    def _coefficients(self) -> Floats:
        """One row for each polynomial, padded with zeros to the highest degree."""
        return coefficient_rows(self.polynomials)

    @cached_property
    def _centered(self) -> Floats:
        """The coefficients minus their medians, which gaps do not depend on, but would be rounded by."""
        middle = np.sort(self._coefficients, axis=0)[(len(self.polynomials) - 1) // 2]
        centered: Floats = self._coefficients - middle
        return centered

    def _log_odds(self, points: Floats) -> Floats:
        """Log of each polynomial's density at the points, minus the likeliest one's."""
        x, y = points[:, :1], points[:, 1:]
        values = _values(self._coefficients, x)
        leads = _leads(values, y)
        if self.noise:
            with np.errstate(over="ignore"):  # minus infinity is correct
                leads /= self.noise
                leads /= self.noise
            return leads
        distances = np.abs(y - values)
        sizes = _values(np.abs(self._coefficients), np.abs(x))
        nearest = leads.argmax(axis=1)[:, None]
        # half the difference of the squares: (d - d_nearest) · (d + d_nearest) / 2
        rounding = ROUNDING * (sizes + np.take_along_axis(sizes, nearest, 1))
        rounding *= (distances + np.take_along_axis(distances, nearest, 1)) / 2
        return np.where(-leads <= rounding, 0.0, -np.inf)

    def _gaps(self, x: Floats) -> Floats:
        """Distances (N, K - 1), in multiples of the noise, from each curve to the next above, at x (N,)."""
        values = np.sort(_values(self._centered, x[:, None]), axis=1)
        with np.errstate(over="ignore"):  # an infinite gap is correct
            return np.diff(values, axis=1) / self.noise

    def _accuracy_at(self, x: Floats) -> Floats:
        """Accuracy at each x, in the shape of x."""
        accuracies = np.empty(x.size)
        for rows in blocks(x.size, BLOCK):
            accuracies[rows] = 1 + _inside(self._gaps(x.ravel()[rows])).sum(axis=1)
        accuracies /= len(self.polynomials)
        return accuracies.reshape(x.shape)

    def _rounding_at(self, x: Floats) -> Floats:
        """Bound on the error of the accuracy at x (N,) from rounding.

        The error of Horner's rule at degree n is about n + 1 rounding units of the size of the terms (Higham,
        Accuracy and Stability of Numerical Algorithms, section 5.1), and a gap has two ends. 2·Φ(gap/2) - 1
        has a slope of at most 0.4, and a slope of 0 once it is 1.
        """
        sizes = _values(np.abs(self._centered), np.abs(x[:, None])).max(axis=1)
        with np.errstate(over="ignore"):  # it is limited to 1 below
            shifts = 0.8 * self._centered.shape[1] * np.finfo(np.float64).eps * sizes / self.noise
        uncertain = (self._gaps(x) < _CERTAIN_GAP).sum(axis=1) / len(self.polynomials)
        bounds: Floats = np.minimum(shifts, 1) * uncertain
        return bounds


def probabilities_anywhere(referee: Referee, points: Floats) -> Floats:
    """Return the referee's probabilities (N, K) at points (N, 2) anywhere in the plane."""
    # a map's margin may exceed the limit, which no curve does: the nearest curve stays the same
    return referee.predict_proba(points.clip(-MAX_COORDINATE, MAX_COORDINATE))


# --- checks ----------------------------------------------------------------------------------


def _checked_polynomials(polynomials: object) -> tuple[Polynomial, ...]:
    if not isinstance(polynomials, list | tuple):
        raise PolycoreError(
            f"polynomials: got {described(polynomials)}; expected a tuple of 1 to {MAX_CLASSES} polynomials."
        )
    if not 1 <= len(polynomials) <= MAX_CLASSES:
        raise PolycoreError(
            f"polynomials: got {len(polynomials)}; expected 1 to {MAX_CLASSES}. Add or remove some."
        )
    given = with_texts_parsed("polynomials", polynomials)
    for index, polynomial in enumerate(given):
        check_type(f"polynomials[{index}]", polynomial, Polynomial, "Give polynomials only.")
        check_polynomial_size(f"polynomials[{index}]", cast(Polynomial, polynomial))
    return cast("tuple[Polynomial, ...]", given)


def _checked_points(points: ArrayLike) -> Floats:
    array = real_array("points", points)
    check_points_shape(array)
    checked = array.astype(np.float64, copy=False)
    if not np.abs(checked).max(initial=0) <= MAX_COORDINATE:  # NaN fails this comparison
        raise PolycoreError(
            "points: got a coordinate that is not finite or too large; expected all of size at most "
            f"{MAX_COORDINATE:g}."
        )
    return checked


# --- decisions --------------------------------------------------------------------------------


def _values(coefficients: Floats, x: Floats) -> Floats:
    """Return the values (N, K) of K polynomials, highest degree first, at x (N, 1), by Horner's rule."""
    values = np.broadcast_to(coefficients[:, 0], (len(x), len(coefficients))).copy()
    for column in coefficients.T[1:]:
        values *= x
        values += column
    return values


def _leads(values: Floats, y: Floats) -> Floats:
    """Return half of (the least squared distance - the curve's), (N, K): 0 for the nearest, else negative."""
    nearest = np.take_along_axis(values, np.abs(y - values).argmin(axis=1)[:, None], 1)
    # factored, because far from all curves the squares themselves round to equal numbers
    leads = (values - nearest) * (y - (values + nearest) / 2)
    leads -= leads.max(axis=1, keepdims=True)
    return leads


# --- accuracy ---------------------------------------------------------------------------------

_SUMMING_ERROR = 1e-15  # from rounding in the sum over 24 curves and in the mean
_CERTAIN_GAP = 17.0  # in multiples of the noise: 2·Φ(17/2) - 1 is 1 in float64


def _inside(gaps: Floats) -> Floats:
    """Return 2·Φ(gap/2) - 1: the probability of a standard normal between -gap/2 and gap/2."""
    shares = np.ones(gaps.shape)
    uncertain = gaps < _CERTAIN_GAP
    arguments = (gaps[uncertain] / math.sqrt(8)).tolist()
    shares[uncertain] = np.fromiter(map(math.erf, arguments), np.float64, len(arguments))
    return shares


def _closest_approaches(coefficients: Floats, low: float, high: float) -> Floats:
    """Return each x in (low, high) at which two of the polynomials cross or may come close to each other.

    A difference of two is a constant times the product of the distances from its zeros, including complex
    ones, so it is small only if x is near the real part of a zero. Crossings are the real zeros.
    """
    first, second = np.triu_indices(len(coefficients), 1)
    scale = max(abs(low), abs(high))
    degrees = np.arange(coefficients.shape[1])[::-1]
    differences = (coefficients[first] - coefficients[second]) * scale**degrees
    # a coefficient that is lost in rounding over the whole range cannot be divided by
    significant = np.abs(differences) > 1e-16 * np.abs(differences).max(axis=1, keepdims=True)
    leading = np.where(significant.any(axis=1), significant.argmax(axis=1), degrees[0])
    zeros = [_zeros(differences[leading == column, column:]) for column in range(degrees[0])]
    positions: Floats = np.concatenate([np.empty(0), *zeros]).real * scale
    return positions[(low < positions) & (positions < high)]


def _zeros(coefficients: Floats) -> NDArray[Any]:
    """Return all zeros of P polynomials of degree n with coefficients (P, n + 1), the first column not 0.

    They are the eigenvalues of the companion matrices.
    """
    degree = coefficients.shape[1] - 1
    companions = np.zeros((len(coefficients), degree, degree))
    companions[:, 0] = -coefficients[:, 1:] / coefficients[:, :1]
    companions[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    return np.linalg.eigvals(companions).ravel()
