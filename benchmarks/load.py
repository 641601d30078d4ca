"""A class on one server: what each person sees, the time of Stop, and the wait of a newcomer."""

import asyncio
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.crowd import PRESSING_SECONDS, Extent, link, trained_at_once
from benchmarks.estimate import MOST_BUSY, Need
from benchmarks.newcomer import first_pages
from benchmarks.percentiles import p95, summary
from benchmarks.result import Goal
from benchmarks.server import served
from benchmarks.table import table

TITLE = "Load"
FIRST_PAGE_SECONDS = 60.0
MOST_FIRST_MAP, MOST_STOP, MOST_CHART = 5.0, 0.3, 2.0  # seconds, p95


@dataclass(frozen=True)
class Level:
    """A class of `people`, who train so many different `experiments`.

    maps: the least that each is to see per second.
    """

    name: str
    people: int
    experiments: int
    maps: float

    def links(self) -> list[Any]:
        """Return the link that each of them opens."""
        links = link(self.experiments)
        return [links[number % self.experiments] for number in range(self.people)]


ONE_LINK = Level("100 on one link", 100, 1, 2.0)
DIFFERENT = Level("30 experiments", 30, 30, 1.0)
LEVELS = (ONE_LINK, DIFFERENT)


@dataclass(frozen=True)
class LevelExtent(Extent):
    """How long a level is measured, and with how many of its people."""

    share_of_people: float = 1.0


WHOLE = LevelExtent(25.0, 40, 30.0, 10, 30.0)
QUICK = LevelExtent(6.0, 3, 10.0, 1, 10.0, 0.1)

TEXT = f"""\
Two classes on a server without limits: 100 people who opened one link, and 30 who train thirty different
experiments of equal cost. All open the Train page, a few at a time, and then press Start within
{PRESSING_SECONDS:.0f} s. They are light clients: they communicate with the server over its two websockets, as
a browser's page does, and receive every frame, but draw nothing; with real browsers the machine would have to
draw up to a hundred pages. They share the two cores with the server and its workers. So does the newcomer: a
real browser with an empty cache, which measures how long the home page takes until title and button are
visible, until the chart is, and until Plotly has drawn it, with zoom and hover. Workers use only processor
time that nothing else needs (Linux's `SCHED_IDLE`).

Maps/s and steps/s of each person: over {WHOLE.window:.0f} s. Longest pause: the longest time in which
somebody's step did not change. First map: from the press of Start, for those who saw one by then. Times in
seconds: p50 / p95 / maximum; of Stop until the page says "Stopped", for at most {WHOLE.stops} presses by one
person after the other; of at most {WHOLE.newcomers} newcomers, one after the other. All the others continue
meanwhile. Cores: processor time per second of the server, of all its workers together, and of all light
clients together, in the same {WHOLE.window:.0f} s. A frame: the server's, divided by the frames that all have
received. A page: the server's processor time while the class opened its pages, for each of them. A person:
the growth of the server's memory since it was empty, for each of them."""

ESTIMATE = f"""\
More people, computed from these figures and not measured. Everyone trains and watches all the time. A
replica is a server as above without its workers: it draws with one core, and uses at most {MOST_BUSY:.0%}
of it. Memory is what people need, without that of empty servers and of workers. Opening pages is not
counted."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the measurements of each class, by its name."""
    extent = QUICK if quick else WHOLE
    return {"levels": {level.name: _measured(level, extent) for level in LEVELS}}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    levels = result["levels"]
    return [
        *TEXT.split("\n"),
        "",
        *table(
            ("", "maps/s, least", "median", "steps/s, least", "median", "longest pause, s", "first map, s"),
            [_training_row(name, level) for name, level in levels.items()],
        ),
        "",
        *table(
            ("", "Stop", "newcomer's controls", "chart", "Plotly's", "failures"),
            [_times_row(name, level) for name, level in levels.items()],
        ),
        "",
        *table(
            (
                "",
                "server, cores",
                "workers",
                "clients",
                "sent, MB/s",
                "frames/s",
                "server, MB",
                "workers, MB",
            ),
            [_machine_row(name, level) for name, level in levels.items()],
        ),
        "",
        *table(
            ("", "a frame, ms of the server", "kB", "a page, ms of the server", "a person, MB of the server"),
            [_costs_row(name, level) for name, level in levels.items()],
        ),
        "",
        *ESTIMATE.split("\n"),
        "",
        *Need.of(levels[ONE_LINK.name], ONE_LINK.maps).lines("Classes of 100 people on one link"),
        "",
        *Need.of(levels[DIFFERENT.name], DIFFERENT.maps).lines("Everyone with another experiment"),
    ]


