"""Layers that a map may show besides regions and curves: samples, mistakes on held-out points, crossings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.models import model_in_use
from pages.plane.crossings_table import meetings_of
from pages.plane.plane import Probabilities
from pages.plane.scene import Scene, scene_of
from pages.state import session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.view import MapLayer
from polycore import Experiment, Model, Referee
from polycore.arrays import Floats, Integers, evenly, read_only
from polycore.figures import (
    alternative_text,
    crossings_layer,
    mistakes_layer,
    point_layer,
    samples_layer,
    with_layers,
)
from polycore.figures.plane import LAYER_MARKERS, Layer
from polycore.formatting import counted
from polycore.referee.bayes_classifier import probabilities_anywhere

PREFIX = "map_layers"
LABEL = "On the map"
MISTAKES_MARK = "Crosses"  # with which their caption begins
ALL: tuple[MapLayer, ...] = ("Samples", "Mistakes", "Crossings")
HELP = (
    "Samples: points of the training set. Mistakes: held-out points, never used in training, that get a "
    "wrong answer. Crossings: points where curves meet; there no method can tell them apart."
)

Point = tuple[float, float]
CaptionedLayer = tuple[Layer, str]


@dataclass(frozen=True, eq=False)
class Mistakes:
    """The held-out points (M, 2) with a wrong answer, out of `asked`, with their labels and answers (M,)."""

    points: Floats
    labels: Integers
    answers: Integers
    asked: int


def draw_for_run() -> None:
    """Draw the choice of layers for the map of a run."""
    shown = Input(f"{PREFIX}.run", lambda: list(session.current().view.map_layers), _choose_for_run)
    shown.choose(st.pills, LABEL, ALL, selection_mode="multi", label_visibility="collapsed")


def draw_for_model(kept: Kept) -> None:
    """Draw the choice of layers for the map of a model; without known data there are no points to show."""
    offered = _offered(kept)

    def chosen() -> list[MapLayer]:
        return [layer for layer in session.current().view.predict_layers if layer in offered]

    shown = Input(f"{PREFIX}.predict", chosen, _choose_for_model)
    shown.choose(st.pills, LABEL, offered, selection_mode="multi", help=HELP)


def over_model(figure: go.Figure, kept: Kept, point: Point | None) -> go.Figure:
    """Return the map of a model with the chosen layers; see `over`."""
    layers, experiment = session.current().view.predict_layers, model_in_use.known_experiment(kept)
    if experiment is not None:
        mistakes = mistakes_of_model(kept.model, experiment) if "Mistakes" in layers else None
        return over(figure, layers, experiment, mistakes, point)
    scene = model_in_use.scene_of_kept(kept)
    crossings = [_crossings(scene)] if scene is not None and "Crossings" in layers else []
    return _with_layers(figure, crossings, point)


def over(
    figure: go.Figure,
    layers: Sequence[MapLayer],
    experiment: Experiment,
    mistakes: Mistakes | None,
    point: Point | None,
) -> go.Figure:
    """Return a map with `layers` on it, and with a marker at `point`. `caption` returns their caption.

    mistakes: given if they are among the layers.
    Without layers and point it is `figure` itself.
    """
    return _with_layers(figure, _drawn(layers, experiment, mistakes), point)


def described(
    alt: str,
    layers: Sequence[MapLayer],
    experiment: Experiment,
    mistakes: Mistakes | None,
    point: Point | None,
) -> str:
    """Return the alternative text of a map with these on it, given that of the map without; see `over`."""
    clauses = [layer.clause for layer in _with_point(_drawn(layers, experiment, mistakes), point)]
    return alternative_text.extended(alt, "; ".join(clauses)) if clauses else alt


def with_point(figure: go.Figure, point: Point | None) -> go.Figure:
    """Return a map with a marker at `point` and no layers; without a point it is `figure` itself."""
    return _with_layers(figure, [], point)


def caption(figure: go.Figure) -> str:
    """Return the caption of the layers on a map; "" if there are none."""
    return " ".join(captions(figure))


def captions(figure: go.Figure) -> tuple[str, ...]:
    """Return the caption of each layer on a map."""
    return tuple(figure.layout.meta.get("captions", ()))


@lru_cache(maxsize=16)
def mistakes_of_model(model: Model, experiment: Experiment) -> Mistakes:
    """Return a model's mistakes on the held-out points of `experiment`. The cache compares by identity."""
    return _mistakes(model.predict_proba, experiment)


