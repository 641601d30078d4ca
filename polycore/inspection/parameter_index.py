"""One weight or bias of a network: its index, and how it changes in a step of a run."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats
from polycore.errors import PolycoreError
from polycore.formatting import counted, number_text
from polycore.formula import Line, lines_text
from polycore.model.model import Model
from polycore.network.parameters import widths_text
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

    @property
    def kind(self) -> str:
        """Whether it is a "weight" or a "bias"."""
        return "bias" if self.source is None else "weight"

    def is_in(self, widths: Sequence[int]) -> bool:
        """Return whether a network of these widths has such a weight or bias."""
        shapes = list(pairwise(widths))
        inputs, neurons = shapes[self.layer] if 0 <= self.layer < len(shapes) else (0, 0)
        return 0 <= self.neuron < neurons and (self.source is None or 0 <= self.source < inputs)

    def position(self, widths: Sequence[int]) -> int:
        """Return the position among the flat parameters of a network of these widths.

        Raises PolycoreError if such a network has no such weight or bias.
        """
        if not self.is_in(widths):
            raise PolycoreError(
                f"index: got {self}; expected a weight or bias of the network "
                f"{widths_text(widths)}. Layers, neurons and sources are counted from 0."
            )
        shapes = list(pairwise(widths))
        inputs, neurons = shapes[self.layer]
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


# --- its change, from the slope of each point to its new value --------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class WeightChange:
    """A weight or a bias in the next step of a run. `str` has all of it as text.

    Attributes
    ----------
    index
        Which one it is.
    name
        The same in words.
    before
        Its value before the step. In the first layer it acts on standardized inputs.
    after
        Its value after the step.
    slopes
        How fast the loss of each point of the batch rises with it, (N,); None if the optimizer is a search,
        which follows no slope.
    off
        For which of these points the neuron at its end is off, and lets nothing back, (N,); None in a
        search.
    lines
        From its mean slope to its new value, which is the last line, or from what a search tries.
    in_file
        How the number in the weight file, which acts on inputs as they are, follows from it before and after
        the step; () if the two are the same.
    reason
        Why it moves as it does, as a clause.
    note
        What is special about the step, as a sentence; "" for nothing.
    """

    index: ParameterIndex
    name: str
    before: float
    after: float
    slopes: Floats | None
    off: NDArray[np.bool_] | None
    lines: tuple[Line, ...]
    in_file: tuple[Line, ...]
    reason: str
    note: str

    @property
    def mean_slope(self) -> float | None:
        """The mean of `slopes`; None in a search."""
        return None if self.slopes is None else float(self.slopes.mean())

    @property
    def sentence(self) -> str:
        """A sentence on where the step will move it, and why."""
        return f"The {self.name} {self.predicate}"

    @property
    def predicate(self) -> str:
        """The sentence without its subject."""
        change = self.after - self.before
        if change == 0:
            return f"will stay as it is: {self.reason}."
        way = "up" if change > 0 else "down"
        return f"will go {way} by {number_text(abs(change))}: {self.reason}."

    def __repr__(self) -> str:
        """Which one it is, and its value before and after the step."""
        return f"<WeightChange: {self.name}, {number_text(self.before)} → {number_text(self.after)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the same text as `str` gives."""
        return f"<pre>{html.escape(str(self))}</pre>"

    def __str__(self) -> str:
        """Return the sentence, and below it the calculation."""
        parts = [self.sentence]
        if self.slopes is not None:
            parts.append(_pulls(self.slopes))
        parts.append(lines_text(self.lines))
        if self.note:
            parts.append(self.note)
        if self.in_file:
            parts.append("In the weight file it acts on inputs as they are, not standardized:")
            parts.append(lines_text(self.in_file))
        return "\n".join(parts)


def _pulls(slopes: Floats) -> str:
    down, up, neither = (f"{int(chosen.sum()):,}" for chosen in (slopes > 0, slopes < 0, slopes == 0))
    lowest, highest = (number_text(float(end)) for end in (slopes.min(), slopes.max()))
    return (
        f"Slopes of the {counted(len(slopes), 'point')}: {down} above 0 (pulling it down), {up} below 0 "
        f"(pulling it up), {neither} exactly 0; from {lowest} to {highest}."
    )
