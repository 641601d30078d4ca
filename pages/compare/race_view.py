"""The race on the Compare page: its maps by rank, their chart, its rules, and the landscape of their loss."""

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text, session_key
from pages.channel.live_text import Followed
from pages.compare import charts, race_inputs
from pages.compare.charts import Name
from pages.compare.race_inputs import PREFIX
from pages.compare.race_values import (
    charts_of,
    choice_at,
    order_of,
    picture_of,
    source_of,
    values,
    wish_of,
)
from pages.models import run_landscape
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.plane import network_map, small_map
from pages.plane.scene import scene_of
from pages.run_view import time_slider
from pages.run_view.progress import LARGE_LABEL
from pages.runs.race import Lane, Race, View
from pages.server.source import Choice
from pages.state import refusal, session
from pages.state.comparison import ShownRace
from pages.state.shown_weights import ShownWeights
from polycore import Model
from polycore.figures import line_url
from polycore.figures.style import ZERO_LINE, with_layout
from polycore.pictures.palette import class_colors

CHART_HEIGHT, MAP_HEIGHT = 240, 480
# how to read the chart, and what the figure below a map is
CAPTIONS: Mapping[Name, str] = {
    "accuracy": "**Accuracy on new points**, after the same {}",
    "loss": "**Lowest loss so far**, in nats, after the same {}",
}
UNITS: Mapping[Name, str] = {"accuracy": LARGE_LABEL, "loss": "nats, the lowest so far"}
LABELS: Mapping[Name, str] = {"accuracy": "Accuracy", "loss": "Loss"}

LARGE_HELP = "Large map: zoom, save it as a picture, see what the network answers at a point"
LARGE_LOOK = f'title="{LARGE_HELP}" data-shows="[class*=st-key-race-map-]"'
ENLARGE = '<svg viewBox="2 2 20 20"><path d="M21 11V3h-8l3.3 3.3-10 10L3 13v8h8l-3.3-3.3 10-10z"/></svg>'
EARLIER = "This race used an earlier set-up: {}."
LANDSCAPE_KEY = f"{PREFIX}.landscape"
LANDSCAPE = (
    f"{run_landscape.EXPLAINED} Each line is the trajectory of one optimizer, from the initial weights (●), "
    "which all share, to its last ones (★)."
)
LANDSCAPE_HELP = (
    "These are the two directions in which the weights of all changed most. The map is computed around the "
    "leader's weights."
)
# All maps and most of the chart are in the first screen. On a phone the maps stand two by two, and
# the buttons and how far the race is stay above the navigation.
STYLE = """<style>
.st-key-race-start button { min-width: 9.25rem; }
:is(.st-key-race-accuracy, .st-key-race-loss) { flex-basis: 15rem !important; } /* with its type */
@media (min-width: 641px) {
  :is(.st-key-race-accuracy, .st-key-race-loss) {
    flex-basis: clamp(12.5rem, 100vh - 36rem, 15rem) !important;
  }
  .st-key-race-dock { flex-wrap: nowrap; }
  .st-key-race-dock > :last-child { flex: 1; }
}
@media (max-width: 640px) {
  .stApp { --run-bar: 4.5rem; } /* the height of the dock: what comes for a moment stands above it */
  [class*="st-key-race-map-"] { scroll-margin-bottom: 9rem; } /* above the dock */
  .st-key-race-dock {
    position: fixed; z-index: 100; inset: auto 0 var(--bottom-bar, 0px); padding: 0.6rem 1rem;
    flex-wrap: nowrap; height: var(--run-bar);
    background: light-dark(#ffffff, #0e1117); border-top: 1px solid light-dark(#d8dae4, #3a4050);
  }
  :has(> .st-key-race-dock) { position: absolute; } /* it leaves its room to the slider */
  .st-key-race-dock > :last-child { flex: 1; min-width: 0; }
  /* of the two buttons there is room for the one that can be pressed */
  .st-key-race-stop:has(:disabled),
  .st-key-race-dock:has(.st-key-race-stop button:enabled) .st-key-race-start {
    display: none;
  }
}
</style>"""
# of the live text, which other styles do not reach
LANE_STYLE = """<style>
.lanes { display: grid; grid-auto-flow: column; gap: 1rem; --height: clamp(11rem, 100vh - 36rem, 26rem); }
.lanes { --shape: 1.62; grid-auto-columns: minmax(0, calc(var(--shape) * var(--height))); }
/* two have the shape of a map on Train */
.lanes:not(:has(> :nth-child(3))) { --shape: 1.44; --height: clamp(11rem, 100vh - 33rem, 26rem); }
.map { display: block; width: 100%; height: var(--height); margin: 0.25rem 0; }
.map * { vector-effect: non-scaling-stroke; }
.head button { flex: none; width: 1.5rem; height: 1.5rem; padding: 0.25rem; border: 0; background: none; }
.head button { border-radius: 0.25rem; fill: light-dark(#5a6072, #a4abbd); cursor: pointer; }
.head button:is(:hover, [aria-pressed="true"]) { background: var(--st-secondary-background-color); }
.head { display: flex; align-items: center; gap: 0.5rem; font-weight: 600; }
.head span { flex: 1; overflow-wrap: anywhere; }
.polycore-text .head img { flex: none; width: 2.75rem; }
.figure { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 0.5rem; line-height: 1.25; }
.figure b { font-size: 1.75rem; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
p, .figure span { font-size: 0.875rem; font-variant-numeric: tabular-nums; }
p, .figure span { color: light-dark(#5a6072, #a4abbd); }
@media (max-width: 640px) {
  .head, p, .figure span { font-size: 0.8125rem; }
  .polycore-text .head img { display: none; }
  .lanes { grid-auto-flow: row; grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .map { height: 8.5rem; }
  .figure b { font-size: 1.25rem; }
}
</style>"""
# until the user has answered what is asked of a pair
NOT_YET = """<style>
[data-value*="place"] { display: none; }
.figure b { visibility: hidden; position: relative; }
.figure b::after { content: "?"; visibility: visible; position: absolute; left: 0; }
</style>"""
BAR_STYLE = """<style>
.line { font-size: 0.875rem; line-height: 1.25rem; font-variant-numeric: tabular-nums; }
.line span { color: light-dark(#5a6072, #a4abbd); }
.bar { height: 0.375rem !important; }
</style>"""
QUIET_LINE = (
    "<style>p { font-size: 0.875rem; line-height: 1.25rem; color: light-dark(#5a6072, #a4abbd); }</style>"
)


