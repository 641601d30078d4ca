"""The sweep on the Compare page: what varies, its start and stop, and its results so far."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import streamlit as st

from pages.compare import sweep_inputs, sweep_tables
from pages.models import kept_actions
from pages.models.setting_words import phrase
from pages.plane import live
from pages.plane.referee import best_possible
from pages.runs import status
from pages.runs.computing_cost import seconds_of
from pages.runs.sweep import Best, Status, Sweep
from pages.runs.varied import Varied
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.kept_models import Kept
from pages.wording.percent import percent
from polycore import Experiment, PolycoreError
from polycore.figures import Group, sweep_figure
from polycore.formatting import duration
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

PREFIX = sweep_inputs.PREFIX
ROWS_KEY = f"{PREFIX}.rows"
TICK_SECONDS = 1.0
CHART_HEIGHT = 400

Rows = Literal["Settings", "Runs"]
ROWS_HELP = "Settings: a row for each, averaged over its seeds. Runs: a row for each that has ended."


def draw() -> None:
    """Draw what varies and the sweep, and update the sweep while it is under way."""
    sweep = session.current().comparison.sweep
    status = None if sweep is None else sweep.status
    _draw_set_up(session.current().experiment)
    with st.container():
        _draw_inputs(session.current().experiment, status)
    with st.container():
        if sweep is None:
            st.caption(
                "There is no sweep yet. Choose what varies and press Start the sweep: a figure here will "
                "show each run's accuracy and computing time."
            )
        else:
            _watch(sweep, shown=sweep.status)


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
        session.set_comparison(replace(session.current().comparison, sweep=sweep))


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


def _watch(sweep: Sweep, *, shown: Status) -> None:
    """Draw the sweep, again and again while it is under way; see sweep_ticker.py."""
    is_there = presence.of_this_tab()
    best = best_possible(sweep.set_up)

    def tick() -> None:
        sweep.seen(is_there)
        status = sweep.status
        _draw_standing(sweep, best)
        _draw_chart(sweep, best)
        _draw_table(sweep)
        if status != shown:
            st.rerun()

    st.fragment(tick, run_every=TICK_SECONDS if shown == "running" else None)()


def _draw_standing(sweep: Sweep, best_possible: float | None) -> None:
    ended, planned = len(sweep.outcomes), len(sweep.experiments)
    st.progress(ended / planned, text=sweep.standing())
    waits = sweep.refusal or next(filter(None, (status.waiting(one.view) for one in sweep.under_way)), "")
    with st.container():
        if sweep.set_up != session.current().experiment:
            earlier = f"{counted_classes(sweep.set_up.shown_classes)} · {phrase(sweep.set_up)}"
            st.caption(f"This sweep uses an earlier set-up: {earlier}.")
        if waits:
            st.caption(f":material/hourglass_top: {waits}")
        if sweep.best is not None:
            st.info(_best_sentence(sweep, sweep.best, best_possible), icon=":material/star:")


def _best_sentence(sweep: Sweep, best: Best, best_possible: float | None) -> str:
    so_far = "" if sweep.status == "finished" else " so far"
    possible = "" if best_possible is None else f" (best possible {percent(best_possible)})"
    return f"Best{so_far}: {_name(sweep, best)}, with {_accuracy(best)} of held-out points{possible}."


def _name(sweep: Sweep, best: Best) -> str:
    experiment = best.outcome.experiment
    return f"{sweep.varied.name_of(experiment)}, seed {experiment.seed}"


def _accuracy(best: Best) -> str:
    return percent(best.model.held_out_accuracy or 0.0)


def _draw_chart(sweep: Sweep, best_possible: float | None) -> None:
    groups = groups_of(sweep)
    live.figure(sweep_figure(groups, best_possible), key=f"{PREFIX}.chart", height=CHART_HEIGHT)


def groups_of(sweep: Sweep) -> list[Group]:
    """Return for each setting the computing times and accuracies of its runs that have ended."""
    groups = []
    for setting, outcomes in zip(sweep.settings, sweep.outcomes_by_setting, strict=True):
        ended = [outcome for outcome in outcomes if outcome.error is None]
        seconds = np.array([outcome.seconds for outcome in ended])
        accuracies = np.array([outcome.held_out_accuracy for outcome in ended], dtype=np.float64)
        groups.append(Group(sweep.varied.name_of(setting), seconds, accuracies))
    return groups


def _draw_table(sweep: Sweep) -> None:
    with st.container():
        rows = st.segmented_control(
            "Table of",
            get_args(Rows),
            default="Settings",
            required=True,
            key=ROWS_KEY,
            persist_state="session",
            help=ROWS_HELP,
        )
    with st.container():
        if rows == "Settings":
            sweep_tables.draw_settings(sweep)
        elif sweep.outcomes:
            sweep_tables.draw_runs(sweep)
        else:
            st.caption("No run has ended yet.")
    with st.container():
        if sweep.outcomes and not sweep.is_active:
            _draw_download(sweep, rows)


def _draw_download(sweep: Sweep, rows: Rows) -> None:
    st.download_button(
        f"{rows} as CSV",
        sweep_tables.settings_csv(sweep) if rows == "Settings" else sweep_tables.runs_csv(sweep),
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
    if sweep is None or sweep.is_active or sweep.best is None:
        return
    kept = _is_kept(sweep.best)
    room = session.free_slots() >= 1
    st.button(
        "Keep the best",
        key=f"{PREFIX}.keep",
        icon=":material/inventory_2:",
        on_click=_keep,
        args=(sweep, sweep.best),
        disabled=kept or not room,
        help="Add its weights to the kept runs, where you can use and compare them.",
    )
    if kept:
        st.caption("It is among the kept runs.")
    elif not room:
        st.caption("There is no room for it: delete some that you keep.")
    else:
        kept_actions.draw_going(session.going_for(1), "sweep")


def _keep(sweep: Sweep, best: Best) -> None:
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