@lru_cache(maxsize=16)
def mistakes_of_referee(referee: Referee, experiment: Experiment) -> Mistakes:
    """Return the referee's own mistakes: no other method can be expected to make fewer."""
    return _mistakes(partial(probabilities_anywhere, referee), experiment)


def mistakes_among(answers: Integers, experiment: Experiment) -> Mistakes:
    """Return the mistakes among the answers (N,) at the held-out points of `experiment`."""
    points, labels = experiment.held_out_set()
    wrong = answers != labels
    return read_only(Mistakes(points[wrong], labels[wrong], answers[wrong], len(points)))


def _mistakes(probabilities_of: Probabilities, experiment: Experiment) -> Mistakes:
    points, _ = experiment.held_out_set()
    return mistakes_among(probabilities_of(points).argmax(axis=1), experiment)


def _with_layers(figure: go.Figure, drawn: Sequence[CaptionedLayer], point: Point | None) -> go.Figure:
    layers = _with_point(drawn, point)
    if not layers:
        return figure
    layered = with_layers(figure, layers)  # all at once: copying a figure is expensive
    return layered.update_layout(meta=layered.layout.meta | {"captions": [caption for _, caption in drawn]})


def _with_point(drawn: Sequence[CaptionedLayer], point: Point | None) -> list[Layer]:
    return [layer for layer, _ in drawn] + ([] if point is None else [point_layer(*point)])


def _drawn(
    layers: Sequence[MapLayer], experiment: Experiment, mistakes: Mistakes | None
) -> list[CaptionedLayer]:
    drawn = [_samples(experiment)] if "Samples" in layers else []
    if mistakes is not None:
        crosses = mistakes_layer(mistakes.points, mistakes.labels, mistakes.answers, experiment.shown_classes)
        drawn.append((crosses, mistakes_caption(mistakes)))
    if "Crossings" in layers:
        drawn.append(_crossings(scene_of(experiment)))
    return drawn


@lru_cache(maxsize=16)
def _samples(experiment: Experiment) -> CaptionedLayer:
    """Return points of the training set, evenly spaced from first to last: it may have a million."""
    points, labels = experiment.training_set()
    shown = evenly(len(points), LAYER_MARKERS)
    layer = samples_layer(points[shown], labels[shown], experiment.shown_classes)
    return layer, f"{_share_shown(len(shown), len(points))} of the training set are shown."


@lru_cache(maxsize=16)
def _crossings(scene: Scene) -> CaptionedLayer:
    meetings = meetings_of(scene)
    points = np.array([(meeting.x, meeting.y) for meeting in meetings]).reshape(-1, 2)
    return crossings_layer(points, [meeting.name for meeting in meetings]), _crossings_caption(len(meetings))


def curves_caption(experiment: Experiment) -> str:
    """Return what the lines on a map of an experiment's classes are; "" if there are none."""
    if experiment.data is None:
        return "The lines are the true curves."
    return "The lines are the polynomials that fit the points best." if scene_of(experiment).curves else ""


def mistakes_caption(mistakes: Mistakes) -> str:
    """Return the caption of the layer of mistakes."""
    wrong = len(mistakes.points)
    share = f"{wrong:,} of {mistakes.asked:,} held-out points answered wrongly"
    return f"{MISTAKES_MARK}: {share}{_share_marked(wrong)}."


def _crossings_caption(count: int) -> str:
    if not count:
        return "Diamonds: none, since no curves meet here."
    return f"Diamonds: {counted(count, 'point')} where curves meet{_share_marked(count)}; click one."


def _share_marked(count: int) -> str:
    return "" if count <= LAYER_MARKERS else f", {LAYER_MARKERS} of them marked"


def _share_shown(shown: int, count: int) -> str:
    return f"All {count:,} points" if shown == count else f"{shown:,} of the {count:,} points"


def _offered(kept: Kept) -> tuple[MapLayer, ...]:
    experiment, scene = model_in_use.known_experiment(kept), model_in_use.scene_of_kept(kept)
    points: tuple[MapLayer, ...] = () if experiment is None else ("Samples", "Mistakes")
    return (*points, "Crossings") if scene is not None and scene.curves else points


def _choose_for_run(layers: list[MapLayer]) -> None:
    session.set_view(replace(session.current().view, map_layers=_in_order(layers)))


def _choose_for_model(layers: list[MapLayer]) -> None:
    session.set_view(replace(session.current().view, predict_layers=_in_order(layers)))


def _in_order(layers: list[MapLayer]) -> tuple[MapLayer, ...]:
    return tuple(layer for layer in ALL if layer in layers)
