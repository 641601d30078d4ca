"""The sweep on the Compare page: what varies, its start and stop, and its results so far."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.compare import sweep_inputs, sweep_tables
from pages.compare.sweep_tables import Rows
from pages.models import kept_actions
from pages.models.setting_words import phrase
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.referee import best_possible
from pages.run_view import following
from pages.runs import status
from pages.runs.computing_cost import seconds_of
from pages.runs.sweep import Best, Status, Sweep, SweepView
from pages.runs.varied import Varied
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.wording.percent import percent
from polycore import Experiment, PolycoreError
from polycore.figures import Group, sweep_figure
from polycore.formatting import duration
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

PREFIX = sweep_inputs.PREFIX
CHART_HEIGHT = 400

ROWS_HELP = "Settings: a row for each, averaged over its seeds. Runs: a row for each that has ended."


def draw() -> None:
    """Draw what varies and the sweep, which the page follows while it is under way."""
    sweep = session.current().comparison.sweep
    status = None if sweep is None else sweep.view.status
    _draw_set_up(session.current().experiment)
    with st.container():  # what may be refused has more lines, and what follows keeps its place
        _draw_inputs(session.current().experiment, status)
    if sweep is None:
        st.caption(
            "There is no sweep yet. Choose what varies and press Start the sweep: a figure here will show "
            "each run's accuracy and computing time."
        )
    else:
        _draw_sweep(sweep, running=status == "running")


def _draw_set_up(set_up: Experiment) -> None:
    st.write(
        "Train your set-up in several variants, and see which is best and what it costs. All combinations "
        "of your choices are trained, each with several seeds, since the result of a single run may be luck."
    )
    st.caption(f"From your set-up: {counted_classes(set_up.shown_classes)} · {phrase(set_up)}.")


def _draw_inputs(set_up: Experiment, status: Status | None) -> None:
    sweep_inputs.ask(set_up)
    with st.container():
        is_valid = _draw_effort(set_up)
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_buttons(status, is_valid=is_valid)
    refusal.draw(PREFIX, "The sweep could not start.")


def _draw_effort(set_up: Experiment) -> bool:
    """Say what the sweep costs, or all reasons why it is not possible; return whether it is."""
    reasons = sweep_inputs.refused(set_up)
    if not reasons:
        try:
            varied = sweep_inputs.chosen(set_up)
            experiments = varied.experiments(set_up)
        except PolycoreError as error:
            reasons = [error]
    if reasons:
        refusal.show("This sweep is not possible.", *reasons)
        return False
    st.write(_effort(varied, experiments))
    _draw_notes(set_up, varied)
    return True


def _effort(varied: Varied, experiments: tuple[Experiment, ...]) -> str:
    """Return the number of runs and their computing time, in Markdown."""
    budget = server.current().limits.seconds_of_sweep
    seconds = sum(min(budget, seconds_of(experiment)) for experiment in experiments)
    at_once = min(server.current().workers.count, len(experiments))
    cost = f"Roughly {duration(seconds)} of computing" if seconds >= 1 else "Less than a second of computing"
    together = (
        f", {duration(seconds / at_once)} with {at_once} at once" if at_once > 1 and seconds >= 10 else ""
    )
    runs = "1 run" if varied.runs == 1 else f"{varied.runs} runs"
    settings = "1 setting" if varied.settings == 1 else f"{varied.settings} settings"
    seeds = "1 seed" if varied.seeds == 1 else f"{varied.seeds} seeds"
    return f"**{runs}**: {settings} with {seeds}. {cost}{together}."


def _draw_notes(set_up: Experiment, varied: Varied) -> None:
    limits = server.current().limits
    if limits.seconds_of_sweep < float("inf"):
        st.caption(
            f"This demo gives each run {limits.seconds_of_sweep:g} s of computing, and a sweep "
            f"{limits.max_sweep_runs} runs. On your own machine a run continues to its last step."
        )
    full_batch = set_up.on_fixed_samples()
    needing = [OPTIMIZERS[name] for name in varied.optimizers if OPTIMIZERS[name].needs_full_batch]
    if needing and full_batch != set_up:
        st.caption(
            f"{needing[0].words.label} needs the same samples at every step: it uses "
            f"{full_batch.samples_per_class:,} of each polynomial, all at once. The others train as set up."
        )


def _draw_buttons(status: Status | None, *, is_valid: bool) -> None:
    under_way = status in ("running", "paused")
    _button(
        "Start the sweep" if status is None else "Sweep again",
        ":material/play_arrow:",
        _begin,
        under_way or not is_valid,
        "Train all of them, a few at once. The results of the last sweep are lost unless you keep them.",
        "primary",
    )
    # a key for each label: the second of two quick clicks must not press the button that replaces the first
    if status == "paused":
        _button("Resume the sweep", ":material/play_arrow:", _resume, False, "Continue where it stopped.")
    else:
        text = "Pause all runs until you resume."
        _button("Pause the sweep", ":material/pause:", _pause, status != "running", text)
    text = "End it for good. Runs that have ended stay in the table."
    _button("Stop the sweep", ":material/stop:", _stop, not under_way, text)
    _draw_keep()


def _button(
    label: str,
    icon: str,
    action: Callable[[], None],
    disabled: bool,
    text: str,
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    st.button(
        label,
        key=f"{PREFIX}.{label}",
        icon=icon,
        type=kind,
        on_click=action,
        disabled=disabled,
        help=text,
    )


def _begin() -> None:
    _stop()
    with refusal.later(PREFIX):
        set_up = session.current().experiment
        # the latest choice: the page may not have been drawn since the last change
        workers, owner = server.current().workers, presence.session_name()
        sweep = Sweep(set_up, sweep_inputs.chosen(set_up), workers, owner)
        sweep.seen(presence.of_this_tab())
        sweep.start()
        own = server.current().computing.add(sweep)
        session.set_comparison(replace(session.current().comparison, sweep_id=own))


def _pause() -> None:
    sweep = session.current().comparison.sweep
    if sweep is not None:
        sweep.pause()


def _resume() -> None:
    sweep = session.current().comparison.sweep
    if sweep is not None:
        sweep.resume()


def _stop() -> None:
    sweep = session.current().comparison.sweep
    if sweep is not None:
        sweep.stop()


def _draw_sweep(sweep: Sweep, *, running: bool) -> None:
    """Draw the sweep, which the page then follows; `running`: whether the page shows it as running."""
    best = best_possible(sweep.view.set_up)
    standing = st.container()
    figure = st.container()
    shown = Input[Rows](f"{PREFIX}.rows", lambda: "Settings")
    rows = shown.choose(st.segmented_control, "Table of", get_args(Rows), required=True, help=ROWS_HELP)
    followed = following.follow_sweep(
        "table", sweep, partial(values, rows=rows, possible=best), running=running
    )
    view = sweep.view  # after the frames are followed: what changes while the page is drawn comes in one
    now = values(view, rows, best)
    with standing:
        _draw_standing(view, now, followed)
    with figure:
        bound = Bound(followed, [(part, f"figure.{part}") for part in ("data", "layout")])
        live.figure(
            figure_of(view, best), key=f"{PREFIX}.chart", height=CHART_HEIGHT, rests=True, bound=bound
        )
    sweep_tables.draw(rows, now["rows"], len(view.settings), f"{PREFIX}.table", followed)
    if view.outcomes and not running:
        _draw_download(view, rows)


def values(sweep: SweepView, rows: Rows, possible: float | None) -> dict[str, Any]:
    """Return what the page shows of a sweep, with the rows of one of its tables, as text and numbers.

    possible: the best possible accuracy, a share; None if it is not known.
    """
    waits = sweep.refusal or next(filter(None, map(status.waiting, sweep.runs)), "")
    return {
        "standing": sweep.standing(),
        "share": 100 * len(sweep.outcomes) / len(sweep.experiments),
        "waits": waits,
        "best": "" if sweep.best is None else _best_sentence(sweep, sweep.best, possible),
        "figure": json.loads(figure_of(sweep, possible).to_json(validate=False)),
        "rows": sweep_tables.rows_of(rows, sweep),
    }


def figure_of(sweep: SweepView, possible: float | None) -> go.Figure:
    """Return the accuracies and computing times of the runs that have ended, by their settings."""
    groups = []
    for setting, outcomes in zip(sweep.settings, sweep.outcomes_by_setting, strict=True):
        ended = [outcome for outcome in outcomes if outcome.error is None]
        seconds = np.array([outcome.seconds for outcome in ended])
        accuracies = np.array([outcome.held_out_accuracy for outcome in ended], dtype=np.float64)
        groups.append(Group(sweep.varied.name_of(setting), seconds, accuracies))
    return sweep_figure(groups, possible)


def _draw_standing(sweep: SweepView, now: dict[str, Any], followed: Followed) -> None:
    html = live_text.value("standing", now["standing"], "p")
    html += live_text.bar("share", now["share"], "Runs that have ended")
    html += live_text.value("waits", now["waits"], "p", "caption")
    html += live_text.value("best", now["best"], "p", "note good")
    live_text.draw(html, f"{PREFIX}.standing", followed, reports=True)
    if sweep.set_up != session.current().experiment:
        earlier = f"{counted_classes(sweep.set_up.shown_classes)} · {phrase(sweep.set_up)}"
        st.caption(f"This sweep uses an earlier set-up: {earlier}.")


def _best_sentence(sweep: SweepView, best: Best, best_possible: float | None) -> str:
    so_far = "" if sweep.status == "finished" else " so far"
    possible = "" if best_possible is None else f" (best possible {percent(best_possible)})"
    return f"Best{so_far}: {_name(sweep, best)}, with {_accuracy(best)} of held-out points{possible}."


def _name(sweep: SweepView, best: Best) -> str:
    experiment = best.outcome.experiment
    return f"{sweep.varied.name_of(experiment)}, seed {experiment.seed}"


def _accuracy(best: Best) -> str:
    return percent(best.model.held_out_accuracy or 0.0)


def _draw_download(sweep: SweepView, rows: Rows) -> None:
    st.download_button(
        f"{rows} as CSV",
        sweep_tables.csv_of(rows, sweep),
        file_name=f"polycore-sweep-{rows.lower()}.csv",
        mime="text/csv",
        key=f"{PREFIX}.download.{rows}",
        icon=":material/download:",
        on_click="ignore",
        help="All figures with all digits; accuracies as shares from 0 to 1.",
    )


def _draw_keep() -> None:
    """Offer to keep the best network, if there is room for it."""
    sweep = session.current().comparison.sweep
    view = None if sweep is None else sweep.view
    if view is None or view.is_active or view.best is None:
        return
    kept = _is_kept(view.best)
    room = session.free_slots() >= 1
    st.button(
        "Keep the best",
        key=f"{PREFIX}.keep",
        icon=":material/inventory_2:",
        on_click=_keep,
        args=(view, view.best),
        disabled=kept or not room,
        help="Add its weights to the kept runs, where you can use and compare them.",
    )
    if kept:
        st.caption("It is among the kept runs.")
    elif not room:
        st.caption("There is no room for it: delete some that you keep.")
    else:
        kept_actions.draw_going(session.going_for(1), "sweep")


def _keep(sweep: SweepView, best: Best) -> None:
    if _is_kept(best):
        return
    session.add(
        Kept(
            title=f"Sweep · {_name(sweep, best)}",
            model=best.model,
            experiment=best.outcome.experiment,
            history=best.history,
            seconds=best.outcome.seconds,
            marks=best.marks,
        )
    )


def _is_kept(best: Best) -> bool:
    return any(kept.experiment == best.outcome.experiment for kept in session.current().models.kept)