def draw(beside: DeltaGenerator) -> None:
    """Draw the race, which the page follows while it is under way.

    beside: a row at the right of the choice of views.
    """
    race = session.current().comparison.race
    running = race is not None and race.view.is_running
    st.html(STYLE)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"{PREFIX}.bar")
    with bar:
        dock = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{PREFIX}.dock")
    with st.container():
        refusal.draw(PREFIX, "The race could not start.")
    with st.container():
        if race is not None and (race.view.has_begun or running):
            with beside:
                race_inputs.draw_change(race.view)
                if not running:
                    race_inputs.draw_keeping(race.view)
            with dock:
                race_inputs.draw_buttons(race, running=running)
            _draw_race(race, bar, dock, running=running)
        else:
            _draw_first(dock, race)


def _draw_first(dock: DeltaGenerator, race: Race | None) -> None:
    """Draw the inputs of the first race, with the rules beside them."""
    form, rules = st.columns([3, 2], gap="large")
    with form:
        race_inputs.draw_form()
    with rules:
        kind = race_inputs.KIND.value
        names = race_inputs.NAMES[kind].value
        race_inputs.draw_rules(session.current().experiment, kind, names)
    with dock:
        race_inputs.draw_buttons(race, running=False)
        text = f"{len(names)} {kind.lower()} · {race_inputs.BUDGET.value:g} s of computing each"
        live_text.draw(f"{QUIET_LINE}<p>{escape(text)}</p>", f"{PREFIX}.status", None)


def _draw_race(race: Race, bar: DeltaGenerator, dock: DeltaGenerator, *, running: bool) -> None:
    """Draw the race, which the page then follows; `running`: whether the page shows it as under way."""
    shown, by = session.current().comparison.shown, race_inputs.BY.value
    source = source_of(race, shown.moment)
    for training in race.trainings:
        training.show(wish_of(training.view))
    followed = Followed(race.name, session_key.follow(source), running)
    # after the frames are followed: what changes while the page is drawn comes in one
    view = race.view
    if view.is_running != running:
        st.rerun()  # it ended while the page was drawn: the buttons drawn before must not stay
    now = values(view, shown.moment)
    with dock:
        live_text.draw(_status_html(now, view.measure), f"{PREFIX}.status", followed, reports=True)
    with bar:
        if now["moments"]:
            key, moments = f"{PREFIX}.time", now["moments"]
            time_slider.draw(key, followed, moments, shown.moment, _show_moment, over_time=True)
    hidden = NOT_YET if view.same and shown.answer is None else ""
    lanes = (_lane_html(shown, view.lanes[i], i, by, now["lanes"][str(i)]) for i in order_of(view, by))
    html = f'{hidden}{LANE_STYLE}<div class="lanes">{"".join(lanes)}</div>'
    live_text.draw(html, f"{PREFIX}.lanes", followed, on_press=partial(_enlarge, race))
    with st.container():
        if shown.large is not None:
            _draw_large_map(race, shown.moment, shown.large, followed)
    chart, rules = st.columns([5, 2], gap="large")
    if hidden:
        with chart:
            race_inputs.draw_question(race)
        return
    with rules:
        options = {"required": True, "format_func": LABELS.__getitem__}
        race_inputs.BY.choose(st.segmented_control, "Compare by", list(LABELS), **options)
        standing = live_text.value(f"standing.{by}", now["standing"][by], "p")
        waits = live_text.value("waits", now["waits"], "p", "caption")
        live_text.draw(standing + waits, f"{PREFIX}.standing", followed)
        if view.kind is not None:
            if not view.is_of(session.current().experiment):
                st.caption(EARLIER.format(race_inputs.summary(view.set_up, view.kind)))
            race_inputs.draw_rules(view.set_up, view.kind, [lane.name for lane in view.lanes])
    with chart:
        if shown.answer is not None:
            st.markdown(race_inputs.answered(view.same, shown.answer))
        st.markdown(CAPTIONS[by].format(view.measure))
        _draw_chart(view, by, now["then"], followed)
    with st.container():
        # networks of other activations, layers or points have other landscapes
        if view.kind == "Optimizers" and not running:
            _draw_landscape(race)


