"""The worker processes of a server, which a test can stop for a while: no run of it goes on or ends then."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from polycore.workers.processes import Workers
from tests.waiting import wait_until


@contextmanager
def stopped(address: str) -> Iterator[None]:
    """Stop the workers of the server that this process started at that address; let them go on at the end."""
    option = f"--server.port={urlsplit(address).port}"
    [server] = [pid for pid in _children(os.getpid()) if option in _command(pid)]
    wait_until(lambda: len(_children(server)) == Workers().count)
    workers = _children(server)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in tasks for child in children.read_text(encoding="ascii").split()]


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
