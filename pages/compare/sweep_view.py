"""The sweep on the Compare page: what varies, its start and stop, and its results so far."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.compare import keeping, sweep_inputs, sweep_tables
from pages.compare.sweep_inputs import PREFIX
from pages.compare.sweep_tables import Rows
from pages.models.setting_words import phrase
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.referee import best_possible
from pages.run_view import following
from pages.runs import sentences
from pages.runs.computing_cost import seconds_of
from pages.runs.sweep import Best, Sweep, SweepStatus, SweepView
from pages.runs.varied import Varied
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.recalled_input import recalled_input
from pages.wording.percent import percent
from polycore import Experiment, PolycoreError
from polycore.figures.style import Figure
from polycore.figures.sweep_curves import Group, sweep_figure
from polycore.formatting import counted, duration
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

CHART_HEIGHT = 400

INTRODUCTION = (
    "All combinations are trained, each with several seeds: the result of a single run may be luck."
)
NONE_YET = "There is no sweep yet: a figure here will show each run's accuracy and computing time."
LIMITS = (
    "This demo gives each run {seconds:g} s of computing, and a sweep {runs} runs. On your own machine a run "
    "continues to its last step."
)
FULL_BATCH = (
    "{optimizer} needs the same samples at every step: it uses {samples:,} of each polynomial, all at once. "
    "The others train as set up."
)
EARLIER = "This sweep uses an earlier set-up: {}."
ROWS_HELP = "Settings: a row for each, averaged over its seeds. Runs: a row for each that has ended."
START_HELP = (
    "Train all of them, a few at once. This replaces the last sweep; you can undo it right afterwards."
)
CHANGE_HELP = "What the next sweep varies, and what it costs."
REPLACED = "A new sweep has replaced the last one."
SHORT = "Less than a second of computing"
KEEP_HELP = "Add its weights to the kept runs, where you can use and compare them."


def draw(beside: DeltaGenerator) -> None:
    """Draw what varies and the sweep, which the page follows while it is under way.

    beside: a row at the right of the choice of views. What varies folds into it once there is a sweep.
    """
    sweep, set_up = session.current().comparison.sweep, session.current().experiment
    standing = None if sweep is None else sweep.view.status
    with st.container():  # a refusal adds elements, and what follows must not move
        if sweep is None:
            is_valid = _draw_form(set_up)
        else:
            with beside:
                varied = sweep.view.varied
                settings, seeds = counted(varied.settings, "setting"), counted(varied.seeds, "seed")
                st.caption(f"{settings} · {seeds}", width="content")
                with st.popover("Change", type="tertiary", icon=":material/tune:", help=CHANGE_HELP):
                    is_valid = _draw_form(set_up)
        with st.container(horizontal=True, vertical_alignment="center"):
            _draw_buttons(sweep, standing, is_valid=is_valid)
        refusal.draw(PREFIX, "The sweep could not start.")
    if sweep is None:
        st.caption(NONE_YET)
    else:
        _draw_sweep(sweep, running=standing == "running")


def _draw_form(set_up: Experiment) -> bool:
    """Draw the inputs of the next sweep, and what it costs; return whether it is possible."""
    st.caption(f"{INTRODUCTION} The rest is your set-up: {_in_words(set_up)}.")
    sweep_inputs.draw(set_up)
    with st.container():
        return _draw_cost(set_up)


def _in_words(set_up: Experiment) -> str:
    return f"{counted_classes(set_up.shown_classes)} · {phrase(set_up)}"


def _draw_cost(set_up: Experiment) -> bool:
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
    st.write(cost(varied, experiments))
    for note in notes(set_up, varied):
        st.caption(note)
    return True


def cost(varied: Varied, experiments: tuple[Experiment, ...]) -> str:
    """Return the number of runs and their computing time, in Markdown."""
    own = server.current()
    budget = own.limits.seconds_of_sweep
    seconds = sum(min(budget, seconds_of(experiment)) for experiment in experiments)
    at_once = min(own.workers.count, len(experiments))
    time = f"Roughly {duration(seconds)} of computing" if seconds >= 1 else SHORT
    if at_once > 1 and seconds >= 10:
        time += f", {duration(seconds / at_once)} with {at_once} at once"
    settings, seeds = counted(varied.settings, "setting"), counted(varied.seeds, "seed")
    return f"**{counted(varied.runs, 'run')}**: {settings} with {seeds}. {time}."


def notes(set_up: Experiment, varied: Varied) -> list[str]:
    """Return what limits the runs of a sweep, and what one of its optimizers replaces in the set-up."""
    limits, said = server.current().limits, []
    if limits.seconds_of_sweep < float("inf"):
        said.append(LIMITS.format(seconds=limits.seconds_of_sweep, runs=limits.max_sweep_runs))
    full_batch = set_up.on_fixed_samples()
    needing = [OPTIMIZERS[name] for name in varied.optimizers if OPTIMIZERS[name].needs_full_batch]
    if needing and full_batch != set_up:
        optimizer, samples = needing[0].words.label, full_batch.samples_per_class
        said.append(FULL_BATCH.format(optimizer=optimizer, samples=samples))
    return said


def _draw_buttons(sweep: Sweep | None, standing: SweepStatus | None, *, is_valid: bool) -> None:
    under_way = standing in ("running", "paused")
    _draw_button(
        "Start the sweep" if sweep is None else "Sweep again",
        ":material/play_arrow:",
        _begin,
        START_HELP,
        disabled=under_way or not is_valid,
        kind="primary",
    )
    # a key for each label: the second of two quick clicks must not press the button that replaces the first
    if standing == "paused":
        text = "Continue where it stopped."
        _draw_button("Resume the sweep", ":material/play_arrow:", _on_sweep(Sweep.resume), text)
    else:
        text, rests = "Pause all runs until you resume.", standing != "running"
        _draw_button("Pause the sweep", ":material/pause:", _on_sweep(Sweep.pause), text, disabled=rests)
    text = "End it for good. Runs that have ended stay in the table."
    _draw_button("Stop the sweep", ":material/stop:", _on_sweep(Sweep.stop), text, disabled=not under_way)
    view = None if sweep is None else sweep.view
    if view is not None and view.best is not None and not view.is_active:
        networks = partial(_networks, view, view.best)
        keeping.draw(PREFIX, "Keep the best", KEEP_HELP, [view.best.outcome.experiment], networks)


def _draw_button(
    label: str,
    icon: str,
    action: Callable[[], None],
    text: str,
    *,
    disabled: bool = False,
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


def _on_sweep(action: Callable[[Sweep], None]) -> Callable[[], None]:
    """Return what does that with the latest sweep at the press, if there is one."""

    def act() -> None:
        sweep = session.current().comparison.sweep
        if sweep is not None:
            action(sweep)

    return act


def _begin() -> None:
    with refusal.later(PREFIX):
        set_up = session.current().experiment
        # the latest choice: the page may not have been drawn since the last change
        workers, owner = server.current().workers, presence.session_name()
        sweep = Sweep(set_up, sweep_inputs.chosen(set_up), workers, owner)
        sweep.seen(presence.of_this_tab())
        sweep.start()
        _on_sweep(Sweep.stop)()  # not before: if the new sweep is refused, the last one goes on
        before = session.current().comparison
        is_loss = before.sweep is not None and before.sweep.view.outcomes
        session.compare_another(replace(before, sweep=sweep), REPLACED if is_loss else None)


def _networks(sweep: SweepView, best: Best) -> list[Kept]:
    return [
        Kept(
            title=f"Sweep · {_name(sweep, best)}",
            model=best.model,
            experiment=best.outcome.experiment,
            history=best.history,
            seconds=best.outcome.seconds,
            milestones=best.milestones,
        )
    ]


def _name(sweep: SweepView, best: Best) -> str:
    experiment = best.outcome.experiment
    return f"{sweep.name_of(experiment)}, seed {experiment.seed}"


def _draw_sweep(sweep: Sweep, *, running: bool) -> None:
    """Draw the sweep, which the page then follows; `running`: whether the page shows it as running."""
    best = best_possible(sweep.view.set_up)
    standing = st.container()
    figure = st.container()
    shown: Input[Rows] = recalled_input(f"{PREFIX}.rows", lambda: "Settings")
    rows = shown.choose(st.segmented_control, "Table of", get_args(Rows), required=True, help=ROWS_HELP)
    followed = following.follow_sweep(
        "table", sweep, partial(values, rows=rows, possible=best), running=running
    )
    view = sweep.view  # after the frames are followed: what changes while the page is drawn comes in one
    now = values(view, rows, best)
    with standing:
        html = live_text.value("standing", now["standing"], "p")
        html += live_text.bar("share", now["share"], "Runs that have ended")
        html += live_text.value("waits", now["waits"], "p", "caption")
        html += live_text.value("best", now["best"], "p", "note good")
        live_text.draw(html, f"{PREFIX}.standing", followed, reports=True)
        if view.set_up != session.current().experiment:
            st.caption(EARLIER.format(_in_words(view.set_up)))
    with figure:
        live.figure(
            now["figure"],
            key=f"{PREFIX}.chart",
            height=CHART_HEIGHT,
            rests=True,
            bound=Bound(followed, [(part, f"figure.{part}") for part in ("data", "layout")]),
        )
    sweep_tables.draw(rows, now["rows"], len(view.settings), f"{PREFIX}.table", followed)
    if view.outcomes and not running:
        st.download_button(
            f"{rows} as CSV",
            sweep_tables.csv_of(rows, view),
            file_name=f"polycore-sweep-{rows.lower()}.csv",
            mime="text/csv",
            key=f"{PREFIX}.download.{rows}",
            icon=":material/download:",
            on_click="ignore",
            help="All figures with all digits; accuracies as shares from 0 to 1.",
        )


def values(sweep: SweepView, rows: Rows, possible: float | None) -> dict[str, Any]:
    """Return what the page shows of a sweep, with the rows of one of its tables, as text and numbers.

    possible: the best possible accuracy, a share; None if it is not known.
    """
    return {
        "standing": sweep.standing(),
        "share": 100 * len(sweep.outcomes) / len(sweep.experiments),
        "waits": sweep.refusal or next(filter(None, map(sentences.waiting, sweep.runs)), ""),
        "best": _best(sweep, possible),
        "figure": json.loads(live.json_of(figure_of(sweep, possible))),
        "rows": sweep_tables.rows_of(rows, sweep),
    }


def figure_of(sweep: SweepView, possible: float | None) -> Figure:
    """Return the accuracies and computing times of the runs that have ended, by their settings."""
    groups = []
    for setting, outcomes in zip(sweep.settings, sweep.outcomes_by_setting, strict=True):
        ended = [outcome for outcome in outcomes if outcome.error is None]
        seconds = np.array([outcome.seconds for outcome in ended])
        accuracies = np.array([outcome.held_out_accuracy for outcome in ended], dtype=np.float64)
        groups.append(Group(sweep.name_of(setting), seconds, accuracies))
    return sweep_figure(groups, possible)


def _best(sweep: SweepView, possible: float | None) -> str:
    """Return a sentence about the best run; "" if none has succeeded yet."""
    best = sweep.best
    if best is None:
        return ""
    so_far = "" if sweep.status == "finished" else " so far"
    accuracy = percent(best.model.held_out_accuracy or 0.0)
    compared = "" if possible is None else f" (best possible {percent(possible)})"
    return f"Best{so_far}: {_name(sweep, best)}, with {accuracy} of new points right{compared}."
