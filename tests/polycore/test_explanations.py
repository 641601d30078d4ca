"""How each optimizer explains its step: every number beside the same by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.optimizers.adam import FIRST_STEP, AdamState
from polycore.optimizers.lbfgs import LbfgsState, Pair
from polycore.optimizers.optimizer import FullBatchUpdate, GradientUpdate, SearchUpdate
from polycore.optimizers.random_search import SearchState
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.rmsprop import RmspropState
from polycore.optimizers.sgd import SgdState
from polycore.optimizers.soap import SoapState

PLAIN = pc.Experiment(weight_decay=0.0, momentum=0.0)


def gradient_step(name, parameters, slopes, state, rate, widths=(1, 1), **settings):
    """Return what explains a step of an optimizer, and the parameters after it."""
    optimizer, experiment = OPTIMIZERS[name], replace(PLAIN, **settings)
    before = np.array(parameters, dtype=float), np.array(slopes, dtype=float)
    after = optimizer.step_with(experiment, widths)(*before, state, rate)
    explain = optimizer.explain(GradientUpdate(*before, state, rate, experiment, widths, *after))
    return explain, after[0]


def values(explanation):
    return {line.symbol: line.value for line in explanation.lines}


def test_plain_gradient_descent_subtracts_the_slope_times_the_rate():
    explain, _ = gradient_step("sgd", [1, 5], [2, 0], SgdState(np.zeros(2)), 0.1)
    [line] = explain(0).lines
    assert str(line) == "new w = w − rate · g = 1 − 0.1 · 2 = 0.8"
    assert explain(0).reason == "{slope} is above 0, so a smaller {kind} means less loss"
    assert explain(1).reason == "{slope} is 0"


def test_momentum_adds_to_the_velocity():
    explain, _ = gradient_step(
        "sgd", [0.8, 0.8], [2, -0.5], SgdState(np.array([2.0, 2.0])), 0.1, momentum=0.5
    )
    assert list(map(str, explain(0).lines)) == [
        "v = 2",
        "new v = momentum · v + g = 0.5 · 2 + 2 = 3",
        "new w = w − rate · new v = 0.8 − 0.1 · 3 = 0.5",
    ]
    # 0.5 · 2 − 0.5 = 0.5: downwards, against a slope below 0
    assert explain(1).reason == "{slope} is below 0, but the momentum of earlier steps outweighs that"


def test_nesterov_looks_ahead():
    state = SgdState(np.array([2.0, 0.0]))
    explain, _ = gradient_step("sgd", [0.7, 0], [2, 0], state, 0.1, momentum=0.5, nesterov=True)
    assert list(map(str, explain(0).lines))[1:] == [
        "new v = momentum · v + g = 0.5 · 2 + 2 = 3",
        "ahead v = g + momentum · new v = 2 + 0.5 · 3 = 3.5",
        "new w = w − rate · ahead v = 0.7 − 0.1 · 3.5 = 0.35",
    ]


@pytest.mark.parametrize("name", ["sgd", "adam", "rmsprop", "soap"])
def test_weight_decay_shrinks_the_weight_beside_its_slope(name):
    optimizer = OPTIMIZERS[name]
    state = optimizer.start(np.array([2.0, 2.0]), (1, 1))
    # a slope of −1e-9 would have it go up by next to nothing
    explain, after = gradient_step(
        name, [2, 2], [0, -1e-9], state, 0.1 if name == "sgd" else 1e-9, weight_decay=0.5
    )
    assert explain(0).reason == "{slope} is 0, but weight decay outweighs that"
    last = explain(0).lines[-1]
    assert last.in_symbols.startswith("(1 − rate · decay) · w − rate · ")
    assert last.value == after[0] == pytest.approx(last.computed)
    if name == "sgd":
        assert last.value == pytest.approx(1.9)  # 2 − 0.1 · 0.5 · 2
        assert explain(1).reason == "{slope} is below 0, but weight decay outweighs that"


def test_the_second_step_of_adam():
    # after a slope of 2 the average is 0.1 · 2 and that of the squares 0.001 · 4; now the slope is −1
    state = AdamState(1, np.array([2.0, 0.0]), np.array([4.0, 0.0]))
    explain, _ = gradient_step("adam", [0.9, 0], [-1, 0], state, 0.1)
    expected = {"m": 0.2, "s": 0.004, "new_m": 0.08, "new_s": 0.004996}
    expected |= {"corrected_m": 8 / 19, "corrected_s": 4996 / 1999}
    found = values(explain(0))
    assert found == pytest.approx(
        {**expected, "new_w": 0.9 - 0.1 * (8 / 19) / math.sqrt(4996 / 1999)}, abs=1e-8
    )
    assert explain(0).reason == "{slope} is below 0, but the average of the slopes so far outweighs that"
    assert explain(0).lines[2].in_numbers == "0.9 · 0.2 + (1 − 0.9) · (−1)"


def test_the_first_step_of_adam_is_as_long_as_the_rate_and_says_so():
    state = AdamState(0, np.zeros(3), np.zeros(3))
    explain, after = gradient_step("adam", [0.9, 0, 1], [-3, 0, 1e-8], state, 0.1)
    # half as long if the slope is as small as epsilon
    assert after == pytest.approx([1.0, 0, 0.95])
    assert [explain(index).note for index in range(3)] == [FIRST_STEP.format(rate="0.1"), "", ""]
    decaying, _ = gradient_step("adam", [0.9, 0, 1], [-3, 0, 1e-8], state, 0.1, weight_decay=0.5)
    assert decaying(0).note == ""
    second = AdamState(1, np.array([2.0, 0.0]), np.array([4.0, 0.0]))
    assert gradient_step("adam", [0.9, 0], [-1, 0], second, 0.1)[0](0).note == ""


def test_the_second_step_of_rmsprop():
    explain, _ = gradient_step("rmsprop", [1, 0], [-1, 0], RmspropState(np.array([0.4, 0.0])), 0.1)
    found = values(explain(0))
    assert found == pytest.approx({"s": 0.4, "new_s": 0.46, "new_w": 1 + 0.1 / math.sqrt(0.46)}, abs=1e-8)


def test_soap_in_its_first_steps_is_adam_of_each_number():
    state = OPTIMIZERS["soap"].start(np.zeros(4), (1, 2))
    explain, _ = gradient_step("soap", [1, 2, 3, 4], [0.5, -8, 0, 0], state, 0.1, widths=(1, 2))
    found = values(explain(1))
    expected = {"c": -8, "m": 0, "s": 0, "new_m": -8 * 0.05, "new_s": 64 * 0.02, "corrected_m": -8}
    assert found == pytest.approx({**expected, "corrected_s": 64, "u": -1, "new_w": 2.1}, abs=1e-8)


def test_soap_goes_along_its_axes():
    # The left basis of one input and the biases is turned by half a right angle. A slope of 1 for the weight
    # and for the bias of neuron 0 is √2 along its first axis. Long after the start nothing has to be
    # corrected: the average is 0.05·√2, that of the squares is to be 1/4, and the step 0.05·√2 / (1/2). In
    # that, weight and bias have a share of 1/√2: 0.1. Along the second axis of neuron 0 a slope of 0 meets an
    # average of 0.05 and squares of 1: the step is 0.95 · 0.05, with shares of 1/√2 and −1/√2.
    half = math.sqrt(0.5)
    bases = np.array([half, half, half, -half, 1, 0, 0, 1])
    squares = 50 * np.array([(0.25 - 0.04) / 0.98, 1, 1 / 0.98, 1])
    state = SoapState(1_000_001, np.array([0, 0, 1.0, 0]), squares, np.zeros(8), bases)
    explain, _ = gradient_step("soap", [1, 0, 1, 0], [1, 0, 1, 0], state, 0.5, widths=(1, 2))
    rest = half * 0.95 * 0.05
    for index, side in ((0, 1), (2, -1)):
        found = values(explain(index))
        expected = {"c": 2 * half, "m": 0, "new_m": 0.1 * half, "new_s": 0.25, "corrected_m": 0.1 * half}
        expected |= {"corrected_s": 0.25, "u": 0.2 * half, "q": half, "rest": side * rest}
        expected |= {"s": 0.21 / 0.98, "new_w": 1 - 0.5 * (0.1 + side * rest)}
        assert found == pytest.approx(expected, abs=1e-7)
    assert explain(0).lines[-1].in_symbols == "w − rate · (q · u + rest)"


def test_a_change_along_an_axis_of_soap_has_a_limit():
    state = SoapState(5, np.array([100.0, 0]), np.array([0.01, 0]), np.zeros(5), np.array([1.0, 0, 0, 1, 1]))
    explain, _ = gradient_step("soap", [1, 0], [0.1, 0], state, 0.5)
    assert values(explain(0))["u"] == 3
    assert values(explain(0))["new_w"] == pytest.approx(1 - 0.5 * 3)


def quadratic(parameters):
    return float(parameters.dot(parameters) / 2)


def search_step(name, parameters, direction, size):
    optimizer, state = OPTIMIZERS[name], SearchState(size)
    before = np.array(parameters, dtype=float), np.array(direction, dtype=float)
    after = optimizer.step(*before, state, size, lambda one, other: quadratic(one) < quadratic(other))
    return optimizer.explain(SearchUpdate(*before, state, size, quadratic, *after))


def test_random_search_keeps_a_try_with_a_lower_loss():
    explain = search_step("random-search", [1, 2], [1, -2], 0.5)
    # (1.5, 1) has 3.25 / 2, and (1, 2) has 5 / 2
    expected = {"rate": 0.5, "d": -2, "tried_w": 1, "loss": 2.5, "tried_loss": 1.625, "new_w": 1}
    assert values(explain(1)) == expected
    assert explain(1).reason == "the try is kept, since the loss is lower with it"
    assert values(explain(0))["new_w"] == 1.5


def test_random_search_drops_a_try_with_no_lower_loss():
    explain = search_step("random-search", [1, 2], [1, 1], 0.5)
    assert values(explain(0)) == {
        "rate": 0.5,
        "d": 1,
        "tried_w": 1.5,
        "loss": 2.5,
        "tried_loss": 4.25,
        "new_w": 1,
    }
    assert str(explain(0).lines[-1]) == "new w = w = 1"
    assert explain(0).reason == "the try is dropped, since the loss is not lower with it"


@pytest.mark.parametrize(
    ("direction", "power", "words"),
    [
        ([-1, -1, -1], 0.5, "a success: the next try is larger"),
        ([1, 1, 1], -0.125, "a failure: the next try is smaller"),
    ],
)
def test_evolution_adapts_its_next_try(direction, power, words):
    # three numbers: the damping is √(3 + 1) = 2
    explain = search_step("evolution", [1, 2, 3], direction, 0.25)
    lines = {line.symbol: line for line in explain(2).lines}
    assert lines["new_sigma"].words == words
    assert lines["new_sigma"].value == pytest.approx(0.25 * math.exp(power))
    assert lines["new_sigma"].computed == pytest.approx(0.25 * math.exp(power))
    assert lines["tried_w"].value == 3 + 0.25 * direction[2]


def loss_and_gradient(parameters):
    return quadratic(parameters), parameters.copy()


def full_batch_step(parameters, state, function=loss_and_gradient):
    optimizer, parameters = OPTIMIZERS["lbfgs"], np.array(parameters, dtype=float)
    loss, gradient = loss_and_gradient(parameters)
    new, _, _, new_state = optimizer.step(parameters, loss, gradient, state, function)
    return optimizer.explain(FullBatchUpdate(parameters, loss, gradient, state, function, new, new_state))


def test_lbfgs_begins_straight_down():
    # at (3, 4) the gradient has length 5: the first trial is 1 away, 1/5 of the gradient, with loss 4² / 2
    explain = full_batch_step([3, 4], LbfgsState())
    assert list(map(str, explain(0).lines)) == [
        "p = −g = −3",
        "loss = 12.5",
        "loss₁ = 8",
        "a = 0.2",
        "new w = w + a · p = 3 + 0.2 · (−3) = 2.4",
    ]
    assert explain(0).reason == "{slope} is above 0, so a smaller {kind} means less loss"


def test_lbfgs_uses_the_curvature_of_its_last_step():
    # along that step the gradient changed as much as the parameters: the loss is lowest one gradient away
    change = np.array([-0.6, -0.8])
    explain = full_batch_step([2.4, 3.2], LbfgsState((Pair(change, change, 1.0),)))
    expected = {"p": -3.2, "loss": 8, "loss_1": 0, "a": 1, "new_w": 0}
    assert values(explain(1)) == pytest.approx(expected, abs=1e-15)
    assert "last steps" in explain(1).lines[0].words


def test_lbfgs_at_the_minimum_is_stuck():
    explain = full_batch_step([0, 0], LbfgsState())
    assert values(explain(0)) == {"p": 0, "loss": 0, "new_w": 0}
    assert explain(0).reason == "no trial has a lower loss"


def test_lbfgs_shows_the_first_and_the_last_trials_of_a_long_search():
    # all 20 are refused
    explain = full_batch_step([3, 4], LbfgsState(), lambda parameters: (math.inf, parameters.copy()))
    trials = explain(0).lines[2:-1]
    assert [str(line) for line in trials] == ["loss₁ = ∞", "loss₁₈ = ∞", "loss₁₉ = ∞", "loss₂₀ = ∞"]
    assert [line.words.endswith(", after 16 other trials") for line in trials] == [False, True, False, False]


def test_lbfgs_forgets_its_last_steps_if_they_lead_nowhere():
    # the pair turns the direction to (−3, 0), where every trial is refused: straight down x and y stay equal
    pair = Pair(np.array([1.0, 0.0]), np.array([1.0, 1.0]), 1.0)

    def only_straight_down(parameters):
        x, y = parameters
        return loss_and_gradient(parameters) if x == y else (math.inf, parameters.copy())

    explain = full_batch_step([3, 3], LbfgsState((pair,)), only_straight_down)
    first, *_, last = explain(1).lines
    assert first.words.startswith("nothing was lower along the last direction")
    assert str(first) == "p = −g = −3"
    # the first trial is 1 away, along the gradient of length 3·√2
    assert last.value == pytest.approx(3 - math.sqrt(0.5))
