"""The streams of random numbers that belong to a seed.

A generator is made from (seed, stream, index) alone, so nobody who drew before can change what it gives.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What numbers are drawn for. The values are part of what makes a run repeatable: never renumber."""

    SAMPLES = 0
    INITIAL_WEIGHTS = 1
    HELD_OUT = 2
    BATCHES = 3
    DIRECTIONS = 4


def generator(seed: int, stream: Stream, index: int = 0) -> np.random.Generator:
    """Return a new generator that depends on `seed`, `stream` and `index` alone."""
    return np.random.default_rng((seed, int(stream), index))
