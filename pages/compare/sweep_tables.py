"""The tables of a sweep: a row for each setting, averaged over its seeds, or a row for each run."""

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

MOST_ROWS, HEIGHT = 24, 600  # rows of a table that is shown whole, and pixels of one that scrolls
SHARES = ("held_out_accuracy", "accuracy")  # shown in percent
NUMBER = st.column_config.NumberColumn(
    "#", width=45, help="The setting's number, and its color in the figure above."
)
HELD_OUT = st.column_config.NumberColumn(
    "held-out",
    format="%.2f %%",
    width=80,
    help="The share of 3,000 held-out points, never trained on, that are classified correctly.",
)
LOSS = st.column_config.NumberColumn("loss (nats)", format="%.4g", width=85, help="On the training set.")
SECONDS = st.column_config.NumberColumn(
    "seconds", format="%.1f", width=75, help="Seconds of computing for a run."
)
SETTINGS_COLUMNS = {
    "number": NUMBER,
    "setting": st.column_config.TextColumn(
        "setting", help="What varies; everything else is as in the set-up."
    ),
    "held_out_accuracy": HELD_OUT,
    "interval": st.column_config.TextColumn(
        "95 % interval",
        width=140,
        help="Contains the mean over very many seeds in 95 of 100 such sweeps (Student's t).",
    ),
    "runs": st.column_config.TextColumn("runs", width=80, help="How many runs have ended, of how many."),
    "loss": LOSS,
    "seconds": SECONDS,
}
RUNS_COLUMNS = {
    "number": NUMBER,
    "setting": SETTINGS_COLUMNS["setting"],
    "seed": st.column_config.NumberColumn("seed", format="%d", width=70),
    "held_out_accuracy": HELD_OUT,
    "accuracy": st.column_config.NumberColumn(
        "training",
        format="%.2f %%",
        width=80,
        help="The share of training points that are classified correctly.",
    ),
    "loss": LOSS,
    "steps": st.column_config.NumberColumn("steps", format="localized", width=75),
    "seconds": SECONDS,
    "ended": st.column_config.TextColumn("how it ended"),
}


def draw_settings(sweep: Sweep) -> None:
    """Draw a row for each setting, even before any of its runs has ended."""
    rows = [
        _setting_row(number, sweep, setting, outcomes)
        for number, (setting, outcomes) in enumerate(
            zip(sweep.settings, sweep.outcomes_by_setting, strict=True), 1
        )
    ]
    _draw(
        pd.DataFrame(rows, columns=list(SETTINGS_COLUMNS)), SETTINGS_COLUMNS, "settings", _settings_alt(rows)
    )


def draw_runs(sweep: Sweep) -> None:
    """Draw a row for each run that has ended, those of the first seed first."""
    runs = table(sweep.outcomes)
    experiments = [sweep.experiments[index] for index in runs["index"]]
    runs = runs.assign(
        number=[index % len(sweep.settings) + 1 for index in runs["index"]],
        setting=[sweep.varied.name_of(experiment) for experiment in experiments],
        seed=[experiment.seed for experiment in experiments],
    )
    alt = f"A row for each of {len(runs)} runs that have ended."
    _draw(runs[list(RUNS_COLUMNS)], RUNS_COLUMNS, "runs", alt)


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
    # a single row, since the experiments of a setting differ only in the seed
    [mean] = summary(outcomes).to_dict("records")
    figures = {name: mean[name] for name in ("held_out_accuracy", "loss", "seconds")}
    return row | figures | {"interval": _interval(mean), "runs": _runs(sweep, mean)}


def _runs(sweep: Sweep, mean: Mapping[Hashable, Any]) -> str:
    ended = f"{mean['runs']} of {sweep.varied.seeds}"
    return f"{ended}, {mean['failed']} failed" if mean["failed"] else ended


def _interval(mean: Mapping[Hashable, Any]) -> str:
    if mean["runs"] < 2:
        return "needs two seeds"
    return f"{100 * mean['low']:.2f} to {100 * mean['high']:.2f} %"


def _settings_alt(rows: Sequence[dict[str, Any]]) -> str:
    measured = [row for row in rows if not pd.isna(row.get("held_out_accuracy"))]
    if not measured:
        return f"A row for each of {len(rows)} settings; no run has ended yet."
    best = max(measured, key=lambda row: row["held_out_accuracy"])
    return (
        f"A row for each of {len(rows)} settings; the highest mean, {percent(best['held_out_accuracy'])} of "
        f"held-out points, is that of setting {best['number']}, {best['setting']}."
    )


def _draw(rows: pd.DataFrame, columns: dict[str, Any], kind: str, alt: str) -> None:
    rows = rows.assign(**{name: 100 * rows[name] for name in SHARES if name in columns})
    styled = rows.style.apply(lambda numbers: colored_cells.colors(numbers - 1), subset=["number"])
    st.dataframe(
        styled,
        column_config=columns,
        hide_index=True,
        height="content" if len(rows) <= MOST_ROWS else HEIGHT,
        placeholder="",
        key=f"sweep.{kind}",
        alt=alt,
    )
