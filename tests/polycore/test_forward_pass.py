"""A point's way through a network, against plain dot, max and softmax, and the tutorial's golden figures."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from polycore.inspection.forward_pass import forward_pass
from polycore.tutorial.untrained_model import is_tutorial, tutorial_model, tutorial_sets

LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))
# worked out by hand for the point (2, 1): before ReLU 2·1 + 1·0 + 1 = 3 and 2·(-1) + 1·1 + 0 = -1,
# logits 3·1 + 0·5 + 0 = 3 and 3·2 + 0·5 + 1 = 7
BY_HAND = pc.Model(
    weights=(np.array([[1.0, -1.0], [0.0, 1.0]]), np.array([[1.0, 2.0], [5.0, 5.0]])),
    biases=(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])),
    loss=1.0,
    accuracy=0.5,
    polynomials=LINES,
)


def random_model(hidden, classes, seed):
    rng = np.random.default_rng(seed)
    widths = (2, *hidden, classes)
    shapes = list(pairwise(widths))
    weights = tuple(rng.normal(size=shape) for shape in shapes)
    biases = tuple(rng.normal(size=(1, neurons)) for _, neurons in shapes)
    return pc.Model(weights, biases, 1.0, 0.5, ())


def test_every_number_of_a_small_network_is_that_worked_out_by_hand():
    way = forward_pass(BY_HAND, 2.0, 1.0)
    first, second = way.layers
    assert way.point.tolist() == [2, 1]
    assert first.inputs.tolist() == [2, 1]
    assert first.products.tolist() == [[2, -2], [0, 1]]
    assert first.sums.tolist() == [2, -1]
    assert first.outputs.tolist() == [3, -1]
    assert second.inputs.tolist() == [3, 0]
    assert second.products.tolist() == [[3, 6], [0, 0]]
    assert way.logits.tolist() == [3, 7]
    assert way.shifted.tolist() == [-4, 0]
    assert way.exponentials.tolist() == pytest.approx([math.exp(-4), 1])
    assert way.probabilities.tolist() == pytest.approx([1 / (1 + math.exp(4)), 1 / (1 + math.exp(-4))])
    assert way.prediction == 1
    assert way.loss(0) == pytest.approx(math.log(1 + math.exp(4)))


@pytest.mark.parametrize(
    ("label", "loss"), [pytest.param(0, -math.log(1e-7), id="wrong"), pytest.param(1, 1e-7, id="right")]
)
def test_a_certain_answer_costs_what_the_clipped_probability_does(label, loss):
    sure = pc.Model((np.zeros((2, 2)),), (np.array([[0.0, 500.0]]),), 1.0, 0.5, LINES)
    assert forward_pass(sure, 0.0, 0.0).loss(label) == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("hidden", [(), (3,), (5, 4, 3)], ids=["no hidden layer", "one", "three"])
@given(x=st.floats(-1e3, 1e3), y=st.floats(-1e3, 1e3), seed=st.integers(0, 99))
def test_any_network_gives_what_plain_loops_give(hidden, x, y, seed):
    model = random_model(hidden, 3, seed)
    values = [x, y]
    for layer, (weights, biases) in enumerate(zip(model.weights, model.biases, strict=True)):
        columns = weights.T.tolist()
        values = [
            math.fsum(a * w for a, w in zip(values, column, strict=True)) + bias
            for column, bias in zip(columns, biases[0].tolist(), strict=True)
        ]
        if layer < len(hidden):
            values = [max(0.0, value) for value in values]
    powers = [math.exp(value - max(values)) for value in values]
    way = forward_pass(model, x, y)
    # cancellation costs digits of sums of a few products of size 1e3 and more
    assert way.logits.tolist() == pytest.approx(values, rel=1e-9, abs=1e-9)
    assert way.probabilities.tolist() == pytest.approx([power / sum(powers) for power in powers], abs=1e-6)
    assert way.probabilities.sum() == pytest.approx(1)


def test_the_tutorials_first_sample_gives_its_golden_figures():
    # the tutorial's printed figures, NumPy seed 0
    model, sets = tutorial_model(), tutorial_sets()
    way = forward_pass(model, *sets.points[0].tolist())
    first, second = way.layers
    assert way.point.round(8).tolist() == [0.09762701, 1.29288102]
    assert first.outputs[:3].round(8).tolist() == [0.20937075, -0.03492186, 0.02718487]
    assert second.inputs[:3].round(8).tolist() == [0.20937075, 0, 0.02718487]
    assert way.probabilities[:3].round(8).tolist() == [0.08163237, 0.08710707, 0.08590382]
    assert (model.loss, model.accuracy) == (2.4942046014713335, 0.015833333333333335)
    assert way.prediction == 1
    assert way.loss(0) == pytest.approx(-math.log(0.08163237), abs=1e-7)


def test_the_tutorials_model_knows_where_it_comes_from():
    assert is_tutorial(tutorial_model())
    assert not is_tutorial(BY_HAND)
    assert tutorial_sets().measured(tutorial_model()).loss == 2.4942046014713335
