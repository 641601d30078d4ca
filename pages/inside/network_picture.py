"""A network as a picture: a map for each neuron, a line for each weight, and a click to choose a neuron."""

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
from pages.plane import plane
from polycore import Model
from polycore.arrays import Floats, read_only
from polycore.figures import NEGATIVE_COLOR, POSITIVE_COLOR, alternative_text, class_url, values_url
from polycore.model import dead_neurons
from polycore.model.evaluation import DataSets
from polycore.model.neuron_values import strengths, strongest, values_by_layer
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.plain import softmax
from polycore.pictures.palette import PALETTE
from polycore.points.point_set import axes_sentence
from polycore.polynomials.window import Window

KEY = "inside.picture"
COLUMNS, ROWS = 24, 18  # grid of a neuron's small map
MOST_SHOWN = 32  # neurons of a hidden layer
HEADING, ROW, NARROW_ROW, LEAST_HEIGHT = 44, 38, 26, 240  # pixels

BY_RELU = "above 0 and passes ReLU, **orange** where it is below 0 and ReLU returns 0"
BY_OTHERS = "above 0, **orange** where it is below 0, before {} is applied to it"
EXPLAINED = (
    "Each square is a map of the plane: **blue** where the neuron's value is {}, fainter near 0. An output "
    "has its class's color, stronger where the class is more likely. Lines are weights, and the dots at the "
    "neurons' corners are biases: blue above 0, orange below 0, thicker if larger. Choose a neuron here "
    "or from the two lists."
)

Layers = tuple[tuple[int, ...], ...]

_component = component.Component(
    "polycore_network", (live_text.CHANNEL_SCRIPT, Path(__file__).with_suffix(".js"))
)
MAX_OUTPUT_NAME = 8  # characters


@dataclass(frozen=True)
class Picture:
    """What the component draws, and what is said about dead neurons."""

    message: dict[str, Any]
    dead_sentence: str


def picture_of(model: Model, window: Window, neuron: Neuron, sets: DataSets | None) -> Picture:
    """Return the picture of `model` over `window`; dead neurons are marked if `sets` is given."""
    dead = None if sets is None else _dead(model, sets)
    message = _message(model, window, neuron, _shown(model, window, neuron), dead)
    return Picture(message, _dead_sentence(model, dead))


def draw(
    model: Model, window: Window, neuron: Neuron, sets: DataSets | None, followed: Followed | None
) -> None:
    """Draw the picture with `neuron` chosen.

    followed: the frames that have it from then on, "network" and "dead"; None if the model stands still.
    """
    picture, shown = picture_of(model, window, neuron, sets), _shown(model, window, neuron)
    follow = None if followed is None else followed.to_browser()
    _component.draw(
        key=KEY,
        # bytes: Streamlit would encode a dictionary as JSON twice
        data=json.dumps({"network": picture.message, "follow": follow}).encode(),
        height=_height(len(model.inputs), shown),
        on_choose_change=partial(_choose, model),
    )
    st.caption(EXPLAINED.format(_colors_of(model)) + _excerpt_sentence(model, shown))
    if called := axes_sentence(model.axes):
        st.text(called)  # not Markdown: it has names from the user's table
    dead = live_text.value("dead", picture.dead_sentence)
    live_text.draw(f'<p class="caption">{dead}</p>', f"{KEY}.dead", followed)


@lru_cache(maxsize=16)
def _dead(model: Model, sets: DataSets) -> tuple[frozenset[int], ...]:
    """Return for each hidden layer the neurons that output 0 for all training points, or 2,000 of them."""
    masks = dead_neurons.masks(model, sets.points)
    return tuple(frozenset(np.flatnonzero(mask).tolist()) for mask in masks)


@lru_cache(maxsize=8)
def _strengths(model: Model, window: Window) -> tuple[Floats, ...]:
    return read_only(strengths(model, _grid_points(window)))


def _shown(model: Model, window: Window, chosen: Neuron) -> Layers:
    hidden = tuple(
        strongest(of_layer, MOST_SHOWN, chosen.index if layer == chosen.layer else None)
        for layer, of_layer in enumerate(_strengths(model, window))
    )
    return (*hidden, tuple(range(model.widths[-1])))


@lru_cache(maxsize=8)
def _images(model: Model, window: Window, shown: Layers) -> tuple[tuple[str, ...], ...]:
    """Return the small maps of the inputs, then of the shown neurons of each layer, as image addresses."""
    points = _grid_points(window)
    *hidden, logits = values_by_layer(model, points)
    inputs = model.inputs.of(points)
    maps = [[values_url(_map(values)) for values in (inputs - inputs.mean(axis=0)).T]]
    for values, chosen in zip(hidden, shown, strict=False):
        maps.append([values_url(_map(values[:, index])) for index in chosen])
    maps.append([class_url(label, _map(column)) for label, column in enumerate(softmax(logits).T)])
    return tuple(map(tuple, maps))


