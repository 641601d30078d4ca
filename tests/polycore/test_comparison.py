"""The quick comparison decides as the slow one: beside float64 on every candidate."""

import numpy as np
import pytest

import polycore as pc
from polycore.network.kernels import Kernels
from polycore.network.parameters import initial_parameters
from polycore.optimizers.random_search import LowerOnAll
from polycore.training.task import task_of

SETTINGS = {
    "the tutorial's steps": ((12,), 0.0005, 400),
    "large steps": ((12,), 0.3, 200),
    "no hidden layer": ((), 0.01, 200),
    "several parts": ((64, 64), 0.0005, 40),
}


def search(hidden, scale):
    """Return a comparison, the loss in float64, and parameters to begin with."""
    experiment = pc.Experiment(hidden=hidden, optimizer="random-search", seed=4)
    task, exact = task_of(experiment), Kernels(experiment.widths)
    lower = LowerOnAll(Kernels(experiment.widths), task.training, task.training_in_float32)
    kept = scale * initial_parameters(experiment.widths, "he", np.random.default_rng(1))
    return lower, lambda parameters: exact.loss(parameters, task.training), kept


@pytest.mark.parametrize(("hidden", "deviation", "candidates"), SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("scale", [1.0, 3.0], ids=["small logits", "surprises up to the clipping"])
def test_each_decision_is_that_of_float64(hidden, deviation, candidates, scale):
    lower, loss_of, kept = search(hidden, scale)
    rng = np.random.default_rng(2)
    decisions = []
    with np.errstate(over="ignore", divide="ignore"):
        lowest = loss_of(kept)
        for _ in range(candidates):
            candidate = kept + deviation * rng.standard_normal(kept.size)
            loss = loss_of(candidate)
            decisions.append(lower(candidate, kept))
            assert decisions[-1] == (loss < lowest)
            if decisions[-1]:
                kept, lowest = candidate, loss
    assert True in decisions
    assert False in decisions


def test_equal_parameters_are_not_lower():
    lower, _, kept = search((12,), 1.0)
    assert not lower(kept.copy(), kept)
    assert not lower(kept.copy(), kept)
