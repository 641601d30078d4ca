"""The tutorial's golden figures, to the last printed digit (its published figures, NumPy seed 0)."""

import numpy as np
import pytest

import polycore as pc

WALK = pc.tutorial.walkthrough()


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        pytest.param(WALK.points[0], (0.09762701, 1.29288102), id="first sample"),
        pytest.param(WALK.points[1], (0.43037873, 2.2911362), id="second sample"),
        pytest.param(WALK.points[-1], (-0.20155523, -1.99834965), id="last sample"),
        pytest.param(WALK.weights_l1[0, :3], (0.03528166, -0.01527744, -0.12986867), id="first weights"),
        pytest.param(WALK.weights_l1[1, :2], (0.15927708, -0.02585726), id="first weights, second row"),
        pytest.param(WALK.layer1[0, :3], (0.20937075, -0.03492186, 0.02718487), id="first layer"),
        pytest.param(WALK.relu[0, :3], (0.20937075, 0.0, 0.02718487), id="ReLU"),
        pytest.param(WALK.weights_l2[0, :3], (0.04811151, 0.27593551, -0.0074668), id="second weights"),
        pytest.param(WALK.weights_l2[-1, -1:], (-0.08000825,), id="last weight"),
        pytest.param(WALK.probabilities[0, :3], (0.08163237, 0.08710707, 0.08590382), id="softmax"),
    ],
)
def test_printed_arrays(values, printed):
    assert tuple(np.round(values, 8)) == printed


def test_loss_accuracy_and_predictions():
    assert WALK.loss == 2.4942046014713335
    assert WALK.accuracy == 0.015833333333333335
    assert WALK.predictions[:3].tolist() == [1, 1, 1]
    assert WALK.predictions[-3:].tolist() == [10, 4, 10]


def test_shapes():
    assert WALK.points.shape == (1200, 2)
    assert WALK.labels.tolist() == [label for label in range(12) for _ in range(100)]
    assert WALK.layer2.shape == WALK.probabilities.shape == (1200, 12)


def test_the_twelve_and_the_introductions_two():
    assert [polynomial.coefficients for polynomial in pc.TUTORIAL_POLYNOMIALS] == [
        (3, 1),
        (-2, -3),
        (4, -1, -2),
        (-1, 2, 0),
        (3, 0, 2),
        (1, -1, 3, 2),
        (-3, 1, 0, 0),
        (2, 0, 1, -2),
        (5, -3, 1, -2, 2),
        (-2, -3, 0, 4, 1),
        (1, 0, -4, 2, 3),
        (1, 0, 0, 0, -2),
    ]
    first, second = pc.INTRODUCTION_POLYNOMIALS
    assert (str(first), str(second)) == ("-x^2 + 1", "x^3 - 2")
    assert first(0) == 1  # the introduction's reason to answer (0, 1) with the first
