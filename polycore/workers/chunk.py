"""A run chunk by chunk: some steps are taken in one call, in whatever process, and timed."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic, perf_counter, process_time
from typing import NamedTuple, TypeVar

import numpy as np

from polycore.training.history import measure
from polycore.training.run import Run, advance
from polycore.training.task import task_of
from polycore.workers.picture import Picture, Wish, picture_of
from polycore.workers.processes import HangError

# Measured with one run: chunks of 200 ms make 82 to 96 % of the steps/s of a bare loop, chunks of 80 ms 65 %.
CHUNK_SECONDS = 0.19  # with its picture
LEAST_COMPUTING_SECONDS = 0.01  # of a chunk whose picture takes almost all its time
MAX_DEATHS = 3  # of workers during the same chunk, before it is given up
MAX_HANGS = 2  # of those

T = TypeVar("T")
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


@dataclass(frozen=True)
class Pace:
    """What the chunks of a run have cost so far.

    budget: seconds of computing that the run may use, above 0. seconds: how many it has used.
    seconds_per_step, computing_per_step, drawing: of the latest chunk; see Chunk.
    """

    budget: float = math.inf
    seconds: float = 0.0
    seconds_per_step: float = 0.0
    computing_per_step: float = 0.0
    drawing: float = 0.0

    def after(self, chunk: Chunk, steps: int) -> "Pace":
        """Return the pace after a chunk of so many steps."""
        used = replace(self, seconds=self.seconds + chunk.computing, drawing=chunk.drawing)
        if not steps:  # the first one of the chunk diverged
            return used
        return replace(
            used, seconds_per_step=chunk.seconds / steps, computing_per_step=chunk.computing / steps
        )

    @property
    def has_spent_budget(self) -> bool:
        """Whether what is left of the budget allows no other step."""
        return self.budget - self.seconds < self.computing_per_step

    def next_steps(self, seconds: float) -> int:
        """Return the steps of a next chunk that lasts so many seconds, with its picture."""
        if not self.seconds_per_step:
            return 1  # the speed is not known yet: a step may take a second
        computing = max(LEAST_COMPUTING_SECONDS, seconds - self.drawing)
        return max(1, int(min(computing / self.seconds_per_step, self.affordable_steps())))

    def affordable_steps(self) -> float:
        """Return how many steps what is left of the budget allows, by the speed of the last chunk."""
        if not self.computing_per_step:
            return math.inf
        return (self.budget - self.seconds) / self.computing_per_step


Compute = Callable[[Run, Pace], Chunk | None]


def computed_again(compute: Callable[[], T]) -> T:
    """Return what `compute` returns, which waits for a worker and is called again if that dies or hangs.

    Raises whatever `compute` raises, BrokenExecutor once MAX_DEATHS workers have died during the calls, and
    HangError if MAX_HANGS of them hung.
    """
    deaths = hangs = 0
    while True:
        try:
            return compute()
        except BrokenExecutor as error:
            deaths, hangs = deaths + 1, hangs + isinstance(error, HangError)
            if deaths == MAX_DEATHS or hangs == MAX_HANGS:
                raise


def chunks(run: Run, compute: Compute, pace: Pace) -> Iterator[tuple[Chunk, Pace]]:
    """Yield each chunk and the pace after it, until the run is done or its budget is used.

    compute: waits for the next chunk of that run at that pace, and returns it; None ends the loop. For what
        it raises see `computed_again`.
    """
    while not (run.done or pace.has_spent_budget):
        chunk = computed_again(partial(compute, run, pace))
        if chunk is None:
            return
        pace = pace.after(chunk, chunk.run.step - run.step)
        run = chunk.run
        yield chunk, pace


# --- speed: how many steps a second a run takes, measured over the last few seconds -----------

LEAST_SECONDS = 1.0  # of steps, before which a speed is a guess: the first chunks are short


class Speed:
    """Steps per second of wall-clock time, 0.0 while unknown. Older steps do not count: batches may grow."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """`seconds`: how far back it looks, at least LEAST_SECONDS. `clock` returns the time in seconds."""
        self._seconds = seconds
        self._clock = clock
        self._reached: deque[tuple[float, int]] | None = None
        self._steps_per_second = 0.0

    def begin(self) -> None:
        """Measure from the next step that is reached; until enough is known, the speed stays as it was.

        What comes before that step does not count: the start of a worker, or the preparation of points.
        """
        self._reached = deque()

    def end(self) -> None:
        """Let the speed stay as it is until `begin`."""
        self._reached = None

    def reach(self, step: int) -> float:
        """Note that the run is at this step now, and return the speed."""
        if self._reached is None:
            return self._steps_per_second
        now = self._clock()
        self._reached.append((now, step))
        while len(self._reached) > 2 and now - self._reached[1][0] >= self._seconds:
            self._reached.popleft()
        then, first = self._reached[0]
        if now - then >= LEAST_SECONDS:
            self._steps_per_second = (step - first) / (now - then)
        return self._steps_per_second
