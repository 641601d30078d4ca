"""Maps of the plane: the most likely class at each point, by a model or the referee, and the curves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.plane.scene import Scene
from pages.wording.percent import percent
from polycore import Experiment, Model, Polynomial, Referee, Run
from polycore.arrays import Floats, evenly, grid_points, read_only
from polycore.figures import alternative_text, regions_url
from polycore.figures.compare import SMALL_MAP_SIZE, svg_curves
from polycore.figures.plane import curves_figure, map_figure, samples_figure, showing_all
from polycore.figures.style import MAX_MARKERS, ZERO_LINE, Figure, with_axes, with_layout
from polycore.limits import MAX_COEFFICIENT
from polycore.pictures import painter
from polycore.pictures.class_map import (
    FINE,
    GRIDS,
    PackedMap,
    class_map,
    is_soon_drawn_sharp,
    map_in_words,
    pixel_centers,
    unpacked,
)
from polycore.pictures.palette import class_colors
from polycore.pictures.png import data_url, png_of_scanlines
from polycore.polynomials.window import Window
from polycore.referee.bayes_classifier import probabilities_anywhere

COLUMNS, ROWS = GRIDS[0]
EQUALLY_LIKELY = 1 - 1e-9  # share of the highest probability; a larger difference is more than rounding
OF_REFEREE = "these are the referee's answers"  # in the alternative text of its map
TOO_LARGE = f"There is no map: a coefficient is larger than {MAX_COEFFICIENT:,.0f}."


@lru_cache(maxsize=32)
def network_map(picture: PackedMap, scene: Scene) -> Figure:
    """Return a network's map as frames show it, in the scene of its classes."""
    return _drawn(shown_map(picture, scene), scene)


def small_map(picture: PackedMap, scene: Scene, lane: int) -> str:
    """Return the map of a lane as SVG, for a live text that follows the race."""
    shown, colors = shown_map(picture, scene), json.dumps(class_colors(len(scene.classes)))
    # in percent; the centers of the outer cells lie on the edges
    width, height = (100 / (1 - FINE / count) for count in (picture.columns, picture.rows))
    return (
        f'<svg class="map" role="img" aria-label="{escape(shown.values["map_alt"])}" fill="none" '
        f'viewBox="0 0 {SMALL_MAP_SIZE[0]} {SMALL_MAP_SIZE[1]}" preserveAspectRatio="none">'
        f'<image x="{50 - width / 2}%" y="{50 - height / 2}%" width="{width}%" height="{height}%" '
        f'preserveAspectRatio="none" href="{_url(shown, scene)}" data-lane="{lane}" data-colors="{colors}"/>'
        f"{_lines(scene)}</svg>"
    )


@lru_cache(maxsize=8)
def _lines(scene: Scene) -> str:
    (left, right), (low, high) = scene.window
    width, height = SMALL_MAP_SIZE
    origin = f"M{width * left / (left - right)} 0V{height}M0 {height * high / (high - low)}H{width}"
    curves = svg_curves(scene.curves, scene.window, scene.spans, 2.5)
    return f'<path d="{origin}" stroke="{ZERO_LINE}" stroke-width="1.5"/>{curves}'


def model_map(model: Model, scene: Scene) -> Figure:
    """Return the map of a model that does not learn, in the scene of its classes.

    It is as fine everywhere as at its borders, unless that would take long.
    """
    is_sharp = is_soon_drawn_sharp(model.weights)
    return network_map(pixels_of(model, scene.window, sharp=is_sharp), scene)


def to_learn(experiment: Experiment) -> Figure:
    """Return what there is to learn: the curves of the polynomials, or the user's own points."""
    if experiment.data is None:
        return curves_figure(experiment.polynomials, experiment.x_range)
    points, labels = experiment.training_set()
    shown = evenly(len(points), MAX_MARKERS)
    x_range, y_range = experiment.data.window
    figure = showing_all(
        samples_figure(points[shown], labels[shown], experiment.data.names, experiment.data.axes)
    )
    return with_axes(with_axes(figure, ("xaxis",), range=[*x_range]), ("yaxis",), range=[*y_range])


def can_show(polynomials: Sequence[Polynomial]) -> bool:
    """Return whether a map of these can be drawn: no coefficient is too large."""
    sizes = [abs(number) for polynomial in polynomials for number in polynomial.coefficients]
    return max(sizes, default=0.0) <= MAX_COEFFICIENT


@lru_cache(maxsize=32)
def referee_map(referee: Referee, scene: Scene) -> Figure:
    """Return the map of the referee's decisions."""
    x, y = _grid(scene.window)
    probabilities = probabilities_anywhere(referee, grid_points(x, y)).reshape(ROWS, COLUMNS, -1)
    alt = alternative_text.plane_map(scene.classes, x, y, probabilities)
    meta = {"alt": alternative_text.extended(alt, OF_REFEREE)}
    return _with_regions(scene, {"source": regions_url(probabilities)}, meta)


@lru_cache(maxsize=32)
def difference_map(picture: PackedMap, scene: Scene, referee: Referee) -> Figure:
    """Return the map of the points at which a network and the referee of its classes decide differently.

    `layout.meta["differing"]` is their share of the plane, as text. If several polynomials are equally likely
    for the referee, any of them agrees with it.
    """
    return _drawn(shown_differences(picture, scene, referee), scene)


@dataclass(frozen=True)
class ShownMap:
    """A map as a frame has it: values for its header, and the pixels.

    The value "map" has the number of columns and rows, and the alphas of the `Painting` with these pixels.
    """

    values: Mapping[str, Any]
    pixels: bytes


