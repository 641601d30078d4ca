"""The plane on the Train page before any training, in the position of the map of the run."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from pages.models import map_layers
from pages.models.map_layers import Overlay
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import map_view, progress
from pages.state import session
from pages.state.view import MapLayer, MapView
from polycore import Experiment, Referee

KEY = "untrained.map"
STATUS = "Nothing has been trained yet. Press Start."
STATUS_BESIDE_NETWORK = "Trained already. Press Start to train a network of your own."
BESIDE = "Accuracy, loss and their charts appear here when a run begins."
POINTS_CAPTION = (
    "Your points, to learn from. Once a network learns, each point has the color of its most likely class."
)
CURVES_CAPTION = (
    "The lines are the curves to learn. Once a network learns, each point has the color of its most likely "
    "polynomial."
)


def draw(experiment: Experiment) -> None:
    """Draw the curves to learn. Each part is as high as the part of the run that replaces it."""
    view = map_view.shown_view(experiment)
    layers = session.current().view.map_layers.on_map_of(experiment.shown_classes)
    figure = figure_of(experiment, view, layers)
    map_view.draw(experiment)
    caption = CURVES_CAPTION if experiment.data is None else POINTS_CAPTION
    referee, model_now = _shown_referee(experiment, view), None
    if referee is not None:
        caption, model_now = map_view.referee_caption(experiment), lambda: referee
    live.figure(figure, key=KEY, height=progress.MAP_HEIGHT, model_now=model_now)
    st.caption(f"{caption} {' '.join(map_layers.captions(figure))}".rstrip())


def draw_bar(*, has_network: bool) -> None:
    """Draw the progress bar before the first run. has_network: whether a network is shown anyway."""
    st.progress(0.0, text=STATUS_BESIDE_NETWORK if has_network else STATUS)


def figure_of(experiment: Experiment, view: MapView, layers: Sequence[MapLayer]) -> go.Figure:
    """Return what there is to learn, or the Bayes classifier's map; there is no network to compare."""
    referee = _shown_referee(experiment, view)
    if referee is not None:
        mistakes = map_layers.mistakes_of_referee(referee, experiment) if "Mistakes" in layers else None
        map_of_all = plane.referee_map(referee, scene_of(experiment))
        return Overlay.of(layers, experiment, mistakes, None).on(map_of_all)
    return Overlay.of(layers, experiment, None, None).on(plane.to_learn(experiment))


def _shown_referee(experiment: Experiment, view: MapView) -> Referee | None:
    return referee_of(experiment) if view == "Referee" else None
