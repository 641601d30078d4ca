"""A step as a picture: one neuron large, what comes in and where it leads, and the map before and after."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pages.channel import component
from pages.inside.step_caption import TIMES, caption, flow, headings
from pages.inside.step_numbers import (
    Numbers,
    Side,
    from_to,
    inputs_of,
    numbers_of,
    short_text,
    signed,
    weights_of,
)
from pages.inside.step_scenes import neuron_name
from pages.plane.scene import scene_of, shortened
from pages.state.view import StepScene
from pages.wording.words import capitalized
from polycore import PolycoreError
from polycore.arrays import Floats, grid_points
from polycore.figures import NEGATIVE_COLOR, POSITIVE_COLOR, class_url, values_url
from polycore.formatting import loss_text, number_text
from polycore.inspection.parameter_index import ParameterIndex
from polycore.inspection.step_detail import StepDetail
from polycore.network.activations import ACTIVATIONS
from polycore.network.plain import dense, softmax
from polycore.pictures.palette import PALETTE
from polycore.pictures.png import data_url
from polycore.polynomials.classes import written

KEY = "inside.learning.picture"
COLUMNS, ROWS = 24, 18  # of the small map of a neuron
LARGE = 3  # times as many of the large one
MOST = 8  # neurons on either side
CURVE_POINTS = 100
MAX_NAME = 12  # characters below an output, or beside the title of a map
UNKNOWN = "?"  # for a number that the user is to compute

_component = component.Component("polycore_step", (Path(__file__).with_suffix(".js"),))


def picture_of(detail: StepDetail, scene: StepScene) -> dict[str, Any]:
    """Return the picture of a scene around the neuron of the chosen weight."""
    numbers = numbers_of(detail, scene)
    layer, last, widths = detail.weight.index.layer, len(detail.step.changes) - 1, detail.experiment.widths
    after = last if scene == "Loss" else layer + 1
    left, right = _left(detail, scene, numbers), _right(detail, scene, numbers, after)
    return {
        "alt": _alt(detail, scene, numbers),
        "scene": scene,
        "colors": [POSITIVE_COLOR, NEGATIVE_COLOR] if scene == "Back" else [NEGATIVE_COLOR, POSITIVE_COLOR],
        "left": left,
        "center": _center(detail, numbers),
        "right": right,
        # the most neurons on the right in any scene: the picture has one height in all of them
        "rows": 0 if layer == last else min(MOST, max(widths[layer + 2], widths[-1])),
        "titles": headings(detail, scene, after),
        "caption": caption(detail, scene, after, (len(left), len(right))),
        "maps": _maps(detail),
        "plane": _plane(detail),
    }


def without_numbers(
    detail: StepDetail, scene: StepScene, center: ParameterIndex, unknown: str = ""
) -> dict[str, Any]:
    """Return the picture of a scene around the neuron of any weight, with `unknown` for its numbers.

    If that says that they are to be computed, the lines are thin: their widths would say how large they are.
    """
    picture = picture_of(replace(detail, weight=replace(detail.weight, index=center)), scene)

    def without(one: dict[str, Any], text: str) -> dict[str, Any]:
        name, line = one["label"].rpartition(":")[0], 0 if unknown else one["line"]
        label = f"{name}: {unknown}" if unknown else name
        return {**one, "line": line, "own": "", "factor": "", "text": text, "label": label}

    return {
        **picture,
        "left": [without(one, "") for one in picture["left"]],
        "right": [without(one, unknown) for one in picture["right"]],
        "center": {**picture["center"], "text": unknown},
        "caption": [],
        "alt": f"Scene {scene}, without its numbers. The large one is {picture['center']['name']}.",
    }


def draw(picture: dict[str, Any], choose: Callable[[Any], None]) -> None:
    """Draw the picture; `choose` is called with what a click has chosen, which a browser has sent."""
    _component.draw(
        key=KEY,
        data=json.dumps(picture).encode(),
        on_choose_change=lambda: choose(component.sent(KEY, "choose")),
    )


def weight_in(sent: Any) -> ParameterIndex | None:
    """Return the weight that a browser names; None if it names none, for it may send anything."""
    try:
        layer, neuron, source = sent["weight"]
        return ParameterIndex(int(layer), int(neuron), None if source is None else int(source))
    except (KeyError, OverflowError, TypeError, ValueError):
        return None


def point_in(sent: Any) -> int | None:
    """Return the index of the point that a browser names; None if it names none."""
    try:
        return int(sent["point"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None


# --- its parts --------------------------------------------------------------------------------


def _left(detail: StepDetail, scene: StepScene, numbers: Numbers) -> list[dict[str, Any]]:
    """Return what comes in: the inputs or neurons that add most to the sum, and the chosen one."""
    index, side = detail.weight.index, numbers.left
    images = _images(detail)[index.layer]
    width = _shares(numbers)
    parts = []
    for source in _strongest(index.source, np.abs(inputs_of(detail) * weights_of(detail))):
        is_chosen = source == index.source
        name = detail.point.input_labels[source] if index.layer == 0 else f"neuron {source}"
        written_out = _written_out(side, source, scene)
        if scene == "Change" and is_chosen:
            written_out["text"] = from_to(float(weights_of(detail)[source]), float(side.numbers[source]))
        elif scene in ("Forward", "Loss") and index.layer == 0 and detail.experiment.standardize:
            where = "own" if scene == "Forward" else "text"
            written_out[where] = f"{short_text(detail.raw_inputs[source])} → {written_out[where]}"
        parts.append(
            {
                "key": f"{index.layer - 1}.{source}",
                "name": name,
                **written_out,
                "line": width(side.lines[source]),
                "image": images[source],
                "chosen": is_chosen,
                "label": _label(detail, replace(index, source=source), written_out),
                "weight": _toward(detail, source) if is_chosen else [index.layer, index.neuron, source],
            }
        )
    return parts


def _written_out(side: Side, at: int, scene: StepScene) -> dict[str, str]:
    """Return the calculation beside a line: the number of its neuron, the factor, and what comes of it."""
    return {
        "own": "" if side.own is None else short_text(side.own[at]),
        "factor": "" if side.factors is None else f"{TIMES} {short_text(side.factors[at])} = ",
        "text": (signed if scene == "Change" else short_text)(side.numbers[at]),
    }


def _label(detail: StepDetail, index: ParameterIndex, written_out: dict[str, str]) -> str:
    """Return the name of a weight, with the calculation beside its line."""
    classes, layers = detail.experiment.shown_classes, len(detail.step.changes)
    calculation = " ".join(filter(None, written_out.values()))
    return f"{capitalized(index.in_words(detail.point.input_labels, layers, classes))}: {calculation}"


def _toward(detail: StepDetail, source: int) -> list[int | None]:
    """Return the weight that a second press on a chosen neuron chooses: one that leads to that neuron."""
    index, point = detail.weight.index, detail.point
    if index.layer == 0:
        return [index.layer, index.neuron, source]
    before = index.layer - 1
    products = np.abs(point.layers[before].inputs * point.parameters[before][0][:, source])
    return [before, source, int(products.argmax())]


def _right(detail: StepDetail, scene: StepScene, numbers: Numbers, layer: int) -> list[dict[str, Any]]:
    """Return what is on the right: of `layer`, the neurons that pass back most, or outputs."""
    index, last, side = detail.weight.index, len(detail.step.changes) - 1, numbers.right
    if side is None:
        return []
    is_adjacent = layer == index.layer + 1
    # the same neurons in all scenes, those of the terms of the way back; of equals, such as neurons that are
    # off, the ones with the largest weights
    strengths = [side.numbers]
    if is_adjacent:
        weights = detail.point.parameters[layer][0][index.neuron]
        strengths = [np.abs(weights * detail.point.layers[layer].slopes), np.abs(weights)]
    images = _images(detail)[layer + 1]
    width = _shares(numbers)
    also = detail.point.label if layer == last else None
    parts = []
    for target in _strongest(also, *strengths):
        is_output = layer == last
        name = written(detail.experiment.shown_classes[target]) if is_output else f"neuron {target}"
        written_out = _written_out(side, target, scene)
        to = ParameterIndex(layer, target, index.neuron if is_adjacent else 0)
        parts.append(
            {
                "key": f"{layer}.{target}",
                "name": _cut(shortened(name)),
                **written_out,
                "line": width(side.lines[target]),
                "image": images[target],
                "color": PALETTE[target].color if is_output else "",
                "true": is_output and target == detail.point.label,
                "label": _label(detail, to, written_out)
                if is_adjacent and scene != "Loss"
                else f"Output {name}: {written_out['text']}",
                "weight": [to.layer, to.neuron, to.source],
            }
        )
    return parts


def _alt(detail: StepDetail, scene: StepScene, numbers: Numbers) -> str:
    said = " ".join(flow(detail, scene))
    return f"Scene {scene}. {said} The large one is {neuron_name(detail)}: {numbers.center}."


def _center(detail: StepDetail, numbers: Numbers) -> dict[str, Any]:
    index, name = detail.weight.index, neuron_name(detail)
    return {
        "key": f"{index.layer}.{index.neuron}",
        "name": shortened(name),
        "text": numbers.center,
        "image": _large_image(detail),
        "chosen": index.source is None,
        "label": f"Bias of {name}",
        "weight": [index.layer, index.neuron, None],
    }


def _strongest(also: int | None, *strengths: Floats) -> list[int]:
    """Return the MOST indices with the largest strengths, of equals by the next ones, and `also`."""
    order = np.lexsort([-one for one in reversed(strengths)]).tolist()
    if also is not None:
        order = [also, *(one for one in order if one != also)]
    return sorted(order[:MOST])


def _shares(numbers: Numbers) -> Callable[[float], float]:
    """Return a function that returns what a line carries as a share of the most that one does, in size."""
    sides = (side for side in (numbers.left, numbers.right) if side is not None)
    largest = max(float(np.abs(side.lines).max(initial=0)) for side in sides) or 1.0
    return lambda number: round(float(number) / largest, 4)


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


# --- maps of neurons --------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _images(detail: StepDetail) -> tuple[tuple[str, ...], ...]:
    """Return the small maps of the inputs, and of the neurons of each layer, as image addresses."""
    *hidden, logits = _values(detail, COLUMNS, ROWS)
    inputs = hidden[0]
    maps = [[values_url(_grid(one, ROWS)) for one in (inputs - inputs.mean(axis=0)).T]]
    maps += [[values_url(_grid(one, ROWS)) for one in values.T] for values in hidden[1:]]
    maps.append([class_url(label, _grid(one, ROWS)) for label, one in enumerate(softmax(logits).T)])
    return tuple(map(tuple, maps))


@lru_cache(maxsize=8)
def _large_image(detail: StepDetail) -> str:
    """Return the map of the neuron of the chosen weight."""
    index, rows = detail.weight.index, LARGE * ROWS
    values = list(_values(detail, LARGE * COLUMNS, rows))[index.layer + 1]
    if index.layer == len(detail.step.changes) - 1:
        return class_url(index.neuron, _grid(softmax(values)[:, index.neuron], rows))
    return values_url(_grid(values[:, index.neuron], rows))


def _values(detail: StepDetail, columns: int, rows: int) -> Iterator[Floats]:
    """Yield the inputs at a grid of points, then each layer's values before the activation."""
    (left, right), (low, high) = detail.experiment.window
    points = grid_points(np.linspace(left, right, columns), np.linspace(low, high, rows))
    activation, values = ACTIVATIONS[detail.experiment.activation], detail.experiment.inputs.of(points)
    yield values
    for weights, biases in detail.layers:
        sums = dense(values, weights, biases)
        yield sums
        values = activation.value(sums)


