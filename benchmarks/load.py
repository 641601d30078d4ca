"""A class on one server: the speed of each run, the time of Stop, and the wait of a newcomer."""

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crowd import crowd
from benchmarks.newcomer import first_pages
from benchmarks.percentiles import p95, summary
from benchmarks.server import Server, served
from benchmarks.table import table

TITLE = "Load"
LEVELS = (1, 5, 10, 20, 30)  # sessions that train at once
LIMITS = "hosted.toml"
TURNS_FROM = 10  # more sessions than this take turns
WINDOW_SECONDS, TURNS_WINDOW_SECONDS = 15.0, 60.0
STOPS, STOPS_SECONDS = 20, 25.0
NEWCOMERS, NEWCOMERS_SECONDS = 20, 60.0

CROWDED, CLASS = 10, 30  # the numbers of sessions for which there are goals
MOST_STOP, MOST_FRESH = 0.3, 2.0  # seconds, p95
LEAST_SHARE = 0.5  # of the mean

TEXT = f"""\
Sessions train at the same time on a server with the limits of `{LIMITS}`, each with its own Train page that
follows its run over the live channel. They are light clients: they communicate with the server over a
websocket as a browser's page does, and receive every map and chart, but draw nothing; with real browsers the
machine would have to draw up to thirty pages. A newcomer is a real browser on the same machine with an empty
cache. It measures how long the home page takes until title and button are visible, and until the chart is; it
shares the two cores with the server and its workers. Workers use only processor time that nothing else needs
(Linux's `SCHED_IDLE`).

Steps/s and maps/s: of the slowest session and the mean of all, over {WINDOW_SECONDS:.0f} s, or over
{TURNS_WINDOW_SECONDS:.0f} s if more than {TURNS_FROM} sessions take turns, so that each has several turns.
Longest pause: the longest time in which a session's step did not change. Times in seconds: p50 / p95 /
maximum of at most {STOPS} presses of Stop until the page says "Stopped", by one session after the other,
and of at most {NEWCOMERS} newcomers, one after the other. Cores: processor time per second, of the server,
of all its workers together, and of all light clients together."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the measurements of sessions, stops and newcomers at each level."""
    return {"levels": [_level(sessions) for sessions in (LEVELS[:3] if quick else LEVELS)]}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    levels = result["levels"]
    return [
        *TEXT.split("\n"),
        "",
        *table(
            ("sessions", "steps/s, slowest", "mean", "maps/s, slowest", "mean", "longest pause, s", "waited"),
            map(_training_row, levels),
        ),
        "",
        *table(
            ("sessions", "Stop", "newcomer's controls", "newcomer's chart", "failures"),
            map(_times_row, levels),
        ),
        "",
        *table(
            ("sessions", "server, cores", "workers", "clients", "sent, MB/s", "server, MB", "workers, MB"),
            map(_machine_row, levels),
        ),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    by_sessions = {level["sessions"]: level for level in result["levels"]}
    goals = [_goal_of_shares(result["levels"])]
    if CROWDED in by_sessions:
        goals += _goals_of_a_crowd(by_sessions[CROWDED])
    if CLASS in by_sessions:
        goals += _goals_of_a_class(by_sessions[CLASS])
    return goals


def _level(sessions: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with served(log, environment={"POLYCORE_LIMITS": LIMITS}) as server:
            return {"sessions": sessions, **asyncio.run(_trained_at_once(server, sessions))}


async def _trained_at_once(server: Server, sessions: int) -> dict[str, Any]:
    await asyncio.to_thread(
        first_pages, server.address, 1, NEWCOMERS_SECONDS
    )  # the first page of a server is slow
    async with crowd(server, sessions) as people:
        seconds = WINDOW_SECONDS if sessions <= TURNS_FROM else TURNS_WINDOW_SECONDS
        result = await people.watched(seconds)
        result["stops"] = await people.stops(STOPS, STOPS_SECONDS)
        result["newcomers"] = await people.newcomers(NEWCOMERS, NEWCOMERS_SECONDS)
    return result | people.positions() | {"failures": [*people.failures, *server.troubles()]}


def _goal_of_shares(levels: list[dict[str, Any]]) -> tuple[str, str, str, bool]:
    share = min(min(level["steps"]) / statistics.mean(level["steps"]) for level in levels)
    goal = f"at least {LEAST_SHARE:.0%} of the mean steps/s"
    return ("the slowest session of any level", goal, f"{share:.0%}", share >= LEAST_SHARE)


def _goals_of_a_crowd(level: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    who = f"{CROWDED} sessions"
    measured = (
        ("Stop", level["stops"], MOST_STOP),
        ("a newcomer's title and button", _controls(level), MOST_FRESH),
        ("a newcomer's chart", _charts(level), MOST_FRESH),
    )
    return [
        (f"{who}, {what}", f"p95 at most {most} s", f"{p95(seconds):.2f} s", p95(seconds) <= most)
        for what, seconds, most in measured
    ]


def _goals_of_a_class(level: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    who = f"{CLASS} sessions"
    standing_still = sum(steps == 0 for steps in level["steps"])
    without_position = level["waited"] - level["told"]
    failures = len(level["failures"])
    return [
        (f"{who}, no session starves", "0 that stand still", f"{standing_still}", standing_still == 0),
        (
            f"{who}, all see their position in the queue",
            "0 that do not",
            f"{without_position}",
            without_position == 0,
        ),
        (f"{who}, nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


def _training_row(level: dict[str, Any]) -> list[str]:
    return [
        f"{level['sessions']}",
        f"{min(level['steps']):,.0f}",
        f"{statistics.mean(level['steps']):,.0f}",
        f"{min(level['maps']):.1f}",
        f"{statistics.mean(level['maps']):.1f}",
        f"{max(level['pauses']):.1f}",
        f"{level['waited']}, up to position {level['last_place']}" if level["waited"] else "0",
    ]


def _times_row(level: dict[str, Any]) -> list[str]:
    return [
        f"{level['sessions']}",
        *map(summary, (level["stops"], _controls(level), _charts(level))),
        f"{len(level['failures'])}",
    ]


def _machine_row(level: dict[str, Any]) -> list[str]:
    return [
        f"{level['sessions']}",
        *(f"{level['cores'][who]:.2f}" for who in ("server", "workers", "clients")),
        f"{level['bytes'] / 1e6:.1f}",
        f"{level['memory'] / 1e6:,.0f}",
        f"{level['workers_memory'] / 1e6:,.0f}",
    ]


def _controls(level: dict[str, Any]) -> list[float]:
    return [controls for controls, _ in level["newcomers"]]


def _charts(level: dict[str, Any]) -> list[float]:
    return [chart for _, chart in level["newcomers"]]
