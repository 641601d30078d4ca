"""Visitors who train at the same time on one server, and measurements while they do."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from time import perf_counter, process_time
from typing import Any

from benchmarks.newcomer import FirstPage, first_pages
from benchmarks.server import Server
from benchmarks.timing import BenchmarkError
from benchmarks.visitor import FAILURES, Standing, Visitor, visiting
from polycore import Experiment
from polycore.links.link import to_query

Words = Mapping[str, str]

# the recommended run, but practically endless: all steps cost the same
EXPERIMENT = replace(Experiment.recommended(), steps=1_000_000, schedule="constant")
PAGE = "train"
UNDER_WAY = ("Running", "Waiting")
OPENING_AT_ONCE = 4
PRESSING_SECONDS = 5.0  # within which all press Start
PATIENCE = 40.0  # seconds until a pressed Start shows a run


def link(experiments: int) -> list[Words]:
    """Return the queries of links to so many experiments, which differ in their seeds and cost the same."""
    return [to_query(replace(EXPERIMENT, seed=seed)) for seed in range(experiments)]


class Crowd:
    """Visitors with a page each. failures: a sentence for each. opening: processor time for a page opened.

    pressed: when each of those whose run began has pressed Start, by perf_counter.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.visitors: list[Visitor] = []
        self.failures: list[str] = []
        self.opening = 0.0
        self.pressed: list[float] = []
        self._memory, self._opened = server.held().memory, 1

    async def open(self, stack: AsyncExitStack, words: Sequence[Words]) -> None:
        """Let a visitor open each link, a few at a time."""
        used, waiting = self.server.used().server, iter(words)
        opened: list[Visitor] = []

        async def come() -> None:
            for query in waiting:
                try:
                    opened.append(await stack.enter_async_context(visiting(self.server.address, PAGE, query)))
                except FAILURES as error:
                    self.failures.append(str(error))

        await asyncio.gather(*(come() for _ in range(OPENING_AT_ONCE)))
        self.opening = (self.server.used().server - used) / len(words)
        self.visitors, self._opened = opened, max(1, len(opened))

    async def start(self) -> None:
        """Let everyone press Start, spread over a few seconds; who sees no run is left out from then on."""
        distance = PRESSING_SECONDS / max(1, len(self.visitors))
        presses = [_started(visitor, distance * number) for number, visitor in enumerate(self.visitors)]
        outcomes = await asyncio.gather(*presses, return_exceptions=True)
        visitors, self.visitors = self.visitors, []
        for visitor, outcome in zip(visitors, outcomes, strict=True):
            if isinstance(outcome, float):
                self.visitors.append(visitor)
                self.pressed.append(outcome)
            elif isinstance(outcome, FAILURES):
                self.failures.append(str(outcome))
            else:
                raise outcome

    async def watched(self, seconds: float) -> dict[str, Any]:
        """Return what each visitor sees in `seconds`, and the processor time and memory used meanwhile."""
        began, used, own, received = perf_counter(), self.server.used(), process_time(), self._received()
        await asyncio.sleep(seconds)
        ended, used_then, own_then = perf_counter(), self.server.used(), process_time()
        held, received_then, lasted = self.server.held(), self._received(), ended - began
        standings = [_between(visitor.standings, began, ended) for visitor in self.visitors]
        cores = {
            "server": used_then.server - used.server,
            "workers": used_then.workers - used.workers,
            "clients": own_then - own,
        }
        return {
            "people": len(self.visitors),
            "opening": self.opening,
            "first_maps": [
                came - pressed
                for visitor, pressed in zip(self.visitors, self.pressed, strict=True)
                if (came := visitor.first_map_after(pressed)) is not None
            ],
            "steps": [(each[-1].step - each[0].step) / lasted for each in standings],
            "maps": [_count(visitor.maps, began, ended) / lasted for visitor in self.visitors],
            "pauses": [_longest_pause(each, ended) for each in standings],
            **{name: (received_then[name] - received[name]) / lasted for name in received},
            "cores": {who: seconds_used / lasted for who, seconds_used in cores.items()},
            "memory": held.memory,
            "memory_each": (held.memory - self._memory) / self._opened,
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
                await visitor.press("Start new")
                await visitor.until_status(*UNDER_WAY)
            except FAILURES as error:
                self.failures.append(str(error))
                break
        return times

    async def newcomers(self, count: int, seconds: float) -> list[FirstPage]:
        """Return what newcomers see meanwhile, one after the other; fewer if `seconds` have passed."""
        try:
            # in a separate thread: the visitors continue, and the browser's own clock measures
            return await asyncio.to_thread(first_pages, self.server.address, count, seconds)
        except (BenchmarkError, *FAILURES) as error:
            self.failures.append(str(error))
            return []

    async def end(self) -> None:
        """Stop all runs, so that none continues when the visitors have left."""
        for outcome in await asyncio.gather(*map(_stop, self.visitors), return_exceptions=True):
            if isinstance(outcome, FAILURES):
                self.failures.append(str(outcome))
            elif outcome is not None:
                raise outcome
        self.failures += [text for visitor in self.visitors for text in visitor.exceptions]

    def _received(self) -> dict[str, int]:
        """Return the numbers of bytes and messages that all have received, and of those the frames'."""
        return {
            "bytes": sum(one.received for one in self.visitors),
            "messages": sum(one.messages for one in self.visitors),
            "frame_bytes": sum(one.framed for one in self.visitors),
            "frames": sum(len(one.standings) for one in self.visitors),
        }


@asynccontextmanager
async def crowd(server: Server, words: Sequence[Words]) -> AsyncIterator[Crowd]:
    """Yield a crowd on `server`, a visitor for each link, with their runs in progress; then end it."""
    async with AsyncExitStack() as stack:
        people = Crowd(server)
        await people.open(stack, words)
        await people.start()
        yield people
        await people.end()


@dataclass(frozen=True)
class Extent:
    """How long a crowd is measured, in seconds and numbers."""

    window: float
    stops: int
    stops_seconds: float
    newcomers: int
    newcomers_seconds: float


async def trained_at_once(server: Server, words: Sequence[Words], extent: Extent) -> dict[str, Any]:
    """Return what a crowd sees, then newcomers beside it, then those who press Stop, and all failures."""
    async with crowd(server, words) as people:
        result = await people.watched(extent.window)
        newcomers = await people.newcomers(extent.newcomers, extent.newcomers_seconds)
        result["newcomers"] = [page._asdict() for page in newcomers]
        result["stops"] = await people.stops(extent.stops, extent.stops_seconds)
    return result | {"failures": people.failures}


async def _started(visitor: Visitor, after: float) -> float:
    """Press Start after so many seconds, and return when, by perf_counter, once the page shows the run."""
    await asyncio.sleep(after)
    pressed = await visitor.press("Start")
    await visitor.until_status(*UNDER_WAY, patience=PATIENCE)
    return pressed


async def _stop(visitor: Visitor) -> None:
    await visitor.press("Stop")
    await visitor.until_status("Stopped")


def _count(times: Sequence[float], began: float, ended: float) -> int:
    return sum(began <= time <= ended for time in times)


def _between(standings: Sequence[Standing], began: float, ended: float) -> list[Standing]:
    """Return the standings in that time, and the last one before it."""
    before = [standing for standing in standings if standing.seconds < began]
    return before[-1:] + [standing for standing in standings if began <= standing.seconds <= ended]


def _longest_pause(standings: Sequence[Standing], ended: float) -> float:
    """Return the longest time, up to `ended`, in which the step did not change."""
    moves = [
        standings[0].seconds,
        *(after.seconds for before, after in pairwise(standings) if after.step > before.step),
    ]
    return max(after - before for before, after in pairwise([*moves, ended]))
