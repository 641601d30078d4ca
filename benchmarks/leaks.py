"""Sessions that open, train for a moment and close: what the server still holds afterwards."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.crowd import PAGE, link
from benchmarks.result import Goal
from benchmarks.server import Server, served
from benchmarks.table import table
from benchmarks.timing import BenchmarkError
from benchmarks.visitor import FAILURES, visiting
from pages.server import tabs

TITLE = "Leaks"
# sessions after which the server is examined: by the first reading the tabs that are kept fill their room
READINGS = (400, 700, 1000)
AT_ONCE = 10
LEAVING = 4  # one session in so many closes its tab during the run; the others press Stop first
[WORDS] = link(1)

# by default Streamlit keeps the session of a closed tab for two minutes
FORGOTTEN_AFTER = 1  # seconds; counting.py says the same of the live channel
OPTIONS = (f"--server.disconnectedSessionTTL={FORGOTTEN_AFTER}",)
REST_SECONDS = 13.0  # the run of a closed tab ends within ten
COUNT_SECONDS = 10.0  # within which the server says what it has
MOST_GROWTH = 0.1
# Threads that are started one by one when all others of their pool are busy, and then stay: Streamlit's, at
# most four, check whether its settings have changed; those of asyncio and AnyIO do what would block the event
# loop; jemalloc's, at most one per core, free memory
POOLS = ("ThreadPoolExecutor-0", "asyncio", "AnyIO worker thread", "jemalloc")
# what of a server is counted, by the name in the table
TABS = "tabs kept"
COUNTED = {
    TABS: "Tab",
    "sessions of Streamlit's": "AppSession",
    "viewers": "Viewer",
    "live sockets": "LiveSocket",
    "runs": "Training",
}
OF_TABS = ("viewers", "runs")  # each tab that is kept has one

TEXT = """\
{sessions:,} sessions, {at_once} at a time, opened the Train page, started a run, saw it take steps and
left: one in {leaving} by closing the tab during the run, the others after Stop. They are light clients as
above. Before each reading the server was idle for {rest:.0f} s. Streamlit was configured to forget a
session one second after its tab is closed; by default it keeps up to 128 of them for two minutes. The live
channel forgot after a second too, in place of a minute, what a session's sockets may show: its viewer. What
the last tabs had is kept for a refresh, as always, up to {most_tabs} of them and up to {most_megabytes} MB:
each has its run, and that its viewer. What they have is not left over. Before each reading one more session
opens the page and leaves.

Threads in pools do not belong to sessions: Streamlit's, which check whether its settings have changed,
those of asyncio and AnyIO, which compute frames and answer requests, and the memory allocator's. Each is
started when all others of its pool are busy, and then stays; each pool has a limit. Of all other threads none
may be left over."""


def measured(quick: bool) -> dict[str, Any]:
    """Return what the server held after each number of sessions, and the failures."""
    readings = (20, 60) if quick else READINGS
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "counts.json"
        program = ("benchmarks.counting", str(file))
        with served(Path(folder) / "log.txt", OPTIONS, program=program) as server:
            held, failures = asyncio.run(_held_after(server, file, readings))
            troubles = server.troubles()
    return {
        "held": held,
        "failures": [*failures, *troubles],
        "seconds": perf_counter() - began,
    }


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    held = result["held"]
    text = TEXT.format(
        sessions=held[-1]["sessions"],
        at_once=AT_ONCE,
        leaving=LEAVING,
        rest=REST_SECONDS,
        most_tabs=tabs.MOST_TABS,
        most_megabytes=tabs.MOST_BYTES // 1_000_000,
    )
    return [
        *text.split("\n"),
        "",
        *table(
            ("after sessions", "server, MB", "workers, MB", "threads", "in pools", "processes", "files"),
            map(_row, held),
        ),
        "",
        *table(
            ("after sessions", "sockets", *COUNTED),
            map(_counted_row, held),
        ),
    ]


def goals(result: dict[str, Any]) -> list[Goal]:
    """Return the goals: task, goal, result, and whether it is reached."""
    first, last = result["held"][0], result["held"][-1]
    growth = _memory(last) / _memory(first) - 1
    names = ("processes", "files", "sockets", *(name for name in COUNTED if name != TABS))
    left = {name: _beyond_tabs(last, name) - _beyond_tabs(first, name) for name in names}
    left |= {"threads": last["threads"] - last["pooled"] - (first["threads"] - first["pooled"])}
    counts = ", ".join(f"{count:+} {name}" for name, count in left.items())
    within = f"within {MOST_GROWTH:.0%} of that after {first['sessions']}"
    failures = len(result["failures"])
    who = f"{last['sessions']:,} sessions"
    return [
        (f"{who}, memory", within, f"{growth:+.1%}", growth <= MOST_GROWTH),
        (f"{who}, left over", "nothing", counts, max(left.values()) <= 0),
        (f"{who}, nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


def _beyond_tabs(held: dict[str, Any], name: str) -> int:
    """Return how many of them a reading has that do not belong to a tab that is kept."""
    return int(held[name] - (held[TABS] if name in OF_TABS else 0))


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


async def _held_after(
    server: Server, file: Path, readings: Sequence[int]
) -> tuple[list[dict[str, int]], list[str]]:
    held: list[dict[str, int]] = []
    failures: list[str] = []
    for before, count in pairwise((0, *readings)):
        failures += await come_and_leave(server, [number % LEAVING != 0 for number in range(before, count)])
        await reap(server)  # the channel counts the time from the first look that finds nobody
        await asyncio.sleep(REST_SECONDS)
        await reap(server)
        await asyncio.sleep(1.0)
        held.append({"sessions": count, **server.held()._asdict(), **await counted(server, file)})
        sys.stderr.write(f"  {count} sessions\n")
    return held, failures


async def counted(server: Server, file: Path) -> dict[str, int]:
    """Return how many of COUNTED and how many threads of POOLS the server has."""
    file.unlink(missing_ok=True)
    os.kill(server.pid, signal.SIGUSR1)
    end = perf_counter() + COUNT_SECONDS
    while not file.exists():
        if perf_counter() > end:
            raise BenchmarkError(f"The server did not count within {COUNT_SECONDS:.0f} s.")
        await asyncio.sleep(0.1)
    answer = json.loads(file.read_text(encoding="utf-8"))
    pooled = sum(name.startswith(POOLS) for name in answer["threads"])
    return {"pooled": pooled, **{name: answer[kind] for name, kind in COUNTED.items()}}


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


def _counted_row(held: dict[str, int]) -> list[str]:
    return [f"{held['sessions']:,}", *(f"{held[name]}" for name in ("sockets", *COUNTED))]


def _row(held: dict[str, int]) -> list[str]:
    return [
        f"{held['sessions']:,}",
        f"{held['memory'] / 1e6:.1f}",
        f"{held['workers_memory'] / 1e6:.1f}",
        *(f"{held[name]}" for name in ("threads", "pooled", "processes", "files")),
    ]
