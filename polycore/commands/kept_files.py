"""The files of a command: reading models and runs, saving runs during training, and checking paths."""

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

from polycore.commands.arguments import Parser
from polycore.commands.process import Interrupted, Interruption, say
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.model.model import Model
from polycore.model.path_or_file import is_stream
from polycore.model.refusals import ReadingError, Reason
from polycore.training.run import Run

# a run file is recognized by its content, or because it is too large for a weight file
_MAY_BE_A_RUN = (Reason.OTHER_KIND, Reason.TOO_LARGE)

STANDARD_INPUT = "-"
_EMPTY = "''"  # how a message names an empty path


def content_at(source: str, most: int) -> bytes:
    """Return the bytes of a file, or of standard input for -, but at most one more than `most`.

    The additional byte shows that the content is too long.

    Raises OSError if the file cannot be read, and ValueError if no file can have that path.
    """
    if source == STANDARD_INPUT:
        return sys.stdin.buffer.read(most + 1)
    with open(source, "rb") as file:  # noqa: PTH123 - Path("") is this folder
        return file.read(most + 1)


def name_of(source: str) -> str:
    """Return how a message names a file or standard input."""
    return "standard input" if source == STANDARD_INPUT else source or _EMPTY


def kept_at(path: str) -> Model | Run:
    """Return the model or run in a file. Raises PolycoreError, which names the path, if it is refused."""
    try:
        return Model.load(path)
    except WeightFileError as error:
        cause = error.__cause__
        if isinstance(cause, ReadingError) and cause.reason in _MAY_BE_A_RUN:
            return run_at(path)
        raise WeightFileError(f"{path or _EMPTY}: {error}") from error


def model_at(path: str) -> Model:
    """Return the model in a weight file, or the best one in a run file. Raises as `kept_at` does."""
    kept = kept_at(path)
    return kept.best if isinstance(kept, Run) else kept


def run_at(path: str) -> Run:
    """Return the run in a run file. Raises RunFileError, which names the path, if it is refused."""
    try:
        return Run.load(path)
    except RunFileError as error:
        raise RunFileError(f"{path or _EMPTY}: {error}") from error


def check_paths(parser: Parser, written: Mapping[str, Path], read: Mapping[str, Path]) -> None:
    """End the process with a usage error unless each file can be written, and replaces none of the others.

    Both mappings have the paths by the names of their arguments, such as "--out".
    """
    for path in written.values():
        if not _is_writable(path):
            parser.error(
                f"{path} cannot be written: choose another file, in a folder that exists and is writable"
            )
    others = dict(read)
    for name, path in written.items():
        for other_name, other in others.items():
            if same_file(path, other) and not is_stream(path):
                parser.error(
                    f"{name} {path} is the same file as {other_name} {other}, which it would replace: choose "
                    f"another file for {name}"
                )
        others[name] = path


def _is_writable(path: Path) -> bool:
    if is_stream(path):
        return os.access(path, os.W_OK)
    file = Path(os.path.realpath(path))
    try:
        if not (stat.S_ISREG(path.stat().st_mode) and os.access(file, os.W_OK)):
            return False
    except FileNotFoundError:
        pass
    except OSError:  # no path of a file: below another file, or with too long a name
        return False
    # a link's folder too: what else a command writes stands beside the link
    return all(folder.is_dir() and os.access(folder, os.W_OK) for folder in (file.parent, path.parent))


def same_file(path: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, which need not exist yet."""
    try:
        return path.samefile(other)  # hard links too
    except OSError:
        return os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other))


def failure_to_write(
    write: Callable[[Path], None], path: Path, interruption: Interruption
) -> BaseException | None:
    """Write the file at `path`; return the exception that prevented it, if any.

    Of a sweep or a run that took hours, one file that cannot be written must not cost the others. A signal
    ends the wait for the reader of a pipe, which may never come; a file is written to its end.
    """
    try:
        if is_stream(path):
            with interruption.allowed():
                write(path)
        else:
            write(path)
    except (Interrupted, PolycoreError) as error:
        return error
    return None


class Checkpoint:
    """A run file that is rewritten every `seconds`, or never if `path` is None."""

    def __init__(self, path: Path | None, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """Start the interval before the first write. `clock` returns the time in seconds."""
        self._path = path
        self._seconds = seconds
        self._clock = clock
        self._written = self._clock()

    def offer(self, run: Run) -> None:
        """Write the run if it is due. An error is reported, and the run continues."""
        if self._path is None or self._clock() - self._written < self._seconds:
            return
        try:
            run.save(self._path)
        except PolycoreError as error:
            say(f"\npolycore: {error} The run continues.")
        self._written = self._clock()
