"""Each optimizer beside steps worked by hand and a quadratic whose lowest point is known."""

import math

import numpy as np
import pytest

from polycore.optimizers.adam import start_adam, step_adam
from polycore.optimizers.evolution import step_evolution
from polycore.optimizers.random_search import start_search, step_random_search
from polycore.optimizers.rmsprop import start_rmsprop, step_rmsprop
from polycore.optimizers.sgd import start_sgd, step_sgd

LOWEST = np.array([3.0, -1.0])
STEEPNESS = np.array([1.0, 4.0])


def gradient_of_quadratic(parameters):
    return STEEPNESS * (parameters - LOWEST)


def quadratic(parameters):
    return float((STEEPNESS * (parameters - LOWEST) ** 2).sum() / 2)


def lower_by(loss_of):
    """Return a comparison of losses by a function that gives them."""
    return lambda candidate, kept: loss_of(candidate) < loss_of(kept)


def test_two_steps_of_sgd_by_hand():
    parameters, gradient = np.array([1.0]), np.array([2.0])
    state = start_sgd(parameters)
    parameters, state = step_sgd(parameters, gradient, state, 0.1, 0.5)
    assert parameters == pytest.approx([0.8])  # v = 2; 1 - 0.1·2
    parameters, state = step_sgd(parameters, gradient, state, 0.1, 0.5)
    assert parameters == pytest.approx([0.5])  # v = 0.5·2 + 2 = 3; 0.8 - 0.1·3


def test_two_steps_of_adam_by_hand():
    # step 1: mean 0.1·2, square 0.001·4; corrected 2 and 4; change 0.1·2/2
    # step 2, gradient -1: mean 0.9·0.2 - 0.1 = 0.08, corrected by 1 - 0.81: 8/19;
    # square 0.999·0.004 + 0.001 = 0.004996, corrected by 1 - 0.998001: 4996/1999
    parameters = np.array([1.0])
    state = start_adam(parameters)
    parameters, state = step_adam(parameters, np.array([2.0]), state, 0.1)
    assert parameters == pytest.approx([0.9], abs=1e-8)  # epsilon 1e-8 beside a root of 2
    parameters, state = step_adam(parameters, np.array([-1.0]), state, 0.1)
    expected = 0.9 - 0.1 * (8 / 19) / math.sqrt(4996 / 1999)
    assert parameters == pytest.approx([expected], abs=1e-8)


def test_two_steps_of_rmsprop_by_hand():
    # step 1: mean square 0.1·4 = 0.4; change 0.1·2/sqrt(0.4)
    # step 2, gradient -1: mean square 0.9·0.4 + 0.1·1 = 0.46; change -0.1/sqrt(0.46)
    parameters = np.array([1.0])
    state = start_rmsprop(parameters)
    parameters, state = step_rmsprop(parameters, np.array([2.0]), state, 0.1)
    assert parameters == pytest.approx([1 - 0.2 / math.sqrt(0.4)], abs=1e-8)
    parameters, state = step_rmsprop(parameters, np.array([-1.0]), state, 0.1)
    assert parameters == pytest.approx([1 - 0.2 / math.sqrt(0.4) + 0.1 / math.sqrt(0.46)], abs=1e-8)


def test_two_steps_of_nesterov_by_hand():
    parameters, gradient = np.array([1.0]), np.array([2.0])
    state = start_sgd(parameters)
    parameters, state = step_sgd(parameters, gradient, state, 0.1, 0.5, nesterov=True)
    assert parameters == pytest.approx([0.7])  # v = 2; along 2 + 0.5·2 = 3; 1 - 0.1·3
    parameters, state = step_sgd(parameters, gradient, state, 0.1, 0.5, nesterov=True)
    assert parameters == pytest.approx([0.35])  # v = 0.5·2 + 2 = 3; along 2 + 0.5·3 = 3.5; 0.7 - 0.35


