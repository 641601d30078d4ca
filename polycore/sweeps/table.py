"""The figures of a sweep as tables: a row a run, or a row a setting with its seeds put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

try:
    import pandas as pd
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "polycore.sweeps.table needs pandas, which is not installed here; pip install pandas adds it.",
        name="pandas",
    ) from error

from polycore.experiment.experiment import Experiment
from polycore.sweeps.confidence import Confidence, confidence
from polycore.sweeps.outcomes import Outcome

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

_READABLE: dict[str, Callable[[Any], str]] = {
    "polynomials": lambda found: "; ".join(map(str, found)),
    "samples_per_class": lambda found: str(found or "fresh"),
    "x_range": lambda found: f"{found[0]} to {found[1]}",
    "hidden": lambda found: "-".join(map(str, found)) or "none",
    "batch_size": lambda found: str(found or "all"),
    "target_loss": lambda found: "none" if found is None else str(found),
    "patience": lambda found: str(found or "none"),
}


def table(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return a row a run, in the order of the experiments.

    Its columns: `index`; the settings in which the experiments differ, by the names of Experiment's fields;
    `held_out_accuracy` and `accuracy` (shares) and `loss` (nats) of the best model, NaN where the run
    failed; `steps` taken; `seconds` of processor time; `ended`: how it ended, in words.
    """
    found = _in_order(outcomes)
    names = _differing([outcome.experiment for outcome in found])
    rows = [_row(outcome, names) for outcome in found]
    return pd.DataFrame(rows, columns=["index", *names, *_FIGURES]).astype({"index": int, **_FIGURES})


def summary(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return a row a setting, its seeds put together, in the order of the experiments.

    Its columns: the settings in which the experiments differ, but for the seed; `runs` that succeeded and
    `failed` ones; `held_out_accuracy`, the mean over the runs, with `low` and `high`, its 95 % interval by
    Student's t, kept within 0 and 1 and NaN for a single run; the means of `loss` (nats) and `seconds`.

    A repeated experiment counts once: the same seed says nothing new.
    """
    found = _in_order(outcomes)
    names = [name for name in _differing([outcome.experiment for outcome in found]) if name != "seed"]
    groups: dict[Experiment, dict[int, Outcome]] = {}
    for outcome in found:
        setting = replace(outcome.experiment, seed=0)
        groups.setdefault(setting, {}).setdefault(outcome.experiment.seed, outcome)
    rows = [_settings(setting, names) | _means(list(group.values())) for setting, group in groups.items()]
    return pd.DataFrame(rows, columns=[*names, *_MEANS]).astype(_MEANS)


def _in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    # without models: what streams in need not fit into memory with them
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
    names = [field.name for field in fields(Experiment)]
    return [name for name in names if len({getattr(found, name) for found in experiments}) > 1]


def _settings(experiment: Experiment, names: Sequence[str]) -> dict[str, Any]:
    return {name: _readable(name, getattr(experiment, name)) for name in names}


def _readable(name: str, value: Any) -> Any:
    return _READABLE[name](value) if name in _READABLE else value
