"""Experiment: everything that decides the course of a run, and nothing else."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.checks import described
from polycore.class_name import ClassName
from polycore.errors import PolycoreError
from polycore.experiment import json_text
from polycore.experiment.compound_kinds import check_class_count
from polycore.experiment.settings import MEASURED_PER_CLASS, SETTINGS
from polycore.experiment.share_of_steps import ShareOfSteps
from polycore.formatting import counted
from polycore.limits import MAX_PARAMETERS, MAX_SAMPLES
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, PLAIN, Inputs, without_distances
from polycore.network.parameters import widths_text
from polycore.optimizers.registry import OPTIMIZERS
from polycore.pictures.notebook import dots_png, picture_html
from polycore.points.point_set import PointSet, PointsSummary
from polycore.points.split import Part, split, training_count
from polycore.polynomials.classes import counted_classes
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
from polycore.polynomials.window import Window, plane_range
from polycore.randomness import Stream, generator

HELD_OUT_POINTS = 3000  # in all: an accuracy of 99.5 % is then known to 0.13 points (one standard error)

WATCHED_STEPS = 7000  # of the dashboard's default
MOST_POINTS_IN_JSON = 300
MOST_NAMED = 6  # polynomials in the representation of an experiment


@dataclass(frozen=True, repr=False)
class Experiment:
    """What to train, on which points, and how.

    `Experiment()` is plain and quick to compute: fixed samples of the tutorial's polynomials, all of them in
    every step, and one hidden layer. The dashboard's default is another one, `Experiment.recommended()`:
    fresh points in every step, and five hidden layers.

    Parameters
    ----------
    polynomials
        2 to 24 different ones, of degree at most 12, with coefficients of size at most 1e6, in a tuple or a
        list; a text such as "x^2 - 1" stands for its polynomial.
    samples_per_class
        Fixed training points per polynomial, 1 to 100,000; None: fresh points every step.
    x_range
        (low, high) of the points' x, within [-1000, 1000], at least 0.001 apart.
    noise
        Standard deviation of the Gaussian noise added to y, 0 to 1000.
    hidden
        Neurons of each hidden layer: at most 7 layers of 1 to 512; 524,288 weights and biases in all.
    optimizer
        A name in `polycore.optimizers.registry`, such as "adam"; "lbfgs" needs all samples every step.
    learning_rate
        Above 0, at most 10. In search: a step's standard deviation (evolution: the first one's). L-BFGS
        chooses the length of its steps itself.
    schedule
        Of the learning rate over `steps`: "constant", "linear", "cosine" or "one-cycle"; see `rate_at`.
    batch_size
        Points per step, 1 to 100,000; None: all samples (with fresh points: 100 per polynomial).
    steps
        Of the whole run, 1 to 100,000,000.
    seed
        0 to 4,294,967,295; determines the samples, the initial weights and every step.
    standardize
        Scale the inputs to mean 0 and standard deviation 1 while training.
    momentum
        Of sgd, 0 to below 1: v = momentum·v + gradient, weights -= learning_rate·v.
    initial_weights
        "he" (standard deviation sqrt(2 / inputs)), "glorot", "siren" or "tutorial" (0.1): see
        `polycore.network.initial_parameters`. With an activation that "he" does not suit, "he" is replaced by
        the one that does: "glorot" for tanh, sigmoid and identity, "siren" for sine.
    nesterov
        Of sgd: step along gradient + momentum·v instead of v.
    weight_decay
        Of adam, soap, rmsprop and sgd, 0 to 10: each step shrinks the weights by learning_rate·weight_decay.
    target_loss
        End the run when the loss on the training set is this low, in nats; None: no target.
    patience
        End the run when the held-out loss has not fallen for this many steps; None: no limit.
    sampling
        Of fresh points: "random", "even", "crossings" or "errors"; see `FreshPoints`. "errors" needs an
        optimizer that follows the gradient.
    growing_batches
        Of fresh points: half the batch size until 40 % of the steps, twice from 75 % on.
    data
        Points of your own to train on, in place of samples of polynomials. The fields that describe those,
        samples_per_class, x_range, noise, sampling and growing_batches, must have their defaults then, and
        polynomials is (). `on_points` sees to that.
    held_out_share
        Of the points of each class in `data`, 0.05 to 0.5: never trained on; chosen by the seed.
    activation
        Of all hidden neurons: "relu", "leaky-relu", "tanh", "sigmoid", "gelu" (in its tanh form), "silu",
        "sine" or "identity".
    l1, l2
        Of adam, soap, rmsprop and sgd, each 0 to 10: steps minimize the loss plus l1·Σ|w| + l2/2·Σw² over all
        weights; the reported losses are without it.
    dropout
        Of adam, soap, rmsprop and sgd, 0 to 0.9: the share of hidden neurons that each step leaves out, at
        random for each point; see `polycore.network.regularization`. The whole network is measured.
    warmup_steps
        The learning rate rises over so many steps, linearly, to the schedule's. A share of `steps`, such as
        "10%", is kept as a number of steps, which changes when `replace` changes `steps`; a number stays.
    features
        What the network gets for a point: any of "x", "y", "x2", "x3", "x4", "y2", "xy", "sin" and
        "distances", the vertical distances y - p(x) to all curves; at least one. They are standardized.
    gradient_clipping
        Of adam, soap, rmsprop and sgd, 0 to 1000: a gradient that is longer, over all weights and biases and
        with penalties, is shortened to this length before the step; 0 for no limit.

    Raises
    ------
    PolycoreError
        If a value is not valid, with the field, what it got and what is allowed.
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
    data: PointSet | None = None
    held_out_share: float = 0.2
    activation: str = "relu"
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    warmup_steps: int = 0
    features: tuple[str, ...] = PLAIN
    gradient_clipping: float = 0.0

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            object.__setattr__(self, name, setting.kind.check(name, getattr(self, name)))
        if isinstance(self.warmup_steps, ShareOfSteps):
            share = ShareOfSteps(self.warmup_steps.percent, self.steps)
            object.__setattr__(self, "warmup_steps", share)
        if self.initial_weights == "he":
            object.__setattr__(self, "initial_weights", ACTIVATIONS[self.activation].initial_weights)
        self._check_data()
        if self.parameter_count > MAX_PARAMETERS:
            raise PolycoreError(
                f"hidden: got layers of {', '.join(map(str, self.hidden))} neurons, which make "
                f"{self.parameter_count:,} weights and biases; expected at most {MAX_PARAMETERS:,}. "
                "Use fewer or narrower layers."
            )
        samples = self.sample_count or 0
        if samples > MAX_SAMPLES:
            raise PolycoreError(
                f"samples_per_class: got {self.samples_per_class:,}, which makes {samples:,} for "
                f"{len(self.polynomials)} polynomials; expected at most {MAX_SAMPLES:,} samples "
                "in all. Use fewer."
            )
        if OPTIMIZERS[self.optimizer].needs_full_batch:
            self._check_full_batch()
        self._check_sampling()

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
    def recommended(cls, steps: int = WATCHED_STEPS) -> "Experiment":
        """Return the dashboard's default: SOAP, points where the network errs, and five narrow layers.

        Batches grow as the run proceeds, and the learning rate rises in its first tenth and then falls.
        `Experiment()` is plainer, and quicker to compute.

        Parameters
        ----------
        steps
            The learning rate and the batch size follow from it: those that end best. Only the default has
            larger batches and a lower rate, so that the network that one watches is good early.

        Raises
        ------
        PolycoreError
            If `steps` is not a number that an experiment can have.
        """
        steps = SETTINGS["steps"].kind.check("steps", steps)
        is_watched = steps == WATCHED_STEPS
        # 4.5 s on one core, and 95 % after some 550 steps. Batches of half the size for 12,000 steps end
        # at 99.85 % instead of 99.78, but reach 95 % after 1 s: their early steps are noisier.
        return cls(
            samples_per_class=None,
            hidden=(32, 32, 32, 32, 32),
            optimizer="soap",
            learning_rate=0.026 if is_watched else min(0.07, 0.045 * (3000 / steps) ** 0.3),
            schedule="linear",
            warmup_steps=ShareOfSteps(10, steps),
            batch_size=800 if is_watched else 400,
            steps=steps,
            sampling="errors",
            growing_batches=True,
        )

    def __eq__(self, other: object) -> bool:
        """Whether the other is an experiment that differs in no field."""
        if not isinstance(other, Experiment):
            return NotImplemented
        return self is other or all(_exact(self, name) == _exact(other, name) for name in SETTINGS)

    def differing(self, other: "Experiment") -> list[str]:
        """Return the fields in which another experiment differs.

        A share of the steps differs from their number: it changes with them.
        """
        return [name for name in SETTINGS if _exact(self, name) != _exact(other, name)]

    def __repr__(self) -> str:
        """The fields that have other values than their defaults; of many polynomials or points the number."""
        words = {
            field.name: repr(getattr(self, field.name))
            for field in fields(self)
            if field.name not in ("polynomials", "data") and getattr(self, field.name) != field.default
        }
        if self.data is not None:
            words = {"data": f"<{len(self.data):,} points of {self.class_count} classes>"} | words
        elif self.polynomials != TUTORIAL_POLYNOMIALS:
            texts = list(map(str, self.polynomials))
            listed = repr(texts) if len(texts) <= MOST_NAMED else f"<{len(texts)} polynomials>"
            words = {"polynomials": listed} | words
        return f"Experiment({', '.join(f'{name}={word}' for name, word in words.items())})"

    def _repr_html_(self) -> str:
        """What a notebook shows: dots for the training set, and the main facts."""
        points, labels = self.training_set()
        samples = "fresh points" if self.sample_count is None else counted(self.sample_count, "point")
        facts = ", ".join(
            [
                f"{counted_classes(self.shown_classes)}, {samples}",
                widths_text(self.widths),
                ACTIVATIONS[self.activation].label,
                OPTIMIZERS[self.optimizer].words.label,
                counted(self.steps, "step"),
            ]
        )
        picture = dots_png(points, labels, self.window)
        return picture_html(picture, "Points of the training set", f"Experiment: {facts}", self.shown_classes)

    @property
    def window(self) -> Window:
        """The ranges of x and y of a plane that shows the curves over x_range, or the own points."""
        if self.data is not None:
            return self.data.window
        return self.x_range, plane_range(self.polynomials, self.x_range)

    @property
    def widths(self) -> tuple[int, ...]:
        """Layer sizes from the inputs to the classes, for example (2, 12, 12)."""
        return (len(self.inputs), *self.hidden, self.class_count)

    @property
    def inputs(self) -> Inputs:
        """What the network gets for a point."""
        return Inputs.of_classes(self.features, self.polynomials)

    @property
    def class_count(self) -> int:
        """The number of classes, one for each polynomial, or the classes of the own points."""
        return len(self.polynomials) if self.data is None else self.data.class_count

    @property
    def shown_classes(self) -> tuple[Polynomial, ...] | tuple[ClassName, ...]:
        """What stands for each class, its polynomial or its name in the own points."""
        return self.polynomials if self.data is None else self.data.names

    @property
    def class_names(self) -> tuple[str, ...]:
        """The name of each class, which is its polynomial as text, or its name in the own points."""
        return tuple(map(str, self.shown_classes))

    @property
    def sample_count(self) -> int | None:
        """The number of fixed training points of all classes; None with fresh points every step."""
        if self.data is not None:
            return training_count(self.data, self.held_out_share)
        return None if self.samples_per_class is None else self.samples_per_class * len(self.polynomials)

    @property
    def follows_errors(self) -> bool:
        """Whether the points of every step are drawn where the network errs."""
        return self.sample_count is None and self.sampling == "errors"

    @property
    def measured_count(self) -> int:
        """The number of points in the training set, on which loss and accuracy are measured."""
        return self.sample_count or MEASURED_PER_CLASS * len(self.polynomials)

    @property
    def parameter_count(self) -> int:
        """The number of weights and biases of the network."""
        return network.parameter_count(self.widths)

    def training_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the fixed points (N, 2) and labels (N,) on which loss and accuracy are measured.

        With fresh points every step this is a separate set of 100 points per polynomial; with own points the
        part that is not held out, in their order, as read-only arrays.
        """
        if self.data is not None:
            return self._parts[0]
        return self._sample(self.samples_per_class or MEASURED_PER_CLASS, Stream.SAMPLES)

    def held_out_set(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return points (N, 2) and labels (N,) that no step ever trains on: about 3000, or of the own points.

        If no class of the own points has three, and none can spare one, this is the training set.
        """
        if self.data is not None:
            return self._parts[1]
        return self._sample(math.ceil(HELD_OUT_POINTS / len(self.polynomials)), Stream.HELD_OUT)

    def on_fixed_samples(self) -> "Experiment":
        """Return this experiment with fixed samples, all of them in every step, as L-BFGS requires."""
        if self.data is not None:
            return replace(self, batch_size=None)
        samples = self.samples_per_class or MEASURED_PER_CLASS
        return replace(self, samples_per_class=samples, batch_size=None)

    def on_points(self, data: PointSet, held_out_share: float = 0.2) -> "Experiment":
        """Return this experiment on points of your own; what described the samples gets its default.

        Points have no known curves, so y takes the place of distances to curves among the features.
        """
        features = without_distances(self.features)
        return replace(
            self, polynomials=(), data=data, features=features, held_out_share=held_out_share, **_OF_SAMPLES
        )

    def with_optimizer(self, optimizer: str) -> "Experiment":
        """Return this experiment with another optimizer, and points that it can use.

        L-BFGS gets fixed samples, all of them in every step. An optimizer that computes no errors gets more
        fresh points near crossings, in place of where the network errs.

        Raises
        ------
        PolycoreError
            If there is no optimizer of this name.
        """
        known, experiment = OPTIMIZERS.get(optimizer), self
        if known is not None and known.needs_full_batch:
            experiment = experiment.on_fixed_samples()
        if known is not None and not known.sees_errors and self.sampling == "errors":
            experiment = replace(experiment, sampling="crossings")
        return replace(experiment, optimizer=optimizer)

    def with_activation(self, activation: str) -> "Experiment":
        """Return this experiment with another activation, and the initial weights that suit it.

        Initial weights that do not suit the present one were chosen, and stay.
        """
        suited = self.initial_weights == ACTIVATIONS[self.activation].initial_weights
        weights = "he" if suited else self.initial_weights
        return replace(self, activation=activation, initial_weights=weights)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values; polynomials as lists of coefficients, highest degree first.

        Own points are an object with points, labels and names; without own points there is no such field.

        Raises
        ------
        PolycoreError
            If there are more than 300 points of the user's own.
        """
        if self.data is not None and len(self.data) > MOST_POINTS_IN_JSON:
            raise PolycoreError(
                f"data: got {len(self.data):,} points; expected at most {MOST_POINTS_IN_JSON} in JSON. "
                "Save the run with run.save: a run file holds any number of them."
            )
        values = self.summary()
        return values if self.data is None else values | {"data": SETTINGS["data"].kind.to_json(self.data)}

    def summary(self) -> dict[str, Any]:
        """Return the fields as `to_dict` does, but of own points the number, the SHA-256 and the names."""
        values = {
            field.name: SETTINGS[field.name].kind.to_json(getattr(self, field.name))
            for field in fields(self)
            if SETTINGS[field.name].applies_to != "own points"
        }
        if self.data is None:
            return values
        return values | {
            "data": PointsSummary.of(self.data).to_json(),
            "held_out_share": self.held_out_share,
        }

    def to_json(self) -> str:
        """Return the fields as one JSON object. Raises as `to_dict` does."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Experiment":
        """Return the experiment of `to_dict`. A missing field gets its default.

        Raises
        ------
        PolycoreError
            If a field is unknown or not valid, or `values` is not a mapping.
        """
        if not isinstance(values, Mapping):
            raise PolycoreError(
                f"the experiment: got {described(values)}; expected an object with fields such as steps."
            )
        for name in values:
            if name not in SETTINGS:
                raise PolycoreError(
                    f"the experiment: got the unknown field {described(name)}; expected those of "
                    "Experiment().to_dict(). Remove it."
                )
        return cls(**{name: SETTINGS[name].kind.from_json(name, value) for name, value in values.items()})

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """Return the experiment of `to_json`, by the rules of `from_dict`.

        Raises
        ------
        PolycoreError
            If the text is not such JSON, or longer than 100,000 characters.
        """
        return cls.from_dict(json_text.loaded(text))

    @property
    def _parts(self) -> tuple[Part, Part]:
        return split(cast(PointSet, self.data), self.held_out_share, self.seed)

    def _check_data(self) -> None:
        if self.data is None:
            if not self.polynomials:
                check_class_count("polynomials", 0)
            default = SETTINGS["held_out_share"].default
            if self.held_out_share != default:
                raise PolycoreError(
                    f"held_out_share: got {self.held_out_share:g} without data; expected the default, "
                    f"{default:g}: held-out points of polynomials are drawn separately."
                )
            return
        if self.polynomials not in ((), TUTORIAL_POLYNOMIALS):
            raise PolycoreError(
                f"polynomials: got {len(self.polynomials)} together with data; expected none. Leave one out."
            )
        object.__setattr__(self, "polynomials", ())
        if DISTANCES in self.features:
            raise PolycoreError(
                f"features: got {DISTANCES} together with data; expected others: own points lie on no known "
                "curves. Leave it out."
            )
        for name, default in _OF_SAMPLES.items():
            value = getattr(self, name)
            if value != default:
                raise PolycoreError(
                    f"{name}: got {described(value)} together with data; expected the default, {default}: "
                    "own points are not sampled. Leave it out, or use on_points."
                )

    def _check_full_batch(self) -> None:
        label = OPTIMIZERS[self.optimizer].words.label
        reason = f"{label} compares the losses of consecutive steps"
        samples = self.sample_count
        if samples is None:
            raise PolycoreError(
                f"samples_per_class: got None for the optimizer {self.optimizer}; expected a number. "
                f"{reason}, and fresh points would change it. Give a number of samples, or choose adam."
            )
        if self.batch_size is not None and self.batch_size < samples:
            raise PolycoreError(
                f"batch_size: got {self.batch_size:,} of {samples:,} samples for the optimizer "
                f"{self.optimizer}; expected None for all samples. {reason}. Give None, or choose adam."
            )

    def _check_sampling(self) -> None:
        if self.follows_errors and not OPTIMIZERS[self.optimizer].sees_errors:
            label = OPTIMIZERS[self.optimizer].words.label
            raise PolycoreError(
                f'sampling: got "errors" for the optimizer {self.optimizer}; expected another one. '
                f"The errors are computed with the gradient, which {label} does not need. "
                'Give "crossings", or choose adam.'
            )

    def _sample(self, per_class: int, stream: Stream) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return sample(self.polynomials, per_class, generator(self.seed, stream), self.x_range, self.noise)


def _exact(experiment: Experiment, name: str) -> Any:
    value = getattr(experiment, name)
    return (value.percent, value) if isinstance(value, ShareOfSteps) else value


# the defaults of what describes samples of polynomials
_OF_SAMPLES: dict[str, Any] = {
    name: setting.default
    for name, setting in SETTINGS.items()
    if not setting.fits_own_points and name != "polynomials"
}