@lru_cache(maxsize=16)
def shown_map(picture: PackedMap, scene: Scene) -> ShownMap:
    """Return the regions of a network."""
    alt = map_in_words(scene.classes, *scene.window, picture.areas, picture.probability)
    return ShownMap(_header(picture, painter.alphas_of(picture.levels), alt), picture.scanlines)


@lru_cache(maxsize=16)
def shown_differences(picture: PackedMap, scene: Scene, referee: Referee) -> ShownMap:
    """Return where a network differs from the referee, with the share of the plane as "differing".

    Sessions that train the same show the same map: the differences take 5 ms.
    """
    answers = unpacked(picture) // np.uint8(picture.levels + 1)
    decisions = decisions_of(referee, scene.window, picture.columns, picture.rows).for_answers(answers)
    x, y = map(np.array, scene.window)
    alt = alternative_text.differences(
        scene.classes, x, y, answers.astype(np.int64), decisions.astype(np.int64)
    )
    painting = painter.differences(answers, decisions)
    share = percent(float((answers != decisions).mean()))
    return ShownMap(_header(picture, painting.alphas, alt) | {"differing": share}, painting.scanlines())


def _header(picture: PackedMap, alphas: Sequence[int], alt: str) -> dict[str, Any]:
    return {"map": {"columns": picture.columns, "rows": picture.rows, "alphas": alphas}, "map_alt": alt}


@lru_cache(maxsize=32)
def pixels_of(model: Model, window: Window, *, sharp: bool = False) -> PackedMap:
    """Return the map of a model, rendered as workers render the map of a run; see `class_map` for `sharp`.

    The cache compares models by identity, so a model that has not changed is not evaluated again.
    """
    rendered = class_map(
        model.weights, model.biases, window, sharp=sharp, activation=model.activation, inputs=model.inputs
    )
    return rendered.packed()


def pixels_of_run(run: Run, window: Window) -> PackedMap:
    """Return the map of a run's current network, without measuring its loss, which may take long."""
    weights, biases = zip(*run.layers, strict=True)
    experiment = run.experiment
    rendered = class_map(weights, biases, window, activation=experiment.activation, inputs=experiment.inputs)
    return rendered.packed()


@dataclass(frozen=True, eq=False)
class Decisions:
    """The referee's answers on a raster: the most likely class, and which classes are as likely.

    likeliest: (rows, columns). as_likely: (rows, columns), bit k for class k.
    """

    likeliest: NDArray[np.uint8]
    as_likely: NDArray[np.uint32]

    def for_answers(self, answers: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the referee's answers (rows, columns): the network's own if they are as likely as any."""
        agrees = (self.as_likely >> answers) & 1
        return np.where(agrees == 1, answers, self.likeliest)


@lru_cache(maxsize=8)
def decisions_of(referee: Referee, window: Window, columns: int, rows: int) -> Decisions:
    """Return the referee's decisions on the raster of a `ClassMap` of a window, with so many pixels."""
    x, y = pixel_centers(*window[0], columns), pixel_centers(*window[1], rows)
    probabilities = probabilities_anywhere(referee, grid_points(x, y)).reshape(rows, columns, -1)
    highest = probabilities.max(axis=-1, keepdims=True)
    bits = np.uint32(1) << np.arange(probabilities.shape[-1], dtype=np.uint32)
    as_likely = ((probabilities >= EQUALLY_LIKELY * highest) * bits).sum(axis=-1, dtype=np.uint32)
    return read_only(Decisions(probabilities.argmax(axis=-1).astype(np.uint8), as_likely))


def _drawn(shown: ShownMap, scene: Scene) -> Figure:
    """Return the figure that shows in a page what frames show in it afterwards."""
    size = shown.values["map"]
    columns, rows = size["columns"], size["rows"]
    meta = {"alt": shown.values["map_alt"]}
    if "differing" in shown.values:
        meta["differing"] = shown.values["differing"]
    # a large network has fewer cells, and the centers of the outer ones lie on the edges
    (left, right), (low, high) = scene.window
    across, up = columns // FINE, rows // FINE
    width, height = (right - left) / (across - 1), (high - low) / (up - 1)
    place = {"x": left - width / 2, "y": high + height / 2, "sizex": width * across, "sizey": height * up}
    return _with_regions(scene, place | {"source": _url(shown, scene)}, meta)


def _url(shown: ShownMap, scene: Scene) -> str:
    size = shown.values["map"]
    colors = painter.color_table(class_colors(len(scene.classes)), size["alphas"])
    return data_url(png_of_scanlines(size["columns"], size["rows"], shown.pixels, colors))


def _with_regions(scene: Scene, regions: Mapping[str, Any], meta: Mapping[str, str]) -> Figure:
    # the curves cost more than the network: they are drawn once, and only the regions change as it learns
    figure = map_without_regions(scene)
    [image] = figure["layout"]["images"]
    return with_layout(figure, images=[image | regions], meta=meta)


@lru_cache(maxsize=32)
def map_without_regions(scene: Scene) -> Figure:
    """Return the map with the curves alone, for `with_regions` to add regions of another kind."""
    x, y = _grid(scene.window)
    uniform = np.full((ROWS, COLUMNS, len(scene.classes)), 1 / len(scene.classes))
    figure = map_figure(scene.classes, x, y, uniform, scene.curves, scene.spans, scene.axes)
    # half as many bytes on the way, and finer than any screen
    return figure | {
        "data": [curve | {axis: np.float32(curve[axis]) for axis in "xy"} for curve in figure["data"]]
    }


@lru_cache(maxsize=32)
def _grid(window: Window) -> tuple[Floats, Floats]:
    x_range, y_range = window
    return read_only((np.linspace(*x_range, COLUMNS), np.linspace(*y_range, ROWS)))
