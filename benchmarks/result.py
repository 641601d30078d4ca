"""What every benchmark measures and says, and what their reports share."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

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


def read(results: Path, benchmarks: Mapping[str, Benchmark]) -> dict[str, Result]:
    """Return the results that there are, by the benchmarks' names."""
    return {
        name: json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        for name in benchmarks
        if (results / f"{name}.json").exists()
    }


def machines(found: Mapping[str, Result]) -> Iterator[str]:
    """Yield what the figures were measured with, once for all benchmarks that share it."""
    names: dict[str, list[str]] = {}
    for name, result in found.items():
        text = "; ".join(f"{what} {which}" for what, which in result["machine"].items())
        names.setdefault(text, []).append(name)
    for text, shared in names.items():
        yield f"Measured ({', '.join(shared)}) with: {text}."


def goal_table(found: Mapping[str, Result], benchmarks: Mapping[str, Benchmark]) -> list[str]:
    """Return the lines of a table of what was to be reached."""
    return table(("", "wanted", "found", ""), _goal_rows(found, benchmarks))


def _goal_rows(found: Mapping[str, Result], benchmarks: Mapping[str, Benchmark]) -> Iterator[list[str]]:
    for name, result in found.items():
        for work, wanted, reached_figure, reached in benchmarks[name].goals(result):
            yield [work, wanted, reached_figure, "reached" if reached else "**missed**"]
