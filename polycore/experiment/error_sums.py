"""Where a network errs along its curves: sums of its recent errors, and the density that follows them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers

# Cells of all curves together. Each has four numbers of 4 bytes, so that a run's sums are 64 kB, which travel
# with each chunk. With twelve curves, 341 cells for each do as well as 1,365: 99.90 % after 30,000 steps.
CELLS = 2**12
BLOCK = 16  # steps with the same density
KEPT = 0.85  # of the sums from block to block
# what a cell is taken to have had before any point: it keeps cells with few points from mattering much
PRIOR_ERROR, PRIOR_COUNT = 0.001, 0.1
UNIFORM = 0.05  # the share of the points that are spread evenly, so that every cell gets some
UNITS = 512  # of an error of 1 in a block: a sum of whole numbers does not depend on their order
# The most points of a curve in a block: the largest batch, doubled as batches grow, has as many on each of
# two curves. Twice as many errors, in units, fit int32.
MOST_NEW = BLOCK * 100_000
MOST_IN_SUMS = 2 * MOST_NEW / (1 - KEPT)  # what the sums approach if each block has MOST_NEW, and room


@dataclass(frozen=True, eq=False)
class ErrorSums:
    """The recent errors of a network in the cells of its K curves, M of equal width in x on each.

    A point's error is 1 minus the probability of its class. Steps are taken in blocks of BLOCK, counted from
    step 0 of a run. All steps of a block have the density of the sums at its start.

    Attributes
    ----------
    errors, counts
        (K, M), float32: the sums of the errors, and how many points they are of, at the start of the block.
        Of each earlier block they have KEPT as much as of the one after it.
    new_errors, new_counts
        (K, M), int32: the same of the block's steps so far, the errors in units of 1 / UNITS.
    recent
        The steps that are not yet in `new_errors` and `new_counts`: for each the cells (N,) of its points,
        as indices of a flattened (K, M), and their errors (N,).
    """

    errors: NDArray[np.float32]
    counts: NDArray[np.float32]
    new_errors: NDArray[np.int32]
    new_counts: NDArray[np.int32]
    recent: tuple[tuple[Integers, Floats], ...] = ()

    @classmethod
    def empty(cls, classes: int) -> "ErrorSums":
        """Return the sums before the first step: the density is uniform."""
        shape = shape_of(classes)
        no_sums, nothing_new = np.zeros(shape, np.float32), np.zeros(shape, np.int32)
        return cls(no_sums, no_sums, nothing_new, nothing_new)

    def after(self, step: int, cells: Integers, errors: Floats) -> "ErrorSums":
        """Return the sums after step `step`, counted from 1, with its points' `cells` and `errors`, (N,)."""
        # not `replace`, which takes three times as long
        recent = (*self.recent, (cells, errors))
        added = ErrorSums(self.errors, self.counts, self.new_errors, self.new_counts, recent)
        return added if step % BLOCK else added.condensed()._in_the_next_block()

    def condensed(self) -> "ErrorSums":
        """Return the same sums with no `recent` steps."""
        if not self.recent:
            return self
        cells = np.concatenate([cells for cells, _ in self.recent])
        errors = np.rint(np.concatenate([errors for _, errors in self.recent]).astype(np.float64) * UNITS)
        size, shape = self.errors.size, self.errors.shape
        return replace(
            self,
            new_errors=self.new_errors + np.bincount(cells, errors, size).astype(np.int32).reshape(shape),
            new_counts=self.new_counts + np.bincount(cells, None, size).astype(np.int32).reshape(shape),
            recent=(),
        )

    @property
    def is_sound(self) -> bool:
        """Whether no cell has more errors than points."""
        return bool(
            (self.errors <= self.counts).all()
            and (self.new_errors <= UNITS * self.new_counts.astype(np.int64)).all()
        )

    def density(self, *, shared: bool) -> NDArray[np.float64]:
        """Return how dense the points of the next step are in each cell, (K, M); its mean on each curve is 1.

        A cell's density follows its mean error. shared: all curves have the mean of their densities, which
        noise requires: otherwise the classes would have other shares of the points at a place than they have
        among all points, and with them another Bayes classifier.
        """
        errors, counts = self.errors.astype(np.float64), self.counts.astype(np.float64)
        density = (errors + PRIOR_ERROR * PRIOR_COUNT) / (counts + PRIOR_COUNT)
        if shared:
            density = np.broadcast_to(density.mean(axis=0), density.shape)
        mixed: NDArray[np.float64] = UNIFORM + (1 - UNIFORM) * density / density.mean(axis=1, keepdims=True)
        return mixed

    def cumulative(self, *, shared: bool) -> NDArray[np.float64]:
        """Return the cumulative distributions of the curves' densities, one after the other, (K·M + 1,).

        Curve k has the values from k to k + 1, at the borders of its cells. shared: see `density`.
        """
        density = self.density(shared=shared)
        sums = np.zeros(density.size + 1)
        np.cumsum(density, out=sums[1:])
        sums /= density.shape[1]
        # each curve begins at a whole number, to the last bit
        sums[:: density.shape[1]] = np.arange(len(density) + 1)
        return sums

    def _in_the_next_block(self) -> "ErrorSums":
        nothing_new = np.zeros_like(self.new_errors)
        return ErrorSums(
            self.errors * np.float32(KEPT) + self.new_errors.astype(np.float32) / np.float32(UNITS),
            self.counts * np.float32(KEPT) + self.new_counts.astype(np.float32),
            nothing_new,
            nothing_new,
        )


def shape_of(classes: int) -> tuple[int, int]:
    """Return the shape (K, M) of the sums of K curves."""
    return classes, CELLS // classes
