"""Measure several contenders in turns, so that a slow phase of the machine affects all of them."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# those that this process may use, which `taskset` can limit; other systems than Linux report only all
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
XLA_THREADS = "NPROC"  # the processors that XLA, JAX's compiler, takes the number of its threads from
THREAD_COUNTS = range(1, min(2, CORES) + 1)
SECONDS_TO_END = 20


class BenchmarkError(Exception):
    """A contender's process ended before it answered, or could not be prepared."""


@dataclass(frozen=True)
class Contender:
    """What is measured: `subject`, as module:function, is called with `arguments` in its own process.

    `may_fail`: if it cannot be prepared on this machine it is left out, and the report says why.
    """

    name: str
    subject: str
    arguments: dict[str, Any] = field(default_factory=dict)
    threads: int = 1
    may_fail: bool = False


def with_threads(who: str, threads: int) -> str:
    """Return a contender's name with its number of threads."""
    return f"{who}, {threads} thread{'s' * (threads > 1)}"


def thread_settings(threads: int) -> dict[str, str]:
    """Return the environment variables that give each library this many threads."""
    shares_operations = str(threads > 1).lower()
    return dict.fromkeys((*THREAD_VARIABLES, XLA_THREADS), str(threads)) | {
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={shares_operations}"
    }


@dataclass(frozen=True)
class Outcome:
    """`series`: each contender's answers, one per question. `skipped`: why a contender was left out."""

    series: dict[str, list[Any]]
    skipped: dict[str, str]


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, with the lowest and the highest."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of one or more values."""
        return cls(statistics.median(values), min(values), max(values))

    def shown(self, digits: int = 0) -> str:
        """Return the median, then lowest and highest, such as "4,210 (4,100 to 4,300)"."""
        return f"{self.median:,.{digits}f} ({self.lowest:,.{digits}f} to {self.highest:,.{digits}f})"


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Return the spread of the quotients, round by round."""
    return Spread.of([one / other for one, other in zip(above, below, strict=True)])


def best(series: dict[str, list[float]], names: Sequence[str]) -> str:
    """Return which of `names` has the highest median; contenders that were left out do not count."""
    return max((name for name in names if name in series), key=lambda name: statistics.median(series[name]))


def interleaved(contenders: Sequence[Contender], questions: Sequence[dict[str, Any]]) -> Outcome:
    """Ask every contender each question in turn, every second time in the opposite order.

    Each contender's process answers all questions, so that it is prepared and warmed up only once.
    Raises BenchmarkError if a contender fails that may not.
    """
    skipped: dict[str, str] = {}
    with ExitStack() as stack:
        processes = {}
        for contender in contenders:
            process = stack.enter_context(_Process(contender))
            try:
                process.wait_until_ready()
            except BenchmarkError as error:
                if not contender.may_fail:
                    raise
                skipped[contender.name] = str(error)
            else:
                processes[contender.name] = process
        return Outcome(_asked(processes, questions), skipped)


def _asked(processes: dict[str, "_Process"], questions: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    series: dict[str, list[Any]] = {name: [] for name in processes}
    for number, question in enumerate(questions):
        for name in reversed(processes) if number % 2 else processes:
            series[name].append(processes[name].asked(question))
        _show_progress(number + 1, len(questions))
    return series


def _show_progress(done: int, questions: int) -> None:
    sys.stderr.write(f"\r  {done} of {questions} rounds" + "\n" * (done == questions))
    sys.stderr.flush()


class _Process:
    """A contender's process, whose number of threads is set before it imports anything."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        # a file, because nothing reads this output while the process runs, and a pipe might fill up
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", "benchmarks.child", contender.subject, json.dumps(contender.arguments)],
            cwd=ROOT,
            env=os.environ | thread_settings(contender.threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # closing its stdin ends it, and it ends the processes that torch.compile may have started
        try:
            self._process.communicate(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()

    def wait_until_ready(self) -> None:
        threads = self._answer()
        if threads != self._contender.threads:
            raise BenchmarkError(
                f"{self._contender.name} uses {threads} threads; expected {self._contender.threads}."
            )

    def asked(self, question: dict[str, Any]) -> Any:
        if self._process.stdin is None:
            raise BenchmarkError(f"{self._contender.name} cannot be asked.")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if line:
            return json.loads(line)
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().split("\n")
        reason = next((text.strip() for text in reversed(lines) if text.strip()), "no message")
        raise BenchmarkError(f"{self._contender.name} ended: {reason}")
