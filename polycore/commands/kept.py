"""What was kept in a file that an argument names: a model, or a run as it stood."""

from polycore.errors import RunFileError, WeightFileError
from polycore.model import Model
from polycore.reasons import ReadingError, Reason
from polycore.training import Run

# a run file is told from a weight file by what is in it, and has to be where it is too large for one
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
