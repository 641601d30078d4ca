"""Layers that a map may show besides regions and curves: samples, mistakes on held-out points, crossings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.models import model_in_use
from pages.plane.crossings import meetings_of
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
from polycore.figures.plane import LAYER_MARKERS, DrawnLayer
from polycore.formatting import counted
from polycore.polynomials.classes import Classes
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


@dataclass(frozen=True, eq=False)
class WrongAnswers:
    """The held-out points (M, 2) with a wrong answer, out of `asked`, with their labels and answers (M,)."""

    points: Floats
    labels: Integers
    answers: Integers
    asked: int


@dataclass(frozen=True, eq=False)
class Overlay:
    """What lies on a map: layers with their captions, the first one lowest, and the point asked about."""

    samples: tuple[DrawnLayer, str] | None = None
    mistakes: tuple[DrawnLayer, str] | None = None
    crossings: tuple[DrawnLayer, str] | None = None
    point: Point | None = None

    @classmethod
    def of(
        cls,
        chosen: Sequence[MapLayer],
        experiment: Experiment,
        mistakes: WrongAnswers | None,
        point: Point | None,
    ) -> "Overlay":
        """Return the chosen layers of a map of the experiment's classes; mistakes if they are among them."""
        return cls(
            _samples(experiment) if "Samples" in chosen else None,
            None if mistakes is None else _crosses(mistakes, experiment),
            _diamonds(scene_of(experiment)) if "Crossings" in chosen else None,
            point,
        )

    def on(self, figure: go.Figure) -> go.Figure:
        """Return a map with it and with the `captions` of its layers; `figure` itself if it is empty."""
        layers = self._layers
        if not layers:
            return figure
        layered = with_layers(figure, layers)  # all at once: copying a figure is expensive
        captions = [caption for _, caption in self._captioned]
        return layered.update_layout(meta=layered.layout.meta | {"captions": captions})

    def described(self, alt: str) -> str:
        """Return the alternative text of a map with it; `alt` is the text of the map alone."""
        clauses = [layer.clause for layer in self._layers]
        return alternative_text.extended(alt, "; ".join(clauses)) if clauses else alt

    def values(self) -> dict[str, Any]:
        """Return what changes while a network learns, by its name in frames: the mistakes."""
        if self.mistakes is None:
            return {}
        [crosses], caption = self.mistakes[0].traces, self.mistakes[1]
        texts = {"text": list(crosses.hovertext), "caption": caption}
        return {"mistakes": {"x": crosses.x.tolist(), "y": crosses.y.tolist(), **texts}}

    @property
    def _captioned(self) -> list[tuple[DrawnLayer, str]]:
        return [one for one in (self.samples, self.mistakes, self.crossings) if one is not None]

    @property
    def _layers(self) -> list[DrawnLayer]:
        layers = [layer for layer, _ in self._captioned]
        return layers if self.point is None else [*layers, point_layer(*self.point)]


def of_model(kept: Kept, chosen: Sequence[MapLayer], point: Point | None) -> Overlay:
    """Return what lies on a model's map: of the chosen layers those that are known of its classes."""
    experiment = model_in_use.known_experiment(kept)
    if experiment is not None:
        mistakes = mistakes_of_model(kept.model, experiment) if "Mistakes" in chosen else None
        return Overlay.of(chosen, experiment, mistakes, point)
    scene = model_in_use.scene_of_kept(kept)
    crossings = _diamonds(scene) if scene is not None and "Crossings" in chosen else None
    return Overlay(crossings=crossings, point=point)


def captions(figure: go.Figure) -> tuple[str, ...]:
    """Return the caption of each layer on a map."""
    return tuple(figure.layout.meta.get("captions", ()))


def draw_for_run(classes: Classes) -> None:
    """Draw the choice of layers for the map of a run that learns these classes."""

    def chosen() -> list[MapLayer]:
        return list(session.current().view.map_layers.on_map_of(classes))

    def choose(layers: list[MapLayer]) -> None:
        view = session.current().view
        map_layers = view.map_layers.chosen(_in_order(layers), classes)
        session.update(view=replace(view, map_layers=map_layers))

    shown = Input(f"{PREFIX}.run", chosen, choose)
    shown.choose(st.pills, LABEL, ALL, selection_mode="multi", label_visibility="collapsed")


