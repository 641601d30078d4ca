"""The index of one weight or one bias in a network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from polycore.errors import PolycoreError
from polycore.model.model import Model
from polycore.polynomials.classes import Classes, written


@dataclass(frozen=True)
class ParameterIndex:
    """The index of one weight, or of one bias.

    layer: from 0. neuron: in that layer, from 0. source: the input, or the neuron of the previous layer, that
        the weight connects to it, from 0; None for the neuron's bias.
    """

    layer: int
    neuron: int
    source: int | None = None

    @classmethod
    def at(cls, position: int, widths: Sequence[int]) -> "ParameterIndex":
        """Return the index of the weight or bias at a position in the flat parameters of such a network."""
        layer = 0
        while position >= (size := (widths[layer] + 1) * widths[layer + 1]):
            position -= size
            layer += 1
        row, neuron = divmod(position, widths[layer + 1])
        return cls(layer, neuron, None if row == widths[layer] else row)

    def position(self, widths: Sequence[int]) -> int:
        """Return the position among the flat parameters of a network of these widths.

        Raises PolycoreError if such a network has no such weight or bias.
        """
        shapes = list(pairwise(widths))
        inputs, neurons = shapes[self.layer] if 0 <= self.layer < len(shapes) else (0, 0)
        if not (0 <= self.neuron < neurons and (self.source is None or 0 <= self.source < inputs)):
            raise PolycoreError(
                f"index: got {self}; expected that of a weight or bias in a network "
                f"{'→'.join(map(str, widths))}. Layers, neurons and sources are counted from 0."
            )
        row = inputs if self.source is None else self.source
        return (
            sum((before + 1) * width for before, width in shapes[: self.layer]) + row * neurons + self.neuron
        )

    def in_words(self, inputs: Sequence[str], layers: int, classes: Classes) -> str:
        """Return it as text, such as "weight from x to neuron 3 of layer 1".

        Parameters
        ----------
        inputs
            The labels of the network's inputs.
        layers
            How many layers the network has; the neurons of the last one are the outputs of `classes`.
        """
        is_last = self.layer == layers - 1
        target = (
            f"the output of {written(classes[self.neuron])}"
            if is_last
            else f"neuron {self.neuron} of layer {self.layer + 1}"
        )
        if self.source is None:
            return f"bias of {target}"
        return (
            f"weight from {inputs[self.source] if self.layer == 0 else f'neuron {self.source}'} to {target}"
        )

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
