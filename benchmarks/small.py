"""Thirty visitors on a server with one core and 1 GB of memory, within the limits of hosted.toml."""

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.crowd import EXPERIMENT, Extent, trained_at_once
from benchmarks.memory_group import limited
from benchmarks.newcomer import first_pages
from benchmarks.percentiles import p95
from benchmarks.result import Goal
from benchmarks.server import served
from benchmarks.table import table
from benchmarks.timing import BenchmarkError
from polycore import TUTORIAL_POLYNOMIALS, Experiment
from polycore.links.link import to_query

TITLE = "A small machine"
MEMORY = 2**30  # bytes, what compose.yaml gives a container
MOST_MEMORY = 1e9  # the goal
PEOPLE = 30
ROUNDS = 3
FIRST_PAGE_SECONDS = 60.0
MOST_STOP = 0.3  # seconds, p95

Rounds = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Level:
    """Visitors who each train `experiment` with a seed of their own."""

    name: str
    experiment: Experiment


# the largest network on the most samples in the largest batches that hosted.toml allows
LARGEST = replace(
    EXPERIMENT,
    polynomials=TUTORIAL_POLYNOMIALS,
    hidden=(128, 128),
    samples_per_class=2_000,
    batch_size=4_096,
    sampling="random",
    growing_batches=False,
)
LEVELS = (Level("recommended runs", EXPERIMENT), Level("largest runs", LARGEST))


@dataclass(frozen=True)
class LevelExtent(Extent):
    """How long a level is measured, and with how many people."""

    people: int = PEOPLE


WHOLE = LevelExtent(60.0, 30, 60.0, 5, 30.0)
QUICK = LevelExtent(6.0, 3, 10.0, 1, 10.0, 4)

TEXT = f"""\
{PEOPLE} visitors with {PEOPLE} different experiments on a server with the limits of `hosted.toml`. It has one
core for itself and its worker, and 1 GB (2³⁰ bytes) of memory in a control group: if they needed more, the
system would end one of them. The visitors are light clients as under Load. They and the newcomer, a real
browser, share the machine's other core. In each of {{rounds}} rounds all train the recommended run on one
server, and on the next the largest network on the most samples in the largest batches that the limits allow.
All press Start within a few seconds. Half of the runs compute by turns, and half wait in the queue until
theirs comes. Figures are the median of the rounds, with the lowest and the highest; goals count all rounds.

Who is answered: who sees a run, or its position in the queue. Who computes: whose step changed within a
minute. Longest pause: the longest time in which somebody's step did not change. First map: from the press of
Start, p95. Stop: p95 of at most {WHOLE.stops} presses by one visitor after the other, each of whom starts
again. Newcomer: until the page's controls and its chart are visible, p50 of at most {WHOLE.newcomers}. Cores:
processor time per second, in the same minute. The worker takes all of the core that nothing else needs: if it
had much less than 0.9, other programs had the rest. A page: the server's processor time for each that was
opened. Memory: the most that server and worker had allocated at once, from the start of the server to its
end."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the measurements of each level, by its name: one for each round."""
    extent, rounds = (QUICK, 1) if quick else (WHOLE, ROUNDS)
    levels: dict[str, list[Any]] = {level.name: [] for level in LEVELS}
    for _ in range(rounds):
        for level in LEVELS:
            levels[level.name].append(_measured(level, extent))
    return {"levels": levels}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    levels = result["levels"].items()
    text = TEXT.format(rounds=min(len(rounds) for _, rounds in levels))
    return [
        *text.split("\n"),
        "",
        *table(
            ("", "steps/s, least", "median", "longest pause, s", "first map, s", "Stop, s"),
            [_training_row(name, rounds) for name, rounds in levels],
        ),
        "",
        *table(
            ("", "newcomer's controls, s", "chart, s", "server, cores", "worker", "a page, ms", "memory, MB"),
            [_machine_row(name, rounds) for name, rounds in levels],
        ),
    ]


def goals(result: dict[str, Any]) -> list[Goal]:
    """Return the goals: task, goal, result, and whether it is reached."""
    return [goal for name, rounds in result["levels"].items() for goal in _goals(name, rounds)]


def _goals(name: str, rounds: Rounds) -> list[Goal]:
    invited = min(level["invited"] for level in rounds)
    answered = min(level["people"] for level in rounds)
    computing = min(sum(steps > 0 for steps in level["steps"]) for level in rounds)
    stop = max(p95(level["stops"]) for level in rounds)
    memory = max(level["peak"] for level in rounds)
    failures = sum(len(level["failures"]) for level in rounds)
    return [
        (f"{name}, who is answered", "all", f"{answered} of {invited}", answered == invited),
        (f"{name}, who computes", "all", f"{computing} of {invited}", computing == invited),
        (f"{name}, Stop", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
        (f"{name}, memory", "at most 1,000 MB", f"{memory / 1e6:.0f} MB", memory <= MOST_MEMORY),
        (f"{name}, nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


def _measured(level: Level, extent: LevelExtent) -> dict[str, Any]:
    links = [to_query(replace(level.experiment, seed=seed)) for seed in range(extent.people)]
    with tempfile.TemporaryDirectory() as folder, _one_core() as core, limited(MEMORY) as group:
        program = ("benchmarks.confined", str(core), str(group.processes))
        environment = {"POLYCORE_LIMITS": "hosted.toml"}
        with served(Path(folder) / "log.txt", program=program, environment=environment) as server:
            first_pages(server.address, 1, FIRST_PAGE_SECONDS)
            result = asyncio.run(trained_at_once(server, links, extent))
            kills = group.kills()
            result["failures"] += server.troubles()
            result["failures"] += ["a process had too little memory and was ended"] * kills
        result["peak"] = group.peak
    return {"invited": len(links), **result}


@contextmanager
def _one_core() -> Iterator[int]:
    """Yield a core for the server, and leave this process the others meanwhile."""
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        raise BenchmarkError("the server needs a core for itself; expected at least two.")
    core = min(cores)
    os.sched_setaffinity(0, cores - {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, cores)


def _training_row(name: str, rounds: Rounds) -> list[str]:
    return [
        name,
        _range([min(level["steps"]) for level in rounds], 2),
        _range([statistics.median(level["steps"]) for level in rounds], 2),
        _range([max(level["pauses"]) for level in rounds], 1),
        _range([p95(level["first_maps"]) for level in rounds], 1),
        _range([p95(level["stops"]) for level in rounds], 2),
    ]


def _machine_row(name: str, rounds: Rounds) -> list[str]:
    return [
        name,
        *(
            _range([statistics.median(page[what] for page in level["newcomers"]) for level in rounds], 1)
            for what in ("controls", "chart")
        ),
        *(_range([level["cores"][who] for level in rounds], 2) for who in ("server", "workers")),
        _range([1e3 * level["opening"] for level in rounds], 0),
        _range([level["peak"] / 1e6 for level in rounds], 0),
    ]


def _range(figures: Sequence[float], digits: int) -> str:
    low, middle, high = (f"{of(figures):,.{digits}f}" for of in (min, statistics.median, max))
    return f"{middle} ({low} to {high})"
