"""What of a problem is kept: as many small ones as compute at once, few large ones."""

from dataclasses import replace

import pytest

from polycore import INTRODUCTION_POLYNOMIALS, Experiment
from polycore.training.task import FEW_SAMPLES, KEPT_WITH_FEW, KEPT_WITH_MANY, problem_of

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
    first = problem_of(experiment)
    for seed in range(1, kept):
        problem_of(replace(experiment, seed=seed))
    assert problem_of(experiment) is first
    for seed in range(kept, 2 * kept):
        problem_of(replace(experiment, seed=seed))
    assert problem_of(experiment) is not first


def test_large_ones_drive_no_small_one_out():
    first = problem_of(SMALL)
    for seed in range(KEPT_WITH_MANY + 1):
        problem_of(replace(LARGE, seed=seed))
    assert problem_of(SMALL) is first
