"""Loss and gradient in columns: beside the plain network, central differences and the other precision."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import network
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels

WIDTHS = [(2, 3), (2, 4, 3), (2, 3, 4, 2), (2, 3, 3, 3, 3)]


def central_differences(loss, parameters, h=6e-6):
    # h: the cube root of float64's epsilon, where rounding and curvature errors meet
    gradient = np.empty_like(parameters)
    for place in range(parameters.size):
        nudge = np.zeros_like(parameters)
        nudge[place] = h
        gradient[place] = (loss(parameters + nudge) - loss(parameters - nudge)) / (2 * h)
    return gradient


def plain_probabilities(parameters, widths, points):
    weights, biases = zip(*network.layers(parameters, widths), strict=True)
    return network.softmax(network.forward(weights, biases, points))


def some(widths, count, seed=7):
    rng = np.random.default_rng(seed)
    points, labels = rng.normal(size=(count, 2)), rng.integers(widths[-1], size=count)
    return rng.normal(size=network.parameter_count(widths)), points, labels


@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_the_gradient_agrees_with_central_differences_for_every_parameter(widths):
    parameters, points, labels = some(widths, 11)
    refuse_kinks(parameters, widths, points)

    def loss(parameters):
        return network.cross_entropy(plain_probabilities(parameters, widths, points), labels)

    kernels, batch = Kernels(widths), Batch.of(points, labels, widths[-1])
    value, gradient = kernels.loss_and_gradient(parameters, batch)
    assert value == pytest.approx(loss(parameters), rel=1e-14)
    assert kernels.gradient(parameters, batch) == pytest.approx(gradient, rel=1e-13, abs=1e-16)
    # 1e-8: the differences' own error, epsilon / h and h^2
    assert gradient == pytest.approx(central_differences(loss, parameters), abs=1e-8)


@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_the_plain_gradient_agrees_with_central_differences_for_every_parameter(widths):
    parameters, points, labels = some(widths, 11)
    refuse_kinks(parameters, widths, points)
    batch = Batch.of(points, labels, widths[-1])

    def loss(parameters):
        return network.cross_entropy(plain_probabilities(parameters, widths, points), labels)

    value, gradient = network.loss_and_gradient(parameters, batch, widths)
    assert value == loss(parameters)
    assert gradient == pytest.approx(central_differences(loss, parameters), abs=1e-8)  # as above


@given(
    hidden=st.lists(st.integers(1, 9), max_size=4),
    classes=st.integers(2, 24),
    count=st.integers(1, 600),
    seed=st.integers(0, 1000),
)
def test_the_kernels_agree_with_the_plain_network(hidden, classes, count, seed):
    widths = (2, *hidden, classes)
    parameters, points, labels = some(widths, count, seed)
    batch = Batch.of(points, labels, classes)
    loss, gradient = network.loss_and_gradient(parameters, batch, widths)
    fast_loss, fast_gradient = Kernels(widths).loss_and_gradient(parameters, batch)
    assert fast_loss == pytest.approx(loss, rel=1e-12)
    # sums of up to 600 products in another order
    assert fast_gradient == pytest.approx(gradient, rel=1e-10, abs=1e-12)


def refuse_kinks(parameters, widths, points):
    values = points
    for weights, biases in network.layers(parameters, widths)[:-1]:
        values = values @ weights + biases
        assert np.abs(values).min() > 1e-4, "a neuron sits on ReLU's kink: take another seed"
        values = np.maximum(values, 0)


@pytest.mark.parametrize("count", [1, 7, 30_000], ids=["one point", "a few", "several parts and a rest"])
def test_loss_and_accuracy_are_the_plain_network_s(count):
    widths = (2, 4, 3)
    parameters, points, labels = some(widths, count, seed=3)
    kernels, batch = Kernels(widths), Batch.of(points, labels, 3)
    probabilities = plain_probabilities(parameters, widths, points)
    loss = network.cross_entropy(probabilities, labels)
    assert kernels.loss(parameters, batch) == pytest.approx(loss, rel=1e-12)
    assert kernels.loss_and_accuracy(parameters, batch) == (
        pytest.approx(loss, rel=1e-12),
        network.accuracy(probabilities, labels),
    )


@pytest.mark.parametrize("count", [7, 30_000], ids=["a few points", "several parts and a rest"])
def test_a_points_error_is_what_the_probability_of_its_class_lacks(count):
    widths = (2, 4, 3)
    parameters, points, labels = some(widths, count, seed=3)
    kernels, batch = Kernels(widths), Batch.of(points, labels, 3)
    gradient, errors = kernels.gradient_and_errors(parameters, batch)
    probabilities = plain_probabilities(parameters, widths, points)
    assert errors == pytest.approx(1 - probabilities[np.arange(count), labels], abs=1e-12)
    assert (gradient == kernels.gradient(parameters, batch)).all()


def test_each_point_twice_changes_neither_loss_nor_gradient():
    # over several parts, so that they must be weighed by their points
    widths = (2, 4, 3)
    parameters, points, labels = some(widths, 12_001)
    kernels = Kernels(widths)
    once = kernels.loss_and_gradient(parameters, Batch.of(points, labels, 3))
    twice = kernels.loss_and_gradient(parameters, Batch.of(np.tile(points, (2, 1)), np.tile(labels, 2), 3))
    assert twice[0] == pytest.approx(once[0], rel=1e-12)
    assert twice[1] == pytest.approx(once[1], rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(-700, 700), min_size=3, max_size=3), st.integers(0, 2))
def test_logits_of_any_size_cost_what_the_clipped_probability_says(logits, label):
    # no hidden layer and a point at the origin: the biases are the logits
    parameters = np.concatenate([np.zeros(6), logits])
    kernels, batch = Kernels((2, 3)), Batch.of(np.zeros((1, 2)), np.array([label]), 3)
    with np.errstate(over="ignore", divide="ignore"):
        exact = kernels.loss(parameters, batch)
        rough = kernels.loss(parameters, batch.astype(np.float32))
    [probabilities] = network.softmax(np.array([logits]))
    expected = -math.log(min(max(probabilities[label], 1e-7), 1 - 1e-7))
    # log(1 + 1e-7) keeps nine digits in float64, and one in float32
    assert exact == pytest.approx(expected, rel=1e-9, abs=1e-15)
    # a logit of 700 has steps of 6e-5 in float32
    assert rough == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_float32_comes_near_float64():
    widths = (2, 32, 32, 12)
    _, points, labels = some(widths, 256)
    parameters = network.initial_parameters(widths, "he", np.random.default_rng(0))
    kernels, batch = Kernels(widths), Batch.of(points, labels, 12)
    loss, gradient = kernels.loss_and_gradient(parameters, batch)
    rough_loss, rough_gradient = kernels.loss_and_gradient(parameters, batch.astype(np.float32))
    assert rough_gradient.dtype == np.float32
    assert rough_loss == pytest.approx(loss, rel=1e-5)
    assert np.abs(rough_gradient - gradient).max() < 1e-5 * np.abs(gradient).max()


def test_what_was_worked_out_before_leaves_no_trace():
    widths = (2, 4, 3)
    parameters, points, labels = some(widths, 9)
    other, other_points, other_labels = some(widths, 9, seed=8)
    fresh = Kernels(widths).gradient(parameters, Batch.of(points, labels, 3))
    used = Kernels(widths)
    used.loss_and_gradient(other, Batch.of(other_points, other_labels, 3))
    found = used.gradient(parameters, Batch.of(points, labels, 3))
    used.gradient(other, Batch.of(other_points, other_labels, 3))
    assert found.tolist() == fresh.tolist()


def test_a_sure_network_leaves_no_subnormal_numbers_which_processors_are_slow_with():
    # no hidden layer, one point at (1, 0): logits 0 and -91, and e^-91 lies below float32's smallest normal
    points, labels = np.array([[1.0, 0.0]], dtype=np.float32), np.array([1])
    parameters = np.array([0, -91, 0, 0, 0, 0], dtype=np.float32)
    assert 0 < np.exp(np.float32(-91)) < np.finfo(np.float32).tiny
    gradient = Kernels((2, 2)).gradient(parameters, Batch.of(points, labels, 2))
    # probabilities (1, 0) less one-hot (0, 1)
    assert gradient == pytest.approx([1, -1, 0, 0, 1, -1])
    other = Kernels((2, 2)).gradient(parameters, Batch.of(points, np.array([0]), 2))
    assert not np.any((other != 0) & (np.abs(other) < np.finfo(np.float32).tiny))
