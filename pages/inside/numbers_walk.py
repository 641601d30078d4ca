"""Every number of one point's forward pass through a network, in the order of the tutorial's sections."""

from collections.abc import Iterator
from itertools import count

import numpy as np
import streamlit as st

from pages.inside import numbers_table
from pages.inside.followed_point import Followed
from pages.inside.neuron_choice import Neuron
from pages.inside.numbers_table import number
from pages.plane.answer import class_name
from pages.wording.percent import percent
from polycore import Model
from polycore.figures.palette import PALETTE
from polycore.inspection.forward_pass import DensePass, ForwardPass, forward_pass
from polycore.model.evaluation import ACCURACY_ON, LOSS_ON, DataSets, measured_count
from polycore.polynomials.notation import MINUS_SIGN

ENDS = 3  # predictions shown from either end of the training set


def draw(model: Model, point: Followed, neuron: Neuron, sets: DataSets | None, *, measured: bool) -> None:
    """Draw the forward pass of `point` through `model`, with every product of `neuron` in its layer.

    In the other layers the products of the first neuron are shown. `measured`: whether the model's loss and
    accuracy are those of its weights. Raises PolycoreError if the point is too far out.
    """
    model.predict_proba([[point.x, point.y]])  # checks the point
    forward = forward_pass(model, point.x, point.y)
    numbers = count(1)
    numbers_table.draw_style()
    _points(numbers, forward, sets)
    for layer, dense in enumerate(forward.layers):
        detailed = neuron.index if neuron.layer == layer else 0
        _dense(numbers, model, layer, dense, detailed)
        if layer < len(forward.layers) - 1:
            _relu(numbers, model, layer, dense)
    _softmax(numbers, model, forward)
    _loss(numbers, model, forward, point, sets, measured=measured)
    _prediction(numbers, model, forward, point, sets)
    _accuracy(numbers, model, sets, measured=measured)


def _heading(numbers: Iterator[int], title: str, sentence: str, formula: str = "") -> None:
    st.subheader(f"{next(numbers)} · {title}", anchor=False)
    st.write(sentence)
    if formula:
        st.latex(formula, width="content")


def _points(numbers: Iterator[int], forward: ForwardPass, sets: DataSets | None) -> None:
    training_set = ""
    if sets is not None and len(sets.points) > 1:
        first, second, last = (_pair(sets.points[row]) for row in (0, 1, -1))
        training_set = (
            f" The training set has {len(sets.points):,} points: it begins with {first}, {second} and ends "
            f"with {last}."
        )
    _heading(numbers, "Points", f"A point is two numbers, the network's inputs.{training_set}")
    numbers_table.draw("input", ["x", "y"], {"value": forward.point})


def _pair(point: np.ndarray) -> str:
    return f"({number(point[0])}, {number(point[1])})"


def _dense(numbers: Iterator[int], model: Model, layer: int, dense: DensePass, detailed: int) -> None:
    names = _names(model, layer)
    _heading(
        numbers,
        f"Dense layer {layer + 1}",
        f"Each of its {len(names)} neurons multiplies every input by a weight, adds up the products and adds "
        f"its bias. Here is {Neuron(layer, detailed).name(model)}:",
        r"z_j = \sum_i a_i \, w_{ij} + b_j",
    )
    sources = ["x", "y"] if layer == 0 else _names(model, layer - 1)
    numbers_table.draw(
        "input from",
        sources,
        {
            "input": dense.inputs,
            "weight": dense.weights[:, detailed],
            "product": dense.products[:, detailed],
        },
    )
    is_last = layer == len(model.weights) - 1
    st.write("And all outputs, the logits:" if is_last else "And all neurons:")
    rows = {"sum": dense.sums, "bias": dense.biases, "output": dense.outputs}
    numbers_table.draw("neuron", names, rows, _colors(model, layer))


def _relu(numbers: Iterator[int], model: Model, layer: int, dense: DensePass) -> None:
    outputs = dense.outputs
    passed = int((outputs > 0).sum())
    _heading(
        numbers,
        "ReLU",
        f"Values above 0 pass, all others become 0: here {passed} of {len(outputs)} pass. "
        "Without ReLU all layers together would be a single linear function.",
        r"a_j = \max(0, z_j)",
    )
    numbers_table.draw("neuron", _names(model, layer), {"before": outputs, "after": np.maximum(outputs, 0)})