def draw_for_model(kept: Kept) -> None:
    """Draw the choice of layers for the map of a model; without known data there are no points to show."""
    classes = kept.model.shown_classes
    experiment, scene = model_in_use.known_experiment(kept), model_in_use.scene_of_kept(kept)
    offered: list[MapLayer] = [] if experiment is None else ["Samples", "Mistakes"]
    if scene is not None and scene.curves:
        offered.append("Crossings")

    def chosen() -> list[MapLayer]:
        layers = session.current().view.predict_layers.on_map_of(classes)
        return [layer for layer in layers if layer in offered]

    def choose(layers: list[MapLayer]) -> None:
        view = session.current().view
        # the maps of other models show what this one cannot
        hidden = [layer for layer in view.predict_layers.on_map_of(classes) if layer not in offered]
        predict_layers = view.predict_layers.chosen(_in_order([*layers, *hidden]), classes)
        session.update(view=replace(view, predict_layers=predict_layers))

    shown = Input(f"{PREFIX}.predict", chosen, choose)
    shown.choose(st.pills, LABEL, offered, selection_mode="multi", help=HELP)


def _in_order(layers: list[MapLayer]) -> tuple[MapLayer, ...]:
    return tuple(layer for layer in ALL if layer in layers)


@lru_cache(maxsize=16)
def mistakes_of_model(model: Model, experiment: Experiment) -> WrongAnswers:
    """Return a model's mistakes on the held-out points of `experiment`. The cache compares by identity."""
    points, _ = experiment.held_out_set()
    return mistakes_among(model.predict(points), experiment)


@lru_cache(maxsize=16)
def mistakes_of_referee(referee: Referee, experiment: Experiment) -> WrongAnswers:
    """Return the referee's own mistakes: no other method can be expected to make fewer."""
    points, _ = experiment.held_out_set()
    return mistakes_among(probabilities_anywhere(referee, points).argmax(axis=1), experiment)


def mistakes_among(answers: Integers, experiment: Experiment) -> WrongAnswers:
    """Return the mistakes among the answers (N,) at the held-out points of `experiment`."""
    points, labels = experiment.held_out_set()
    wrong = answers != labels
    return read_only(WrongAnswers(points[wrong], labels[wrong], answers[wrong], len(points)))


def curves_caption(experiment: Experiment) -> str:
    """Return what the lines on a map of an experiment's classes are; "" if there are none."""
    if experiment.data is None:
        return "The lines are the true curves."
    return "The lines are the polynomials that fit the points best." if scene_of(experiment).curves else ""


@lru_cache(maxsize=16)
def _samples(experiment: Experiment) -> tuple[DrawnLayer, str]:
    """Return points of the training set, evenly spaced from first to last: it may have a million."""
    points, labels = experiment.training_set()
    shown = evenly(len(points), LAYER_MARKERS)
    layer = samples_layer(points[shown], labels[shown], experiment.shown_classes)
    some = f"{len(shown):,} of the {len(points):,}" if len(shown) < len(points) else f"All {len(points):,}"
    return layer, f"{some} points of the training set are shown."


def _crosses(mistakes: WrongAnswers, experiment: Experiment) -> tuple[DrawnLayer, str]:
    wrong = len(mistakes.points)
    layer = mistakes_layer(mistakes.points, mistakes.labels, mistakes.answers, experiment.shown_classes)
    share = f"{wrong:,} of {mistakes.asked:,} held-out points answered wrongly"
    return layer, f"{MISTAKES_MARK}: {share}{_share_marked(wrong)}."


@lru_cache(maxsize=16)
def _diamonds(scene: Scene) -> tuple[DrawnLayer, str]:
    meetings = meetings_of(scene)
    points = np.array([(meeting.x, meeting.y) for meeting in meetings]).reshape(-1, 2)
    layer = crossings_layer(points, [meeting.name for meeting in meetings])
    if not meetings:
        return layer, "Diamonds: none, since no curves meet here."
    count = counted(len(meetings), "point")
    return layer, f"Diamonds: {count} where curves meet{_share_marked(len(meetings))}; click one."


def _share_marked(count: int) -> str:
    return "" if count <= LAYER_MARKERS else f", {LAYER_MARKERS} of them marked"
