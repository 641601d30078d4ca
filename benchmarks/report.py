"""docs/benchmarks.md and its plots, written from the results."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from benchmarks import accuracy, adam, chunks, growth, plots, random_search, time_to_loss, trajectories
from benchmarks.table import table

Goal = tuple[str, str, str, bool]  # work, wanted, found, reached
Result = dict[str, Any]


class Benchmark(Protocol):
    """What each benchmark's module has."""

    TITLE: str

    def measured(self, quick: bool) -> Result:
        """Measure; `quick` with so few steps and rounds that the figures mean little."""

    def section(self, result: Result) -> list[str]:
        """Return the report's lines about a result."""

    def goals(self, result: Result) -> list[Goal]:
        """Return what was to be reached."""


BENCHMARKS: dict[str, Benchmark] = {
    "random-search": random_search,
    "adam": adam,
    "accuracy": accuracy,
    "time-to-loss": time_to_loss,
    "growth": growth,
    "chunks": chunks,
    "trajectories": trajectories,
}

HEAD = """\
# Benchmarks

Written by `python3 run.py benchmarks` from the figures in `benchmarks/results`; do not edit.

To repeat it on a machine that does nothing else:

```sh
python3 run.py benchmarks
```

`python3 run.py benchmarks adam growth` repeats only these, of {names}; `--quick` tries them in a few
minutes and leaves these figures alone.

Every contender has a process of its own, its threads pinned by OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and
MKL_NUM_THREADS before anything is imported, and checked by threadpoolctl. All are made ready and warm
first; then they are measured in turns, every second round in the opposite order, so that whatever slows the
machine for a while slows all of them. A figure is the median of the rounds, with the lowest and the highest
in brackets; a ratio is worked out round by round, and is then the median of these.
"""


def write(results: Path, docs: Path) -> None:
    """Write the page and its plots from whatever results there are. The same results give the same files."""
    found = {
        name: json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        for name in BENCHMARKS
        if (results / f"{name}.json").exists()
    }
    for name, plot in plots.PLOTS.items():
        if name in found:
            plot(found[name], docs / f"benchmarks-{name}.svg")
    (docs / "benchmarks.md").write_text("\n".join(_lines(found)) + "\n", encoding="utf-8")


def _lines(found: dict[str, Result]) -> Iterator[str]:
    yield HEAD.format(names=", ".join(BENCHMARKS))
    yield from _machines(found)
    yield from ["", "## What was to be reached", ""]
    yield from table(("", "wanted", "found", ""), _goal_rows(found))
    for name, result in found.items():
        yield from ["", f"## {BENCHMARKS[name].TITLE}", ""]
        yield from BENCHMARKS[name].section(result)


def _machines(found: dict[str, Result]) -> Iterator[str]:
    """Yield what the figures were measured with, once for all benchmarks that share it."""
    names: dict[str, list[str]] = {}
    for name, result in found.items():
        text = "; ".join(f"{what} {which}" for what, which in result["machine"].items())
        names.setdefault(text, []).append(name)
    for text, shared in names.items():
        yield f"Measured ({', '.join(shared)}) with: {text}."


def _goal_rows(found: dict[str, Result]) -> Iterator[list[str]]:
    for name, result in found.items():
        for work, wanted, reached_figure, reached in BENCHMARKS[name].goals(result):
            yield [work, wanted, reached_figure, "reached" if reached else "**missed**"]
