"""What the map of a run shows: its network, the referee, or where the two differ."""

from dataclasses import replace
from typing import get_args

import plotly.graph_objects as go
import streamlit as st

from pages.models import asked, map_layers
from pages.models.map_layers import Mistakes
from pages.plane import plane
from pages.plane.referee import referee_of
from pages.run_view import progress
from pages.state import session, shown_weights
from pages.state.shown_weights import ShownWeights
from pages.state.view import MapView
from pages.wording.percent import percent
from polycore import Experiment

KEY = "map_view.choice"
HELP = (
    "Network: what its weights answer. Referee: the best decision at each place, made by one who knows "
    "the curves and the noise. Where they differ: what is left to learn. "
) + f"{map_layers.HELP} {shown_weights.HELP}"
LAYERS_HELP = f"{map_layers.HELP} {shown_weights.HELP}"


def draw() -> None:
    """Draw the choices. Within the fragment that draws the map a click draws no more than that."""
    now = session.current()
    key = now.inputs.key(KEY)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        shown_weights.draw()
        st.segmented_control(
            "Map",
            get_args(MapView),
            default=now.view.map_view,  # and not set by its key: shown_input.py says why
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
    """Draw the choices for a map that shows the network alone: whose weights, and what lies on it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        shown_weights.draw()
        map_layers.draw_for_run()
        st.markdown("&nbsp;", width="content", help=LAYERS_HELP)


def map_of(shown: ShownWeights) -> go.Figure:
    """Return the map that is chosen, with what is to lie on it, and the place that is asked about."""
    return _with_layers(_map_of(shown), shown, session.current().view.map_view)


def network_map_of(shown: ShownWeights) -> go.Figure:
    """Return the same of the network, whatever else is chosen."""
    return _with_layers(progress.map_of(shown), shown, "Network")


def _with_layers(figure: go.Figure, shown: ShownWeights, view: MapView) -> go.Figure:
    layers = session.current().view.map_layers
    mistakes = _mistakes_of(shown, view) if "Mistakes" in layers else None
    return map_layers.over(figure, layers, shown.run.experiment, mistakes, session.current().view.asked)


def _mistakes_of(shown: ShownWeights, view: MapView) -> Mistakes:
    experiment = shown.run.experiment
    if view == "Referee":
        return map_layers.mistakes_of_referee(referee_of(experiment), experiment)
    return map_layers.mistakes_of_model(shown.model, experiment)


def _map_of(shown: ShownWeights) -> go.Figure:
    """Return the map that is chosen, of the network that `progress.map_of` would show."""
    referee = referee_of(shown.run.experiment)
    match session.current().view.map_view:
        case "Network":
            return progress.map_of(shown)
        case "Referee":
            return plane.referee_map(referee)
    return plane.model_difference(shown.model, referee)


def draw_caption(shown: ShownWeights, figure: go.Figure) -> None:
    """Say what the colours mean in `figure`, the map that is chosen."""
    match session.current().view.map_view:
        case "Network":
            text = (
                "Each place in the colour of the network's likeliest polynomial, the stronger the surer it "
                "is. The lines are the true curves: far from all of them it has seen no point."
            )
        case "Referee":
            text = told_of_referee(shown.run.experiment)
        case _:
            text = (
                f"Striped in the colours of both answers: {percent(figure.layout.meta['differing'])} of the "
                "plane, where the network's is not the referee's. "
            )
            text += _where_points_lie(shown.run.experiment.noise)
    st.caption(f"{text} {map_layers.told(figure)}".rstrip())
    _draw_answer(shown)


def told_of_referee(experiment: Experiment) -> str:
    """Say what the colours mean in a map of the referee."""
    text = "Each place in the colour of the best answer, the stronger the surer one can be. "
    return text + _where_points_lie(experiment.noise)


def draw_network_caption(shown: ShownWeights, figure: go.Figure) -> None:
    """Say what lies on a map of the network and what a click does, and answer the last one."""
    text = map_layers.told(figure)
    if text:
        st.caption(text)
    _draw_answer(shown)


def _draw_answer(shown: ShownWeights) -> None:
    experiment = shown.run.experiment
    asked.draw(shown.model, referee_of(experiment), experiment.x_range)


def _where_points_lie(noise: float) -> str:
    if noise:
        return "Points lie near the curves, as near as the noise has it: far from all little is at stake."
    return (
        "Points lie on the curves alone: beside them the referee takes the one that is vertically nearest, "
        "which far from all means little."
    )


def _choose(key: str) -> None:
    session.set_view(replace(session.current().view, map_view=st.session_state[key]))
