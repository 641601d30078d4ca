"""New points for every step: at random, evenly, or more densely near crossings or where a network errs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Integers
from polycore.experiment.error_sums import ErrorSums
from polycore.network.batch import Batch, Classes
from polycore.network.features import Inputs
from polycore.polynomials.polynomial import Polynomial, coefficient_rows

SAMPLINGS = ("random", "even", "crossings", "errors")

# The number of cells of x in which the density is evaluated, and of quantiles that are kept.
CELLS, QUANTILES = 2**16, 2**14

# The fractions of a run at which its second and third stage begin.
STAGES = (0.4, 0.75)
CLOSENESSES = (0.05, 0.005, 0.0015)


@dataclass(frozen=True, eq=False)
class FreshPoints:
    """Draws batches of a network's `inputs`; `mean` and `deviation`, each (n,), standardize them.

    Parameters
    ----------
    sampling
        - "random": each point lies on a random polynomial, its x uniform on the range.
        - "even": each polynomial gets equally many points, one in each of equal parts of the range
          (stratified sampling). The distribution is the same, with less variance.
        - "crossings": like "even", but with a density in x proportional to 1 / (gap + closeness), where the
          gap is the vertical distance to the nearest other curve. So most points lie where the classes are
          hard to distinguish. The closeness is one of CLOSENESSES times `spread`, smaller in each stage of
          the run.
        - "errors": like "even", but with a density in x that follows the network's recent errors; see
          `ErrorSums`.
    """

    polynomials: tuple[Polynomial, ...]
    x_range: tuple[float, float]
    noise: float
    sampling: str
    spread: float
    inputs: Inputs
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def batches(self, rng: np.random.Generator, count: int, size: int, stage: int) -> list[Batch]:
        """Return `count` batches of `size` points in float32 for a stage of the run: 0, 1 or 2.

        Unless points are random, a batch has equally many on each polynomial: `size` rounded down, but at
        least one on each. For all samplings but "errors".
        """
        if self.sampling == "random":
            return self._random_batches(rng, count, size)
        return self._batches_at(rng, self._at_quantiles(self._even_shares(rng, count, size), stage))

    def batches_by_errors(
        self, rng: np.random.Generator, count: int, size: int, sums: ErrorSums
    ) -> tuple[list[Batch], NDArray[np.int64]]:
        """Return `count` batches as `batches` does, with the density of `sums`, and the points' cells there.

        The cells (count, N) are indices of a flattened (K, M); see `ErrorSums`.
        """
        classes, cells = sums.errors.shape
        first = np.arange(classes)[:, np.newaxis]
        shares = self._even_shares(rng, count, size)
        shares += first
        places = self._places(shares, sums)
        indices = np.minimum((places * cells).astype(np.int64), first * cells + (cells - 1))
        return self._batches_at(rng, self._x_at(places)), indices.reshape(count, -1)

    def density_by_errors(self, sums: ErrorSums) -> NDArray[np.float64]:
        """Return how dense the points by `sums` are in each cell of each curve, (K, M); see `ErrorSums`."""
        return sums.density(shared=self._shares_density)

    def spread_by_errors(
        self, count: int, sums: ErrorSums
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `count` points on each curve that are as dense as those by `sums`, but not at random.

        The first array has their x, each in the middle of an equal share of its curve's points. The second
        has the density there, as `density_by_errors` gives it. Both are (K, count).
        """
        density = self.density_by_errors(sums)
        first = np.arange(len(density))[:, np.newaxis]
        places = self._places(first + (np.arange(count) + 0.5) / count, sums)
        indices = np.minimum((places - first) * density.shape[1], density.shape[1] - 1).astype(np.int64)
        return self._x_at(places), np.take_along_axis(density, indices, axis=1)

    @property
    def _shares_density(self) -> bool:
        return self.noise > 0

    def _places(self, shares: NDArray[np.float64], sums: ErrorSums) -> NDArray[np.float64]:
        """Return where shares (..., K, N) of the points by `sums` end; both from k to k + 1 on curve k."""
        cumulative = sums.cumulative(shared=self._shares_density)
        _, cells = sums.errors.shape
        places: NDArray[np.float64] = np.interp(shares, cumulative, np.arange(len(cumulative)) / cells)
        return places

    def _x_at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the x at places (..., K, N), from k to k + 1 on curve k, in the same array."""
        low, high = self.x_range
        places -= np.arange(len(self.polynomials))[:, np.newaxis]
        places *= high - low
        places += low
        return places

    def _random_batches(self, rng: np.random.Generator, count: int, size: int) -> list[Batch]:
        labels = rng.integers(len(self.polynomials), size=(count, size))
        x = rng.uniform(*self.x_range, size=(count, size))
        y = np.zeros((count, size))
        for coefficients in self._coefficients.T:
            y *= x
            y += coefficients.take(labels)
        columns = self._columns(rng, x, y)
        classes = map(Classes, labels, self._one_hot(labels))
        return [Batch(*parts) for parts in zip(columns, classes, strict=True)]

    def _even_shares(self, rng: np.random.Generator, count: int, size: int) -> NDArray[np.float64]:
        """Return random numbers (count, K, N), one in each of N equal parts of 0 to 1."""
        per_class = max(1, size // len(self.polynomials))
        shares = rng.random((count, len(self.polynomials), per_class))
        shares += np.arange(per_class)
        shares /= per_class
        return shares

    def _batches_at(self, rng: np.random.Generator, x: NDArray[np.float64]) -> list[Batch]:
        """Return batches of points at x (count, K, N), N on each curve."""
        count, classes, per_class = x.shape
        y = np.zeros(x.shape)
        for coefficients in self._coefficients.T:
            y *= x
            y += coefficients[:, np.newaxis]
        columns = self._columns(rng, x.reshape(count, -1), y.reshape(count, -1))
        labels = np.repeat(np.arange(classes), per_class)
        of_points = Classes(labels, self._one_hot(labels))
        return [Batch(part, of_points) for part in columns]

    def _at_quantiles(self, shares: NDArray[np.float64], stage: int) -> NDArray[np.float64]:
        """Return the x at these quantiles of each class's density; `shares` are from 0 to below 1."""
        low, high = self.x_range
        if self.sampling == "even":
            return low + (high - low) * shares
        shares *= QUANTILES
        cells = np.minimum(shares.astype(np.int64), QUANTILES - 1)  # a share may be rounded up to 1
        shares -= cells
        cells += np.arange(len(self.polynomials))[:, np.newaxis] * (QUANTILES + 1)
        quantiles = self._quantiles[stage]
        below = quantiles.take(cells)
        cells += 1
        shares *= quantiles.take(cells) - below
        shares += below
        return shares

    def _columns(
        self, rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        if self.noise > 0:
            y += rng.normal(0, self.noise, size=y.shape)
        columns = np.ones((len(x), len(self.inputs) + 1, x.shape[1]), dtype=np.float32)
        for index, values in enumerate(self.inputs.columns(x, y)):
            columns[:, index] = (values - self.mean[index]) / self.deviation[index]
        return columns

    def _one_hot(self, labels: Integers) -> NDArray[np.bool_]:
        """Return booleans (..., K, N) for labels (..., N)."""
        classes = np.arange(len(self.polynomials), dtype=np.uint8)
        one_hot: NDArray[np.bool_] = labels.astype(np.uint8)[..., np.newaxis, :] == classes[:, np.newaxis]
        return one_hot

    @cached_property
    def _coefficients(self) -> NDArray[np.float64]:
        """(K, degree + 1)."""
        return coefficient_rows(self.polynomials)

    @cached_property
    def _quantiles(self) -> tuple[NDArray[np.float64], ...]:
        """For each stage, the x (K, QUANTILES + 1) at even quantiles of each polynomial's density."""
        x = np.linspace(*self.x_range, CELLS + 1)
        gaps = _gaps(np.stack([polynomial(x) for polynomial in self.polynomials]))
        levels = np.linspace(0, 1, QUANTILES + 1)
        return tuple(
            np.stack([np.interp(levels, _cumulative(1 / (gap + share * self.spread)), x) for gap in gaps])
            for share in CLOSENESSES
        )


def stage_at(step: int, steps: int) -> int:
    """Return the stage, 0, 1 or 2, of step `step` of `steps`."""
    return sum(step >= share * steps for share in STAGES)


def _gaps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for values (K, M) of K curves, each curve's distance to the nearest other."""
    gaps = np.full(values.shape, np.inf)
    for index, curve in enumerate(values):
        distances = np.abs(values - curve)
        distances[index] = np.inf
        np.minimum.reduce(distances, axis=0, out=gaps[index])
    return gaps


def _cumulative(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cumulative distribution, 0 to 1, of a density on a grid, by the trapezoidal rule."""
    sums = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.asarray(sums / sums[-1])
