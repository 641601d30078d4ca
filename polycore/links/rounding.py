"""Rounding a network's weights to few bits while its answers hardly change.

A weight rounded up is made good by the weights of its column that are still to be rounded, so that what the
column gives on typical points stays (OBQ and GPTQ: arXiv:2210.17323, section 3). Beyond that paper, points
count by how much they matter to the answer, the steps of a column by how much its neuron does, and each
layer is fitted to what the layers before it give once they are rounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.arrays import Floats
from polycore.experiment.experiment import Experiment
from polycore.inspection.neuron_values import values_by_layer
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.model import Model

CURVE_POINTS = 3600  # on all curves together
GRID = 30  # points along each side of the plane
GRID_WEIGHT = 0.1  # of a point of the plane, where one on a curve weighs 1
PLANE_SHARE = 0.96  # of the points on the curves: the steepest parts would make a window of nothing else
# A point matters where the softmax is undecided. Between polynomials a trained network is so sure that few
# points would be left: with its logits divided by 3 held-out accuracy suffered least (by 1 and by infinity
# it fell by up to 0.1 points where by 3 it fell by 0.04 at most).
TEMPERATURE = 3.0
LEAST_IMPORTANCE = 0.01  # of the layer's mean: what does not matter on these points may on others
DAMPING = 1e-4  # of the mean diagonal: the inputs of a layer depend on each other
# Multiplications that the curvatures of a layer may take, some 50 ms. Within it every column has a curvature
# of its own; columns of a wide layer share some, those of 512 inputs one.
MOST_WORK = 1_200_000_000
BLOCK = 256  # points worked on at once: what a processor's cache holds of a wide layer
AT_ONCE = 500_000  # numbers of all curvatures' weighted inputs
LOWEST_EXPONENT, HIGHEST_EXPONENT = -20, 43


@dataclass(frozen=True, eq=False)
class RoundedLayer:
    """A layer whose numbers are whole multiples of a power of two, of one of its own for each neuron.

    integers: (n_in + 1, n_out), whole numbers kept as float64: the weights, and below them the biases.
    exponents: (n_out,); the numbers of column j are integers[:, j] / 2**exponents[j].
    """

    integers: Floats
    exponents: NDArray[np.int64]

    @property
    def layer(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The weights (n_in, n_out) and the biases (1, n_out)."""
        numbers = np.ldexp(self.integers, -self.exponents)
        return numbers[:-1], numbers[-1:]


class Rounding:
    """What is needed to round a model's weights, more or less coarsely."""

    def __init__(self, model: Model, experiment: Experiment) -> None:
        """`model` is to answer on the points of `experiment` as before."""
        self._numbers = [np.vstack(layer) for layer in zip(model.weights, model.biases, strict=True)]
        self._points, counts = _typical_points(experiment)
        self._sums = list(values_by_layer(model, self._points))
        self._weights = [counts[:, np.newaxis] * importance for importance in _importance(model, self._sums)]

    def at(self, coarseness: float) -> tuple[RoundedLayer, ...]:
        """Return the layers; one more of `coarseness` doubles every step and saves one bit a weight."""
        return tuple(self._layers(coarseness))

    def plainly_at(self, coarseness: float) -> tuple[RoundedLayer, ...]:
        """Return what `at` does but with each number rounded by itself: at once, and about as long."""
        return tuple(
            RoundedLayer(_in_steps(numbers, 2.0**-exponents), exponents)
            for numbers, exponents in zip(self._numbers, self._exponents(coarseness), strict=True)
        )

    def _exponents(self, coarseness: float) -> Iterator[NDArray[np.int64]]:
        return (_exponents(weights.mean(axis=0), coarseness) for weights in self._weights)

    def _layers(self, coarseness: float) -> Iterator[RoundedLayer]:
        inputs = self._points
        layers = zip(self._numbers, self._sums, self._weights, self._exponents(coarseness), strict=True)
        for numbers, sums, weights, exponents in layers:
            with_ones = np.hstack([inputs, np.ones((len(inputs), 1))])
            columns = [
                _rounded(numbers[:, places], with_ones, sums[:, places], weights[:, places], steps)
                for places in _groups(with_ones.shape, numbers.shape[1])
                for steps in [2.0 ** -exponents[places]]
            ]
            rounded = RoundedLayer(np.hstack(columns), exponents)
            yield rounded
            inputs = network.relu(network.dense(inputs, *rounded.layer))


