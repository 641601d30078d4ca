"""docs/benchmarks.md and its plots, written from the results."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import (
    accuracy,
    activations,
    adam,
    chunks,
    growth,
    hosting,
    import_time,
    kinds,
    plots,
    random_search,
    set_ups,
    slopes,
    step_cost,
    time_to_loss,
    trajectories,
)
from benchmarks.result import Benchmark, Result, goal_table, machines, read

BENCHMARKS: dict[str, Benchmark] = {
    "random-search": random_search,
    "adam": adam,
    "step-cost": step_cost,
    "activations": activations,
    "accuracy": accuracy,
    "kinds": kinds,
    "set-ups": set_ups,
    "time-to-loss": time_to_loss,
    "growth": growth,
    "chunks": chunks,
    "trajectories": trajectories,
    "slopes": slopes,
    "import": import_time,
}

PACKAGES: Mapping[str, str] = {"PyTorch": "torch", "scikit-learn": "scikit-learn", "JAX": "jax"}
PAGE = "benchmarks.md"

HEAD = """\
# Benchmarks

Written by `python3 run.py benchmarks` from the results in `benchmarks/results`; do not edit.

To repeat the benchmarks on a machine that does nothing else:

```sh
python3 run.py benchmarks
```

`python3 run.py benchmarks adam growth` repeats only these two of {names}; `--quick` tries
the benchmarks in a few minutes and does not change the results here. Where `taskset` or the like allows only
one core, the contenders with two threads are left out.

Every contender runs in its own process. Its number of threads is set before anything is imported: by
OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS; for JAX by NPROC and by XLA_FLAGS, which is
`--xla_cpu_multi_thread_eigen=false` for one thread. threadpoolctl checks it, and for JAX a count of the
threads of XLA, its compiler. All contenders are prepared and warmed up first. Then they are measured in
turns, every second round in the opposite order, so that a slow phase of the machine affects all of them. A
figure is the median of the rounds, with the lowest and the highest in brackets; a ratio is computed for each
round, and the median of these is shown.
"""

DASHBOARD = """\
How these were measured, on which machine, what a page costs and what a class got before: in
[hosting.md](hosting.md#measured).
"""


def write(results: Path, docs: Path) -> None:
    """Write the page and its plots from the results that exist. The same results give the same files."""
    known = read(results, BENCHMARKS)
    for name, plot in plots.PLOTS.items():
        if name in known:
            plot(known[name], docs / f"benchmarks-{name}.svg")
    lines = [*_lines(known), *_dashboard(read(results, hosting.BENCHMARKS))]
    (docs / PAGE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _dashboard(results: dict[str, Result]) -> Iterator[str]:
    if results:
        yield from ["", "## The dashboard", "", DASHBOARD, *goal_table(results, hosting.BENCHMARKS)]


def _lines(results: dict[str, Result]) -> Iterator[str]:
    yield HEAD.format(names=", ".join(BENCHMARKS))
    yield from machines(results)
    yield from ["", "## Goals", ""]
    yield from goal_table(results, BENCHMARKS)
    for name, result in results.items():
        yield from ["", f"## {BENCHMARKS[name].TITLE}", ""]
        yield from BENCHMARKS[name].section(result)
