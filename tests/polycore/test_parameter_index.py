"""Changing one number of a network, and measuring what that makes of it."""

import math

import numpy as np
import pytest

import polycore as pc
from polycore.class_name import ClassName
from polycore.inspection.parameter_index import ParameterIndex
from polycore.model.evaluation import DataSets
from polycore.network.parameters import layers, parameter_count

MODEL = pc.Model(
    weights=(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])),
    biases=(np.array([[0.1, 0.2]]), np.array([[0.3, 0.4]])),
    loss=1.0,
    accuracy=0.5,
    polynomials=(pc.Polynomial(1), pc.Polynomial(-1)),
    metadata={"step": 3},
)
INDICES = [
    pytest.param(ParameterIndex(0, 1), 0.2, id="bias of the first layer"),
    pytest.param(ParameterIndex(0, 0, 1), 3.0, id="weight from y"),
    pytest.param(ParameterIndex(1, 1, 0), 6.0, id="weight from a hidden neuron"),
]


@pytest.mark.parametrize(("index", "value"), INDICES)
def test_an_index_names_one_number_and_changes_no_other(index, value):
    assert index.value(MODEL) == value
    changed = index.changed(MODEL, -9.0)
    assert index.value(changed) == -9.0
    before, after = (
        np.concatenate([array.ravel() for array in model.weights + model.biases])
        for model in (MODEL, changed)
    )
    assert (before != after).sum() == 1
    assert index.value(MODEL) == value
    assert changed.metadata == MODEL.metadata


def test_a_number_that_no_network_may_have_is_refused():
    with pytest.raises(pc.PolycoreError, match="biases_l1"):
        ParameterIndex(0, 0).changed(MODEL, 2e6)


def test_the_loss_of_a_changed_weight_is_cross_entropy_computed_by_hand():
    # without a hidden layer the logits of (x, y) are (w·y, 0): class 0 has probability 1 / (1 + exp(-w·y))
    flat = pc.Model((np.zeros((2, 2)),), (np.zeros((1, 2)),), math.log(2), 0.5, MODEL.polynomials)
    changed = ParameterIndex(0, 0, 1).changed(flat, 3.0)
    points, labels = np.array([[5.0, 1.0], [0.0, -1.0], [2.0, 2.0]]), np.array([0, 1, 1])
    measured = DataSets(points, labels, (points[:1], labels[:1])).measured(changed)
    losses = [math.log1p(math.exp(-3)), math.log1p(math.exp(-3)), math.log1p(math.exp(6))]
    assert measured.loss == pytest.approx(sum(losses) / 3)
    assert measured.accuracy == pytest.approx(2 / 3)
    assert measured.held_out_accuracy == 1.0
    assert DataSets(points, labels).measured(changed).held_out_accuracy is None


def test_an_experiments_sets_are_those_its_runs_are_measured_on():
    run = pc.advance(pc.start(pc.Experiment(polynomials=MODEL.polynomials, steps=20, noise=1.0)), 20)
    measured = DataSets.of(run.experiment).measured(run.best)
    # training works on scaled inputs: the last digits differ
    assert measured.loss == pytest.approx(run.best.loss, rel=1e-9)
    assert measured.accuracy == run.best.accuracy
    assert measured.held_out_accuracy == run.best.held_out_accuracy


WIDTHS = (2, 3, 4)


def test_positions_count_the_weights_of_a_layer_row_by_row_and_then_its_biases():
    parameters = np.arange(parameter_count(WIDTHS), dtype=float)
    weights, biases = zip(*layers(parameters, WIDTHS), strict=True)
    model = pc.Model(weights, biases, 1.0, 0.5, ())
    found = [ParameterIndex.at(position, WIDTHS) for position in range(len(parameters))]
    assert [index.value(model) for index in found] == parameters.tolist()
    assert [index.position(WIDTHS) for index in found] == list(range(len(parameters)))


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (ParameterIndex(0, 2, 1), "weight from y to neuron 2 of layer 1"),
        (ParameterIndex(0, 2), "bias of neuron 2 of layer 1"),
        (ParameterIndex(1, 1, 0), "weight from neuron 0 to the output of y = x²"),
        (ParameterIndex(1, 0), "bias of the output of left"),
    ],
)
def test_an_index_is_said_in_words(index, words):
    classes = (ClassName("left"), pc.Polynomial(1, 0, 0))
    assert index.in_words(("x", "y"), 2, classes) == words
