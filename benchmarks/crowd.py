"""Visitors who train at the same time on one server, and measurements while they do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from time import perf_counter, process_time
from typing import Any

from benchmarks.newcomer import first_pages
from benchmarks.server import Server
from benchmarks.timing import BenchmarkError
from benchmarks.visitor import FAILURES, MAP, Standing, Visitor, visiting
from polycore import Experiment
from polycore.links.link import to_query

# the recommended run, but practically endless: all steps cost the same
WORDS = to_query(replace(Experiment.recommended(), steps=1_000_000, schedule="constant"))
PAGE = "train"
UNDER_WAY = ("Running", "Waiting")
ARRIVAL_SECONDS = 0.3  # between two arrivals


class Crowd:
    """Visitors, each with a run in progress. `failures`: a sentence for each failure."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.visitors: list[Visitor] = []
        self.failures: list[str] = []

    async def add(self, stack: AsyncExitStack) -> None:
        """Add a visitor, who starts a run."""
        try:
            visitor = await stack.enter_async_context(visiting(self.server.address, PAGE, WORDS))
            await visitor.press("Start")
            await visitor.until_status(*UNDER_WAY)
            self.visitors.append(visitor)
        except FAILURES as error:
            self.failures.append(str(error))

    async def watched(self, seconds: float) -> dict[str, Any]:
        """Return the progress of each visitor over `seconds`, and the processor time and memory used."""
        began, used, own = perf_counter(), self.server.used(), process_time()
        maps = [visitor.changes[MAP] for visitor in self.visitors]
        received, messages = self._received()
        await asyncio.sleep(seconds)
        ended, held = perf_counter(), self.server.held()
        received_then, messages_then = self._received()
        used_then, own_then, lasted = self.server.used(), process_time(), ended - began
        standings = [_between(visitor.standings, began, ended) for visitor in self.visitors]
        return {
            "steps": [(each[-1].step - each[0].step) / lasted for each in standings],
            "maps": [
                (visitor.changes[MAP] - before) / lasted
                for visitor, before in zip(self.visitors, maps, strict=True)
            ],
            "pauses": [_longest_pause(each, ended) for each in standings],
            "bytes": (received_then - received) / lasted,
            "messages": (messages_then - messages) / lasted,
            "cores": {
                "server": (used_then.server - used.server) / lasted,
                "workers": (used_then.workers - used.workers) / lasted,
                "clients": (own_then - own) / lasted,
            },
            "memory": held.memory,
            "workers_memory": held.workers_memory,
        }

    async def stops(self, count: int, seconds: float) -> list[float]:
        """Return the seconds until the page says "Stopped", session by session; each then restarts."""
        times: list[float] = []
        end = perf_counter() + seconds
        while len(times) < count and perf_counter() < end and self.visitors:
            visitor = self.visitors[len(times) % len(self.visitors)]
            try:
                pressed = await visitor.press("Stop")
                times.append((await visitor.until_status("Stopped")).seconds - pressed)
                await visitor.press("Start again")
                await visitor.until_status(*UNDER_WAY)
            except FAILURES as error:
                self.failures.append(str(error))
                break
        return times

    async def newcomers(self, count: int, seconds: float) -> list[tuple[float, float]]:
        """Return the seconds until controls and chart are visible, for each newcomer."""
        try:
            # in a separate thread: the visitors continue, and the browser's own clock measures
            pages = await asyncio.to_thread(first_pages, self.server.address, count, seconds)
        except (BenchmarkError, *FAILURES) as error:
            self.failures.append(str(error))
            return []
        return [(page.controls, page.chart) for page in pages]

    def positions(self) -> dict[str, int]:
        """Return the numbers of sessions that waited and that always saw their position, and the last one."""
        waits = [
            [standing.position for standing in visitor.standings if standing.status == "Waiting"]
            for visitor in self.visitors
        ]
        waits = [positions for positions in waits if positions]
        shown = [position for positions in waits for position in positions if position is not None]
        return {
            "waited": len(waits),
            "told": sum(None not in positions for positions in waits),
            "last_place": max(shown, default=0),
        }

    def _received(self) -> tuple[int, int]:
        """Return the number of bytes and of messages that all have received."""
        visitors = self.visitors
        return sum(one.received for one in visitors), sum(one.messages for one in visitors)

    async def end(self) -> None:
        """Stop all runs, so that none continues when the visitors have left."""
        try:
            await asyncio.gather(*map(_stop, self.visitors))
        except FAILURES as error:
            self.failures.append(str(error))
        self.failures += [text for visitor in self.visitors for text in visitor.exceptions]


@asynccontextmanager
async def crowd(server: Server, size: int) -> AsyncIterator[Crowd]:
    """Yield a crowd of `size` visitors on `server`, with their runs in progress; then end it."""
    async with AsyncExitStack() as stack:
        visitors = Crowd(server)
        for _ in range(size):
            await visitors.add(stack)
            await asyncio.sleep(ARRIVAL_SECONDS)
        yield visitors
        await visitors.end()


async def _stop(visitor: Visitor) -> None:
    await visitor.press("Stop")
    await visitor.until_status("Stopped")


def _between(standings: list[Standing], began: float, ended: float) -> list[Standing]:
    """Return the standings in that time, and the last one before it."""
    before = [standing for standing in standings if standing.seconds < began]
    return before[-1:] + [standing for standing in standings if began <= standing.seconds <= ended]


def _longest_pause(standings: list[Standing], ended: float) -> float:
    """Return the longest time, up to `ended`, in which the step did not change."""
    moves = [
        standings[0].seconds,
        *(after.seconds for before, after in pairwise(standings) if after.step > before.step),
    ]
    return max(after - before for before, after in pairwise([*moves, ended]))
