"""Learner: a network that takes one pass after another over points that arrive in portions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from polycore import network
from polycore.arrays import Floats, Integers
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.experiment.share_of_steps import ShareOfSteps
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.network.batch import Batch
from polycore.network.features import Inputs
from polycore.network.kernels import Kernels
from polycore.network.parameters import Layers, raw_layers
from polycore.network.regularization import Draw, Penalty, masks
from polycore.optimizers.optimizer import GradientOptimizer, OptimizerState
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import warming_up
from polycore.points.point_set import MIN_DEVIATION, MIN_RELATIVE_DEVIATION
from polycore.randomness import Stream, generator
from polycore.training.run import Run
from polycore.training.task import task_of
from polycore.training.update_rules import slopes_of


@dataclass(frozen=True, eq=False)
class Learner:
    """A network and its optimizer between two portions of points.

    A portion may have any number of points, and need not have one of each class, as points of an Experiment
    must.

    widths, activation, features: of the network. parameters: flat, as they act on standardized inputs.
    mean, deviation: (n,), of the inputs of the first points. They stay, since the optimizer's state belongs
        to them.
    optimizer, optimizer_state: its name and its state; None before the first step. steps: that it has taken.
    seed: decides in which order the points of a pass are taken. passes: how many there were.
    """

    widths: tuple[int, ...]
    activation: str
    features: tuple[str, ...]
    parameters: Floats
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    seed: int
    optimizer: str | None = None
    optimizer_state: OptimizerState | None = None
    steps: int = 0
    passes: int = 0

    @classmethod
    def new(cls, settings: Experiment, classes: int, points: Floats) -> "Learner":
        """Return an untrained network, with the initial weights that the seed determines."""
        inputs = Inputs(settings.features)
        widths = (len(inputs), *settings.hidden, classes)
        rng = generator(settings.seed, Stream.INITIAL_WEIGHTS)
        parameters = network.initial_parameters(widths, settings.initial_weights, rng)
        mean, deviation = np.zeros(len(inputs)), np.ones(len(inputs))
        if settings.standardize:
            numbers = inputs.of(points)
            mean = numbers.mean(axis=0, dtype=np.float64)
            deviation = numbers.std(axis=0, dtype=np.float64)
            least = np.maximum(MIN_DEVIATION, MIN_RELATIVE_DEVIATION * np.abs(numbers).max(axis=0))
            deviation = np.where(deviation < least, 1.0, deviation)  # 1 for one that hardly differs
        kind = settings.activation, settings.features
        return cls(widths, *kind, parameters, mean, deviation, settings.seed)

    @classmethod
    def after_run(cls, run: Run) -> "Learner":
        """Return the best network of a run, and the optimizer's state after the run's last step."""
        task = task_of(run.experiment)
        return cls(
            widths=run.experiment.widths,
            activation=run.experiment.activation,
            features=run.experiment.features,
            parameters=run.best_parameters.astype(run.parameters.dtype),
            mean=task.mean,
            deviation=task.deviation,
            seed=run.experiment.seed,
            optimizer=run.experiment.optimizer,
            optimizer_state=run.optimizer_state,
            steps=run.step,
        )

    @property
    def layers(self) -> Layers:
        """The weights and biases in float64, layer by layer, as they act on raw inputs."""
        return raw_layers(self.parameters, self.widths, self.mean, self.deviation)

    def after_pass(self, points: Floats, labels: Integers, settings: Experiment) -> "Learner":
        """Return this network after one pass over points (N, 2) with labels (N,), in batches of `settings`.

        After a warm-up the learning rate is constant: nobody knows how many passes will follow. Raises
        PolycoreError if the optimizer does not follow the gradient of batches, if the features are not those
        of the network, or if the weights grow without bound.
        """
        optimizer = _checked_optimizer(settings)
        if isinstance(settings.warmup_steps, ShareOfSteps):
            raise PolycoreError(
                f"warmup_steps: got {settings.warmup_steps.text} for partial_fit; expected a number: "
                "nobody knows how many steps will follow. Give one, or use fit."
            )
        self._check_features(settings)
        update, kernels = optimizer.step_with(settings, self.widths), Kernels(self.widths, self.activation)
        parameters, state, step = self.parameters, self.optimizer_state, self.steps
        penalty = Penalty.of(settings.l1, settings.l2, self.widths, parameters.dtype)
        if state is None or self.optimizer != settings.optimizer:
            state, step = optimizer.start(parameters, self.widths), 0
        with np.errstate(all="ignore"):  # diverging weights overflow before they are refused
            for batch in self._batches(points, labels, settings.batch_size or len(points)):
                gradient = kernels.gradient(parameters, batch, self._dropout(settings, step))
                gradient = slopes_of(gradient, parameters, penalty, settings.gradient_clipping)
                rate = warming_up(settings.learning_rate, step, settings.warmup_steps)
                parameters, state = update(parameters, gradient, state, rate)
                step += 1
        trained = replace(
            self,
            parameters=parameters,
            optimizer=settings.optimizer,
            optimizer_state=state,
            steps=step,
            passes=self.passes + 1,
        )
        _check_size(trained.layers, settings)
        return trained

    def _batches(self, points: Floats, labels: Integers, size: int) -> Iterator[Batch]:
        inputs = Inputs(self.features).of(points)
        standardized = ((inputs - self.mean) / self.deviation).astype(self.parameters.dtype)
        whole = Batch.of(standardized, labels, self.widths[-1])
        order = generator(self.seed, Stream.BATCHES, self.passes).permutation(len(points))
        for start in range(0, len(points), size):
            yield whole.chosen(order[start : start + size])

    def _dropout(self, settings: Experiment, step: int) -> Draw | None:
        """Return what draws the masks of a step, by the seed and its number; None without dropout."""
        if not settings.dropout:
            return None
        rng = generator(self.seed, Stream.DROPOUT, step)
        return partial(masks, settings.dropout, self.widths, rng, self.parameters.dtype.type)

    def _check_features(self, settings: Experiment) -> None:
        if settings.features != self.features:
            raise PolycoreError(
                f"features: got {', '.join(settings.features)} for partial_fit; expected "
                f"{', '.join(self.features)}, which the network was fitted with. Call fit for others."
            )


def _checked_optimizer(settings: Experiment) -> GradientOptimizer:
    optimizer = OPTIMIZERS[settings.optimizer]
    if not isinstance(optimizer, GradientOptimizer):
        allowed = [name for name, one in OPTIMIZERS.items() if isinstance(one, GradientOptimizer)]
        raise PolycoreError(
            f"optimizer: got {settings.optimizer} for partial_fit; expected {', '.join(allowed)}, which "
            "follow the gradient of any points. Use fit, or another optimizer."
        )
    return optimizer


def _check_size(layers: Layers, settings: Experiment) -> None:
    sizes = [np.abs(part).max() for layer in layers for part in layer]
    if not max(sizes) <= MAX_PARAMETER_SIZE or np.isnan(sizes).any():
        raise PolycoreError(
            f"learning_rate: got {settings.learning_rate:g}, with which weights grew beyond "
            f"{MAX_PARAMETER_SIZE:g}; expected a lower one. The network is as before this call."
        )
