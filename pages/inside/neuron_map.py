"""The plane on the Inside page: one neuron's values with its fold line, the answer, or all folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.inside import traced_point
from pages.inside.neuron_choice import Neuron
from pages.plane import live, plane
from pages.plane.live import Bound
from pages.plane.scene import Scene
from pages.server.audience import ModelNow
from pages.state.inputs import Input
from pages.wording.percent import percent
from polycore import Model
from polycore.arrays import Floats, grid_points, read_only
from polycore.figures import alternative_text, class_url, values_url
from polycore.figures.images import FOLD_NAME, with_fold_lines, with_regions
from polycore.figures.plane import with_point
from polycore.figures.style import Figure, with_layout
from polycore.formatting import counted, number_text
from polycore.inspection.fold_lines import straight_fold, zero_lines
from polycore.model.neurons import values_by_layer
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.polynomials.notation import MINUS_SIGN
from polycore.polynomials.window import Window

KEY = "inside.map"
NEURON, ANSWER, FOLDS = "This neuron", "The answer", "All folds"
HELP = (
    "This neuron: its value before the activation. The answer: the most likely class at each point. All "
    "folds: the answer with a line for each neuron of the first hidden layer, along which it bends the plane."
)
COLUMNS, ROWS = 80, 60  # grid of a neuron's map
# grid and number of a first layer's fold lines if they are curves: with more, a frame would have megabytes
FEW_COLUMNS, FEW_ROWS, MOST_CURVES = 32, 24, 32
HEIGHT = 460  # pixels, and 10 for each class in the legend
CHOSEN_WIDTH, FOLD_WIDTH = 2.5, 1.2
NO_WINDOW = "There is no map: the file does not say where the points of its classes lie."
NO_CURVES = "There is no map: it is not known which polynomials the classes stand for."


@dataclass(frozen=True, eq=False)
class Plane:
    """A view of the plane, without the point, and its caption."""

    figure: Figure
    caption: str

    @property
    def values(self) -> dict[str, Any]:
        """What changes while the network learns."""
        figure = self.figure
        folds = [figure["data"][index] for index in self._folds]
        return {
            "source": figure["layout"]["images"][0]["source"],
            "alt": figure["layout"]["meta"]["alt"],
            "caption": self.caption,
            "folds": [{"x": _numbers(fold["x"]), "y": _numbers(fold["y"])} for fold in folds],
        }

    @property
    def bindings(self) -> list[tuple[str, str]]:
        """Where the figure shows these `values`, which frames have as "plane"."""
        bindings = [("layout.images.0.source", "plane.source"), ("layout.meta.alt", "plane.alt")]
        for row, index in enumerate(self._folds):
            bindings += [(f"data.{index}.{axis}", f"plane.folds.{row}.{axis}") for axis in "xy"]
        return bindings

    @property
    def _folds(self) -> list[int]:
        return [index for index, trace in enumerate(self.figure["data"]) if trace.get("name") == FOLD_NAME]


def _numbers(coordinates: Floats) -> list[float | None]:
    return [None if np.isnan(number) else float(f"{number:.6g}") for number in coordinates.tolist()]


def plane_of(model: Model, scene: Scene, neuron: Neuron, view: str) -> Plane:
    """Return the plane of a model in one of the three views: NEURON, ANSWER or FOLDS."""
    window = scene.window
    if view == ANSWER:
        answer = plane.model_map(model, scene)
        return Plane(
            answer, "Each point has the color of the most likely class; the stronger, the more certain."
        )
    if view == FOLDS:
        return _with_all_folds(plane.model_map(model, scene), model, window, neuron)
    curves = plane.map_without_regions(scene)
    view_of = _output if neuron.is_output(model) else _hidden
    return view_of(curves, model, window, neuron)


def without(model: Model) -> str:
    """Return why there is no map of `model`."""
    if model.polynomials:
        return plane.TOO_LARGE
    return NO_WINDOW if model.classes else NO_CURVES


def draw_choice() -> str:
    """Draw the choice of the view, and return the view."""
    view = Input("inside.view", lambda: NEURON)
    return view.choose(
        st.segmented_control, "The plane shows", (NEURON, ANSWER, FOLDS), required=True, help=HELP
    )


def draw(
    shown: Plane,
    title: str,
    scene: Scene,
    point: tuple[float, float],
    followed: Followed | None,
    model_now: ModelNow,
) -> None:
    """Draw the plane with the point, which a click moves.

    title: of the model; other models have other windows.
    followed: the frames that have its `values` from then on; None if the model stands still.
    model_now: see `live.figure`.
    """
    (left, right), (low, high) = scene.window
    is_seen = left <= point[0] <= right and low <= point[1] <= high
    figure = with_point(shown.figure, *point) if is_seen else shown.figure
    live.figure(
        with_layout(figure, uirevision=title),
        key=KEY,
        height=HEIGHT + 10 * len(scene.classes),
        on_click=traced_point.choose_on_map,
        bound=None if followed is None else Bound(followed, shown.bindings),
        model_now=model_now,
    )


def draw_caption(text: str, followed: Followed | None) -> None:
    """Draw the caption of a plane."""
    caption = live_text.value("plane.caption", text)
    html = f'<p class="caption">{caption} Click the plane to move the point.</p>'
    live_text.draw(html, f"{KEY}.caption", followed)


def _with_all_folds(answer: Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    if len(model.weights) == 1:
        return Plane(answer, "There is no hidden layer, so nothing folds the plane.")
    folds = _folds_of_first_layer(model, window)
    crossing = sum(1 for segments in folds if len(segments))
    lines = counted(len(folds), "fold line", "fold lines")
    cross = "crosses" if crossing == 1 else "cross"
    count = f"{crossing} of {lines} of the first hidden layer {cross} this part of the plane"
    answer = _with_lines(answer, list(np.concatenate(folds)), count, FOLD_WIDTH)
    if neuron.layer == 0:
        clause = f"neuron {neuron.index} has the thicker one"
        answer = _with_lines(answer, list(_folds(model, window, neuron)), clause, CHOSEN_WIDTH)
    few = f" Of the {model.widths[1]} neurons, the first {len(folds)} are drawn."
    excerpt = few if len(folds) < model.widths[1] else ""
    return Plane(answer, f"{count}. {_about_folds(model)}{excerpt}")


def _about_folds(model: Model) -> str:
    activation = ACTIVATIONS[model.activation]
    if activation.folds and not model.inputs.is_plain:
        return (
            f"Along each of them one neuron begins to contribute ({activation.label}). They are curves, "
            f"since the first layer gets {', '.join(model.inputs.labels)}."
        )
    if activation.folds:
        return (
            f"Along each of them one neuron begins to contribute ({activation.label}). Between them the "
            "first layer is linear: every bend of a border comes from such a line, or from one of a later "
            "layer."
        )
    return (
        f"Along each of them the value of one neuron is 0. {activation.label} has no kink there: borders are "
        "smooth curves."
    )


def _with_lines(figure: Figure, lines: Sequence[Floats], clause: str, width: float) -> Figure:
    """Return the map with fold lines; without any it still has their traces, for frames to fill."""
    drawn = with_fold_lines(figure, lines, clause, width)
    return drawn if len(lines) else with_layout(drawn, meta=figure["layout"]["meta"])


def _hidden(curves: Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    x, y, values = _values(model, window, neuron)
    name = neuron.name(model)
    figure = with_regions(curves, values_url(values), alternative_text.neuron(name, x, y, values))
    lines = _folds(model, window, neuron)
    figure = _with_lines(figure, list(lines), "its fold line is drawn", CHOSEN_WIDTH)
    return Plane(figure, _fold_caption(model, neuron, percent((values > 0).mean()), folds=len(lines)))


def _fold_caption(model: Model, neuron: Neuron, above: str, folds: int) -> str:
    activation = ACTIVATIONS[model.activation]
    line = "fold line" if activation.folds else "zero line"
    passed = f"Blue, {above} of the plane: its value is above 0 and passes ReLU. Orange: ReLU returns 0."
    if activation is not RELU:
        passed = f"Blue, {above} of the plane: its sum, before {activation.label}, is above 0. Orange: below."
    if not folds:
        return f"{passed} Its {line} does not cross this part of the plane."
    # named by the two colors that it separates: its own color depends on the theme
    meeting = f"{passed} They meet along its {line}"
    if neuron.layer and not activation.folds:
        return f"{meeting}, a curve."
    if neuron.layer:
        return f"{meeting}, which bends where it crosses the lines of earlier layers."
    if not model.inputs.is_plain:
        return f"{meeting}, where a sum of {', '.join(model.inputs.labels)} is 0."
    (a, b), c = model.weights[0][:, neuron.index], model.biases[0][0, neuron.index]
    return f"{meeting}: {number_text(a)}x {_signed(b)}y {_signed(c)} = 0."


def _signed(value: float) -> str:
    return f"{MINUS_SIGN if value < 0 else '+'} {number_text(abs(value))}"


def _output(curves: Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    probabilities = _probabilities(model, window)[..., neuron.index]
    mean = percent(float(probabilities.mean()))
    name = f"p{neuron.index}" if model.polynomials else model.class_names[neuron.index]
    alt = f"Map of the probability of {name}: {mean} on average."
    figure = with_regions(curves, class_url(neuron.index, probabilities), alt)
    return Plane(
        figure, f"The stronger the color, the more likely is {name}. An output has no ReLU and no fold."
    )


@lru_cache(maxsize=32)
def _values(model: Model, window: Window, neuron: Neuron) -> tuple[Floats, Floats, Floats]:
    """Return the grid's x and y, and the neuron's values (ny, nx) before the activation."""
    x, y, points = _grid(window)
    for layer, values in enumerate(values_by_layer(model, points)):
        if layer == neuron.layer:
            return read_only((x, y, values[:, neuron.index].reshape(ROWS, COLUMNS)))
    raise AssertionError("the model has no layer of this neuron")


@lru_cache(maxsize=4)
def _probabilities(model: Model, window: Window) -> Floats:
    """Return the probabilities (ny, nx, K) on the grid."""
    *_, points = _grid(window)
    return read_only(model.predict_proba(points).reshape(ROWS, COLUMNS, -1))


def _folds(model: Model, window: Window, neuron: Neuron) -> Floats:
    """Return the segments (S, 2, 2) of the neuron's fold line; in a first layer of x and y it is exact."""
    if neuron.layer or not model.inputs.is_plain:
        return zero_lines(*_values(model, window, neuron))
    return _straight_folds(model, window)[neuron.index]


