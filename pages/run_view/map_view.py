"""What the map of a run shows: its network, the Bayes classifier, or where the two differ."""

from dataclasses import replace
from html import escape
from typing import get_args

import streamlit as st

from pages.channel import live_text
from pages.models import asked, map_layers
from pages.models.map_layers import Overlay
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import progress, time_slider
from pages.run_view.shown import Selection, ShownRun
from pages.server.source import Choice
from pages.state import session
from pages.state.inputs import Input
from pages.state.view import MapView
from pages.wording.words import file_name
from polycore import Experiment
from polycore.figures.plane import MOVES
from polycore.figures.style import Figure
from polycore.polynomials.classes import noun_of

KEY, MAP_KEY = "map_view.choice", "progress.map"
HELP = (
    "Network: its answer at each point. Referee: the best possible answer, given by someone who knows the "
    "curves and the noise; for your own points, by the curves that fit them. Differences: where the two "
    "differ, which is what is left to learn. "
) + map_layers.HELP
NETWORK_CAPTION = "Colors: the network's most likely {}; pale: it is unsure. {}"
CURVES = "Lines: the true curves; far from them it has seen no points."
FITTED = "Lines: the polynomials that fit your points best; far from the points it has seen nothing."
NO_CURVES = "Far from your points it has seen nothing."
# what the referee knows, and where its answers mean little
FITTED_POINTS = (
    "It knows only the polynomials that fit your points best, and how far the points are from them."
)
NEAR_CURVES = "Points lie near the curves; the noise decides how near. Far from all, answers mean little."
ON_CURVES = (
    "All points lie exactly on the curves. Elsewhere the referee chooses the vertically nearest curve, which "
    "means little far from all of them."
)
DIFFERENCE_CAPTION = "Stripes in the colors of both answers mark where network and referee differ:"
MISTAKE_SYMBOL = "x"
# the layers whose captions follow a run: how these begin, and the layers' names in frames
FOLLOWING = {map_layers.MISTAKES_MARK: "mistakes", map_layers.NEXT_POINTS_MARK: "next_points"}


def views_of(experiment: Experiment) -> tuple[MapView, ...]:
    """Return what a map of the experiment can show; without a referee there is nothing to compare with."""
    return get_args(MapView) if referee_of(experiment) is not None else ("Network",)


def shown_view(experiment: Experiment) -> MapView:
    """Return what the map shows: the user's choice, if a map of the experiment can show that."""
    chosen = session.current().view.map_view
    return chosen if chosen in views_of(experiment) else "Network"


