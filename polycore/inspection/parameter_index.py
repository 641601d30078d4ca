"""A place in a network: one weight, or one bias."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from polycore.model.model import Model


@dataclass(frozen=True)
class Place:
    """Which number of a network.

    layer: from 0; neuron: of that layer, from 0; source: the input or the neuron of the layer before from
    which the weight leads to it, from 0, or None for the neuron's bias.
    """

    layer: int
    neuron: int
    source: int | None = None

    def value(self, model: Model) -> float:
        """Return the number that stands there."""
        if self.source is None:
            return float(model.biases[self.layer][0, self.neuron])
        return float(model.weights[self.layer][self.source, self.neuron])

    def changed(self, model: Model, value: float) -> Model:
        """Return a copy of `model` with `value` there; its loss and accuracies are those from before.

        `DataSets.measured` gives it its own. Raises PolycoreError where no weight may have that value.
        """
        if self.source is None:
            return replace(model, biases=self._put(model.biases, 0, value))
        return replace(model, weights=self._put(model.weights, self.source, value))

    def _put(
        self, arrays: tuple[NDArray[np.float64], ...], row: int, value: float
    ) -> tuple[NDArray[np.float64], ...]:
        changed = arrays[self.layer].copy()
        changed[row, self.neuron] = value
        return (*arrays[: self.layer], changed, *arrays[self.layer + 1 :])
