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
from polycore import Model
from polycore.arrays import Floats, grid_points, read_only
from polycore.figures import NEGATIVE_COLOR, POSITIVE_COLOR, alternative_text, class_url, values_url
from polycore.model.evaluation import DataSets
from polycore.model.neurons import dead_masks, strengths, strongest, values_by_layer
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.plain import softmax
from polycore.pictures.palette import PALETTE
from polycore.points.point_set import axes_sentence
from polycore.polynomials.window import Window

KEY = "inside.picture"
COLUMNS, ROWS = 24, 18  # grid of a neuron's small map
MOST_SHOWN = 32  # neurons of a hidden layer
MAX_OUTPUT_NAME = 8  # characters beside an output
HEADING, ROW, NARROW_ROW, LEAST_HEIGHT = 44, 38, 26, 240  # pixels

BY_RELU = "above 0 and passes ReLU, **orange** where it is below 0 and ReLU returns 0"
BY_OTHERS = "above 0, **orange** where it is below 0, before {} is applied to it"
EXPLAINED = (
    "Each square is a map of the plane: **blue** where the neuron's value is {}, fainter near 0. An output "
    "has its class's color, stronger where the class is more likely. Lines are weights, and the dots at the "
    "neurons' corners are biases: blue above 0, orange below 0, thicker if larger. Choose a neuron here "
    "or from the two lists."
)
EXCERPT = (
    f" Of a wide layer, only the {MOST_SHOWN} neurons with the most influence on the next layer are shown; "
    "choose any other from the list."
)
NEVER_DEAD = "No neuron can be dead: only ReLU gives exactly 0 for all numbers below 0."
UNKNOWN_DEAD = "It is not known which neurons are dead, because the training points are not known."

Layers = tuple[tuple[int, ...], ...]
Dead = tuple[frozenset[int], ...]

_component = component.Component(
    "polycore_network", (live_text.CHANNEL_SCRIPT, Path(__file__).with_suffix(".js"))
)


@dataclass(frozen=True, eq=False)
class NetworkPicture:
    """What the component draws of a network, and the sentence about its dead neurons."""

    drawn: dict[str, Any]
    dead: str


def picture_of(model: Model, window: Window, chosen: Neuron, sets: DataSets | None) -> NetworkPicture:
    """Return the picture of `model` over `window`; dead neurons are marked if `sets` is given."""
    dead = None if sets is None else _dead(model, sets)
    hidden = [
        strongest(of_layer, MOST_SHOWN, chosen.index if layer == chosen.layer else None)
        for layer, of_layer in enumerate(_strengths(model, window))
    ]
    shown = (*hidden, tuple(range(model.widths[-1])))
    of_layers = zip(model.weights, (range(len(model.inputs)), *shown), shown, strict=False)
    drawn = {
        "alt": alternative_text.network(
            model.inputs.labels, model.widths, None if dead is None else sum(map(len, dead))
        ),
        "colors": [NEGATIVE_COLOR, POSITIVE_COLOR],
        "columns": _columns(model, _images(model, window, shown), shown, chosen, dead),
        # for each layer the weights between shown neurons, (from, to)
        "links": [_shares(weights[np.ix_(sources, targets)]) for weights, sources, targets in of_layers],
        "heading": HEADING,
    }
    return NetworkPicture(drawn, _dead_sentence(model, dead))


