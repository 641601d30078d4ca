"""The plane on the Inside page: one neuron's values with its fold line, the answer, or all folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.channel.weights import ModelNow
from pages.inside import followed_point
from pages.inside.neuron_choice import Neuron
from pages.plane import live, plane
from pages.plane.live import Bound
from pages.wording.percent import percent
from polycore import Model
from polycore.arrays import Floats, read_only
from polycore.figures import (
    alternative_text,
    class_url,
    values_url,
    with_fold_lines,
    with_point,
    with_regions,
)
from polycore.figures.inside import FOLD_NAME
from polycore.formatting import counted
from polycore.inspection.fold_lines import Window, straight_fold, zero_lines
from polycore.inspection.neuron_values import values_by_layer
from polycore.limits import MAX_COEFFICIENT
from polycore.polynomials.notation import MINUS_SIGN

KEY, VIEW_KEY = "inside.map", "inside.view"
NEURON, ANSWER, FOLDS = "This neuron", "The answer", "All folds"
HELP = (
    "This neuron: its value before ReLU. The answer: the most likely class at each point. All folds: the "
    "answer with a line for each neuron of the first hidden layer, along which it bends the plane."
)
COLUMNS, ROWS = 80, 60  # grid of a neuron's map
HEIGHT = 460  # pixels, and 10 for each class in the legend
CHOSEN_WIDTH, FOLD_WIDTH = 2.5, 1.2


@dataclass(frozen=True, eq=False)
class Plane:
    """A view of the plane, without the point, and its caption."""

    figure: go.Figure
    caption: str


def draw_choice() -> str:
    """Draw the choice of the view, and return the view."""
    return st.segmented_control(
        "The plane shows",
        [NEURON, ANSWER, FOLDS],
        default=NEURON,
        required=True,
        key=VIEW_KEY,
        persist_state="session",
        help=HELP,
    )


def draw(
    title: str,
    model: Model,
    window: Window,
    neuron: Neuron,
    point: tuple[float, float],
    view: str,
    followed: Followed | None,
    model_now: ModelNow,
) -> None:
    """Draw the plane in that view, with the point; a click moves the point.

    model_now: see `live.figure`.

    followed: the frames that have its `values` from then on as "plane"; None if the model stands still.
    """
    shown = _plane(model, window, neuron, view)
    figure = shown.figure
    (left, right), (low, high) = window
    if left <= point[0] <= right and low <= point[1] <= high:
        figure = with_point(figure, *point)
    figure = go.Figure(figure)
    figure.layout.uirevision = title  # another model's map has another window
    height = HEIGHT + 10 * len(model.polynomials)
    bound = None if followed is None else Bound(followed, _bindings(shown.figure))
    live.figure(
        figure,
        key=KEY,
        height=height,
        on_click=followed_point.choose_on_map,
        bound=bound,
        model_now=model_now,
    )
    caption = live_text.value("plane.caption", shown.caption)
    html = f'<p class="caption">{caption} Click the plane to move the point.</p>'
    live_text.draw(html, f"{KEY}.caption", followed)


def values(model: Model, window: Window, neuron: Neuron, view: str) -> dict[str, Any]:
    """Return what changes on the plane while the network learns."""
    shown = _plane(model, window, neuron, view)
    figure = shown.figure
    folds = [figure.data[index] for index in _folds_of(figure)]
    return {
        "source": figure.layout.images[0].source,
        "alt": figure.layout.meta["alt"],
        "caption": shown.caption,
        "folds": [{"x": _numbers(fold.x), "y": _numbers(fold.y)} for fold in folds],
    }


def _bindings(figure: go.Figure) -> list[tuple[str, str]]:
    bindings = [("layout.images.0.source", "plane.source"), ("layout.meta.alt", "plane.alt")]
    for row, index in enumerate(_folds_of(figure)):
        bindings += [(f"data.{index}.{axis}", f"plane.folds.{row}.{axis}") for axis in "xy"]
    return bindings


def _folds_of(figure: go.Figure) -> list[int]:
    return [index for index, trace in enumerate(figure.data) if trace.name == FOLD_NAME]


def _numbers(coordinates: Floats) -> list[float | None]:
    return [None if np.isnan(number) else float(f"{number:.6g}") for number in coordinates.tolist()]


def without(model: Model) -> str:
    """Return why there is no map of `model`."""
    if model.polynomials:
        return f"There is no map: a coefficient is larger than {MAX_COEFFICIENT:,.0f}."
    return "There is no map: it is not known which polynomials the classes stand for."


def _plane(model: Model, window: Window, neuron: Neuron, view: str) -> Plane:
    if view == ANSWER:
        answer = plane.model_map(model, window[0])
        return Plane(
            answer, "Each point has the color of the most likely class; the stronger, the more certain."
        )
    if view == FOLDS:
        return _with_all_folds(plane.model_map(model, window[0]), model, window, neuron)
    curves = plane.map_without_regions(model.polynomials, window[0])
    view_of = _output if neuron.is_output(model) else _hidden
    return view_of(curves, model, window, neuron)


def _with_all_folds(answer: go.Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    if len(model.weights) == 1:
        return Plane(answer, "There is no hidden layer, so nothing folds the plane.")
    folds = [
        straight_fold(weights, bias, window)
        for weights, bias in zip(model.weights[0].T, model.biases[0][0], strict=True)
    ]
    lines = [line for line in folds if line is not None]
    count = f"{len(lines)} of {_fold_lines(len(lines), len(folds))} this part of the plane"
    answer = _with_lines(answer, lines, count, FOLD_WIDTH)
    if neuron.layer == 0:
        own = folds[neuron.index]
        clause = f"that of neuron {neuron.index} is thicker"
        answer = _with_lines(answer, [] if own is None else [own], clause, CHOSEN_WIDTH)
    return Plane(
        answer,
        f"{count}. Along each of them one neuron begins to contribute (ReLU). Between them the first layer "
        "is linear: every bend of a border comes from such a line, or from one of a later layer.",
    )


def _with_lines(figure: go.Figure, lines: Sequence[Floats], clause: str, width: float) -> go.Figure:
    """Return the map with fold lines; without any it has their traces all the same, for frames to fill."""
    drawn = with_fold_lines(figure, lines, clause, width)
    return drawn if len(lines) else drawn.update_layout(meta=figure.layout.meta)


def _fold_lines(crossing: int, count: int) -> str:
    lines = counted(count, "fold line", "fold lines")
    return f"{lines} of the first hidden layer {'crosses' if crossing == 1 else 'cross'}"


def _hidden(curves: go.Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    x, y, values = _values(model, window, neuron)
    name = neuron.name(model)
    figure = with_regions(curves, values_url(values), alternative_text.neuron(name, x, y, values))
    lines = _folds(model, window, neuron)
    figure = _with_lines(figure, list(lines), "its fold line is drawn", CHOSEN_WIDTH)
    return Plane(figure, _fold_caption(model, neuron, percent((values > 0).mean()), folds=len(lines)))


def _fold_caption(model: Model, neuron: Neuron, above: str, folds: int) -> str:
    passed = f"Blue, {above} of the plane: its value is above 0 and passes ReLU. Orange: ReLU returns 0."
    if not folds:
        return f"{passed} Its fold line does not cross this part of the plane."
    # named by the two colors that it separates: its own color depends on the theme
    meeting = f"{passed} They meet along its fold line"
    if neuron.layer:
        return f"{meeting}, which bends where it crosses those of earlier layers."
    (a, b), c = model.weights[0][:, neuron.index], model.biases[0][0, neuron.index]
    return f"{meeting}: {_decimal(a)}x {_signed(b)}y {_signed(c)} = 0."


def _decimal(value: float) -> str:
    return f"{value:.4g}".replace("-", MINUS_SIGN)


def _signed(value: float) -> str:
    return f"{MINUS_SIGN if value < 0 else '+'} {_decimal(abs(value))}"


def _output(curves: go.Figure, model: Model, window: Window, neuron: Neuron) -> Plane:
    probabilities = _probabilities(model, window)[..., neuron.index]
    mean = percent(probabilities.mean())
    alt = f"Map of the probability of p{neuron.index}: {mean} on average."
    figure = with_regions(curves, class_url(neuron.index, probabilities), alt)
    name = f"p{neuron.index}"
    return Plane(
        figure, f"The stronger the color, the more likely is {name}. An output has no ReLU and no fold."
    )


@lru_cache(maxsize=32)
def _values(model: Model, window: Window, neuron: Neuron) -> tuple[Floats, Floats, Floats]:
    """Return the grid's x and y, and the neuron's values (ny, nx) before ReLU on it."""
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
    """Return the segments (S, 2, 2) of the neuron's fold line; in the first layer it is exact."""
    if neuron.layer:
        return zero_lines(*_values(model, window, neuron))
    line = straight_fold(model.weights[0][:, neuron.index], model.biases[0][0, neuron.index], window)
    return np.empty((0, 2, 2)) if line is None else line[np.newaxis]


def _grid(window: Window) -> tuple[Floats, Floats, Floats]:
    x, y = np.linspace(*window[0], COLUMNS), np.linspace(*window[1], ROWS)
    return x, y, plane.grid_points(x, y)
