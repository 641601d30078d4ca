"""The parts of a point set for training and held out, and the layers that suit a number of points."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import read_only
from polycore.points.point_set import PointSet
from polycore.randomness import Stream, generator

KEPT = 16  # splits of at most 20,000 points: some 8 MB
LEAST_TO_HOLD_OUT_ONE = 3  # points of a class

Part = tuple[NDArray[np.float64], NDArray[np.int64]]


@lru_cache(maxsize=KEPT)
def split(data: PointSet, share: float, seed: int) -> tuple[Part, Part]:
    """Return the training part and the held-out part: points (N, 2) and labels (N,) of each, read-only.

    The split is stratified: `share` of each class's points is held out, rounded, chosen by the seed. A class
    of three points or more holds out one at least, and every class keeps one. Both parts are in the order of
    the set. If no class can spare a point, the training part stands in for the held-out one.
    """
    rng = generator(seed, Stream.HELD_OUT)
    is_held_out = np.zeros(len(data), dtype=bool)
    for label, count in enumerate(np.bincount(data.labels)):
        own = np.flatnonzero(data.labels == label)
        is_held_out[rng.permutation(own)[: held_out_count(int(count), share)]] = True
    training = (data.points[~is_held_out], data.labels[~is_held_out])
    held_out = (data.points[is_held_out], data.labels[is_held_out]) if is_held_out.any() else training
    return read_only((training, held_out))


def held_out_count(count: int, share: float) -> int:
    """Return how many of a class's `count` points are held out."""
    least = 1 if count >= LEAST_TO_HOLD_OUT_ONE else 0
    return min(max(round(share * count), least), count - 1)


def training_count(data: PointSet, share: float) -> int:
    """Return the number of points in the training part."""
    counts = np.bincount(data.labels).tolist()
    return sum(count - held_out_count(count, share) for count in counts)


# From so many training points on, these layers: in the table of docs/own-points.md no network answered new
# points better by more than 1.1 %. Larger ones learn the noise of few points too.
LAYERS = ((0, (16,)), (1000, (16, 16)))


def layers_for(count: int) -> tuple[int, ...]:
    """Return the hidden layers of a network for `count` training points of the user's own."""
    return next(layers for least, layers in reversed(LAYERS) if count >= least)
