"""The limits of a hosted demo, from a TOML file that its operator names in an environment variable.

Without such a file only polycore's own limits apply: users may do what they like on their own machines.
A server whose file is wrong does nothing until its operator has corrected it.
"""

import logging
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from polycore import Experiment, Model, PolycoreError
from polycore.limits import (
    MAX_BATCH_SIZE,
    MAX_PARAMETERS,
    MAX_SAMPLES,
    MAX_SAMPLES_PER_CLASS,
    MAX_STEPS,
    MAX_WIDTH,
)
from polycore.quoting import quoted

VARIABLE = "POLYCORE_LIMITS"  # the path of the file with a demo's limits
ADVICE = "choose less, or run polycore on your own machine, without limits: python3 run.py dashboard"
LONGEST_SHOWN = 40  # characters of a value from the file
MOST_SWEEP_RUNS = 200  # a page shows a row and a marker for each

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """The limits of this server; the defaults are polycore's own.

    max_width: neurons of a hidden layer. max_parameters: weights and biases of a network.
    max_samples_per_class, max_samples: fixed training points, for each polynomial and in all.
    max_batch_size: points in a batch that does not hold all samples.
    max_steps: steps of a run. max_seconds: seconds of computing, after which a run is finished.
    max_sweep_runs: runs of a sweep. max_sweep_seconds: seconds of computing for each of them; the smaller of
        this and max_seconds applies.
    max_running, max_waiting: runs of all users that compute at once, and that wait for their turn; None for
        what suits the number of workers.
    is_hosted: whether this server is a demo for others, and not the user's own machine.
    problem: a sentence for the operator if the file is wrong, else None.
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
    is_hosted: bool = False
    problem: str | None = None

    def check(self, experiment: Experiment) -> None:
        """Raise PolycoreError, one sentence for the user, if `experiment` exceeds a limit."""
        if self.problem is not None:
            raise PolycoreError(self.problem)
        per_class = 0 if experiment.data is not None else experiment.samples_per_class or 0
        requested = (
            ("neurons a layer", max(experiment.hidden, default=0), self.max_width),
            ("weights and biases", experiment.parameter_count, self.max_parameters),
            ("samples of each polynomial", per_class, self.max_samples_per_class),
            ("samples in all", experiment.sample_count or 0, self.max_samples),
            ("points a batch", experiment.batch_size or 0, self.max_batch_size),
            ("steps", experiment.steps, self.max_steps),
        )
        _check(requested)

    def check_model(self, model: Model) -> None:
        """Raise PolycoreError, one sentence, if `model` is larger than what may be trained here."""
        parameters = sum(array.size for array in (*model.weights, *model.biases))
        _check(
            (
                ("neurons a layer", max(model.widths[1:-1], default=0), self.max_width),
                ("weights and biases", parameters, self.max_parameters),
            )
        )

    def refusal(self, experiment: Experiment) -> str | None:
        """Return the sentence of `check`, or None if `experiment` is within the limits."""
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
        """Raise PolycoreError, one sentence for the user, if a sweep has more runs than allowed."""
        if runs <= self.max_sweep_runs:
            return
        if self.max_sweep_runs < MOST_SWEEP_RUNS:
            raise PolycoreError(
                f"This demo has limits, at most {self.max_sweep_runs} runs a sweep (here {runs:,}): {ADVICE}"
            )
        raise PolycoreError(
            f"This sweep has {runs:,} runs; expected at most {MOST_SWEEP_RUNS}. "
            "Choose fewer seeds or settings."
        )

    def spent(self) -> str:
        """Return a sentence for a run that has computed for `max_seconds`."""
        return (
            f"The run has used the demo's {self.max_seconds:g} s of computing; its best model is kept. "
            "On your own machine a run continues to its last step."
        )


def _check(requested: Iterable[tuple[str, int, int]]) -> None:
    """Raise PolycoreError if an amount is above its limit; `requested` has names, amounts and limits."""
    exceeded = [f"{most:,} {name} (here {amount:,})" for name, amount, most in requested if amount > most]
    if exceeded:
        raise PolycoreError(f"This demo has limits, at most {', '.join(exceeded)}: {ADVICE}")


def of_environment() -> Limits:
    """Return the limits in the file that the environment names; an empty variable names none.

    If the file is wrong, nothing may be computed, and `problem` says why. It is logged too.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return Limits()
    try:
        return read(Path(name))
    except PolycoreError as error:
        _logger.error("%s (%s=%s)", error, VARIABLE, name)
        return Limits(max_running=0, max_waiting=0, is_hosted=True, problem=str(error))


def read(path: Path) -> Limits:
    """Return the limits in a file. Raises PolycoreError, one sentence, if it is missing or wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolycoreError(
            f"{VARIABLE} names {path.name}, which cannot be read ({error.strerror}); name a TOML file such "
            "as hosted.toml, or unset the variable for no limits."
        ) from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise PolycoreError(f"{path.name} is not valid TOML: {error}.") from error
    return _limits_of(values, path.name)


def _limits_of(values: Mapping[str, object], file: str) -> Limits:
    names = [field.name for field in fields(Limits) if field.name.startswith("max_")]
    for name in values:
        if name not in names:
            raise PolycoreError(f"{file}: got the limit {_shown(name)}; expected one of {', '.join(names)}.")
    checked: dict[str, Any] = {name: _checked(name, value, file) for name, value in values.items()}
    return Limits(**checked, is_hosted=True)


def _checked(name: str, value: object, file: str) -> float:
    """Return the value of a limit. Raises PolycoreError if it is not as expected."""
    if name not in _RANGES:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise PolycoreError(f"{file}: {name}: got {_shown(value)}; expected a number of seconds above 0.")
        return value
    low, high = _RANGES[name]
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise PolycoreError(
            f"{file}: {name}: got {_shown(value)}; expected a whole number from {low:,} to {high:,}."
        )
    return value


def _shown(value: object) -> str:
    if isinstance(value, str):
        return quoted(value, LONGEST_SHOWN)
    text = ascii(value)  # a list may hold anything
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


# of the whole numbers; the others are seconds
_RANGES = {
    "max_width": (1, MAX_WIDTH),
    "max_parameters": (1, MAX_PARAMETERS),
    "max_samples_per_class": (1, MAX_SAMPLES_PER_CLASS),
    "max_samples": (1, MAX_SAMPLES),
    "max_batch_size": (1, MAX_BATCH_SIZE),
    "max_steps": (1, MAX_STEPS),
    "max_sweep_runs": (1, MOST_SWEEP_RUNS),
    # each run has a thread of its own
    "max_running": (1, 1000),
    "max_waiting": (0, 1000),
}