def goals(result: dict[str, Any]) -> list[Goal]:
    """Return the goals: task, goal, result, and whether it is reached."""
    return [goal for level in LEVELS for goal in _goals(level, result["levels"][level.name])]


def _measured(level: Level, extent: LevelExtent) -> dict[str, Any]:
    links = level.links()
    links = links[: max(2, int(len(links) * extent.share_of_people))]
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "log.txt") as server:
        # the first page of a server is slow
        first_pages(server.address, 1, FIRST_PAGE_SECONDS)
        result = asyncio.run(trained_at_once(server, links, extent))
        result["failures"] += server.troubles()
    return {"experiments": min(level.experiments, len(links)), "invited": len(links), **result}


def _goals(level: Level, result: dict[str, Any]) -> list[Goal]:
    name, least = level.name, min(result["maps"], default=0.0)
    stop, chart = p95(result["stops"]), p95(_seen(result, "chart"))
    first = p95(result["first_maps"])
    failures, watching = len(result["failures"]), f"{result['people']} of {result['invited']}"
    return [
        (f"{name}, who sees a run", "all", watching, result["people"] == result["invited"]),
        (
            f"{name}, everyone's maps",
            f"at least {level.maps:g} per second",
            f"{least:.1f}",
            least >= level.maps,
        ),
        (
            f"{name}, the first map",
            f"p95 at most {MOST_FIRST_MAP} s",
            f"{first:.2f} s",
            first <= MOST_FIRST_MAP,
        ),
        (f"{name}, Stop", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
        (f"{name}, a newcomer's chart", f"p95 at most {MOST_CHART} s", f"{chart:.2f} s", chart <= MOST_CHART),
        (f"{name}, nothing fails", "0 failures", f"{failures}", failures == 0),
    ]


def _training_row(name: str, level: dict[str, Any]) -> list[str]:
    return [
        name,
        f"{min(level['maps']):.1f}",
        f"{statistics.median(level['maps']):.1f}",
        f"{min(level['steps']):,.0f}",
        f"{statistics.median(level['steps']):,.0f}",
        f"{max(level['pauses']):.1f}",
        summary(level["first_maps"]),
    ]


def _times_row(name: str, level: dict[str, Any]) -> list[str]:
    newcomer = (_seen(level, what) for what in ("controls", "chart", "plotly"))
    return [name, *map(summary, (level["stops"], *newcomer)), f"{len(level['failures'])}"]


def _machine_row(name: str, level: dict[str, Any]) -> list[str]:
    return [
        name,
        *(f"{level['cores'][who]:.2f}" for who in ("server", "workers", "clients")),
        f"{level['bytes'] / 1e6:.1f}",
        f"{level['frames']:.0f}",
        f"{level['memory'] / 1e6:,.0f}",
        f"{level['workers_memory'] / 1e6:,.0f}",
    ]


def _costs_row(name: str, level: dict[str, Any]) -> list[str]:
    return [
        name,
        f"{1e3 * level['cores']['server'] / level['frames']:.1f}",
        f"{level['frame_bytes'] / level['frames'] / 1e3:.1f}",
        f"{1e3 * level['opening']:.0f}",
        f"{level['memory_each'] / 1e6:.1f}",
    ]


def _seen(level: dict[str, Any], what: str) -> list[float]:
    return [page[what] for page in level["newcomers"]]
