"""The race on the Compare page: who races, start and stop, and the lanes side by side."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, get_args

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text, session_key
from pages.channel.live_text import Followed
from pages.compare import race_landscape, race_past
from pages.compare.race_values import OVER, curves_of, source_of, values, wish_of
from pages.models import kept_actions
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.plane import model_map, run_map
from pages.plane.referee import best_possible
from pages.plane.scene import scene_of
from pages.run_view import time_slider
from pages.runs.race import (
    BUDGETS,
    DEFAULT,
    ENTRANTS,
    FEWEST,
    MOST,
    Kind,
    Lane,
    Race,
    RaceView,
    replaced_in,
    shares_weights,
)
from pages.runs.runner import Training
from pages.server import presence, server
from pages.server.audience import ModelNow
from pages.server.source import Choice
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.shown_weights import ShownWeights
from polycore import Experiment, Model, Run
from polycore.experiment.settings import ADVICE_ON_OPTIMIZERS, SETTINGS
from polycore.figures import accuracies_figure, line_url, losses_figure
from polycore.figures.style import ZERO_LINE
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.features import label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.pictures.palette import PALETTE
from polycore.polynomials.classes import counted_classes

PREFIX = "race"
MAP_HEIGHT, CHART_HEIGHT = 200, 320

KIND_HELP = (
    "Optimizers: your network, trained by several of them. Activations: your network with several of them in "
    "its hidden neurons, trained by your optimizer at your learning rate."
)
NAMES_HELP: dict[Kind, str] = {
    "Optimizers": f"""
Choose {FEWEST} to {MOST}. Each has a learning rate that works well on the twelve polynomials; random search
has the tutorial's. **Nesterov** is SGD that looks ahead along its momentum.

{ADVICE_ON_OPTIMIZERS}
""",
    "Activations": f"""
Choose {FEWEST} to {MOST}.

