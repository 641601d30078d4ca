"""What the map of a run shows: its network, the Bayes classifier, or where the two differ."""

from dataclasses import replace
from functools import partial
from html import escape
from typing import get_args

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.channel.weights import ModelNow
from pages.models import asked, map_layers
from pages.models.map_layers import Mistakes
from pages.plane import plane
from pages.plane.referee import referee_of
from pages.run_view import progress
from pages.run_view.shown import ShownRun
from pages.run_view.source import Look
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.state.view import MapView
from pages.wording.percent import percent
from polycore import Experiment

KEY = "map_view.choice"
HELP = (
    "Network: its answer at each point. Referee: the best possible answer, given by someone who knows the "
    "curves and the noise. Differences: where the two differ, which is what is left to learn. "
) + map_layers.HELP
NETWORK_CAPTION = (
    "Each point has the color of the network's most likely polynomial; the stronger the color, the surer the "
    "network. The lines are the true curves: far from them it has seen no points."
)
DIFFERENCE_CAPTION = "Stripes in the colors of both answers mark where network and referee differ:"
MISTAKE_SYMBOL = "x"


def draw() -> None:
    """Draw the choices. In the fragment that draws the map, a click draws only that fragment again."""
    now = session.current()
    key = now.inputs.key(KEY)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Map",
            get_args(MapView),
            default=now.view.map_view,  # not set by its key: shown_input.py says why
            key=key,
            required=True,
            on_change=_choose,
            args=(key,),
            label_visibility="collapsed",
        )
        map_layers.draw_for_run()
        # beside the choice: a label with the help would take a line, and on a phone so would a word here
        st.markdown("&nbsp;", width="content", help=HELP)


def draw_layers() -> None:
    """Draw the choice of layers for a map that shows only the network."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        map_layers.draw_for_run()
        st.markdown("&nbsp;", width="content", help=map_layers.HELP)


def look() -> Look:
    """Return what the map of a run shows, as the user has chosen."""
    view = session.current().view
    return Look(view.weights, view.map_view, view.map_layers, view.asked)


def network_look() -> Look:
    """Return the same for a map that shows only the network."""
    return replace(look(), map_view="Network")


def selected_map(shown: ShownWeights) -> go.Figure:
    """Return the selected map with the selected layers, and the point that the user asks about."""
    return _with_layers(_map_without_layers(shown), shown, session.current().view.map_view)


def network_map(shown: ShownWeights) -> go.Figure:
    """Return the map of the network with the same layers and point, whichever map is selected."""
    return _with_layers(progress.network_map(shown), shown, "Network")


def draw_selected(shown: ShownRun) -> None:
    """Draw the choices, and the selected map with its caption."""
    figure = selected_map(shown.weights)
    draw()
    progress.draw_map(figure, shown, *bindings(figure, shown.look), model_now=answering(shown))
    draw_caption(shown, figure)


def answering(shown: ShownRun) -> ModelNow:
    """Return what returns the network or the referee whose answers the selected map shows."""
    if shown.look.map_view == "Referee":
        return partial(referee_of, shown.training.run.experiment)
    return shown.model_now


def draw_network(shown: ShownRun) -> None:
    """Draw the same with the map of the network, whichever map is selected."""
    figure = network_map(shown.weights)
    draw_layers()
    progress.draw_map(figure, shown, *bindings(figure, shown.look), model_now=shown.model_now)
    draw_network_caption(shown, figure)


def bindings(figure: go.Figure, look: Look) -> list[tuple[str, str]]:
    """Return what of the map follows the run; see `live.Bound`."""
    bindings = []
    if look.map_view != "Referee":
        bindings += [("layout.images.0.source", "picture"), ("layout.meta.alt", "weights.map_alt")]
    for index, trace in enumerate(figure.data):
        if look.mistakes and trace.marker.symbol == MISTAKE_SYMBOL and trace.hovertext is not None:
            names = {"x": "x", "y": "y", "hovertext": "text"}
            bindings += [(f"data.{index}.{path}", f"weights.mistakes.{name}") for path, name in names.items()]
    return bindings


def _with_layers(figure: go.Figure, shown: ShownWeights, view: MapView) -> go.Figure:
    layers = session.current().view.map_layers
    mistakes = _mistakes(shown, view) if "Mistakes" in layers else None
    return map_layers.over(figure, layers, shown.run.experiment, mistakes, session.current().view.asked)


def _mistakes(shown: ShownWeights, view: MapView) -> Mistakes:
    experiment = shown.run.experiment
    if view == "Referee":
        return map_layers.mistakes_of_referee(referee_of(experiment), experiment)
    return map_layers.mistakes_of_model(shown.model, experiment)


def _map_without_layers(shown: ShownWeights) -> go.Figure:
    referee = referee_of(shown.run.experiment)
    match session.current().view.map_view:
        case "Network":
            return progress.network_map(shown)
        case "Referee":
            return plane.referee_map(referee)
    return plane.model_difference(shown.model, referee)


def draw_caption(shown: ShownRun, figure: go.Figure) -> None:
    """Draw the caption of `figure`, the selected map."""
    experiment = shown.training.run.experiment
    match session.current().view.map_view:
        case "Network":
            html = escape(NETWORK_CAPTION)
        case "Referee":
            html = escape(referee_caption(experiment))
        case _:
            share = live_text.value("weights.differing", percent(figure.layout.meta["differing"]))
            points = escape(_points_sentence(experiment.noise))
            html = f"{escape(DIFFERENCE_CAPTION)} {share} of the plane. {points}"
    hint = asked.CLICK if session.current().view.asked is None else ""
    _draw_caption(f"{html} {captions(figure)} {hint}", shown)


def referee_caption(experiment: Experiment) -> str:
    """Return what the colors of a map of the Bayes classifier mean."""
    text = "Each point has the color of the best answer; the stronger the color, the surer it is. "
    return text + _points_sentence(experiment.noise)


def draw_network_caption(shown: ShownRun, figure: go.Figure) -> None:
    """Draw the captions of the layers on `figure`, a map of the network."""
    _draw_caption(captions(figure), shown)


def captions(figure: go.Figure) -> str:
    """Return the captions of the layers on a map as HTML, in which that of the mistakes follows the run."""
    return " ".join(
        live_text.value("weights.mistakes.caption", caption)
        if caption.startswith(map_layers.MISTAKES_MARK)
        else escape(caption)
        for caption in map_layers.captions(figure)
    )


def _draw_caption(html: str, shown: ShownRun) -> None:
    if html.strip():
        live_text.draw(f'<p class="caption">{html}</p>', "map_view.caption", shown.followed)


def _points_sentence(noise: float) -> str:
    if noise:
        return "Points lie near the curves; the noise decides how near. Far from all, answers matter little."
    return (
        "All points lie exactly on the curves. Elsewhere the referee chooses the vertically nearest curve, "
        "which means little far from all of them."
    )


def _choose(key: str) -> None:
    session.set_view(replace(session.current().view, map_view=st.session_state[key]))
