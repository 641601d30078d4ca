"""Points drawn anew for every step: at random, evenly, or more of them where curves run close."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Integers
from polycore.network.batch import Batch
from polycore.polynomials.polynomial import Polynomial

SAMPLINGS = ("random", "even", "crossings")

# Cells in which the distance to the nearest other curve is looked at, and quantiles kept.
CELLS, QUANTILES = 2**16, 2**14

# Shares of a run at which its second and third stage begin.
STAGES = (0.4, 0.75)
CLOSENESSES = (0.05, 0.005, 0.0015)


@dataclass(frozen=True, eq=False)
class FreshPoints:
    """How batches are drawn; `mean` and `deviation`, each (2,), standardize them.

    "random": each point lies on any polynomial, its x uniform on the range.
    "even": each polynomial gets equally many points, one in each of equal parts of the range: the same on
        average, with less left to chance (stratified sampling).
    "crossings": "even", with a density in x of 1 / (gap + closeness), where the gap is the vertical distance
        to the nearest other curve: most points where the classes are hard to tell apart. The closeness is
        one of CLOSENESSES times `spread`, smaller from stage to stage of the run.
    """

    polynomials: tuple[Polynomial, ...]
    x_range: tuple[float, float]
    noise: float
    sampling: str
    spread: float
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def batches(self, rng: np.random.Generator, count: int, size: int, stage: int) -> list[Batch]:
        """Return `count` batches of `size` points in float32 for a stage of the run: 0, 1 or 2.

        Where points are even, a batch has equally many on each polynomial, at least one: `size` rounded down.
        """
        if self.sampling == "random":
            return self._random(rng, count, size)
        return self._even(rng, count, max(1, size // len(self.polynomials)), stage)

    def _random(self, rng: np.random.Generator, count: int, size: int) -> list[Batch]:
        labels = rng.integers(len(self.polynomials), size=(count, size))
        x = rng.uniform(*self.x_range, size=(count, size))
        y = np.zeros((count, size))
        for coefficients in self._coefficients.T:
            y *= x
            y += coefficients.take(labels)
        columns = self._columns(rng, x, y)
        return [Batch(*parts) for parts in zip(columns, labels, self._one_hot(labels), strict=True)]

    def _even(self, rng: np.random.Generator, count: int, per_class: int, stage: int) -> list[Batch]:
        classes = len(self.polynomials)
        shares = rng.random((count, classes, per_class))
        shares += np.arange(per_class)
        shares /= per_class
        x = self._placed(shares, stage)
        y = np.zeros(x.shape)
        for coefficients in self._coefficients.T:
            y *= x
            y += coefficients[:, np.newaxis]
        columns = self._columns(rng, x.reshape(count, -1), y.reshape(count, -1))
        labels = np.repeat(np.arange(classes), per_class)
        one_hot = self._one_hot(labels)
        return [Batch(part, labels, one_hot) for part in columns]

    def _placed(self, shares: NDArray[np.float64], stage: int) -> NDArray[np.float64]:
        """Return the x below which these shares, each 0 to below 1, of a class's density lie."""
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
        columns = np.ones((len(x), 3, x.shape[1]), dtype=np.float32)
        columns[:, 0] = (x - self.mean[0]) / self.deviation[0]
        columns[:, 1] = (y - self.mean[1]) / self.deviation[1]
        return columns

    def _one_hot(self, labels: Integers) -> NDArray[np.bool_]:
        """Return booleans (..., K, N) for labels (..., N)."""
        classes = np.arange(len(self.polynomials), dtype=np.uint8)
        found: NDArray[np.bool_] = labels.astype(np.uint8)[..., np.newaxis, :] == classes[:, np.newaxis]
        return found

    @cached_property
    def _coefficients(self) -> NDArray[np.float64]:
        """Coefficients (K, degree + 1), highest degree first, padded with leading zeros."""
        length = max(polynomial.degree for polynomial in self.polynomials) + 1
        return np.array(
            [
                (0.0,) * (length - len(polynomial.coefficients)) + polynomial.coefficients
                for polynomial in self.polynomials
            ]
        )

    @cached_property
    def _quantiles(self) -> tuple[NDArray[np.float64], ...]:
        """For each stage, and each polynomial, the x below which 0, 1, 2, ... QUANTILES of so many lie."""
        x = np.linspace(*self.x_range, CELLS + 1)
        gaps = _gaps(np.stack([polynomial(x) for polynomial in self.polynomials]))
        wanted = np.linspace(0, 1, QUANTILES + 1)
        return tuple(
            np.stack([np.interp(wanted, _cumulated(1 / (gap + share * self.spread)), x) for gap in gaps])
            for share in CLOSENESSES
        )


def stage_at(step: int, steps: int) -> int:
    """Return the stage, 0, 1 or 2, of step `step` of `steps`."""
    return sum(step >= share * steps for share in STAGES)


def _gaps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for values (K, M) of K curves, each curve's distance to the nearest other."""
    gaps = np.full(values.shape, np.inf)
    for place, one in enumerate(values):
        distances = np.abs(values - one)
        distances[place] = np.inf
        np.minimum.reduce(distances, axis=0, out=gaps[place])
    return gaps


def _cumulated(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the density below each place, 0 to 1, by the trapezoidal rule."""
    sums = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.asarray(sums / sums[-1])
