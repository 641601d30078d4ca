"""The recommended experiment on other set-ups, beside the one that was recommended before it."""

import math
from collections.abc import Callable
from dataclasses import replace
from statistics import mean, stdev
from time import process_time
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.accuracy import HELD_OUT_SEED, Answer
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved
from polycore.links import link
from polycore.points.split import layers_for
from polycore.polynomials.presets import (
    INTRODUCTION_POLYNOMIALS,
    NEARLY_COINCIDING,
    PARABOLAS,
    STRAIGHT_LINES,
)

TITLE = "The recommended experiment on other set-ups"
NOW = pc.Experiment.recommended()
BEFORE = link.experiment_of({"seed": "0"})  # what an address means that leaves the rest out
_RANDOM = np.random.default_rng(20)
TWENTY = tuple(pc.Polynomial(*_RANDOM.uniform(-3, 3, _RANDOM.integers(2, 6)).round(2)) for _ in range(20))
OF_CURVES: dict[str, dict[str, Any]] = {
    "the twelve": {},
    "two curves": {"polynomials": INTRODUCTION_POLYNOMIALS},
    "straight lines": {"polynomials": STRAIGHT_LINES},
    "parabolas": {"polynomials": PARABOLAS},
    "nearly the same": {"polynomials": NEARLY_COINCIDING},
    "twenty random ones": {"polynomials": TWENTY},
    "the twelve, x from -2 to 2": {"x_range": (-2.0, 2.0)},
    "the twelve, x from -10 to 10": {"x_range": (-10.0, 10.0)},
    **{f"the twelve, noise {noise:g}": {"noise": noise} for noise in (0.02, 0.1, 0.5)},
}
COUNTS = (80, 600, 10_000)
OF_POINTS = {
    f"{count:,} points of a {kind}": (kind, count) for kind in ("board", "spiral") for count in COUNTS
}
SEEDS: tuple[int, ...] = (0, 1, 2, 3, 4)
TRIAL_STEPS = 2_000
NEW_POINTS = 30_000
STANDARD_ERRORS = 2

TEXT = """\
Each set-up is trained with `pc.Experiment.recommended()`, and with what was recommended before 0.3.0:
{before}
That one gets as many steps as fit the processor time that the first has used, at the speed of a trial of
{trial:,} steps. Points of the user's own have the layers that the dashboard chooses for their
number: a board of four by four fields in two colors, and three arms of a spiral with noise. The accuracy is
measured on {points:,} points that were not trained on."""
FOOT = """\
The mean of {seeds} seeds, with the worst in brackets, and the mean difference with its standard error. The
seconds that the recommended experiment used: {used}."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the accuracies of both experiments on each set-up, one per seed."""
    names, seeds = [*OF_CURVES, *OF_POINTS], SEEDS
    if quick:
        names, seeds = names[:2], (0, 1)
    questions = [{"name": name, "seed": seed} for name in names for seed in seeds]
    [answers] = interleaved([Contender("both", f"{__name__}:both")], questions).series.values()
    return {
        "seeds": seeds,
        "series": [question | answer for question, answer in zip(questions, answers, strict=True)],
    }


def both() -> Callable[..., dict[str, Answer]]:
    """Return a measurement of both experiments on a set-up, with the same processor time."""
    _trained(replace(NOW, steps=TRIAL_STEPS), [])  # warm
    return _both


def _both(name: str, seed: int) -> dict[str, Answer]:
    new_points = _new_points(name)
    now = _trained(_on(NOW, name, seed), new_points)
    trial = _trained(replace(_on(BEFORE, name, seed), steps=TRIAL_STEPS), [])
    steps = max(1, round(TRIAL_STEPS * now["seconds"] / trial["seconds"]))
    return {"now": now, "before": _trained(replace(_on(BEFORE, name, seed), steps=steps), new_points)}


def _on(experiment: pc.Experiment, name: str, seed: int) -> pc.Experiment:
    if name in OF_CURVES:
        return replace(experiment, seed=seed, **OF_CURVES[name])
    kind, count = OF_POINTS[name]
    on_points = experiment.on_points(pc.PointSet(*_drawn(kind, count, np.random.default_rng(seed))))
    return replace(on_points, seed=seed, hidden=layers_for(on_points.sample_count or 0))


def _new_points(name: str) -> list[Any]:
    rng = np.random.default_rng(HELD_OUT_SEED)
    if name in OF_POINTS:
        kind, _ = OF_POINTS[name]
        return list(_drawn(kind, NEW_POINTS, rng))
    experiment = replace(NOW, **OF_CURVES[name])
    each = NEW_POINTS // len(experiment.polynomials)
    return list(pc.sample(experiment.polynomials, each, rng, experiment.x_range, experiment.noise))


def _drawn(kind: str, count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return points (N, 2) and labels (N,)."""
    if kind == "board":
        points = rng.uniform(-2, 2, (count, 2))
        return points, np.floor(points).sum(axis=1).astype(int) % 2
    labels, radius = np.arange(count) % 3, rng.uniform(0.5, 3.2, count)
    angle = 2 * radius + labels * 2 * np.pi / 3
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return points + rng.normal(0, 0.12, points.shape), labels


def _trained(experiment: pc.Experiment, new_points: list[Any]) -> Answer:
    run = pc.start(experiment)
    began = process_time()
    run = pc.advance(run, experiment.steps)
    used = {"seconds": process_time() - began, "steps": float(experiment.steps)}
    if not new_points:
        return used
    points, labels = new_points
    return used | {"accuracy": float((run.best.predict(points) == labels).mean())}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    rows = [
        [name, _shown(answers, "now"), _shown(answers, "before"), _difference_shown(answers)]
        for name, answers in _by_name(result).items()
    ]
    used = [each["now"]["seconds"] for each in result["series"]]
    before = (
        "Adam with points near crossings, in batches of 256, from a rate of 0.01 that falls along a cosine."
    )
    return [
        TEXT.format(before=before, trial=TRIAL_STEPS, points=NEW_POINTS),
        "",
        *table(("", "recommended", "before", "difference"), rows),
        "",
        FOOT.format(seeds=len(result["seeds"]), used=Spread.of(used).shown(1)),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    worse = [name for name, answers in _by_name(result).items() if _is_worse(answers)]
    return [
        (
            "the recommended experiment on other set-ups",
            f"nowhere worse than before by {STANDARD_ERRORS} standard errors",
            f"worse: {', '.join(worse) or 'none'}",
            not worse,
        )
    ]


def _by_name(result: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    names = dict.fromkeys(each["name"] for each in result["series"])
    return {name: [each for each in result["series"] if each["name"] == name] for name in names}


def _is_worse(answers: list[dict[str, Any]]) -> bool:
    difference, error = _difference(answers)
    return difference < -STANDARD_ERRORS * error


def _difference(answers: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the mean difference in accuracy, and its standard error."""
    each = [one["now"]["accuracy"] - one["before"]["accuracy"] for one in answers]
    return mean(each), stdev(each) / math.sqrt(len(each))


def _difference_shown(answers: list[dict[str, Any]]) -> str:
    difference, error = _difference(answers)
    return f"{100 * difference:+.2f} ± {100 * error:.2f} %"


def _shown(answers: list[dict[str, Any]], which: str) -> str:
    accuracies = [one[which]["accuracy"] for one in answers]
    return f"{mean(accuracies):.2%} ({min(accuracies):.2%})"
