"""A sweep on this server: runs of several settings and seeds, a few at once, started one after another."""

import secrets
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Literal

from pages.runs import sentences
from pages.runs.computing_cost import seconds_of
from pages.runs.training import Training
from pages.runs.varied import Varied
from pages.runs.view import Milestone, RunView
from pages.server import presence, server
from pages.server.source import Halt, IsThere
from polycore import Experiment, Model, PolycoreError, advance
from polycore.formatting import duration
from polycore.training.history import History
from polycore.workers.outcomes import Outcome, Outcomes, best

SweepStatus = Literal["ready", "running", "paused", "stopped", "finished"]


@dataclass(frozen=True, eq=False)
class Best:
    """The best run that has ended. Of the others only the figures stay, since there may be hundreds."""

    outcome: Outcome
    model: Model
    history: History
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True, eq=False)
class SweepView:
    """What there is to see of a sweep at one moment.

    budget: seconds of computing for each run.
    status: of the whole sweep. generation: how often it has changed.
    outcomes: of the runs that have ended, in the order of their ends; without models.
    best: the best outcome by `polycore.workers.outcomes.best`; None if no run has succeeded.
    refused: a sentence if the server had no room for the latest run that was to start, else None.
    runs: which have started and not ended.
    """

    set_up: Experiment
    varied: Varied
    experiments: tuple[Experiment, ...]
    budget: float
    status: SweepStatus = "ready"
    generation: int = 0
    outcomes: tuple[Outcome, ...] = ()
    best: Best | None = None
    refused: str | None = None
    runs: tuple[RunView, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether it advances by itself."""
        return self.status == "running"

    @property
    def settings(self) -> tuple[Experiment, ...]:
        """The experiment of each setting with the first seed."""
        return self.experiments[: self.varied.settings]

    @property
    def outcomes_by_setting(self) -> list[list[Outcome]]:
        """The outcomes of each setting, by their seeds."""
        by_setting: list[list[Outcome]] = [[] for _ in self.settings]
        for outcome in sorted(self.outcomes, key=lambda outcome: outcome.index):
            by_setting[outcome.index % len(by_setting)].append(outcome)
        return by_setting

    @property
    def refusal(self) -> str | None:
        """A sentence if this server has no room for any of its runs at the moment, else None."""
        if not self.is_active or any(run.is_active for run in self.runs):
            return None
        return next((run.error for run in self.runs if run.error), self.refused)

    @property
    def seconds(self) -> float:
        """Processor time in seconds that workers have computed for all its runs."""
        return sum(outcome.seconds for outcome in self.outcomes) + sum(run.seconds for run in self.runs)

    @property
    def seconds_left(self) -> float:
        """Roughly the computing time in seconds that is left, estimated from the runs that have ended."""
        ended = {outcome.index for outcome in self.outcomes}
        left = sum(self._cost(index) for index in range(len(self.experiments)) if index not in ended)
        succeeded = [outcome for outcome in self.outcomes if outcome.error is None]
        if succeeded:
            estimate = sum(self._cost(outcome.index) for outcome in succeeded)
            left *= sum(outcome.seconds for outcome in succeeded) / estimate
        return max(0.0, left - sum(run.seconds for run in self.runs))

    def standing(self) -> str:
        """Return the progress in one line."""
        parts = [
            self.status.capitalize(),
            f"{len(self.outcomes)} of {len(self.experiments)} runs have ended",
            f"{duration(self.seconds)} of computing",
        ]
        if self.is_active:
            parts.append(f"about {duration(self.seconds_left / max(1, len(self.runs)))} left")
        return " · ".join(parts)

    def name_of(self, experiment: Experiment) -> str:
        """Return the name of the setting of `experiment`; see Varied.name_of."""
        return self.varied.name_of(experiment, self.set_up)

    def _cost(self, index: int) -> float:
        return min(self.budget, seconds_of(self.experiments[index]))


class Sweep:
    """Runs that advance by themselves from `start` on. Every member is thread-safe.

    As many run at once as there are workers; only one on a hosted demo if others wait. When a run ends, the
    next one starts, as long as the user looks at the sweep: see `seen`. What its runs announce, they announce
    under its name.
    """

    def __init__(
        self,
        set_up: Experiment,
        varied: Varied,
        executor: Executor,
        owner: Hashable = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`owner` is the session; `clock` returns the time in seconds.

        Raises PolycoreError if the runs are too many or too large for this server, or invalid.
        """
        self.name = f"sweep-{secrets.token_hex(8)}"
        experiments, budget = varied.experiments(set_up), server.current().limits.seconds_of_sweep
        self._executor = executor
        self._owner = owner
        self._clock = clock
        self._lock = threading.Lock()
        self._view = SweepView(set_up, varied, experiments, budget)  # without its runs
        self._changes = 0
        self._under_way: dict[int, Training] = {}  # by index in `experiments`
        self._runs = Outcomes(experiments, self._begin, self._most_at_once)
        self._is_there: IsThere = lambda: True
        self._looked_at = clock()

    @property
    def view(self) -> SweepView:
        """What there is to see of it now."""
        with self._lock:
            return replace(self._view, runs=tuple(training.view for training in self._under_way.values()))

    @property
    def version(self) -> object:
        """What is equal as long as nothing that can be seen of it has changed."""
        with self._lock:
            return self._changes, *(training.version for training in self._under_way.values())

    def start(self) -> None:
        """Start. Raises PolycoreError if this server has no room even for one run."""
        with self._lock:
            self._become("running")
        self._collect()
        refusal = self.view.refusal
        if refusal is not None:
            self.stop()
            raise PolycoreError(refusal)

    def pause(self) -> None:
        """Pause all runs until `resume`."""
        with self._lock:
            if self._view.is_active:
                self._become("paused")
                for training in self._under_way.values():
                    training.pause()

    def resume(self) -> None:
        """Continue. Does nothing unless paused."""
        with self._lock:
            if self._view.status != "paused":
                return
            self._become("running")
        self._continue()

    def stop(self) -> None:
        """End it for good; runs that have not ended are dropped."""
        with self._lock:
            if self._view.status != "finished":
                self._become("stopped")
                self._runs.stop()
                for training in self._under_way.values():
                    training.stop()
                self._under_way.clear()

    def halt(self, how: Halt, generation: int) -> None:
        """Do nothing: its buttons press by Streamlit alone."""

    def seen(self, is_there: IsThere = lambda: True) -> None:
        """Note that the user looks at it; see Training. No run starts while nobody looks."""
        self._is_there, self._looked_at = is_there, self._clock()
        for training in self._trainings():
            training.seen(is_there)
        self._continue()

    def _trainings(self) -> tuple[Training, ...]:
        with self._lock:
            return tuple(self._under_way.values())

    def _see(self, *, at_once: bool = False, **changes: Any) -> None:
        """Let it be seen with these changes, `at_once` if somebody waits; the caller holds the lock."""
        self._view = replace(self._view, **changes)
        self._changes += 1
        server.current().audience.announce(self.name, at_once=at_once)

    def _become(self, status: SweepStatus) -> None:
        self._see(at_once=True, status=status, generation=self._view.generation + 1)

    def _continue(self) -> None:
        if not self._view.is_active:
            return
        for training in self._trainings():
            if training.view.status == "paused":  # it was asleep, or there was no room for it
                training.resume()
        self._collect()

    def _collect(self) -> None:
        """Record the runs that have ended, and start others in their place."""
        for outcome in self._runs.ended():
            with self._lock:
                view = self._view
                if view.status == "stopped":
                    return
                training = self._under_way.pop(outcome.index, None)
                self._see(outcomes=(*view.outcomes, outcome.without_model()))
                previous = [] if view.best is None else [view.best.outcome]
                if training is not None and outcome.model and best([*previous, outcome]) is outcome:
                    run = training.view
                    self._see(best=Best(outcome, outcome.model, run.run.history, run.milestones))
                if len(self._view.outcomes) == len(view.experiments):
                    self._become("finished")

    def _most_at_once(self) -> int:
        watched = self._is_there() and self._clock() - self._looked_at < presence.LEASE_SECONDS
        if not (watched and self._view.is_active):
            return 0
        own = server.current()
        return 1 if own.limits.is_hosted and own.turns.waiting else own.turns.workers

    def _begin(self, index: int, experiment: Experiment) -> Future[Outcome] | None:
        """Start a run and return the future of its outcome; None if the server has no room for it."""
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()  # it is the training that is stopped
        try:
            training = Training.of(
                experiment,
                self._executor,
                advance,
                self._view.budget,
                partial(self._end, index, future),
                owner=self._owner,
                part_of=self.name,
                clock=self._clock,
            )
        except (PolycoreError, MemoryError) as error:
            future.set_result(Outcome(index, experiment, None, 0, 0.0, None, sentences.failure(error)))
            return future
        training.seen(self._is_there)
        with self._lock:
            if self._view.is_active:
                training.start()
            run = training.view
            has_begun = run.status != "ready"  # or it was refused, or the sweep paused or stopped
            if has_begun:
                self._under_way[index] = training
            self._see(refused=run.error)
        return future if has_begun else None

    def _end(self, index: int, future: Future[Outcome], training: Training) -> None:
        future.set_result(_outcome(index, training.view, self._view.budget))
        self._collect()


def _outcome(index: int, view: RunView, budget: float) -> Outcome:
    run, model, error = view.run, None, view.error
    if view.status == "finished":
        try:
            model = view.best
        except MemoryError as out_of_memory:
            error = sentences.failure(out_of_memory)
    spent = f"It used its {budget:g} s of computing." if view.has_spent_budget else None
    return Outcome(index, run.experiment, model, run.step, view.seconds, run.ended_because or spent, error)
