"""What the Compare page compares: kept runs, a race, a sweep, or the networks of a class."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pages.runs.job import Job
from pages.runs.race import Race
from pages.runs.sweep import Sweep
from pages.server.source import Choice
from polycore import Experiment, Landscape


@dataclass(frozen=True)
class ClassRow:
    """A network of a class, or why there is none.

    name: of the file, or the number of the link. accuracy: share of the points whose polynomial the network
    knows; known: how many these are. loss: on them, in nats. map: the address of a small map.
    problem: why the file or the link was refused or not measured; "" if it was measured.
    experiment: how it was trained; None if that is not known.
    """

    name: str
    accuracy: float | None = None
    loss: float | None = None
    known: int = 0
    hidden: tuple[int, ...] = ()
    parameters: int | None = None
    steps: int | None = None
    seed: int | None = None
    map: str | None = None
    problem: str = ""
    experiment: Experiment | None = None


@dataclass(frozen=True)
class ClassTable:
    """The networks of a class, and the experiment on whose held-out points they were measured.

    left_out: how many networks more there were than the table may have.
    """

    experiment: Experiment
    rows: tuple[ClassRow, ...]
    left_out: int = 0


@dataclass(frozen=True)
class ShownRace:
    """What is shown of a race beside its lanes.

    of: the name of the race.
    moment: which of its weights: those after so many microseconds of computing, or the latest.
    large: the index of the lane whose map is shown large too; None for none.
    answer: what the user takes for the same in a pair, whose figures come after that; None before.
    landscape: of its loss; None before the first.
    """

    of: str = ""
    moment: Choice = "Now"
    large: int | None = None
    answer: frozenset[str] | None = None
    landscape: Job[Landscape] | None = None


Comparing = Literal["Kept runs", "Race", "Sweep", "A class"]


@dataclass(frozen=True)
class Comparison:
    """What the Compare page compares.

    view: what of it is shown.
    titles: of the models that the user compares; None before the first choice.
    race, sweep: the latest one, in whatever state; None before the first.
    race_shown: what was chosen of the latest race, or of one before it.
    class_table: the table that was measured last; None before the first.
    measuring: the next table, until it is finished and drawn, or has failed; None without one.
    entered: what the user has entered for a race or a sweep, by the names of the inputs, each with what
        the input was to show otherwise.
    """

    view: Comparing = "Kept runs"
    titles: tuple[str, ...] | None = None
    race: Race | None = None
    sweep: Sweep | None = None
    race_shown: ShownRace = ShownRace()
    class_table: ClassTable | None = None
    measuring: Job[ClassTable] | None = None
    entered: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def shown(self) -> ShownRace:
        """What is shown of the race."""
        name = "" if self.race is None else self.race.name
        return self.race_shown if self.race_shown.of == name else ShownRace(name)
