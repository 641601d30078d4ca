"""A sweep: many experiments, computed by any executor, with each outcome reported as it ends.

An experiment determines its run to the last bit, so the outcomes depend neither on the executor, nor on the
order of the runs, nor on workers that died.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from time import thread_time

from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.training.run import advance, start
from polycore.workers.processes import StartError, Workers, available_cores

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

    Among equal ones it is the one with the lowest loss, and then the first of the experiments.

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
class _Attempt:
    index: int
    experiment: Experiment
    deaths: int = 0


class Outcomes:
    """Computes runs, some of them at once, and iterates over their outcomes as they end. Thread-safe.

    It begins runs whenever it is asked for outcomes, as long as there is room. `outcomes` lets an executor
    compute whole runs by it; the dashboard lets runs advance by themselves, in turns with others.

    Attributes
    ----------
    refusal
        Why no more runs could begin: the outcomes end with the runs that were under way. Else None.
    """

    def __init__(
        self,
        experiments: Iterable[Experiment],
        begin: Callable[[int, Experiment], Future[Outcome] | None],
        most: Callable[[], int],
    ) -> None:
        """Begin no run yet.

        Parameters
        ----------
        experiments
            No more are read ahead than may be under way, so they may be endless.
        begin
            Lets the run of an experiment be computed, which it gets after its index, and returns the future
            of its outcome; None if there is no room at the moment. It raises RuntimeError or PolycoreError
            if there will be no more. A run whose future ends with BrokenExecutor begins again, at most
            MAX_RETRIES times.
        most
            Returns how many runs may be under way now.
        """
        self.refusal: BaseException | None = None
        self._begin, self._most = begin, most
        self._attempts = (_Attempt(index, experiment) for index, experiment in enumerate(experiments))
        self._again: deque[_Attempt] = deque()  # these come first
        self._beginning = 0
        self._under_way: dict[Future[Outcome], _Attempt] = {}
        self._ended: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def __iter__(self) -> "Outcomes":
        return self

    def __next__(self) -> Outcome:
        """Wait for the next run to end."""
        while self._fill():
            outcome = self._outcome(self._ended.get())
            if outcome is not None:
                return outcome
        raise StopIteration

    def ended(self) -> Iterator[Outcome]:
        """Yield the outcomes of the runs that have ended by now."""
        self._fill()
        with suppress(queue.Empty):
            while True:
                outcome = self._outcome(self._ended.get_nowait())
                if outcome is not None:
                    yield outcome
                self._fill()

    def stop(self) -> None:
        """Begin no more runs, and cancel those that have not begun to be computed."""
        with self._lock:
            self._again.clear()
            self._attempts.close()
            futures = tuple(self._under_way)
        for future in futures:
            future.cancel()

    def _fill(self) -> bool:
        """Begin runs while there is room; return whether any is under way."""
        while (attempt := self._reserved()) is not None:
            future = None
            try:
                future = self._begin(attempt.index, attempt.experiment)
            except (RuntimeError, PolycoreError) as error:  # such as an executor that is shut down or broken
                self.refusal = error
            with self._lock:
                self._beginning -= 1
                if future is None:
                    self._again.appendleft(attempt)
                    break
                self._under_way[future] = attempt
            future.add_done_callback(self._ended.put)
        return bool(self._under_way)

    def _reserved(self) -> _Attempt | None:
        """Return the next attempt, counted as beginning; None if there is none, or no room for it."""
        with self._lock:
            if self.refusal is not None or self._beginning + len(self._under_way) >= self._most():
                return None
            attempt = self._again.popleft() if self._again else next(self._attempts, None)
            if attempt is not None:
                self._beginning += 1
            return attempt

    def _outcome(self, future: Future[Outcome]) -> Outcome | None:
        """Return the outcome of a run that has ended; None if it has none, or is to be computed again."""
        with self._lock:
            attempt = self._under_way.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            return future.result()
        if isinstance(error, CancelledError):
            self.refusal = error
            return None
        if isinstance(error, BrokenExecutor) and attempt.deaths < MAX_RETRIES:
            with self._lock:
                self._again.append(replace(attempt, deaths=attempt.deaths + 1))
            return None
        return _failed(attempt.index, attempt.experiment, error)


def _streamed(experiments: Iterable[Experiment], executor: Executor) -> Iterator[Outcome]:
    def begin(index: int, experiment: Experiment) -> Future[Outcome]:
        return executor.submit(computed, index, experiment)

    runs, yielded = Outcomes(experiments, begin, lambda: MAX_PENDING), 0
    try:
        for outcome in runs:
            yielded += 1
            yield outcome
    finally:
        runs.stop()
    if isinstance(runs.refusal, PolycoreError):
        raise runs.refusal
    if runs.refusal is not None:
        raise PolycoreError(
            f"the executor accepts no more runs, after {yielded:,} outcomes. Pass the missing experiments "
            f"to a new one, such as polycore.workers.Workers(). Its error: {_one_line(runs.refusal)}"
        ) from runs.refusal
