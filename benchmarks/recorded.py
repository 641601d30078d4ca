"""The points of a run that are drawn where its network errs, recorded for others to train on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from polycore import Experiment, start
from polycore.arrays import Integers
from polycore.experiment.error_sums import ErrorSums
from polycore.network.batch import Batch
from polycore.training.task import BatchesByErrors, Task, task_of
from polycore.training.update_rules import update_rule


@dataclass(frozen=True, eq=False)
class _Recorder(Task):
    """A task that keeps the batches which it gives."""

    given: list[Batch] = field(default_factory=list)

    def batches_by_errors(self, began_at: int) -> Any:
        """Return what draws the points of each step, and keeps them."""
        return _Recorded(super().batches_by_errors(began_at), self.given)


@dataclass(frozen=True)
class _Recorded:
    """Draws batches as the original does, and appends each to a list."""

    original: BatchesByErrors
    given: list[Batch]

    def at(self, step: int, sums: ErrorSums) -> tuple[Batch, Integers]:
        batch, cells = self.original.at(step, sums)
        self.given.append(batch)
        return batch, cells


def recorded(experiment: Experiment, together: int) -> Iterator[list[Batch]]:
    """Yield the batches of an experiment's steps, at most `together` of equal size at a time.

    The experiment draws its points where its network errs, so they come from a run of it, as it proceeds.
    """
    task = task_of(experiment)
    recorder = _Recorder(experiment, task.training, task.held_out, task.mean, task.deviation)
    rule = update_rule(recorder)
    states = rule.states(rule.start(start(experiment).parameters, 0), experiment.steps)
    while list(islice(states, together)):
        for _, batches in groupby(recorder.given, len):
            yield list(batches)
        recorder.given.clear()
