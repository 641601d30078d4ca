"""Random search: steps per second of the tutorial's loop and of polycore."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import polycore as pc
from benchmarks import tutorial_loop
from benchmarks.table import table
from benchmarks.timing import THREAD_COUNTS, Contender, Spread, best, interleaved, ratios, with_threads

TITLE = "The tutorial's random search"
GOAL = 10  # times the tutorial's steps per second
LATER = 100_000  # steps after which improvements have become rare

TEXT = """\
The tutorial's loop, written plainly from its description, and `pc.Experiment.tutorial()`: the same 1200
points, the same initial weights, the same rule (a change of size 0.0005 is kept if the loss on all samples is
the lowest so far). Each round takes {steps:,} steps: the first ones, and those after {later:,} steps, when
few changes are kept. polycore evaluates the samples in float32, and again in float64 if two losses are closer
than the precision of float32. Its time includes measuring the held-out accuracy, which the tutorial's loop
does not do. Times slower: compared with polycore on one thread."""

Measure = Callable[[], dict[str, float]]


def measured(quick: bool) -> dict[str, Any]:
    """Return the steps per second of both loops, in rounds, at the beginning and later."""
    steps, later, rounds = (300, 2000, 3) if quick else (3000, LATER, 21)
    series = {}
    for when, before in (("beginning", 0), ("later", later)):
        contenders = [
            Contender(
                with_threads(who, threads), f"{__name__}:{who}", {"before": before, "steps": steps}, threads
            )
            for who in ("tutorial", "polycore")
            for threads in THREAD_COUNTS
        ]
        series[when] = interleaved(contenders, [{}] * rounds).series
    return {"steps": steps, "later": later, "rounds": rounds, "series": series}


def tutorial(before: int, steps: int) -> Measure:
    """Return a measurement of the tutorial's loop, from polycore's weights after `before` steps."""
    run = _run_after(before)
    points, labels = run.experiment.training_set()
    return partial(_timed, steps, lambda: tutorial_loop.search(points, labels, run.layers, steps))


def polycore(before: int, steps: int) -> Measure:
    """Return a measurement of polycore's random search after `before` steps."""
    run = _run_after(before)
    return partial(_timed, steps, lambda: pc.advance(run, steps).best_loss)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    return [
        TEXT.format(**result),
        "",
        *table(
            ("", "steps/s, first steps", "loss then", "later", "loss then", "times slower", "later"),
            [_row(name, result) for name in result["series"]["beginning"]],
        ),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    ratio = {when: _ratio(result, when) for when in ("beginning", "later")}
    return [
        (
            f"random search, {words}",
            f"{GOAL} times the tutorial's steps/s with its best setting",
            f"{ratio[when].shown(1)} times",
            ratio[when].median >= GOAL,
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
