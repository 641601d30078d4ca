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
from polycore.experiment import Experiment
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model import Model
from polycore.network import Floats
from polycore.neuron_values import values_by_layer

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
LOWEST_EXPONENT, HIGHEST_EXPONENT = -20, 43


@dataclass(frozen=True, eq=False)
class RoundedLayer:
    """A layer whose numbers are whole multiples of a power of two, of one of its own for each neuron.

    integers: (n_in + 1, n_out), whole numbers kept as float64: the weights, and below them the biases.
    exponents: (n_out,); the numbers of column j are integers[:, j] / 2**exponents[j].
    """

    integers: NDArray[np.float64]
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

    def _layers(self, coarseness: float) -> Iterator[RoundedLayer]:
        inputs = self._points
        for numbers, sums, weights in zip(self._numbers, self._sums, self._weights, strict=True):
            exponents = _exponents(weights.mean(axis=0), coarseness)
            with_ones = np.hstack([inputs, np.ones((len(inputs), 1))])
            columns = [
                _rounded(numbers[:, j], with_ones, sums[:, j], weights[:, j], 2.0 ** -exponents[j])
                for j in range(numbers.shape[1])
            ]
            rounded = RoundedLayer(np.stack(columns, axis=1), exponents)
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
    """Return for each layer how much a small change of each neuron's sum changes the answer, (N, n_out).

    It is the Fisher information of the softened softmax about that sum: the expectation, over the class that
    comes out, of the squared derivative of its log-probability.
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
    return [of_layer + (LEAST_IMPORTANCE * of_layer.mean() or 1.0) for of_layer in found]


def _exponents(importance: Floats, coarseness: float) -> NDArray[np.int64]:
    # what an error of step² costs is in proportion to the importance: it is shared out evenly
    exponents = np.rint(np.log2(importance) / 2 - coarseness)
    return exponents.clip(LOWEST_EXPONENT, HIGHEST_EXPONENT).astype(np.int64)


def _rounded(numbers: Floats, inputs: Floats, sums: Floats, weights: Floats, step: float) -> Floats:
    """Return a column (n_in + 1,) in whole steps, such that inputs · column · step stays near `sums`."""
    weighted = inputs * weights[:, np.newaxis]
    curvature = weighted.T @ inputs
    curvature[np.diag_indices_from(curvature)] += DAMPING * np.trace(curvature) / len(curvature)
    inverse = np.linalg.inv(curvature)
    # first towards the sums from inputs that are rounded already
    left = numbers + inverse @ (weighted.T @ (sums - inputs @ numbers))
    shares = np.linalg.cholesky(inverse).T
    # what no weight may be, a column of steep curves' values would ask for where all before it became 0
    most = np.floor(MAX_PARAMETER_SIZE / step)
    integers = np.empty_like(left)
    for row, share in enumerate(shares):
        integers[row] = np.rint(left[row] / step).clip(-most, most)
        left[row:] -= (left[row] - integers[row] * step) / share[row] * share[row:]
    return integers