def _grid(values: Floats, rows: int) -> Floats:
    return values.reshape(rows, -1)


# --- maps of the plane ------------------------------------------------------------------------


def _maps(detail: StepDetail) -> list[dict[str, str]]:
    before, after = map(data_url, detail.maps)
    loss, classes = detail.step.training_loss, detail.experiment.shown_classes
    name = shortened(written(classes[detail.point.label]))
    gains = float(np.abs(detail.gains).max())
    return [
        {
            "title": "Before",
            "note": f"training loss {loss_text(loss.before)}",
            "image": before,
            "alt": "Map of the most likely class before the step. Press a dot to look at that point.",
        },
        {
            "title": "After",
            "note": f"training loss {loss_text(loss.after)}",
            "image": after,
            "alt": "Map of the most likely class after the step",
        },
        {
            "title": "What changes",
            "note": f"blue: {_cut(name)} gains" if gains else "nothing",
            "image": values_url(detail.gains) if gains else "",
            "alt": f"What the step adds to the probability of {name}: at most {number_text(gains, 2)}",
        },
    ]


def _plane(detail: StepDetail) -> dict[str, Any]:
    """Return what lies on the maps: curves and points, their coordinates as shares from the top left."""
    (left, right), (low, high) = detail.experiment.window

    def placed(points: Floats) -> list[list[float]]:
        across, down = (points[:, 0] - left) / (right - left), (high - points[:, 1]) / (high - low)
        rounded: list[list[float]] = np.round(np.clip(np.stack([across, down], axis=1), -1, 2), 4).tolist()
        return rounded

    curves, scene = [], scene_of(detail.experiment)
    for label, curve in enumerate(scene.curves):
        x = np.linspace(*scene.span(label), CURVE_POINTS)
        try:
            y = np.asarray(curve(x), dtype=np.float64)
        except PolycoreError:
            continue
        curves.append({"color": PALETTE[label].color, "path": placed(np.stack([x, y], axis=1))})
    dots = zip(placed(detail.dot_points), detail.dot_labels.tolist(), detail.dots.tolist(), strict=True)
    [chosen] = placed(detail.point.point[np.newaxis])
    return {
        "curves": curves,
        "dots": [[x, y, PALETTE[label].color, index] for (x, y), label, index in dots],
        "chosen": chosen,
    }
