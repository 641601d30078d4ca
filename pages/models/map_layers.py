"""Layers on a map besides regions and curves: samples, mistakes, crossings, and the next points."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from pages.models import model_in_use
from pages.plane.crossings import meetings_of
from pages.plane.scene import Scene, scene_of
from pages.state import session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.view import LayerChoice, MapLayer
from polycore import Experiment, Model, Referee
from polycore.arrays import Floats, Integers, evenly, read_only
from polycore.experiment.error_sums import ErrorSums
from polycore.figures import alternative_text
from polycore.figures.plane import (
    LAYER_MARKERS,
    DrawnLayer,
    crossings_layer,
    mistakes_layer,
    next_points_layer,
    point_layer,
    samples_layer,
    with_layers,
    without_hover,
)
from polycore.figures.style import Figure, with_layout
from polycore.formatting import counted
from polycore.polynomials.classes import Classes
from polycore.polynomials.window import Point
from polycore.referee.bayes_classifier import probabilities_anywhere
from polycore.training.task import task_of

PREFIX = "map_layers"
LABEL = "On the map"
MISTAKES_MARK = "Crosses"  # with which their caption begins
NO_DIAMONDS = "Diamonds: none, since no curves meet here."
NEXT_POINTS_MARK = "Dots"  # with which the caption of the next points begins
DENSE = f"{NEXT_POINTS_MARK}: where the next points are drawn, larger where there are more."
# with noise all curves share one density, and points do not lie on them
DENSE_ALONG_X = DENSE.replace("where", "at which x", 1)
NOT_OF_THESE = f"{NEXT_POINTS_MARK}: none, since only the latest weights have next points."
DOTS_OF_A_CURVE = 40  # more would be a line before the first step
ALL: tuple[MapLayer, ...] = ("Samples", "Mistakes", "Crossings", "Next points")
HELP = (
    "Samples: points of the training set. Mistakes: new points, on which no step trains, that get a "
    "wrong answer. Crossings: points where curves meet; there no method can tell them apart."
)
HELP_ON_NEXT_POINTS = "Next points: where the next points are drawn, which is mostly where the network errs."


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
    next_points: tuple[DrawnLayer, str] | None = None
    point: Point | None = None

    @classmethod
    def of(
        cls,
        chosen: Sequence[MapLayer],
        experiment: Experiment,
        mistakes: WrongAnswers | None,
        point: Point | None,
        errors: ErrorSums | None = None,
    ) -> "Overlay":
        """Return the chosen layers of a map of the experiment's classes.

        mistakes: if they are among them. errors: which the next points follow, if they are among them and the
        map shows the latest weights.
        """
        has_next_points = "Next points" in chosen and experiment.follows_errors
        return cls(
            _samples(experiment) if "Samples" in chosen else None,
            None if mistakes is None else _crosses(mistakes, experiment),
            _diamonds(scene_of(experiment)) if "Crossings" in chosen else None,
            _dots(experiment, errors) if has_next_points else None,
            point,
        )

    def on(self, figure: Figure) -> Figure:
        """Return a map with it and with the `captions` of its layers; `figure` itself if it is empty."""
        layers = self._layers
        if not layers:
            return figure
        layered = with_layers(figure, layers)
        captions = [caption for _, caption in self._captioned]
        return with_layout(layered, meta=layered["layout"]["meta"] | {"captions": captions})

    def described(self, alt: str) -> str:
        """Return the alternative text of a map with it; `alt` is the text of the map alone."""
        clauses = [layer.clause for layer in self._layers]
        return alternative_text.extended(alt, "; ".join(clauses)) if clauses else alt

    def values(self) -> dict[str, Any]:
        """Return what changes while a network learns, by its name in frames: mistakes and next points."""
        values: dict[str, Any] = {}
        if self.mistakes is not None:
            values["mistakes"] = _values(self.mistakes)
            values["mistakes"]["text"] = self.mistakes[0].traces[0]["hovertext"]
        if self.next_points is not None:
            values["next_points"] = _values(self.next_points)
            values["next_points"]["size"] = self.next_points[0].traces[0]["marker"]["size"]
        return values

    @property
    def _captioned(self) -> list[tuple[DrawnLayer, str]]:
        layers = (self.samples, self.next_points, self.mistakes, self.crossings)
        return [one for one in layers if one is not None]

    @property
    def _layers(self) -> list[DrawnLayer]:
        layers = [layer for layer, _ in self._captioned]
        if self.point is None:
            return layers
        mark = point_layer(*self.point)
        # its answer stands beside it, and under the pointer
        return [*layers, mark._replace(traces=tuple(map(without_hover, mark.traces)))]


def of_model(kept: Kept, chosen: Sequence[MapLayer], point: Point | None) -> Overlay:
    """Return what lies on a model's map: of the chosen layers those that are known of its classes."""
    experiment = model_in_use.known_experiment(kept)
    if experiment is not None:
        mistakes = mistakes_of_model(kept.model, experiment) if "Mistakes" in chosen else None
        return Overlay.of(chosen, experiment, mistakes, point)
    scene = model_in_use.scene_of_kept(kept)
    crossings = _diamonds(scene) if scene is not None and scene.curves and "Crossings" in chosen else None
    return Overlay(crossings=crossings, point=point)


