"""Sessions that open, train for a moment and close: what the server still holds afterwards."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.crowd import PAGE, WORDS
from benchmarks.server import Server, served
from benchmarks.table import table
from benchmarks.visitor import FAILURES, visiting

TITLE = "Leaks"
READINGS = (100, 400, 700, 1000)  # the numbers of sessions after which the server is examined
AT_ONCE = 10
LEAVING = 4  # one session in so many closes its tab during the run; the others press Stop first

# by default Streamlit keeps the session of a closed tab for two minutes
FORGOTTEN_AFTER = 1  # seconds
OPTIONS = (f"--server.disconnectedSessionTTL={FORGOTTEN_AFTER}",)
REST_SECONDS = 15.0  # the run of a closed tab ends within ten
MOST_GROWTH = 0.1

TEXT = """\
{sessions:,} sessions, {at_once} at a time, opened the Train page, started a run, saw it take steps and
left: one in {leaving} by closing the tab during the run, the others after Stop. They are light clients as
above. Before each reading the server was idle for {rest:.0f} s. Streamlit was configured to forget a
session one second after its tab is closed; by default it keeps up to 128 of them for two minutes. What the
last 100 tabs had is kept for a refresh, as always.

Threads in pools do not belong to sessions: Streamlit's, which check whether its settings have changed, and
the memory allocator's. Each is started when all others of its pool are busy, and then stays: at most four
of Streamlit's, and one of the allocator's per core. Of all other threads none may be left over."""


def measured(quick: bool) -> dict[str, Any]:
    """Return what the server held after each number of sessions, and the failures."""
    readings = (20, 60) if quick else READINGS
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "log.txt", OPTIONS) as server:
        held, failures = asyncio.run(_held_after(server, readings))
        troubles = server.troubles()
    return {
        "held": held,
        "failures": [*failures, *troubles],
        "seconds": perf_counter() - began,
    }


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    held = result["held"]
    text = TEXT.format(sessions=held[-1]["sessions"], at_once=AT_ONCE, leaving=LEAVING, rest=REST_SECONDS)
    return [
        *text.split("\n"),
        "",
        *table(
            ("after sessions", "server, MB", "workers, MB", "threads", "in pools", "processes", "files"),
            map(_row, held),
        ),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    first, last = result["held"][0], result["held"][-1]
    growth = _memory(last) / _memory(first) - 1
    left = {name: last[name] - first[name] for name in ("processes", "files")}
    left |= {"threads": last["threads"] - last["pooled"] - (first["threads"] - first["pooled"])}
    counts = ", ".join(f"{count:+} {name}" for name, count in left.items())
    within = f"within {MOST_GROWTH:.0%} of that after {first['sessions']}"
    failures = len(result["failures"])
    who = f"{last['sessions']:,} sessions"
    return [
        (f"{who}, memory", within, f"{growth:+.1%}", growth <= MOST_GROWTH),
        (f"{who}, left over", "no thread, process or file", counts, max(left.values()) <= 0),
        (f"{who}, nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


async def come_and_leave(server: Server, stops: Sequence[bool]) -> list[str]:
    """Open and close one session for each of `stops`, AT_ONCE at a time; return the failures.

    A true value stops the run first; a false one closes the tab during the run.
    """
    ways = iter(stops)
    failures: list[str] = []

    async def come() -> None:
        for stop in ways:
            try:
                await _visit(server.address, stop)
            except FAILURES as error:
                failures.append(str(error))

    await asyncio.gather(*(come() for _ in range(AT_ONCE)))
    return failures


async def reap(server: Server) -> None:
    """Open and close one more session: Streamlit forgets old sessions when it stores another one."""
    async with visiting(server.address, PAGE, WORDS):
        pass


async def _held_after(server: Server, readings: Sequence[int]) -> tuple[list[dict[str, int]], list[str]]:
    held: list[dict[str, int]] = []
    failures: list[str] = []
    for before, count in pairwise((0, *readings)):
        failures += await come_and_leave(server, [number % LEAVING != 0 for number in range(before, count)])
        await asyncio.sleep(REST_SECONDS)
        await reap(server)
        await asyncio.sleep(1.0)
        held.append({"sessions": count, **server.held()._asdict(), "pooled": server.pooled()})
        sys.stderr.write(f"  {count} sessions\n")
    return held, failures


async def _visit(address: str, stop: bool) -> None:
    async with visiting(address, PAGE, WORDS) as visitor:
        await visitor.press("Start")
        await visitor.until(lambda: any(standing.step for standing in visitor.standings), "shows a step")
        if stop:
            await visitor.press("Stop")
            await visitor.until_status("Stopped")


def _memory(held: dict[str, int]) -> int:
    """Return the bytes of the server and its workers."""
    return held["memory"] + held["workers_memory"]


def _row(held: dict[str, int]) -> list[str]:
    return [
        f"{held['sessions']:,}",
        f"{held['memory'] / 1e6:.1f}",
        f"{held['workers_memory'] / 1e6:.1f}",
        *(f"{held[name]}" for name in ("threads", "pooled", "processes", "files")),
    ]
