"""How speed and memory change as networks, classes, samples and predictions grow."""

import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved, ratios

TITLE = "Growth"
SECONDS = 0.3  # at least, per round, so that neither the clock's resolution nor one interruption matters
MEMORY_GOAL = 200  # MB, for a million points predicted
WORST_GROWTH = 1.1  # times linear: differences between rounds are up to this size

WIDTHS = (12, 32, 64, 128, 256, 512)
LAYERS = (1, 2, 3, 4, 7)
CLASSES = (2, 6, 12, 18, 24)
SAMPLES = (1_000, 10_000, 100_000, 1_000_000)
POINTS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)

# The heading of each group, and the measure to which its time should be at most proportional.
GROUPS = {
    "width": ("neurons in each of two layers", "multiply-adds"),
    "layers": ("layers of 64", "multiply-adds"),
    "classes": ("classes, 2→64→64→classes", "classes"),
    "samples": ("samples, all in each step", "samples"),
    "points": ("points predicted at once", "points"),
}
POLYNOMIALS = (
    *pc.TUTORIAL_POLYNOMIALS,
    *(
        pc.Polynomial(*each.coefficients[:-1], each.coefficients[-1] + 0.25)
        for each in pc.TUTORIAL_POLYNOMIALS
    ),
)

TEXT = """\
One thread. Steps are Adam's, on 256 fresh points unless the table says otherwise; predictions are made by
`predict_proba` of the recommended network. Work is counted in multiply-adds of the matrix products only. Each
round begins with a call that is not counted, because the system fills new memory with zeros: for a million
predictions this takes 0.15 s. Memory is the peak of the process beyond its memory after the imports: samples,
held-out points and buffers. The last column compares the growth of the time since the row above with that of
its measure, as the median of the rounds: 1.00 is linear, less is better, more is worse than linear."""

Row = dict[str, Any]


def measured(quick: bool) -> dict[str, Any]:
    """Return the size and work of every row of every group, and its seconds and peak memory in rounds."""
    rounds, most = (2, 50_000) if quick else (15, 10**9)
    rows = [row for row in _rows() if row["group"] not in ("samples", "points") or row["size"] <= most]
    contenders = [Contender(_name(row), f"{__name__}:{row['subject']}", row["arguments"]) for row in rows]
    series = interleaved(contenders, [{}] * rounds).series
    return {"rounds": rounds, "rows": [row | {"answers": series[_name(row)]} for row in rows]}


def _name(row: Row) -> str:
    return f"{row['group']} {row['size']}"


