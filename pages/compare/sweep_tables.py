"""The tables of a sweep: a row for each setting, averaged over its seeds, or a row for each run.

The page draws a table once. In the browser each frame of the sweep then replaces its rows, in the order of
the column that the user has chosen.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Literal

from pages.channel import component
from pages.channel.live_text import CHANNEL_SCRIPT, Followed
from pages.plane import swatch
from pages.runs.sweep import SweepView
from polycore import Experiment
from polycore.workers.confidence import Confidence, confidence
from polycore.workers.outcomes import Outcome
from polycore.workers.table import ALL_STEPS, summary, table

Rows = Literal["Settings", "Runs"]

NUMBER_HELP = "The setting's number, and its color in the figure above."
SETTING_HELP = "What varies or is not as in the set-up. All have the same number of steps."
HELD_OUT_HELP = (
    "Held-out accuracy: the share of new points, never trained on (3,000 on polynomials), that are named "
    "correctly, by the weights with the lowest loss."
)
LOSS_HELP = "The lowest on the training set."
SECONDS_HELP = "Seconds of computing for a run."
# the heads of the columns, each with its help
COLUMNS: Mapping[Rows, Mapping[str, str]] = {
    "Settings": {
        "#": NUMBER_HELP,
        "setting": SETTING_HELP,
        "new points right": HELD_OUT_HELP,
        "95 % interval": "Contains the mean over very many seeds in 95 of 100 such sweeps (Student's t).",
        "runs": "How many runs have ended, of how many.",
        "loss (nats)": LOSS_HELP,
        "seconds": SECONDS_HELP,
    },
    "Runs": {
        "#": NUMBER_HELP,
        "setting": SETTING_HELP,
        "seed": "Of the run's samples and initial weights.",
        "new points right": HELD_OUT_HELP,
        "training": "The share of training points that are classified correctly.",
        "loss (nats)": LOSS_HELP,
        "steps": "How many the run has taken.",
        "seconds": SECONDS_HELP,
        "how it ended": "After all its steps, or why earlier.",
    },
}
NO_INTERVAL = "needs two runs"
LABELS: Mapping[Rows, str] = {
    "Settings": "A row for each setting, averaged over its seeds",
    "Runs": "A row for each run that has ended",
}

_component = component.Component("polycore_sweep_table", (CHANNEL_SCRIPT, Path(__file__).with_suffix(".js")))


def draw(kind: Rows, rows: Sequence[Sequence[str]], settings: int, key: str, followed: Followed) -> None:
    """Draw a table with `rows`, which the value "rows" in each frame of the sweep replaces.

    settings: how many the sweep has. The first cell of a row is the number of its setting.
    """
    _component.draw(
        key=key,
        data={
            "label": LABELS[kind],
            "columns": list(COLUMNS[kind].items()),
            "rows": rows,
            "colors": [swatch.cell_style(setting) for setting in range(settings)],
            "follow": followed.to_browser(),
        },
    )


def rows_of(kind: Rows, sweep: SweepView) -> list[list[str]]:
    """Return the rows of that kind, a text for each column.

    Settings: one for each, even before any of its runs has ended. Runs: one for each that has ended, those of
    the first seed first.
    """
    settings, by_setting = sweep.settings, sweep.outcomes_by_setting
    if kind == "Settings":
        pairs = enumerate(zip(settings, by_setting, strict=True), 1)
        return [_setting_row(number, sweep, setting, outcomes) for number, (setting, outcomes) in pairs]
    ended = sorted((outcome for outcomes in by_setting for outcome in outcomes), key=lambda one: one.index)
    return [_run_row(outcome.index % len(settings) + 1, sweep, outcome) for outcome in ended]


def csv_of(kind: Rows, sweep: SweepView) -> str:
    """Return the figures with all digits as CSV: `summary` or `table` of polycore.workers.table."""
    frame = summary(sweep.outcomes) if kind == "Settings" else table(sweep.outcomes)
    return str(frame.to_csv(index=False))


def _setting_row(
    number: int, sweep: SweepView, setting: Experiment, outcomes: Sequence[Outcome]
) -> list[str]:
    ended = [outcome for outcome in outcomes if outcome.error is None]
    failed = len(outcomes) - len(ended)
    runs = f"{len(ended)} of {sweep.varied.seeds}" + (f", {failed} failed" if failed else "")
    name = sweep.name_of(setting)
    if not ended:
        return [str(number), name, "", NO_INTERVAL if failed else "", runs, "", ""]
    held_out = confidence(outcome.held_out_accuracy or 0.0 for outcome in ended)
    return [
        str(number),
        name,
        _share(held_out.mean),
        _interval(held_out),
        runs,
        _loss(fmean(outcome.loss or 0.0 for outcome in ended)),
        _seconds(fmean(outcome.seconds for outcome in ended)),
    ]


def _interval(mean: Confidence) -> str:
    if mean.low is None or mean.high is None:
        return NO_INTERVAL
    return f"{100 * max(mean.low, 0.0):.2f} to {100 * min(mean.high, 1.0):.2f} %"


def _run_row(number: int, sweep: SweepView, outcome: Outcome) -> list[str]:
    experiment = outcome.experiment
    return [
        str(number),
        sweep.name_of(experiment),
        str(experiment.seed),
        _share(outcome.held_out_accuracy),
        _share(outcome.accuracy),
        _loss(outcome.loss),
        f"{outcome.steps:,}",
        _seconds(outcome.seconds),
        outcome.error or outcome.ended_because or ALL_STEPS,
    ]


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"


def _loss(loss: float | None) -> str:
    return "" if loss is None else f"{loss:.4g}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}"
