"""The interface of every benchmark, and what their reports share."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from benchmarks.table import table

Goal = tuple[str, str, str, bool]  # task, goal, result, whether it is reached
Result = dict[str, Any]


class Benchmark(Protocol):
    """The names that each benchmark's module defines."""

    TITLE: str

    def measured(self, quick: bool) -> Result:
        """Measure; with `quick`, in so few steps and rounds that the figures mean little."""

    def section(self, result: Result) -> list[str]:
        """Return the lines of the report on a result."""

    def goals(self, result: Result) -> list[Goal]:
        """Return the goals and whether the result reaches them."""


def read(results: Path, benchmarks: Mapping[str, Benchmark]) -> dict[str, Result]:
    """Return the results that exist, by the names of their benchmarks."""
    return {
        name: json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        for name in benchmarks
        if (results / f"{name}.json").exists()
    }


def machines(results: Mapping[str, Result]) -> Iterator[str]:
    """Yield the machine and versions of the measurements, once for all benchmarks that share them."""
    names: dict[str, list[str]] = {}
    for name, result in results.items():
        names.setdefault(described(result["machine"]), []).append(name)
    for text, shared in names.items():
        yield f"Measured ({', '.join(shared)}) with: {text}."


def described(machine: Mapping[str, str]) -> str:
    """Return a machine and its versions in one line."""
    return "; ".join(f"{what} {which}" for what, which in machine.items())


def goal_table(results: Mapping[str, Result], benchmarks: Mapping[str, Benchmark]) -> list[str]:
    """Return the lines of a table of goals and results."""
    return table(("", "goal", "result", ""), _goal_rows(results, benchmarks))


def _goal_rows(results: Mapping[str, Result], benchmarks: Mapping[str, Benchmark]) -> Iterator[list[str]]:
    for name, result in results.items():
        for task, goal, figure, reached in benchmarks[name].goals(result):
            yield [task, goal, figure, "reached" if reached else "**missed**"]
