"""The plane on the Train page before any training, in the position of the map of the run."""

from collections.abc import Sequence

import streamlit as st

from pages.lessons import asking
from pages.models import map_layers
from pages.models.map_layers import Overlay
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import map_view, progress
from pages.state import session
from pages.state.view import MapLayer, MapView
from polycore import Experiment, Referee
from polycore.experiment.error_sums import ErrorSums
from polycore.figures.style import Figure

KEY = asking.POINT_MAP
BESIDE = "Nothing has been trained yet. Press Start: accuracy, loss and their charts appear here."
POINTS_CAPTION = (
    "Your points, to learn from. Once a network learns, each point has the color of its most likely class."
)
CURVES_CAPTION = (
    "The lines are the curves to learn. Once a network learns, each point has the color of its most likely "
    "polynomial."
)


def draw(experiment: Experiment) -> None:
    """Draw the curves to learn. Each part is as high as the part of the run that replaces it."""
    now = session.current()
    view = map_view.shown_view(experiment)
    layers = session.current().view.map_layers.on_map_of(experiment.shown_classes)
    figure = figure_of(experiment, view, layers, asking.guessed_point(now))
    map_view.draw(experiment)
    caption = CURVES_CAPTION if experiment.data is None else POINTS_CAPTION
    referee, model_now = _shown_referee(experiment, view), None
    if referee is not None:
        caption, model_now = map_view.referee_caption(experiment), lambda: referee
    on_click = None if asking.open_point_question(now) is None else asking.guess_point
    live.figure(figure, key=KEY, height=progress.MAP_HEIGHT, on_click=on_click, model_now=model_now)
    st.caption(f"{caption} {' '.join(map_layers.captions(figure))}".rstrip())


def figure_of(
    experiment: Experiment,
    view: MapView,
    layers: Sequence[MapLayer],
    point: tuple[float, float] | None = None,
) -> Figure:
    """Return what there is to learn, or the Bayes classifier's map; there is no network to compare.

    point: that a user guesses in a lesson; None without one.
    """
    referee = _shown_referee(experiment, view)
    mistakes, figure = None, plane.to_learn(experiment)
    if referee is not None:
        mistakes = map_layers.mistakes_of_referee(referee, experiment) if "Mistakes" in layers else None
        figure = plane.referee_map(referee, scene_of(experiment))
    no_errors = ErrorSums.empty(experiment.class_count)
    return Overlay.of(layers, experiment, mistakes, point, no_errors).on(figure)


def _shown_referee(experiment: Experiment, view: MapView) -> Referee | None:
    return referee_of(experiment) if view == "Referee" else None
