"""Gradient clipping: steps by hand, whatever draws the points, and only where a gradient is followed."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.links import link
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.task import task_of
from polycore.training.update_rules import clipped
from tests.runs import TINY

GRADIENT = ("adam", "soap", "rmsprop", "sgd")
OTHERS = ("lbfgs", "evolution", "random-search")
SGD = replace(TINY, optimizer="sgd", momentum=0.0, learning_rate=0.5)

# No hidden layer, two points and equal logits: each class has probability 1/2, and the loss falls by half
# a point along its class, averaged over the points. For the weights the gradient is
# [[-1/2, 1/2], [-7/2, 7/2]], of length sqrt(1/4 + 1/4 + 49/4 + 49/4) = 5, and for the biases it is 0.
POINTS = pc.PointSet([[1, 7], [-1, -7]], ["a", "b"])
BY_HAND = replace(SGD, hidden=(), standardize=False, learning_rate=1.0, steps=1).on_points(POINTS)


def step_by_hand(weight, **settings):
    """Return the weights after one step from a network whose four weights are all the same."""
    given = pc.Model(
        (np.full((2, 2), weight),),
        (np.zeros((1, 2)),),
        loss=0.0,
        accuracy=0.0,
        polynomials=pc.INTRODUCTION_POLYNOMIALS,
    )
    run = pc.advance(pc.start(replace(BY_HAND, **settings), given), 1)
    [(weights, biases)] = run.layers
    assert not biases.any()
    return weights.tolist()


@pytest.mark.parametrize("limit", [0.0, 5.0, 6.0], ids=["off", "as long as the gradient", "longer"])
def test_a_gradient_that_is_not_too_long_stays(limit):
    assert step_by_hand(0.0, gradient_clipping=limit) == [[0.5, -0.5], [3.5, -3.5]]


def test_a_gradient_that_is_too_long_keeps_its_direction():
    assert step_by_hand(0.0, gradient_clipping=2.5) == [[0.25, -0.25], [1.75, -1.75]]


@pytest.mark.parametrize(
    "penalties", [{"l2": 6.0}, {"l1": 6.0}, {"l1": 2.0, "l2": 4.0}], ids=["L2", "L1", "both"]
)
def test_penalties_belong_to_the_gradient(penalties):
    # with weights of 1 each penalty adds 6 to every slope: [[5.5, 6.5], [2.5, 9.5]], whose squares are
    # 30.25 + 42.25 + 6.25 + 90.25 = 169 = 13^2
    whole = [[1 - 5.5, 1 - 6.5], [1 - 2.5, 1 - 9.5]]
    assert step_by_hand(1.0, gradient_clipping=0.0, **penalties) == whole
    assert step_by_hand(1.0, gradient_clipping=13.0, **penalties) == whole
    half = [[1 - 2.75, 1 - 3.25], [1 - 1.25, 1 - 4.75]]
    assert step_by_hand(1.0, gradient_clipping=6.5, **penalties) == half


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="all samples"),
        pytest.param({"batch_size": 7}, id="batches"),
        pytest.param({"dropout": 0.25}, id="dropout on all samples"),
        pytest.param({"batch_size": 7, "dropout": 0.25, "l2": 0.1}, id="dropout and a penalty on batches"),
        pytest.param({"samples_per_class": None, "batch_size": 8}, id="fresh points"),
        pytest.param(
            {"samples_per_class": None, "batch_size": 8, "sampling": "errors", "growing_batches": True},
            id="points where the network errs",
        ),
    ],
)
def test_a_step_of_sgd_is_as_much_shorter_as_the_gradient(settings):
    start = pc.start(replace(SGD, **settings))

    def change(limit):
        after = pc.advance(pc.start(replace(start.experiment, gradient_clipping=limit)), 1)
        return after.parameters - start.parameters

    whole = change(0.0)
    length = math.hypot(*whole) / SGD.learning_rate
    assert np.array_equal(change(2 * length), whole)
    # batches are computed in float32
    assert change(length / 4) == pytest.approx(whole / 4, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", GRADIENT)
def test_the_optimizer_gets_the_shorter_gradient(name):
    limit = 0.05
    experiment = replace(TINY, optimizer=name, gradient_clipping=limit)
    task, optimizer = task_of(experiment), OPTIMIZERS[name]
    kernels, step = task.kernels(), optimizer.step_with(experiment, experiment.widths)
    parameters = pc.start(experiment).parameters
    state = optimizer.start(parameters, experiment.widths)
    for _ in range(20):
        _, gradient = kernels.loss_and_gradient(parameters, task.training)
        length = math.hypot(*gradient)
        assert length > limit
        parameters, state = step(parameters, gradient * (limit / length), state, experiment.learning_rate)
    run = pc.advance(pc.start(experiment), 20)
    assert run.parameters == pytest.approx(parameters, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", OTHERS)
def test_others_do_not_use_it(name):
    runs = [
        pc.advance(pc.start(replace(TINY, optimizer=name, gradient_clipping=limit)), 20)
        for limit in (0.0, 0.001)
    ]
    assert np.array_equal(runs[0].parameters, runs[1].parameters)


@pytest.mark.parametrize("batch_size", [None, 7])
def test_reported_gradients_are_those_of_the_points_alone(batch_size):
    plain, clipped = (
        pc.advance(pc.start(replace(SGD, batch_size=batch_size, gradient_clipping=limit)), 1)
        for limit in (0.0, 1e-9)
    )
    assert clipped.gradient_norm > 1000 * 1e-9
    if batch_size is None:  # the gradient after the step, from which the clipped run has hardly moved
        assert clipped.gradient_norm == pytest.approx(pc.start(SGD).gradient_norm, rel=1e-6)
    else:
        assert clipped.gradient_norm == plain.gradient_norm


def test_a_link_leaves_it_out_if_it_is_off_and_a_file_without_it_has_none():
    on, off = replace(TINY, gradient_clipping=0.5), TINY.to_dict()
    assert "gradient_clipping" not in link.to_query(TINY)
    assert link.to_query(on)["gradient_clipping"] == "0.5"
    assert link.from_query(link.to_query(on)) == link.Opened(on, ())
    assert pc.Experiment.from_json(on.to_json()) == on
    assert off.pop("gradient_clipping") == 0
    assert pc.Experiment.from_dict(off) == TINY


@pytest.mark.parametrize("value", [-0.1, 1000.1, math.nan, "1", True, None])
def test_what_is_no_length_is_refused(value):
    with pytest.raises(pc.PolycoreError, match=r"^gradient_clipping: got .*; expected a number from 0"):
        replace(TINY, gradient_clipping=value)


def test_a_gradient_whose_squares_overflow_is_shortened_too():
    # four slopes of 1e30: in float32 the largest number is 3.4e38
    shortened = clipped(np.full(4, 1e30, np.float32), 1.0)
    assert shortened.dtype == np.float32
    assert shortened == pytest.approx([0.5] * 4)