@lru_cache(maxsize=4)
def _folds_of_first_layer(model: Model, window: Window) -> tuple[Floats, ...]:
    """Return the fold lines of the first layer's neurons; if they are curves, of the first MOST_CURVES."""
    if model.inputs.is_plain:
        return _straight_folds(model, window)
    x, y = np.linspace(*window[0], FEW_COLUMNS), np.linspace(*window[1], FEW_ROWS)
    values = next(values_by_layer(model, grid_points(x, y)))[:, :MOST_CURVES]
    of_neurons = values.T.reshape(-1, FEW_ROWS, FEW_COLUMNS)
    return read_only(tuple(zero_lines(x, y, of_neuron) for of_neuron in of_neurons))


@lru_cache(maxsize=4)
def _straight_folds(model: Model, window: Window) -> tuple[Floats, ...]:
    parts = zip(model.weights[0].T, model.biases[0][0], strict=True)
    lines = [straight_fold(weights, bias, window) for weights, bias in parts]
    return read_only(tuple(np.empty((0, 2, 2)) if line is None else line[np.newaxis] for line in lines))


def _grid(window: Window) -> tuple[Floats, Floats, Floats]:
    x, y = np.linspace(*window[0], COLUMNS), np.linspace(*window[1], ROWS)
    return x, y, grid_points(x, y)
