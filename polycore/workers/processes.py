"""Worker processes on this machine, as an executor.

Why not concurrent.futures.ProcessPoolExecutor:
- its processes share one pipe for results: if a worker is killed while it writes, the server waits forever
  for the rest of the message (seen after a few dozen kills), and any death ends every other call;
- its workers import the `__main__` of the process that starts them, which under Streamlit is the page;
- its workers outlive a killed server.
Here each worker has its own pipes, and a thread that feeds it. Another thread ends workers that hang.
"""

import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count as numbers_from
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, cast

from polycore.checks import checked_number

MAX_WORKERS = 8  # a worker holds about 50 MB
# Bytes of address space for each worker. The largest experiments that polycore allows, one after another,
# take a worker to 0.7 GB; the rest is a reserve.
MAX_MEMORY = 2**30
NICENESS = 10  # on systems without idle scheduling: other processes get about ten times a worker's share
RETRY_SECONDS = 5.0  # until a worker that could not start is started again, if no call does it before
PATIENCE = 60.0  # seconds: on a busy machine a worker may get no processor time for some of them
LOOKS = 60  # within these seconds
START_PATIENCE = 300.0  # seconds for a start, which shows no sign of life before its end: a disk may be slow
LEAST_COMPUTING = 0.001  # seconds of processor time that are a sign of life; two clocks are read, one by one
# How much processor time a container may use, and in how much real time, in microseconds: by version 2 of
# Linux's control groups, and by version 1
QUOTA_FILES = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)

READY = b"."  # what a worker sends once it has imported all that it needs
BEGUN = b"!"  # what a worker answers at once, when it begins to read a call
ALIVE = b"~"  # what it sends from time to time during a call, if it has used the processor since
ANSWER = b"="  # what comes before its answer

P = ParamSpec("P")
T = TypeVar("T")


class ShutDownError(RuntimeError):
    """The workers were shut down, as when their server ends."""


class StartError(BrokenExecutor):
    """A worker process could not be started, or ended before it could compute."""


class HangError(BrokenExecutor):
    """A worker neither answered nor used processor time for so long that it was ended."""


class Urgent(partial[T]):
    """A function whose calls workers compute before all others that wait; other executors just call it."""


@dataclass(frozen=True, eq=False)
class _Call:
    future: Future[Any]
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Workers(Executor):
    """Worker processes, all started at the first use.

    If a worker dies, only its own call fails, with BrokenExecutor, and another process replaces it. One that
    hangs is ended and replaced too; its call fails with HangError. Workers end as soon as their server does,
    however it ends, even during a call.
    """

    def __init__(
        self,
        count: int | None = None,
        memory: int = MAX_MEMORY,
        *,
        in_idle_time: bool = False,
        patience: float = PATIENCE,
    ) -> None:
        """Prepare `count` workers without starting them; None is one for each core, at most MAX_WORKERS.

        memory: bytes for each worker. A call that needs more fails alone, usually with MemoryError. macOS and
            Windows cannot limit a process.
        in_idle_time: run only while no other process needs the processor, if the system supports it (Linux).
        patience: seconds, from 0.1 to a day, without an answer to a call and without processor time, after
            which a worker counts as hung. A call that keeps Python's global lock for so long does too.

        Raises PolycoreError if `patience` is no such number.
        """
        self.patience = checked_number("patience", patience, 0.1, 86_400)
        self.count = count or min(available_cores(), MAX_WORKERS)
        self._memory = memory
        self._in_idle_time = in_idle_time
        # by urgency, then in the order submitted; None, which ends a worker, comes last
        self._calls: queue.PriorityQueue[tuple[float, int, _Call | None]] = queue.PriorityQueue()
        self._numbers = numbers_from()
        self._threads: list[threading.Thread] = []
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()
        self._ended = False

    @property
    def alive(self) -> int:
        """How many workers are ready to compute or compute now."""
        return sum(worker.is_alive for worker in tuple(self._workers))

    @property
    def failure(self) -> str | None:
        """Why no worker could be started at the last attempt; None if one was, or if none was needed yet."""
        failures = [worker.failure for worker in tuple(self._workers)]
        return failures[0] if failures and all(failures) else None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the future of `fn(*args, **kwargs)`; calls are computed in the order submitted.

        Parameters
        ----------
        fn
            Must be importable in another process, and its arguments and result picklable. Calls of an
            `Urgent` one come before all others that wait.

        Raises
        ------
        ShutDownError
            After `shutdown`.
        """
        self.start()
        future: Future[T] = Future()
        self._calls.put((not isinstance(fn, Urgent), next(self._numbers), _Call(future, fn, args, kwargs)))
        return future

    def start(self) -> None:
        """Start the workers without waiting for them. Raises ShutDownError after `shutdown`."""
        with self._lock:
            if self._ended:
                raise ShutDownError("These workers were shut down. Create new Workers.")
            is_first = not self._threads
            while len(self._threads) < self.count:
                thread = threading.Thread(target=self._feed, name="worker", daemon=True)
                self._threads.append(thread)
                thread.start()
            if is_first:
                threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers after all submitted calls; if `cancel_futures`, after those that are running."""
        with self._lock:
            self._ended = True
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._calls.put((math.inf, next(self._numbers), None))
        for thread in self._threads if wait else ():
            thread.join()

    def kill(self) -> None:
        """End the workers at once. Waiting calls are canceled, running ones end with BrokenExecutor."""
        with self._lock:
            self._ended = True
        self._cancel_waiting()
        for worker in self._workers:
            worker.kill()
        self.shutdown()

    def _cancel_waiting(self) -> None:
        with suppress(queue.Empty):
            while call := self._calls.get_nowait()[-1]:
                call.future.cancel()

    def _watch(self) -> None:
        """Look at the workers from time to time. Looks count, not time: after a standby nobody hangs."""
        seconds = self.patience / LOOKS
        while any(thread.is_alive() for thread in self._threads):
            time.sleep(seconds)
            for worker in tuple(self._workers):
                worker.look(seconds)

    def _feed(self) -> None:
        worker = _Worker(self._memory, self.patience, in_idle_time=self._in_idle_time)
        self._workers.append(worker)
        worker.start_early()
        while self._answer_next(worker):
            pass
        worker.end()

    def _answer_next(self, worker: "_Worker") -> bool:
        # in a function of its own, so that an answered call is released before the next one comes
        try:
            *_, call = self._calls.get(timeout=None if worker.failure is None else RETRY_SECONDS)
        except queue.Empty:
            worker.start_early()
            return True
        if call is None:
            return False
        if call.future.set_running_or_notify_cancel():
            worker.answer(call)
        return True


