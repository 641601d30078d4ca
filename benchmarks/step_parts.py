"""The processor time of each part of polycore's step, and what share of it the matrix products are."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, pairwise

import numpy as np

import polycore as pc
from benchmarks.speed import processor_seconds
from benchmarks.table import table
from benchmarks.timing import Spread
from polycore.arrays import Floats
from polycore.experiment.error_sums import ErrorSums
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels
from polycore.optimizers.optimizer import GradientOptimizer
from polycore.training.history import measure
from polycore.training.task import task_of

EXPERIMENTS = {
    "2→64→64→12": pc.Experiment(
        samples_per_class=None, hidden=(64, 64), batch_size=256, learning_rate=0.003, steps=10_000_000
    ),
    "the recommended one": replace(pc.Experiment.recommended(), growing_batches=False),
}
WARM_UP = 64
RATE = 0.003

Seconds = dict[str, float]


def parts(network: str, steps: int) -> Callable[[], Seconds]:
    """Return a measurement of the seconds per step of each part, for one of EXPERIMENTS.

    The parts are called separately, except for "step", which is a whole step in `pc.advance`.
    """
    experiment = EXPERIMENTS[network]
    run, task = pc.advance(pc.start(experiment), WARM_UP), task_of(experiment)
    parameters, kernels = run.parameters, Kernels(experiment.widths)
    drawn = batches(experiment, WARM_UP)
    batch, products = cycle(drawn), _products(experiment.widths, drawn[0].columns)
    optimizer, gradient = task.optimizer, kernels.gradient(parameters, drawn[0])
    if not isinstance(optimizer, GradientOptimizer):
        raise TypeError(f"{optimizer.name} takes no steps along a gradient.")
    update, state = optimizer.step_with(experiment, experiment.widths), run.optimizer_state

    of_batch: Callable[[Floats, Batch], object] = (
        kernels.gradient_and_errors if experiment.follows_errors else kernels.gradient
    )

    def seconds() -> Seconds:
        return {
            "step": processor_seconds(lambda: pc.advance(run, steps), 1) / steps,
            "drawing": processor_seconds(lambda: batches(experiment, steps), 1) / steps,
            "gradient": processor_seconds(lambda: of_batch(parameters, next(batch)), steps),
            "products": processor_seconds(products, steps),
            "update": processor_seconds(lambda: update(parameters, gradient, state, RATE), steps),
            "measuring": processor_seconds(lambda: measure(parameters, task, kernels), 1 + steps // 100)
            / task.measured_every,
        }

    return seconds


def batches(experiment: pc.Experiment, steps: int) -> list[Batch]:
    """Return the batches of its first steps; where they follow errors, as if there had been none so far."""
    task = task_of(experiment)
    if not experiment.follows_errors:
        return list(task.batches(0, steps))
    drawing, no_errors = task.batches_by_errors(0), ErrorSums.empty(experiment.class_count)
    return [drawing.at(step, no_errors)[0] for step in range(steps)]


def _products(widths: tuple[int, ...], columns: Floats) -> Callable[[], None]:
    """Return a function that computes one gradient's matrix products, with the kernels' memory layout."""
    shapes, size = list(pairwise(widths)), columns.shape[1]
    inputs = [columns, *(np.ones((neurons + 1, size), np.float32) for neurons in widths[1:-1])]
    calls: list[tuple[Floats, Floats, Floats]] = []
    for layer, ((before, after), values) in enumerate(zip(shapes, inputs, strict=True)):
        matrix, slopes = np.ones((before + 1, after), np.float32), np.ones((after, size), np.float32)
        calls.append((matrix.T, values, np.empty_like(slopes)))  # forward
        calls.append((values, slopes.T, np.empty_like(matrix)))  # back to the weights
        if layer > 0:
            calls.append((matrix[:-1], slopes, np.empty((before, size), np.float32)))  # back to the inputs

    def multiply() -> None:
        for left, right, out in calls:
            np.matmul(left, right, out=out)

    return multiply


def lines(rounds: dict[str, list[Seconds]]) -> list[str]:
    """Return a table of the parts: µs of processor time per step, and the share of a step, by network."""
    head = ["", *(text for network in rounds for text in (f"{network}, µs", "share"))]
    return table(head, [[part, *_cells(rounds, of)] for part, of in _PARTS.items()])


def share_of_products(rounds: list[Seconds]) -> Spread:
    """Return how much of a step its matrix products would take alone."""
    return Spread.of([seconds["products"] / seconds["step"] for seconds in rounds])


def _cells(rounds: dict[str, list[Seconds]], of: Callable[[Seconds], float]) -> list[str]:
    cells = []
    for of_network in rounds.values():
        share = Spread.of([of(seconds) / seconds["step"] for seconds in of_network]).median
        cells += [Spread.of([1e6 * of(seconds) for seconds in of_network]).shown(1), f"{share:.0%}"]
    return cells


def _rest(seconds: Seconds) -> float:
    return seconds["step"] - sum(seconds[part] for part in ("gradient", "drawing", "update", "measuring"))


_PARTS: dict[str, Callable[[Seconds], float]] = {
    "a whole step in `pc.advance`": lambda seconds: seconds["step"],
    "the matrix products of all layers alone: the limit": lambda seconds: seconds["products"],
    "activations, softmax and their derivatives": lambda seconds: seconds["gradient"] - seconds["products"],
    "drawing the points": lambda seconds: seconds["drawing"],
    "the optimizer's update: Adam, SOAP": lambda seconds: seconds["update"],
    "measuring loss and accuracy": lambda seconds: seconds["measuring"],
    "the rest, such as the loop and the check for divergence": _rest,
}
