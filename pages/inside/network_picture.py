"""A network as a picture: a map for each neuron, a line for each weight, and a click to choose a neuron.

In a large network the chosen neuron has a large map, and lines are its largest weights, eight on either side.
Every other neuron is a dot.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from pages.channel import component, live_text
from pages.channel.live_text import Followed
from pages.inside import neuron_choice
from pages.inside.neuron_choice import Neuron
from pages.plane.scene import class_name, short_name, shortened
from pages.wording.words import capitalized
from polycore import Model
from polycore.arrays import Floats, grid_points, read_only
from polycore.figures import NEGATIVE_COLOR, POSITIVE_COLOR, alternative_text, class_url, values_url
from polycore.formatting import counted, number_text
from polycore.model.evaluation import DataSets
from polycore.model.neurons import dead_masks, strongest, values_by_layer
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.plain import softmax
from polycore.pictures.palette import PALETTE
from polycore.points.point_set import axes_sentence
from polycore.polynomials.classes import written
from polycore.polynomials.window import Window

KEY = "inside.picture"
# With at most so many neurons in each of so many hidden layers, every neuron has a map. The smallest have 40
# by 30 pixels on a laptop's screen, 36 by 33 on a phone; with 16 neurons in a layer they would have 28 by 21.
MOST_NEURONS, MOST_LAYERS = 12, 3
STRONGEST = 8  # neurons with a map on either side of the chosen one
SMALL_GRID, LARGE_GRID = (24, 18), (32, 24)  # columns and rows of each map in a small and a large network
MAX_OUTPUT_NAME = 8  # characters beside an output
HEADING, ROW, NARROW_ROW, LEAST_HEIGHT = 44, 38, 26, 240  # pixels
DOT_ROW, MOST_DOT_ROWS, LEAST_LARGE_HEIGHT = 24, 32, 400  # of a large network's picture: pixels, dots, pixels

BY_RELU = "above 0 and passes ReLU, **orange** where it is below 0 and ReLU returns 0"
BY_OTHERS = "above 0, **orange** where it is below 0, before {} is applied to it"
EXPLAINED = (
    "Each square is a map of the plane: **blue** where the neuron's value is {}, fainter near 0. An output "
    "has its class's color, stronger where the class is more likely. Lines are weights, and the dots at the "
    "neurons' corners are biases: blue above 0, orange below 0, thicker if larger. Choose a neuron here "
    "or from the two lists."
)
EXPLAINED_LARGE = (
    "The large map is the chosen neuron's: **blue** where its value is {}. Lines are its largest weights: "
    "blue above 0, orange below 0, thicker if larger. Each dot is another neuron, stronger if it is above 0 "
    "on more of the plane. Press one to choose it, or use the two lists."
)
NEVER_DEAD = "No neuron can be dead: only ReLU gives exactly 0 for all numbers below 0."
UNKNOWN_DEAD = "It is not known which neurons are dead, because the training points are not known."

Columns = tuple[tuple[int, ...], ...]  # indices of inputs, and then of the neurons of each layer
Images = tuple[tuple[str, ...], ...]
Dead = tuple[frozenset[int], ...]

_component = component.Component(
    "polycore_network", (live_text.CHANNEL_SCRIPT, Path(__file__).with_suffix(".js"))
)


@dataclass(frozen=True, eq=False)
class NetworkPicture:
    """What the component draws of a network, and the sentence about its dead neurons."""

    drawn: dict[str, Any]
    dead: str


def is_large(model: Model) -> bool:
    """Return whether the network has too many neurons for a readable map of each."""
    hidden = model.widths[1:-1]
    return len(hidden) > MOST_LAYERS or max(hidden, default=0) > MOST_NEURONS


def with_maps(model: Model, chosen: Neuron) -> Columns:
    """Return which inputs, and which neurons of each layer, have a map; all others are dots.

    In a large network: all inputs, the chosen neuron, and beside it those with the largest weights into it
    and out of it.
    """
    if not is_large(model):
        return tuple(tuple(range(width)) for width in model.widths)
    layer, index = chosen.layer, chosen.index
    maps: dict[int, tuple[int, ...]] = {layer + 1: (index,)}
    if not chosen.is_output(model):
        maps[layer + 2] = strongest(model.weights[layer + 1][index], STRONGEST)
    if layer > 0:
        maps[layer] = strongest(model.weights[layer][:, index], STRONGEST)
    return (tuple(range(model.widths[0])), *(maps.get(column, ()) for column in range(1, len(model.widths))))


def picture_of(model: Model, window: Window, chosen: Neuron, sets: DataSets | None) -> NetworkPicture:
    """Return the picture of `model` over `window`; dead neurons are marked if `sets` is given."""
    dead = None if sets is None else _dead(model, sets)
    maps, large = with_maps(model, chosen), is_large(model)
    images, above = _seen(model, window, maps)
    alt = alternative_text.network(
        model.inputs.labels, model.widths, None if dead is None else sum(map(len, dead))
    )
    columns = _columns(model, images, maps, chosen, dead)
    if large:
        alt = f"{alt} The largest map is that of {chosen.name(model)}."
        for column, dots in zip(columns[1:], _dots(model, above, maps[1:], dead), strict=True):
            column["dots"] = dots
    links: list[Any] = []  # for each layer the weights between neurons with a map, (from, to)
    between: list[str] = []  # how many weights it has, if it has no lines
    for layer, weights in enumerate(model.weights):
        has_lines = not large or layer in (chosen.layer, chosen.layer + 1)
        links.append(_shares(weights[np.ix_(maps[layer], maps[layer + 1])]) if has_lines else [])
        between.append("" if has_lines else counted(weights.size, "weight"))
    drawn = {
        "alt": alt,
        "colors": [NEGATIVE_COLOR, POSITIVE_COLOR],
        "columns": columns,
        "links": links,
        "between": between,
        "large": large,
        "heading": HEADING,
    }
    return NetworkPicture(drawn, _dead_sentence(model, dead))


def draw(picture: NetworkPicture, model: Model, followed: Followed | None) -> None:
    """Draw the picture of `model`; a click chooses a neuron.

    followed: the frames that have it from then on, "network" and "dead"; None if the model stands still.
    """
    follow = None if followed is None else followed.to_browser()
    _component.draw(
        key=KEY,
        # bytes: Streamlit would encode a dictionary as JSON twice
        data=json.dumps({"network": picture.drawn, "follow": follow}).encode(),
        height=HEADING + _height(model),
        on_choose_change=partial(_choose, model),
    )
    activation = ACTIVATIONS[model.activation]
    colors = BY_RELU if activation is RELU else BY_OTHERS.format(activation.label)
    st.caption((EXPLAINED_LARGE if is_large(model) else EXPLAINED).format(colors))
    if called := axes_sentence(model.axes):
        st.text(called)  # not Markdown: it has names from the user's table
    dead = live_text.value("dead", picture.dead)
    live_text.draw(f'<p class="caption">{dead}</p>', f"{KEY}.dead", followed)


def _height(model: Model) -> int:
    """Return the height of what is below the headings, in pixels; the page has its own for a wide window."""
    rows = max(model.widths)
    if is_large(model):  # on a phone the dots are large enough for touch, if they fit about a screen
        return max(LEAST_LARGE_HEIGHT, DOT_ROW * min(rows, MOST_DOT_ROWS))
    return max(LEAST_HEIGHT, NARROW_ROW * rows, min(ROW * rows, 12 * ROW))


@lru_cache(maxsize=16)
def _dead(model: Model, sets: DataSets) -> Dead:
    """Return for each hidden layer the neurons that output 0 for all training points, or 2,000 of them."""
    masks = dead_masks(model, sets.points)
    return tuple(frozenset(np.flatnonzero(mask).tolist()) for mask in masks)


@lru_cache(maxsize=8)
def _seen(model: Model, window: Window, maps: Columns) -> tuple[Images, tuple[Floats, ...]]:
    """Return the maps of these inputs and neurons, as image addresses, and how much of the plane is above 0.

    That is for each hidden layer the share of the plane on which each neuron's value is above 0, (neurons,).
    """
    columns, rows = LARGE_GRID if is_large(model) else SMALL_GRID
    (left, right), (low, high) = window
    points = grid_points(np.linspace(left, right, columns), np.linspace(low, high, rows))
    *hidden, logits = values_by_layer(model, points)
    inputs, probabilities = model.inputs.of(points), softmax(logits)
    urls = [
        tuple(values_url(values[:, index].reshape(rows, columns)) for index in of_column)
        for values, of_column in zip((inputs - inputs.mean(axis=0), *hidden), maps, strict=False)
    ]
    outputs = (class_url(label, probabilities[:, label].reshape(rows, columns)) for label in maps[-1])
    return (*urls, tuple(outputs)), read_only(tuple((values > 0).mean(axis=0) for values in hidden))


def _columns(
    model: Model, images: Sequence[Sequence[str]], maps: Columns, chosen: Neuron, dead: Dead | None
) -> list[dict[str, Any]]:
    """Return the column of the inputs, then of the neurons with a map of each layer; `images` as `_seen`."""
    labels = model.inputs.labels
    inputs = [
        {"key": name, "image": url, "text": name} | _weighed(f"Input {name}", model, chosen, 0, index)
        for index, (name, url) in enumerate(zip(labels, images[0], strict=True))
    ]
    columns: list[dict[str, Any]] = [{"title": "Inputs", "short": "In", "neurons": inputs}]
    for layer, (indices, urls) in enumerate(zip(maps[1:], images[1:], strict=True)):
        biases = _shares(model.biases[layer][0])
        neurons = [
            _neuron(model, Neuron(layer, index), chosen, dead) | {"image": url, "bias": biases[index]}
            for index, url in zip(indices, urls, strict=True)
        ]
        is_output = layer == len(model.weights) - 1
        title, short = ("Outputs", "Out") if is_output else (f"Layer {layer + 1}", f"{layer + 1}")
        columns.append({"title": title, "short": short, "neurons": neurons})
    return columns


def _neuron(model: Model, neuron: Neuron, chosen: Neuron, dead: Dead | None) -> dict[str, Any]:
    """Return what of a neuron does not depend on the part of the plane that is shown."""
    is_output = neuron.is_output(model)
    is_dead = dead is not None and not is_output and neuron.index in dead[neuron.layer]
    text = f"neuron {neuron.index}" if is_large(model) and neuron == chosen else ""
    name = f"{_beginning(model, neuron.layer)}{neuron.index}{', dead' if is_dead else ''}"
    whole = ""
    if is_output:
        text, whole, name = _output_names(model, neuron.index)
    return {
        "key": f"{neuron.layer}.{neuron.index}",
        "layer": neuron.layer,
        "index": neuron.index,
        "text": text,
        "whole": whole,
        "color": PALETTE[neuron.index].color if is_output else "",
        "dead": is_dead,
        "chosen": neuron == chosen,
    } | _weighed(name, model, chosen, neuron.layer + 1, neuron.index)


def _beginning(model: Model, layer: int) -> str:
    """Return what the names of a layer's neurons begin with, capitalized; the index follows."""
    return capitalized(Neuron(layer, 0).name(model).removesuffix("0"))


