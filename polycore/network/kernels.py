"""Where loss and gradient are worked out: arrays made once, and written over by every batch.

The points stand in columns. Behind each hidden layer comes a row of ones, so that (weights over biases), as
they lie in the flat vector, is the one matrix of a layer, forward and in the gradient alike.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Protocol, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from polycore.arrays import Floats
from polycore.network.batch import Batch
from polycore.network.exponential import UNIT, exponential, logarithm
from polycore.network.parameters import parameter_count
from polycore.network.plain import SMALLEST_PROBABILITY

# Numbers between two layers worked on at once, so that they stay in the processor's cache: the loss of 10,800
# points through four layers of 32 took 2.9 ms on one core, and 3.3 in one piece.
CACHED = 2**15
# Points worked on at once at least: each part reads all weights anew, and where layers are wide these are no
# longer in the cache. A step of 256 points through two layers of 512 took 5.5 ms, and 7.1 in parts of 64.
FEWEST_TOGETHER = 256

LOWEST_SURPRISE, HIGHEST_SURPRISE = -np.log1p(-SMALLEST_PROBABILITY), -np.log(SMALLEST_PROBABILITY)


@dataclass(frozen=True, eq=False)
class _Matrices:
    """A flat vector of parameters, and each layer's matrix in it, the biases last: (inputs + 1, neurons)."""

    vector: Floats
    widths: tuple[int, ...]
    layers: tuple[Floats, ...]
    transposed: tuple[Floats, ...]
    weights: tuple[Floats, ...]

    @classmethod
    def of(cls, vector: Floats, widths: Sequence[int]) -> "_Matrices":
        layers, start = [], 0
        for inputs, neurons in pairwise(widths):
            end = start + (inputs + 1) * neurons
            layers.append(vector[start:end].reshape(inputs + 1, neurons))
            start = end
        return cls(
            vector=vector,
            widths=tuple(widths),
            layers=tuple(layers),
            transposed=tuple(layer.T for layer in layers),
            weights=tuple(layer[:-1] for layer in layers),
        )


class Evaluation(Protocol):
    """Works out the logits of a batch, in UNITs, and their exponentials and totals."""

    def __call__(
        self, parameters: Floats, batch: Batch, shifted: bool = False, surprised: bool = True
    ) -> float:
        """Return the sum of -log of each true class's probability, clipped, in nats; 0 unless `surprised`.

        `shifted`: take its highest logit from each column first. What is common to a column changes neither
        its softmax nor its surprise, and nothing overflows. Where that happens without, it is shifted too.
        Sums are products with ones: BLAS takes 0.4 us for 1200 numbers where a reduction takes 1.1.
        """


class _Seat:
    """The arrays that batches of one size and precision are worked on in.

    `hidden` (neurons + 1, N) are rows of ones behind `values` (neurons, N); the rest is (K, N) or (N,).
    """

    def __init__(self, matrices: _Matrices, widths: Sequence[int], size: int) -> None:
        dtype, classes = matrices.vector.dtype, widths[-1]
        self.matrices = matrices
        self.hidden = tuple(np.ones((neurons + 1, size), dtype) for neurons in widths[1:-1])
        self.values = tuple(array[:-1] for array in self.hidden)
        # an array of zeros: beside one, np.maximum took 2.2 us where it took 6.7 beside the number
        zeros = tuple(np.zeros_like(array) for array in self.values)
        products = (matrix.dot for matrix in matrices.transposed)
        self._layers = tuple(zip(products, self.values, zeros, self.hidden, strict=False))
        self._last = np.empty_like(matrices.layers[-1])
        self.logits, self.exponentials = (np.empty((classes, size), dtype) for _ in range(2))
        self.totals, self.surprises = (np.empty(size, dtype) for _ in range(2))
        self.ones, self.class_ones = np.ones(size, dtype), np.ones(classes, dtype)
        self.lowest = np.full(size, LOWEST_SURPRISE / UNIT, dtype)
        self.highest = np.full(size, HIGHEST_SURPRISE / UNIT, dtype)
        self.floor = np.full_like(self.logits, np.finfo(dtype).minexp / 2 * math.log(2) / UNIT)
        self.evaluate = self._evaluation()

    @cached_property
    def slopes(self) -> tuple[Floats, ...]:
        """Arrays for the loss's slopes with respect to `values`."""
        return tuple(np.empty_like(array) for array in self.values)

    @cached_property
    def active(self) -> tuple[NDArray[np.bool_], ...]:
        """Arrays for where a neuron gives something."""
        return tuple(np.empty(array.shape, np.bool_) for array in self.values)

    @cached_property
    def gradient(self) -> _Matrices:
        """An array for the gradient."""
        return _Matrices.of(np.empty_like(self.matrices.vector), self.matrices.widths)

    def _evaluation(self) -> "Evaluation":
        """Return `evaluate`. Whatever it needs is looked up here, once: search asks it a million times."""
        copy, larger, smaller, less, times = np.copyto, np.maximum, np.minimum, np.subtract, np.multiply
        layers, is_finite, vector = self._layers, math.isfinite, self.matrices.vector
        # flat: half the price of the transposed matrix, number by number
        last, last_in_units = self.matrices.layers[-1].ravel(), self._last.ravel()
        logits, exponentials, totals, surprises = self.logits, self.exponentials, self.totals, self.surprises
        ones, lowest, highest, floor = self.ones, self.lowest, self.highest, self.floor
        # `dot` of an array that stays takes 0.2 to 0.7 us less than np.matmul with the same numbers
        last_product, sum_classes, sum_with = self._last.T.dot, self.class_ones.dot, surprises.dot
        per_unit = 1 / UNIT
        known: Batch | None = None
        subtract_true: Callable[[], object] = bool

        def evaluate(
            parameters: Floats, batch: Batch, shifted: bool = False, surprised: bool = True
        ) -> float:
            nonlocal known, subtract_true
            copy(vector, parameters)
            while True:
                inputs = batch.columns
                for product, values, zeros, with_ones in layers:
                    product(inputs, values)
                    larger(values, zeros, out=values)
                    inputs = with_ones
                times(last, per_unit, out=last_in_units)
                last_product(inputs, logits)
                if shifted:
                    less(logits, larger.reduce(logits, axis=0), out=logits)
                    # what is sure leaves the others next to nothing, in numbers that processors are slow
                    # with: late in a run a step took 197 us where it had taken 169
                    larger(logits, floor, out=logits)
                exponential(logits, out=exponentials)
                sum_classes(exponentials, totals)
                if not surprised:
                    return 0.0
                # log of the sum of exp, less the true logit
                logarithm(totals, out=surprises)
                if batch is not known:
                    known, subtract_true = batch, batch.subtraction(logits, surprises)
                subtract_true()
                if shifted or is_finite(sum_with(ones)):
                    break
                shifted = True  # an exponential overflowed
            smaller(surprises, highest, out=surprises)
            larger(surprises, lowest, out=surprises)
            return float(sum_with(ones)) * UNIT

        return evaluate

    def backward(self, batch: Batch) -> Floats:
        """Return the gradient's sum over the batch, to be copied; shifted exponentials must stand."""
        found = self.gradient
        slopes = np.divide(self.exponentials, self.totals, out=self.logits)
        slopes -= batch.one_hot
        for layer in range(len(found.layers) - 1, 0, -1):
            np.matmul(self.hidden[layer - 1], slopes.T, out=found.layers[layer])
            active = np.greater(self.values[layer - 1], 0, out=self.active[layer - 1])
            slopes = np.matmul(self.matrices.weights[layer], slopes, out=self.slopes[layer - 1])
            slopes *= active
        np.matmul(batch.columns, slopes.T, out=found.layers[0])
        return found.vector


