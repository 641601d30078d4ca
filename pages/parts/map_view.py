"""What the map of a run shows: its network, the referee, or where the two differ."""

from typing import get_args

import plotly.graph_objects as go
import streamlit as st

from pages.parts import asked, map_layers, plane, progress, session
from pages.parts.map_layers import Mistakes
from pages.parts.percent import percent
from pages.parts.referee import referee_of
from pages.parts.runner import Training
from pages.parts.session import MapView
from polycore import Experiment

KEY = "map_view.choice"
HELP = (
    "Network: what it has learned so far. Referee: the best decision at each place, made by one who knows "
    "the curves and the noise. Where they differ: what is left to learn. "
) + map_layers.HELP


def draw() -> None:
    """Draw the choices. Within the fragment that draws the map a click draws no more than that."""
    now = session.current()
    key = f"{KEY}.{now.revision}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Map",
            get_args(MapView),
            default=now.map_view,  # and not set by its key: shown_input.py says why
            key=key,
            required=True,
            on_change=_choose,
            args=(key,),
            label_visibility="collapsed",
        )
        map_layers.draw_for_run()
        # beside the choice: its own label with the help would take a line, and a word here one on a phone
        st.markdown("&nbsp;", width="content", help=HELP)


def draw_layers() -> None:
    """Draw the choice of what lies on the map, which shows the network."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        map_layers.draw_for_run()
        st.markdown("&nbsp;", width="content", help=map_layers.HELP)


def map_of(training: Training) -> go.Figure:
    """Return the map that is chosen, with what is to lie on it, and the place that is asked about."""
    return _with_layers(_map_of(training), training, session.current().map_view)


def network_map_of(training: Training) -> go.Figure:
    """Return the same of the network, whatever else is chosen."""
    return _with_layers(progress.map_of(training), training, "Network")


def _with_layers(figure: go.Figure, training: Training, view: MapView) -> go.Figure:
    layers = session.current().map_layers
    mistakes = _mistakes_of(training, view) if "Mistakes" in layers else None
    return map_layers.over(figure, layers, training.run.experiment, mistakes, session.current().asked)


def _mistakes_of(training: Training, view: MapView) -> Mistakes:
    experiment = training.run.experiment
    if view == "Referee":
        return map_layers.mistakes_of_referee(referee_of(experiment), experiment)
    if training.goes_on:
        return map_layers.mistakes_of_run(training.run)
    return map_layers.mistakes_of_model(training.best, experiment)


def _map_of(training: Training) -> go.Figure:
    """Return the map that is chosen, of the network that `progress.map_of` would show."""
    referee = referee_of(training.run.experiment)
    match session.current().map_view:
        case "Network":
            return progress.map_of(training)
        case "Referee":
            return plane.referee_map(referee)
    if training.goes_on:
        return plane.run_difference(training.run, referee)
    return plane.model_difference(training.best, referee)


def draw_caption(training: Training, figure: go.Figure) -> None:
    """Say what the colours mean in `figure`, the map that is chosen."""
    match session.current().map_view:
        case "Network":
            text = (
                "Each place in the colour of the network's likeliest polynomial, the stronger the surer it "
                "is. The lines are the true curves: far from all of them it has seen no point."
            )
        case "Referee":
            text = told_of_referee(training.run.experiment)
        case _:
            text = (
                f"Striped in the colours of both answers: {percent(figure.layout.meta['differing'])} of the "
                "plane, where the network's is not the referee's. "
            )
            text += _where_points_lie(training.run.experiment.noise)
    st.caption(f"{text} {map_layers.told(figure)}".rstrip())
    asked.draw(training)


def told_of_referee(experiment: Experiment) -> str:
    """Say what the colours mean in a map of the referee."""
    text = "Each place in the colour of the best answer, the stronger the surer one can be. "
    return text + _where_points_lie(experiment.noise)


def draw_network_caption(training: Training, figure: go.Figure) -> None:
    """Say what lies on a map of the network and what a click does, and answer the last one."""
    text = map_layers.told(figure)
    if text:
        st.caption(text)
    asked.draw(training)


def _where_points_lie(noise: float) -> str:
    if noise:
        return "Points lie near the curves, as near as the noise has it: far from all little is at stake."
    return (
        "Points lie on the curves alone: beside them the referee takes the one that is vertically nearest, "
        "which far from all means little."
    )


def _choose(key: str) -> None:
    session.change(map_view=st.session_state[key])
