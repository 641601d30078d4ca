"""The race on the Compare page: its lanes side by side, their charts, and the landscape of their loss."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text, session_key
from pages.channel.live_text import Followed
from pages.compare import charts, race_inputs
from pages.compare.race_inputs import PREFIX
from pages.compare.race_values import charts_of, choice_at, picture_of, source_of, values, wish_of
from pages.models import run_landscape
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.plane import network_map
from pages.plane.scene import Scene, scene_of
from pages.run_view import time_slider
from pages.runs.job import Job
from pages.runs.race import MOST, Race, RaceView
from pages.runs.training import Training
from pages.server import server
from pages.server.source import Choice
from pages.state import session
from pages.state.shown_weights import ShownWeights
from polycore import Landscape, Model
from polycore.figures import line_url
from polycore.figures.style import ZERO_LINE
from polycore.pictures.class_map import PackedMap
from polycore.pictures.palette import class_colors

MAP_HEIGHT = 200
LOSS_AXIS = "lowest loss so far (nats)"

LOSS_HELP = (
    "The lowest cross-entropy on the samples so far, in nats, as in the chart below. All minimize it; at the "
    "latest step it may be higher."
)
HELD_OUT_HELP = (
    "The share of held-out points, never trained on (3,000 on polynomials), that the weights on the map get "
    "right."
)
EARLIER = "This race used an earlier set-up: {}."
STOPPED = "It was stopped before all had used their computing time."
LANDSCAPE_KEY = f"{PREFIX}.landscape"
LANDSCAPE = (
    f"{run_landscape.EXPLAINED} Each line is the trajectory of one optimizer, from the initial weights (●), "
    "which all share, to its last ones (★)."
)
LANDSCAPE_HELP = (
    "The two directions are those in which the weights of all changed most. The map is computed around the "
    "weights of the one that leads."
)


def draw() -> None:
    """Draw the race, which the page follows while it is under way."""
    race = session.current().comparison.race
    running = race is not None and race.view.is_running
    race_inputs.draw(race, running=running)
    with st.container():
        if race is not None and (race.view.has_begun or running):
            _draw_race(race, running=running)


def _draw_race(race: Race, *, running: bool) -> None:
    """Draw the race, which the page then follows; `running`: whether the page shows it as under way."""
    moment = session.current().comparison.moment
    for training in race.trainings:
        training.show(wish_of(training.view))
    followed = Followed(race.name, session_key.follow(source_of(race, moment)), running)
    # after the frames are followed: what changes while the page is drawn comes in one
    view = race.view
    if view.is_running != running:
        st.rerun()  # it ended while the page was drawn: the buttons drawn before must not stay
    now = values(view, moment)
    standing = live_text.value("standing", now["standing"], "p", "note")
    waits = live_text.value("waits", now["waits"], "p", "caption")
    live_text.draw(standing + waits, f"{PREFIX}.standing", followed, reports=True)
    with st.container():
        if not view.is_of(session.current().experiment):
            st.caption(EARLIER.format(race_inputs.summary(view.set_up, view.kind)))
        if view.was_stopped:
            st.caption(STOPPED)
    time_slider.draw_for_race(f"{PREFIX}.time", followed, now["moments"], moment, _show)
    _draw_lanes(race.trainings, view, moment, now["lanes"], followed)
    _draw_charts(view, now["then"], followed)
    with st.container():
        if not running and view.kind == "Optimizers":  # networks of other activations have other landscapes
            _draw_landscape(race)


def _show(moment: Choice) -> None:
    session.update(comparison=replace(session.current().comparison, moment=moment))


def _draw_lanes(
    trainings: Sequence[Training], race: RaceView, moment: Choice, now: dict[str, Any], followed: Followed
) -> None:
    choices = [choice_at(lane, moment) for lane in race.lanes]
    # first: the maps of a wide network take long, and no lane should be drawn in part
    maps = [_map(picture_of(lane, moment), scene_of(lane.view.run.experiment)) for lane in race.lanes]
    for index, (column, lane) in enumerate(zip(st.columns(len(race.lanes)), race.lanes, strict=True)):
        with column, st.container(border=True, gap="small"):
            st.html(
                f'<div style="display: flex; gap: 0.5rem; align-items: center"><img src="{line_url(index)}" '
                f'width="44" height="16" alt=""><b>{lane.name}</b></div>'
            )
            bindings = (
                ("layout.images.0.source", f"picture.lanes.{index}"),
                ("layout.meta.alt", f"lanes.{index}.map_alt"),
            )
            colors = class_colors(lane.experiment.class_count)
            live.figure(
                maps[index],
                key=f"{PREFIX}.map.{index}",
                height=MAP_HEIGHT,
                bound=Bound(followed, bindings, colors),
                model_now=partial(_model_now, trainings[index], choices[index]),
            )
            _draw_figures(index, now[str(index)], followed)


def _model_now(training: Training, choice: Choice) -> Model:
    return ShownWeights.of(training.view, choice).model


def _draw_figures(index: int, now: dict[str, Any], followed: Followed) -> None:
    path = f"lanes.{index}"
    html = live_text.row(
        live_text.metric("Lowest loss", f"{path}.loss", now["loss"], LOSS_HELP),
        live_text.metric("Held-out", f"{path}.held_out", now["held_out"], HELD_OUT_HELP),
    )
    html += live_text.value(f"{path}.used", now["used"], "p", "caption")
    html += live_text.bar(f"{path}.share", now["share"], "Computing time used")
    html += live_text.value(f"{path}.ended", now["ended"], "p", "caption")
    html += live_text.value(f"{path}.error", now["error"], "p", "caption")
    live_text.draw(html, f"{PREFIX}.lane.{index}", followed)


def _draw_charts(race: RaceView, then: dict[str, Any], followed: Followed) -> None:
    """Draw the charts, with a line at the moment of the maps if that is past."""
    figures = charts_of(race).figures()
    figures["loss"].update_yaxes(title_text=LOSS_AXIS)
    line = {"color": ZERO_LINE, "dash": "dot", "width": 1.5}
    for column, (name, figure) in zip(st.columns(2), figures.items(), strict=True):
        shape = f"layout.shapes.{len(figure.layout.shapes)}"
        figure.add_vline(then["seconds"], line=line, visible=then["is_past"])
        bindings = [
            *charts.bindings(name, range(len(race.lanes))),
            (f"{shape}.x0", "then.seconds"),
            (f"{shape}.x1", "then.seconds"),
            (f"{shape}.visible", "then.is_past"),
        ]
        with column:
            live.figure(
                figure,
                key=f"{PREFIX}.{name}",
                height=charts.HEIGHT,
                rests=True,
                bound=Bound(followed, bindings),
            )


@lru_cache(maxsize=2 * MOST)
def _map(picture: PackedMap, scene: Scene) -> go.Figure:
    """Return a map without legend and tick labels, which would take most of the space."""
    figure = go.Figure(network_map(picture, scene))
    figure.update_layout(showlegend=False, margin=dict.fromkeys("lrtb", 0))
    figure.update_xaxes(title=None, showticklabels=False, fixedrange=True)
    return figure.update_yaxes(title=None, showticklabels=False, fixedrange=True)


def _draw_landscape(race: Race) -> None:
    """Draw the loss landscape with the trajectories of all lanes, or the button that begins it."""
    st.subheader(run_landscape.TITLE, anchor=False)
    st.write(LANDSCAPE)
    landscape = run_landscape.ask(
        partial(_landscape_of, race), partial(_begin_landscape, race), LANDSCAPE_KEY, LANDSCAPE_HELP
    )
    order = session.current().comparison.order
    with st.container():
        if landscape is not None:
            run_landscape.draw(landscape, LANDSCAPE_KEY, [race.names[index] for index in order], order)


def _landscape_of(race: Race) -> Job[Landscape] | None:
    job = session.current().comparison.landscape
    return job if job is not None and job.of == race.name else None


def _begin_landscape(race: Race) -> None:
    view = race.view
    leader = view.lanes.index(view.leader)
    order = leader, *(index for index in range(len(view.lanes)) if index != leader)
    job = run_landscape.begun(race.name, *(view.lanes[index].view.run for index in order))
    own = server.current().computing.add(job)
    session.update(comparison=replace(session.current().comparison, landscape_id=own, order=order))
