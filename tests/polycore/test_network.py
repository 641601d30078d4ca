"""The network's arithmetic beside hand-worked numbers, closed forms and central differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from polycore import network

LOGITS = arrays(np.float64, (3, 4), elements=st.floats(-1e4, 1e4))


@pytest.mark.parametrize(
    ("widths", "count"),
    [
        pytest.param((2, 12, 12), 2 * 12 + 12 + 12 * 12 + 12, id="the tutorial's"),
        pytest.param((2, 3), 9, id="no hidden layer"),
        pytest.param((2, 4, 5, 3), 12 + 25 + 18, id="two hidden layers"),
    ],
)
def test_every_weight_and_bias_is_counted(widths, count):
    assert network.parameter_count(widths) == count


def test_layers_are_views_of_the_flat_vector_in_order():
    parameters = np.arange(2 * 3 + 3 + 3 * 2 + 2, dtype=float)
    (weights_l1, biases_l1), (weights_l2, biases_l2) = network.layers(parameters, (2, 3, 2))
    assert weights_l1.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert biases_l1.tolist() == [[6, 7, 8]]
    assert weights_l2.tolist() == [[9, 10], [11, 12], [13, 14]]
    assert biases_l2.tolist() == [[15, 16]]
    biases_l2[0, 1] = -1
    assert parameters[16] == -1


def test_forward_by_hand():
    # hidden: relu((1, 2)·W1 + b1) = relu(1 - 2 + 0.5, 2·2 - 1) = (0, 3); logits: 3·(1, -1) + (0.25, 0)
    weights = [np.array([[1.0, 0.0], [-1.0, 2.0]]), np.array([[5.0, 5.0], [1.0, -1.0]])]
    biases = [np.array([[0.5, -1.0]]), np.array([[0.25, 0.0]])]
    assert network.forward(weights, biases, np.array([[1.0, 2.0]])).tolist() == [[3.25, -3.0]]


def test_dead_neurons_are_those_that_no_point_wakes():
    # at (1, 1) and (2, -1) the first layer gives relu of x: 1, 2; of y: 1, 0; of -x: 0, 0; of 0: 0, 0
    first = np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    # the second: relu of -(x + 1) and of x - y - 0.5 is 0, 0 and 0, 1.5; y - 1 is 0, 0: on the edge is dead
    second = np.array([[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [9.0, 9.0, 9.0], [9.0, 9.0, 9.0]])
    weights = [first, second, np.ones((3, 2))]
    biases = [np.zeros((1, 4)), np.array([[-1.0, -0.5, -1.0]]), np.array([[-100.0, -100.0]])]
    points = np.array([[1.0, 1.0], [2.0, -1.0]])
    first_dead, second_dead = network.dead_neurons(weights, biases, points)
    assert first_dead.tolist() == [False, False, True, True]
    assert second_dead.tolist() == [True, False, True]
    # (0.5, 3) wakes the last of the second layer
    _, second_dead = network.dead_neurons(
        weights, biases, np.vstack([np.repeat(points, 300, axis=0), [0.5, 3]])
    )
    assert second_dead.tolist() == [True, False, False]


def test_a_network_without_hidden_layers_has_no_dead_neurons():
    assert network.dead_neurons([-np.ones((2, 3))], [np.zeros((1, 3))], np.ones((4, 2))) == ()


def test_softmax_by_hand():
    # exp(log 1), exp(log 2), exp(log 5) are 1, 2, 5 of 8
    [row] = network.softmax(np.log([[1.0, 2.0, 5.0]]))
    assert row == pytest.approx([1 / 8, 2 / 8, 5 / 8], rel=1e-15)


@given(LOGITS)
def test_softmax_rows_are_probabilities(logits):
    probabilities = network.softmax(logits)
    assert (probabilities >= 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-12)


@given(LOGITS, st.floats(-1e3, 1e3))
def test_softmax_ignores_what_is_common_to_a_row(logits, shift):
    # 1e-9: logits near 1e4 keep 12 digits behind the point, fewer once shifted
    assert network.softmax(logits + shift) == pytest.approx(network.softmax(logits), abs=1e-9)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    probabilities = network.softmax(np.zeros((3, 12)))
    assert network.cross_entropy(probabilities, np.array([0, 5, 11])) == pytest.approx(
        math.log(12), rel=1e-15
    )


def test_integer_and_one_hot_labels_cost_the_same():
    probabilities = network.softmax(np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]))
    labels = np.array([2, 0])
    one_hot = np.eye(3, dtype=int)[labels]
    assert network.cross_entropy(probabilities, one_hot) == network.cross_entropy(probabilities, labels)
    assert network.accuracy(probabilities, one_hot) == network.accuracy(probabilities, labels) == 0


@pytest.mark.parametrize(
    ("probability", "loss"),
    [
        pytest.param(0.0, 7 * math.log(10), id="none: clipped to 1e-7"),
        pytest.param(1.0, 1e-7, id="all: clipped to 1 - 1e-7"),  # -log(1 - e) = e + e^2/2 + ...
        pytest.param(0.25, math.log(4), id="a quarter: not clipped"),
    ],
)
def test_probabilities_are_clipped_as_the_tutorials(probability, loss):
    probabilities = np.array([[probability, 1 - probability]])
    assert network.cross_entropy(probabilities, np.array([0])) == pytest.approx(loss, rel=1e-6)


def test_accuracy_by_hand():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.7, 0.3], [0.2, 0.8]])
    assert network.accuracy(probabilities, np.array([0, 1, 1, 1])) == 0.75


@pytest.mark.parametrize(
    ("kind", "deviation"),
    [pytest.param("tutorial", 0.1, id="tutorial"), pytest.param("he", math.sqrt(2 / 300), id="he")],
)
def test_initial_weights_have_the_stated_deviation_and_no_bias(kind, deviation):
    widths = (2, 300, 300)
    parameters = network.initial_parameters(widths, kind, np.random.default_rng(0))
    weights, biases = network.layers(parameters, widths)[1]
    # 90,000 draws: the deviation's standard error is 0.24 %; four of them are allowed
    assert weights.std() == pytest.approx(deviation, rel=0.01)
    assert not biases.any()
