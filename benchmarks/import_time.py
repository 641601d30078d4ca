"""How long it takes to import all names of polycore, beyond the time for NumPy."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.table import table
from benchmarks.timing import ROOT, Contender, Spread, interleaved

TITLE = "Import time"
GOAL = 150  # ms beyond NumPy
MODULES = {"polycore": "polycore", "scikit-learn": "sklearn.neural_network", "PyTorch": "torch"}

PROGRAM = """
from time import perf_counter
began = perf_counter()
import numpy
between = perf_counter()
from {module} import *
print(1000 * (between - began), 1000 * (perf_counter() - between))
"""

TEXT = """\
In each of {rounds} rounds a new Python process imports NumPy, and then one of these packages; for
scikit-learn only the module with its neural network. The files have been read before, and their bytecode is
cached."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the milliseconds of NumPy's import and of the other one, in rounds."""
    rounds = 3 if quick else 25
    contenders = [
        Contender(name, f"{__name__}:fresh", {"module": module}, may_fail=name != "polycore")
        for name, module in MODULES.items()
    ]
    outcome = interleaved(contenders, [{}] * rounds)
    return {"rounds": rounds, "series": outcome.series, "skipped": outcome.skipped}


def fresh(module: str) -> Callable[[], dict[str, float]]:
    """Return a measurement of an import after NumPy's, in a new process each time."""
    _imported(module)  # writes the bytecode
    return partial(_imported, module)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    rows = [
        [name, Spread.of([times["numpy"] for times in rounds]).shown(), _beyond(rounds).shown()]
        for name, rounds in result["series"].items()
    ]
    left_out = [f"\nNot measured: {reason}" for reason in result["skipped"].values()]
    return [TEXT.format(**result), "", *table(("", "NumPy, ms", "package, ms"), rows), *left_out]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    beyond = _beyond(result["series"]["polycore"])
    return [
        (
            "`import polycore`",
            f"less than {GOAL} ms beyond NumPy",
            f"{beyond.shown()} ms",
            beyond.median < GOAL,
        )
    ]


def _imported(module: str) -> dict[str, float]:
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    numpy, beyond = map(float, done.stdout.split())
    return {"numpy": numpy, "beyond": beyond}


def _beyond(rounds: list[dict[str, float]]) -> Spread:
    return Spread.of([times["beyond"] for times in rounds])