def _rows() -> Iterator[Row]:
    for width in WIDTHS:
        yield _training_row("width", width, {"hidden": [width, width]})
    for layers in LAYERS:
        yield _training_row("layers", layers, {"hidden": [64] * layers})
    for classes in CLASSES:
        yield _training_row("classes", classes, {"classes": classes})
    for samples in SAMPLES:
        yield _training_row("samples", samples, {"samples_per_class": samples // 12, "batch_size": None})
    for points in POINTS:
        row = {"group": "points", "size": points, "subject": "predicting", "arguments": {"count": points}}
        yield row | {"work": points * _multiply_adds(pc.Experiment.recommended().widths)}


def _training_row(group: str, size: int, choices: dict[str, Any]) -> Row:
    experiment = measured_experiment(**choices)
    count = experiment.batch_size or len(experiment.polynomials) * (experiment.samples_per_class or 0)
    inputs, neurons = experiment.widths[:2]
    # forward, backward to the weights, and backward to the inputs of each layer except the first
    passes = 3 * _multiply_adds(experiment.widths) - (inputs + 1) * neurons
    return {
        "group": group,
        "size": size,
        "subject": "training",
        "arguments": {"choices": choices},
        "work": count * passes,
    }


def _multiply_adds(widths: tuple[int, ...]) -> int:
    """Return the number of multiply-adds of a forward pass for one point."""
    return sum((inputs + 1) * neurons for inputs, neurons in pairwise(widths))


def measured_experiment(classes: int = 12, **choices: Any) -> pc.Experiment:
    """Return the experiment of so many classes that is measured; `choices` replace some of its fields."""
    usual = {"samples_per_class": None, "hidden": (64, 64), "batch_size": 256, "learning_rate": 0.001}
    return pc.Experiment(polynomials=POLYNOMIALS[:classes], steps=10_000_000, **(usual | choices))


def training(choices: dict[str, Any]) -> Callable[[], Row]:
    """Return a measurement of the seconds per step of Adam."""
    before = peak()
    run = pc.advance(pc.start(measured_experiment(**choices)), 1)

    def take(steps: int) -> None:
        nonlocal run
        run = pc.advance(run, steps)

    return partial(_measured, take, before)


def predicting(count: int) -> Callable[[], Row]:
    """Return a measurement of the seconds per call of `predict_proba`; its points count as memory."""
    model = pc.start(pc.Experiment.recommended()).current
    before = peak()
    points = np.random.default_rng(0).uniform(-1, 1, (count, 2))

    def predict(times: int) -> None:
        for _ in range(times):
            model.predict_proba(points)

    return partial(_measured, predict, before)


def _measured(work: Callable[[int], None], before: float) -> Row:
    """Return the seconds per repetition of `work`, and the peak of memory beyond `before`.

    It is repeated until a round is long enough.
    """
    work(1)
    times = 1
    while (seconds := _seconds(work, times)) < SECONDS:
        times = max(2 * times, round(1.2 * SECONDS * times / seconds))
    return {"seconds": seconds / times, "megabytes": peak() - before}


def _seconds(work: Callable[[int], None], times: int) -> float:
    began = perf_counter()
    work(times)
    return perf_counter() - began


def peak() -> float:
    """Return the peak memory of this process, in MB."""
    if sys.platform == "linux":  # there `ru_maxrss` begins with the memory of the process that started this
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    lines = [
        TEXT,
        "",
        "![Time for a million multiply-adds over the work of a step](benchmarks-growth.svg)",
    ]
    for group, (head, measure) in GROUPS.items():
        speed = "points/s" if group == "points" else "steps/s"
        columns = (
            head,
            "multiply-adds, millions",
            speed,
            "µs per million",
            "memory, MB",
            f"time / {measure}",
        )
        lines += ["", *table(columns, _group_rows(result, group))]
    return lines


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    growth, row_name = max(
        (_growth(above, row), f"{row['size']:,} {row['group']}")
        for group in GROUPS
        for above, row in pairwise(rows_of(result, group))
    )
    most = rows_of(result, "points")[-1]
    memory = most["answers"][-1]["megabytes"]
    return [
        (
            "growth",
            "no time worse than linear",
            f"worst: {growth:.2f} times linear at {row_name}",
            growth <= WORST_GROWTH,
        ),
        (
            f"predicting {most['size']:,} points",
            f"at most {MEMORY_GOAL} MB",
            f"{memory:.0f} MB",
            memory <= MEMORY_GOAL,
        ),
    ]


def rows_of(result: dict[str, Any], group: str) -> list[Row]:
    """Return the rows of a group, smallest first."""
    return [row for row in result["rows"] if row["group"] == group]


def microseconds_a_million(row: Row) -> float:
    """Return the median time for a million multiply-adds, in µs."""
    return Spread.of(_seconds_of(row)).median / float(row["work"]) * 1e12


def _growth(above: Row, row: Row) -> float:
    """Return by which factor the time grew faster than its measure from one row to the next.

    It is the median of each round's, because a round's rows follow one another: what slows the machine for
    some seconds slows both.
    """
    measure = "work" if GROUPS[row["group"]][1] == "multiply-adds" else "size"
    return ratios(_seconds_of(row), _seconds_of(above)).median / float(row[measure] / above[measure])


def _seconds_of(row: Row) -> list[float]:
    return [answer["seconds"] for answer in row["answers"]]


def _group_rows(result: dict[str, Any], group: str) -> list[list[str]]:
    rows = rows_of(result, group)
    growths = ["", *(f"{_growth(above, row):.2f}" for above, row in pairwise(rows))]
    return [_cells(row, growth) for row, growth in zip(rows, growths, strict=True)]


def _cells(row: Row, growth: str) -> list[str]:
    many = row["size"] if row["group"] == "points" else 1
    speed = Spread.of([many / seconds for seconds in _seconds_of(row)])
    return [
        f"{row['size']:,}",
        f"{row['work'] / 1e6:,.3g}" if row["work"] < 1e8 else f"{row['work'] / 1e6:,.0f}",
        speed.shown(0 if speed.median >= 100 else 2),
        f"{microseconds_a_million(row):,.0f}",
        f"{row['answers'][-1]['megabytes']:.1f}",
        growth,
    ]
