"""The best that any method can do at telling the points of given polynomials apart."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.experiment.experiment import MAX_NOISE, MAX_X, MIN_X_WIDTH, Experiment
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MAX_DEGREE
from polycore.polynomials.polynomial import Polynomial
from polycore.referee.quadrature import resolved

# As for points in a CSV table. A polynomial's value at such an x can still be squared: it is below 1e152.
MAX_COORDINATE = 1e12
# Points worked on at once: with 24 curves an array of them is 200 kB, so it stays in the processor's cache.
BLOCK = 1024

# Two distances count as equal where they differ by less than this share of the sizes of both polynomials'
# terms: `crossings` calls the curves equal there, for rounding alone may be the difference.
_ROUNDING = 1e-14

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy:
    """The share `value` of answers that are right, 0 to 1, known to within `error`."""

    value: float
    error: float


@dataclass(frozen=True)
class Referee:
    """Knows how the points come about, and so what can be known of where they come from.

    Each point comes from one of K polynomials, all equally likely: its x is uniform on `x_range`, its y the
    polynomial's value there plus Gaussian noise of standard deviation `noise`.

    polynomials: 1 to 24, equal ones too; degree at most 12, coefficients of size at most 1e6.
    x_range: (low, high), within [-1000, 1000], at least 0.001 apart.
    noise: 0 to 1000.

    Raises PolycoreError where a value is not as said here.
    """

    polynomials: tuple[Polynomial, ...]
    x_range: tuple[float, float]
    noise: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "polynomials", _checked_polynomials(self.polynomials))
        object.__setattr__(self, "x_range", _checked_range(self.x_range))
        object.__setattr__(self, "noise", _checked_number("noise", self.noise, 0, MAX_NOISE))

    @classmethod
    def of(cls, experiment: Experiment) -> "Referee":
        """Return the referee of the points that `experiment`, which must be an Experiment, draws."""
        check_kind(
            "experiment", experiment, Experiment, "Without one, give Referee(polynomials, x_range, noise)."
        )
        return cls(experiment.polynomials, experiment.x_range, experiment.noise)

    def predict_proba(self, points: ArrayLike) -> _Floats:
        """Return the probability of each polynomial, (N, K), given points (N, 2); each row sums to 1.

        By Bayes' rule: proportional to exp(-d²/2·noise²) with d the point's vertical distance from the
        curve. Without noise it is the limit for little noise: all for the curve that is vertically nearest,
        in equal shares where several are (equal polynomials, crossings): where their distances differ by
        less than 1e-14 of the sizes of their terms, which rounding alone can make. x may lie outside
        `x_range`; the curves go on there.
        Raises PolycoreError unless all coordinates are finite numbers of size at most 1e12.
        """
        checked = _checked_points(points)
        probabilities = np.empty((len(checked), len(self.polynomials)))
        for rows in _blocks(len(checked)):
            odds = np.exp(self._log_odds(checked[rows]))
            probabilities[rows] = odds / odds.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, points: ArrayLike) -> NDArray[np.intp]:
        """Return the likeliest polynomial's place, (N,), the first among equals, given points (N, 2).

        No decision is right more often. Raises PolycoreError as `predict_proba` does.
        """
        checked = _checked_points(points)
        places = np.empty(len(checked), dtype=np.intp)
        for rows in _blocks(len(checked)):
            places[rows] = self._log_odds(checked[rows]).argmax(axis=1)
        return places

    @cached_property
    def accuracy(self) -> Accuracy:
        """The share of points that `predict` answers rightly; no method's can be expected to be higher.

        The decision at a point is right with the largest of the K densities there, divided by K. At a fixed
        x let v_1 < ... < v_m be the curves' different values and d_i = v_(i+1) - v_i. The nearest value is
        decided for, so v_i's region ends halfway to its neighbours, and a point of v_i stays in it with
        probability Φ(d_i/2·noise) + Φ(d_(i-1)/2·noise) - 1, where Φ of the missing gap at either end is 1.
        The sum over i, divided by K, is the accuracy at x: (1 + Σ (2·Φ(d_i/2·noise) - 1)) / K.
        Its mean over x is found by quadrature, to 1e-10 unless that takes too long; `error` is the estimate,
        and what rounding may add: much only where the noise is hardly above the curves' own rounding.
        Without noise it is the number of different polynomials / K, for those meet in single points only.
        """
        if not self.noise:
            return Accuracy(len(set(self.polynomials)) / len(self.polynomials), 0.0)
        low, high = self.x_range
        edges = np.unique([low, *_closest_approaches(self._centred, low, high), high])
        panels = resolved(self._accuracy_at, edges)
        widths = panels.widths / (high - low)
        error = panels.errors.sum() + widths @ self._rounding_at(panels.left + panels.widths / 2) + _SUMMING
        return Accuracy(min(float(widths @ panels.means), 1.0), float(error))

    @cached_property
    def _coefficients(self) -> _Floats:
        """One polynomial a row, all of the highest degree."""
        count = max(polynomial.degree for polynomial in self.polynomials) + 1
        rows = [(0.0,) * count + polynomial.coefficients for polynomial in self.polynomials]
        return np.array([row[-count:] for row in rows])

    @cached_property
    def _centred(self) -> _Floats:
        """The same without what most of them share: it does not matter for gaps, but would round them."""
        middle = np.sort(self._coefficients, axis=0)[(len(self.polynomials) - 1) // 2]
        centred: _Floats = self._coefficients - middle
        return centred

    def _log_odds(self, points: _Floats) -> _Floats:
        """Log of each polynomial's density at the points, less that of the likeliest."""
        x, y = points[:, :1], points[:, 1:]
        values = _values(self._coefficients, x)
        leads = _leads(values, y)
        if self.noise:
            with np.errstate(over="ignore"):  # minus infinity is what is meant
                leads /= self.noise
                leads /= self.noise
            return leads
        distances = np.abs(y - values)
        sizes = _values(np.abs(self._coefficients), np.abs(x))
        nearest = leads.argmax(axis=1)[:, None]
        # half the difference of the squares: (d - d_nearest) · (d + d_nearest) / 2
        rounding = _ROUNDING * (sizes + np.take_along_axis(sizes, nearest, 1))
        rounding *= (distances + np.take_along_axis(distances, nearest, 1)) / 2
        return np.where(-leads <= rounding, 0.0, -np.inf)

    def _gaps(self, x: _Floats) -> _Floats:
        """Distances (N, K - 1), in noises, from each curve to the next one above it at x (N,)."""
        values = np.sort(_values(self._centred, x[:, None]), axis=1)
        with np.errstate(over="ignore"):  # an endless gap is what is meant
            return np.diff(values, axis=1) / self.noise

    def _accuracy_at(self, x: _Floats) -> _Floats:
        """Accuracy at each x, in the shape of x."""
        accuracies = np.empty(x.size)
        for rows in _blocks(x.size):
            accuracies[rows] = 1 + _inside(self._gaps(x.ravel()[rows])).sum(axis=1)
        accuracies /= len(self.polynomials)
        return accuracies.reshape(x.shape)

    def _rounding_at(self, x: _Floats) -> _Floats:
        """Bound on the part of the accuracy at x (N,) that rounding may add or take.

        Horner's rule at degree n is off by about n + 1 units of rounding of the sizes of the terms (Higham,
        Accuracy and Stability of Numerical Algorithms, section 5.1), and a gap has two ends. 2·Φ(gap/2) - 1
        grows by at most 0.4 for 1 that the gap does, and not at all where it is 1.
        """
        sizes = _values(np.abs(self._centred), np.abs(x[:, None])).max(axis=1)
        with np.errstate(over="ignore"):  # it is cut off at 1
            shifts = 0.8 * self._centred.shape[1] * np.finfo(np.float64).eps * sizes / self.noise
        unsure = (self._gaps(x) < _SURE).sum(axis=1) / len(self.polynomials)
        bounds: _Floats = np.minimum(shifts, 1) * unsure
        return bounds


