"""The index of one weight or one bias in a network."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from polycore.model.model import Model


@dataclass(frozen=True)
class ParameterIndex:
    """The index of one weight, or of one bias.

    layer: from 0. neuron: in that layer, from 0. source: the input, or the neuron of the previous layer, that
        the weight connects to it, from 0; None for the neuron's bias.
    """

    layer: int
    neuron: int
    source: int | None = None

    def value(self, model: Model) -> float:
        """Return the weight or bias of `model` at this index."""
        if self.source is None:
            return float(model.biases[self.layer][0, self.neuron])
        return float(model.weights[self.layer][self.source, self.neuron])

    def changed(self, model: Model, value: float) -> Model:
        """Return a copy of `model` with `value` at this index.

        It keeps the loss and accuracies of `model`, until `DataSets.measured` updates them. Raises
        PolycoreError if a weight cannot have that value.
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