def _show_moment(moment: Choice) -> None:
    session.show_race(moment=moment)


def _status_html(now: Mapping[str, Any], measure: str) -> str:
    words = f"{live_text.value('status', now['status'], 'b')} {live_text.value('progress', now['progress'])}"
    bar = live_text.bar("share", now["share"], f"{measure.capitalize()} used")
    return f'{BAR_STYLE}<div class="line">{words}</div>{bar}'


def _lane_html(shown: ShownRace, lane: Lane, index: int, by: Name, now: Mapping[str, Any]) -> str:
    """Return a lane: its name, its map, and the figure by which it is compared."""
    name, scene = escape(lane.name), scene_of(lane.view.run.experiment)
    path = f"lanes.{index}"
    place = live_text.value(f"{path}.place.{by}", now["place"][by])
    number = live_text.value(f"{path}.{by}", now[by], "b")
    parts = (live_text.value(f"{path}.{part}", now[part], "p") for part in ("used", "ended", "error"))
    return (
        f'<div><div class="head"><span>{place}&ensp;{name}</span><img src="{line_url(index)}" alt="">'
        f'<button data-press="{index}" aria-pressed="{str(index == shown.large).lower()}" {LARGE_LOOK} '
        f'aria-label="Large map of {name}">{ENLARGE}</button></div>'
        f"{small_map(picture_of(lane, shown.moment), scene, index)}"
        f'<div class="figure">{number}<span>{UNITS[by]}</span></div>{"".join(parts)}</div>'
    )


def _draw_large_map(race: Race, moment: Choice, index: int, followed: Followed) -> None:
    def model_now() -> Model:
        lane = race.view.lanes[index]
        return ShownWeights.of(lane.view, choice_at(lane, moment)).model

    lane = race.view.lanes[index]
    parts = {"layout.images.0.source": f"picture.lanes.{index}", "layout.meta.alt": f"lanes.{index}.map_alt"}
    live.figure(
        network_map(picture_of(lane, moment), scene_of(lane.view.run.experiment)),
        key=f"{PREFIX}.map.{index}",
        height=MAP_HEIGHT,
        bound=Bound(followed, [*parts.items()], class_colors(lane.experiment.class_count)),
        model_now=model_now,
    )


def _enlarge(race: Race, lane: Any) -> None:
    """Show the map of a lane large, or no longer; `lane` is as the browser has sent it."""
    index = next((index for index in range(len(race.names)) if str(index) == lane), None)
    session.show_race(large=None if index == session.current().comparison.shown.large else index)


def _draw_chart(race: View, by: Name, then: Mapping[str, Any], followed: Followed) -> None:
    """Draw the chart, with a line at the moment of the maps if that is past."""
    figure = charts_of(race).figure(by)
    shapes = figure["layout"].get("shapes", [])
    shape, line = f"layout.shapes.{len(shapes)}", {"color": ZERO_LINE, "dash": "dot", "width": 1.5}
    upright = {"type": "line", "yref": "y domain", "y0": 0, "y1": 1, "line": line, "visible": then["is_past"]}
    shapes = [*shapes, upright | {"x0": then["seconds"], "x1": then["seconds"]}]
    bindings = [
        *charts.bindings(by, range(len(race.lanes))),
        (f"{shape}.x0", "then.seconds"),
        (f"{shape}.x1", "then.seconds"),
        (f"{shape}.visible", "then.is_past"),
    ]
    drawn, bound = with_layout(figure, shapes=shapes), Bound(followed, bindings)
    live.figure(drawn, key=f"{PREFIX}.{by}", height=CHART_HEIGHT, rests=True, bound=bound)


def _draw_landscape(race: Race) -> None:
    """Draw the loss landscape with the trajectories of all lanes, or the button that begins it."""
    st.subheader(run_landscape.TITLE, anchor=False)
    st.write(LANDSCAPE)
    view = race.view
    # the leader first: the map is around its weights
    order = sorted(range(len(view.lanes)), key=lambda index: view.lanes[index] is not view.leader)

    def begin() -> None:
        runs = (view.lanes[index].view.run for index in order)
        session.show_race(landscape=run_landscape.begun(race.name, *runs))

    landscape = run_landscape.ask(
        lambda: session.current().comparison.shown.landscape, begin, LANDSCAPE_KEY, LANDSCAPE_HELP
    )
    with st.container():
        if landscape is not None:
            run_landscape.draw(landscape, LANDSCAPE_KEY, [race.names[index] for index in order], order)