def _weighed(name: str, model: Model, chosen: Neuron, column: int, index: int) -> dict[str, str]:
    """Return the label of an input or a neuron, and in a large network its weight to or from the chosen one.

    name: its label without the weight. column: 0 for the inputs. The weight is "" if there is none.
    """
    weight = None
    if is_large(model) and column == chosen.layer:
        weight = model.weights[column][index, chosen.index]
    elif is_large(model) and column == chosen.layer + 2:
        weight = model.weights[chosen.layer + 1][chosen.index, index]
    if weight is None:
        return {"label": name, "weight": ""}
    text = number_text(weight, 2)
    return {"label": f"{name}, weight {text}", "weight": text}


def _dots(model: Model, above: Sequence[Floats], maps: Columns, dead: Dead | None) -> list[dict[str, Any]]:
    """Return for each layer of a large network its neurons that are dots; `maps` has those that are not.

    A dot is two numbers, as there may be thousands: its index, and on how many percent of the plane it is
    above 0, -1 if it is dead. Outputs have names and colors too, by index. above: as `_seen` returns it.
    """
    dots: list[dict[str, Any]] = []
    for layer, large in enumerate(maps):
        others = [index for index in range(model.widths[layer + 1]) if index not in large]
        of_layer: dict[str, Any] = {"layer": layer, "name": _beginning(model, layer)}
        if layer < len(above):
            shades = np.round(100 * above[layer]).astype(int)
            shades[list(dead[layer] if dead else ())] = -1
            of_layer["neurons"] = [[index, int(shades[index])] for index in others]
        else:
            classes = range(model.widths[-1])
            of_layer["neurons"] = [[index, 100] for index in others]
            names = zip(*(_output_names(model, label) for label in classes), strict=True)
            of_layer["texts"], of_layer["wholes"], of_layer["labels"] = map(list, names)
            of_layer["colors"] = [PALETTE[label].color for label in classes]
        dots.append(of_layer)
    return dots


