"""Every number of one point's way through a network, in the order of the tutorial's sections."""

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

ENDS = 3  # predictions told from either end of the training set


def draw(model: Model, point: Followed, neuron: Neuron, sets: DataSets | None, *, measured: bool) -> None:
    """Draw the way of `point` through `model`; of each layer `neuron`, or else the first, is worked out.

    `measured`: whether the model's loss and accuracy are those of its weights. Raises PolycoreError where the
    point is too far out.
    """
    model.predict_proba([[point.x, point.y]])  # checks the point
    way = forward_pass(model, point.x, point.y)
    numbers = count(1)
    numbers_table.draw_style()
    _points(numbers, way, sets)
    for layer, dense in enumerate(way.layers):
        worked = neuron.place if neuron.layer == layer else 0
        _dense(numbers, model, layer, dense, worked)
        if layer < len(way.layers) - 1:
            _relu(numbers, model, layer, dense)
    _softmax(numbers, model, way)
    _loss(numbers, model, way, point, sets, measured=measured)
    _prediction(numbers, model, way, point, sets)
    _accuracy(numbers, model, sets, measured=measured)


def _heading(numbers: Iterator[int], title: str, sentence: str, formula: str = "") -> None:
    st.subheader(f"{next(numbers)} · {title}", anchor=False)
    st.write(sentence)
    if formula:
        st.latex(formula, width="content")


def _points(numbers: Iterator[int], way: ForwardPass, sets: DataSets | None) -> None:
    told = ""
    if sets is not None and len(sets.points) > 1:
        first, second, last = (_pair(sets.points[row]) for row in (0, 1, -1))
        told = (
            f" The training set has {len(sets.points):,} points: it begins {first}, {second} and ends {last}."
        )
    _heading(numbers, "Points", f"A point is two numbers, the network's inputs.{told}")
    numbers_table.draw("input", ["x", "y"], {"value": way.point})


def _pair(point: np.ndarray) -> str:
    return f"({number(point[0])}, {number(point[1])})"


def _dense(numbers: Iterator[int], model: Model, layer: int, dense: DensePass, worked: int) -> None:
    names = _names(model, layer)
    _heading(
        numbers,
        f"Dense layer {layer + 1}",
        f"Each of its {len(names)} neurons multiplies every input by a weight, adds the products up and adds "
        f"its bias. {_capital(Neuron(layer, worked).name(model))} does it so:",
        r"z_j = \sum_i a_i \, w_{ij} + b_j",
    )
    sources = ["x", "y"] if layer == 0 else _names(model, layer - 1)
    numbers_table.draw(
        "input from",
        sources,
        {
            "input": dense.inputs,
            "weight": dense.weights[:, worked],
            "product": dense.products[:, worked],
        },
    )
    what = "And all outputs, the logits:" if layer == len(model.weights) - 1 else "And all neurons:"
    st.write(what)
    rows = {"sum": dense.sums, "bias": dense.biases, "output": dense.outputs}
    numbers_table.draw("neuron", names, rows, _colors(model, layer))


def _relu(numbers: Iterator[int], model: Model, layer: int, dense: DensePass) -> None:
    outputs = dense.outputs
    passed = int((outputs > 0).sum())
    _heading(
        numbers,
        "ReLU",
        f"What is above 0 passes, all else becomes 0: here {passed} of {len(outputs)} pass. "
        "Without it all layers together would be one straight function.",
        r"a_j = \max(0, z_j)",
    )
    numbers_table.draw("neuron", _names(model, layer), {"before": outputs, "after": np.maximum(outputs, 0)})


def _softmax(numbers: Iterator[int], model: Model, way: ForwardPass) -> None:
    _heading(
        numbers,
        "Softmax",
        "The exponential makes every logit positive, and each one's share of the sum is its probability. The "
        "largest logit is taken off first: that changes no share, and no exponential can overflow.",
        r"p_k = \frac{e^{z_k - \max z}}{\sum_j e^{z_j - \max z}}",
    )
    last = len(model.weights) - 1
    rows = {
        "logit": way.logits,
        "minus largest": way.shifted,
        "exponential": way.exponentials,
        "probability": way.probabilities,
    }
    numbers_table.draw("class", _names(model, last), rows, _colors(model, last))


