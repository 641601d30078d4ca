"""Rounding a network's weights to few bits so that its predictions hardly change.

The error of rounding a weight is compensated by the weights of its column that are still to be rounded, so
the column's output on typical points stays the same (OBQ and GPTQ: arXiv:2210.17323, section 3). Beyond that
paper, points are weighted by their effect on the prediction, the step size of a column depends on the effect
of its neuron, and each layer is fitted to the outputs of the rounded layers before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.arrays import Floats, blocks, evenly, grid_points
from polycore.experiment.experiment import Experiment
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.model import Model
from polycore.model.neurons import values_by_layer
from polycore.network.activations import ACTIVATIONS

CURVE_POINTS = 3600  # on all curves together
GRID = 30  # points along each side of the plane
GRID_WEIGHT = 0.1  # of a point of the plane, where one on a curve weighs 1
PLANE_SHARE = 0.96  # of the points on the curves: without it the steepest parts would fill the window
# A point matters if the softmax is undecided there. A trained network is so confident between the curves that
# few points would matter. With the logits divided by 3, held-out accuracy fell least: by at most 0.04
# percentage points, where a division by 1 or by infinity cost up to 0.1.
TEMPERATURE = 3.0
LEAST_IMPORTANCE = 0.01  # of the layer's mean: a neuron without effect on these points may have one on others
DAMPING = 1e-4  # of the mean diagonal, since the inputs of a layer are correlated
# Multiplications for the curvatures of a layer, some 50 ms. Below this, each column has its own curvature;
# columns of a wide layer share some, and those with 512 inputs share one.
MOST_WORK = 1_200_000_000
BLOCK = 256  # points per block: their values in a wide layer fit into the processor's cache
AT_ONCE = 500_000  # numbers in the weighted inputs of all curvatures of a group
LOWEST_EXPONENT, HIGHEST_EXPONENT = -20, 43


@dataclass(frozen=True, eq=False)
class RoundedLayer:
    """A layer whose numbers are whole multiples of powers of two, one power for each neuron.

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
    """Rounds a model's weights, more or less coarsely."""

    def __init__(self, model: Model, experiment: Experiment) -> None:
        """Prepare to keep the predictions of `model` on the points of `experiment`."""
        self._numbers = [np.vstack(layer) for layer in zip(model.weights, model.biases, strict=True)]
        self._activation = ACTIVATIONS[model.activation]
        points, counts = _typical_points(experiment)
        self._inputs = model.inputs.of(points)
        self._sums = list(values_by_layer(model, points))
        self._weights = [counts[:, np.newaxis] * importance for importance in _importance(model, self._sums)]

    def at(self, coarseness: float) -> tuple[RoundedLayer, ...]:
        """Return the rounded layers; `coarseness` + 1 doubles every step and saves one bit per weight."""
        return tuple(self._layers(coarseness))

    def plainly_at(self, coarseness: float) -> tuple[RoundedLayer, ...]:
        """Return layers as `at`, but with each number rounded separately: fast, and about as long as text."""
        return tuple(
            RoundedLayer(_in_steps(numbers, 2.0**-exponents), exponents)
            for numbers, exponents in zip(self._numbers, self._exponents(coarseness), strict=True)
        )

    def _exponents(self, coarseness: float) -> Iterator[NDArray[np.int64]]:
        return (_exponents(weights.mean(axis=0), coarseness) for weights in self._weights)

    def _layers(self, coarseness: float) -> Iterator[RoundedLayer]:
        inputs = self._inputs
        layers = zip(self._numbers, self._sums, self._weights, self._exponents(coarseness), strict=True)
        for numbers, sums, weights, exponents in layers:
            with_ones = np.hstack([inputs, np.ones((len(inputs), 1))])
            columns = [
                _rounded(numbers[:, indices], with_ones, sums[:, indices], weights[:, indices], steps)
                for indices in _groups(with_ones.shape, numbers.shape[1])
                for steps in [2.0 ** -exponents[indices]]
            ]
            rounded = RoundedLayer(np.hstack(columns), exponents)
            yield rounded
            inputs = self._activation.value(network.dense(inputs, *rounded.layer))


