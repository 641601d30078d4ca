"""The table of a model's answers about many points."""

import numpy as np
import pytest

import polycore as pc
from polycore.model.predictions import predictions_to_csv

CURVES = (pc.Polynomial(2, 1), pc.Polynomial(-1, 0), pc.Polynomial(1, 0, -1))
# the first lies on 2x + 1; at -1 the curves are at -1, 1 and 0
POINTS = np.array([[0.5, 2.0], [-1.0, 0.25]])
DISTANCES = ["0.0", "0.25"]


def model_of(weights, biases, polynomials=CURVES):
    """Return a model without a hidden layer: its logits are weights and biases applied to x and y."""
    return pc.Model((np.array(weights),), (np.array([biases]),), 0.0, 1.0, polynomials)


@pytest.mark.parametrize("polynomials", [pytest.param(CURVES, id="named"), pytest.param((), id="nameless")])
def test_predictions_come_back_in_the_order_of_the_points(polynomials):
    weights, biases = [[1.0, -1.0, 0.5], [0.0, 0.0, 1.0]], [0.0, 0.25, 0.0]
    logits = POINTS @ np.array(weights) + np.array(biases)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert shares.argmax(axis=1).tolist() == [2, 1]
    header, *rows = predictions_to_csv(model_of(weights, biases, polynomials), POINTS).splitlines()
    assert header == "x,y,prediction,probability" + (",curve,distance" if polynomials else "")
    for row, point, of_classes, curve, distance in zip(
        rows, POINTS, shares, ("y = x^2 - 1", "y = -x"), DISTANCES, strict=True
    ):
        x, y, prediction, probability, *known = row.split(",")
        assert [float(x), float(y)] == point.tolist()
        assert int(prediction) == of_classes.argmax()
        assert float(probability) == pytest.approx(of_classes.max())
        assert known == ([curve, distance] if polynomials else [])


def test_a_polynomial_with_a_minus_before_it_is_no_formula_to_a_spreadsheet():
    always_the_second = model_of(np.zeros((2, 3)), [0.0, 1.0, 0.0])
    table = predictions_to_csv(always_the_second, np.array([[1.0, 2.0]]))
    assert table.splitlines()[1].endswith(",y = -x,1.0")  # -x is at -1 there, 2x + 1 at 3
