"""Random streams: the generators that belong to a seed.

A generator depends on (seed, stream, index) alone, so earlier draws elsewhere cannot change its numbers.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """The purposes of random numbers. Runs are reproducible only if the values never change."""

    SAMPLES = 0
    INITIAL_WEIGHTS = 1
    HELD_OUT = 2
    BATCHES = 3
    DIRECTIONS = 4
    DROPOUT = 5


def generator(seed: int, stream: Stream, index: int = 0) -> np.random.Generator:
    """Return a new generator that depends on `seed`, `stream` and `index` alone."""
    return np.random.default_rng((seed, int(stream), index))
