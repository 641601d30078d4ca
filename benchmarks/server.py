"""A separate dashboard server to measure, and the resources that it uses, read from Linux's /proc."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.timing import ROOT, BenchmarkError

PROC = Path("/proc")
SECONDS_TO_START, SECONDS_TO_END = 60, 20
# what Streamlit logs, rightly or not, if a tab closes while it is being sent something
OF_ONE_WHO_LEFT = re.compile(r"Exception in ASGI application|Traceback|WebSocketDisconnected|text frames")
TROUBLE = re.compile(r"Traceback|Warning|WARNING|Error|ERROR|ScriptRunContext")


class Used(NamedTuple):
    """Processor time in seconds since the start."""

    server: float
    workers: float


class Held(NamedTuple):
    """Resources of the server: bytes of memory, of its workers too, and the numbers of the others.

    files: with the sockets.
    """

    memory: int
    workers_memory: int
    threads: int
    processes: int
    files: int
    sockets: int


@dataclass(frozen=True)
class Server:
    """A dashboard at `address`, such as http://127.0.0.1:8501/, that logs to `log`."""

    address: str
    log: Path
    pid: int

    def used(self) -> Used:
        """Return the processor time of the server and of its workers so far."""
        return Used(processor_seconds(self.pid), sum(map(processor_seconds, children(self.pid))))

    def held(self) -> Held:
        """Return the resources that the server holds now."""
        workers, files = children(self.pid), _open_files(self.pid)
        return Held(
            memory=_status(self.pid, "VmRSS") * 1024,
            workers_memory=sum(_status(child, "VmRSS") for child in workers) * 1024,
            threads=_status(self.pid, "Threads"),
            processes=len(workers),
            files=len(files),
            sockets=sum(file.startswith("socket:") for file in files),
        )

    def troubles(self) -> list[str]:
        """Return the log's errors and warnings, except those caused by a closed tab."""
        lines = self.log.read_text(encoding="utf-8").split("\n")
        return [line for line in lines if TROUBLE.search(line) and not OF_ONE_WHO_LEFT.search(line)]


def children(pid: int) -> list[int]:
    """Return the child processes of a process."""
    tasks = (PROC / str(pid) / "task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]


@contextmanager
def served(
    log: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
    program: Sequence[str] = ("streamlit",),
) -> Iterator[Server]:
    """Start the dashboard on a free port, with `options` of `streamlit run`; end it on exit.

    program: the Python module that is run as Streamlit's command line, and its arguments before Streamlit's.

    Raises BenchmarkError if it does not start, or if this is not Linux.
    """
    if not PROC.exists():
        raise BenchmarkError("the resources of a server are read from /proc; run this benchmark on Linux.")
    port = _free_port()
    command = [sys.executable, "-m", *program, "run", "streamlit_app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own app
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_until_healthy(address, process)
            yield Server(address, log, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=SECONDS_TO_END)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}_stcore/health"):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    raise BenchmarkError(f"The dashboard did not start within {SECONDS_TO_START} s.")


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process so far, without its children's."""
    # after the name, which is in brackets and may contain spaces: the state is field 3, these are 14 and 15
    fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _open_files(pid: int) -> list[str]:
    """Return what each open file of a process is."""
    files = []
    for link in (PROC / str(pid) / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            files.append(str(link.readlink()))
    return files


def _status(pid: int, name: str) -> int:
    for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").split("\n"):
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise BenchmarkError(f"/proc/{pid}/status has no {name}.")
