"""Every number of one point's forward pass through a network, in the order of the tutorial's sections."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.inside.neuron_choice import Neuron
from pages.inside.traced_point import TracedPoint
from pages.plane.scene import class_name
from pages.wording.percent import percent
from polycore import Model
from polycore.arrays import Floats
from polycore.inspection.forward_pass import DensePass, ForwardPass, forward_pass
from polycore.model.evaluation import ACCURACY_ON, LOSS_ON, DataSets, measured_count
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.pictures.palette import PALETTE
from polycore.polynomials.notation import MINUS_SIGN
from polycore.tutorial.untrained_model import tutorial_model

KEY = "inside.walk"
OTHER_ACTIVATION = (
    "Each sum z becomes the neuron's output a. Without an activation all layers together would be a single "
    "linear function."
)
NO_TRUE_CLASS = "The loss depends on the true class t: choose one above to see this point's loss."
NO_MEAN = "The mean over the training set is not known, because its points are not known."
CHANGED = "Loss and accuracy on the training set have not been measured yet with the changed weights."
ENDS = 3  # predictions shown from either end of the training set
SMALLEST = 1e-4  # absolute value below which eight decimals show too few digits
WIDEST = 64  # columns of an HTML table; wider ones are dataframes, which draw only the visible part


def number(value: float) -> str:
    """Return a number with four digits."""
    return f"{float(value) + 0.0:.4g}"  # + 0.0: never -0


def exact_number(value: float) -> str:
    """Return a number with eight decimals, as NumPy prints it; a small one with four digits."""
    if 0 < abs(value) < SMALLEST:
        return f"{value:.3e}"
    return f"{round(float(value), 8) + 0.0:.12g}"


@dataclass(frozen=True, eq=False)
class NumberTable:
    """A row for each quantity, a column for each neuron, class or input.

    label: what the columns are. heads: their names, which are not from users; `colors` underline them.
    exact: whether the numbers are shown as `exact_number` returns them.
    """

    label: str
    heads: Sequence[str]
    rows: Mapping[str, Floats]
    colors: Sequence[str] = ()
    exact: bool = False

    @property
    def texts(self) -> list[list[str]]:
        """The numbers of each row as they are shown."""
        shown = exact_number if self.exact else number
        return [[shown(value) for value in values.tolist()] for values in self.rows.values()]

    def to_html(self, name: str) -> str:
        """Return the table as HTML; the value `name` of a frame has its `texts`."""
        heads = [html.escape(head) for head in self.heads]
        if self.colors:
            underlined = "<span style='box-shadow: 0 3px {}'>{}</span>"
            heads = [underlined.format(*pair) for pair in zip(self.colors, heads, strict=True)]
        rows = dict(zip(self.rows, self.texts, strict=True))
        return live_text.table(self.label, [self.label, *heads], rows, name)

    def draw_frame(self) -> None:
        """Draw the table as a data frame."""
        columns = dict(zip(self.rows, self.texts, strict=True))
        index = pd.Index(self.heads, name=self.label)
        st.dataframe(pd.DataFrame(columns, index=index), height=220, alt=self.label)


@dataclass(frozen=True, eq=False)
class Section:
    """A section of the walk.

    sentence: in Markdown; like `formula` it stays the same while the network learns.
    said: a sentence with numbers; "" for none.
    tables: each with the words above it, which stay.
    """

    title: str
    sentence: str = ""
    formula: str = ""
    said: str = ""
    tables: Sequence[tuple[str, NumberTable]] = ()

    def exact(self) -> "Section":
        """Return the section with numbers of eight decimals, as the tutorial prints them for its network."""
        return replace(self, tables=[(above, replace(table, exact=True)) for above, table in self.tables])

    @property
    def values(self) -> dict[str, Any]:
        """What changes while the network learns."""
        return {"said": self.said, "tables": [table.texts for _, table in self.tables]}


def sections(
    model: Model, point: TracedPoint, neuron: Neuron, sets: DataSets | None, *, measured: bool
) -> list[Section]:
    """Return the forward pass of `point` through `model`, with every product of `neuron` in its layer.

    In the other layers the products of the first neuron are shown. `measured`: whether the model's loss and
    accuracy were measured with its weights. Raises PolycoreError if the point is too far out.
    """
    model.predict_proba([[point.x, point.y]])  # checks the point
    forward = forward_pass(model, point.x, point.y)
    walk = [_points(model, forward, sets)]
    for layer, dense in enumerate(forward.layers):
        walk.append(_dense(model, layer, dense, neuron.index if neuron.layer == layer else 0))
        if layer < len(forward.layers) - 1:
            walk.append(_activation(model, layer, dense))
    of_point, of_set = _loss_of_point(model, forward, point), _loss_of_set(model, sets, measured=measured)
    walk += [
        _softmax(model, forward),
        Section("Loss", formula=r"L = -\ln p_t", said=f"{of_point} {of_set}"),
        _prediction(model, forward, point, sets),
        Section("Accuracy", said=_accuracy(model, sets, measured=measured)),
    ]
    return [section.exact() for section in walk] if model is tutorial_model() else walk


def draw(walk: Sequence[Section], followed: Followed | None) -> None:
    """Draw the sections, each folded.

    followed: the frames that have their `values` from then on as "walk"; None if the model stands still.
    """
    for index, section in enumerate(walk):
        with st.expander(f"{index + 1} · {section.title}"):
            if section.sentence:
                st.write(section.sentence)
            if section.formula:
                st.latex(section.formula, width="content")
            _draw_numbers(index, section, followed)


def _draw_numbers(index: int, section: Section, followed: Followed | None) -> None:
    if followed is None and any(len(table.heads) > WIDEST for _, table in section.tables):
        st.write(section.said)
        for above, table in section.tables:
            st.write(above)
            table.draw_frame()
        return
    said = live_text.value(f"walk.{index}.said", section.said)
    tables = "".join(
        f"<p>{above}</p>{table.to_html(f'walk.{index}.tables.{order}')}"
        for order, (above, table) in enumerate(section.tables)
    )
    live_text.draw(f"<p>{said}</p>{tables}", f"{KEY}.{index}", followed)


def _points(model: Model, forward: ForwardPass, sets: DataSets | None) -> Section:
    training_set = ""
    if sets is not None and len(sets.points) > 1:
        ends = sets.points[[0, 1, -1]].tolist()
        first, second, last = (f"({exact_number(x)}, {exact_number(y)})" for x, y in ends)
        training_set = (
            f" The training set has {len(sets.points):,} points: it begins with {first}, {second} and ends "
            f"with {last}."
        )
    table = NumberTable("input", list(model.inputs.labels), {"value": forward.layers[0].inputs})
    inputs = "the network's inputs"
    if not model.inputs.is_plain:
        inputs = f"x and y, from which the network's {len(model.inputs)} inputs are computed"
    sentence = f"A point is two numbers, {inputs}.{training_set}"
    return Section("Points", sentence, tables=[("", table)])


def _dense(model: Model, layer: int, dense: DensePass, detailed: int) -> Section:
    names = _names(model, layer)
    sources = list(model.inputs.labels) if layer == 0 else _names(model, layer - 1)
    products = {
        "input": dense.inputs,
        "weight": dense.weights[:, detailed],
        "product": dense.products[:, detailed],
    }
    outputs = {"sum": dense.sums, "bias": dense.biases, "output": dense.outputs}
    is_last = layer == len(model.weights) - 1
    return Section(
        f"Dense layer {layer + 1}",
        f"Each of its {len(names)} neurons multiplies every input by a weight, adds up the products and adds "
        f"its bias. Here is {Neuron(layer, detailed).name(model)}:",
        r"z_j = \sum_i a_i \, w_{ij} + b_j",
        tables=[
            ("", NumberTable("input from", sources, products)),
            (
                "And all outputs, the logits:" if is_last else "And all neurons:",
                NumberTable("neuron", names, outputs, _colors(model, layer)),
            ),
        ],
    )


def _activation(model: Model, layer: int, dense: DensePass) -> Section:
    activation, outputs = ACTIVATIONS[model.activation], dense.outputs
    rows = {"before": outputs, "after": activation.value(outputs)}
    tables = [("", NumberTable("neuron", _names(model, layer), rows))]
    if activation is not RELU:
        return Section(activation.label, OTHER_ACTIVATION, f"a = {activation.tex}", tables=tables)
    passed = int((outputs > 0).sum())
    return Section(
        "ReLU",
        "Values above 0 pass, all others become 0. Without ReLU all layers together would be a single linear "
        "function.",
        r"a_j = \max(0, z_j)",
        f"Here {passed} of {len(outputs)} pass.",
        tables,
    )


def _softmax(model: Model, forward: ForwardPass) -> Section:
    last = len(model.weights) - 1
    rows = {
        "logit": forward.logits,
        "minus largest": forward.shifted,
        "exponential": forward.exponentials,
        "probability": forward.probabilities,
    }
    return Section(
        "Softmax",
        "The exponential makes every logit positive, and its share of the sum is the probability. The "
        "largest logit is subtracted first: that changes no share, and no exponential can overflow.",
        r"p_k = \frac{e^{z_k - \max z}}{\sum_j e^{z_j - \max z}}",
        tables=[("", NumberTable("class", _names(model, last), rows, _colors(model, last)))],
    )


def _loss_of_point(model: Model, forward: ForwardPass, point: TracedPoint) -> str:
    if point.label is None:
        return NO_TRUE_CLASS
    name = class_name(model.shown_classes, point.label)
    whose = "the nearest curve's class" if point.nearest else "the true class"
    nearest = " (the nearest curve)" if point.nearest else ""
    probability, loss = forward.probabilities[point.label], forward.loss(point.label)
    return (
        f"The true class t is {name}{nearest}: "
        f"{MINUS_SIGN}ln {number(probability)} = {number(loss)} nats. "
        f"Full confidence in {whose} would give a loss of 0."
    )


def _loss_of_set(model: Model, sets: DataSets | None, *, measured: bool) -> str:
    if not measured:
        return NO_MEAN if sets is None else CHANGED
    measured_on = "the training set"
    if sets is not None:
        count = len(sets.points)
        some = measured_count(model, LOSS_ON, count)
        of_all = f"{some:,} of the {count:,}" if some < count else f"all {count:,}"
        measured_on = f"{of_all} points of {measured_on}"
    return f"The mean over {measured_on} is the network's loss: {model.loss!r} nats."


def _prediction(model: Model, forward: ForwardPass, point: TracedPoint, sets: DataSets | None) -> Section:
    share = percent(float(forward.probabilities[forward.prediction]))
    right = ""
    if point.label is not None and not point.nearest:
        right = " That is right." if point.label == forward.prediction else " That is wrong."
    ends_of_set = ""
    if sets is not None and len(sets.points) > 2 * ENDS:
        ends = [*model.predict(sets.points[:ENDS]).tolist(), *model.predict(sets.points[-ENDS:]).tolist()]
        begin, end = (", ".join(map(str, part)) for part in (ends[:ENDS], ends[ENDS:]))
        ends_of_set = f" For the training set the predictions begin with {begin} and end with {end}."
    name = class_name(model.shown_classes, forward.prediction)
    far = f"{point.place} A network still answers. " if point.place.is_far else ""
    return Section(
        "Prediction",
        formula=r"\hat{k} = \arg\max_k \, p_k",
        said=f"{far}The answer is the most likely class: {name}, with {share}.{right}{ends_of_set}",
    )


def _accuracy(model: Model, sets: DataSets | None, *, measured: bool) -> str:
    if not measured:
        unknown = "The share of right predictions is not known, because the training points are not known."
        sentence = unknown if sets is None else CHANGED
    elif sets is None:
        sentence = f"The share of training points with a right prediction: {model.accuracy!r}."
    else:
        count = measured_count(model, ACCURACY_ON, len(sets.points))
        right = round(model.accuracy * count)
        sentence = (
            f"The share of training points with a right prediction: {right:,} of {count:,} = "
            f"{model.accuracy!r}, that is {percent(model.accuracy)}."
        )
    if measured and model.held_out_accuracy is not None:
        sentence += f" On new points, which are never trained on, it is {percent(model.held_out_accuracy)}."
    return sentence


def _names(model: Model, layer: int) -> list[str]:
    letter = "p" if layer == len(model.weights) - 1 else ""
    return [f"{letter}{index}" for index in range(model.widths[layer + 1])]


def _colors(model: Model, layer: int) -> list[str]:
    return [look.color for look in PALETTE[: model.widths[-1]]] if layer == len(model.weights) - 1 else []
