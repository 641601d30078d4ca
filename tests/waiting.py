"""Waiting for what another thread, process or browser does."""

import threading
import time
from collections.abc import Callable
from pathlib import Path


def wait_until(
    condition: Callable[[], object],
    seconds: float = 60.0,
    state: Callable[[], object] = lambda: "the condition does not hold",
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Return as soon as the condition holds; fail after so many seconds, with what `state` says then.

    `pause` waits for some seconds: a browser must wait by its own function, which lets events in.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"after {seconds:g} s: {state()}"
        pause(0.005)


class Reader(threading.Thread):
    """Reads a file to its end, while another writes into it: a pipe takes no more than is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._content = b""
        self.start()

    def run(self) -> None:
        self._content = self._path.read_bytes()

    def all(self) -> bytes:
        """Wait for the end, and return what was read."""
        self.join(60)
        return self._content