class _Worker:
    """A process that answers calls, replaced by another after it has died.

    failure: why the last attempt to start one failed; None if it did not.
    """

    def __init__(self, memory: int, patience: float, *, in_idle_time: bool) -> None:
        self._statement = f"work({memory}, {patience / LOOKS}, in_idle_time={in_idle_time})"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # so that no process starts after the kill
        self._killed = False
        self._patience = patience
        self._left = math.inf  # seconds without a sign of life until it hangs; an idle worker owes none
        self._is_ready = False
        self.failure: str | None = None

    @property
    def is_alive(self) -> bool:
        """Whether its process can compute; any thread may ask."""
        process = self._process
        return self._is_ready and process is not None and process.poll() is None

    def answer(self, call: _Call) -> None:
        try:
            message = pickle.dumps((call.function, call.args, call.kwargs))
            result, error = pickle.loads(self._exchange(message))  # noqa: S301  # from our own process
        except BaseException as failure:  # noqa: BLE001  # the caller decides
            result, error = None, failure
        if error is None:
            call.future.set_result(result)
        else:
            call.future.set_exception(error)
        self.start_early()

    def kill(self) -> None:
        """End the process, from another thread, and start no other."""
        with self._lock:
            self._killed = True
            process = self._process
        if process is not None:
            process.kill()

    def look(self, seconds: float) -> None:
        """Note that so many seconds have passed, and end the process if it hangs; from another thread."""
        with self._lock:
            self._left -= seconds
            if self._left <= 0 and self._process is not None:
                self._process.kill()

    def _expect_within(self, seconds: float) -> None:
        with self._lock:  # nobody looks in between
            self._left = seconds

    def start_early(self) -> None:
        """Start a process if none is there: the next call then need not wait, or fails and says why."""
        with suppress(BrokenExecutor):
            self._running_process()

    def end(self) -> None:
        self._expect_within(math.inf)
        self._is_ready = False
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError), process:  # closes the pipes and waits
                pass

    def _exchange(self, message: bytes) -> bytes:
        process = self._running_process()
        if not self._begins(process, message):
            # It was ending already, and poll() did not show it yet, or it was stopped while it was idle: the
            # call moves to a new process.
            self.end()
            process = self._running_process()
            self._begins(process, message)  # if not, there is nothing to receive
        try:
            answers = cast("IO[bytes]", process.stdout)
            while _read(answers, 1) == ALIVE:
                self._expect_within(self._patience)
            answer = _read(answers, _size(answers))
        except (EOFError, OSError) as error:
            hangs = self._left <= 0
            self.end()
            if hangs:
                raise HangError(
                    f"A worker process neither answered nor used processor time for {self._patience:g} s."
                ) from error
            raise BrokenExecutor(
                f"A worker process ended with code {process.returncode} during its call."
            ) from error
        self._expect_within(math.inf)
        return answer

    def _begins(self, process: subprocess.Popen[bytes], message: bytes) -> bool:
        """Send a call; return whether the worker has begun to read it."""
        self._expect_within(self._patience)
        with suppress(OSError):  # it has ended
            _send(cast("IO[bytes]", process.stdin), message)
        return cast("IO[bytes]", process.stdout).read(len(BEGUN)) == BEGUN

    def _running_process(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        try:
            process = self._started_process()
        except StartError as error:
            self.failure = str(error)
            raise
        self._is_ready, self.failure = True, None
        return process

    def _started_process(self) -> subprocess.Popen[bytes]:
        """Return a new process once it is ready. Raises StartError if it cannot start."""
        with self._lock:
            if self._killed:
                raise BrokenExecutor("The workers were killed.")
            try:
                process = self._process = self._new_process()
            except OSError as error:
                raise StartError(f"No worker process could be started: {error.strerror}.") from error
        self._expect_within(START_PATIENCE)
        if cast("IO[bytes]", process.stdout).read(len(READY)) != READY:
            self.end()
            raise StartError(f"A worker process ended with code {process.returncode} while it started.")
        self._expect_within(math.inf)
        return process

    def _new_process(self) -> subprocess.Popen[bytes]:
        # one worker for each core, each with one thread for each core, was eight times slower
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import work; {self._statement}"
        return subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # with one heap for each thread a worker had 64 MiB more addresses of those that it may have
            env=os.environ | one_thread | {"MALLOC_ARENA_MAX": "2"},
            # Ctrl-C in a terminal signals a whole process group: the server handles it and ends its workers
            process_group=0,
        )


