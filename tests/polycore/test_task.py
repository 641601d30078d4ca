"""Which tasks are kept: as many small ones as may compute at once, few large ones."""

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
