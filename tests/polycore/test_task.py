"""Which tasks are kept, many small ones and few large ones; how often a run is measured."""

from dataclasses import replace

import pytest

from polycore import INTRODUCTION_POLYNOMIALS, Experiment
from polycore.training.task import FEW_SAMPLES, KEPT_WITH_FEW, KEPT_WITH_MANY, task_of

SMALL = Experiment(polynomials=INTRODUCTION_POLYNOMIALS, samples_per_class=5)
LARGE = replace(SMALL, samples_per_class=FEW_SAMPLES // len(INTRODUCTION_POLYNOMIALS) + 1)


@pytest.mark.parametrize(
    ("experiment", "kept"),
    [
        pytest.param(SMALL, KEPT_WITH_FEW, id="few samples"),
        pytest.param(replace(SMALL, samples_per_class=None), KEPT_WITH_FEW, id="fresh points"),
        pytest.param(LARGE, KEPT_WITH_MANY, id="many samples"),
    ],
)
def test_as_many_are_kept_as_take_little_room(experiment, kept):
    first = task_of(experiment)
    for seed in range(1, kept):
        task_of(replace(experiment, seed=seed))
    assert task_of(experiment) is first
    for seed in range(kept, 2 * kept):
        task_of(replace(experiment, seed=seed))
    assert task_of(experiment) is not first


def test_large_ones_drive_no_small_one_out():
    first = task_of(SMALL)
    for seed in range(KEPT_WITH_MANY + 1):
        task_of(replace(LARGE, seed=seed))
    assert task_of(SMALL) is first


# Measuring 4,200 points takes as long as 4 · 4200 / (3 · 400) = 14 steps of 400. So it takes a tenth of a run
# at intervals of 140 steps, and a fortieth at intervals of 560.
@pytest.mark.parametrize(
    ("steps", "interval"),
    [
        pytest.param(30, 1, id="each step"),
        pytest.param(499, 9, id="50 times, since so short a run ends soon"),
        pytest.param(500, 31, id="16 times"),
        pytest.param(1100, 68, id="16 times in half a second"),
        pytest.param(5000, 140, id="for a tenth of its time"),
        pytest.param(10_000, 200, id="50 times"),
        pytest.param(100_000, 560, id="for a fortieth of its time"),
    ],
)
def test_a_run_is_measured_less_often_where_measuring_would_take_much_of_its_time(steps, interval):
    task = task_of(replace(Experiment.recommended(), batch_size=400, steps=steps))
    assert len(task.training) + len(task.held_out) == 4200
    assert task.measured_every == interval
