"""A loss landscape, computed part by part in workers, so that other calls come in between.

It is a file of its own because `import polycore` needs `landscape`, and not the slow import of executors.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from polycore.inspection.landscape import Landscape, Progress
from polycore.inspection.survey import Directions, Survey, survey_of
from polycore.training.run import Run
from polycore.workers.chunk import computed_again

PART_SECONDS = 0.15
FIRST_PART = 16  # losses: one of the largest network takes a tenth of a second

T = TypeVar("T")


def landscape_by(
    executor: Executor,
    run: Run,
    *others: Run,
    directions: Directions = "principal",
    size: int = 41,
    seed: int = 0,
    progress: Progress,
) -> Landscape:
    """Return what `landscape` returns, from calls of about 0.15 s, one after another.

    progress: called after each with the number of losses computed and the total.

    Raises what `landscape` and the executor raise.
    """
    survey = _computed(
        executor, partial(survey_of, directions=directions, size=size, seed=seed), run, *others
    )
    losses: list[NDArray[np.float64]] = []
    start, length = 0, FIRST_PART
    while start < survey.count:
        stop = min(start + length, survey.count)
        part, seconds = _computed(executor, _timed_losses, survey, start, stop)
        losses.append(part)
        length = max(1, min(2 * length, int(PART_SECONDS / max(seconds, 1e-9) * len(part))))
        start = stop
        progress(start, survey.count)
    return Landscape.of(survey, losses)


def _computed(executor: Executor, function: Callable[..., T], *args: object) -> T:
    return computed_again(lambda: executor.submit(function, *args).result())


def _timed_losses(survey: Survey, start: int, stop: int) -> tuple[NDArray[np.float64], float]:
    began = perf_counter()
    return survey.losses(start, stop), perf_counter() - began
