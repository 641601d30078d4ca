"""The file that keeps a run while it goes on, so that a power cut costs little of it."""

import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

from polycore.errors import PolycoreError
from polycore.training import Run


class Checkpoint:
    """A run file that is written anew every so many seconds; never, where there is no path."""

    def __init__(self, path: Path | None, seconds: float) -> None:
        """`seconds`: between two writings; the first comes as late."""
        self._path = path
        self._seconds = seconds
        self._written = monotonic()

    def offer(self, run: Run) -> None:
        """Write the run if it is time. Where it cannot be written that is told, and the run goes on."""
        if self._path is None or monotonic() - self._written < self._seconds:
            return
        try:
            run.save(self._path)
        except PolycoreError as error:
            with suppress(OSError):
                sys.stderr.write(f"\npolycore: {error} The run goes on.\n")
        self._written = monotonic()
