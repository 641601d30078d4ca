"""Choices make every combination, or different random ones, and errors say what makes none."""

import math
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import INTRODUCTION_POLYNOMIALS, Experiment, PolycoreError
from polycore.workers import choices
from polycore.workers.choices import grid, random_choices

BASE = Experiment(polynomials=INTRODUCTION_POLYNOMIALS, steps=50)


def test_a_grid_has_every_combination_and_the_last_choice_changes_fastest():
    experiments = grid(BASE, seed=range(2), hidden=[(12,), (32, 32), ()])
    assert [(one.seed, one.hidden) for one in experiments] == [
        (0, (12,)),
        (0, (32, 32)),
        (0, ()),
        (1, (12,)),
        (1, (32, 32)),
        (1, ()),
    ]
    assert {replace(one, seed=0, hidden=()) for one in experiments} == {replace(BASE, hidden=())}


def test_a_grid_without_choices_is_the_experiment_itself():
    assert grid(BASE) == (BASE,)


def test_values_may_be_numpys():
    rates = np.geomspace(0.001, 0.1, 3)
    experiments = grid(BASE, learning_rate=rates, seed=np.arange(2))
    assert [one.learning_rate for one in experiments[::2]] == pytest.approx([0.001, 0.01, 0.1])
    assert {type(one.seed) for one in experiments} == {int}


@pytest.mark.parametrize(
    "make", [grid, lambda base, **choices: random_choices(base, 1, 0, **choices)], ids=["grid", "random"]
)
@pytest.mark.parametrize(
    ("choices", "message"),
    [
        pytest.param(
            {"sead": [0]}, "choices: got 'sead'; expected fields of Experiment: .*seed", id="unknown"
        ),
        pytest.param({"seed": 3}, r"seed: got 3; expected .* such as \[3\]", id="no list"),
        pytest.param(
            {"optimizer": "adam"},
            r"optimizer: got 'adam'; expected .* \['adam'\]",
            id="text instead of a list",
        ),
        pytest.param({"seed": []}, "seed: got none; expected 1 to 10,000 values", id="empty"),
        pytest.param({"seed": count()}, "seed: got too many; expected 1 to 10,000 values", id="endless"),
        pytest.param(
            {"hidden": (12,)}, "hidden=12 is not a valid experiment: hidden: got 12", id="one too few"
        ),
    ],
)
def test_what_is_not_a_choice_is_reported_in_one_line(make, choices, message):
    with pytest.raises(PolycoreError, match=message) as caught:
        make(BASE, **choices)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        pytest.param(
            {"seed": [4, 1], "noise": [0.1, 0.2, 0.1]},
            r"^seed=4, noise=0.1 is the same experiment as seed=4, noise=0.1\.",
            id="given twice",
        ),
        pytest.param({"noise": [1, 1.0]}, "noise=1.0 is the same experiment as noise=1", id="in two ways"),
        pytest.param(
            {"seed": [1, -1]}, "seed=-1 is not a valid experiment: seed: got -1; expected", id="negative"
        ),
        pytest.param(
            {"samples_per_class": [10, None], "optimizer": ["adam", "lbfgs"]},
            "samples_per_class=None, optimizer='lbfgs' is not a valid experiment: .* fresh points",
            id="L-BFGS on fresh points",
        ),
    ],
)
def test_a_combination_that_is_none_is_named_in_one_line(choices, message):
    with pytest.raises(PolycoreError, match=message) as caught:
        grid(BASE, **choices)
    assert "\n" not in str(caught.value)
    with pytest.raises(PolycoreError, match=r"same experiment|not a valid experiment"):
        random_choices(BASE, math.prod(map(len, choices.values())), 0, **choices)


def test_too_many_are_refused_before_any_is_made(monkeypatch):
    monkeypatch.setattr(choices, "MAX_EXPERIMENTS", 6)
    assert len(grid(BASE, seed=range(2), steps=range(1, 4))) == 6
    with pytest.raises(PolycoreError, match="got 8 combinations; expected at most 6"):
        grid(BASE, seed=range(2), steps=range(1, 5))
    monkeypatch.undo()
    many = dict.fromkeys(["seed", "steps", "patience", "batch_size"], range(1, 10_001))
    with pytest.raises(PolycoreError, match="got 10,000,000,000,000,000 combinations"):
        grid(BASE, **many)


@given(count=st.integers(1, 12), seed=st.integers(0, 2**32))
def test_random_choices_are_different_ones_of_the_grid_and_the_seed_decides_them(count, seed):
    values = {"seed": [7, 8], "hidden": [(4,), (5,), (6,)], "optimizer": ["adam", "sgd"]}
    experiments = random_choices(BASE, count, seed, **values)
    assert len(set(experiments)) == len(experiments) == count
    assert set(experiments) <= set(grid(BASE, **values))
    assert random_choices(BASE, count, seed, **values) == experiments


def test_other_seeds_draw_others():
    draws = {random_choices(BASE, 5, seed, steps=range(1, 1000)) for seed in range(20)}
    assert len(draws) == 20


def test_every_value_is_as_likely_whatever_the_others_are():
    # 8 cells, 2,000 draws of one: 250 each, with a standard deviation of √(2000·1/8·7/8) = 14.8
    cells = Counter(
        (drawn.optimizer, drawn.steps)
        for seed in range(2000)
        for drawn in random_choices(BASE, 1, seed, optimizer=["adam", "sgd"], steps=[1, 2, 3, 4])
    )
    assert len(cells) == 8
    assert all(abs(times - 250) < 5 * 14.8 for times in cells.values())


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (-1, "a whole number of 1 or more"),
        (0, "a whole number of 1 or more"),
        (7, "1 to 6. .* 6 combinations"),
    ],
)
def test_no_more_can_be_drawn_than_there_are(count, expected):
    with pytest.raises(PolycoreError, match=f"count: got {count}; expected {expected}"):
        random_choices(BASE, count, 0, seed=range(3), optimizer=["adam", "sgd"])


def test_out_of_very_many_a_few_are_drawn():
    many = dict.fromkeys(["seed", "steps", "patience", "batch_size"], range(1, 10_001))
    assert len(set(random_choices(BASE, 20, 0, **many))) == 20
    with pytest.raises(PolycoreError, match="count: got 10,001; expected 1 to 10,000"):
        random_choices(BASE, 10_001, 0, **many)
