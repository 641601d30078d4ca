"""What a step of SOAP costs beside one of Adam, by the width of the layers."""

from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

import polycore as pc
from benchmarks.speed import processor_seconds
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved, ratios
from polycore.arrays import Floats
from polycore.optimizers.optimizer import GradientOptimizer
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.soap import BASIS_EVERY, MOST_ROTATED
from polycore.training.task import task_of

TITLE = "The cost of a step of SOAP beside Adam's"
NETWORKS: dict[str, tuple[int, ...]] = {
    "five of 32": (32,) * 5,
    "two of 128": (128, 128),
    "two of 256": (256, 256),
    "two of 512": (512, 512),
}
RIVALS = ("adam", "soap")
BATCH_SIZE = 400
# of a round: whole periods, after which SOAP updates its bases; few where a step takes milliseconds
PERIODS = {"five of 32": 10, "two of 128": 2, "two of 256": 1, "two of 512": 1}
GRADIENTS = 8  # for the updates alone, in turns
RATE = 0.001

TEXT = """\
The processor time of a step on {size} fresh points of the twelve polynomials, on one thread: of the gradient
and the update together, and of the update alone, with gradients that were computed before. SOAP turns each
layer's gradient along bases, which it updates once in {period} steps; a round has whole periods. A side of a
gradient with more than {most_rotated} rows or columns is not turned."""

Seconds = dict[str, float]


def measured(quick: bool) -> dict[str, Any]:
    """Return the seconds of a step of both optimizers for each network, in rounds."""
    rounds = 3 if quick else 9
    contenders = [
        Contender(_name(network, rival), f"{__name__}:cost", {"network": network, "optimizer": rival})
        for network in NETWORKS
        for rival in RIVALS
    ]
    series = interleaved(contenders, [{}] * rounds).series
    return {"rounds": rounds, "period": BASIS_EVERY, "most_rotated": MOST_ROTATED, "series": series}


def cost(network: str, optimizer: str) -> Callable[[], Seconds]:
    """Return a measurement of the seconds of a step, and of its update alone; a round continues the last."""
    rule = OPTIMIZERS[optimizer]
    if not isinstance(rule, GradientOptimizer):
        raise TypeError(f"optimizer: got {optimizer!r}; expected one that follows the gradient.")
    experiment = pc.Experiment(
        hidden=NETWORKS[network], samples_per_class=None, batch_size=BATCH_SIZE, optimizer=optimizer
    )
    task, widths = task_of(experiment), experiment.widths
    kernels, batches = task.kernels(), list(task.batches(0, BASIS_EVERY))
    parameters = pc.start(experiment).parameters.astype(task.precision)
    state, update = rule.start(parameters, widths), rule.step_with(experiment, widths)
    # the kernels reuse the array of a gradient
    gradients = cycle([kernels.gradient(parameters, batch).copy() for batch in batches[:GRADIENTS]])
    batch = cycle(batches)

    def step(gradient: Callable[[], Floats]) -> None:
        nonlocal parameters, state
        parameters, state = update(parameters, gradient(), state, RATE)

    whole = partial(step, lambda: kernels.gradient(parameters, next(batch)))
    update_alone = partial(step, lambda: next(gradients))
    count = PERIODS[network] * BASIS_EVERY
    processor_seconds(whole, BASIS_EVERY)  # past the first bases, which cost more
    return lambda: {
        "step": processor_seconds(whole, count),
        "update": processor_seconds(update_alone, count),
    }


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    head = ("hidden layers", "Adam, µs", "its update", "SOAP, µs", "its update", "SOAP's step / Adam's")
    return [
        TEXT.format(size=BATCH_SIZE, **result),
        "",
        *table(head, [_row(network, result["series"]) for network in NETWORKS]),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:  # noqa: ARG001 - as every benchmark
    """Return the goals: none, since what counts is what a network has learned after some time."""
    return []


def _name(network: str, optimizer: str) -> str:
    return f"{network}, {optimizer}"


def _row(network: str, series: dict[str, list[Seconds]]) -> list[str]:
    cells, steps = [network], []
    for rival in RIVALS:
        rounds = series[_name(network, rival)]
        cells += [Spread.of([1e6 * each[part] for each in rounds]).shown() for part in ("step", "update")]
        steps.append([each["step"] for each in rounds])
    adam, soap = steps
    return [*cells, ratios(soap, adam).shown(1)]