def _message(
    model: Model, window: Window, chosen: Neuron, shown: Layers, dead: Sequence[frozenset[int]] | None
) -> dict[str, Any]:
    inputs, *images = _images(model, window, shown)
    named = zip(model.inputs.labels, inputs, strict=True)
    columns = [{"title": "Inputs", "neurons": [_input(*each) for each in named]}]
    for layer, (indices, pictures) in enumerate(zip(shown, images, strict=True)):
        neurons = [
            _neuron(model, Neuron(layer, index), picture, dead, chosen)
            for index, picture in zip(indices, pictures, strict=True)
        ]
        columns.append(
            {"title": _title(model, layer), "note": _note(model, shown, layer), "neurons": neurons}
        )
    count = None if dead is None else sum(map(len, dead))
    return {
        "alt": alternative_text.network(model.inputs.labels, model.widths, count),
        "colors": [NEGATIVE_COLOR, POSITIVE_COLOR],
        "columns": columns,
        "links": _links(model, shown),
        "heading": HEADING,
    }


def _input(name: str, picture: str) -> dict[str, Any]:
    return {"key": name, "image": picture, "label": f"Input {name}", "text": name}


def _neuron(
    model: Model, neuron: Neuron, picture: str, dead: Sequence[frozenset[int]] | None, chosen: Neuron
) -> dict[str, Any]:
    is_output = neuron.is_output(model)
    is_dead = dead is not None and not is_output and neuron.index in dead[neuron.layer]
    biases = model.biases[neuron.layer][0]
    name = neuron.name(model)
    return {
        "key": f"{neuron.layer}.{neuron.index}",
        "layer": neuron.layer,
        "index": neuron.index,
        "image": picture,
        "label": f"{name[0].upper()}{name[1:]}{', dead' if is_dead else ''}",
        "text": _output_name(model, neuron.index) if is_output else "",
        "color": PALETTE[neuron.index].color if is_output else "",
        "dead": is_dead,
        "bias": _share(biases[neuron.index], biases),
        "chosen": neuron == chosen,
    }


def _links(model: Model, shown: Layers) -> list[list[list[float]]]:
    """Return for each layer the weights between shown neurons, (from, to), as shares of the largest."""
    links = []
    inputs = range(len(model.inputs))
    for weights, sources, targets in zip(model.weights, (inputs, *shown), shown, strict=False):
        between = weights[np.ix_(sources, targets)]
        largest = np.abs(between).max() or 1.0
        links.append(np.round(between / largest, 3).tolist())
    return links


def _share(value: float, values: Floats) -> float:
    largest = float(np.abs(values).max())
    return round(float(value) / largest, 3) if largest else 0.0


def _title(model: Model, layer: int) -> str:
    return "Outputs" if layer == len(model.weights) - 1 else f"Layer {layer + 1}"


def _note(model: Model, shown: Layers, layer: int) -> str:
    count, width = len(shown[layer]), model.widths[layer + 1]
    return f"{count} of {width}" if count < width else ""


def _height(inputs: int, shown: Layers) -> int:
    rows = max(inputs, *map(len, shown))
    return HEADING + max(LEAST_HEIGHT, NARROW_ROW * rows, min(ROW * rows, 12 * ROW))


def _excerpt_sentence(model: Model, shown: Layers) -> str:
    if sum(map(len, shown)) == sum(model.widths[1:]):
        return ""
    return (
        f" Of a wide layer, only the {MOST_SHOWN} neurons with the most influence on the next layer are "
        "shown; choose any other from the list."
    )


def _colors_of(model: Model) -> str:
    activation = ACTIVATIONS[model.activation]
    return BY_RELU if activation is RELU else BY_OTHERS.format(activation.label)


def _dead_sentence(model: Model, dead: Sequence[frozenset[int]] | None) -> str:
    if len(model.widths) == 2:
        return "There is no hidden layer."
    if model.activation != RELU.name:
        return "No neuron can be dead: only ReLU gives exactly 0 for all numbers below 0."
    if dead is None:
        return "It is not known which neurons are dead, because the training points are not known."
    count = sum(map(len, dead))
    if not count:
        return "No neuron is dead."
    hidden = sum(model.widths[1:-1])
    return f"Dead neurons, crossed out, output 0 for every training point: {count} of {hidden}."


def _choose(model: Model) -> None:
    neuron = _neuron_of(st.session_state[KEY].get("choose"))
    if neuron is not None:
        neuron_choice.choose(model, neuron)


def _neuron_of(value: Any) -> Neuron | None:
    """Return the neuron that the browser sent, or None if it did not send two indices."""
    try:
        layer, index = int(value["layer"]), int(value["index"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return Neuron(layer, index) if layer >= 0 and index >= 0 else None


def _grid_points(window: Window) -> Floats:
    (left, right), (low, high) = window
    return plane.grid_points(np.linspace(left, right, COLUMNS), np.linspace(low, high, ROWS))


def _map(values: Floats) -> Floats:
    return values.reshape(ROWS, COLUMNS)


def _output_name(model: Model, label: int) -> str:
    """Return a name short enough to stand beside an output."""
    if not model.classes:
        return f"p{label}"
    name = model.classes[label]
    return name if len(name) <= MAX_OUTPUT_NAME else f"{name[: MAX_OUTPUT_NAME - 1]}…"