def draw(experiment: Experiment) -> None:
    """Draw the choices for a map of the experiment's classes."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        Input(
            KEY,
            lambda: shown_view(experiment),
            lambda map_view: session.change_view(map_view=map_view),
        ).choose(
            st.segmented_control,
            "Map",
            views_of(experiment),
            required=True,
            label_visibility="collapsed",
        )
        map_layers.draw_for_run(experiment, HELP)


def selection() -> Selection:
    """Return what the map of a run shows, as the user has chosen."""
    now = session.current()
    view, of_run = now.view, now.run_view
    experiment = now.experiment if of_run is None else of_run.run.experiment
    layers = view.map_layers.on_map_of(experiment.shown_classes)
    return Selection(view.choice, shown_view(experiment), layers, view.asked)


def network_selection() -> Selection:
    """Return what a map shows that is always of the network, whichever map the user has chosen."""
    return replace(selection(), map_view="Network")


def figure_of(shown: ShownRun) -> Figure:
    """Return the map that is selected with the selected layers, and the point that the user asks about."""
    selection, experiment, model = shown.selection, shown.experiment, shown.weights.model
    referee, scene = referee_of(experiment), scene_of(experiment)
    mistakes = None
    match selection.map_view:
        case "Referee" if referee is not None:
            figure = plane.referee_map(referee, scene)
            if selection.mistakes:
                mistakes = map_layers.mistakes_of_referee(referee, experiment)
        case "Differences" if referee is not None:
            figure = plane.difference_map(shown.picture, scene, referee)
        case _:
            figure = plane.network_map(shown.picture, scene)
    if selection.mistakes and mistakes is None:
        mistakes = map_layers.mistakes_of_model(model, experiment)
    errors = shown.weights.errors
    return Overlay.of(selection.layers, experiment, mistakes, selection.point, errors).on(figure)


def draw_map(figure: Figure, shown: ShownRun, notes: live.Notes | None = None) -> None:
    """Draw a map of the run, which follows it; notes: see `live.figure`."""
    referee = referee_of(shown.experiment) if shown.selection.map_view == "Referee" else None
    live.figure(
        figure,
        key=MAP_KEY,
        height=progress.MAP_HEIGHT,
        on_click=asked.choose,
        file=file_name("map", shown.experiment),
        bound=shown.bound(("layout.meta.step", "weights.step"), *bindings(figure, shown.selection)),
        notes=notes,
        model_now=shown.model_now if referee is None else lambda: referee,
    )


def draw_figure(figure: Figure, shown: ShownRun) -> None:
    """Draw a map of the run, which follows it, and the slider through its past."""
    draw_map(figure, shown)
    moments, choice = shown.values["moments"], shown.weights.choice
    time_slider.draw(time_slider.KEY, shown.followed, moments, choice, _choose_moment)


def _choose_moment(choice: Choice) -> None:
    session.update(view=session.current().view.chosen(choice))


def draw_selected(shown: ShownRun) -> None:
    """Draw the choices, and the selected map with its caption."""
    figure = figure_of(shown)  # a large network's takes long: before anything is drawn
    draw(shown.experiment)
    draw_figure(figure, shown)
    draw_caption(shown, figure)


def draw_network(shown: ShownRun) -> None:
    """Draw the map with its caption for a run that is shown by `network_selection`."""
    figure = figure_of(shown)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        map_layers.draw_for_run(shown.experiment, map_layers.HELP)
    draw_figure(figure, shown)
    _draw_caption(captions(figure), shown)


def bindings(figure: Figure, selection: Selection) -> list[tuple[str, str]]:
    """Return what of the map follows the run; see `live.Bound`."""
    bindings = []
    if selection.map_view != "Referee":
        bindings += [("layout.images.0.source", "picture"), ("layout.meta.alt", "weights.map_alt")]
    for index, trace in enumerate(figure["data"]):
        is_mistakes = trace.get("marker", {}).get("symbol") == MISTAKE_SYMBOL and "hovertext" in trace
        if selection.mistakes and is_mistakes:
            names = {"x": "x", "y": "y", "hovertext": "text"}
            bindings += [(f"data.{index}.{path}", f"weights.mistakes.{name}") for path, name in names.items()]
        elif trace.get("meta") == MOVES:
            names = {"x": "x", "y": "y", "marker.size": "size"}
            bindings += [
                (f"data.{index}.{path}", f"weights.next_points.{name}") for path, name in names.items()
            ]
    return bindings


def draw_caption(shown: ShownRun, figure: Figure) -> None:
    """Draw the caption of `figure`, the selected map."""
    _draw_caption(caption_of(shown, figure), shown)


def caption_of(shown: ShownRun, figure: Figure) -> str:
    """Return the caption of `figure`, the selected map, as HTML."""
    experiment = shown.experiment
    match shown.selection.map_view:
        case "Network":
            html = escape(network_caption(experiment))
        case "Referee":
            html = escape(referee_caption(experiment))
        case _:
            share = live_text.value("weights.differing", figure["layout"]["meta"]["differing"])
            points = escape(_points_sentence(experiment))
            html = f"{escape(DIFFERENCE_CAPTION)} {share} of the plane. {points}"
    hint = asked.CLICK if shown.selection.asked is None else ""
    return f"{html} {captions(figure)} {hint}"


def referee_caption(experiment: Experiment) -> str:
    """Return what the colors of a map of the Bayes classifier mean."""
    text = "Each point has the color of the best answer; the stronger the color, the surer it is. "
    return text + _points_sentence(experiment)


def network_caption(experiment: Experiment) -> str:
    """Return what the colors of a map of the network mean, and what its lines are."""
    curves = CURVES
    if experiment.data is not None:
        curves = FITTED if scene_of(experiment).curves else NO_CURVES
    return NETWORK_CAPTION.format(noun_of(experiment.shown_classes), curves)


def captions(figure: Figure) -> str:
    """Return the captions of the layers on a map as HTML; some of them follow the run."""
    return " ".join(map(_caption, map_layers.captions(figure)))


def _caption(text: str) -> str:
    for mark, name in FOLLOWING.items():
        if text.startswith(mark):
            return live_text.value(f"weights.{name}.caption", text)
    return escape(text)


def _draw_caption(html: str, shown: ShownRun) -> None:
    if html.strip():
        live_text.draw(f'<p class="caption">{html}</p>', "map_view.caption", shown.followed)


def _points_sentence(experiment: Experiment) -> str:
    if experiment.data is not None:
        return FITTED_POINTS
    return NEAR_CURVES if experiment.noise else ON_CURVES
