"""Adam on fresh points, 2→64→64→12, batches of 256: steps per second, and where the time goes."""

from collections.abc import Callable
from functools import partial
from itertools import cycle, pairwise
from time import perf_counter
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import ScikitTraining, TorchTraining, Training
from benchmarks.table import table
from benchmarks.timing import THREAD_COUNTS, Contender, Spread, best, interleaved, ratios, with_threads
from polycore.arrays import Floats
from polycore.network.kernels import Kernels
from polycore.optimizers.adam import start_adam, step_adam
from polycore.training.measurement import measure
from polycore.training.task import task_of

TITLE = "Adam, 2→64→64→12, batches of 256 fresh points"
EXPERIMENT = pc.Experiment(
    samples_per_class=None, hidden=(64, 64), batch_size=256, learning_rate=0.003, steps=10_000_000
)
WARM_UP = 64
TORCH_WAYS: dict[str, dict[str, Any]] = {
    "plain": {"adam": "plain"},
    "foreach": {"adam": "foreach"},
    "fused": {"adam": "fused"},
    "fused, network compiled": {"adam": "fused", "compiled": True},
    "network and step compiled": {"adam": "compiled", "compiled": True},
}
SCIKIT_WAYS = {"a call each step": 1, f"a call for {WARM_UP} steps": WARM_UP}
TIMES_TORCH, TIMES_SCIKIT = 3, 10

TEXT = """\
Every step uses 256 fresh points. For polycore `pc.advance` is timed, which also draws the points and measures
loss and accuracy. PyTorch draws its points in torch, 64 batches at a time as polycore does, and measures
nothing. scikit-learn receives batches from polycore. All use float32. Times slower: compared with polycore on
one thread."""

Measure = Callable[[], float]


