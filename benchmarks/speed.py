"""Steps per second: of the clock, and of the processor time that a process uses."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, process_time
from typing import Any

WALL, PROCESSOR = "steps_per_second", "steps_per_processor_second"

Speed = dict[str, float]


def speed(
    take: Callable[[int], object],
    steps: int,
    clock: Callable[[], float] = perf_counter,
    processor: Callable[[], float] = process_time,
) -> Speed:
    """Return both speeds of taking `steps` steps. Processor time is user and system time of all threads.

    `clock` and `processor` return the time and the processor time in seconds.
    """
    began, used = clock(), processor()
    take(steps)
    return {PROCESSOR: steps / (processor() - used), WALL: steps / (clock() - began)}


def of_kind(series: Mapping[str, Sequence[Speed]], kind: str) -> dict[str, list[float]]:
    """Return one of both speeds of each contender: WALL or PROCESSOR."""
    return {name: [each[kind] for each in speeds] for name, speeds in series.items()}


def processor_seconds(work: Callable[[], Any], times: int) -> float:
    """Return the processor time of one of `times` calls."""
    began = process_time()
    for _ in range(times):
        work()
    return (process_time() - began) / times