def _output_names(model: Model, label: int) -> tuple[str, str, str]:
    """Return three names of an output: one short enough to stand beside it, one if there is room, its label.

    Of a polynomial these are p3, its curve, and p3 with its formula. The second is "" for an unknown class.
    """
    classes = model.shown_classes
    if not classes:
        return f"p{label}", "", f"Output p{label}"
    whole, short = shortened(written(classes[label])), short_name(classes, label)
    if len(short) > MAX_OUTPUT_NAME:
        short = f"{short[: MAX_OUTPUT_NAME - 1]}…"
    return short, whole, f"Output {class_name(classes, label)}"


def _shares(values: Floats) -> Any:
    """Return the values, nested as they are, as shares of the largest absolute one; 0 if all are 0."""
    return np.round(values / (np.abs(values).max() or 1.0), 3).tolist()


def _dead_sentence(model: Model, dead: Dead | None) -> str:
    if len(model.widths) == 2:
        return "There is no hidden layer."
    if model.activation != RELU.name:
        return NEVER_DEAD
    if dead is None:
        return UNKNOWN_DEAD
    count = sum(map(len, dead))
    if not count:
        return "No neuron is dead."
    marked = "crossed out, or hollow dots," if is_large(model) else "crossed out,"
    return f"Dead neurons, {marked} output 0 for every training point: {count} of {sum(model.widths[1:-1])}."


def _choose(model: Model) -> None:
    neuron = neuron_in(component.sent(KEY, "choose"))
    if neuron is not None:
        neuron_choice.choose(model, neuron)


def neuron_in(sent: Any) -> Neuron | None:
    """Return the neuron that a browser names; None if it names none, for it may send anything."""
    try:
        return Neuron(int(sent["layer"]), int(sent["index"]))
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
