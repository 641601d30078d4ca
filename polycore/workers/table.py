"""Tables of a sweep: one row for each run, or one for each setting with its seeds combined."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

try:
    import pandas as pd
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "polycore.workers.table needs pandas, which is not installed. "
        'Install it: pip install pandas, or polycore-playground with its extra "tables".',
        name="pandas",
    ) from error

from polycore.experiment.experiment import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.workers.confidence import Confidence, confidence
from polycore.workers.outcomes import Outcome

ALL_STEPS = "all steps"

_FIGURES: dict[str, type] = {
    "held_out_accuracy": float,
    "accuracy": float,
    "loss": float,
    "steps": int,
    "seconds": float,
    "ended": str,
}
_MEANS: dict[str, type] = {
    "runs": int,
    "failed": int,
    "held_out_accuracy": float,
    "low": float,
    "high": float,
    "loss": float,
    "seconds": float,
}


def table(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return one row for each run, in the order of the experiments.

    Columns: `index`; the settings in which the experiments differ, named as Experiment's fields;
    `held_out_accuracy` and `accuracy` (shares) and `loss` (nats) of the best model, NaN if the run failed;
    `steps`; `seconds` of processor time; `ended`: how the run ended, in words.
    """
    ordered = _in_order(outcomes)
    names = _differing([outcome.experiment for outcome in ordered])
    rows = [_row(outcome, names) for outcome in ordered]
    return pd.DataFrame(rows, columns=["index", *names, *_FIGURES]).astype({"index": int, **_FIGURES})


def summary(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return one row for each setting, with its seeds combined, in the order of the experiments.

    Columns: the settings in which the experiments differ, except the seed; `runs`, those that succeeded, and
    `failed`; `held_out_accuracy`, the mean over the runs, with its 95 % interval from `low` to `high` by
    Student's t, limited to 0 and 1, NaN for a single run; the means of `loss` (nats) and `seconds`.

    A repeated experiment counts once, because the same seed gives the same run.
    """
    ordered = _in_order(outcomes)
    names = [name for name in _differing([outcome.experiment for outcome in ordered]) if name != "seed"]
    groups: dict[Experiment, dict[int, Outcome]] = {}
    for outcome in ordered:
        setting = replace(outcome.experiment, seed=0)
        groups.setdefault(setting, {}).setdefault(outcome.experiment.seed, outcome)
    rows = [_settings(setting, names) | _means(list(group.values())) for setting, group in groups.items()]
    return pd.DataFrame(rows, columns=[*names, *_MEANS]).astype(_MEANS)


def _in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    # without models, which together may not fit into memory
    light = (outcome.without_model() for outcome in outcomes)
    return sorted(light, key=lambda outcome: outcome.index)


def _row(outcome: Outcome, names: Sequence[str]) -> dict[str, Any]:
    return {
        "index": outcome.index,
        **_settings(outcome.experiment, names),
        "held_out_accuracy": outcome.held_out_accuracy,
        "accuracy": outcome.accuracy,
        "loss": outcome.loss,
        "steps": outcome.steps,
        "seconds": outcome.seconds,
        "ended": outcome.error or outcome.ended_because or ALL_STEPS,
    }


def _means(group: Sequence[Outcome]) -> dict[str, Any]:
    ended = [outcome for outcome in group if outcome.error is None]
    counts = {"runs": len(ended), "failed": len(group) - len(ended)}
    if not ended:
        return counts
    held_out = _mean(ended, "held_out_accuracy")
    return {
        **counts,
        "held_out_accuracy": held_out.mean,
        "low": None if held_out.low is None else max(held_out.low, 0.0),
        "high": None if held_out.high is None else min(held_out.high, 1.0),
        "loss": _mean(ended, "loss").mean,
        "seconds": _mean(ended, "seconds").mean,
    }


def _mean(outcomes: Sequence[Outcome], figure: str) -> Confidence:
    return confidence(getattr(outcome, figure) for outcome in outcomes)


def _differing(experiments: Sequence[Experiment]) -> list[str]:
    differing = {name for one in experiments for name in experiments[0].differing(one)}
    return [field.name for field in fields(Experiment) if field.name in differing]


def _settings(experiment: Experiment, names: Sequence[str]) -> dict[str, Any]:
    return {name: SETTINGS[name].kind.cell(getattr(experiment, name)) for name in names}