{SETTINGS["activation"].explanation}
""",
}
BUDGET_HELP = (
    "Processor time for each of them, without the time spent waiting: on a busy machine the race takes "
    "longer but stays fair."
)
LOSS_HELP = (
    "The lowest cross-entropy on the samples so far, in nats, as in the chart below. All minimize it; at the "
    "latest step it may be higher."
)
WHY_REPLACED: dict[Kind, str] = {
    "Optimizers": "So all minimize the same loss, on samples that every optimizer can use, and only the time "
    "ends a run.",
    "Activations": "So all minimize the same loss on the same samples, and only the time ends a run.",
}
HELD_OUT_HELP = (
    "The share of 3,000 held-out points, never trained on, that the weights on the map, those of the latest "
    "step, get right."
)


def is_running() -> bool:
    """Return whether a race is under way."""
    race = session.current().comparison.race
    return race is not None and race.view.is_running


def draw() -> None:
    """Draw the race, which the page follows while it is under way."""
    running = is_running()
    kind = _choose_kind()
    course = st.container()
    with st.container():
        names = _draw_inputs(kind, running=running)
    with course:
        _draw_course(session.current().experiment, kind, names)
    race = session.current().comparison.race
    container = st.container()
    if race is not None and (race.view.has_begun or running):
        with container:
            _draw_race(race, running=running)


def _choose_kind() -> Kind:
    return KIND.choose(st.segmented_control, "Race", get_args(Kind), required=True, help=KIND_HELP)


def _names(kind: Kind) -> Input[list[str]]:
    return Input(f"{PREFIX}.names.{kind}", lambda: list(DEFAULT[kind]))


def _draw_course(experiment: Experiment, kind: Kind, names: Sequence[str]) -> None:
    shared = shares_weights(experiment, kind, names)
    st.write(_course(kind, shared=shared))
    st.caption(f"From your set-up: {_summary(experiment, kind)}.")
    own = "the activations" if shared else "the activations, each with the initial weights that suit it"
    if kind == "Optimizers":
        own = "the optimizers, each with its own learning rate"
    replaced = replaced_in(experiment)
    why = f" {WHY_REPLACED[kind]}" if replaced else ""
    st.caption(f"Not from your set-up: {'; '.join([own, *replaced])}.{why}")


def _course(kind: Kind, *, shared: bool) -> str:
    """Return what the lanes have in common; `shared`: whether they start from the same weights."""
    same_time = "They get the same computing time, not the same number of steps."
    if shared:
        who = "optimizers" if kind == "Optimizers" else "networks"
        return f"All {who} start from the same weights and see the same samples at every step. {same_time}"
    return (
        "All networks have the same layers, optimizer and seed, and see the same samples at every step. Each "
        "starts from initial weights that suit its activation, so not all start from the same ones. "
        f"{same_time}"
    )


def _summary(experiment: Experiment, kind: Kind) -> str:
    """Return in words what a race of that kind uses of a set-up."""
    polynomials = counted_classes(experiment.shown_classes)
    per_class = experiment.samples_per_class
    samples = [] if per_class is None else [f"{per_class:,} samples of each"]
    if experiment.data is not None:
        samples = [f"{len(experiment.data):,} points of yours"]
    layers = ", ".join(map(str, experiment.hidden)) or "none"
    more = []
    if kind == "Optimizers" and experiment.activation != RELU.name:
        more.append(ACTIVATIONS[experiment.activation].label)
    if not experiment.inputs.is_plain:
        more.append(f"inputs {', '.join(map(label_of, experiment.features))}")
    if kind == "Activations":
        more.append(_optimizer(experiment))
    return ", ".join([polynomials, *samples, f"hidden layers: {layers}", *more, f"seed {experiment.seed}"])


def _optimizer(experiment: Experiment) -> str:
    optimizer = OPTIMIZERS[experiment.optimizer]
    rate = f" at {experiment.learning_rate:g}" if "learning_rate" in optimizer.uses else ""
    return f"{optimizer.words.label}{rate}"


def _draw_inputs(kind: Kind, *, running: bool) -> Sequence[str]:
    """Draw the inputs and the buttons; return the names of those that are chosen."""
    names = _names(kind).choose(
        st.pills, "Who races", list(ENTRANTS[kind]), selection_mode="multi", help=NAMES_HELP[kind]
    )
    BUDGET.choose(
        st.segmented_control,
        "Computing time each",
        _budgets(),
        required=True,
        format_func="{:g} s".format,
        help=BUDGET_HELP,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_buttons(names, running=running)
    refusal.draw(PREFIX, "The race could not start.")
    return names


def _budgets() -> tuple[float, ...]:
    most = server.current().limits.max_seconds
    return tuple(budget for budget in BUDGETS if budget <= most) or (most,)


KIND = Input[Kind](f"{PREFIX}.kind", lambda: "Optimizers")
BUDGET = Input(f"{PREFIX}.budget", lambda: _budgets()[0])


def _draw_buttons(names: Sequence[str], *, running: bool) -> None:
    is_valid = FEWEST <= len(names) <= MOST
    has_started = session.current().comparison.race is not None
    st.button(
        "Race again" if has_started else "Start the race",
        key=f"{PREFIX}.start",
        type="primary",
        icon=":material/flag:",
        on_click=_begin,
        disabled=running or not is_valid,
        help="Start all again from the initial weights. The last race is lost unless you keep its networks.",
    )
    st.button(
        "Stop the race",
        key=f"{PREFIX}.stop",
        icon=":material/stop:",
        on_click=_stop,
        disabled=not running,
        help="End it now.",
    )
    _draw_keep(running=running)
    if not is_valid:
        st.caption(f"Choose {FEWEST} to {MOST}.")


def _begin() -> None:
    kind, budget = KIND.value, BUDGET.value
    # in a fixed order, whatever the order of the clicks
    names = [name for name in ENTRANTS[kind] if name in _names(kind).value]
    _stop()
    with refusal.later(PREFIX):
        workers, owner = server.current().workers, presence.session_name()
        race = Race.of(session.current().experiment, names, budget, workers, owner, kind)
        race.start()
        own, before = server.current().computing.add(race), session.current().comparison
        session.set_comparison(replace(before, race_id=own, landscape_id=None, moment="Now"))


def _stop() -> None:
    race = session.current().comparison.race
    if race is not None:
        race.stop()


def _draw_race(race: Race, *, running: bool) -> None:
    """Draw the race, which the page then follows; `running`: whether the page shows it as under way."""
    moment = session.current().comparison.moment
    followed = _follow(race, moment, running=running)
    # after the frames are followed: what changes while the page is drawn comes in one
    view = race.view
    if view.is_running != running:
        st.rerun()  # it ended while the page was drawn: the buttons drawn before must not stay
    now = values(view, moment)
    _draw_standing(view, now, followed)
    time_slider.draw_for_race(f"{PREFIX}.time", followed, now["moments"], moment, _show)
    _draw_lanes(race, view, moment, now, followed)
    _draw_charts(view, now, followed)
    with st.container():
        if not running and race.kind == "Optimizers":  # networks of other activations have other landscapes
            race_landscape.draw(race)


def _show(moment: Choice) -> None:
    session.set_comparison(replace(session.current().comparison, moment=moment))


def _follow(race: Race, moment: Choice, *, running: bool) -> Followed:
    for training in race.trainings:
        training.show(wish_of(training.view))
    return Followed(race.name, session_key.follow(source_of(race, moment)), running)


def _draw_standing(race: RaceView, now: dict[str, Any], followed: Followed) -> None:
    standing = live_text.value("standing", now["standing"], "p", "note")
    waits = live_text.value("waits", now["waits"], "p", "caption")
    live_text.draw(standing + waits, f"{PREFIX}.standing", followed, reports=True)
    with st.container():
        if not race.is_of(session.current().experiment):
            st.caption(f"This race used an earlier set-up: {_summary(race.set_up, race.kind)}.")
        if race.was_stopped:
            st.caption("It was stopped before all had used their computing time.")


def _draw_lanes(race: Race, view: RaceView, moment: Choice, now: dict[str, Any], followed: Followed) -> None:
    choices = [race_past.choice_at(lane, moment) for lane in view.lanes]
    # first: the maps of a wide network take long, and no lane should be drawn in part
    maps = [_lane_map(lane, choice) for lane, choice in zip(view.lanes, choices, strict=True)]
    columns = st.columns(len(view.lanes))
    for index, (column, lane) in enumerate(zip(columns, view.lanes, strict=True)):
        with column, st.container(border=True, gap="small"):
            model_now = partial(_model_now, race.trainings[index], choices[index])
            _draw_lane_map(index, lane, maps[index], model_now, followed)
            _draw_lane_figures(index, now["lanes"][str(index)], followed)


def _draw_lane_map(
    index: int, lane: Lane, figure: go.Figure, model_now: ModelNow, followed: Followed
) -> None:
    st.html(
        f'<div style="display: flex; gap: 0.5rem; align-items: center"><img src="{line_url(index)}" '
        f'width="44" height="16" alt=""><b>{lane.name}</b></div>'
    )
    colors = [look.rgb for look in PALETTE[: lane.experiment.class_count]]
    bindings = (
        ("layout.images.0.source", f"picture.lanes.{index}"),
        ("layout.meta.alt", f"lanes.{index}.map_alt"),
    )
    live.figure(
        figure,
        key=f"{PREFIX}.map.{index}",
        height=MAP_HEIGHT,
        bound=Bound(followed, bindings, colors),
        model_now=model_now,
    )


def _model_now(training: Training, choice: Choice) -> Model:
    return ShownWeights.of(training.view, choice).model


def _draw_lane_figures(index: int, now: dict[str, Any], followed: Followed) -> None:
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


def _draw_charts(race: RaceView, now: dict[str, Any], followed: Followed) -> None:
    losses, accuracies = curves_of(race)
    left, right = st.columns(2)
    with left:
        figure = losses_figure(losses, OVER).update_yaxes(title_text="lowest loss so far (nats)")
        _draw_chart(_with_moment(figure, now), "loss", _curves_of_frames(race, "losses"), followed)
    with right:
        figure = accuracies_figure(accuracies, OVER, best_possible(race.set_up))
        _draw_chart(_with_moment(figure, now), "accuracy", _curves_of_frames(race, "accuracies"), followed)


def _with_moment(figure: go.Figure, now: dict[str, Any]) -> go.Figure:
    """Return the chart with a line at the moment of the maps, if that is past."""
    seconds, is_past = now["then"]["seconds"], now["then"]["is_past"]
    return figure.add_vline(seconds, line={"color": ZERO_LINE, "dash": "dot", "width": 1.5}, visible=is_past)


def _draw_chart(
    figure: go.Figure, name: str, bindings: Sequence[tuple[str, str]], followed: Followed
) -> None:
    line = f"layout.shapes.{len(figure.layout.shapes) - 1}"
    of_line = [(f"{line}.{end}", "then.seconds") for end in ("x0", "x1")]
    of_text = ("layout.meta.alt", f"{name}_alt")
    bound = Bound(followed, [*bindings, *of_line, (f"{line}.visible", "then.is_past"), of_text])
    live.figure(figure, key=f"{PREFIX}.{name}", height=CHART_HEIGHT, rests=True, bound=bound)


def _curves_of_frames(race: RaceView, name: str) -> list[tuple[str, str]]:
    return [
        (f"data.{index}.{axis}", f"lanes.{index}.{column}")
        for index in range(len(race.lanes))
        for axis, column in (("x", "seconds"), ("y", name))
    ]


def _lane_map(lane: Lane, choice: Choice) -> go.Figure:
    """Return the map of a lane's weights."""
    if choice == "Now":
        return _latest_map(lane.view.run)
    shown = ShownWeights.of(lane.view, choice)
    return _without_labels(model_map(shown.model, scene_of(shown.run.experiment)))


