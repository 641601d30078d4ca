"""docs/benchmarks.md and its plots, written from the results."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import (
    accuracy,
    adam,
    chunks,
    growth,
    import_time,
    plots,
    random_search,
    time_to_loss,
    trajectories,
)
from benchmarks.result import Benchmark, Result, goal_table, machines, read

BENCHMARKS: dict[str, Benchmark] = {
    "random-search": random_search,
    "adam": adam,
    "accuracy": accuracy,
    "time-to-loss": time_to_loss,
    "growth": growth,
    "chunks": chunks,
    "trajectories": trajectories,
    "import": import_time,
}

PACKAGES: Mapping[str, str] = {"PyTorch": "torch", "scikit-learn": "scikit-learn"}
PAGE = "benchmarks.md"

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
    found = read(results, BENCHMARKS)
    for name, plot in plots.PLOTS.items():
        if name in found:
            plot(found[name], docs / f"benchmarks-{name}.svg")
    (docs / PAGE).write_text("\n".join(_lines(found)) + "\n", encoding="utf-8")


def _lines(found: dict[str, Result]) -> Iterator[str]:
    yield HEAD.format(names=", ".join(BENCHMARKS))
    yield from machines(found)
    yield from ["", "## What was to be reached", ""]
    yield from goal_table(found, BENCHMARKS)
    for name, result in found.items():
        yield from ["", f"## {BENCHMARKS[name].TITLE}", ""]
        yield from BENCHMARKS[name].section(result)
