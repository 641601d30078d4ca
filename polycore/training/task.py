"""The task of an experiment: the points that its network is trained and measured on, standardized."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, read_only
from polycore.errors import PolycoreError
from polycore.experiment.error_sums import BLOCK, ErrorSums
from polycore.experiment.experiment import Experiment
from polycore.experiment.fresh_points import FreshPoints, stage_at
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.network.batch import Batch
from polycore.network.features import PLAIN
from polycore.network.kernels import Kernels
from polycore.network.parameters import Layers, raw_layers
from polycore.network.regularization import Draw, masks
from polycore.optimizers.optimizer import Optimizer
from polycore.optimizers.registry import OPTIMIZERS
from polycore.randomness import Stream, generator

# Numbers drawn at once for a block of steps: arrays of 128 KiB and more are returned to the system each time,
# and allocating them again cost as much as all the arithmetic (9.9 us a step with 2^14, 5.7 with 2^13).
MOST_DRAWN = 2**13
# A run of so many steps or more may be measured 16 times instead of 50. A shorter one takes a fraction of a
# second in any case, and its chart would have few points.
MEASURED_LESS_FROM = 500
GROWTH = (0.5, 1.0, 2.0)  # of the batch size from stage to stage, if it grows
# Workers compute many runs in turns, and preparing fresh points near crossings takes 45 ms, most of a chunk:
# as many tasks as may compute at once are kept if each has a megabyte, few if it has 100.
FEW_SAMPLES, KEPT_WITH_FEW, KEPT_WITH_MANY = 24_000, 48, 4
ROUNDING = 1e-12  # of a feature's largest value: points that differ by less count as equal
LARGEST_VALUE = 1e12  # of a polynomial on its range: squares and sums stay exact enough to standardize


@dataclass(frozen=True, eq=False)
class Task:
    """Training and held-out points: the network's inputs, standardized by `mean` and `deviation`, each (n,).

    Reported figures, and steps on the whole training set, are computed in float64. Steps on batches use
    float32 at half the cost: its rounding is far smaller than the noise of a batch.
    """

    experiment: Experiment
    training: Batch
    held_out: Batch
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer that the experiment names."""
        return OPTIMIZERS[self.experiment.optimizer]

    @property
    def full_batch(self) -> bool:
        """Whether every step works on the whole training set."""
        return uses_full_batch(self.experiment)

    @property
    def only_improves(self) -> bool:
        """Whether every change of the parameters lowers the loss on the whole training set."""
        return self.full_batch and not self.optimizer.needs_gradient

    @property
    def batch_size(self) -> int:
        """Points a step."""
        if self.full_batch:
            return len(self.training)
        return self.experiment.batch_size or self.experiment.measured_count

    @property
    def precision(self) -> type[np.floating]:
        """The type of the parameters during training."""
        return precision_of(self.experiment)

    @cached_property
    def training_in_float32(self) -> Batch:
        """The training set in float32, for quick comparisons and for batches."""
        return self.training.astype(np.float32)

    @cached_property
    def measured_every(self) -> int:
        """Steps between two measurements.

        Enough that measuring costs a few percent of the training, but at least 50 measurements per run. A run
        of 500 steps or more has 16 if 50 would cost more than a tenth.
        """
        measured = len(self.training) + len(self.held_out)
        # A gradient step passes over its points three times: forward, back to the weights, back to the
        # layers. Measuring passes once, but in float64 and with logarithms, which costs as much as four
        # passes, and as eight of a search step's single, fast one.
        passes = 3 if self.optimizer.needs_gradient else 1 / 2
        affordable = round(40 * 4 * measured / (passes * self.batch_size))
        steps = self.experiment.steps
        fewer = min(affordable // 4, steps // 16) if steps >= MEASURED_LESS_FROM else 0
        return max(1, min(affordable, max(steps // 50, fewer)))

    @cached_property
    def parameter_limit(self) -> float:
        """The largest size of a parameter that fits a weight file with the scaling folded into layer 1.

        Folding divides weights by the deviation and moves a bias by at most weight · sum(mean / deviation).
        """
        growth = 1 + float((np.abs(self.mean) / self.deviation).sum())
        return MAX_PARAMETER_SIZE * min(1.0, float(self.deviation.min()), 1 / growth)

    def kernels(self) -> Kernels:
        """Return new kernels for its networks; each is for one thread."""
        return Kernels(self.experiment.widths, self.experiment.activation)

    def can_hold(self, parameters: Floats) -> bool:
        """Return whether all parameters are numbers of a size within `parameter_limit`."""
        limit = self.parameter_limit
        # the length is faster to compute, and no parameter is larger
        return bool(parameters.dot(parameters) <= limit * limit or np.abs(parameters).max() <= limit)

    def raw_layers(self, parameters: Floats) -> Layers:
        """Return layers in float64 that act on raw inputs."""
        return raw_layers(parameters, self.experiment.widths, self.mean, self.deviation)

    def parameters_of(self, raw: Layers) -> NDArray[np.float64]:
        """Return the flat parameters whose `raw_layers` are these."""
        (raw_weights, raw_biases), *others = raw
        first = (raw_weights * self.deviation[:, np.newaxis], raw_biases + self.mean @ raw_weights)
        return np.concatenate([part.ravel() for layer in (first, *others) for part in layer])

    def batches(self, first: int, end: int, began_at: int = 0) -> Iterator[Batch]:
        """Yield the points and labels of each step from `first` to before `end`.

        began_at: the step at which the experiment began; its stages are counted from there.
        """
        if self.full_batch:
            return repeat(self.training, end - first)
        if self.experiment.sample_count is None:
            return self._fresh(first, end, began_at)
        return self._epochs(first, end)

    def batch(self, step: int, began_at: int, errors: ErrorSums | None) -> Batch:
        """Return the points of the step after step `step`.

        began_at: as for `batches`. errors: where the run's network errs, if its points follow that.
        """
        if errors is not None:
            return self.batches_by_errors(began_at).at(step, errors)[0]
        return next(self.batches(step, step + 1, began_at))

    def points(self, step: int, began_at: int, errors: ErrorSums | None) -> Floats:
        """Return where the points of `batch` lie, their x and y (N, 2), which need not be inputs."""
        points, labels = self.experiment.training_set()
        # the same task with x and y as they are for inputs draws the same points
        plane = replace(
            self,
            experiment=replace(self.experiment, features=PLAIN),
            training=Batch.of(points, labels, self.experiment.class_count),
            mean=np.zeros(2),
            deviation=np.ones(2),
        )
        return plane.batch(step, began_at, errors).points

    def batches_by_errors(self, began_at: int) -> "BatchesByErrors":
        """Return what draws the points of each step where the network errs.

        began_at: as for `batches`.
        """
        return BatchesByErrors(self, began_at)

    def directions(self, size: int, first: int, end: int) -> Iterator[NDArray[np.float64]]:
        """Yield for each step from `first` to before `end` a vector of `size` standard normal numbers."""
        block = max(1, min(64, 2 * (MOST_DRAWN - 1) // size))
        for index, rows in _blocks(first, end, block):
            rng = generator(self.experiment.seed, Stream.DIRECTIONS, index)
            yield from rng.standard_normal((block, size))[rows]

    def dropout(self, step: int) -> Draw | None:
        """Return what draws the masks of a step, by the seed and its number; None without dropout."""
        experiment = self.experiment
        if not experiment.dropout:
            return None
        rng = generator(experiment.seed, Stream.DROPOUT, step)
        return partial(masks, experiment.dropout, experiment.widths, rng, self.precision)

    def _fresh(self, first: int, end: int, began_at: int) -> Iterator[Batch]:
        block = self.drawn_together
        for index, rows in _blocks(first, end, block):
            rng = generator(self.experiment.seed, Stream.BATCHES, index)
            stage, size = self.stage_and_size(index * block, began_at)
            yield from self.fresh_points.batches(rng, block, size, stage)[rows]

    @property
    def drawn_together(self) -> int:
        """The number of steps whose fresh points are drawn at once, unless they follow errors."""
        largest = round(self.batch_size * (max(GROWTH) if self.experiment.growing_batches else 1))
        return max(1, min(64, MOST_DRAWN // largest))

    def stage_and_size(self, step: int, began_at: int) -> tuple[int, int]:
        """Return the stage, 0, 1 or 2, and the number of fresh points of a step."""
        stage = stage_at(max(step - began_at, 0), self.experiment.steps)
        growth = GROWTH[stage] if self.experiment.growing_batches else 1
        return stage, max(1, round(self.batch_size * growth))

    @cached_property
    def fresh_points(self) -> FreshPoints:
        """What draws its fresh points."""
        experiment = self.experiment
        _, spread = experiment.training_set()[0].std(axis=0)
        return FreshPoints(
            polynomials=experiment.polynomials,
            x_range=experiment.x_range,
            noise=experiment.noise,
            sampling=experiment.sampling,
            spread=float(spread) or 1.0,
            inputs=experiment.inputs,
            mean=self.mean,
            deviation=self.deviation,
        )

    def _epochs(self, first: int, end: int) -> Iterator[Batch]:
        """Yield parts of the training set, each sample once an epoch; the last part may be shorter."""
        block = math.ceil(len(self.training) / self.batch_size)
        for epoch, rows in _blocks(first, end, block):
            order = generator(self.experiment.seed, Stream.BATCHES, epoch).permutation(len(self.training))
            for part in range(rows.start, rows.stop):
                yield self.training_in_float32.chosen(
                    order[part * self.batch_size : (part + 1) * self.batch_size]
                )


class BatchesByErrors:
    """Draws the points of a run's steps where its network errs.

    What it draws depends on its arguments alone: it keeps the last points that were drawn, for the next step.
    """

    def __init__(self, task: Task, began_at: int) -> None:
        self._task, self._began_at = task, began_at
        self._first = 0
        self._batches: list[Batch] = []
        self._cells = np.empty((0, 0), np.int64)

    def at(self, step: int, sums: ErrorSums) -> tuple[Batch, Integers]:
        """Return the points of the step after step `step`, and their cells (N,) in `sums`."""
        row = step - self._first
        if not 0 <= row < len(self._batches):
            self._draw(step, sums)
            row = step - self._first
        return self._batches[row], self._cells[row]

    def _draw(self, step: int, sums: ErrorSums) -> None:
        """Draw the points of some steps with the same density, `step` among them."""
        task = self._task
        _, size = task.stage_and_size(step - step % BLOCK, self._began_at)
        # powers of 2, so that they divide a block, whose steps are of one size
        together = min(BLOCK, 2 ** (max(1, MOST_DRAWN // size).bit_length() - 1))
        self._first = step - step % together
        rng = generator(task.experiment.seed, Stream.BATCHES, self._first)
        self._batches, self._cells = task.fresh_points.batches_by_errors(rng, together, size, sums)


def counts_for_best(steps: int) -> bool:
    """Return whether the loss counts for the best in any case: after 1, 2, 4, 8, ... steps, however cut.

    A network learns most in its first steps, and the history's next entry may be a hundred steps away.
    """
    return steps & (steps - 1) == 0


def uses_full_batch(experiment: Experiment) -> bool:
    """Return whether every step of an experiment works on the whole training set."""
    samples = experiment.sample_count
    if samples is None:
        return False
    return experiment.batch_size is None or experiment.batch_size >= samples


def precision_of(experiment: Experiment) -> type[np.floating]:
    """Return the type of the parameters during training."""
    exact = uses_full_batch(experiment) or not OPTIMIZERS[experiment.optimizer].needs_gradient
    return np.float64 if exact else np.float32


def task_of(experiment: Experiment) -> Task:
    """Return the task of an experiment, from a cache if it was asked for recently.

    Raises PolycoreError if the polynomials' values on the range are too large to compute with.
    """
    numbers = experiment.measured_count * len(experiment.inputs)
    return _with_few(experiment) if numbers <= 2 * FEW_SAMPLES else _with_many(experiment)


@lru_cache(maxsize=KEPT_WITH_FEW)
def _with_few(experiment: Experiment) -> Task:
    return _create(experiment)


@lru_cache(maxsize=KEPT_WITH_MANY)
def _with_many(experiment: Experiment) -> Task:
    return _create(experiment)


def _create(experiment: Experiment) -> Task:
    points, labels = experiment.training_set()
    held_out_points, held_out_labels = experiment.held_out_set()
    largest = max(np.abs(points).max(), np.abs(held_out_points).max())
    if not largest <= LARGEST_VALUE:
        raise PolycoreError(
            f"x_range: got {experiment.x_range}, where the polynomials reach {largest:.3g}; "
            f"expected values of at most {LARGEST_VALUE:g}. Narrow the range."
        )
    inputs = experiment.inputs
    inputs_of_training, inputs_of_held_out = inputs.of(points), inputs.of(held_out_points)
    mean, deviation = np.zeros(len(inputs)), np.ones(len(inputs))
    if experiment.standardize:
        mean = inputs_of_training.mean(axis=0, dtype=np.float64)
        deviation = inputs_of_training.std(axis=0, dtype=np.float64)
        deviation[deviation == 0] = 1  # with one sample per class all may have the same x
        if not inputs.is_plain:  # a feature may be the same for all points, apart from rounding
            deviation[deviation < ROUNDING * np.abs(inputs_of_training).max(axis=0).clip(min=1)] = 1
    classes = experiment.class_count
    task = Task(
        experiment=experiment,
        training=Batch.of((inputs_of_training - mean) / deviation, labels, classes),
        held_out=Batch.of((inputs_of_held_out - mean) / deviation, held_out_labels, classes),
        mean=mean,
        deviation=deviation,
    )
    return read_only(task)


def _blocks(first: int, end: int, size: int) -> Iterator[tuple[int, slice]]:
    """Yield each block of steps that [first, end) touches: its index, and which of its rows lie in there."""
    for index in range(first // size, -(-end // size)):
        start = index * size
        yield index, slice(max(first - start, 0), min(end - start, size))
