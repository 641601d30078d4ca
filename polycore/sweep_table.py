"""The figures of a sweep as tables: a row a run, or a row a setting with its seeds put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from polycore.confidence import confidence
from polycore.experiment import Experiment
from polycore.model import Model
from polycore.sweep import Outcome

ALL_STEPS = "all steps"

_READABLE: dict[str, Callable[[Any], str]] = {
    "polynomials": lambda found: "; ".join(map(str, found)),
    "samples_per_class": lambda found: str(found or "fresh"),
    "x_range": lambda found: f"{found[0]:g} to {found[1]:g}",
    "hidden": lambda found: "-".join(map(str, found)) or "none",
    "batch_size": lambda found: str(found or "all"),
    "target_loss": lambda found: "none" if found is None else f"{found:g}",
    "patience": lambda found: str(found or "none"),
}


def table(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return a row a run, in the order of the experiments.

    Its columns: `index`; the settings in which the experiments differ, by the names of Experiment's fields;
    `held_out_accuracy` and `accuracy` (shares) and `loss` (nats) of the best model, NaN where the run
    failed; `steps` taken; `seconds` of processor time; `ended`: how it ended, in words.
    """
    found = sorted(outcomes, key=lambda outcome: outcome.index)
    names = _differing([outcome.experiment for outcome in found])
    return pd.DataFrame([_row(outcome, names) for outcome in found], columns=["index", *names, *_FIGURES])


def summary(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return a row a setting, its seeds put together, in the order of the experiments.

    Its columns: the settings in which the experiments differ, but for the seed; `runs` that succeeded and
    `failed` ones; `held_out_accuracy`, the mean over the runs, with `low` and `high`, its 95 % interval by
    Student's t, kept within 0 and 1 and NaN for a single run; the means of `loss` (nats) and `seconds`.

    A repeated experiment counts once: the same seed says nothing new.
    """
    found = sorted(outcomes, key=lambda outcome: outcome.index)
    names = [name for name in _differing([outcome.experiment for outcome in found]) if name != "seed"]
    groups: dict[Experiment, dict[int, Outcome]] = {}
    for outcome in found:
        setting = replace(outcome.experiment, seed=0)
        groups.setdefault(setting, {}).setdefault(outcome.experiment.seed, outcome)
    rows = [_settings(setting, names) | _means(list(group.values())) for setting, group in groups.items()]
    return pd.DataFrame(rows, columns=[*names, *_MEANS])


def _row(outcome: Outcome, names: Sequence[str]) -> dict[str, Any]:
    model = outcome.model
    return {
        "index": outcome.index,
        **_settings(outcome.experiment, names),
        "held_out_accuracy": model.held_out_accuracy if model else float("nan"),
        "accuracy": model.accuracy if model else float("nan"),
        "loss": model.loss if model else float("nan"),
        "steps": outcome.steps,
        "seconds": outcome.seconds,
        "ended": outcome.error or outcome.ended_because or ALL_STEPS,
    }


_FIGURES = ("held_out_accuracy", "accuracy", "loss", "steps", "seconds", "ended")
_MEANS = ("runs", "failed", "held_out_accuracy", "low", "high", "loss", "seconds")


def _means(group: Sequence[Outcome]) -> dict[str, Any]:
    models = [outcome.model for outcome in group if outcome.model]
    counts = {"runs": len(models), "failed": len(group) - len(models)}
    if not models:
        return counts
    accuracy = confidence(_held_out_accuracy(model) for model in models)
    ended = [outcome for outcome in group if outcome.model]
    return {
        **counts,
        "held_out_accuracy": accuracy.mean,
        "low": None if accuracy.low is None else max(accuracy.low, 0.0),
        "high": None if accuracy.high is None else min(accuracy.high, 1.0),
        "loss": confidence(model.loss for model in models).mean,
        "seconds": confidence(outcome.seconds for outcome in ended).mean,
    }


def _held_out_accuracy(model: Model) -> float:
    return float("nan") if model.held_out_accuracy is None else model.held_out_accuracy


def _differing(experiments: Sequence[Experiment]) -> list[str]:
    names = [field.name for field in fields(Experiment)]
    return [name for name in names if len({getattr(found, name) for found in experiments}) > 1]


def _settings(experiment: Experiment, names: Sequence[str]) -> dict[str, Any]:
    return {name: _readable(name, getattr(experiment, name)) for name in names}


def _readable(name: str, value: Any) -> Any:
    return _READABLE[name](value) if name in _READABLE else value
