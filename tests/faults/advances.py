"""Ways to advance a run in a worker that something happens to.

A worker imports the module of the function that it is to call: this one loads neither Streamlit nor pytest,
which took each of the many workers that tests kill half a second.
"""

import os
import signal
import time
from pathlib import Path

import numpy as np

import polycore as pc

MOST_STEPS = 20  # of `a_few_slowly`


def slowly(run: pc.Run, steps: int) -> pc.Run:
    """Advance, but so slowly that there is a chunk to kill."""
    time.sleep(0.02)
    return pc.advance(run, min(steps, 60))


def a_few_slowly(run: pc.Run, steps: int) -> pc.Run:
    """Advance still more slowly, and by so little that a test can do it again."""
    time.sleep(0.2)
    return pc.advance(run, min(steps, MOST_STEPS))


def die_without(memory: Path, how: int, run: pc.Run, steps: int) -> pc.Run:
    """Advance if there is memory, which a file stands for; else leave another one, and get this signal."""
    if not memory.exists():
        memory.with_name(str(os.getpid())).touch()
        os.kill(os.getpid(), how)
    return pc.advance(run, steps)


def compute_for(seconds: float) -> None:
    """Use the processor for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def die_in_two_chunks(folder: Path, run: pc.Run, steps: int) -> pc.Run:
    """Advance, but be killed half way through the first chunk (from step 0) and the second (from step 1)."""
    mark = folder / f"killed at step {run.step}"
    if run.step <= 1 and not mark.exists():
        mark.touch()
        pc.advance(run, steps // 2)
        os.kill(os.getpid(), signal.SIGKILL)
    return pc.advance(run, steps)


def hoard(size: int, run: pc.Run, steps: int) -> pc.Run:
    """Advance, but at first ask for so many bytes."""
    np.ones(size, np.uint8)
    return pc.advance(run, steps)


def slow_pid() -> int:
    """Return this process, so late that another worker takes a call made at the same time."""
    time.sleep(0.3)
    return os.getpid()
