"""The files of a command: reading models and runs, saving runs during training, and checking paths."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic

from polycore.commands.argument_parser import Parser
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.files.refusals import ReadingError, Reason
from polycore.model.model import Model
from polycore.training.run import Run

# a run file is recognized by its content, or because it is too large for a weight file
_MAY_BE_A_RUN = (Reason.OTHER_KIND, Reason.TOO_LARGE)


def kept_at(path: str) -> Model | Run:
    """Return the model or run in a file. Raises PolycoreError, which names the path, if it is refused."""
    try:
        return Model.load(path)
    except WeightFileError as error:
        cause = error.__cause__
        if isinstance(cause, ReadingError) and cause.reason in _MAY_BE_A_RUN:
            return run_at(path)
        raise WeightFileError(f"{path}: {error}") from error


def model_at(path: str) -> Model:
    """Return the model in a weight file, or the best one in a run file. Raises as `kept_at` does."""
    kept = kept_at(path)
    return kept.best if isinstance(kept, Run) else kept


def run_at(path: str) -> Run:
    """Return the run in a run file. Raises RunFileError, which names the path, if it is refused."""
    try:
        return Run.load(path)
    except RunFileError as error:
        raise RunFileError(f"{path}: {error}") from error


def check_paths(parser: Parser, written: Mapping[str, Path], read: Mapping[str, Path]) -> None:
    """End the process with a usage error unless each file can be written, and replaces none of the others.

    Both mappings have the paths by the names of their arguments, such as "--out".
    """
    for path in written.values():
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            parser.error(f"{path} cannot be written: choose a file in a folder that exists and is writable")
    others = dict(read)
    for name, path in written.items():
        for other_name, other in others.items():
            if same_file(path, other):
                parser.error(
                    f"{name} {path} is the same file as {other_name} {other}, which it would replace: choose "
                    f"another file for {name}"
                )
        others[name] = path


def same_file(path: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, which need not exist yet."""
    try:
        return path.samefile(other)  # hard links too
    except OSError:
        return os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other))


class Checkpoint:
    """A run file that is rewritten every `seconds`, or never if `path` is None."""

    def __init__(self, path: Path | None, seconds: float) -> None:
        """Start the interval before the first write."""
        self._path = path
        self._seconds = seconds
        self._written = monotonic()

    def offer(self, run: Run) -> None:
        """Write the run if it is due. An error is reported, and the run continues."""
        if self._path is None or monotonic() - self._written < self._seconds:
            return
        try:
            run.save(self._path)
        except PolycoreError as error:
            with suppress(OSError):
                sys.stderr.write(f"\npolycore: {error} The run continues.\n")
        self._written = monotonic()
