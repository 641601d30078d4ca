"""The plane on the Train page before any training, in the position of the map of the run."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from pages.models import map_layers
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.run_view import map_view, progress
from pages.state import session
from polycore import Experiment
from polycore.figures import curves_figure

KEY = "untrained.map"
STATUS = "Nothing has been trained yet. Press Start."
STATUS_BESIDE_NETWORK = "Trained already. Press Start to train a network of your own."
BESIDE = "Accuracy, loss and their charts appear here when a run begins."
CURVES_CAPTION = (
    "The lines are the curves to learn. Once a network learns, each point has the color of its most likely "
    "polynomial."
)


def draw(experiment: Experiment) -> None:
    """Draw the curves to learn. Each part is as high as the part of the run that replaces it."""
    figure = _figure(experiment)
    map_view.draw()
    referee = partial(referee_of, experiment) if _shows_referee() else None
    live.figure(figure, key=KEY, height=progress.MAP_HEIGHT, model_now=referee)
    st.caption(f"{_caption(experiment)} {map_layers.caption(figure)}".rstrip())


def draw_beside() -> None:
    """Say what will be beside the map."""
    st.caption(BESIDE)


def draw_bar(*, has_network: bool) -> None:
    """Draw how far the run is: there is none yet. has_network: whether a network is shown all the same."""
    with st.container():
        st.progress(0.0, text=STATUS_BESIDE_NETWORK if has_network else STATUS)


def _figure(experiment: Experiment) -> go.Figure:
    """Return the curves or the Bayes classifier's map; there is no network yet to compare it with."""
    layers, referee = session.current().view.map_layers, referee_of(experiment)
    if _shows_referee():
        mistakes = map_layers.mistakes_of_referee(referee, experiment) if "Mistakes" in layers else None
        return map_layers.over(plane.referee_map(referee), layers, experiment, mistakes, None)
    plain = curves_figure(experiment.polynomials, experiment.x_range)
    return map_layers.over(plain, layers, experiment, None, None)


def _caption(experiment: Experiment) -> str:
    return map_view.referee_caption(experiment) if _shows_referee() else CURVES_CAPTION


def _shows_referee() -> bool:
    return session.current().view.map_view == "Referee"
