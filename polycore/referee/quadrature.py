"""Adaptive quadrature: the mean of a function that may have very thin layers, with an error estimate."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats

TOLERANCE = 1e-10
MAX_EVALUATIONS = 1_000_000

# Clenshaw-Curtis: the mean of the Chebyshev series of degree 16 through the values at 17 nodes. These include
# the ends, at which small noise makes layers too thin for the inner nodes to see.
# Source: Trefethen, Spectral Methods in MATLAB (2000), chapter 12.
_ORDERS = np.arange(17)
_ANGLES = np.pi * _ORDERS[::-1] / 16
_NODES = np.sin(np.pi / 2 - _ANGLES)
_ENDS_HALVED = np.where(_ORDERS % 16, 1, 0.5)
_SERIES = np.cos(np.outer(_ANGLES, _ORDERS)) / 8 * np.outer(_ENDS_HALVED, _ENDS_HALVED)
# T_k has the mean 1 / (1 - k²) over [-1, 1] for even k, 0 for odd ones
_MEAN = _SERIES[:, ::2] @ (1 / (1 - _ORDERS[::2] ** 2))
# The error estimate is the size of the last terms, which falls later than the error of the mean. The usual
# estimate, the difference from the rule through every second node, fails: it is small by chance in one of 200
# random sets.
_LAST_TERMS = _SERIES[:, -4:]


class Panels(NamedTuple):
    """Parts of the range, and the values of a function there."""

    left: Floats  # (P,)
    right: Floats  # (P,)
    values: Floats  # (P, 17), at the nodes

    @classmethod
    def between(cls, left: Floats, right: Floats, function: Callable[[Floats], Floats]) -> "Panels":
        """Evaluate the function at the nodes of each part."""
        return cls(left, right, function(_positions(left, right)))

    @property
    def widths(self) -> Floats:
        """The length of each part."""
        widths: Floats = self.right - self.left
        return widths

    @property
    def means(self) -> Floats:
        """The function's mean over each part."""
        means: Floats = self.values @ _MEAN
        return means

    @property
    def errors(self) -> Floats:
        """The estimated error that each part adds to the mean over all parts."""
        errors: Floats = np.abs(self.values @ _LAST_TERMS).max(axis=1) * self.widths / self.widths.sum()
        return errors

    def split(self, indices: NDArray[np.intp], function: Callable[[Floats], Floats]) -> "Panels":
        """Return the parts at `indices`, each split in two at the node that halves its total variation.

        At a thin layer that is the outermost node, so that a part 100 times shorter then holds the layer.
        Otherwise it is near the middle.
        """
        left, right = self.left[indices], self.right[indices]
        variation = np.abs(np.diff(self.values[indices], axis=1)).cumsum(axis=1)
        node = 1 + (variation < variation[:, -1:] / 2).sum(axis=1).clip(max=14)
        middle = _positions(left, right)[np.arange(len(node)), node]
        return self.between(np.concatenate([left, middle]), np.concatenate([middle, right]), function)

    def replaced(self, indices: NDArray[np.intp], others: "Panels") -> "Panels":
        """Return these parts without those at `indices`, followed by `others`."""
        return Panels(
            *(
                np.concatenate([np.delete(own, indices, axis=0), new])
                for own, new in zip(self, others, strict=True)
            )
        )


def _positions(left: Floats, right: Floats) -> Floats:
    """Return the nodes (P, 17) from left (P,) to right (P,); the ends are exact."""
    middle, half = (left + right) / 2, (right - left) / 2
    positions: Floats = middle[:, None] + half[:, None] * _NODES
    positions[:, 0], positions[:, -1] = left, right
    return positions


def resolved(function: Callable[[Floats], Floats], edges: Floats) -> Panels:
    """Return parts between the sorted `edges` whose errors add up to at most 1e-10, if that can be reached.

    The function maps an array to one of the same shape, and is smooth between the edges. The parts with the
    largest errors are split, until the function has been evaluated a million times.
    """
    panels = Panels.between(edges[:-1], edges[1:], function)
    evaluations = panels.values.size
    while True:
        errors = panels.errors
        largest = errors.argsort()
        largest = largest[errors[largest].cumsum() > TOLERANCE / 2]
        affordable = (MAX_EVALUATIONS - evaluations) // (2 * len(_NODES))
        largest = largest[max(len(largest) - affordable, 0) :]
        if errors.sum() <= TOLERANCE or not len(largest):
            return panels
        halves = panels.split(largest, function)
        evaluations += halves.values.size
        panels = panels.replaced(largest, halves)
