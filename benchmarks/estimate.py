"""What more people would need, computed from what a crowd on one server has used."""

import math
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Self

from benchmarks.table import table

PEOPLE = (1_000, 100_000)
MOST_BUSY = 0.5  # of the core that a replica draws with: beyond this, clicks have to wait
LINE = 110  # characters
HEAD = ("people", "replicas", "workers' cores", "cores in all", "memory, GB", "sent, MB/s", "websockets")


@dataclass(frozen=True)
class Need:
    """What one person needs who watches a run all the time.

    maps: per second. drawing: seconds of the server's core for a frame. computing: seconds of workers' cores
    for a second of watching. frame: bytes. memory: bytes of the server.
    """

    maps: float
    drawing: float
    computing: float
    frame: float
    memory: float

    @classmethod
    def of(cls, level: dict[str, Any], maps: float) -> Self:
        """Return what each person of a level needs to see so many maps per second.

        The work of the workers grows with the maps of people who train different experiments; a class that
        has opened one link needs the workers of that level, whatever each sees.
        """
        people, cores = level["people"], level["cores"]
        shown = sum(level["maps"]) / people
        share = 1.0 if level["experiments"] < people else maps / shown
        return cls(
            maps=maps,
            drawing=cores["server"] / level["frames"],
            computing=share * cores["workers"] / people,
            frame=level["frame_bytes"] / level["frames"],
            memory=level["memory_each"],
        )

    def row(self, people: int) -> list[str]:
        """Return the row of the table for so many people."""
        replicas = math.ceil(people * self.maps * self.drawing / MOST_BUSY)
        workers = math.ceil(people * self.computing)
        return [
            f"{people:,}",
            f"{replicas:,}",
            f"{workers:,}",
            f"{replicas + workers:,}",
            f"{people * self.memory / 1e9:,.1f}",
            f"{people * self.maps * self.frame / 1e6:,.0f}",
            f"{2 * people:,}",
        ]

    def lines(self, who: str) -> list[str]:
        """Return the lines of the report on `who`: a sentence and the table."""
        sentence = (
            f"{who}, {self.maps:g} map{'s' * (self.maps != 1)} per second: each person costs a server "
            f"{1e3 * self.drawing:.1f} ms for each frame of {self.frame / 1e3:.1f} kB and "
            f"{self.memory / 1e6:.1f} MB of memory, and its workers {self.computing:.3f} of a core."
        )
        return [*wrap(sentence, LINE), "", *table(HEAD, map(self.row, PEOPLE))]
