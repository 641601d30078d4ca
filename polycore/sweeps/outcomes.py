"""A sweep: many experiments, computed by any executor, with each outcome reported as it ends.

An experiment determines its run to the last bit, so the outcomes depend neither on the executor, nor on the
order of the runs, nor on workers that died.
"""

import queue
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, replace
from time import thread_time

from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.training.run import advance, start
from polycore.workers.processes import Workers, available_cores
from polycore.workers.start_error import StartError

# Enough for a cluster of as many workers. If the caller is slow, no more outcomes than these wait in memory.
MAX_PENDING = 512
MAX_RETRIES = 3  # of a run whose worker died: one that needs too much memory kills every worker
MAX_ERROR_TEXT = 300  # characters of an error that is not ours


@dataclass(frozen=True, eq=False)
class Outcome:
    """The outcome of one experiment of a sweep.

    Attributes
    ----------
    index
        Its index among the experiments, from 0.
    model
        The best of its run; None if the run failed, and in `without_model`.
    steps
        How many the run has had; fewer than the experiment's if it ended early.
    seconds
        Processor time of the thread that computed it.
    ended_because
        A sentence if the run ended before its last step, else None.
    error
        A sentence if the run failed, else None.
    loss
        The model's, in nats; None if the run failed.
    accuracy
        The model's, a share; None if the run failed.
    held_out_accuracy
        The model's, a share; None if the run failed.
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
        """Return a copy without the model, which takes up to 4 MB: the figures alone take a hundred bytes."""
        return replace(self, model=None)


def outcomes(
    experiments: Iterable[Experiment], executor: Executor | None = None
) -> Generator[Outcome, None, None]:
    """Yield exactly one outcome for each experiment, as it ends, in any order.

    A run that fails is an outcome with an error, and the sweep continues. A run whose worker died is computed
    again, at most MAX_RETRIES times. Closing the generator cancels the runs that wait.

    Parameters
    ----------
    experiments
        At most MAX_PENDING are read ahead, so they may be endless.
    executor
        None: the sweep starts a worker process for each core. An executor that is passed in stays open; its
        workers need polycore and, for results that are identical to the last bit, the same NumPy with one
        BLAS thread.

    Raises
    ------
    PolycoreError
        If an argument has the wrong type and, after the last outcome, if the executor accepts no more calls.
    """
    check_type("experiments", experiments, Iterable, "Pass a list of them, such as grid(experiment, ...).")
    if executor is not None:
        check_type("executor", executor, Executor, "Pass one, such as polycore.workers.Workers(2).")
        yield from _streamed(experiments, executor)
        return
    workers = Workers(available_cores())
    try:
        yield from _streamed(experiments, workers)
    finally:
        workers.kill()


def best(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the outcome with the highest held-out accuracy, or None if none has a model.

    Of equal ones it is the one with the lowest loss, and then the first of the experiments.

    Raises
    ------
    PolycoreError
        Unless `outcomes` is iterable.
    """
    check_type("outcomes", outcomes, Iterable, "Pass a list of them, such as list(outcomes(experiments)).")
    with_model = ((outcome, outcome.model) for outcome in outcomes if outcome.model is not None)
    return min(with_model, key=_rank, default=(None, None))[0]


def _rank(pair: tuple[Outcome, Model]) -> tuple[float, float, int]:
    outcome, model = pair
    return -(model.held_out_accuracy or 0.0), model.loss, outcome.index


def computed(index: int, experiment: Experiment) -> Outcome:
    """Train the experiment and return its outcome. This is what workers run."""
    began = thread_time()
    try:
        run = advance(start(experiment), experiment.steps)
        model = run.best
    except (PolycoreError, MemoryError) as error:
        return _failed(index, experiment, error, thread_time() - began)
    return Outcome(index, experiment, model, run.step, thread_time() - began, run.ended_because, None)


def _failed(index: int, experiment: Experiment, error: BaseException, seconds: float = 0.0) -> Outcome:
    return Outcome(index, experiment, None, 0, seconds, None, _failure_text(error))


def _failure_text(error: BaseException) -> str:
    if isinstance(error, PolycoreError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"The run needs more memory than its worker has: {_one_line(error)}"
    if isinstance(error, StartError):
        return str(error)
    if isinstance(error, BrokenExecutor):
        return f"The worker died {MAX_RETRIES + 1} times during this run: {_one_line(error)}"
    return f"The run could not be computed: {_one_line(error)}"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:MAX_ERROR_TEXT]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}."


@dataclass(frozen=True, eq=False)
class _Task:
    index: int
    experiment: Experiment
    deaths: int = 0


class _PendingTasks:
    """The tasks that an executor has accepted and not yet answered."""

    def __init__(self, executor: Executor) -> None:
        self.tasks: dict[Future[Outcome], _Task] = {}
        self.refusal: BaseException | None = None  # why the executor accepts no more calls
        self._executor = executor
        self._ended: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()

    def fill(self, tasks: Iterator[_Task]) -> None:
        while self.refusal is None and len(self.tasks) < MAX_PENDING:
            task = next(tasks, None)
            if task is None:
                return
            self.submit(task)

    def submit(self, task: _Task) -> None:
        try:
            future = self._executor.submit(computed, task.index, task.experiment)
        except (
            RuntimeError,
            PolycoreError,
        ) as error:  # the executor is shut down or broken, or has no workers
            self.refusal = error
            return
        self.tasks[future] = task
        future.add_done_callback(self._ended.put)

    def next_outcome(self) -> Outcome | None:
        """Wait for the next task to end; return None if it ended without an outcome."""
        future = self._ended.get()
        task = self.tasks.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            return future.result()
        if isinstance(error, CancelledError):
            self.refusal = error
            return None
        if isinstance(error, BrokenExecutor) and task.deaths < MAX_RETRIES:
            if self.refusal is None:  # a broken executor may refuse slowly, as a lost cluster does
                self.submit(replace(task, deaths=task.deaths + 1))
            return None
        return _failed(task.index, task.experiment, error)

    def cancel(self) -> None:
        for future in self.tasks:
            future.cancel()


def _streamed(experiments: Iterable[Experiment], executor: Executor) -> Iterator[Outcome]:
    tasks = (_Task(index, experiment) for index, experiment in enumerate(experiments))
    pending, yielded = _PendingTasks(executor), 0
    try:
        pending.fill(tasks)
        while pending.tasks:
            if (outcome := pending.next_outcome()) is not None:
                yielded += 1
                yield outcome
            pending.fill(tasks)
    finally:
        pending.cancel()
    if isinstance(pending.refusal, PolycoreError):
        raise pending.refusal
    if pending.refusal is not None:
        raise PolycoreError(
            f"the executor accepts no more runs, after {yielded:,} outcomes. Pass the missing experiments "
            f"to a new one, such as polycore.workers.Workers(). Its error: {_one_line(pending.refusal)}"
        ) from pending.refusal
