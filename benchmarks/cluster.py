"""A class on one server whose runs a Dask cluster computes, and an estimate for more people."""

import asyncio
import math
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import dask_cluster
from benchmarks.crowd import crowd
from benchmarks.newcomer import first_pages
from benchmarks.percentiles import p95, summary
from benchmarks.server import Server, children, processor_seconds, served
from benchmarks.table import table

TITLE = "Workers elsewhere"
WORKERS = (None, 1, 2, 4)  # None: the server's own processes
LIMITS = "hosted.toml"
SESSIONS = 10
WINDOW_SECONDS = 30.0
STOPS, STOPS_SECONDS = 20, 25.0
MOST_STOP = 0.3  # seconds, p95
FIRST_CALL_SECONDS = 60.0
FIRST_CALL_SESSIONS = 1

# assumptions of the estimate
PEOPLE = (30, 1_000, 100_000)
SHARE = 0.1  # of a core per person who trains: the recommended run takes 100 s
MAPS_A_SECOND = 1.0
MOST_BUSY = 0.5  # of a core that draws or schedules: beyond this, clicks have to wait
PRICE = 0.04  # dollars per core and hour

TEXT = f"""\
{SESSIONS} sessions train at the same time, as under Load, on a server with the limits of `{LIMITS}`: first
with the server's own worker processes, then with 1, 2 and 4 workers of a Dask scheduler, started as
described above. Everything runs on the same machine: with more workers than cores the figures show the cost
of waiting for a core, not the gain from another machine. Stop: p50 / p95 / maximum of {STOPS} presses.
Cores: processor time per second."""

ESTIMATE = f"""\
The estimate is computed from the row with two Dask workers. It assumes that everyone trains all the time,
with {SHARE:g} of a core each (the recommended run then takes 100 s), and that each map changes
{MAPS_A_SECOND:g} time per second. A server draws with one core and uses at most {MOST_BUSY:.0%} of it, and
a scheduler likewise. Each session stays with one of many servers, and each scheduler has its own servers
and workers. A core costs ${PRICE:g} per hour: insert your own price. One session receives {{sent:.0f}} kB/s
in {{messages:.1f}} messages/s, and needs {{memory:.1f}} MB of its server's memory and {{draws:.0f}} ms of a
core for each change of its map. For each second of a worker's core, the scheduler needs {{schedules:.0f}}
ms."""
ESTIMATE_HEAD = (
    "people",
    "servers",
    "workers' cores",
    "schedulers",
    "GB",
    "MB/s",
    "messages/s",
    "$ per hour",
)


