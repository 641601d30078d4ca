"""Fresh points: on their curves, as many on each, and where the density says."""

import numpy as np
import pytest

import polycore as pc
from polycore.experiment.fresh_points import CLOSENESSES, FreshPoints, stage_at
from polycore.network.features import Inputs
from polycore.training.task import task_of

LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))  # they cross at 0, and are 2|x| apart
TWELVE = pc.TUTORIAL_POLYNOMIALS


def fresh(sampling, polynomials=LINES, noise=0.0, spread=1.0):
    return FreshPoints(polynomials, (-1.0, 1.0), noise, sampling, spread, Inputs(), np.zeros(2), np.ones(2))


def drawn(points, size=256, count=8, stage=1, seed=0):
    return points.batches(np.random.default_rng(seed), count, size, stage)


@pytest.mark.parametrize("sampling", ["random", "even", "crossings"])
def test_every_point_lies_on_the_polynomial_of_its_label(sampling):
    for batch in drawn(fresh(sampling, TWELVE)):
        x, y, ones = batch.columns
        assert (np.abs(x) <= 1).all()
        assert ones.tolist() == [1] * len(batch)
        for label, polynomial in enumerate(TWELVE):
            mine = batch.labels == label
            # float32 keeps seven digits, and the steepest of the twelve rises by 50 at 1
            assert y[mine] == pytest.approx(polynomial(x[mine].astype(float)), abs=5e-6)
            assert (batch.one_hot[label] == mine).all()


@pytest.mark.parametrize("sampling", ["even", "crossings"])
@pytest.mark.parametrize(("size", "each"), [(256, 21), (12, 1), (5, 1)])
def test_even_batches_hold_equally_many_points_of_each(sampling, size, each):
    for batch in drawn(fresh(sampling, TWELVE), size=size):
        assert np.bincount(batch.labels, minlength=12).tolist() == [each] * 12


def test_even_points_lie_one_in_each_of_equal_cells():
    for batch in drawn(fresh("even"), size=16):
        for label in (0, 1):
            x = np.sort(batch.columns[0][batch.labels == label])
            assert np.floor((x + 1) * 4).tolist() == list(range(8))


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_points_are_as_dense_near_a_crossing_as_stated(stage):
    # density 1 / (2|x| + s): the share within |x| < r is log(1 + 2r/s) / log(1 + 2/s)
    closeness = 0.3 * CLOSENESSES[stage]
    batches = drawn(fresh("crossings", spread=0.3), count=200, stage=stage)
    x = np.concatenate([batch.columns[0] for batch in batches])
    for radius in (0.001, 0.01, 0.1, 0.5):
        expected = np.log1p(2 * radius / closeness) / np.log1p(2 / closeness)
        # 51,200 points; the even spacing leaves far less to chance than 0.002, and a cell is 3e-5 wide
        assert (np.abs(x) < radius).mean() == pytest.approx(expected, abs=0.005)


def test_noise_has_the_stated_deviation_and_moves_y_alone():
    batches = drawn(fresh("even", noise=0.5), count=100)
    x, y = np.concatenate([batch.columns[:2] for batch in batches], axis=1)
    labels = np.concatenate([batch.labels for batch in batches])
    noise = y - np.where(labels == 0, x, -x)
    # 25,600 draws: the deviation's standard error is 0.44 %; four of them are allowed
    assert noise.std() == pytest.approx(0.5, rel=0.02)


def test_a_run_has_three_stages():
    assert [stage_at(step, 100) for step in (0, 39, 40, 74, 75, 99)] == [0, 0, 1, 1, 2, 2]


def test_batches_grow_from_stage_to_stage():
    experiment = pc.Experiment(
        polynomials=LINES,
        samples_per_class=None,
        sampling="even",
        growing_batches=True,
        batch_size=1024,
        steps=1000,
    )
    sizes = [len(batch) for batch in task_of(experiment).batches(0, 1000)]
    assert (sizes[0], sizes[600], sizes[999]) == (512, 1024, 2048)
    assert sizes == sorted(sizes)