class Workspace:
    """Loss, accuracy and gradient of networks of the same `widths`, in the precision of the batches.

    It holds nothing but scratch: what it returns depends on the arguments alone. One thread at a time may
    use it. Parameters are the flat vector that `network.layers` describes. Very large logits overflow on the
    way to a result that is right all the same: call it under `np.errstate(over="ignore",
    divide="ignore")`, once around many calls.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self._widths = tuple(widths)
        self._part = max(FEWEST_TOGETHER, CACHED // max(widths))
        self._matrices: dict[DTypeLike, _Matrices] = {}
        self._seats: dict[tuple[int, DTypeLike], _Seat] = {}

    def loss(self, parameters: Floats, batch: Batch) -> float:
        """Return the mean cross-entropy in nats, clipped as `network.cross_entropy` says."""
        parts = batch.parts(self._part)
        return sum(self._seat(part).evaluate(parameters, part) for part in parts) / len(batch)

    def loss_on(self, batch: Batch) -> Callable[[Floats], float]:
        """Return `loss` for one batch, with its arrays looked up beforehand."""
        if len(batch) > self._part:
            return partial(self.loss, batch=batch)
        evaluate, size = self._seat(batch).evaluate, len(batch)
        return lambda parameters: evaluate(parameters, batch) / size

    def loss_and_accuracy(self, parameters: Floats, batch: Batch) -> tuple[float, float]:
        """Return the mean cross-entropy in nats and the share of points answered rightly."""
        total, right = 0.0, 0
        for part in batch.parts(self._part):
            seat = self._seat(part)
            total += seat.evaluate(parameters, part)
            right += int((seat.logits.argmax(axis=0) == part.labels).sum())
        return total / len(batch), right / len(batch)

    def loss_and_gradient(self, parameters: Floats, batch: Batch) -> tuple[float, Floats]:
        """Return the mean cross-entropy in nats and its gradient, shaped as `parameters`.

        Behind softmax and cross-entropy the gradient for the logits is (probabilities - one-hot) / N; where
        the loss is clipped it keeps that direction, so that a point answered wrongly with certainty still
        teaches.
        """
        return self._total_and_gradient(parameters, batch, surprised=True)

    def gradient(self, parameters: Floats, batch: Batch) -> Floats:
        """Return the gradient alone: a batch's loss is not worth its logarithms."""
        return self._total_and_gradient(parameters, batch, surprised=False)[1]

    def _total_and_gradient(self, parameters: Floats, batch: Batch, surprised: bool) -> tuple[float, Floats]:
        total, size = 0.0, len(batch)
        gradient: Floats | None = None
        for part in batch.parts(self._part):
            seat = self._seat(part)
            total += seat.evaluate(parameters, part, True, surprised)
            found = seat.backward(part) / size
            gradient = found if gradient is None else gradient + found
        return total / size, cast(Floats, gradient)

    def _seat(self, batch: Batch) -> _Seat:
        """Return the arrays to work on a batch in; the next batch of its size is worked on in the same."""
        size, dtype = len(batch.labels), batch.columns.dtype
        seat = self._seats.get((size, dtype))
        if seat is None:
            if dtype not in self._matrices:
                empty = np.empty(parameter_count(self._widths), dtype)
                self._matrices[dtype] = _Matrices.of(empty, self._widths)
            seat = self._seats[size, dtype] = _Seat(self._matrices[dtype], self._widths, size)
        return seat
