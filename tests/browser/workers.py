"""Stops the worker processes of a server for a while, so that none of its runs continues or ends."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from polycore.workers.processes import Workers
from tests.processes import children
from tests.waiting import wait_until


@contextmanager
def stopped(address: str) -> Iterator[None]:
    """Stop the workers of the server that this process started at that address; continue them on exit."""
    option = f"--server.port={urlsplit(address).port}"
    [server] = [pid for pid in children(os.getpid()) if option in _command(pid)]
    wait_until(lambda: len(children(server)) == Workers().count)
    workers = children(server)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
