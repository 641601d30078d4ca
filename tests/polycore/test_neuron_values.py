"""What neurons make of points, which are dead, and which move the next layer most."""

import numpy as np
import pytest

import polycore as pc
from polycore.model.neurons import strengths, strongest, values_by_layer

# neurons of the hidden layer: x, y, and -1 everywhere, which is dead
MODEL = pc.Model(
    weights=(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0], [9.0, 9.0]])),
    biases=(np.array([[0.0, 0.0, -1.0]]), np.array([[0.5, 0.0]])),
    loss=1.0,
    accuracy=0.5,
    polynomials=(),
)
POINTS = np.array([[1.0, -2.0], [3.0, 4.0]])


def test_values_are_those_before_relu_and_last_the_logits():
    hidden, logits = values_by_layer(MODEL, POINTS)
    assert hidden.tolist() == [[1, -2, -1], [3, 4, -1]]
    # 3·1 + 1·0 + 0.5 and 4·1; 3·3 + 1·4 + 0.5 and 4·3
    assert logits.tolist() == [[3.5, 4], [13.5, 12]]


def test_without_a_hidden_layer_none_is_strong():
    flat = pc.Model((np.eye(2),), (np.zeros((1, 2)),), 1.0, 0.5, ())
    assert strengths(flat, POINTS) == ()


def test_strength_is_how_far_a_neuron_moves_the_next_layer():
    # x gives 1 and 3: deviation 1, times the length 5 of (3, 4); y gives 0 and 4: deviation 2, times 1
    [values] = strengths(MODEL, POINTS)
    assert values.tolist() == pytest.approx([5, 2, 0])


@pytest.mark.parametrize(
    ("most", "also", "expected"),
    [
        pytest.param(2, None, (0, 2), id="the two largest"),
        pytest.param(2, 1, (1, 2), id="another is chosen"),
        pytest.param(2, 2, (0, 2), id="a strong one is chosen"),
        pytest.param(9, 3, (0, 1, 2, 3), id="all"),
        pytest.param(2, 3, (2, 3), id="the weakest is chosen"),
    ],
)
def test_the_strongest_are_in_order_and_the_chosen_one_is_among_them(most, also, expected):
    assert strongest(np.array([3.0, 1.0, 5.0, 0.0]), most, also) == expected
