"""One point of a batch: forward through the network, and back with the slopes of its loss."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, by_fields
from polycore.checks import checked_whole_number
from polycore.formatting import aligned, counted, loss_text, number_text, percent
from polycore.formula import Line, Working, lines_text
from polycore.inspection.forward_pass import DensePass, ForwardPass
from polycore.inspection.parameter_index import ParameterIndex
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import Layers
from polycore.network.plain import SMALLEST_PROBABILITY, Passes, passes
from polycore.polynomials.classes import Classes, written

MOST_TERMS = 6  # of a sum that are written out; the others are added up
MOST_NEURONS = 8  # of a layer in the text


@dataclass(frozen=True, eq=False)
class LayerSlopes:
    """The slopes of one point's loss at a layer of n_in inputs and n_out neurons.

    A slope says how fast the loss rises with a number: the derivative of the loss with respect to it.

    Attributes
    ----------
    inputs
        What comes in, (n_in,).
    arriving
        The slope at the output of each neuron, (n_out,): the sum of the next layer's slopes, each times the
        weight to it. The outputs of the last layer are the logits.
    derivatives
        How fast the output of each neuron rises with its sum, (n_out,): the derivative of the activation,
        times the factor that dropout has for the neuron. 1 in the last layer.
    slopes
        The slope at the sum of each neuron, (n_out,): `arriving` times `derivatives`. In the last layer it is
        the probability of each class, minus 1 for the true one.
    """

    inputs: Floats
    arriving: Floats
    derivatives: Floats
    slopes: Floats

    @property
    def weights(self) -> Floats:
        """The slope at each weight, what comes in times the slope at the neuron, (n_in, n_out)."""
        return np.outer(self.inputs, self.slopes)

    @property
    def biases(self) -> Floats:
        """The slope at each bias, that at the neuron itself, (n_out,)."""
        return self.slopes


@dataclass(frozen=True, eq=False, repr=False)
class PointSlopes:
    """A point of a batch in the next step of a run: forward through the network, its loss, and back.

    All is computed in float64 from the numbers that training has: the weights act on standardized inputs, and
    dropout leaves out the neurons that it leaves out in this step.

    Attributes
    ----------
    index
        In the batch.
    point
        Its x and y, (2,).
    label
        Its class.
    inputs
        What the network gets for it, (n,).
    parameters
        The weights (n_in, n_out) and biases (1, n_out) of each layer before the step.
    activation
        Of the hidden neurons.
    factors
        By which dropout multiplies the outputs of each hidden layer, (neurons,); None without dropout.
    classes
        Of the network.
    input_labels
        A short label for each input.
    """

    index: int
    point: Floats
    label: int
    inputs: Floats
    parameters: Layers
    activation: str
    factors: tuple[Floats, ...] | None
    classes: Classes
    input_labels: tuple[str, ...]

    __reduce__ = by_fields

    @cached_property
    def forward(self) -> ForwardPass:
        """The way forward, number by number, with the layers' inputs as dropout leaves them."""
        layers = zip(self._passes.inputs, self.parameters, strict=True)
        return ForwardPass(
            self.point,
            tuple(DensePass(inputs[0], weights, biases[0]) for inputs, (weights, biases) in layers),
        )

    @property
    def loss(self) -> float:
        """The loss of the point, in nats."""
        return self.forward.loss(self.label)

    @cached_property
    def layers(self) -> tuple[LayerSlopes, ...]:
        """The slopes at each layer, from the first to the last, though they are computed from the last on."""
        both = self._passes
        slopes = [one[0] for one in both.slopes]
        following = zip(self.parameters[1:], slopes[1:], strict=True)
        arriving = [*(weights @ after for (weights, _), after in following), slopes[-1]]
        derivatives = [*(one[0] for one in both.derivatives), np.ones_like(slopes[-1])]
        parts = zip((one[0] for one in both.inputs), arriving, derivatives, slopes, strict=True)
        return tuple(LayerSlopes(*part) for part in parts)

    def of_class(self, label: int) -> "PointSlopes":
        """Return the same point as if it were of another class.

        Raises
        ------
        PolycoreError
            If there is no such class.
        """
        return replace(self, label=checked_whole_number("label", label, 0, len(self.classes) - 1))

    @property
    def steepest(self) -> ParameterIndex:
        """The weight, no bias, with which the loss of this point changes fastest."""
        slopes = [np.abs(layer.weights) for layer in self.layers]
        layer = int(np.argmax([one.max() for one in slopes]))
        source, neuron = divmod(int(slopes[layer].argmax()), slopes[layer].shape[1])
        return ParameterIndex(layer, neuron, source)

    def sum_of(self, layer: int, neuron: int) -> tuple[Line, ...]:
        """Return how the sum of one neuron follows from what comes in, its weights and its bias.

        layer, neuron: from 0. The sum is the last line; in the last layer it is a logit. Of many terms, the
        largest are written out.

        Raises
        ------
        PolycoreError
            If the network has no such neuron.
        """
        ParameterIndex(layer, neuron).position(self._widths)
        weights, biases = self.parameters[layer]
        working = Working(b=float(biases[0, neuron]))
        formula = _write_terms(working, "a", self.layers[layer].inputs, weights[:, neuron])
        words = "what comes in, each number times its weight, and the bias"
        working.compute("z", words, f"{formula} + b", float(self._passes.sums[layer][0][neuron]))
        return working.lines

    def slope(self, index: ParameterIndex) -> Line:
        """Return how fast the loss of the point rises with one weight or bias, as a calculation.

        Raises
        ------
        PolycoreError
            If the network has no such weight or bias.
        """
        index.position(self._widths)
        layer = self.layers[index.layer]
        working = Working(d=float(layer.slopes[index.neuron]))
        if index.source is None:
            working.compute("slope", "slope of this point: the slope at the neuron itself", "d")
        else:
            working.known["a"] = float(layer.inputs[index.source])
            working.compute(
                "slope", "slope of this point: what comes in, times the slope at the neuron", "a * d"
            )
        return working.lines[-1]

    def neuron(self, layer: int, neuron: int) -> tuple[Line, ...]:
        """Return how the slope at the sum of one neuron follows from the next layer's slopes.

        layer, neuron: from 0. The slope is the last line. Of many terms, the largest are written out.

        Raises
        ------
        PolycoreError
            If the network has no such neuron.
        """
        ParameterIndex(layer, neuron).position(self._widths)
        working, own = Working(), self.layers[layer]
        if layer == len(self.layers) - 1:
            probability = float(self.forward.probabilities[neuron])
            working.measure("p", f"probability of {written(self.classes[neuron])}", probability)
            truth = 1 if neuron == self.label else 0
            working.compute("d", "slope at its logit: probability minus truth", f"p - {truth}")
            return working.lines
        self._write_arriving(working, layer, neuron)
        activation, sums = ACTIVATIONS[self.activation], self._passes.sums[layer][0]
        words = f"slope of {activation.label} where the neuron's sum is {number_text(float(sums[neuron]))}"
        working.measure("f", words, activation.slope(sums, activation.value(sums))[neuron])
        formula = "arriving * f"
        if self.factors is not None:
            factor = float(self.factors[layer][neuron])
            working.measure("factor", "dropout leaves it out" if factor == 0 else "dropout keeps it", factor)
            formula = "arriving * f * factor"
        working.compute("d", "slope at the neuron's sum", formula, float(own.slopes[neuron]))
        return working.lines

    def __repr__(self) -> str:
        """Which point it is: its numbers are many."""
        return f"<PointSlopes: point {self.index}, loss {loss_text(self.loss)} nats>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the same text as `str` gives."""
        return f"<pre>{html.escape(str(self))}</pre>"

    def __str__(self) -> str:
        """Return all steps in plain text; of a large layer the neurons with the steepest slopes."""
        return f"{self.forward_text}\n\n{self.backward_text}"

    @property
    def forward_text(self) -> str:
        """The point, its way forward and its loss, in plain text."""
        x, y = map(number_text, self.point.tolist())
        own, answer = written(self.classes[self.label]), self.forward.prediction
        share = percent(float(self.forward.probabilities[answer]))
        verdict = "right" if answer == self.label else "wrong"
        # the loss of a point is limited, as a batch's is
        least, most = SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY
        probability = min(max(float(self.forward.probabilities[self.label]), least), most)
        hidden = range(len(self.layers) - 1)
        return "\n".join(
            [
                f"Point {self.index}: x = {x}, y = {y}, of {own}.",
                f"The network says {written(self.classes[answer])}, {share}: {verdict}.",
                "",
                "Forward: each neuron adds up what comes in, times its weights, and its bias.",
                *map(self._forward_text, hidden),
                self._outputs_text(),
                "",
                f"Loss: −log of the probability of its class, −log({number_text(probability)}) = "
                f"{loss_text(self.loss)} nats",
            ]
        )

    @property
    def backward_text(self) -> str:
        """The way back in plain text."""
        hidden = range(len(self.layers) - 1)
        return "\n".join(
            [
                "Back: how fast the loss rises with each number. At an output: probability minus truth.",
                self._truth_text(),
                *map(self._back_text, reversed(hidden)),
            ]
        )

    def slope_text(self, index: ParameterIndex) -> str:
        """Return how the slope of one weight or bias follows, in plain text. Raises as `slope` does."""
        name = index.in_words(self.input_labels, len(self.layers), self.classes)
        lines = (*self.neuron(index.layer, index.neuron), self.slope(index))
        return f"The slope of the {name}, for this point:\n{lines_text(lines)}"

    @cached_property
    def _passes(self) -> Passes:
        one_hot: NDArray[np.bool_] = np.arange(len(self.classes))[np.newaxis] == self.label
        factors = None if self.factors is None else [one[np.newaxis] for one in self.factors]
        activation = ACTIVATIONS[self.activation]
        return passes(self.parameters, self.inputs[np.newaxis], one_hot, activation, factors)

    @property
    def _widths(self) -> tuple[int, ...]:
        return (len(self.inputs), *(weights.shape[1] for weights, _ in self.parameters))

    def _write_arriving(self, working: Working, layer: int, neuron: int) -> None:
        weights, slopes = self.parameters[layer + 1][0][neuron], self.layers[layer + 1].slopes
        formula = _write_terms(working, "d", slopes, weights)
        words = "slope at its output: each slope of the next layer times the weight to it"
        working.compute("arriving", words, formula, float(self.layers[layer].arriving[neuron]))

    def _shown(self, layer: int) -> Integers:
        """Return the neurons of a layer with the steepest slopes, at most MOST_NEURONS, in their order."""
        return np.sort(np.argsort(-np.abs(self.layers[layer].slopes), kind="stable")[:MOST_NEURONS])

    def _title(self, layer: int) -> str:
        neurons, shown = len(self.layers[layer].slopes), len(self._shown(layer))
        some = "" if shown == neurons else f", {shown} of {neurons} neurons"
        return f"layer {layer + 1}, {ACTIVATIONS[self.activation].label}{some}"

    def _forward_text(self, layer: int) -> str:
        sums, outputs = self._passes.sums[layer][0], self.layers[layer + 1].inputs
        rows = [("neuron", "sum", "output")]
        rows += [(str(one), number_text(sums[one]), number_text(outputs[one])) for one in self._shown(layer)]
        return f" {self._title(layer)}\n{aligned(rows)}"

    def _outputs_text(self) -> str:
        numbers = zip(self.classes, self.forward.logits, self.forward.probabilities, strict=True)
        rows = [("output", "logit", "probability")]
        rows += [(written(one), number_text(logit), number_text(share)) for one, logit, share in numbers]
        return f" outputs\n{aligned(rows)}"

    def _truth_text(self) -> str:
        rows = []
        for label, one in enumerate(self.classes):
            line = self.neuron(len(self.layers) - 1, label)[-1]
            rows.append((written(one), f"{line.in_numbers} = {number_text(line.value)}"))
        return aligned(rows)

    def _back_text(self, layer: int) -> str:
        own = self.layers[layer]
        rows: list[Sequence[str]] = [("neuron", "at its output", "derivative", "at its sum")]
        for one in self._shown(layer):
            numbers = own.arriving[one], own.derivatives[one], own.slopes[one]
            rows.append((str(one), *map(number_text, numbers)))
        return f" {self._title(layer)}\n{aligned(rows)}"


def _write_terms(working: Working, symbol: str, numbers: Floats, weights: Floats) -> str:
    """Return the sum of numbers (n,), each times its weight (n,), as a formula.

    Of many terms, the largest are written out.
    """
    terms = numbers * weights
    largest = np.sort(np.argsort(-np.abs(terms), kind="stable")[:MOST_TERMS]).tolist()
    for index in largest:
        working.known |= {f"{symbol}_{index}": float(numbers[index]), f"w_{index}": float(weights[index])}
    formula = " + ".join(f"{symbol}_{index} * w_{index}" for index in largest)
    others = np.delete(terms, largest)
    if not len(others):
        return formula
    working.measure("rest", f"the sum of {counted(len(others), 'smaller term')}", others.sum())
    return f"{formula} + rest"
