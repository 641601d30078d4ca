"""Loss and gradient computed fast, in arrays that are allocated once and overwritten by every batch.

Points are columns. Each hidden layer has an additional row of ones, so that its weights and biases, as they
lie in the flat vector, are one matrix, in the forward pass and in the gradient. `plain` has the same in
readable form.
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
from polycore.network.activations import ACTIVATIONS, RELU, Activation
from polycore.network.batch import Batch
from polycore.network.exponential import UNIT, exponential, logarithm
from polycore.network.parameters import parameter_count
from polycore.network.plain import SMALLEST_PROBABILITY
from polycore.network.regularization import Draw, Masks

# Activations of a layer computed at once, so that they stay in the processor's cache: the loss of 10,800
# points through four layers of 32 took 2.9 ms on one core, and 3.3 in one piece.
CACHED = 2**15
# Points computed at once at least: each part reads all weights again, and in wide layers these are no longer
# in the cache. A step of 256 points through two layers of 512 took 5.5 ms, and 7.1 in parts of 64.
FEWEST_TOGETHER = 256

LOWEST_LOSS, HIGHEST_LOSS = -np.log1p(-SMALLEST_PROBABILITY), -np.log(SMALLEST_PROBABILITY)


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
    """Computes the logits of a batch, in UNITs, and their exponentials and sums."""

    def __call__(
        self,
        parameters: Floats,
        batch: Batch,
        *,
        shifted: bool = False,
        with_loss: bool = True,
        masks: Masks | None = None,
    ) -> float:
        """Return the sum of the points' losses, -log of the true class's probability, clipped, in nats.

        It is 0 unless `with_loss`. `masks`: factors of the hidden neurons' outputs; see `dropout.masks`.
        `shifted`: subtract the highest logit of each column first. A shift of a whole column changes neither
        its softmax nor its loss, and nothing overflows; without it, a batch that overflows is computed again
        with it. Sums are products with ones: for 1200 numbers BLAS takes 0.4 us, a reduction 1.1.
        """


# the product with a hidden layer's matrix, its values, zeros, and its values with ones
_Layer = tuple[Callable[[Floats, Floats], object], Floats, Floats, Floats]


def _last_hidden(
    inputs: Floats,
    layers: Sequence[_Layer],
    sums: Sequence[Floats],
    activation: Callable[[Floats], Floats],
    masks: Masks | None,
) -> Floats:
    """Compute the hidden layers with any activation and masks; return the inputs of the last layer."""
    for index, (product, values, _, with_ones) in enumerate(layers):
        product(inputs, sums[index])
        if isinstance(activation, np.ufunc):
            activation(sums[index], out=values)
        else:
            values[:] = activation(sums[index])
        if masks is not None:
            values *= masks[index]
        inputs = with_ones
    return inputs


class _Buffers:
    """The arrays for batches of one size and precision.

    `hidden` (neurons + 1, N) is `values` (neurons, N) and a row of ones; the others are (K, N) or (N,).
    """

    def __init__(self, matrices: _Matrices, widths: Sequence[int], size: int, activation: Activation) -> None:
        dtype, classes = matrices.vector.dtype, widths[-1]
        self.matrices = matrices
        self._activation = activation
        self.hidden = tuple(np.ones((neurons + 1, size), dtype) for neurons in widths[1:-1])
        self.values = tuple(array[:-1] for array in self.hidden)
        # an array of zeros: with one, np.maximum took 2.2 us; with the number 0, 6.7
        zeros = tuple(np.zeros_like(array) for array in self.values)
        # ReLU needs no sums: they are overwritten by its values
        self.sums = (
            self.values if activation is RELU else tuple(np.empty_like(array) for array in self.values)
        )
        products = (matrix.dot for matrix in matrices.transposed)
        self._layers: tuple[_Layer, ...] = tuple(zip(products, self.values, zeros, self.hidden, strict=False))
        self._last = np.empty_like(matrices.layers[-1])
        self.logits, self.exponentials = (np.empty((classes, size), dtype) for _ in range(2))
        self.totals, self.losses = (np.empty(size, dtype) for _ in range(2))
        self.ones, self.class_ones = np.ones(size, dtype), np.ones(classes, dtype)
        self.lowest = np.full(size, LOWEST_LOSS / UNIT, dtype)
        self.highest = np.full(size, HIGHEST_LOSS / UNIT, dtype)
        self.floor = np.full_like(self.logits, np.finfo(dtype).minexp / 2 * math.log(2) / UNIT)
        self.evaluate = self._evaluation()

    @cached_property
    def slopes(self) -> tuple[Floats, ...]:
        """Arrays for the derivatives of the loss with respect to `values`."""
        return tuple(np.empty_like(array) for array in self.values)

    @cached_property
    def active(self) -> tuple[NDArray[np.bool_], ...]:
        """Arrays for which neurons are active."""
        return tuple(np.empty(array.shape, np.bool_) for array in self.values)

    @cached_property
    def gradient(self) -> _Matrices:
        """An array for the gradient."""
        return _Matrices.of(np.empty_like(self.matrices.vector), self.matrices.widths)

    def _evaluation(self) -> "Evaluation":
        """Return `evaluate`, with everything it needs looked up once: a search calls it a million times."""
        copy, larger, smaller, less, times = np.copyto, np.maximum, np.minimum, np.subtract, np.multiply
        layers, is_finite, vector = self._layers, math.isfinite, self.matrices.vector
        # flat: elementwise, half the cost of the transposed matrix
        last, last_in_units = self.matrices.layers[-1].ravel(), self._last.ravel()
        logits, exponentials, totals, losses = self.logits, self.exponentials, self.totals, self.losses
        ones, lowest, highest, floor = self.ones, self.lowest, self.highest, self.floor
        # a bound `dot` takes 0.2 to 0.7 us less than np.matmul with the same numbers
        last_product, sum_classes, sum_with = self._last.T.dot, self.class_ones.dot, losses.dot
        per_unit = 1 / UNIT
        is_relu, sums, value = self._activation is RELU, self.sums, self._activation.value
        known: Batch | None = None
        subtract_true: Callable[[], object] = bool

        def evaluate(
            parameters: Floats,
            batch: Batch,
            *,
            shifted: bool = False,
            with_loss: bool = True,
            masks: Masks | None = None,
        ) -> float:
            nonlocal known, subtract_true
            copy(vector, parameters)
            while True:
                inputs = batch.columns
                if is_relu and masks is None:
                    for product, values, zeros, with_ones in layers:
                        product(inputs, values)
                        larger(values, zeros, out=values)
                        inputs = with_ones
                else:
                    inputs = _last_hidden(inputs, layers, sums, value, masks)
                times(last, per_unit, out=last_in_units)
                last_product(inputs, logits)
                if shifted:
                    less(logits, larger.reduce(logits, axis=0), out=logits)
                    # the other classes of a certain point have denormal exponentials, which processors are
                    # slow with: late in a run a step took 197 us, with this floor 169
                    larger(logits, floor, out=logits)
                exponential(logits, out=exponentials)
                sum_classes(exponentials, totals)
                if not with_loss:
                    return 0.0
                # log of the sum of exp, minus the true logit
                logarithm(totals, out=losses)
                if batch is not known:
                    known, subtract_true = batch, batch.subtraction(logits, losses)
                subtract_true()
                if shifted or is_finite(sum_with(ones)):
                    break
                shifted = True  # an exponential overflowed
            smaller(losses, highest, out=losses)
            larger(losses, lowest, out=losses)
            return float(sum_with(ones)) * UNIT

        return evaluate

    def backward(self, batch: Batch, masks: Masks | None = None) -> Floats:
        """Return the gradient summed over the batch, in a buffer; call `evaluate` with `shifted` before."""
        gradient = self.gradient
        slopes = np.divide(self.exponentials, self.totals, out=self.logits)
        slopes -= batch.one_hot
        for layer in range(len(gradient.layers) - 1, 0, -1):
            # not np.matmul: it takes 1.3 us more for the same numbers
            self.hidden[layer - 1].dot(slopes.T, gradient.layers[layer])
            slopes = self.matrices.weights[layer].dot(slopes, self.slopes[layer - 1])
            slopes *= self._derivatives(layer - 1, masks)
        batch.columns.dot(slopes.T, gradient.layers[0])
        return gradient.vector

    def slopes_of_classes(self, batch: Batch) -> Floats:
        """Return the derivative of each point's loss by the logit of its class, (N,), after `backward`.

        It is the probability of the class minus 1.
        """
        return batch.entries_of_classes(self.logits)

    def _derivatives(self, layer: int, masks: Masks | None) -> Floats | NDArray[np.bool_]:
        """Return the derivatives of a hidden layer's outputs with respect to its sums, (neurons, N)."""
        if masks is None:
            if self._activation is RELU:
                return np.greater(self.values[layer], 0, out=self.active[layer])
            return self._activation.slope(self.sums[layer], self.values[layer])
        # the masked values are not those of the activation; with ReLU they are positive where the sums were
        sums = self.sums[layer]
        slopes: Floats = self._activation.slope(sums, self._activation.value(sums)) * masks[layer]
        return slopes