def draw(picture: NetworkPicture, model: Model, followed: Followed | None) -> None:
    """Draw the picture of `model`; a click chooses a neuron.

    followed: the frames that have it from then on, "network" and "dead"; None if the model stands still.
    """
    columns = picture.drawn["columns"]
    rows = max(len(column["neurons"]) for column in columns)
    follow = None if followed is None else followed.to_browser()
    _component.draw(
        key=KEY,
        # bytes: Streamlit would encode a dictionary as JSON twice
        data=json.dumps({"network": picture.drawn, "follow": follow}).encode(),
        height=HEADING + max(LEAST_HEIGHT, NARROW_ROW * rows, min(ROW * rows, 12 * ROW)),
        on_choose_change=partial(_choose, model),
    )
    activation = ACTIVATIONS[model.activation]
    colors = BY_RELU if activation is RELU else BY_OTHERS.format(activation.label)
    is_excerpt = any(column.get("note") for column in columns)
    st.caption(EXPLAINED.format(colors) + (EXCERPT if is_excerpt else ""))
    if called := axes_sentence(model.axes):
        st.text(called)  # not Markdown: it has names from the user's table
    dead = live_text.value("dead", picture.dead)
    live_text.draw(f'<p class="caption">{dead}</p>', f"{KEY}.dead", followed)


@lru_cache(maxsize=16)
def _dead(model: Model, sets: DataSets) -> Dead:
    """Return for each hidden layer the neurons that output 0 for all training points, or 2,000 of them."""
    masks = dead_masks(model, sets.points)
    return tuple(frozenset(np.flatnonzero(mask).tolist()) for mask in masks)


@lru_cache(maxsize=8)
def _strengths(model: Model, window: Window) -> tuple[Floats, ...]:
    return read_only(strengths(model, _grid_points(window)))


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


def _grid_points(window: Window) -> Floats:
    (left, right), (low, high) = window
    return grid_points(np.linspace(left, right, COLUMNS), np.linspace(low, high, ROWS))


def _map(values: Floats) -> Floats:
    return values.reshape(ROWS, COLUMNS)


def _columns(
    model: Model, images: Sequence[Sequence[str]], shown: Layers, chosen: Neuron, dead: Dead | None
) -> list[dict[str, Any]]:
    """Return the column of the inputs, then of the shown neurons of each layer; `images` as `_images`."""
    named = zip(model.inputs.labels, images[0], strict=True)
    inputs = [{"key": name, "image": url, "label": f"Input {name}", "text": name} for name, url in named]
    columns: list[dict[str, Any]] = [{"title": "Inputs", "neurons": inputs}]
    for layer, (indices, urls) in enumerate(zip(shown, images[1:], strict=True)):
        width, biases = model.widths[layer + 1], _shares(model.biases[layer][0])
        neurons = [Neuron(layer, index) for index in indices]
        columns.append(
            {
                "title": "Outputs" if layer == len(model.weights) - 1 else f"Layer {layer + 1}",
                "note": f"{len(indices)} of {width}" if len(indices) < width else "",
                "neurons": [
                    _neuron(model, neuron, dead)
                    | {"image": url, "bias": biases[neuron.index], "chosen": neuron == chosen}
                    for neuron, url in zip(neurons, urls, strict=True)
                ],
            }
        )
    return columns


def _neuron(model: Model, neuron: Neuron, dead: Dead | None) -> dict[str, Any]:
    """Return what of a neuron does not depend on the part of the plane that is shown."""
    is_output = neuron.is_output(model)
    is_dead = dead is not None and not is_output and neuron.index in dead[neuron.layer]
    name = neuron.name(model)
    return {
        "key": f"{neuron.layer}.{neuron.index}",
        "layer": neuron.layer,
        "index": neuron.index,
        "label": f"{name[0].upper()}{name[1:]}{', dead' if is_dead else ''}",
        "text": _output_name(model, neuron.index) if is_output else "",
        "color": PALETTE[neuron.index].color if is_output else "",
        "dead": is_dead,
    }


def _output_name(model: Model, label: int) -> str:
    """Return a name short enough to stand beside an output."""
    if not model.classes:
        return f"p{label}"
    name = model.classes[label]
    return name if len(name) <= MAX_OUTPUT_NAME else f"{name[: MAX_OUTPUT_NAME - 1]}…"


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
    hidden = sum(model.widths[1:-1])
    return f"Dead neurons, crossed out, output 0 for every training point: {count} of {hidden}."


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
