"""A chunk of a run: some steps taken in one call, wherever that is, and what they took."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np

from polycore.network.kernels import Workspace
from polycore.training.history import History
from polycore.training.measurement import measure
from polycore.training.run import Run, advance
from polycore.training.task import problem_of

Advance = Callable[[Run, int], Run]


class Chunk(NamedTuple):
    """The run at its end, the seconds that its steps took, and the processor time among them."""

    run: Run
    seconds: float
    computing: float


def timed(advance: Advance, run: Run, steps: int) -> Chunk:
    """Return the chunk that `advance(run, steps)` makes."""
    start, computed = perf_counter(), process_time()
    run = advance(run, steps)
    return Chunk(run, perf_counter() - start, process_time() - computed)


def advance_and_tell(run: Run, steps: int) -> Run:
    """Return `advance(run, steps)`, with its end told in the history.

    How often a run measures itself is counted in steps: a slow one might have no figures for long.
    """
    run = advance(run, steps)
    if run.history.step[-1] == run.step:
        return run
    with np.errstate(all="ignore"):
        measured = measure(run.parameters, problem_of(run.experiment), Workspace(run.experiment.widths))
    return replace(run, history=measured.told_in(_without_ends(run.history), run.step))


def _without_ends(history: History) -> History:
    """Return the history without what chunks before this one told of their ends."""
    kept = history.step % history.every == 0
    return History(
        every=history.every,
        step=history.step[kept],
        loss=history.loss[kept],
        accuracy=history.accuracy[kept],
        held_out_accuracy=history.held_out_accuracy[kept],
    )
