"""A sweep: many experiments, computed by whatever executor there is, each told as it ends.

An experiment decides its run to the last bit, so it does not matter who computes it, nor in which order, nor
how often a worker died over it.
"""

import queue
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, replace
from time import thread_time

from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.training.run import advance, start
from polycore.workers.processes import Workers, available_cores

# Enough for a cluster of as many workers. Where outcomes are taken slowly, no more of them wait in memory.
MOST_IN_FLIGHT = 512
MOST_RETRIES = 3  # of a run whose worker died: one that needs too much memory would kill worker after worker
MOST_TOLD = 300  # characters of a stranger's error


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one experiment of a sweep.

    index: its place among the experiments, from 0.
    model: the best of its run; None where the run failed, and in `without_model`.
    steps: how many were taken; fewer than the experiment's where the run ended early.
    seconds: processor time of the thread that computed it.
    ended_because: a sentence where the run ended before its last step, else None.
    error: a sentence where the run failed, else None.
    loss, accuracy, held_out_accuracy: the model's, in nats and as shares; None where the run failed.
    """

    index: int
    experiment: Experiment
    model: Model | None
    steps: int
    seconds: float
    ended_because: str | None
    error: str | None
    loss: float | None = None
    accuracy: float | None = None
    held_out_accuracy: float | None = None

    def __post_init__(self) -> None:
        if self.model is not None:
            for name in ("loss", "accuracy", "held_out_accuracy"):
                object.__setattr__(self, name, getattr(self.model, name))

    def without_model(self) -> "Outcome":
        """Return the outcome with its figures alone: a hundred bytes in place of up to 4 MB."""
        return replace(self, model=None)


def outcomes(
    experiments: Iterable[Experiment], executor: Executor | None = None
) -> Generator[Outcome, None, None]:
    """Yield the outcome of each experiment, exactly one, as it ends: in any order.

    Without an `executor` worker processes of this sweep's own compute, one a core. One that is passed in is
    left open; its workers need polycore and, for the same results to the last bit, the same NumPy with one
    BLAS thread. At most MOST_IN_FLIGHT experiments are taken ahead, so that they may come without an end.

    A run that fails is an outcome with an error, and the sweep goes on; one whose worker died is computed
    anew, at most MOST_RETRIES times. Closing the generator cancels what waits. Raises PolycoreError if an
    argument is of another type and, after the outcomes there are, if the executor takes no more calls.
    """
    check_kind("experiments", experiments, Iterable, "Give a list of them, such as grid(experiment, ...).")
    if executor is not None:
        check_kind("executor", executor, Executor, "Give one, such as polycore.workers.Workers(2).")
        yield from _streamed(experiments, executor)
        return
    workers = Workers(available_cores())
    try:
        yield from _streamed(experiments, workers)
    finally:
        workers.kill()


def best(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the outcome with the highest held-out accuracy, or None where none has a model.

    Of equal ones the one with the lower loss, and then the first of the experiments. Raises PolycoreError
    unless `outcomes` can be iterated over.
    """
    check_kind("outcomes", outcomes, Iterable, "Give a list of them, such as list(outcomes(experiments)).")
    found = ((outcome, outcome.model) for outcome in outcomes if outcome.model is not None)
    return min(found, key=_rank, default=(None, None))[0]


def _rank(found: tuple[Outcome, Model]) -> tuple[float, float, int]:
    outcome, model = found
    return -(model.held_out_accuracy or 0.0), model.loss, outcome.index


def computed(index: int, experiment: Experiment) -> Outcome:
    """Return the outcome of the experiment. What workers run."""
    began = thread_time()
    try:
        run = advance(start(experiment), experiment.steps)
        model = run.best
    except (PolycoreError, MemoryError) as error:
        return _failed(index, experiment, error, thread_time() - began)
    return Outcome(index, experiment, model, run.step, thread_time() - began, run.ended_because, None)


def _failed(index: int, experiment: Experiment, error: BaseException, seconds: float = 0.0) -> Outcome:
    return Outcome(index, experiment, None, 0, seconds, None, _sentence(error))


def _sentence(error: BaseException) -> str:
    if isinstance(error, PolycoreError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"The run needs more memory than its worker has: {_told(error)}"
    if isinstance(error, BrokenExecutor):
        return f"Its worker died {MOST_RETRIES + 1} times in the midst of this run: {_told(error)}"
    return f"The run could not be computed: {_told(error)}"


def _told(error: BaseException) -> str:
    """Return one line, whatever the error says of itself."""
    text = " ".join(str(error).split())[:MOST_TOLD]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}."


@dataclass(frozen=True, eq=False)
class _Task:
    index: int
    experiment: Experiment
    deaths: int = 0


class _Flight:
    """The tasks that an executor has taken and not answered."""

    def __init__(self, executor: Executor) -> None:
        self.tasks: dict[Future[Outcome], _Task] = {}
        self.refusal: BaseException | None = None  # why the executor takes no more calls
        self._executor = executor
        self._ended: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()

    def fill(self, tasks: Iterator[_Task]) -> None:
        while self.refusal is None and len(self.tasks) < MOST_IN_FLIGHT:
            task = next(tasks, None)
            if task is None:
                return
            self.submit(task)

    def submit(self, task: _Task) -> None:
        try:
            future = self._executor.submit(computed, task.index, task.experiment)
        except (RuntimeError, PolycoreError) as error:  # it was shut down, is broken, or has no workers
            self.refusal = error
            return
        self.tasks[future] = task
        future.add_done_callback(self._ended.put)

    def next_outcome(self) -> Outcome | None:
        """Wait for the next task to end; return None where it ended without an outcome."""
        future = self._ended.get()
        task = self.tasks.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            return future.result()
        if isinstance(error, CancelledError):
            self.refusal = error
            return None
        if isinstance(error, BrokenExecutor) and task.deaths < MOST_RETRIES:
            if self.refusal is None:  # else asking again may take long, as connecting to a lost cluster does
                self.submit(replace(task, deaths=task.deaths + 1))
            return None
        return _failed(task.index, task.experiment, error)

    def cancel(self) -> None:
        for future in self.tasks:
            future.cancel()


def _streamed(experiments: Iterable[Experiment], executor: Executor) -> Iterator[Outcome]:
    tasks = (_Task(index, experiment) for index, experiment in enumerate(experiments))
    flight, told = _Flight(executor), 0
    try:
        flight.fill(tasks)
        while flight.tasks:
            if (outcome := flight.next_outcome()) is not None:
                told += 1
                yield outcome
            flight.fill(tasks)
    finally:
        flight.cancel()
    if isinstance(flight.refusal, PolycoreError):
        raise flight.refusal
    if flight.refusal is not None:
        raise PolycoreError(
            f"the executor takes no more runs, after {told:,} outcomes. Give the missing experiments "
            f"to a new one, such as polycore.workers.Workers(). It says: {_told(flight.refusal)}"
        ) from flight.refusal