@lru_cache(maxsize=2 * MOST)  # few: each holds a run, and one of L-BFGS with a wide network has 45 MB
def _latest_map(run: Run) -> go.Figure:
    return _without_labels(run_map(run))


def _without_labels(whole: go.Figure) -> go.Figure:
    """Return a copy of a map without legend and tick labels, which would take most of the space."""
    figure = go.Figure(whole).update_layout(showlegend=False, margin=dict.fromkeys("lrtb", 0))
    figure.update_xaxes(title=None, showticklabels=False, fixedrange=True)
    return figure.update_yaxes(title=None, showticklabels=False, fixedrange=True)


def _draw_keep(*, running: bool) -> None:
    """Offer to keep the networks of the race, if there is room for all."""
    race = session.current().comparison.race
    view = None if race is None else race.view
    if view is None or running or not view.has_begun:
        return
    kept = all(map(_is_kept, view.lanes))
    room = session.free_slots() >= len(view.lanes)
    st.button(
        "Keep all",
        key=f"{PREFIX}.keep",
        icon=":material/inventory_2:",
        on_click=_keep,
        args=(race,),
        disabled=kept or not room,
        help="Add the weights with the lowest loss of each to the kept runs, where you can use and compare "
        "them.",
    )
    if kept:
        st.caption("They are among the kept runs.")
    elif not room:
        st.caption("There is no room for all of them: delete some that you keep.")
    else:
        new = sum(not _is_kept(lane) for lane in view.lanes)
        kept_actions.draw_going(session.going_for(new), "race", new)


def _keep(race: Race) -> None:
    for lane in race.view.lanes:
        if not _is_kept(lane):
            session.add(_kept(lane))


def _is_kept(lane: Lane) -> bool:
    return any(kept.experiment == lane.experiment for kept in session.current().models.kept)


def _kept(lane: Lane) -> Kept:
    view = lane.view
    return Kept(
        title=f"Race · {lane.name}",
        model=lane.model,
        experiment=lane.experiment,
        history=view.run.history,
        seconds=view.seconds,
        marks=view.marks,
    )
