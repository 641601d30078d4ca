"""A scheduler and workers as an operator starts them: processes of their own, at an address."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from tests.browser.dashboard import ROOT

# a call whose worker died is given up at once, where it would be tried three times more
GIVES_UP = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}


def free_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def scheduler(address):
    host, port = address.removeprefix("tcp://").split(":")
    with _process("dask_scheduler", "--host", host, "--port", port) as process:
        yield process


@contextmanager
def workers(address, count):
    with _process("dask_worker", address, "--nthreads", "1", "--nworkers", str(count)) as process:
        yield process


@contextmanager
def cluster(count):
    """Yield the address of a scheduler with so many workers."""
    address = free_address()
    with ExitStack() as stack:
        stack.enter_context(scheduler(address))
        stack.enter_context(workers(address, count))
        yield address


@contextmanager
def _process(module, *arguments):
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
    process = subprocess.Popen(
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
        # with the processes that it started: asked to end, they would first tell a scheduler that may be gone
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
