"""Where loss and gradient are worked out: arrays made once, and written over by every batch.

The points stand in columns. Behind each hidden layer comes a row of ones, so that (weights over biases), as
they lie in the flat vector, is the one matrix of a layer, forward and in the gradient alike.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from polycore.batch import Batch
from polycore.exponential import UNIT, exponential, logarithm
from polycore.network import SMALLEST_PROBABILITY, Floats, parameter_count

# Numbers between two layers worked on at once, so that they stay in the processor's cache: 10,800 points
# through four layers of 32 took 4.5 ms on one core, and 10.3 in one piece.
CACHED = 2**15

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
        self._layers = tuple(zip(matrices.transposed, self.values, zeros, self.hidden, strict=False))
        self._last = np.empty_like(matrices.transposed[-1])
        self.logits, self.exponentials = (np.empty((classes, size), dtype) for _ in range(2))
        self.totals, self.surprises = (np.empty(size, dtype) for _ in range(2))
        self.ones, self.class_ones = np.ones(size, dtype), np.ones(classes, dtype)
        self.lowest = np.full(size, LOWEST_SURPRISE / UNIT, dtype)
        self.highest = np.full(size, HIGHEST_SURPRISE / UNIT, dtype)

    @cached_property
    def slopes(self) -> tuple[Floats, ...]:
        """Arrays for the loss's slopes with respect to `values`."""
        return tuple(np.empty_like(array) for array in self.values)

    @cached_property
    def active(self) -> tuple[Floats, ...]:
        """Arrays of ones where a neuron gives something, else zeros."""
        # no booleans: a product with those took 5.3 us where this takes 2.2
        return tuple(np.empty_like(array) for array in self.values)

    @cached_property
    def gradient(self) -> _Matrices:
        """An array for the gradient."""
        return _Matrices.of(np.empty_like(self.matrices.vector), self.matrices.widths)

    def forward(self, parameters: Floats, batch: Batch) -> None:
        """Work out the logits of a batch of this size, in UNITs."""
        np.copyto(self.matrices.vector, parameters)
        inputs = batch.columns
        for matrix, values, zeros, with_ones in self._layers:
            np.matmul(matrix, inputs, out=values)
            np.maximum(values, zeros, out=values)
            inputs = with_ones
        np.multiply(self.matrices.transposed[-1], 1 / UNIT, out=self._last)
        np.matmul(self._last, inputs, out=self.logits)

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
        self._part = CACHED // max(widths)
        self._matrices: dict[DTypeLike, _Matrices] = {}
        self._seats: dict[tuple[int, DTypeLike], _Seat] = {}

    def loss(self, parameters: Floats, batch: Batch) -> float:
        """Return the mean cross-entropy in nats, clipped as `network.cross_entropy` says."""
        total = 0.0
        for part in batch.parts(self._part):
            seat = self._seat(part)
            seat.forward(parameters, part)
            _exponentials(seat)
            total += _total_surprise(part, seat)
        return total / len(batch)

    def loss_on(self, batch: Batch) -> Callable[[Floats], float]:
        """Return `loss` for one batch, with everything looked up beforehand: for losses by the million."""
        if len(batch) > self._part:
            return partial(self.loss, batch=batch)
        seat, size = self._seat(batch), len(batch)

        def loss(parameters: Floats) -> float:
            seat.forward(parameters, batch)
            _exponentials(seat)
            return _total_surprise(batch, seat) / size

        return loss

    def loss_and_accuracy(self, parameters: Floats, batch: Batch) -> tuple[float, float]:
        """Return the mean cross-entropy in nats and the share of points answered rightly."""
        total, right = 0.0, 0
        for part in batch.parts(self._part):
            seat = self._seat(part)
            seat.forward(parameters, part)
            right += int((seat.logits.argmax(axis=0) == part.labels).sum())
            _exponentials(seat)
            total += _total_surprise(part, seat)
        return total / len(batch), right / len(batch)

    def loss_and_gradient(self, parameters: Floats, batch: Batch) -> tuple[float, Floats]:
        """Return the mean cross-entropy in nats and its gradient, shaped as `parameters`.

        Behind softmax and cross-entropy the gradient for the logits is (probabilities - one-hot) / N; where
        the loss is clipped it keeps that direction, so that a point answered wrongly with certainty still
        teaches.
        """
        gradient = np.zeros_like(parameters, dtype=batch.columns.dtype)
        total = 0.0
        for part in batch.parts(self._part):
            seat = self._seat(part)
            seat.forward(parameters, part)
            _shifted_exponentials(seat)
            total += _total_surprise(part, seat)
            gradient += seat.backward(part)
        gradient /= len(batch)
        return total / len(batch), gradient

    def gradient(self, parameters: Floats, batch: Batch) -> Floats:
        """Return the gradient alone: a batch's loss is not worth its logarithms."""
        first, *others = batch.parts(self._part)
        gradient = self._sum(parameters, first) / len(batch)
        for part in others:
            gradient += self._sum(parameters, part) / len(batch)
        return gradient

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

    def _sum(self, parameters: Floats, batch: Batch) -> Floats:
        seat = self._seat(batch)
        seat.forward(parameters, batch)
        _shifted_exponentials(seat)
        return seat.backward(batch)


def _total_surprise(batch: Batch, seat: _Seat) -> float:
    """Return the sum of -log of each true class's probability, clipped; exponentials must stand.

    Sums are products with ones: BLAS takes 0.4 us for 1200 numbers where a reduction takes 1.1.
    """
    found = _surprises(batch, seat)
    if not math.isfinite(found.dot(seat.ones)):
        _shifted_exponentials(seat)
        found = _surprises(batch, seat)
    np.minimum(found, seat.highest, out=found)
    np.maximum(found, seat.lowest, out=found)
    return float(found.dot(seat.ones)) * UNIT


def _surprises(batch: Batch, seat: _Seat) -> Floats:
    """Return -log of each true class's probability in UNITs, not clipped; exponentials must stand.

    That is the log of the sum of exp, less the true logit.
    """
    logarithm(seat.totals, out=seat.surprises)
    seat.surprises -= seat.logits.take(batch.places)
    return seat.surprises


def _exponentials(seat: _Seat) -> None:
    """Work out exp of the logits and the columns' totals."""
    exponential(seat.logits, out=seat.exponentials)
    np.matmul(seat.class_ones, seat.exponentials, out=seat.totals)


def _shifted_exponentials(seat: _Seat) -> None:
    """Work out the exponentials of logits shifted so that the highest of each column is 0.

    A shift common to a column changes neither its softmax nor its surprise, and nothing overflows. Once a
    network is trained, exp(logits) alone overflows float32 for some point of every batch.
    """
    np.subtract(seat.logits, np.maximum.reduce(seat.logits, axis=0), out=seat.logits)
    _exponentials(seat)
