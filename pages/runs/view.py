"""What there is to see of a run."""

from dataclasses import dataclass, field
from typing import Literal

from pages.runs.marks import Mark, mark_of
from pages.runs.models import Models
from pages.runs.states import State, first
from pages.server.source import Choice
from polycore import Model, Run
from polycore.workers.chunk import Pace
from polycore.workers.picture import Picture, Portrait, Wish

Status = Literal["ready", "waiting", "running", "paused", "stopped", "finished", "failed"]


@dataclass(frozen=True, eq=False)
class RunView:
    """A run at one moment: all of it belongs together, since a run replaces its view as a whole.

    name: of the run.
    run: at the end of the latest chunk.
    state: see `states`; pages show `status`.
    generation: how often that has changed.
    pictured: the latest picture, and the run that it is of; None before the first.
    error: a sentence on why it failed or did not start, else None.
    pace: what its chunks have cost so far.
    marks: of the start and of the ends of chunks, thinned out evenly; the last is the latest.
    steps_per_second: over the last two seconds in which it ran by itself; 0.0 before a second of that.
    average_speed: the same over ten seconds, for the time left: it should not jump when others compute.
    ahead: how many runs wait for their turn ahead of it; None unless it waits.
    others_wait: whether others do while it advances, so that it alternates between computing and waiting.
    version: how often anything that can be seen of it has changed.
    models: those that have been measured.
    """

    name: str
    run: Run
    state: State
    pace: Pace
    marks: tuple[Mark, ...]
    generation: int = 0
    pictured: tuple[Run, Picture] | None = None
    error: str | None = None
    steps_per_second: float = 0.0
    average_speed: float = 0.0
    ahead: int | None = None
    others_wait: bool = False
    version: int = 0
    models: Models = field(default_factory=Models, repr=False)

    @classmethod
    def of(cls, name: str, run: Run, budget: float) -> "RunView":
        """Return the view of a run that nothing has happened to yet; for its budget see `Pace`."""
        return cls(name, run, first(run), Pace(budget), (mark_of(run, 0.0),))

    @property
    def status(self) -> Status:
        """The state as pages show it: "waiting" while it waits for its turn, "paused" also if it sleeps."""
        if self.state == "asleep":
            return "paused"
        return "waiting" if self.state == "running" and self.ahead is not None else self.state

    @property
    def is_active(self) -> bool:
        """Whether it advances by itself, now or when its turn comes: "running" or "waiting"."""
        return self.state == "running"

    @property
    def has_spent_budget(self) -> bool:
        """Whether its budget ended it before its last step."""
        return self.state == "finished" and not self.run.done

    @property
    def seconds(self) -> float:
        """Processor time in seconds that workers have computed for it."""
        return self.pace.seconds

    @property
    def mean_speed(self) -> float:
        """The steps it has taken per second of computing; 0.0 before the first."""
        return (self.run.step - self.marks[0].step) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time of the remaining steps by `average_speed`; None before that is known."""
        if self.run.done:
            return 0.0
        steps = min(self.run.last_step - self.run.step, self.pace.affordable_steps())
        return steps / self.average_speed if self.average_speed else None

    @property
    def best(self) -> Model:
        """Its best model, the same object until a better one comes: measuring it takes time."""
        return self.models.best_of(self.run)

    @property
    def current(self) -> Model:
        """The model of its latest weights, the same object each time."""
        return self.models.current_of(self.run)

    @property
    def moments(self) -> list[tuple[int, Choice]]:
        """The steps whose weights can be shown, ascending, each with its choice; the last one is "Now"."""
        run = self.run
        steps: dict[int, Choice] = {step: step for step in run.snapshots.step if step < run.step}
        if run.best_step < run.step:
            steps[run.best_step] = "Best"
        return [*((step, steps[step]) for step in sorted(steps)), (run.step, "Now")]

    def available(self, choice: Choice) -> Choice:
        """Return what a choice shows: for a step whose snapshot made room, the first moment after it."""
        if not isinstance(choice, int) or choice in self.run.snapshots.step:
            return choice
        return next((other for step, other in self.moments if step >= choice), "Now")

    def past(self, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if it has none of that step."""
        return self.models.past(self.run, step)

    def past_portrait(self, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the same model."""
        return self.models.past_portrait(self.run, step, wish)
