"""A Dask scheduler and workers as separate processes, as an operator starts them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.timing import ROOT

# a call whose worker died fails at once; by default it is tried three more times
GIVES_UP = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
SECONDS_TO_END = 30


def free_address() -> str:
    """Return an unused address on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def scheduler(address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a scheduler at `address`; end it on exit."""
    host, port = address.removeprefix("tcp://").split(":")
    with _process("dask_scheduler", "--host", host, "--port", port) as process:
        yield process


@contextmanager
def workers(address: str, count: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start `count` workers for the scheduler at `address`; yield their parent process; end them on exit."""
    options = ["--nthreads", "1", "--nworkers", str(count), "--memory-limit", "1GiB"]
    with _process("dask_worker", address, *options) as process:
        yield process


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
    process = subprocess.Popen(  # noqa: S603 - Dask's own programs
        command,
        cwd=ROOT,
        env=os.environ | GIVES_UP | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # including its child processes: with SIGTERM they would first notify a scheduler that may be gone
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=SECONDS_TO_END)
