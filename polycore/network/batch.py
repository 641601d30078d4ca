"""A batch of points, laid out so that each layer of a network is one matrix product."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of N points, which batches share whose points have the same ones in the same order.

    Attributes
    ----------
    labels
        (N,), integers.
    one_hot
        (K, N), booleans: True at each point's class.
    """

    labels: Integers
    one_hot: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def are_in_order(self) -> bool:
        """Whether the points are sorted by class, equally many of each, as in training sets."""
        classes = len(self.one_hot)
        return np.array_equal(self.labels, np.repeat(np.arange(classes), len(self) // classes))

    @cached_property
    def indices(self) -> NDArray[np.intp]:
        """The indices of the points' entries in a flattened (K, N) array."""
        return self.labels * len(self) + np.arange(len(self))

    def chosen(self, indices: Integers | slice) -> "Classes":
        """Return those of the points with these indices."""
        return Classes(self.labels[indices], np.ascontiguousarray(self.one_hot[:, indices]))


@dataclass(frozen=True, eq=False)
class Batch:
    """N points and their classes.

    Attributes
    ----------
    columns
        (n + 1, N): the n inputs and ones, so that a layer's biases are one more row of its weights.
    classes
        Those of the points.
    """

    columns: Floats
    classes: Classes
    _cuts: dict[int, tuple["Batch", ...]] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, points: Floats, labels: Integers, classes: int) -> "Batch":
        """Return the batch of points (N, n), whose columns are inputs, with labels (N,) below `classes`."""
        columns = np.ones((points.shape[1] + 1, len(points)), dtype=points.dtype)
        columns[:-1] = points.T
        return cls(columns, Classes(labels, labels == np.arange(classes)[:, np.newaxis]))

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def labels(self) -> Integers:
        """The points' classes, (N,)."""
        return self.classes.labels

    @property
    def one_hot(self) -> NDArray[np.bool_]:
        """The same as booleans, (K, N)."""
        return self.classes.one_hot

    @property
    def points(self) -> Floats:
        """The points (N, n), one row for the inputs of each."""
        return self.columns[:-1].T

    def subtraction(self, values: Floats, totals: Floats) -> Callable[[], object]:
        """Return a function that subtracts from `totals` (N,) each point's entry of `values` (K, N) in place.

        The entry of a point is its class's.
        """
        classes = len(self.one_hot)
        if self.classes.are_in_order:
            # the entries are a view and need no gathering
            own = np.einsum("kkn->kn", values.reshape(classes, classes, -1))
            return partial(np.subtract, by_class := totals.reshape(classes, -1), own, by_class)
        return lambda: np.subtract(totals, self.entries_of_classes(values), totals)

    def entries_of_classes(self, values: Floats) -> Floats:
        """Return the entry of each point's class in `values` (K, N), as a new array (N,)."""
        return values.take(self.classes.indices)

    def parts(self, size: int) -> tuple["Batch", ...]:
        """Return the batch cut into parts of `size` points and a remainder; the cut is cached."""
        if len(self) <= size:
            return (self,)
        if size not in self._cuts:
            self._cuts[size] = tuple(self._cut(size))
        return self._cuts[size]

    def astype(self, dtype: type[np.floating]) -> "Batch":
        """Return the batch with its points in another precision."""
        return Batch(self.columns.astype(dtype), self.classes)

    def chosen(self, indices: Integers) -> "Batch":
        """Return the points with these indices."""
        return Batch(self.columns[:, indices], self.classes.chosen(indices))

    def _cut(self, size: int) -> Iterator["Batch"]:
        for start in range(0, len(self), size):
            rows = slice(start, start + size)
            yield Batch(np.ascontiguousarray(self.columns[:, rows]), self.classes.chosen(rows))