def work(memory: int, sign_seconds: float, *, in_idle_time: bool) -> None:
    """Answer calls, with at most `memory` bytes, until the server ends: the main function of a worker.

    sign_seconds: between two signs of life.
    """
    _limit_memory(memory)
    if in_idle_time:
        _run_in_idle_time()
    # without process groups (Windows) Ctrl-C reaches the workers too
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # printed text must not mix with the answers
    import polycore.training.run  # noqa: F401  # now, so that the first call need not wait for it

    calls: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    is_computing, line = threading.Event(), threading.Lock()  # held while anything is sent
    with suppress(BrokenPipeError):  # the server is gone; `_listen` ends this process
        answers.write(READY)
        answers.flush()
    for target, *own in (_listen, questions, calls), (_show_life, sign_seconds, line):
        threading.Thread(target=target, args=(answers, is_computing, *own), daemon=True).start()
    while True:
        answer = _answer(calls.get())
        with suppress(BrokenPipeError), line:  # the server is gone; `_listen` ends this process
            is_computing.clear()
            answers.write(ANSWER)
            _send(answers, answer)


def _limit_memory(memory: int) -> None:
    with suppress(OSError):  # Linux only: if memory runs out, a worker is killed and not the server
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _run_in_idle_time() -> None:
    # SCHED_IDLE: any other process gets the core at once; with nice it would wait for the end of a time slice
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):  # not Linux, or forbidden in a container
        with suppress(AttributeError):  # Windows
            os.nice(NICENESS)


def _show_life(
    answers: IO[bytes], is_computing: threading.Event, seconds: float, line: threading.Lock
) -> None:
    """Send a sign of life every so many seconds of a call if other threads have used the processor since."""
    known = 0.0
    with suppress(BrokenPipeError):  # the server is gone; `_listen` ends this process
        while True:
            time.sleep(seconds)
            used = time.process_time() - time.thread_time()  # a thread that hangs does not use this one's
            with line:
                if is_computing.is_set() and used - known >= LEAST_COMPUTING:
                    known = used
                    answers.write(ALIVE)
                    answers.flush()


def _listen(
    answers: IO[bytes],
    is_computing: threading.Event,
    questions: IO[bytes],
    calls: queue.SimpleQueue[bytes],
) -> None:
    try:
        while True:
            size = _size(questions)
            answers.write(BEGUN)  # the answer before has been sent: the server awaits each
            answers.flush()
            is_computing.set()
            calls.put(_read(questions, size))
    finally:  # the server has ended, or a call does not fit into memory
        os._exit(1)


def _answer(message: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(message)  # noqa: S301  # from our own server
        return pickle.dumps((function(*args, **kwargs), None))
    except BaseException as error:  # noqa: BLE001  # the server decides
        error.add_note("".join(traceback.format_exception(error)))
        return _packed_error(error)


def _packed_error(error: BaseException) -> bytes:
    try:
        message = pickle.dumps((None, error))
        pickle.loads(message)  # noqa: S301  # an exception with its own arguments may fail only here
    except Exception:  # noqa: BLE001  # its own methods may raise anything
        return pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
    return message


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "big"))
    pipe.write(message)
    pipe.flush()


def _size(pipe: IO[bytes]) -> int:
    return int.from_bytes(_read(pipe, 8), "big")


def _read(pipe: IO[bytes], size: int) -> bytes:
    """Return so many bytes. Raises EOFError if the other end is closed before the last one."""
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def available_cores() -> int:
    """Return how many cores this process may use.

    On Linux a container may use fewer than the machine has: some of them, or a share of their time. Such a
    quota is rounded up.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return math.ceil(min(cores, _cpu_quota()))


def _cpu_quota() -> float:
    """Return how many cores' time the container has; infinity if it has no quota, or if this is none."""
    for files in QUOTA_FILES:
        with suppress(OSError, ValueError):  # there is no such file, or it says "max"
            quota, period = " ".join(Path(file).read_text(encoding="ascii") for file in files).split()
            if int(quota) > 0:
                return int(quota) / int(period)
    return math.inf
