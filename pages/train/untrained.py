"""The plane of the Train page before anything has been trained, where the map of the run will be."""

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
STANDING = "Nothing has been trained yet. Press Start."
CURVES = (
    "The lines are the curves to be told apart. Once a network learns, each place takes the colour of its "
    "likeliest polynomial."
)


def draw(experiment: Experiment) -> None:
    """Draw what is to be learned, each part as high as the run's that takes its place."""
    figure = _figure(experiment)
    with st.container():
        st.progress(0.0, text=STANDING)
    map_view.draw()
    live.figure(figure, key=KEY, height=progress.MAP_HEIGHT)
    st.caption(f"{_told(experiment)} {map_layers.told(figure)}".rstrip())


def _figure(experiment: Experiment) -> go.Figure:
    """Return the curves or the referee's map; no network is there yet to make mistakes, or to differ."""
    layers, referee = session.current().view.map_layers, referee_of(experiment)
    if _shows_referee():
        mistakes = map_layers.mistakes_of_referee(referee, experiment) if "Mistakes" in layers else None
        return map_layers.over(plane.referee_map(referee), layers, experiment, mistakes, None)
    plain = curves_figure(experiment.polynomials, experiment.x_range)
    return map_layers.over(plain, layers, experiment, None, None)


def _told(experiment: Experiment) -> str:
    if _shows_referee():
        return map_view.told_of_referee(experiment)
    return CURVES


def _shows_referee() -> bool:
    return session.current().view.map_view == "Referee"
