"""Experiment: everything that decides the course of a run, and nothing else."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.checks import described
from polycore.errors import PolycoreError
from polycore.experiment import json_text, validation
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.limits import MAX_PARAMETERS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
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

MEASURED_PER_CLASS = 100  # with fresh points: the size of the fixed set that the loss is measured on
HELD_OUT_POINTS = 3000  # in all: an accuracy of 99.5 % is then known to 0.13 points (one standard error)


@dataclass(frozen=True)
class Experiment:
    """What to train, on which points, and how.

    Raises PolycoreError, with the field, what it got and what is allowed, if a value is not valid.

    polynomials: 2 to 24 different ones, of degree at most 12, with coefficients of size at most 1e6.
    samples_per_class: fixed training points per polynomial, 1 to 100,000; None: fresh points every step.
    x_range: (low, high) of the points' x, within [-1000, 1000], at least 0.001 apart.
    noise: standard deviation of the Gaussian noise added to y, 0 to 1000.
    hidden: neurons of each hidden layer: at most 7 layers of 1 to 512; 524,288 weights and biases in all.
    optimizer: a name in `polycore.optimizers.registry`, such as "adam"; "lbfgs" needs all samples every step.
    learning_rate: above 0, at most 10. In search: a step's standard deviation (evolution: the first one's).
        L-BFGS chooses the length of its steps itself.
    schedule: of the learning rate over `steps`: "constant", "cosine" or "one-cycle"; see `rate_at`.
    batch_size: points per step, 1 to 100,000; None: all samples (with fresh points: 100 per polynomial).
    steps: of the whole run, 1 to 100,000,000.
    seed: 0 to 4,294,967,295; determines the samples, the initial weights and every step.
    standardize: scale both inputs to mean 0 and standard deviation 1 while training.
    momentum: of sgd, 0 to below 1: v = momentum·v + gradient, weights -= learning_rate·v.
    initial_weights: "he" (standard deviation sqrt(2 / inputs)) or "tutorial" (0.1).
    nesterov: of sgd: step along gradient + momentum·v instead of v.
    weight_decay: of sgd and adam, 0 to 10: each step shrinks the weights by learning_rate·weight_decay.
    target_loss: end the run when the loss on the training set is this low, in nats; None: no target.
    sampling: of fresh points: "random", "even" or "crossings"; see `FreshPoints`.
    growing_batches: of fresh points: half the batch size until 40 % of the steps, twice from 75 % on.
    patience: end the run when the held-out loss has not fallen for this many steps; None: no limit.
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
                f"hidden: got layers of {', '.join(map(str, self.hidden))} neurons, which make "
                f"{self.parameter_count:,} weights and biases; expected at most {MAX_PARAMETERS:,}. "
                "Use fewer or narrower layers."
            )
        samples = (self.samples_per_class or 0) * len(self.polynomials)
        if samples > MAX_SAMPLES:
            raise PolycoreError(
                f"samples_per_class: got {self.samples_per_class:,}, which makes {samples:,} for "
                f"{len(self.polynomials)} polynomials; expected at most {MAX_SAMPLES:,} samples "
                "in all. Use fewer."
            )
        if OPTIMIZERS[self.optimizer].needs_full_batch:
            self._check_full_batch()

    @classmethod
    def tutorial(cls) -> "Experiment":
        """Return the tutorial's: random search at 0.0005, 2→12→12, 100 samples per polynomial, raw inputs."""
        return cls(
            optimizer="random-search",
            learning_rate=0.0005,
            steps=1_000_000,
            standardize=False,
            initial_weights="tutorial",
        )

    @classmethod
    def recommended(cls) -> "Experiment":
        """Return the dashboard's default: Adam, fresh points, five narrow layers, a falling learning rate.

        It draws more points where curves are close together. As the run proceeds, the points move nearer to
        the crossings and the batches grow.
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
        """The number of weights and biases of the network."""
        return network.parameter_count(self.widths)

    def training_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the fixed points (N, 2) and labels (N,) on which loss and accuracy are measured.

        With fresh points every step this is a separate set of 100 points per polynomial.
        """
        return self._sample(self.samples_per_class or MEASURED_PER_CLASS, Stream.SAMPLES)

    def held_out_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return about 3000 points (N, 2) and their labels (N,) that no step ever trains on."""
        return self._sample(math.ceil(HELD_OUT_POINTS / len(self.polynomials)), Stream.HELD_OUT)

    def on_fixed_samples(self) -> "Experiment":
        """Return this experiment with fixed samples, all of them in every step, as L-BFGS requires."""
        samples = self.samples_per_class or MEASURED_PER_CLASS
        return replace(self, samples_per_class=samples, batch_size=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values; polynomials as lists of coefficients, highest degree first."""
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
        """Return the experiment of `to_dict`. A missing field gets its default.

        Raises PolycoreError if a field is unknown or not valid, or `values` is not a mapping.
        """
        if not isinstance(values, Mapping):
            raise PolycoreError(
                f"the experiment: got {described(values)}; expected an object with fields such as steps."
            )
        names = [field.name for field in fields(cls)]
        for name in values:
            if name not in names:
                raise PolycoreError(
                    f"the experiment: got the unknown field {described(name)}; expected those of "
                    "Experiment().to_dict(). Remove it."
                )
        return cls(**{name: json_text.field_value(name, value) for name, value in values.items()})

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """Return the experiment of `to_json`, by the rules of `from_dict`.

        Raises PolycoreError if the text is not such JSON, or longer than 100,000 characters.
        """
        return cls.from_dict(json_text.loaded(text))

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

    def _sample(self, per_class: int, stream: Stream) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return sample(self.polynomials, per_class, generator(self.seed, stream), self.x_range, self.noise)


_CHECKS: dict[str, validation.Check] = {
    "polynomials": validation.polynomials,
    "samples_per_class": validation.or_none(
        validation.whole_number(1, MAX_SAMPLES_PER_CLASS), "fresh points every step"
    ),
    "x_range": validation.interval(MAX_X, MIN_X_WIDTH),
    "noise": validation.number(0, MAX_NOISE, f"from 0 to {MAX_NOISE:g}"),
    "hidden": validation.hidden_layers,
    "optimizer": validation.choice(tuple(OPTIMIZERS)),
    "learning_rate": validation.number(math.ulp(0), 10, "above 0 and at most 10"),
    "schedule": validation.choice(SCHEDULES),
    "batch_size": validation.or_none(validation.whole_number(1, MAX_BATCH_SIZE), "all samples"),
    "steps": validation.whole_number(1, MAX_STEPS),
    "seed": validation.whole_number(0, MAX_SEED),
    "standardize": validation.boolean,
    "momentum": validation.number(0, math.nextafter(1, 0), "from 0 to below 1"),
    "initial_weights": validation.choice(INITIAL_WEIGHTS),
    "nesterov": validation.boolean,
    "weight_decay": validation.number(0, 10, "from 0 to 10"),
    "target_loss": validation.or_none(validation.number(0, 100, "from 0 to 100"), "no target"),
    "sampling": validation.choice(SAMPLINGS),
    "growing_batches": validation.boolean,
    "patience": validation.or_none(validation.whole_number(1, MAX_STEPS), "no limit to patience"),
}
