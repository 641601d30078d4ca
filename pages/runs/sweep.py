"""A sweep on this server: the runs of several settings and seeds, a few at once, that begin by themselves."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Literal

from pages.runs import runner
from pages.runs.computing_cost import seconds_of
from pages.runs.runner import Mark, Training
from pages.runs.varied import Varied
from pages.server import hosting, turns
from pages.server.hosted import is_hosted
from polycore import Experiment, Model, PolycoreError, advance, start
from polycore.formatting import duration
from polycore.sweeps import outcomes as engine
from polycore.sweeps.outcomes import Outcome
from polycore.training.history import History

NO_MEMORY = "There is not memory enough for this run."

Status = Literal["ready", "running", "paused", "stopped", "finished"]


@dataclass(frozen=True, eq=False)
class Best:
    """The best that has ended. Of the others only figures stay, for there may be hundreds."""

    outcome: Outcome
    model: Model
    history: History
    marks: tuple[Mark, ...]


class Sweep:
    """Runs that advance by themselves from `start` on. Every member may be used from any thread.

    As many run at once as there are workers; on a hosted demo where others wait, one. The next begins where
    one ends, as long as somebody looks: see `seen`.
    """

    def __init__(self, set_up: Experiment, varied: Varied, executor: Executor) -> None:
        """Raises PolycoreError where the runs are too many or too large for this server, or cannot be."""
        self.set_up = set_up
        self.varied = varied
        self.experiments = varied.experiments(set_up)
        self.budget = hosting.limits().seconds_of_sweep  # seconds of computing for each run
        self._executor = executor
        self._lock = threading.Lock()
        self._status: Status = "ready"
        self._waiting = deque(range(len(self.experiments)))
        # by its place among the experiments; None while it is made ready
        self._under_way: dict[int, Training | None] = {}
        self._outcomes: tuple[Outcome, ...] = ()
        self._best: Best | None = None
        self._refusal: str | None = None
        self._is_there: Callable[[], bool] = lambda: True
        self._looked_at = monotonic()

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self._status

    @property
    def goes_on(self) -> bool:
        """Whether it advances by itself."""
        return self._status == "running"

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the runs that have ended, in the order in which they did; without models."""
        return self._outcomes

    @property
    def settings(self) -> tuple[Experiment, ...]:
        """The experiment of each setting with the first seed."""
        return self.experiments[: self.varied.settings]

    @property
    def outcomes_by_setting(self) -> list[list[Outcome]]:
        """The outcomes of each setting, those of the first seeds first."""
        found: list[list[Outcome]] = [[] for _ in self.settings]
        for outcome in sorted(self._outcomes, key=lambda outcome: outcome.index):
            found[outcome.index % len(found)].append(outcome)
        return found

    @property
    def best(self) -> Best | None:
        """The best of them by `polycore.sweeps.outcomes.best`, or None where none has succeeded."""
        return self._best

    @property
    def under_way(self) -> tuple[Training, ...]:
        """The runs that have begun and not ended."""
        with self._lock:
            return tuple(training for training in self._under_way.values() if training is not None)

    @property
    def refusal(self) -> str | None:
        """A sentence where this server has no room for any of it at the moment, else None."""
        under_way = self.under_way
        if not self.goes_on or any(training.goes_on for training in under_way):
            return None
        return next((training.error for training in under_way if training.error), self._refusal)

    @property
    def seconds(self) -> float:
        """How long workers have computed for it."""
        ended = sum(outcome.seconds for outcome in self._outcomes)
        return ended + sum(training.seconds for training in self.under_way)

    @property
    def seconds_left(self) -> float:
        """How long workers still have to compute, roughly, judged by what has ended."""
        outcomes = self._outcomes
        ended = {outcome.index for outcome in outcomes}
        left = sum(self._cost(place) for place in range(len(self.experiments)) if place not in ended)
        told = [outcome for outcome in outcomes if outcome.error is None]
        if told:
            foreseen = sum(self._cost(outcome.index) for outcome in told)
            left *= sum(outcome.seconds for outcome in told) / foreseen
        return max(0.0, left - sum(training.seconds for training in self.under_way))

    def standing(self) -> str:
        """Return how it stands, in one line."""
        told = [
            self.status.capitalize(),
            f"{len(self._outcomes)} of {len(self.experiments)} runs have ended",
            f"{duration(self.seconds)} of computing",
        ]
        if self.goes_on:
            told.append(f"about {duration(self.seconds_left / max(1, len(self.under_way)))} left")
        return " · ".join(told)

    def start(self) -> None:
        """Begin. Raises PolycoreError where this server has no room even for one run."""
        with self._lock:
            self._status = "running"
        self._fill()
        if self.refusal is not None:
            refusal = self.refusal
            self.stop()
            raise PolycoreError(refusal)

    def pause(self) -> None:
        """Stay as it is until `resume`."""
        with self._lock:
            if self._status == "running":
                self._status = "paused"
                for training in self._present():
                    training.pause()

    def resume(self) -> None:
        """Go on. Does nothing unless paused."""
        with self._lock:
            if self._status != "paused":
                return
            self._status = "running"
        self._go_on()

    def stop(self) -> None:
        """End it for good; runs that have not ended are dropped."""
        with self._lock:
            if self._status != "finished":
                self._status = "stopped"
                for training in self._present():
                    training.stop()
                self._under_way.clear()
                self._waiting.clear()

    def seen(self, is_there: Callable[[], bool] = lambda: True) -> None:
        """Note that somebody looks; see Training. Nothing begins where nobody does."""
        self._is_there, self._looked_at = is_there, monotonic()
        for training in self.under_way:
            training.seen(is_there)
        self._go_on()

    def _go_on(self) -> None:
        if not self.goes_on:
            return
        for training in self.under_way:
            if training.status == "paused":  # it slept, or there was no room for it
                training.resume()
        self._fill()

    def _fill(self) -> None:
        while (place := self._reserved()) is not None and self._began(place):
            pass

    def _reserved(self) -> int | None:
        """Return the place of a run that may begin, and count it as under way; None where none may."""
        watched = self._is_there() and monotonic() - self._looked_at < runner.LEASE_SECONDS
        with self._lock:
            room = len(self._under_way) < _most_at_once()
            if self._status != "running" or not (self._waiting and room and watched):
                return None
            place = self._waiting.popleft()
            self._under_way[place] = None
            return place

    def _began(self, place: int) -> bool:
        """Begin the run; return whether the server had room for it."""
        experiment = self.experiments[place]
        try:
            run = start(experiment)
        except (PolycoreError, MemoryError) as error:
            self._take(Outcome(place, experiment, None, 0, 0.0, None, str(error) or NO_MEMORY), None)
            return True
        training = Training(run, self._executor, advance, self.budget, at_end=partial(self._end, place))
        training.seen(self._is_there)
        with self._lock:
            if place not in self._under_way:  # stopped meanwhile
                return False
            self._under_way[place] = training
            if self._status == "running":
                training.start()
            if training.status != "ready":
                self._refusal = None
                return True
            # paused meanwhile, or refused
            del self._under_way[place]
            self._waiting.appendleft(place)
            self._refusal = training.error
            return False

    def _end(self, place: int, training: Training) -> None:
        # out of the lock: measuring the best weights takes a while
        self._take(_outcome(place, training, self.budget), training)
        self._fill()

    def _take(self, outcome: Outcome, training: Training | None) -> None:
        with self._lock:
            if self._under_way.get(outcome.index, self) is not training:
                return  # stopped meanwhile, or taken already
            del self._under_way[outcome.index]
            self._outcomes = (*self._outcomes, outcome.without_model())
            before = [] if self._best is None else [self._best.outcome]
            if training is not None and outcome.model and engine.best([*before, outcome]) is outcome:
                self._best = Best(outcome, outcome.model, training.run.history, training.marks)
            if not (self._waiting or self._under_way):
                self._status = "finished"

    def _present(self) -> list[Training]:
        """Return the runs under way; the lock is held."""
        return [training for training in self._under_way.values() if training is not None]

    def _cost(self, place: int) -> float:
        return min(self.budget, seconds_of(self.experiments[place]))


def _most_at_once() -> int:
    shared = turns.of_this_server()
    return 1 if is_hosted() and shared.waiting else shared.workers


def _outcome(place: int, training: Training, budget: float) -> Outcome:
    run, model, error = training.run, None, training.error
    if training.status == "finished":
        try:
            model = training.best
        except MemoryError:
            error = NO_MEMORY
    spent = f"Its {budget:g} s of computing were used." if training.has_spent else None
    return Outcome(
        place, run.experiment, model, run.step, training.seconds, run.ended_because or spent, error
    )
