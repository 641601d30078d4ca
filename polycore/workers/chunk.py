"""A chunk of a run: some steps taken in one call, in whatever process, and the time they took."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np

from polycore.training.measurement import measure
from polycore.training.run import Run, advance
from polycore.training.task import task_of
from polycore.workers.picture import Picture, Wish, picture_of

MAX_DEATHS = 3  # of workers during the same chunk, before it is given up

Advance = Callable[[Run, int], Run]


class Chunk(NamedTuple):
    """The run at its end, how many seconds its steps took, and how many of these were processor time.

    picture: of the run at its end; None if none was wished for. drawing: how many seconds that took.
    """

    run: Run
    seconds: float
    computing: float
    picture: Picture | None = None
    drawing: float = 0.0


def timed(advance: Advance, run: Run, steps: int, wish: Wish | None = None) -> Chunk:
    """Return the chunk of `advance(run, steps)`, with the picture that is wished for."""
    start, computed = perf_counter(), process_time()
    run = advance(run, steps)
    advanced, computing = perf_counter(), process_time() - computed
    if wish is None:
        return Chunk(run, advanced - start, computing)
    picture = picture_of(run, wish)
    return Chunk(run, advanced - start, computing, picture, perf_counter() - advanced)


def advance_and_measure(run: Run, steps: int) -> Run:
    """Return `advance(run, steps)`, with its last step measured in the history.

    A run measures itself every so many steps: a slow one might have no figures for a long time.
    """
    run = advance(run, steps)
    if run.history.step[-1] == run.step:
        return run
    with np.errstate(all="ignore"):
        task = task_of(run.experiment)
        measured = measure(run.parameters, task, task.kernels())
    # without the last steps of earlier chunks
    return replace(run, history=measured.appended_to(run.history.regular, run.step))
