"""How speed and memory change as networks, classes, samples and questions grow."""

import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved

TITLE = "Growth"
SECONDS = 0.3  # a round at least, so that neither the clock nor one interruption counts
WANTED_MEMORY = 200  # MB, for a million points predicted
WORST_GROWTH = 1.1  # times linear: what lies below is within what rounds differ by

WIDTHS = (12, 32, 64, 128, 256, 512)
LAYERS = (1, 2, 3, 4, 7)
CLASSES = (2, 6, 12, 18, 24)
SAMPLES = (1_000, 10_000, 100_000, 1_000_000)
POINTS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)

# What a group's rows are named, and what its time is to grow no faster than.
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
One thread. Steps are Adam's, on 256 fresh points where nothing else is said; questions go to
`predict_proba` of the recommended network. Work is counted in multiply-adds of the matrix products alone.
A round begins with a call that is not counted: where the system hands out memory for the first time it fills
it with zeros, for a million answers 0.15 s long. Memory is the most that the process ever held, beyond what
it held after its imports: samples, held-out points and buffers. The last column compares time with the row
above: 1.00 is a time that grew as its measure did, less is better, and more would be worse than linear."""

Row = dict[str, Any]


def measured(quick: bool) -> dict[str, Any]:
    """Return for every row of every group its size, its work, and seconds and peak memory in rounds."""
    rounds, most = (2, 50_000) if quick else (5, 10**9)
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
    experiment = _experiment(**choices)
    count = experiment.batch_size or len(experiment.polynomials) * (experiment.samples_per_class or 0)
    inputs, neurons = experiment.widths[:2]
    # forward, back to the weights, and back to each layer's inputs but the first's
    passes = 3 * _multiply_adds(experiment.widths) - (inputs + 1) * neurons
    return {
        "group": group,
        "size": size,
        "subject": "training",
        "arguments": {"choices": choices},
        "work": count * passes,
    }


def _multiply_adds(widths: tuple[int, ...]) -> int:
    """Return how many one point takes on its way forward."""
    return sum((inputs + 1) * neurons for inputs, neurons in pairwise(widths))


def _experiment(classes: int = 12, **choices: Any) -> pc.Experiment:
    usual = {"samples_per_class": None, "hidden": (64, 64), "batch_size": 256, "learning_rate": 0.001}
    return pc.Experiment(polynomials=POLYNOMIALS[:classes], steps=10_000_000, **(usual | choices))


def training(choices: dict[str, Any]) -> Callable[[], Row]:
    """Return a measurement of seconds a step of Adam."""
    before = _peak()
    run = pc.advance(pc.start(_experiment(**choices)), 1)

    def take(steps: int) -> None:
        nonlocal run
        run = pc.advance(run, steps)

    return partial(_measured, take, before)


def predicting(count: int) -> Callable[[], Row]:
    """Return a measurement of seconds a call of `predict_proba` on points that count as memory."""
    model = pc.start(pc.Experiment.recommended()).current
    before = _peak()
    points = np.random.default_rng(0).uniform(-1, 1, (count, 2))

    def predict(times: int) -> None:
        for _ in range(times):
            model.predict_proba(points)

    return partial(_measured, predict, before)


def _measured(work: Callable[[int], None], before: float) -> Row:
    """Return seconds of one time, of so many as fill a round, and the peak of memory beyond `before`."""
    work(1)
    times = 1
    while (seconds := _seconds(work, times)) < SECONDS:
        times = max(2 * times, round(1.2 * SECONDS * times / seconds))
    return {"seconds": seconds / times, "megabytes": _peak() - before}


def _seconds(work: Callable[[int], None], times: int) -> float:
    began = perf_counter()
    work(times)
    return perf_counter() - began


def _peak() -> float:
    """Return the most memory that this process has ever held, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines about a result."""
    lines = [
        TEXT,
        "",
        "![Time for a million multiply-adds over the work of a step](benchmarks-growth.svg)",
    ]
    for group, (head, measure) in GROUPS.items():
        speed = "points/s" if group == "points" else "steps/s"
        columns = (head, "multiply-adds, millions", speed, "µs a million", "memory, MB", f"time / {measure}")
        lines += ["", *table(columns, _group_rows(result, group))]
    return lines


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return what was to be reached: work, wanted, found, reached."""
    growth, where = max(
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
            f"worst: {growth:.2f} times linear at {where}",
            growth <= WORST_GROWTH,
        ),
        (
            f"predicting {most['size']:,} points",
            f"within {WANTED_MEMORY} MB",
            f"{memory:.0f} MB",
            memory <= WANTED_MEMORY,
        ),
    ]


def rows_of(result: dict[str, Any], group: str) -> list[Row]:
    """Return the rows of a group, smallest first."""
    return [row for row in result["rows"] if row["group"] == group]


def microseconds_a_million(row: Row) -> float:
    """Return the median time of a million multiply-adds."""
    return float(_time(row) / row["work"] * 1e12)


def _time(row: Row) -> float:
    return Spread.of([answer["seconds"] for answer in row["answers"]]).median


def _growth(above: Row, row: Row) -> float:
    """Return how many times faster than its measure the time grew from one row to the next."""
    measure = "work" if GROUPS[row["group"]][1] == "multiply-adds" else "size"
    return float((_time(row) / _time(above)) / (row[measure] / above[measure]))


def _group_rows(result: dict[str, Any], group: str) -> list[list[str]]:
    rows = rows_of(result, group)
    growths = ["", *(f"{_growth(above, row):.2f}" for above, row in pairwise(rows))]
    return [_cells(row, growth) for row, growth in zip(rows, growths, strict=True)]


def _cells(row: Row, growth: str) -> list[str]:
    many = row["size"] if row["group"] == "points" else 1
    speed = Spread.of([many / answer["seconds"] for answer in row["answers"]])
    return [
        f"{row['size']:,}",
        f"{row['work'] / 1e6:,.3g}" if row["work"] < 1e8 else f"{row['work'] / 1e6:,.0f}",
        speed.shown(0 if speed.median >= 100 else 2),
        f"{microseconds_a_million(row):,.0f}",
        f"{row['answers'][-1]['megabytes']:.1f}",
        growth,
    ]