def _softmax(numbers: Iterator[int], model: Model, forward: ForwardPass) -> None:
    _heading(
        numbers,
        "Softmax",
        "The exponential makes every logit positive, and its share of the sum is the probability. The "
        "largest logit is subtracted first: that changes no share, and no exponential can overflow.",
        r"p_k = \frac{e^{z_k - \max z}}{\sum_j e^{z_j - \max z}}",
    )
    last = len(model.weights) - 1
    rows = {
        "logit": forward.logits,
        "minus largest": forward.shifted,
        "exponential": forward.exponentials,
        "probability": forward.probabilities,
    }
    numbers_table.draw("class", _names(model, last), rows, _colors(model, last))


def _loss(
    numbers: Iterator[int],
    model: Model,
    forward: ForwardPass,
    point: Followed,
    sets: DataSets | None,
    *,
    measured: bool,
) -> None:
    _heading(
        numbers,
        "Loss",
        _loss_of_point(model, forward, point) + _loss_of_set(model, sets, measured=measured),
        r"L = -\ln p_t",
    )


def _loss_of_point(model: Model, forward: ForwardPass, point: Followed) -> str:
    if point.label is None:
        return "The loss depends on the true class t: choose one above to see this point's loss."
    name = class_name(model.polynomials, point.label)
    whose = "the nearest curve's class" if point.nearest else "the true class"
    nearest = " (the nearest curve)" if point.nearest else ""
    probability, loss = forward.probabilities[point.label], forward.loss(point.label)
    return (
        f"The true class t is {name}{nearest}: "
        f"{MINUS_SIGN}ln {number(probability)} = **{number(loss)} nats**. "
        f"Full confidence in {whose} would give a loss of 0."
    )


def _loss_of_set(model: Model, sets: DataSets | None, *, measured: bool) -> str:
    if not measured:
        return " The mean over the training set is not known, because its points are not known."
    measured_on = "the training set"
    if sets is not None:
        count = len(sets.points)
        fewer = measured_count(model, LOSS_ON, count)
        subset = "" if fewer == count else f"{fewer:,} points, in place of "
        measured_on = f"{subset}all {count:,} points of {measured_on}"
    return f" The mean over {measured_on} is the network's loss: **{model.loss!r} nats**."


def _prediction(
    numbers: Iterator[int], model: Model, forward: ForwardPass, point: Followed, sets: DataSets | None
) -> None:
    share = percent(float(forward.probabilities[forward.prediction]))
    right = ""
    if point.label is not None and not point.nearest:
        right = " That is right." if point.label == forward.prediction else " That is wrong."
    ends_of_set = ""
    if sets is not None and len(sets.points) > 2 * ENDS:
        ends = [*model.predict(sets.points[:ENDS]).tolist(), *model.predict(sets.points[-ENDS:]).tolist()]
        begin, end = (", ".join(map(str, part)) for part in (ends[:ENDS], ends[ENDS:]))
        ends_of_set = f" For the training set the predictions begin with {begin} and end with {end}."
    name = class_name(model.polynomials, forward.prediction)
    _heading(
        numbers,
        "Prediction",
        f"The answer is the most likely class: **{name}**, with {share}.{right}{ends_of_set}",
        r"\hat{k} = \arg\max_k \, p_k",
    )


def _accuracy(numbers: Iterator[int], model: Model, sets: DataSets | None, *, measured: bool) -> None:
    if not measured:
        sentence = "The share of right predictions is not known, because the training points are not known."
    elif sets is None:
        sentence = f"The share of training points with a right prediction: **{model.accuracy!r}**."
    else:
        count = measured_count(model, ACCURACY_ON, len(sets.points))
        right = round(model.accuracy * count)
        sentence = (
            f"The share of training points with a right prediction: {right:,} of {count:,} = "
            f"**{model.accuracy!r}**, that is {percent(model.accuracy)}."
        )
    if measured and model.held_out_accuracy is not None:
        sentence += (
            f" On held-out points, which are never trained on, it is {percent(model.held_out_accuracy)}."
        )
    _heading(numbers, "Accuracy", sentence)


def _names(model: Model, layer: int) -> list[str]:
    letter = "p" if layer == len(model.weights) - 1 else ""
    return [f"{letter}{index}" for index in range(model.widths[layer + 1])]


def _colors(model: Model, layer: int) -> list[str]:
    return [look.color for look in PALETTE[: model.widths[-1]]] if layer == len(model.weights) - 1 else []
