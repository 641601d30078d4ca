"""The numbers of a step around one neuron: what flows to it and from it in each scene."""

from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from pages.state.view import StepScene
from polycore.arrays import Floats
from polycore.formatting import number_text
from polycore.inspection.step_detail import StepDetail


@dataclass(frozen=True, eq=False)
class Side:
    """The numbers on one side of the large neuron, each (n,).

    numbers: what stands beside each line and, if something flows, what the line carries.
    own: the number of each neuron. factors: by which the number of a line follows from that one or, to the
    right on the way forward, from what the large neuron gives.
    """

    numbers: Floats
    own: Floats | None = None
    factors: Floats | None = None
    flows: bool = True

    @property
    def lines(self) -> Floats:
        """What the lines carry."""
        return self.numbers if self.flows else np.zeros_like(self.numbers)


@dataclass(frozen=True)
class Numbers:
    """What a scene shows. right: None in the last layer. center: what is said below the large neuron."""

    left: Side
    right: Side | None
    center: str


def numbers_of(detail: StepDetail, scene: StepScene) -> Numbers:
    """Return the numbers around the neuron of the chosen weight."""
    match scene:
        case "Forward":
            return _forward(detail)
        case "Loss":
            return _loss(detail)
        case "Back":
            return _back(detail) if detail.follows_slopes else _no_slopes(detail)
        case "Change":
            return _change(detail)


def _forward(detail: StepDetail) -> Numbers:
    inputs, weights = inputs_of(detail), weights_of(detail)
    products = inputs * weights
    left = Side(products, own=inputs, factors=weights)
    leaving = leaving_from(detail)
    if leaving is None:
        return Numbers(left, None, f"sum {short_text(sum_of(detail))}")
    adds = output_of(detail) * leaving
    center = f"sum {short_text(sum_of(detail))}, gives {short_text(output_of(detail))}"
    return Numbers(left, Side(adds, factors=leaving), center)


def _loss(detail: StepDetail) -> Numbers:
    left, shares = Side(inputs_of(detail), flows=False), detail.point.forward.probabilities
    if leaving_from(detail) is None:
        return Numbers(left, None, f"probability {short_text(shares[detail.weight.index.neuron])}")
    return Numbers(left, Side(shares, flows=False), _forward(detail).center)


def _back(detail: StepDetail) -> Numbers:
    index, inputs, leaving = detail.weight.index, inputs_of(detail), leaving_from(detail)
    slope = detail.point.layers[index.layer].slopes[index.neuron]
    left = Side(inputs * slope, own=inputs, factors=np.full_like(inputs, slope))
    right = None
    if leaving is not None:
        slopes = detail.point.layers[index.layer + 1].slopes
        right = Side(slopes * leaving, own=slopes, factors=leaving)
    return Numbers(left, right, f"slope here {short_text(slope)}")


def _no_slopes(detail: StepDetail) -> Numbers:
    leaving = leaving_from(detail)
    right = None if leaving is None else Side(np.zeros_like(leaving), flows=False)
    return Numbers(Side(np.zeros_like(inputs_of(detail)), flows=False), right, "no slope")


def _change(detail: StepDetail) -> Numbers:
    index, is_last = detail.weight.index, leaving_from(detail) is None
    weights, biases = detail.step.changes[index.layer]
    bias, added = float(biases[0, index.neuron]), weights[:, index.neuron]
    said = signed(bias)
    if index.source is None:
        said = from_to(bias_of(detail), bias)
    right = None
    if not is_last:
        onward = detail.step.changes[index.layer + 1][0][index.neuron]
        right = Side(onward)
    return Numbers(Side(added), right, f"bias {said}")


def inputs_of(detail: StepDetail) -> Floats:
    """Return what comes in at the large neuron, (n_in,)."""
    return detail.point.layers[detail.weight.index.layer].inputs


def weights_of(detail: StepDetail) -> Floats:
    """Return its weights, (n_in,)."""
    index = detail.weight.index
    return detail.point.parameters[index.layer][0][:, index.neuron]


def bias_of(detail: StepDetail) -> float:
    """Return its bias."""
    index = detail.weight.index
    return float(detail.point.parameters[index.layer][1][0, index.neuron])


def leaving_from(detail: StepDetail) -> Floats | None:
    """Return the weights from it, (n_out,); None of an output."""
    index = detail.weight.index
    if index.layer == len(detail.step.changes) - 1:
        return None
    weights: Floats = detail.point.parameters[index.layer + 1][0][index.neuron]
    return weights


def sum_of(detail: StepDetail) -> float:
    """Return what comes in, each number times its weight, and the bias, added up."""
    index = detail.weight.index
    return float(detail.point.forward.layers[index.layer].outputs[index.neuron])


def output_of(detail: StepDetail) -> float:
    """Return what it gives, as dropout leaves it."""
    index = detail.weight.index
    return float(detail.point.layers[index.layer + 1].inputs[index.neuron])


# --- numbers as text ---------------------------------------------------------------------------


def short_text(number: SupportsFloat) -> str:
    """Return a number with three digits, or two before a power of ten: beside lines is little room."""
    short = float(number)
    return number_text(short, 2 if abs(short) < 1e-4 else 3)


def signed(number: float) -> str:
    """Return the same with a sign, as what is added."""
    return f"+{short_text(number)}" if number > 0 else short_text(number)


def from_to(before: float, added: float) -> str:
    """Return a change as two numbers or, if these look the same, as what is added."""
    old, new = number_text(before), number_text(before + added)
    return signed(added) if old == new else f"{old} → {new}"
