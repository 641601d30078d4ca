"""A class on one server whose runs a Dask cluster computes."""

import asyncio
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import dask_cluster
from benchmarks.crowd import crowd, link
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

TEXT = f"""\
{SESSIONS} light clients as under Load train at the same time, each with a run of its own, on a server with
the limits of `{LIMITS}`: first with the server's own worker processes, then with 1, 2 and 4 workers of a Dask
scheduler, started as described above. Everything runs on the same machine: with more workers than cores the
figures show the cost of waiting for a core, not the gain from another machine. Stop: p50 / p95 / maximum of
{STOPS} presses. Cores: processor time per second."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the measurements with each number of workers."""
    return {"levels": [_level(count) for count in (WORKERS[:2] if quick else WORKERS)]}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    levels = result["levels"]
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
    async with crowd(server, link(1)):  # the first call connects to the cluster
        pass
    async with crowd(server, link(SESSIONS)) as people:
        began, used = perf_counter(), _used(scheduler, keeper)
        result = await people.watched(WINDOW_SECONDS)
        lasted, used_then = perf_counter() - began, _used(scheduler, keeper)
        for name, seconds in used_then.items():
            result["cores"][name] = (seconds - used[name]) / lasted
        result["stops"] = await people.stops(STOPS, STOPS_SECONDS)
    return result | {"failures": [*people.failures, *server.troubles()]}


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
