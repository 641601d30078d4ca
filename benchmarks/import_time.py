"""How long a program waits for `import polycore`, beyond NumPy's own time."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.table import table
from benchmarks.timing import ROOT, Contender, Spread, interleaved

TITLE = "The time of an import"
WANTED = 150  # ms beyond NumPy's own
MODULES = {"polycore": "polycore", "scikit-learn": "sklearn.neural_network", "PyTorch": "torch"}

PROGRAM = """
from time import perf_counter
began = perf_counter()
import numpy
between = perf_counter()
import {module}
print(1000 * (between - began), 1000 * (perf_counter() - between))
"""

TEXT = """\
In each of {rounds} rounds a new Python process imports NumPy, and then one of these; of scikit-learn only
what has its network. The files have been read before, and their bytecode is there."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the milliseconds of both imports, in rounds."""
    rounds = 3 if quick else 25
    contenders = [
        Contender(name, f"{__name__}:fresh", {"module": module}, may_fail=name != "polycore")
        for name, module in MODULES.items()
    ]
    found = interleaved(contenders, [{}] * rounds)
    return {"rounds": rounds, "series": found.series, "skipped": found.skipped}


def fresh(module: str) -> Callable[[], dict[str, float]]:
    """Return a measurement of an import after NumPy's, in a process of its own each time."""
    _imported(module)  # writes the bytecode
    return partial(_imported, module)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines about a result."""
    rows = [
        [name, Spread.of([found["numpy"] for found in rounds]).shown(), _beyond(rounds).shown()]
        for name, rounds in result["series"].items()
    ]
    left_out = [f"\nNot measured: {reason}" for reason in result["skipped"].values()]
    return [TEXT.format(**result), "", *table(("", "NumPy, ms", "then, ms"), rows), *left_out]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return what was to be reached: work, wanted, found, reached."""
    beyond = _beyond(result["series"]["polycore"])
    return [
        (
            "`import polycore`",
            f"under {WANTED} ms beyond NumPy's own",
            f"{beyond.shown()} ms",
            beyond.median < WANTED,
        )
    ]


def _imported(module: str) -> dict[str, float]:
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    numpy, beyond = map(float, done.stdout.split())
    return {"numpy": numpy, "beyond": beyond}


def _beyond(rounds: list[dict[str, float]]) -> Spread:
    return Spread.of([found["beyond"] for found in rounds])