def _typical_points(experiment: Experiment) -> tuple[Floats, Floats]:
    """Return points (N, 2) on and around the curves and all over the plane, and how much each counts (N,)."""
    x = np.linspace(*experiment.x_range, CURVE_POINTS // len(experiment.polynomials))
    noise = experiment.noise * np.resize([0.0, 1.0, -1.0], x.shape)
    on_curves = np.concatenate([np.stack([x, p(x) + noise], axis=1) for p in experiment.polynomials])
    low, high = np.quantile(on_curves[:, 1], [(1 - PLANE_SHARE) / 2, (1 + PLANE_SHARE) / 2])
    grid = np.meshgrid(np.linspace(*experiment.x_range, GRID), np.linspace(low, high, GRID))
    plane = np.stack(grid, axis=-1).reshape(-1, 2)
    counts = np.repeat([1.0, GRID_WEIGHT], [len(on_curves), len(plane)])
    return np.concatenate([on_curves, plane]), counts


def _importance(model: Model, sums: list[Floats]) -> list[Floats]:
    """Return for each layer how much a small change of each neuron's sum changes the answer, (N, n_out)."""
    blocks = [
        _information(model, [of_layer[start : start + BLOCK] for of_layer in sums])
        for start in range(0, len(sums[0]), BLOCK)
    ]
    found = [np.concatenate(of_layer) for of_layer in zip(*blocks, strict=True)]
    return [of_layer + (LEAST_IMPORTANCE * of_layer.mean() or 1.0) for of_layer in found]


def _information(model: Model, sums: list[Floats]) -> list[Floats]:
    """Return the Fisher information of the softened softmax about each neuron's sum, (N, n_out) a layer.

    It is the expectation, over the class that comes out, of the squared derivative of its log-probability.
    """
    probabilities = network.softmax(sums[-1] / TEMPERATURE)
    found = [np.zeros_like(of_layer) for of_layer in sums]
    for label in range(probabilities.shape[1]):
        gradient = -probabilities
        gradient[:, label] += 1
        for layer in reversed(range(len(sums))):
            found[layer] += probabilities[:, label, np.newaxis] * gradient**2
            if layer:
                gradient = (gradient @ model.weights[layer].T) * (sums[layer - 1] > 0)
    return found


def _exponents(importance: Floats, coarseness: float) -> NDArray[np.int64]:
    # what an error of step² costs is in proportion to the importance: it is shared out evenly
    exponents = np.rint(np.log2(importance) / 2 - coarseness)
    return exponents.clip(LOWEST_EXPONENT, HIGHEST_EXPONENT).astype(np.int64)


def _groups(shape: tuple[int, int], columns: int) -> list[NDArray[np.intp]]:
    """Return the columns that are worked on at once: places (curvatures, columns that share each).

    What makes a curvature are inputs of `shape`.
    """
    points, inputs = shape
    places = np.arange(columns)
    curvatures = max(MOST_WORK // (points * inputs**2), 1)
    if curvatures < columns:
        return [shared[np.newaxis] for shared in np.array_split(places, curvatures)]
    at_once = max(AT_ONCE // (points * inputs), 1)
    return [places[start : start + at_once, np.newaxis] for start in range(0, columns, at_once)]


def _rounded(numbers: Floats, inputs: Floats, sums: Floats, weights: Floats, steps: Floats) -> Floats:
    """Return columns in whole `steps`, such that inputs · columns · steps stay near `sums`.

    Of g curvatures with c columns each: numbers (n_in + 1, g, c), inputs (N, n_in + 1), sums and weights
    (N, g, c), steps (g, c); the columns come as (n_in + 1, g * c).
    """
    scales = np.sqrt(weights.mean(axis=2)).T[:, :, np.newaxis]  # (g, N, 1)
    weighted = inputs * scales
    across = weighted.swapaxes(1, 2)
    curvature = across @ weighted
    mean = np.trace(curvature, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / inputs.shape[1]
    inverse = np.linalg.inv(curvature + DAMPING * mean * np.eye(inputs.shape[1]))
    # first towards the sums from inputs that are rounded already
    missing = scales * np.moveaxis(sums - np.tensordot(inputs, numbers, 1), 0, 1)
    left = np.moveaxis(numbers, 0, 1) + inverse @ (across @ missing)
    shares = np.linalg.cholesky(inverse)
    integers = np.empty_like(left)
    for row in range(inputs.shape[1]):
        integers[:, row] = _in_steps(left[:, row], steps)
        error = (left[:, row] - integers[:, row] * steps) / shares[:, row, row, np.newaxis]
        left[:, row:] -= shares[:, row:, row, np.newaxis] * error[:, np.newaxis]
    together: Floats = np.moveaxis(integers, 1, 0).reshape(len(numbers), -1)
    return together


def _in_steps(numbers: Floats, steps: Floats) -> Floats:
    # what no weight may be, a column of steep curves' values would ask for where all before it became 0
    most = np.floor(MAX_PARAMETER_SIZE / steps)
    integers: Floats = np.rint(numbers / steps).clip(-most, most)
    return integers