# --- what is refused --------------------------------------------------------------------------


def _checked_polynomials(found: object) -> tuple[Polynomial, ...]:
    wanted = f"1 to {MAX_CLASSES} polynomials"
    if not isinstance(found, list | tuple):
        raise PolycoreError(f"polynomials is a {type(found).__name__}; wanted a tuple of {wanted}.")
    if not 1 <= len(found) <= MAX_CLASSES:
        raise PolycoreError(f"polynomials has {len(found)} of them; wanted {wanted}. Add or remove some.")
    for place, polynomial in enumerate(found):
        if not isinstance(polynomial, Polynomial):
            raise PolycoreError(
                f"polynomials holds a {type(polynomial).__name__} in place {place}; wanted {wanted}."
            )
        if polynomial.degree > MAX_DEGREE or max(map(abs, polynomial.coefficients)) > MAX_COEFFICIENT:
            raise PolycoreError(
                f"polynomials[{place}] has degree {polynomial.degree} and coefficients of size up to "
                f"{max(map(abs, polynomial.coefficients)):g}; at most {MAX_DEGREE} and {MAX_COEFFICIENT:g} "
                "are allowed. Use a smaller one."
            )
    return tuple(found)


def _checked_range(found: object) -> tuple[float, float]:
    if not isinstance(found, list | tuple) or len(found) != 2:
        raise PolycoreError(f"x_range is a {type(found).__name__}; wanted two numbers, such as (-1, 1).")
    low, high = (_checked_number(f"x_range[{place}]", end, -MAX_X, MAX_X) for place, end in enumerate(found))
    if high - low < MIN_X_WIDTH:
        raise PolycoreError(
            f"x_range is ({low:g}, {high:g}); wanted low, then high, at least {MIN_X_WIDTH:g} apart."
        )
    return low, high


