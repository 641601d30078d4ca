"""Adam on fresh points, 2→64→64→12, batches of 256: steps per second, and where the time goes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import polycore as pc
from benchmarks import accuracy, step_parts
from benchmarks.peers import ScikitTraining, TorchTraining, Training
from benchmarks.speed import PROCESSOR, WALL, Speed, of_kind, speed
from benchmarks.table import table
from benchmarks.timing import THREAD_COUNTS, Contender, Spread, best, interleaved, ratios, with_threads
from polycore.training.task import task_of

TITLE = "Adam, 2→64→64→12, batches of 256 fresh points"
EXPERIMENT = step_parts.EXPERIMENTS["2→64→64→12"]
WARM_UP = 64
TORCH_WAYS: dict[str, dict[str, Any]] = {
    "plain": {"adam": "plain"},
    "foreach": {"adam": "foreach"},
    "fused": {"adam": "fused"},
    "fused, network compiled": {"adam": "fused", "compiled": True},
    "network and step compiled": {"adam": "compiled", "compiled": True},
}
SCIKIT_WAYS = {"a call each step": 1, f"a call for {WARM_UP} steps": WARM_UP}
JAX_WAYS = {"drawing its points": "jax_drawing", "points drawn before": "jax_on_batches"}
TIMES_TORCH, TIMES_SCIKIT = 3.2, 10
# float32 rounds at 6e-8, and the steps amplify that: 1e-6 after 64 steps, 3e-3 after 320
SAME_LOSS = 1e-4

TEXT = """\
Every step uses 256 fresh points. For polycore `pc.advance` is measured, which also draws the points and
measures loss and accuracy. PyTorch draws its points in torch, 64 batches at a time as polycore does, and
measures nothing. scikit-learn receives batches from polycore. JAX takes all {jax_steps:,} steps of a round in
one compiled `lax.scan` and measures nothing. In one row it draws its points in each step; in the other it
receives polycore's batches, whose drawing is not counted. Its compilation, {compiled} s, is not counted
either. All use float32. Processor time is that of all threads of a process. Times slower: by processor time,
compared with polycore on one thread."""
AGREEMENT = """\
After {steps} steps from the same initial weights on the same batches the loss on the training set is
{polycore:.6f} nats with polycore and {JAX:.6f} with JAX."""
JAX_IS_AHEAD = """\
polycore takes {ours} times as many steps per second as JAX at its best: JAX is ahead. In polycore the matrix
products of a step alone, each a call of NumPy, take {share} of its step, so that little is left to gain.
What can be gained is what a step learns: see "{accuracy}"."""
PARTS = """\
The processor time of one step of polycore, on one thread, with each part called separately: for this network,
and for that of `pc.Experiment.recommended()` with points as it draws them, in batches of {size}."""

STEPS = {"polycore": 3200, "PyTorch": 1280, "scikit-learn": 512, "JAX": 3200}

Measure = Callable[[], Speed]


def measured(quick: bool) -> dict[str, Any]:
    """Return the speeds of all contenders and the seconds of polycore's parts, in rounds."""
    shorter, rounds = (16, 3) if quick else (1, 9)
    speeds = interleaved(list(_contenders(shorter)), [{}] * rounds)
    parts = interleaved(
        [
            Contender(network, "benchmarks.step_parts:parts", {"network": network, "steps": 2000 // shorter})
            for network in step_parts.EXPERIMENTS
        ],
        [{}] * rounds,
    )
    [agreement] = interleaved([Contender("JAX", f"{__name__}:agreement")], [{}]).series["JAX"]
    return {
        "rounds": rounds,
        "series": speeds.series,
        "skipped": speeds.skipped,
        "parts": parts.series,
        "agreement": agreement,
    }


def _contenders(shorter: int) -> Iterator[Contender]:
    steps = {who: count // shorter for who, count in STEPS.items()}
    for threads in THREAD_COUNTS:
        yield Contender(
            with_threads("polycore", threads), f"{__name__}:polycore", {"steps": steps["polycore"]}, threads
        )
        for way, arguments in TORCH_WAYS.items():
            settings = {"way": arguments, "steps": steps["PyTorch"]}
            name = with_threads(f"PyTorch {way}", threads)
            yield Contender(name, f"{__name__}:torch", settings, threads, "compiled" in arguments)
        for way, at_once in SCIKIT_WAYS.items():
            settings = {"at_once": at_once, "steps": steps["scikit-learn"]}
            name = with_threads(f"scikit-learn, {way}", threads)
            yield Contender(name, f"{__name__}:scikit", settings, threads)
        for way, subject in JAX_WAYS.items():
            name = with_threads(f"JAX, {way}", threads)
            yield Contender(name, f"{__name__}:{subject}", {"steps": steps["JAX"]}, threads)


def polycore(steps: int) -> Measure:
    """Return a measurement of polycore: drawing, training and measuring. Each round continues the last."""
    run = pc.advance(pc.start(EXPERIMENT), WARM_UP)

    def take(steps: int) -> None:
        nonlocal run
        run = pc.advance(run, steps)

    return partial(speed, take, steps)


def torch(way: dict[str, Any], steps: int) -> Measure:
    """Return a measurement of PyTorch, with the arguments `way`."""
    return _warm(TorchTraining(EXPERIMENT, **way), steps)


def scikit(at_once: int, steps: int) -> Measure:
    """Return a measurement of scikit-learn, with `at_once` batches per call."""
    return _warm(ScikitTraining(EXPERIMENT, at_once), steps)


def jax_drawing(steps: int) -> Measure:
    """Return a measurement of JAX, which draws its points in each step."""
    from benchmarks.jax_peer import JaxTraining

    training = JaxTraining(EXPERIMENT, steps)
    training.take(steps)
    return lambda: speed(training.take, steps) | {"compile_seconds": training.compile_seconds}


def jax_on_batches(steps: int) -> Measure:
    """Return a measurement of JAX on polycore's batches, the same ones in each round."""
    from benchmarks.jax_peer import JaxOnBatches

    training = JaxOnBatches(EXPERIMENT, list(task_of(EXPERIMENT).batches(0, steps)))
    training.take_all()
    return lambda: speed(lambda _: training.take_all(), steps) | {"compile_seconds": training.compile_seconds}


def _warm(training: Training, steps: int) -> Measure:
    training.take(WARM_UP)
    return partial(speed, training.take, steps)


def agreement() -> Callable[[], dict[str, float]]:
    """Return a measurement of the losses of polycore and JAX after WARM_UP steps on the same batches."""
    from benchmarks.jax_peer import JaxOnBatches

    task, run = task_of(EXPERIMENT), pc.advance(pc.start(EXPERIMENT), WARM_UP)
    training = JaxOnBatches(EXPERIMENT, list(task.batches(0, WARM_UP)))
    training.take_all()
    ours, jax = (
        task.kernels().loss(parameters.astype(float), task.training)
        for parameters in (run.parameters, training.parameters)
    )
    return lambda: {"steps": WARM_UP, "polycore": ours, "JAX": jax}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    series = result["series"]
    return [
        TEXT.format(jax_steps=STEPS["JAX"], compiled=_compile_seconds(series).shown(1)),
        "",
        "![Steps per second of polycore, JAX, PyTorch and scikit-learn](benchmarks-adam.svg)",
        "",
        *table(
            ("", "steps per s of processor time", "times slower", "steps per s of wall time"),
            [_row(name, series) for name in series],
        ),
        *[f"\nNot measured: {reason}" for reason in result["skipped"].values()],
        "",
        AGREEMENT.format(**result["agreement"]),
        "",
        _beside_jax(result),
        "",
        PARTS.format(size=_recommended_size()),
        "",
        *step_parts.lines(result["parts"]),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    series = of_kind(result["series"], PROCESSOR)
    own = series[with_threads("polycore", 1)]
    each_step = [name for name in _names_with(series, "scikit-learn") if "each step" in name]
    torch_best, scikit_best = (
        ratios(own, series[best(series, names)]) for names in (_names_with(series, "PyTorch"), each_step)
    )
    losses = result["agreement"]
    difference = abs(losses["JAX"] / losses["polycore"] - 1)
    return [
        (
            "Adam 2→64→64→12, batch 256",
            f"{TIMES_TORCH} times PyTorch's steps per s of processor time with its best setting",
            f"{torch_best.shown(1)} times",
            torch_best.median >= TIMES_TORCH,
        ),
        (
            "the same",
            f"{TIMES_SCIKIT} times scikit-learn's, one `partial_fit` per step",
            f"{scikit_best.shown(1)} times",
            scikit_best.median >= TIMES_SCIKIT,
        ),
        (
            f"loss after {losses['steps']} steps",
            f"JAX's, to within {SAME_LOSS:.0e}",
            f"{difference:.0e}",
            difference <= SAME_LOSS,
        ),
    ]


def _beside_jax(result: dict[str, Any]) -> str:
    series = of_kind(result["series"], PROCESSOR)
    jax = series[best(series, _names_with(series, "JAX"))]
    return JAX_IS_AHEAD.format(
        ours=ratios(series[with_threads("polycore", 1)], jax).shown(2),
        share=f"{step_parts.share_of_products(next(iter(result['parts'].values()))).median:.0%}",
        accuracy=accuracy.TITLE,
    )


def _names_with(series: dict[str, list[float]], who: str) -> list[str]:
    return [name for name in series if name.startswith(who)]


def _row(name: str, series: dict[str, list[Speed]]) -> list[str]:
    by_processor, by_wall = of_kind(series, PROCESSOR), of_kind(series, WALL)
    faster = ratios(by_processor[with_threads("polycore", 1)], by_processor[name])
    return [name, Spread.of(by_processor[name]).shown(), faster.shown(1), Spread.of(by_wall[name]).shown()]


def _compile_seconds(series: dict[str, list[Speed]]) -> Spread:
    of_jax = [speeds[0]["compile_seconds"] for name, speeds in series.items() if name.startswith("JAX")]
    return Spread.of(of_jax)


def _recommended_size() -> int:
    """Return how many points a batch of the recommended experiment has: equally many of each polynomial."""
    experiment = step_parts.EXPERIMENTS["the recommended one"]
    return len(step_parts.batches(experiment, 1)[0])
