"""The files of a command: models and runs read, runs saved meanwhile, and paths checked before a run."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

from polycore.commands.argument_parser import Parser
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.files.refusals import ReadingError, Reason
from polycore.model.model import Model
from polycore.training.run import Run

# a run file is recognized by its contents, or by being too large for a weight file
_MAY_BE_A_RUN = (Reason.OTHER_KIND, Reason.TOO_LARGE)


def kept_at(path: str) -> Model | Run:
    """Return what a weight file or a run file holds. Raises PolycoreError, naming the path."""
    try:
        return Model.load(path)
    except WeightFileError as error:
        cause = error.__cause__
        if isinstance(cause, ReadingError) and cause.reason in _MAY_BE_A_RUN:
            return run_at(path)
        raise WeightFileError(f"{path}: {error}") from error


def run_at(path: str) -> Run:
    """Return the run in a run file. Raises RunFileError, naming the path."""
    try:
        return Run.load(path)
    except RunFileError as error:
        raise RunFileError(f"{path}: {error}") from error


def check_writable(parser: Parser, path: Path) -> None:
    """End with wrong usage where a file could not be written at the path."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        parser.error(f"{path} cannot be written: give a file in a folder that is there and can be written to")


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
