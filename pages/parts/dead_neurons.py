"""Dead neurons of a run: hidden neurons through which nothing comes any more."""

from functools import lru_cache

import numpy as np

from polycore import Experiment, Run, network
from polycore.network import Floats

DEAD_ON = 2000  # points


@lru_cache(maxsize=4)
def count(run: Run) -> int:
    """Return how many hidden neurons give 0 for each of up to 2,000 training points, at the run's step."""
    weights, biases = zip(*run.layers, strict=True)
    return sum(network.dead_neurons(weights, biases, _some_points(run.experiment)))


@lru_cache(maxsize=16)
def _some_points(experiment: Experiment) -> Floats:
    """Return training points, evenly from first to last: there may be a million."""
    points, _ = experiment.training_set()
    return points[np.linspace(0, len(points) - 1, min(len(points), DEAD_ON)).round().astype(np.int64)]