def _loss(
    numbers: Iterator[int],
    model: Model,
    way: ForwardPass,
    point: Followed,
    sets: DataSets | None,
    *,
    measured: bool,
) -> None:
    _heading(
        numbers,
        "Loss",
        _loss_of_point(model, way, point) + _loss_of_set(model, sets, measured=measured),
        r"L = -\ln p_t",
    )


def _loss_of_point(model: Model, way: ForwardPass, point: Followed) -> str:
    if point.label is None:
        return "How wrong it is depends on the true class t: choose one above to see this point's loss."
    name = class_name(model.polynomials, point.label)
    whose = "the nearest curve's class" if point.nearest else "the true class"
    told = " (the nearest curve)" if point.nearest else ""
    return (
        f"The true class t is {name}{told}: "
        f"-ln {number(way.probabilities[point.label])} = **{number(way.loss(point.label))} nats**. Certainty "
        f"in {whose} would cost 0."
    )


def _loss_of_set(model: Model, sets: DataSets | None, *, measured: bool) -> str:
    if not measured:
        return " The mean over the training set is not known: its points are not."
    over = "the training set"
    if sets is not None:
        count = len(sets.points)
        asked = measured_count(model, LOSS_ON, count)
        few = "" if asked == count else f"{asked:,} points, in place of "
        over = f"{few}all {count:,} points of {over}"
    return f" The mean over {over} is the network's loss: **{model.loss!r} nats**."


def _prediction(
    numbers: Iterator[int], model: Model, way: ForwardPass, point: Followed, sets: DataSets | None
) -> None:
    share = percent(float(way.probabilities[way.prediction]))
    right = ""
    if point.label is not None and not point.nearest:
        right = " That is right." if point.label == way.prediction else " That is wrong."
    told = ""
    if sets is not None and len(sets.points) > 2 * ENDS:
        ends = [*model.predict(sets.points[:ENDS]).tolist(), *model.predict(sets.points[-ENDS:]).tolist()]
        begin, end = (", ".join(map(str, part)) for part in (ends[:ENDS], ends[ENDS:]))
        told = f" For the training set the predictions begin {begin} and end {end}."
    name = class_name(model.polynomials, way.prediction)
    _heading(
        numbers,
        "Prediction",
        f"The answer is the likeliest class: **{name}**, with {share}.{right}{told}",
        r"\hat{k} = \arg\max_k \, p_k",
    )


def _accuracy(numbers: Iterator[int], model: Model, sets: DataSets | None, *, measured: bool) -> None:
    if not measured:
        sentence = "The share of right predictions is not known: the training points are not."
    elif sets is None:
        sentence = f"The share of training points predicted rightly: **{model.accuracy!r}**."
    else:
        count = measured_count(model, ACCURACY_ON, len(sets.points))
        right = round(model.accuracy * count)
        sentence = (
            f"The share of training points predicted rightly: {right:,} of {count:,} = "
            f"**{model.accuracy!r}**, that is {percent(model.accuracy)}."
        )
    if measured and model.held_out_accuracy is not None:
        sentence += f" On held-out points, that no step trained on, it is {percent(model.held_out_accuracy)}."
    _heading(numbers, "Accuracy", sentence)


def _names(model: Model, layer: int) -> list[str]:
    letter = "p" if layer == len(model.weights) - 1 else ""
    return [f"{letter}{place}" for place in range(model.widths[layer + 1])]


def _colors(model: Model, layer: int) -> list[str]:
    return [look.color for look in PALETTE[: model.widths[-1]]] if layer == len(model.weights) - 1 else []


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