def measured(quick: bool) -> dict[str, Any]:
    """Return the steps per second of all contenders and the seconds of polycore's parts, in rounds."""
    shorter, rounds = (16, 3) if quick else (1, 7)
    speeds = interleaved(_contenders(shorter), [{}] * rounds)
    steps = {"steps": 2000 // shorter}
    parts = interleaved([Contender("parts", f"{__name__}:parts", steps)], [{}] * rounds)
    return {
        "rounds": rounds,
        "series": speeds.series,
        "skipped": speeds.skipped,
        "parts": parts.series["parts"],
    }


def _contenders(shorter: int) -> list[Contender]:
    contenders = []
    for threads in THREAD_COUNTS:
        steps = {"steps": 6400 // shorter}
        contenders.append(
            Contender(with_threads("polycore", threads), f"{__name__}:polycore", steps, threads)
        )
        for way, arguments in TORCH_WAYS.items():
            settings = {"way": arguments, "steps": 2560 // shorter}
            name = with_threads(f"PyTorch {way}", threads)
            contenders.append(
                Contender(name, f"{__name__}:torch", settings, threads, "compiled" in arguments)
            )
        for way, at_once in SCIKIT_WAYS.items():
            settings = {"at_once": at_once, "steps": 1024 // shorter}
            contenders.append(
                Contender(
                    with_threads(f"scikit-learn, {way}", threads), f"{__name__}:scikit", settings, threads
                )
            )
    return contenders


def polycore(steps: int) -> Measure:
    """Return a measurement of polycore: drawing, training and measuring. Each round continues the last."""
    run = pc.advance(pc.start(EXPERIMENT), WARM_UP)

    def take(steps: int) -> None:
        nonlocal run
        run = pc.advance(run, steps)

    return partial(_steps_per_second, take, steps)


def torch(way: dict[str, Any], steps: int) -> Measure:
    """Return a measurement of PyTorch, with the arguments `way`."""
    return _warm(TorchTraining(EXPERIMENT, **way), steps)


def scikit(at_once: int, steps: int) -> Measure:
    """Return a measurement of scikit-learn, with `at_once` batches per call."""
    return _warm(ScikitTraining(EXPERIMENT, at_once), steps)


def _warm(training: Training, steps: int) -> Measure:
    training.take(WARM_UP)
    return partial(_steps_per_second, training.take, steps)


def _steps_per_second(take: Callable[[int], None], steps: int) -> float:
    began = perf_counter()
    take(steps)
    return steps / (perf_counter() - began)


def parts(steps: int) -> Callable[[], dict[str, float]]:
    """Return a measurement of the seconds per step of each of polycore's parts, called separately."""
    run, task = pc.advance(pc.start(EXPERIMENT), WARM_UP), task_of(EXPERIMENT)
    parameters, kernels = run.parameters, Kernels(EXPERIMENT.widths)
    batches = list(task.batches(0, WARM_UP))
    gradient, state = kernels.gradient(parameters, batches[0]), start_adam(parameters)
    batch, products = cycle(batches), _products(EXPERIMENT.widths, batches[0].columns)

    def seconds() -> dict[str, float]:
        return {
            "step": _seconds(lambda: pc.advance(run, steps), 1) / steps,
            "drawing": _seconds(lambda: list(task.batches(0, steps)), 1) / steps,
            "gradient": _seconds(lambda: kernels.gradient(parameters, next(batch)), steps),
            "products": _seconds(products, steps),
            "adam": _seconds(lambda: step_adam(parameters, gradient, state, 0.003), steps),
            "measuring": _seconds(lambda: measure(parameters, task, kernels), 1 + steps // 100)
            / task.measured_every,
        }

    return seconds


def _seconds(work: Callable[[], object], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - began) / times


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


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    series = result["series"]
    return [
        TEXT,
        "",
        "![Steps per second of polycore, PyTorch and scikit-learn](benchmarks-adam.svg)",
        "",
        *table(
            ("", "steps/s", "times slower"),
            [_row(name, series) for name in series],
        ),
        *[f"\nNot measured: {reason}" for reason in result["skipped"].values()],
        "",
        "The time of one step of polycore, on one thread, with each part called separately:",
        "",
        *table(("", "µs per step", "share"), _parts_rows(result)),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    series = result["series"]
    torch_best = ratios(
        series[with_threads("polycore", 1)], series[best(series, _names_with(series, "PyTorch"))]
    )
    each_step = [name for name in _names_with(series, "scikit-learn") if "each step" in name]
    scikit_best = ratios(series[with_threads("polycore", 1)], series[best(series, each_step)])
    return [
        (
            "Adam 2→64→64→12, batch 256",
            f"{TIMES_TORCH} times PyTorch's steps/s with its best setting (aim: 5)",
            f"{torch_best.shown(1)} times",
            torch_best.median >= TIMES_TORCH,
        ),
        (
            "the same",
            f"{TIMES_SCIKIT} times scikit-learn's, one `partial_fit` per step",
            f"{scikit_best.shown(1)} times",
            scikit_best.median >= TIMES_SCIKIT,
        ),
    ]


def _names_with(series: dict[str, list[float]], who: str) -> list[str]:
    return [name for name in series if name.startswith(who)]


def _row(name: str, series: dict[str, list[float]]) -> list[str]:
    faster = ratios(series[with_threads("polycore", 1)], series[name])
    return [name, Spread.of(series[name]).shown(), faster.shown(1)]


def _parts_rows(result: dict[str, Any]) -> list[list[str]]:
    rounds: list[dict[str, float]] = result["parts"]
    step = Spread.of([seconds["step"] for seconds in rounds]).median
    kinds: dict[str, Callable[[dict[str, float]], float]] = {
        "a whole step in `pc.advance`": lambda seconds: seconds["step"],
        "the matrix products of all layers alone: the limit": lambda seconds: seconds["products"],
        "activations, softmax and their derivatives": lambda seconds: (
            seconds["gradient"] - seconds["products"]
        ),
        "drawing the points": lambda seconds: seconds["drawing"],
        "Adam": lambda seconds: seconds["adam"],
        "measuring loss and accuracy": lambda seconds: seconds["measuring"],
        "the rest (the loop, the check for divergence, a colder cache)": _rest,
    }
    rows = []
    for name, part in kinds.items():
        spread = Spread.of([part(seconds) * 1e6 for seconds in rounds])
        rows.append([name, spread.shown(1), f"{spread.median / step / 1e6:.0%}"])
    return rows


def _rest(seconds: dict[str, float]) -> float:
    return seconds["step"] - seconds["gradient"] - seconds["drawing"] - seconds["adam"] - seconds["measuring"]
