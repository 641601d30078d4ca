"""What neurons make of points, and which weights are the largest."""

import numpy as np
import pytest

import polycore as pc
from polycore.model.neurons import strongest, values_by_layer

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


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        pytest.param(2, (0, 2), id="the two largest"),
        pytest.param(3, (0, 1, 2), id="of two equal ones the first"),
        pytest.param(9, (0, 1, 2, 3), id="all"),
    ],
)
def test_the_strongest_weights_are_the_largest_in_size_in_the_order_of_their_indices(most, expected):
    assert strongest(np.array([3.0, 1.0, -5.0, -1.0]), most) == expected