def measured(quick: bool) -> dict[str, Any]:
    """Return the measurements with each number of workers."""
    return {"levels": [_level(count) for count in (WORKERS[:2] if quick else WORKERS)]}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    levels = result["levels"]
    needs = _needs(levels[min(2, len(levels) - 1)])
    return [
        *TEXT.split("\n"),
        "",
        *table(
            ("workers", "steps/s, slowest", "mean", "maps/s, mean", "longest pause, s", "Stop", "failures"),
            map(_training_row, levels),
        ),
        "",
        *table(
            ("workers", "server, cores", "scheduler", "workers, cores", "sent, MB/s", "messages/s"),
            map(_machine_row, levels),
        ),
        "",
        *ESTIMATE.format(**needs).split("\n"),
        "",
        *table(ESTIMATE_HEAD, (_estimate_row(people, needs) for people in PEOPLE)),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    levels = result["levels"]
    stop = max(p95(level["stops"]) for level in levels)
    standing_still = sum(steps == 0 for level in levels for steps in level["steps"])
    failures = sum(len(level["failures"]) for level in levels)
    return [
        ("Stop with any number of workers", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
        ("no session starves", "0 that stand still", f"{standing_still}", standing_still == 0),
        ("nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


def _level(count: int | None) -> dict[str, Any]:
    environment = {"POLYCORE_LIMITS": LIMITS}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        scheduler, keeper = None, None
        if count is not None:
            address = environment["POLYCORE_SCHEDULER"] = dask_cluster.free_address()
            scheduler = stack.enter_context(dask_cluster.scheduler(address)).pid
            keeper = stack.enter_context(dask_cluster.workers(address, count)).pid
        server = stack.enter_context(served(Path(folder) / "log.txt", environment=environment))
        return {"workers": count, **asyncio.run(_trained_at_once(server, scheduler, keeper))}


async def _trained_at_once(server: Server, scheduler: int | None, keeper: int | None) -> dict[str, Any]:
    await asyncio.to_thread(first_pages, server.address, FIRST_CALL_SESSIONS, FIRST_CALL_SECONDS)
    async with crowd(server, 1):  # the first call connects to the cluster
        pass
    before = server.held().memory
    async with crowd(server, SESSIONS) as people:
        began, used = perf_counter(), _used(scheduler, keeper)
        result = await people.watched(WINDOW_SECONDS)
        lasted, used_then = perf_counter() - began, _used(scheduler, keeper)
        for name, seconds in used_then.items():
            result["cores"][name] = (seconds - used[name]) / lasted
        result["stops"] = await people.stops(STOPS, STOPS_SECONDS)
    grown = (result["memory"] - before) / SESSIONS
    return result | {"memory_each": grown, "failures": [*people.failures, *server.troubles()]}


def _used(scheduler: int | None, keeper: int | None) -> dict[str, float]:
    """Return the processor time of a cluster so far; empty if there is none."""
    if scheduler is None or keeper is None:
        return {}
    workers = [keeper, *_descendants(keeper)]
    return {"scheduler": processor_seconds(scheduler), "workers": sum(map(processor_seconds, workers))}


def _descendants(pid: int) -> list[int]:
    own = children(pid)
    return [*own, *(below for child in own for below in _descendants(child))]


def _training_row(level: dict[str, Any]) -> list[str]:
    return [
        _name(level),
        f"{min(level['steps']):,.0f}",
        f"{statistics.mean(level['steps']):,.0f}",
        f"{statistics.mean(level['maps']):.1f}",
        f"{max(level['pauses']):.1f}",
        summary(level["stops"]),
        f"{len(level['failures'])}",
    ]


def _machine_row(level: dict[str, Any]) -> list[str]:
    cores = level["cores"]
    return [
        _name(level),
        f"{cores['server']:.2f}",
        f"{cores['scheduler']:.2f}" if "scheduler" in cores else "none",
        f"{cores['workers']:.2f}",
        f"{level['bytes'] / 1e6:.1f}",
        f"{level['messages']:.0f}",
    ]


def _name(level: dict[str, Any]) -> str:
    return "its own" if level["workers"] is None else f"{level['workers']} of Dask"


def _needs(level: dict[str, Any]) -> dict[str, float]:
    """Return what one session needs, in the units of `ESTIMATE`."""
    cores = level["cores"]
    return {
        "sent": level["bytes"] / SESSIONS / 1e3,
        "messages": level["messages"] / SESSIONS,
        "memory": level["memory_each"] / 1e6,
        "draws": 1e3 * cores["server"] / sum(level["maps"]),
        "schedules": 1e3 * cores.get("scheduler", 0.0) / cores["workers"],
    }


def _estimate_row(people: int, needs: dict[str, float]) -> list[str]:
    servers = math.ceil(people * MAPS_A_SECOND * needs["draws"] / 1e3 / MOST_BUSY)
    workers = people * SHARE
    schedulers = math.ceil(workers * needs["schedules"] / 1e3 / MOST_BUSY)
    return [
        f"{people:,}",
        f"{servers:,}",
        f"{workers:,.0f}",
        f"{schedulers:,}",
        f"{people * needs['memory'] / 1e3:,.1f}",
        f"{people * needs['sent'] / 1e3:,.0f}",
        f"{people * needs['messages']:,.0f}",
        f"{(servers + workers + schedulers) * PRICE:,.2f}",
    ]
