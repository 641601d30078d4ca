"""Held-out accuracy of networks with other activations and other input features."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polycore as pc
from benchmarks import accuracy
from benchmarks.accuracy import AIMED_AT, HELD_OUT_PER_CLASS, Answer, within_budgets
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import label_of

TITLE = "Held-out accuracy of activations and input features"
CHOSEN = ("relu", "leaky-relu", "tanh", "gelu", "silu", "sine")
SETS = (
    ("x", "y", "x2", "x3", "x4"),
    ("x", "y", "x2", "x3", "x4", "y2", "xy", "sin"),
    ("distances",),
)
CHANGES: dict[str, dict[str, Any]] = {
    # "he" stands for the initial weights that suit the activation
    **{ACTIVATIONS[name].label: {"activation": name, "initial_weights": "he"} for name in CHOSEN},
    **{f"ReLU, inputs {', '.join(map(label_of, features))}": {"features": features} for features in SETS},
}
BUDGETS: tuple[float, ...] = (1, 5, 10)  # seconds of processor time
SEEDS: tuple[int, ...] = (0, 1, 2)

TEXT = """\
The task has twelve polynomials. Every network is that of `pc.Experiment.recommended()` with another
activation, each with the initial weights that suit it, or with other inputs than x and y; y − p(x) are the
distances to all twelve curves, a trick that gives almost the answer. Each trains on one thread, with as many
steps as fit {aimed:.0%} of the budget of processor time, found as in "{accuracy}". Its accuracy is
measured on {points:,} points that were not trained on. The learning rate is the same for all, though each
might do better with another."""
FOOT = "The mean of {seeds} seeds, with the worst in brackets. Seconds used, budget {longest:g} s: {used}."


def measured(quick: bool) -> dict[str, Any]:
    """Return the accuracies of each network by budget, one per seed."""
    budgets, seeds = ((0.5,), (0,)) if quick else (BUDGETS, SEEDS)
    contenders = [Contender(name, f"{__name__}:network", {"name": name}) for name in CHANGES]
    questions = [{"seed": seed, "budget": budget} for budget in budgets for seed in seeds]
    series = interleaved(contenders, questions).series
    return {
        "budgets": budgets,
        "seeds": seeds,
        "series": {
            name: [question | answer for question, answer in zip(questions, answers, strict=True)]
            for name, answers in series.items()
        },
    }


def network(name: str) -> Callable[..., Answer]:
    """Return a measurement of the recommended experiment with one of CHANGES, within a budget."""
    return within_budgets(lambda steps: replace(pc.Experiment.recommended(steps), **CHANGES[name]))


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    budgets = result["budgets"]
    rows = [
        [name, *(_shown([each["accuracy"] for each in answers if each["budget"] == one]) for one in budgets)]
        for name, answers in result["series"].items()
    ]
    used = [
        each["seconds"]
        for answers in result["series"].values()
        for each in answers
        if each["budget"] == budgets[-1]
    ]
    return [
        TEXT.format(points=HELD_OUT_PER_CLASS * 12, aimed=AIMED_AT, accuracy=accuracy.TITLE),
        "",
        *table(("", *(f"{budget:g} s" for budget in budgets)), rows),
        "",
        FOOT.format(seeds=len(result["seeds"]), longest=budgets[-1], used=Spread.of(used).shown(1)),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:  # noqa: ARG001 - as every benchmark
    """Return the goals: none, since every kind has its own use."""
    return []


def _shown(accuracies: list[float]) -> str:
    return f"{sum(accuracies) / len(accuracies):.2%} ({min(accuracies):.2%})"
