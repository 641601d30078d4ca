"""An experiment: everything that decides how a run goes, and nothing else."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.errors import PolycoreError
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.limits import (
    MAX_CLASSES,
    MAX_COEFFICIENT,
    MAX_DEGREE,
    MAX_LAYERS,
    MAX_PARAMETERS,
    MAX_WIDTH,
    MIN_CLASSES,
)
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
from polycore.quoting import quoted
from polycore.randomness import Stream, generator

INITIAL_WEIGHTS = ("he", "tutorial")

MAX_SAMPLES_PER_CLASS = 100_000
MAX_SAMPLES = 1_000_000
MAX_BATCH_SIZE = 100_000
MAX_STEPS = 100_000_000
MAX_SEED = 2**32 - 1
MAX_X = 1000.0
MIN_X_WIDTH = 0.001
MAX_NOISE = 1000.0
MAX_JSON = 100_000  # characters; the largest honest experiment needs about 8,000

MEASURED_PER_CLASS = 100  # with fresh points: the size of the fixed set on which the loss is measured
HELD_OUT_POINTS = 3000  # in all: an accuracy of 99.5 % is then known to 0.13 points (one standard error)


@dataclass(frozen=True)
class Experiment:
    """What to train, on which points, and how.

    Raises PolycoreError, naming the field, what was found and what is allowed, where a value is not.

    polynomials: 2 to 24 different ones, of degree at most 12, coefficients of size at most 1e6.
    samples_per_class: fixed training points a polynomial, 1 to 100,000; None draws fresh points every step.
    x_range: (low, high) of the points' x, within [-1000, 1000], at least 0.001 apart.
    noise: standard deviation of the Gaussian noise added to y, 0 to 1000.
    hidden: neurons of each hidden layer: at most 7 of 1 to 512, and 524,288 weights and biases in all.
    optimizer: a name in `polycore.optimizers.registry`, such as "adam"; "lbfgs" needs all samples every step.
    learning_rate: above 0, at most 10. In search: a step's standard deviation (evolution: the first one's).
        L-BFGS finds the length of its steps itself.
    schedule: of the learning rate over `steps`: "constant", "cosine" or "one-cycle"; see `rate_at`.
    batch_size: points a step, 1 to 100,000; None takes all samples (with fresh points: 100 a polynomial).
    steps: how many the whole run has, 1 to 100,000,000.
    seed: 0 to 4,294,967,295; decides samples, initial weights and every step.
    standardize: scale both inputs to mean 0 and deviation 1 while training.
    momentum: of sgd, 0 to below 1: v = momentum·v + gradient, weights -= learning_rate·v.
    initial_weights: "he" (deviation sqrt(2 / inputs)) or "tutorial" (deviation 0.1).
    nesterov: of sgd: step along gradient + momentum·v in place of v.
    weight_decay: of sgd and adam, 0 to 10: each step shrinks the weights by learning_rate·weight_decay.
    target_loss: end the run where the loss on the training set is this low, in nats; None: go on.
    sampling: of fresh points: "random", "even" or "crossings"; see `FreshPoints`.
    growing_batches: with fresh points: half the batch size to 40 % of the steps, twice from 75 % on.
    patience: end the run where the loss on held-out points has not fallen for so many steps; None: go on.
    """

    polynomials: tuple[Polynomial, ...] = TUTORIAL_POLYNOMIALS
    samples_per_class: int | None = 100
    x_range: tuple[float, float] = (-1.0, 1.0)
    noise: float = 0.0
    hidden: tuple[int, ...] = (12,)
    optimizer: str = "adam"
    learning_rate: float = 0.01
    schedule: str = "constant"
    batch_size: int | None = None
    steps: int = 2000
    seed: int = 0
    standardize: bool = True
    momentum: float = 0.9
    initial_weights: str = "he"
    nesterov: bool = False
    weight_decay: float = 0.0
    target_loss: float | None = None
    patience: int | None = None
    sampling: str = "random"
    growing_batches: bool = False

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        if self.parameter_count > MAX_PARAMETERS:
            raise PolycoreError(
                f"hidden layers of {', '.join(map(str, self.hidden))} neurons make {self.parameter_count:,} "
                f"weights and biases; expected at most {MAX_PARAMETERS:,}. Use fewer or narrower layers."
            )
        samples = (self.samples_per_class or 0) * len(self.polynomials)
        if samples > MAX_SAMPLES:
            raise PolycoreError(
                f"samples_per_class is {self.samples_per_class:,}, which makes {samples:,} for "
                f"{len(self.polynomials)} polynomials; expected at most {MAX_SAMPLES:,} samples in all. "
                "Use fewer."
            )
        if OPTIMIZERS[self.optimizer].needs_full_batch:
            self._check_full_batch()

    @classmethod
    def tutorial(cls) -> "Experiment":
        """Return the tutorial's: random search at 0.0005, 2→12→12, 100 samples a polynomial, raw inputs."""
        return cls(
            optimizer="random-search",
            learning_rate=0.0005,
            steps=1_000_000,
            standardize=False,
            initial_weights="tutorial",
        )

    @classmethod
    def recommended(cls) -> "Experiment":
        """Return the one to begin with: Adam on fresh points, five narrow layers, a falling learning rate.

        It draws more points where curves run close, nearer to the crossings and in larger batches as it goes.
        """
        return cls(
            samples_per_class=None,
            hidden=(32, 32, 32, 32, 32),
            learning_rate=0.01,
            schedule="cosine",
            batch_size=256,
            steps=40_000,
            sampling="crossings",
            growing_batches=True,
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """Layer sizes from the two inputs to the classes, for example (2, 12, 12)."""
        return (2, *self.hidden, len(self.polynomials))

    @property
    def parameter_count(self) -> int:
        """How many weights and biases the network has."""
        return network.parameter_count(self.widths)

    def training_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the fixed points (N, 2) and labels (N,) on which loss and accuracy are measured.

        With fresh points every step this is a set of its own, 100 a polynomial, drawn from the seed.
        """
        return self._drawn(self.samples_per_class or MEASURED_PER_CLASS, Stream.SAMPLES)

    def held_out_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return points (N, 2) and labels (N,), about 3000, that no step ever trains on."""
        return self._drawn(math.ceil(HELD_OUT_POINTS / len(self.polynomials)), Stream.HELD_OUT)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as values that JSON knows; polynomials as lists, highest degree first."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        values["polynomials"] = [list(polynomial.coefficients) for polynomial in self.polynomials]
        values["x_range"] = list(self.x_range)
        values["hidden"] = list(self.hidden)
        return values

    def to_json(self) -> str:
        """Return the fields as one JSON object."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Experiment":
        """Return the experiment of `to_dict`. A missing field takes its default; an unknown one is refused.

        Raises PolycoreError whatever else is passed in.
        """
        if not isinstance(values, Mapping):
            raise PolycoreError(
                f"an experiment is {_shown(values)}; wanted an object with fields such as steps."
            )
        names = [field.name for field in fields(cls)]
        for name in values:
            if name not in names:
                raise PolycoreError(
                    f"{_shown(name)} is no field of an experiment; Experiment().to_dict() has them all."
                )
        return cls(**{name: _from_json_value(name, value) for name, value in values.items()})

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """Return the experiment of `to_json`, by the rules of `from_dict`. Raises PolycoreError."""
        if not isinstance(text, str):
            raise PolycoreError(
                f"the experiment is {_shown(text)}; wanted JSON text, a str, as to_json gives."
            )
        if len(text) > MAX_JSON:
            raise PolycoreError(
                f"the experiment has {len(text):,} characters; at most {MAX_JSON:,} are read."
            )
        try:
            values = json.loads(text, object_pairs_hook=_without_repeats)
        except PolycoreError:
            raise
        except RecursionError as error:
            raise PolycoreError(
                "the experiment is nested too deeply; wanted one flat JSON object."
            ) from error
        except ValueError as error:
            raise PolycoreError(f"the experiment is not JSON: {error}. Take it from to_json.") from error
        return cls.from_dict(values)

    def _check_full_batch(self) -> None:
        label = OPTIMIZERS[self.optimizer].words.label
        reason = f"{label} compares the loss of one step with that of the next"
        if self.samples_per_class is None:
            raise PolycoreError(
                f"samples_per_class: got None for the optimizer {self.optimizer}; expected a number. "
                f"{reason}, and fresh points would change it. Give a number of samples, or choose adam."
            )
        samples = self.samples_per_class * len(self.polynomials)
        if self.batch_size is not None and self.batch_size < samples:
            raise PolycoreError(
                f"batch_size: got {self.batch_size:,} of {samples:,} samples for the optimizer "
                f"{self.optimizer}; expected None for all samples. {reason}. Give None, or choose adam."
            )

    def _drawn(self, per_class: int, stream: Stream) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return sample(self.polynomials, per_class, generator(self.seed, stream), self.x_range, self.noise)


_CLASSES_WANTED = f"{MIN_CLASSES} to {MAX_CLASSES} different polynomials"


def _polynomials(name: str, found: object) -> tuple[Polynomial, ...]:
    if not isinstance(found, list | tuple) or not all(isinstance(item, Polynomial) for item in found):
        raise PolycoreError(f"{name} is {_shown(found)}; wanted a tuple of {_CLASSES_WANTED}.")
    _check_classes(name, len(found))
    for position, polynomial in enumerate(found):
        _check_polynomial(f"{name}[{position}]", polynomial)
        if polynomial in found[:position]:
            raise PolycoreError(
                f"{name}[{position}] is {_shortened(str(polynomial))}, the same as "
                f"{name}[{found.index(polynomial)}]; no network can tell equal polynomials apart. Remove one."
            )
    return tuple(found)


def _check_classes(name: str, count: int) -> None:
    if not MIN_CLASSES <= count <= MAX_CLASSES:
        raise PolycoreError(f"{name} has {count:,} of them; wanted {_CLASSES_WANTED}. Add or remove some.")


def _check_polynomial(name: str, polynomial: Polynomial) -> None:
    if polynomial.degree > MAX_DEGREE:
        raise PolycoreError(f"{name} has degree {polynomial.degree}; at most {MAX_DEGREE} is allowed.")
    largest = max(map(abs, polynomial.coefficients))
    if largest > MAX_COEFFICIENT:
        raise PolycoreError(
            f"{name} has a coefficient of size {largest:g}; at most {MAX_COEFFICIENT:g} is allowed."
        )


def _number(low: float, high: float, wanted: str) -> Callable[[str, object], float]:
    def check(name: str, found: Any) -> float:
        # the range is compared first: a whole number may be too large to become a float
        if not isinstance(found, Real) or isinstance(found, bool) or not low <= found <= high:  # type: ignore[operator]  # Real declares no comparison with floats
            raise PolycoreError(f"{name} is {_shown(found)}; wanted a number {wanted}.")
        return float(found)

    return check


def _whole(low: int, high: int) -> Callable[[str, object], int]:
    def check(name: str, found: Any) -> int:
        if not isinstance(found, Integral) or isinstance(found, bool) or not low <= int(found) <= high:
            raise PolycoreError(f"{name} is {_shown(found)}; wanted a whole number from {low:,} to {high:,}.")
        return int(found)

    return check


def _or_none(check: Callable[[str, object], Any], meaning: str) -> Callable[[str, object], Any]:
    def check_or_none(name: str, found: object) -> Any:
        if found is None:
            return None
        try:
            return check(name, found)
        except PolycoreError as error:
            raise PolycoreError(f"{str(error).rstrip('.')}, or None for {meaning}.") from None

    return check_or_none


def _choice(allowed: tuple[str, ...]) -> Callable[[str, object], str]:
    def check(name: str, found: object) -> str:
        if not isinstance(found, str) or found not in allowed:
            raise PolycoreError(f"{name} is {_shown(found)}; wanted one of {', '.join(allowed)}.")
        return found

    return check


def _yes_or_no(name: str, found: object) -> bool:
    if not isinstance(found, bool):
        raise PolycoreError(f"{name} is {_shown(found)}; wanted True or False.")
    return found


def _x_range(name: str, found: object) -> tuple[float, float]:
    wanted = f"two numbers, low then high, from {-MAX_X:g} to {MAX_X:g} and at least {MIN_X_WIDTH:g} apart"
    if not isinstance(found, list | tuple) or len(found) != 2:
        raise PolycoreError(f"{name} is {_shown(found)}; wanted {wanted}.")
    number = _number(-MAX_X, MAX_X, f"from {-MAX_X:g} to {MAX_X:g}")
    low, high = (number(f"{name}[{position}]", end) for position, end in enumerate(found))
    if high - low < MIN_X_WIDTH:
        raise PolycoreError(f"{name} is ({low:g}, {high:g}); wanted {wanted}.")
    return low, high


def _hidden(name: str, found: object) -> tuple[int, ...]:
    most = MAX_LAYERS - 1
    if not isinstance(found, list | tuple):
        raise PolycoreError(f"{name} is {_shown(found)}; expected a tuple of numbers, such as (12,).")
    if len(found) > most:
        raise PolycoreError(f"{name} layers: got {len(found):,}; expected at most {most}.")
    whole = _whole(1, MAX_WIDTH)
    return tuple(whole(f"{name} layer {number}", neurons) for number, neurons in enumerate(found, 1))


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "polynomials": _polynomials,
    "samples_per_class": _or_none(_whole(1, MAX_SAMPLES_PER_CLASS), "fresh points every step"),
    "x_range": _x_range,
    "noise": _number(0, MAX_NOISE, f"from 0 to {MAX_NOISE:g}"),
    "hidden": _hidden,
    "optimizer": _choice(tuple(OPTIMIZERS)),
    "learning_rate": _number(math.ulp(0), 10, "above 0 and at most 10"),
    "schedule": _choice(SCHEDULES),
    "batch_size": _or_none(_whole(1, MAX_BATCH_SIZE), "all samples"),
    "steps": _whole(1, MAX_STEPS),
    "seed": _whole(0, MAX_SEED),
    "standardize": _yes_or_no,
    "momentum": _number(0, math.nextafter(1, 0), "from 0 to below 1"),
    "initial_weights": _choice(INITIAL_WEIGHTS),
    "nesterov": _yes_or_no,
    "weight_decay": _number(0, 10, "from 0 to 10"),
    "target_loss": _or_none(_number(0, 100, "from 0 to 100"), "no target"),
    "sampling": _choice(SAMPLINGS),
    "growing_batches": _yes_or_no,
    "patience": _or_none(_whole(1, MAX_STEPS), "no limit to patience"),
}


def _from_json_value(name: str, value: Any) -> Any:
    if name != "polynomials" or not isinstance(value, list):
        return value
    _check_classes(name, len(value))  # before any is made
    return tuple(_polynomial_from(f"{name}[{position}]", item) for position, item in enumerate(value))


def _polynomial_from(name: str, coefficients: object) -> Polynomial:
    if not isinstance(coefficients, list | tuple):
        raise PolycoreError(f"{name} is {_shown(coefficients)}; wanted coefficients, highest degree first.")
    if not 1 <= len(coefficients) <= MAX_DEGREE + 1:
        raise PolycoreError(f"{name} has {len(coefficients)} coefficients; wanted 1 to {MAX_DEGREE + 1}.")
    number = _number(-MAX_COEFFICIENT, MAX_COEFFICIENT, f"of size at most {MAX_COEFFICIENT:g}")
    return Polynomial(*(number(f"{name}[{place}]", item) for place, item in enumerate(coefficients)))


def _without_repeats(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise PolycoreError(f"the experiment has the field {_shown(name)} twice; remove one.")
        values[name] = value
    return values


def _shown(found: object) -> str:
    """Return the value in a few characters: containers by type alone, since theirs may be endless."""
    if isinstance(found, str):
        return quoted(found, 30)
    if isinstance(found, int) and abs(found) > 10**20:
        return "a number of more than 20 digits"
    if found is None or isinstance(found, int | float):
        return _shortened(repr(found))
    return f"a {type(found).__name__}"


def _shortened(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:27]}..."
