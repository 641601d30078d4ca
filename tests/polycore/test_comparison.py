"""The quick comparison decides as the slow one: beside float64 on every candidate."""

import numpy as np
import pytest

import polycore as pc
from polycore.comparison import LowerLoss
from polycore.network import initial_parameters
from polycore.problem import problem_of
from polycore.workspace import Workspace

SETTINGS = {
    "the tutorial's steps": ((12,), 0.0005, 400),
    "large steps": ((12,), 0.3, 200),
    "no hidden layer": ((), 0.01, 200),
    "several parts": ((64, 64), 0.0005, 40),
}


@pytest.mark.parametrize(("hidden", "deviation", "candidates"), SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("scale", [1.0, 3.0], ids=["small logits", "surprises up to the clipping"])
def test_each_decision_is_that_of_float64(hidden, deviation, candidates, scale):
    experiment = pc.Experiment(hidden=hidden, optimizer="random-search", seed=4)
    problem, workspace = problem_of(experiment), Workspace(experiment.widths)
    lower = LowerLoss(workspace, problem.training, problem.rough)
    rng = np.random.default_rng(1)
    kept = scale * initial_parameters(experiment.widths, "he", rng)
    exact = Workspace(experiment.widths)
    decisions = []
    with np.errstate(over="ignore", divide="ignore"):
        loss = kept_loss = exact.loss(kept, problem.training)
        for _ in range(candidates):
            candidate = kept + deviation * rng.standard_normal(kept.size)
            candidate_loss = exact.loss(candidate, problem.training)
            found = lower(candidate, kept, loss)
            assert (found is not None) == (candidate_loss < kept_loss)
            decisions.append(found is not None)
            if found is not None:
                assert found < loss
                assert found == pytest.approx(candidate_loss, abs=2e-6)
                kept, kept_loss, loss = candidate, candidate_loss, found
    assert True in decisions
    assert False in decisions


def test_a_tangent_refuses_most_of_what_is_worse(monkeypatch):
    experiment = pc.Experiment(optimizer="random-search", seed=4)
    problem, workspace = problem_of(experiment), Workspace(experiment.widths)
    lower = LowerLoss(workspace, problem.training, problem.rough)
    rng = np.random.default_rng(1)
    kept = initial_parameters(experiment.widths, "he", rng)
    loss = workspace.loss(kept, problem.training)
    worse = [kept + 0.001 * direction for direction in rng.standard_normal((300, kept.size))]
    worse = [each for each in worse if workspace.loss(each, problem.training) > loss]
    for each in worse[:3]:
        assert lower(each, kept, loss) is None
    better = next(
        each
        for each in kept + 0.001 * rng.standard_normal((50, kept.size))
        if workspace.loss(each, problem.training) < loss
    )
    loss = lower(better, kept, loss)
    looked_at = []
    monkeypatch.setattr(
        "polycore.comparison.total_surprise", lambda *_: looked_at.append(1) or loss * 2 * 1200
    )
    for direction in rng.standard_normal((100, kept.size)):
        lower(better + 0.001 * direction, better, loss)
    # about half of them are lower, and have to be looked at
    assert 20 < len(looked_at) < 80