def _checked_number(name: str, found: Any, low: float, high: float) -> float:
    if not isinstance(found, Real) or isinstance(found, bool):
        raise PolycoreError(f"{name} is a {type(found).__name__}; wanted a number from {low:g} to {high:g}.")
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not low <= number <= high:
        raise PolycoreError(f"{name} is {number:g}; wanted a number from {low:g} to {high:g}.")
    return number


def _checked_points(points: ArrayLike) -> _Floats:
    try:
        array = np.asarray(points)
    except ValueError as error:  # rows of different lengths
        raise PolycoreError(f"points is no array: {error}. Wanted (N, 2) real numbers.") from error
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "fiu":
        raise PolycoreError(
            f"points has shape {array.shape} and type {array.dtype}; wanted (N, 2) real numbers, one row for "
            "each x, y. Join the two columns with np.column_stack([x, y])."
        )
    checked = array.astype(np.float64, copy=False)
    if not np.abs(checked).max(initial=0) <= MAX_COORDINATE:  # not a number is not below it either
        raise PolycoreError(
            "points has a coordinate that is not finite or too large; wanted all of size at most "
            f"{MAX_COORDINATE:g}."
        )
    return checked


# --- decisions --------------------------------------------------------------------------------


def _values(coefficients: _Floats, x: _Floats) -> _Floats:
    """Return the values (N, K) of K polynomials, highest degree first, at x (N, 1), by Horner's rule."""
    values = np.broadcast_to(coefficients[:, 0], (len(x), len(coefficients))).copy()
    for column in coefficients.T[1:]:
        values *= x
        values += column
    return values


def _leads(values: _Floats, y: _Floats) -> _Floats:
    """Return half of (the least squared distance - the curve's), (N, K): 0 for the nearest, else below."""
    nearest = np.take_along_axis(values, np.abs(y - values).argmin(axis=1)[:, None], 1)
    # the difference of the squares as a product: far from all curves the squares themselves are equal
    leads = (values - nearest) * (y - (values + nearest) / 2)
    leads -= leads.max(axis=1, keepdims=True)
    return leads


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))


# --- accuracy ---------------------------------------------------------------------------------

_SUMMING = 1e-15  # what rounding adds to the error: shares of 24 curves, and their mean
_SURE = 17.0  # noises: 2·Φ(17/2) - 1 is 1 in float64


def _inside(gaps: _Floats) -> _Floats:
    """Return 2·Φ(gap/2) - 1: the probability of a standard normal between -gap/2 and gap/2."""
    shares = np.ones(gaps.shape)
    unsure = gaps < _SURE
    arguments = (gaps[unsure] / math.sqrt(8)).tolist()
    shares[unsure] = np.fromiter(map(math.erf, arguments), np.float64, len(arguments))
    return shares


def _closest_approaches(coefficients: _Floats, low: float, high: float) -> _Floats:
    """Return each x in (low, high) where two of the polynomials cross or may come close to each other.

    A difference of two is a constant times the product of the distances from its zeros, the complex ones
    too, so it is small only where x passes one: at the zero's real part. Crossings are real zeros.
    """
    first, second = np.triu_indices(len(coefficients), 1)
    scale = max(abs(low), abs(high))
    degrees = np.arange(coefficients.shape[1])[::-1]
    differences = (coefficients[first] - coefficients[second]) * scale**degrees
    # what is lost in rounding all along the range is no leading coefficient to divide by
    significant = np.abs(differences) > 1e-16 * np.abs(differences).max(axis=1, keepdims=True)
    leading = np.where(significant.any(axis=1), significant.argmax(axis=1), degrees[0])
    zeros = [_zeros(differences[leading == place, place:]) for place in range(degrees[0])]
    positions: _Floats = np.concatenate([np.empty(0), *zeros]).real * scale
    return positions[(low < positions) & (positions < high)]


def _zeros(coefficients: _Floats) -> NDArray[Any]:
    """Return all zeros of P polynomials of degree n, coefficients (P, n + 1), the first of each not 0.

    They are the eigenvalues of the companion matrices.
    """
    degree = coefficients.shape[1] - 1
    companions = np.zeros((len(coefficients), degree, degree))
    companions[:, 0] = -coefficients[:, 1:] / coefficients[:, :1]
    companions[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    return np.linalg.eigvals(companions).ravel()