def test_weight_decay_shrinks_the_parameters_apart_from_the_gradient():
    parameters, gradient = np.array([2.0]), np.array([0.0])
    decayed, _ = step_sgd(parameters, gradient, start_sgd(parameters), 0.1, 0.9, weight_decay=0.5)
    assert decayed == pytest.approx([1.9])  # 2 - 0.1·0.5·2
    decayed, _ = step_adam(parameters, np.array([4.0]), start_adam(parameters), 0.1, weight_decay=0.5)
    assert decayed == pytest.approx([1.8])  # Adam's first step has the length of the rate, 0.1


def test_sgd_finds_the_lowest_point_of_a_quadratic():
    parameters = np.zeros(2)
    state = start_sgd(parameters)
    for _ in range(400):
        parameters, state = step_sgd(parameters, gradient_of_quadratic(parameters), state, 0.05, 0.9)
    # each step shrinks the error by about sqrt(momentum) = 0.95: 0.95^400 is 1e-9
    assert parameters == pytest.approx(LOWEST, abs=1e-7)


def test_adam_finds_the_lowest_point_of_a_quadratic():
    parameters = np.zeros(2)
    state = start_adam(parameters)
    for step in range(2000):
        rate = 0.1 * (1 - step / 2000)
        parameters, state = step_adam(parameters, gradient_of_quadratic(parameters), state, rate)
    assert parameters == pytest.approx(LOWEST, abs=1e-3)  # the last steps are about 1e-4 long


def test_random_search_keeps_a_change_only_where_the_loss_is_lower():
    parameters = np.zeros(2)
    better = step_random_search(parameters, np.array([1.0, 0.0]), 0.5, lower_by(quadratic))
    assert better.tolist() == [0.5, 0.0]
    same = step_random_search(better, np.array([-1.0, 0.0]), 0.5, lower_by(quadratic))
    assert same is better


def test_random_search_refuses_an_equal_loss():
    parameters = np.zeros(2)
    assert step_random_search(parameters, np.ones(2), 0.5, lower_by(lambda _: 1.0)) is parameters


def test_evolution_keeps_its_deviation_where_one_mutant_in_five_succeeds():
    parameters, state = np.zeros(3), start_search(0.25)
    for outcome in (True, False, False, False, False):
        _, state = step_evolution(parameters, np.ones(3), state, lambda *_, is_lower=outcome: is_lower)
    assert state.step_size == pytest.approx(0.25, rel=1e-15)
    # one success alone: e^(1 / sqrt(3 + 1))
    _, grown = step_evolution(parameters, np.ones(3), state, lambda *_: True)
    assert grown.step_size == pytest.approx(0.25 * math.exp(0.5), rel=1e-15)


def test_evolution_comes_closer_than_its_first_deviation():
    rng = np.random.default_rng(0)
    parameters, state = np.zeros(2), start_search(1.0)
    for _ in range(500):
        parameters, state = step_evolution(parameters, rng.standard_normal(2), state, lower_by(quadratic))
    assert parameters == pytest.approx(LOWEST, abs=1e-4)
    assert state.step_size < 1e-2


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_no_array_that_was_passed_in_is_changed(name):
    parameters, gradient = np.array([1.0, 2.0]), np.array([0.5, -0.5])
    if name == "sgd":
        _, state = step_sgd(parameters, gradient, start_sgd(parameters), 0.1, 0.9)
        before = state.velocity.copy()
        step_sgd(parameters, gradient, state, 0.1, 0.9)
        assert state.velocity.tolist() == before.tolist()
    else:
        _, state = step_adam(parameters, gradient, start_adam(parameters), 0.1)
        before = state.first_moment.copy(), state.second_moment.copy()
        step_adam(parameters, gradient, state, 0.1)
        assert (state.first_moment.tolist(), state.second_moment.tolist()) == (
            before[0].tolist(),
            before[1].tolist(),
        )
    assert parameters.tolist() == [1.0, 2.0]
    assert gradient.tolist() == [0.5, -0.5]
