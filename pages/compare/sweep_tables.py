"""The tables of a sweep on the page: a row a setting with its seeds put together, or a row a run."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.plane import colored_cells
from pages.runs.sweep import Sweep
from pages.wording.percent import percent
from polycore import Experiment
from polycore.sweeps.outcomes import Outcome
from polycore.sweeps.table import summary, table

MOST_ROWS, HEIGHT = 24, 600  # of a table that is shown whole, and pixels of one that scrolls
SHARES = ("held_out_accuracy", "accuracy")  # shown in per cent
NUMBER = st.column_config.NumberColumn(
    "#", width=45, help="The setting's number, and its colour in the figure above."
)
HELD_OUT = st.column_config.NumberColumn(
    "held-out",
    format="%.2f %%",
    width=80,
    help="How many of 3,000 points that nobody trains on are answered rightly.",
)
LOSS = st.column_config.NumberColumn("loss (nats)", format="%.4g", width=85, help="On the training set.")
SECONDS = st.column_config.NumberColumn("seconds", format="%.1f", width=75, help="Of computing, for a run.")
SETTINGS_COLUMNS = {
    "number": NUMBER,
    "setting": st.column_config.TextColumn("setting", help="What varies; all else is as in the set-up."),
    "held_out_accuracy": HELD_OUT,
    "interval": st.column_config.TextColumn(
        "95 % interval",
        width=140,
        help="Where the mean over ever more seeds would lie, in 95 of 100 such sweeps (Student's t).",
    ),
    "runs": st.column_config.TextColumn("runs", width=80, help="How many have ended, of how many."),
    "loss": LOSS,
    "seconds": SECONDS,
}
RUNS_COLUMNS = {
    "number": NUMBER,
    "setting": SETTINGS_COLUMNS["setting"],
    "seed": st.column_config.NumberColumn("seed", format="%d", width=70),
    "held_out_accuracy": HELD_OUT,
    "accuracy": st.column_config.NumberColumn(
        "training", format="%.2f %%", width=80, help="The same on the points that it trains on."
    ),
    "loss": LOSS,
    "steps": st.column_config.NumberColumn("steps", format="localized", width=75),
    "seconds": SECONDS,
    "ended": st.column_config.TextColumn("how it ended"),
}


def draw_settings(sweep: Sweep) -> None:
    """Draw a row a setting, also before any of its runs has ended."""
    rows = [
        _setting_row(number, sweep, setting, outcomes)
        for number, (setting, outcomes) in enumerate(
            zip(sweep.settings, sweep.outcomes_by_setting, strict=True), 1
        )
    ]
    _draw(pd.DataFrame(rows, columns=list(SETTINGS_COLUMNS)), SETTINGS_COLUMNS, "settings", _told(rows))


def draw_runs(sweep: Sweep) -> None:
    """Draw a row for each run that has ended, those of the first seed first."""
    found = table(sweep.outcomes)
    experiments = [sweep.experiments[index] for index in found["index"]]
    found = found.assign(
        number=[index % len(sweep.settings) + 1 for index in found["index"]],
        setting=[sweep.varied.name_of(experiment) for experiment in experiments],
        seed=[experiment.seed for experiment in experiments],
    )
    told = f"A row for each of {len(found)} runs that have ended."
    _draw(found[list(RUNS_COLUMNS)], RUNS_COLUMNS, "runs", told)


def settings_csv(sweep: Sweep) -> str:
    """Return `polycore.sweeps.table.summary` as CSV."""
    return str(summary(sweep.outcomes).to_csv(index=False))


def runs_csv(sweep: Sweep) -> str:
    """Return `polycore.sweeps.table.table` as CSV."""
    return str(table(sweep.outcomes).to_csv(index=False))


def _setting_row(
    number: int, sweep: Sweep, setting: Experiment, outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    row = {"number": number, "setting": sweep.varied.name_of(setting), "runs": f"0 of {sweep.varied.seeds}"}
    if not outcomes:
        return row
    # as one setting: experiments that differ in nothing but the seed are one row
    [found] = summary(outcomes).to_dict("records")
    figures = {name: found[name] for name in ("held_out_accuracy", "loss", "seconds")}
    return row | figures | {"interval": _interval(found), "runs": _runs(sweep, found)}


def _runs(sweep: Sweep, found: Mapping[Hashable, Any]) -> str:
    told = f"{found['runs']} of {sweep.varied.seeds}"
    return f"{told}, {found['failed']} failed" if found["failed"] else told


def _interval(found: Mapping[Hashable, Any]) -> str:
    if found["runs"] < 2:
        return "needs two seeds"
    return f"{100 * found['low']:.2f} to {100 * found['high']:.2f} %"


def _told(rows: Sequence[dict[str, Any]]) -> str:
    told = [row for row in rows if not pd.isna(row.get("held_out_accuracy"))]
    if not told:
        return f"A row for each of {len(rows)} settings; no run has ended yet."
    best = max(told, key=lambda row: row["held_out_accuracy"])
    return (
        f"A row for each of {len(rows)} settings; the highest mean, {percent(best['held_out_accuracy'])} of "
        f"held-out points, has {best['number']}, {best['setting']}."
    )


def _draw(found: pd.DataFrame, columns: dict[str, Any], kind: str, told: str) -> None:
    found = found.assign(**{name: 100 * found[name] for name in SHARES if name in columns})
    styled = found.style.apply(lambda numbers: colored_cells.colors(numbers - 1), subset=["number"])
    st.dataframe(
        styled,
        column_config=columns,
        hide_index=True,
        height="content" if len(found) <= MOST_ROWS else HEIGHT,
        placeholder="",
        key=f"sweep.{kind}",
        alt=told,
    )
