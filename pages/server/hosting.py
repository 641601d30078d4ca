"""What a hosted demo allows, from a TOML file that its operator names in the environment.

Without such a file there are no limits but polycore's own: a person's own machine is theirs.
"""

import logging
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from pages.server.hosted import VARIABLE
from polycore import Experiment, Model, PolycoreError
from polycore.experiment.experiment import MAX_BATCH_SIZE, MAX_SAMPLES, MAX_SAMPLES_PER_CLASS, MAX_STEPS
from polycore.limits import MAX_PARAMETERS, MAX_WIDTH
from polycore.quoting import quoted

ADVICE = "choose less, or run polycore on your own machine, where there are none: python3 run.py dashboard"
LONGEST_SHOWN = 40  # characters of a value in the file
MOST_SWEEP_RUNS = 200  # a page shows a row and a mark for each

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """The most that one may ask of this server; the defaults are polycore's own.

    max_width: neurons of a hidden layer. max_parameters: weights and biases of a network.
    max_samples_per_class, max_samples: fixed training points, of each polynomial and in all.
    max_batch_size: points a step, where it is not all of them.
    max_steps: of a run. max_seconds: of computing, after which a run is finished.
    max_sweep_runs: of a sweep. max_sweep_seconds: of computing for each of them, where it is the less.
    max_running, max_waiting: runs of all people together that compute at once, and that wait for their turn;
        None for what suits the number of workers.
    """

    max_width: int = MAX_WIDTH
    max_parameters: int = MAX_PARAMETERS
    max_samples_per_class: int = MAX_SAMPLES_PER_CLASS
    max_samples: int = MAX_SAMPLES
    max_batch_size: int = MAX_BATCH_SIZE
    max_steps: int = MAX_STEPS
    max_seconds: float = math.inf
    max_sweep_runs: int = MOST_SWEEP_RUNS
    max_sweep_seconds: float = math.inf
    max_running: int | None = None
    max_waiting: int | None = None

    def check(self, experiment: Experiment) -> None:
        """Raise PolycoreError, one sentence for a person, where `experiment` asks for more."""
        per_class = experiment.samples_per_class or 0
        asked = (
            ("neurons a layer", max(experiment.hidden, default=0), self.max_width),
            ("weights and biases", experiment.parameter_count, self.max_parameters),
            ("samples of each polynomial", per_class, self.max_samples_per_class),
            ("samples in all", per_class * len(experiment.polynomials), self.max_samples),
            ("points a batch", experiment.batch_size or 0, self.max_batch_size),
            ("steps", experiment.steps, self.max_steps),
        )
        _check(asked)

    def check_model(self, model: Model) -> None:
        """Raise PolycoreError, one sentence, where `model` is larger than what may be trained."""
        parameters = sum(array.size for array in (*model.weights, *model.biases))
        _check(
            (
                ("neurons a layer", max(model.widths[1:-1], default=0), self.max_width),
                ("weights and biases", parameters, self.max_parameters),
            )
        )

    def refusal(self, experiment: Experiment) -> str | None:
        """Return the sentence of `check`; None where `experiment` is within the limits."""
        try:
            self.check(experiment)
        except PolycoreError as error:
            return str(error)
        return None

    @property
    def seconds_of_sweep(self) -> float:
        """Seconds of computing after which a run of a sweep is finished."""
        return min(self.max_seconds, self.max_sweep_seconds)

    def check_sweep(self, runs: int) -> None:
        """Raise PolycoreError, one sentence for a person, where a sweep has more runs than are allowed."""
        if runs <= self.max_sweep_runs:
            return
        if self.max_sweep_runs < MOST_SWEEP_RUNS:
            raise PolycoreError(
                f"This demo has limits, at most {self.max_sweep_runs} runs a sweep (here {runs:,}): {ADVICE}"
            )
        raise PolycoreError(
            f"These are {runs:,} runs; a sweep has at most {MOST_SWEEP_RUNS}. Choose fewer seeds or settings."
        )

    def spent(self) -> str:
        """Return a sentence for a run that has computed for `max_seconds`."""
        return (
            f"The demo's {self.max_seconds:g} s of computing for a run are used; the best is kept. "
            "On your own machine a run goes on to its last step."
        )


def _check(asked: Iterable[tuple[str, int, int]]) -> None:
    """Raise PolycoreError where of something, by its name, more is found than may be."""
    beyond = [f"{most:,} {name} (here {found:,})" for name, found, most in asked if found > most]
    if beyond:
        raise PolycoreError(f"This demo has limits, at most {', '.join(beyond)}: {ADVICE}")


def limits() -> Limits:
    """Return the limits of this server, read once. Raises PolycoreError where `problem` has a sentence."""
    found = _read_once()
    if isinstance(found, str):
        raise PolycoreError(found)
    return found


def problem() -> str | None:
    """Return a sentence for the operator where the file is wrong, else None. It is in the log too."""
    found = _read_once()
    return found if isinstance(found, str) else None


def read(path: Path) -> Limits:
    """Return the limits in a file. Raises PolycoreError, one sentence, where it is missing or wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolycoreError(
            f"{VARIABLE} names {path.name}, which cannot be read ({error.strerror}); name a TOML file such "
            "as hosted.toml, or take the variable away for no limits."
        ) from error
    except ValueError as error:  # no TOML, or no text at all
        raise PolycoreError(f"{path.name} is no TOML: {error}.") from error
    return _limits_of(values, path.name)


@cache
def _read_once() -> Limits | str:
    name = os.environ.get(VARIABLE)
    if not name:
        return Limits()
    try:
        return read(Path(name))
    except PolycoreError as error:
        _logger.error("%s (%s=%s)", error, VARIABLE, name)
        return str(error)


def _limits_of(values: Mapping[str, Any], file: str) -> Limits:
    names = [field.name for field in fields(Limits)]
    for name, value in values.items():
        if name not in names:
            raise PolycoreError(f"{file}: {_shown(name)} is no limit; there are {', '.join(names)}.")
        if name in _SECONDS:
            _check_seconds(name, value, file)
        else:
            _check_whole(name, value, file)
    return Limits(**values)


def _check_seconds(name: str, found: object, file: str) -> None:
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if not is_number or not 0 < found < math.inf:  # type: ignore[operator]  # a number by then
        raise PolycoreError(f"{file}: {name} is {_shown(found)}; wanted a number of seconds above 0.")


def _check_whole(name: str, found: object, file: str) -> None:
    low, high = _RANGES[name]
    if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
        raise PolycoreError(
            f"{file}: {name} is {_shown(found)}; wanted a whole number from {low:,} to {high:,}."
        )


def _shown(found: object) -> str:
    if isinstance(found, str):
        return quoted(found, LONGEST_SHOWN)
    text = ascii(found)  # a list may hold anything
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


_SECONDS = ("max_seconds", "max_sweep_seconds")
_RANGES = {
    "max_width": (1, MAX_WIDTH),
    "max_parameters": (1, MAX_PARAMETERS),
    "max_samples_per_class": (1, MAX_SAMPLES_PER_CLASS),
    "max_samples": (1, MAX_SAMPLES),
    "max_batch_size": (1, MAX_BATCH_SIZE),
    "max_steps": (1, MAX_STEPS),
    "max_sweep_runs": (1, MOST_SWEEP_RUNS),
    # each has a thread of its own
    "max_running": (1, 1000),
    "max_waiting": (0, 1000),
}
