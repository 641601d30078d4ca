"""What it costs to split a run into chunks of 100 ms, as a program must that draws it while it trains."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from time import perf_counter
from typing import Any

import polycore as pc
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved

TITLE = "Split into chunks of 100 ms"
CHUNK_SECONDS = 0.1
GOAL = 0.03  # more time than one call, at most
EXPERIMENTS = {
    "the recommended experiment": replace(pc.Experiment.recommended(), steps=10_000_000, schedule="constant"),
    "the tutorial's random search": replace(pc.Experiment.tutorial(), steps=10_000_000),
}


TEXT = """\
The same steps in one call of `pc.advance` and in {chunks} calls. Both are measured in each of {rounds}
rounds, in alternating order."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the seconds of one call and of chunks, in rounds."""
    chunks, rounds = (5, 3) if quick else (20, 15)
    contenders = [
        Contender(name, f"{__name__}:pair", {"name": name, "chunks": chunks}) for name in EXPERIMENTS
    ]
    return {"chunks": chunks, "rounds": rounds, "series": interleaved(contenders, [{}] * rounds).series}


def pair(name: str, chunks: int) -> Callable[[], dict[str, float]]:
    """Return a measurement of one call and of chunks of the same steps, in alternating order."""
    run = pc.advance(pc.start(EXPERIMENTS[name]), 1000)
    began = perf_counter()
    run = pc.advance(run, 1000)
    steps = round(1000 * CHUNK_SECONDS / (perf_counter() - began))
    ways = {
        "one call": partial(_seconds, run, [steps * chunks]),
        "chunks": partial(_seconds, run, [steps] * chunks),
    }
    rounds = count()

    def measure() -> dict[str, float]:
        names = sorted(ways, reverse=next(rounds) % 2 == 1)
        return {"steps": float(steps), **{each: ways[each]() for each in names}}

    return measure


def _seconds(run: pc.Run, chunks: list[int]) -> float:
    began = perf_counter()
    for steps in chunks:
        run = pc.advance(run, steps)
    return perf_counter() - began


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    return [
        TEXT.format(**result),
        "",
        *table(
            ("", "steps per chunk", "one call, s", "chunks, s", "extra time of chunks"),
            [_row(name, result) for name in result["series"]],
        ),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    return [
        (
            f"chunks of 100 ms, {name}",
            f"at most {GOAL:.0%} more time than one call",
            f"{_more(result, name).median:+.1%}",
            _more(result, name).median <= GOAL,
        )
        for name in result["series"]
    ]


def _more(result: dict[str, Any], name: str) -> Spread:
    return Spread.of([seconds["chunks"] / seconds["one call"] - 1 for seconds in result["series"][name]])


def _row(name: str, result: dict[str, Any]) -> list[str]:
    rounds, more = result["series"][name], _more(result, name)
    return [
        name,
        f"{rounds[0]['steps']:,.0f}",
        Spread.of([seconds["one call"] for seconds in rounds]).shown(2),
        Spread.of([seconds["chunks"] for seconds in rounds]).shown(2),
        f"{more.median:+.1%} ({more.lowest:+.1%} to {more.highest:+.1%})",
    ]