def captions(figure: Figure) -> tuple[str, ...]:
    """Return the caption of each layer on a map."""
    return tuple(figure["layout"]["meta"].get("captions", ()))


def draw_for_run(experiment: Experiment, about: str) -> None:
    """Draw the menu of the layers for the map of a run of the experiment, with a text about them."""
    classes, offered = experiment.shown_classes, offered_of_run(experiment)

    def chosen() -> list[MapLayer]:
        layers = session.current().view.map_layers.on_map_of(classes)
        return [layer for layer in layers if layer in offered]

    def choose(layers: list[MapLayer]) -> None:
        choice = session.current().view.map_layers
        session.change_view(map_layers=_choosing(layers, choice, classes, offered))

    with st.popover("Also show", type="tertiary", key=f"{PREFIX}.menu"):
        shown = Input(f"{PREFIX}.run", chosen, choose)
        shown.choose(st.pills, LABEL, offered, selection_mode="multi", label_visibility="collapsed")
        st.caption(f"{about} {HELP_ON_NEXT_POINTS}" if "Next points" in offered else about)


def offered_of_run(experiment: Experiment) -> list[MapLayer]:
    """Return the layers that the map of a run can show: its next points if they follow its errors."""
    return [layer for layer in ALL if layer != "Next points" or experiment.follows_errors]


def draw_for_model(kept: Kept) -> None:
    """Draw the choice of layers for the map of a model."""

    def chosen() -> list[MapLayer]:
        return chosen_of_model(kept, session.current().view.predict_layers)

    def choose(layers: list[MapLayer]) -> None:
        choice = session.current().view.predict_layers
        session.change_view(predict_layers=choosing(kept, layers, choice))

    if offered := offered_of_model(kept):
        shown = Input(f"{PREFIX}.predict", chosen, choose)
        shown.choose(st.pills, LABEL, offered, selection_mode="multi", help=HELP)


def offered_of_model(kept: Kept) -> list[MapLayer]:
    """Return the layers that the map of a model can show: without known data there are no points."""
    experiment, scene = model_in_use.known_experiment(kept), model_in_use.scene_of_kept(kept)
    offered: list[MapLayer] = [] if experiment is None else ["Samples", "Mistakes"]
    if scene is not None and scene.curves:
        offered.append("Crossings")
    return offered


def chosen_of_model(kept: Kept, choice: LayerChoice) -> list[MapLayer]:
    """Return which of the layers that a model's map can show are chosen."""
    layers, offered = choice.on_map_of(kept.model.shown_classes), offered_of_model(kept)
    return [layer for layer in layers if layer in offered]


def choosing(kept: Kept, layers: list[MapLayer], choice: LayerChoice) -> LayerChoice:
    """Return the choice with these layers on a model's map; what that cannot show stays chosen for others."""
    return _choosing(layers, choice, kept.model.shown_classes, offered_of_model(kept))


def _choosing(
    layers: list[MapLayer], choice: LayerChoice, classes: Classes, offered: list[MapLayer]
) -> LayerChoice:
    hidden = [layer for layer in choice.on_map_of(classes) if layer not in offered]
    return choice.chosen(tuple(layer for layer in ALL if layer in (*layers, *hidden)), classes)


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
    share = f"{wrong:,} of {mistakes.asked:,} new points answered wrongly"
    return layer, f"{MISTAKES_MARK}: {share}{_share_marked(wrong)}."


@lru_cache(maxsize=16)
def _dots(experiment: Experiment, errors: ErrorSums | None) -> tuple[DrawnLayer, str]:
    """Return dots that are as dense as the points that follow these errors; none without them.

    The cache compares the errors by identity: all who watch a run see the same dots.
    """
    if errors is None:
        return next_points_layer(np.empty((0, 2)), np.empty(0)), NOT_OF_THESE
    curves = experiment.polynomials
    count = min(DOTS_OF_A_CURVE, LAYER_MARKERS // len(curves))
    x, density = task_of(experiment).fresh_points.spread_by_errors(count, errors)
    y = np.stack([curve(of_curve) for curve, of_curve in zip(curves, x, strict=True)])
    points = np.column_stack([x.ravel(), y.ravel()])
    return next_points_layer(points, density.ravel()), DENSE_ALONG_X if experiment.noise else DENSE


@lru_cache(maxsize=16)
def _diamonds(scene: Scene) -> tuple[DrawnLayer, str]:
    meetings = meetings_of(scene)
    points = np.array([(meeting.x, meeting.y) for meeting in meetings]).reshape(-1, 2)
    layer = crossings_layer(points, [meeting.name for meeting in meetings])
    if not meetings:
        return layer, NO_DIAMONDS
    count = counted(len(meetings), "point")
    return layer, f"Diamonds: {count} where curves meet{_share_marked(len(meetings))}; press one."


def _values(captioned: tuple[DrawnLayer, str]) -> dict[str, Any]:
    """Return what a frame has of a layer with one trace."""
    ([trace], _), caption = captioned
    return {"x": trace["x"].tolist(), "y": trace["y"].tolist(), "caption": caption}


def _share_marked(count: int) -> str:
    return "" if count <= LAYER_MARKERS else f", {LAYER_MARKERS} of them marked"