class Kernels:
    """Loss, accuracy and gradient of networks of the same widths and activation, in the batches' precision.

    It holds only buffers: results depend on the arguments alone. One thread at a time may use it. Parameters
    are the flat vector that `network.layers` describes. Very large logits overflow on the way to a result
    that is still correct: call it under `np.errstate(all="ignore")`, once around many calls.
    """

    def __init__(self, widths: Sequence[int], activation: str = "relu") -> None:
        """Prepare for `widths` from inputs to classes; `activation` is a name in ACTIVATIONS."""
        self._widths = tuple(widths)
        self._activation = ACTIVATIONS[activation]
        self._part = max(FEWEST_TOGETHER, CACHED // max(widths))
        self._matrices: dict[DTypeLike, _Matrices] = {}
        self._buffers: dict[tuple[int, DTypeLike], _Buffers] = {}

    def parts(self, batch: Batch) -> tuple[Batch, ...]:
        """Return the parts of a batch that are computed together; masks are drawn for one after the other."""
        return batch.parts(self._part)

    def loss(self, parameters: Floats, batch: Batch, draw: Draw | None = None) -> float:
        """Return the mean cross-entropy in nats, clipped as `network.cross_entropy` says.

        draw: as for `gradient`.
        """
        losses = (
            self._buffers_for(part).evaluate(
                parameters, part, masks=None if draw is None else draw(len(part))
            )
            for part in self.parts(batch)
        )
        return sum(losses) / len(batch)

    def loss_on(self, batch: Batch) -> Callable[[Floats], float]:
        """Return a function that computes `loss` on one batch, with its arrays already looked up."""
        if len(batch) > self._part:
            return partial(self.loss, batch=batch)
        evaluate, size = self._buffers_for(batch).evaluate, len(batch)
        return lambda parameters: evaluate(parameters, batch) / size

    def loss_and_accuracy(self, parameters: Floats, batch: Batch) -> tuple[float, float]:
        """Return the mean cross-entropy in nats and the share of points classified correctly."""
        total, correct = 0.0, 0
        for part in self.parts(batch):
            buffers = self._buffers_for(part)
            total += buffers.evaluate(parameters, part)
            correct += int((buffers.logits.argmax(axis=0) == part.labels).sum())
        return total / len(batch), correct / len(batch)

    def loss_and_gradient(self, parameters: Floats, batch: Batch) -> tuple[float, Floats]:
        """Return the mean cross-entropy in nats and its gradient, shaped as `parameters`.

        The gradient with respect to the logits is (probabilities - one-hot) / N, also where the loss is
        clipped, so that training still learns from a point that is misclassified with certainty.
        """
        return self._total_and_gradient(parameters, batch, with_loss=True)

    def gradient(self, parameters: Floats, batch: Batch, draw: Draw | None = None) -> Floats:
        """Return the gradient alone: the loss of a batch is not worth its logarithms.

        draw: draws the masks of dropout; None without it.
        """
        return self._total_and_gradient(parameters, batch, with_loss=False, draw=draw)[1]

    def gradient_and_errors(
        self, parameters: Floats, batch: Batch, draw: Draw | None = None
    ) -> tuple[Floats, Floats]:
        """Return the gradient, and each point's error (N,): 1 minus the probability of its class.

        The errors are of the same forward pass, so they cost next to nothing; with dropout, of the masked
        network. They are in the batch's precision, and not finite where the gradient is not.
        """
        errors = np.empty(len(batch), batch.columns.dtype)
        _, gradient = self._total_and_gradient(parameters, batch, with_loss=False, draw=draw, errors=errors)
        return gradient, errors

    def _total_and_gradient(
        self,
        parameters: Floats,
        batch: Batch,
        *,
        with_loss: bool,
        draw: Draw | None = None,
        errors: Floats | None = None,
    ) -> tuple[float, Floats]:
        """Return the mean loss, 0 unless it is asked for, and the gradient; fill `errors` if given."""
        total, size, start = 0.0, len(batch), 0
        gradient: Floats | None = None
        for part in self.parts(batch):
            buffers, masks = self._buffers_for(part), None if draw is None else draw(len(part))
            total += buffers.evaluate(parameters, part, shifted=True, with_loss=with_loss, masks=masks)
            of_part = buffers.backward(part, masks) / size
            gradient = of_part if gradient is None else gradient + of_part
            if errors is not None:
                end = start + len(part)
                np.negative(buffers.slopes_of_classes(part), out=errors[start:end])
                start = end
        return total / size, cast(Floats, gradient)

    def _buffers_for(self, batch: Batch) -> _Buffers:
        """Return the buffers for a batch; the next batch of the same size gets the same ones."""
        size, dtype = len(batch.labels), batch.columns.dtype
        buffers = self._buffers.get((size, dtype))
        if buffers is None:
            if dtype not in self._matrices:
                empty = np.empty(parameter_count(self._widths), dtype)
                self._matrices[dtype] = _Matrices.of(empty, self._widths)
            buffers = self._buffers[size, dtype] = _Buffers(
                self._matrices[dtype], self._widths, size, self._activation
            )
        return buffers
