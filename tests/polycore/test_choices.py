"""Choices make every combination, or different ones at random, and tell what makes none."""

import math
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import INTRODUCTION_POLYNOMIALS, Experiment, PolycoreError
from polycore.sweeps import choices
from polycore.sweeps.choices import grid, random_choices

BASE = Experiment(polynomials=INTRODUCTION_POLYNOMIALS, steps=50)


def test_a_grid_has_every_combination_and_the_last_choice_changes_fastest():
    found = grid(BASE, seed=range(2), hidden=[(12,), (32, 32), ()])
    assert [(one.seed, one.hidden) for one in found] == [
        (0, (12,)),
        (0, (32, 32)),
        (0, ()),
        (1, (12,)),
        (1, (32, 32)),
        (1, ()),
    ]
    assert {replace(one, seed=0, hidden=()) for one in found} == {replace(BASE, hidden=())}


def test_a_grid_without_choices_is_the_experiment_itself():
    assert grid(BASE) == (BASE,)


def test_values_may_be_numpys():
    rates = np.geomspace(0.001, 0.1, 3)
    found = grid(BASE, learning_rate=rates, seed=np.arange(2))
    assert [one.learning_rate for one in found[::2]] == pytest.approx([0.001, 0.01, 0.1])
    assert {type(one.seed) for one in found} == {int}


@pytest.mark.parametrize(
    "make", [grid, lambda base, **choices: random_choices(base, 1, 0, **choices)], ids=["grid", "random"]
)
@pytest.mark.parametrize(
    ("choices", "told"),
    [
        pytest.param({"sead": [0]}, "sead is no field of an experiment; .*seed", id="unknown"),
        pytest.param({"seed": 3}, r"seed is 3; .* such as \[3\]", id="no list"),
        pytest.param({"optimizer": "adam"}, r"optimizer is 'adam'; .* \['adam'\]", id="a text is no list"),
        pytest.param({"seed": []}, "seed has no values", id="empty"),
        pytest.param({"seed": count()}, "seed has too many values", id="endless"),
        pytest.param({"hidden": (12,)}, "hidden=12 is no valid experiment: hidden is 12", id="one too few"),
    ],
)
def test_what_is_no_choice_is_told_in_one_line(make, choices, told):
    with pytest.raises(PolycoreError, match=told) as caught:
        make(BASE, **choices)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        pytest.param(
            {"seed": [4, 1], "noise": [0.1, 0.2, 0.1]},
            r"^seed=4, noise=0.1 is the same experiment as seed=4, noise=0.1\.",
            id="given twice",
        ),
        pytest.param({"noise": [1, 1.0]}, "noise=1.0 is the same experiment as noise=1", id="in two ways"),
        pytest.param({"seed": [1, -1]}, "seed=-1 is no valid experiment: seed is -1; wanted", id="negative"),
        pytest.param(
            {"samples_per_class": [10, None], "optimizer": ["adam", "lbfgs"]},
            "samples_per_class=None, optimizer='lbfgs' is no valid experiment: .* fresh points",
            id="L-BFGS on fresh points",
        ),
    ],
)
def test_a_combination_that_is_none_is_named_in_one_line(choices, told):
    with pytest.raises(PolycoreError, match=told) as caught:
        grid(BASE, **choices)
    assert "\n" not in str(caught.value)
    with pytest.raises(PolycoreError, match=r"same experiment|no valid experiment"):
        random_choices(BASE, math.prod(map(len, choices.values())), 0, **choices)


def test_too_many_are_refused_before_any_is_made(monkeypatch):
    monkeypatch.setattr(choices, "MAX_EXPERIMENTS", 6)
    assert len(grid(BASE, seed=range(2), steps=range(1, 4))) == 6
    with pytest.raises(PolycoreError, match="make 8 experiments; at most 6 are allowed"):
        grid(BASE, seed=range(2), steps=range(1, 5))
    monkeypatch.undo()
    many = dict.fromkeys(["seed", "steps", "patience", "batch_size"], range(1, 10_001))
    with pytest.raises(PolycoreError, match="make 10,000,000,000,000,000 experiments"):
        grid(BASE, **many)


@given(count=st.integers(1, 12), seed=st.integers(0, 2**32))
def test_random_choices_are_different_ones_of_the_grid_and_the_seed_decides_them(count, seed):
    values = {"seed": [7, 8], "hidden": [(4,), (5,), (6,)], "optimizer": ["adam", "sgd"]}
    found = random_choices(BASE, count, seed, **values)
    assert len(set(found)) == len(found) == count
    assert set(found) <= set(grid(BASE, **values))
    assert random_choices(BASE, count, seed, **values) == found


def test_other_seeds_draw_others():
    draws = {random_choices(BASE, 5, seed, steps=range(1, 1000)) for seed in range(20)}
    assert len(draws) == 20


def test_every_value_is_as_likely_whatever_the_others_are():
    # 8 cells, 2,000 draws of one: 250 each, with a standard deviation of √(2000·1/8·7/8) = 14.8
    cells = Counter(
        (found.optimizer, found.steps)
        for seed in range(2000)
        for found in random_choices(BASE, 1, seed, optimizer=["adam", "sgd"], steps=[1, 2, 3, 4])
    )
    assert len(cells) == 8
    assert all(abs(times - 250) < 5 * 14.8 for times in cells.values())


@pytest.mark.parametrize("count", [-1, 0, 7])
def test_no_more_can_be_drawn_than_there_are(count):
    with pytest.raises(PolycoreError, match=f"count is {count}; wanted 1 to 6: .* 6 combinations"):
        random_choices(BASE, count, 0, seed=range(3), optimizer=["adam", "sgd"])


def test_out_of_very_many_a_few_are_drawn():
    many = dict.fromkeys(["seed", "steps", "patience", "batch_size"], range(1, 10_001))
    assert len(set(random_choices(BASE, 20, 0, **many))) == 20
    with pytest.raises(PolycoreError, match="count is 10,001; wanted 1 to 10,000"):
        random_choices(BASE, 10_001, 0, **many)