def _typical_points(experiment: Experiment) -> tuple[Floats, Floats]:
    """Return points (N, 2) on and near the curves and across the plane, and their weights (N,)."""
    if experiment.data is not None:
        points = experiment.data.points[evenly(len(experiment.data), CURVE_POINTS)]
        return _with_plane(points, CURVE_POINTS / len(points), *_middle(points))
    x = np.linspace(*experiment.x_range, CURVE_POINTS // len(experiment.polynomials))
    noise = experiment.noise * np.resize([0.0, 1.0, -1.0], x.shape)
    on_curves = np.concatenate([np.stack([x, p(x) + noise], axis=1) for p in experiment.polynomials])
    return _with_plane(on_curves, 1.0, experiment.x_range, _middle(on_curves)[1])


def _middle(points: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the range of x and of y that has most of the points (N, 2)."""
    low, high = np.quantile(points, [(1 - PLANE_SHARE) / 2, (1 + PLANE_SHARE) / 2], axis=0).tolist()
    return (low[0], high[0]), (low[1], high[1])


def _with_plane(
    points: Floats, weight: float, x_range: tuple[float, float], y_range: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return points (N, 2), each of a weight, and a grid over the plane; and the weights of all."""
    plane = grid_points(np.linspace(*x_range, GRID), np.linspace(*y_range, GRID))
    counts = np.repeat([weight, GRID_WEIGHT], [len(points), len(plane)])
    return np.concatenate([points, plane]), counts


def _importance(model: Model, sums: list[Floats]) -> list[Floats]:
    """Return the effect of a small change of each neuron's sum on the prediction, (N, n_out) per layer."""
    parts = [
        _information(model, [of_layer[rows] for of_layer in sums]) for rows in blocks(len(sums[0]), BLOCK)
    ]
    layers = [np.concatenate(of_layer) for of_layer in zip(*parts, strict=True)]
    return [importance + (LEAST_IMPORTANCE * importance.mean() or 1.0) for importance in layers]


def _information(model: Model, sums: list[Floats]) -> list[Floats]:
    """Return the Fisher information of the softened softmax about each neuron's sum, (N, n_out) per layer.

    It is the expectation, over classes drawn with their probabilities, of the squared derivative of
    the log-probability.
    """
    probabilities = network.softmax(sums[-1] / TEMPERATURE)
    information = [np.zeros_like(layer_sums) for layer_sums in sums]
    activation = ACTIVATIONS[model.activation]
    slopes = [activation.slope(z, activation.value(z)) for z in sums[:-1]]
    for label in range(probabilities.shape[1]):
        gradient = -probabilities
        gradient[:, label] += 1
        for layer in reversed(range(len(sums))):
            information[layer] += probabilities[:, label, np.newaxis] * gradient**2
            if layer:
                gradient = (gradient @ model.weights[layer].T) * slopes[layer - 1]
    return information


def _exponents(importance: Floats, coarseness: float) -> NDArray[np.int64]:
    # an error costs step² · importance: these exponents make all columns cost the same
    exponents = np.rint(np.log2(importance) / 2 - coarseness)
    return exponents.clip(LOWEST_EXPONENT, HIGHEST_EXPONENT).astype(np.int64)


def _groups(shape: tuple[int, int], columns: int) -> list[NDArray[np.intp]]:
    """Return groups of columns to round together: indices (curvatures, columns that share each).

    A curvature is computed from inputs of `shape`.
    """
    points, inputs = shape
    indices = np.arange(columns)
    curvatures = max(MOST_WORK // (points * inputs**2), 1)
    if curvatures < columns:
        return [shared[np.newaxis] for shared in np.array_split(indices, curvatures)]
    at_once = max(AT_ONCE // (points * inputs), 1)
    return [indices[start : start + at_once, np.newaxis] for start in range(0, columns, at_once)]


def _rounded(numbers: Floats, inputs: Floats, sums: Floats, weights: Floats, steps: Floats) -> Floats:
    """Return columns in whole `steps` such that inputs · columns · steps stays near `sums`.

    With g curvatures of c columns each: numbers (n_in + 1, g, c), inputs (N, n_in + 1), sums and weights
    (N, g, c), steps (g, c); the result is (n_in + 1, g * c).
    """
    scales = np.sqrt(weights.mean(axis=2)).T[:, :, np.newaxis]  # (g, N, 1)
    weighted = inputs * scales
    across = weighted.swapaxes(1, 2)
    curvature = across @ weighted
    mean = np.trace(curvature, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / inputs.shape[1]
    inverse = np.linalg.inv(curvature + DAMPING * mean * np.eye(inputs.shape[1]))
    # first correct for the inputs, which earlier layers have rounded
    missing = scales * np.moveaxis(sums - np.tensordot(inputs, numbers, 1), 0, 1)
    left = np.moveaxis(numbers, 0, 1) + inverse @ (across @ missing)
    shares = np.linalg.cholesky(inverse)
    integers = np.empty_like(left)
    for row in range(inputs.shape[1]):
        integers[:, row] = _in_steps(left[:, row], steps)
        error = (left[:, row] - integers[:, row] * steps) / shares[:, row, row, np.newaxis]
        left[:, row:] -= shares[:, row:, row, np.newaxis] * error[:, np.newaxis]
    columns: Floats = np.moveaxis(integers, 1, 0).reshape(len(numbers), -1)
    return columns


def _in_steps(numbers: Floats, steps: Floats) -> Floats:
    # without this limit, compensation in a column of a steep curve could exceed what a weight may be
    most = np.floor(MAX_PARAMETER_SIZE / steps)
    integers: Floats = np.rint(numbers / steps).clip(-most, most)
    return integers
