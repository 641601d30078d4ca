"""The tutorial's random search beside ours: steps a second."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import polycore as pc
from benchmarks import tutorial_loop
from benchmarks.table import table
from benchmarks.timing import THREAD_COUNTS, Contender, Spread, best, interleaved, ratios, with_threads

TITLE = "The tutorial's random search"
WANTED = 10  # times the tutorial's steps a second
LATER = 100_000  # steps behind which improvements have become rare

TEXT = """\
The tutorial's loop, written plainly after its description, beside `pc.Experiment.tutorial()`: the same 1200
points, the same first weights, the same rule (a step of 0.0005 is kept where the loss on all samples is the
lowest so far). Each round takes {steps:,} steps: from the first on, and from the weights after {later:,}
steps, where few steps are kept. Ours looks at the samples in float32, and once more in float64 where two
losses are closer than float32 can tell; it includes measuring the held-out accuracy, which the tutorial's
has not. Times slower: than polycore on one thread."""

Measure = Callable[[], dict[str, float]]


def measured(quick: bool) -> dict[str, Any]:
    """Return steps a second of both loops, in rounds, at the beginning and later on."""
    steps, later, rounds = (300, 2000, 3) if quick else (3000, LATER, 7)
    found = {}
    for when, before in (("beginning", 0), ("later", later)):
        contenders = [
            Contender(
                with_threads(who, threads), f"{__name__}:{who}", {"before": before, "steps": steps}, threads
            )
            for who in ("tutorial", "polycore")
            for threads in THREAD_COUNTS
        ]
        found[when] = interleaved(contenders, [{}] * rounds).series
    return {"steps": steps, "later": later, "rounds": rounds, "series": found}


def tutorial(before: int, steps: int) -> Measure:
    """Return a measurement of the tutorial's loop, from the weights that ours has after `before` steps."""
    run = _run_after(before)
    points, labels = run.experiment.training_set()
    return partial(_timed, steps, lambda: tutorial_loop.search(points, labels, run.layers, steps))


def polycore(before: int, steps: int) -> Measure:
    """Return a measurement of ours after `before` steps."""
    run = _run_after(before)
    return partial(_timed, steps, lambda: pc.advance(run, steps).best_loss)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines about a result."""
    return [
        TEXT.format(**result),
        "",
        *table(
            ("", "steps/s, first steps", "loss then", "later", "loss then", "times slower", "later"),
            [_row(name, result) for name in result["series"]["beginning"]],
        ),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return what was to be reached: work, wanted, found, reached."""
    found = {when: _ratio(result, when) for when in ("beginning", "later")}
    return [
        (
            f"random search, {words}",
            f"{WANTED} times the tutorial's steps/s, its best setting",
            f"{found[when].shown(1)} times",
            found[when].median >= WANTED,
        )
        for when, words in (("beginning", "first steps"), ("later", "later"))
    ]


def _run_after(steps: int) -> pc.Run:
    return pc.advance(pc.start(pc.Experiment.tutorial()), steps)


def _timed(steps: int, work: Callable[[], float]) -> dict[str, float]:
    began = perf_counter()
    loss = work()
    return {"steps_per_second": steps / (perf_counter() - began), "loss": loss}


def _speeds(result: dict[str, Any], when: str) -> dict[str, list[float]]:
    series = result["series"][when]
    return {name: [answer["steps_per_second"] for answer in series[name]] for name in series}


def _ratio(result: dict[str, Any], when: str) -> Spread:
    speeds = _speeds(result, when)
    slower = best(speeds, [with_threads("tutorial", 1), with_threads("tutorial", 2)])
    return ratios(speeds[with_threads("polycore", 1)], speeds[slower])


def _row(name: str, result: dict[str, Any]) -> list[str]:
    cells = [name]
    for when in ("beginning", "later"):
        loss = result["series"][when][name][-1]["loss"]
        cells += [Spread.of(_speeds(result, when)[name]).shown(), f"{loss:.4f}"]
    faster = [
        ratios(speeds[with_threads("polycore", 1)], speeds[name]).median
        for speeds in (_speeds(result, "beginning"), _speeds(result, "later"))
    ]
    return [*cells, *(f"{times:.1f}" for times in faster)]
