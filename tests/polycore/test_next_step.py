"""The next step of a run: numbers by hand, central differences, and the step that training takes."""

import math
import pickle
import tracemalloc
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.inspection import Losses, NextStep, ParameterIndex, next_step
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import layers, parameter_count
from polycore.optimizers.optimizer import GradientOptimizer, reason
from polycore.optimizers.registry import OPTIMIZERS
from tests.polycore.test_kernels import central_differences
from tests.runs import DIVERGING, KINDS, TINY, continued, same_run

FOLLOWING = {name: kind for name, kind in KINDS.items() if OPTIMIZERS[kind.optimizer].needs_gradient}
# of a float32: half the distance to the next one, of a number of size 1
ROUNDING = {np.dtype(np.float32): 6e-8, np.dtype(np.float64): 1.2e-16}


def indices(widths):
    """Return the index of every weight and bias of a network, in the order of its parameters."""
    return [ParameterIndex.at(position, widths) for position in range(parameter_count(widths))]


@cache
def run_of(kind, steps):
    return pc.advance(pc.start(KINDS[kind]), steps)


# --- by hand ----------------------------------------------------------------------------------

# Two points, one of each class, plain gradient descent with a rate of 1.
SGD = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS,
    hidden=(2,),
    optimizer="sgd",
    momentum=0.0,
    learning_rate=1.0,
    standardize=False,
    steps=10,
)


def run_by_hand(points, weights, biases, **settings):
    """Return a run, before its first step, of these weights on two points, the first of class 0."""
    experiment = replace(SGD, **settings).on_points(pc.PointSet(points, ["a", "b"]))
    model = pc.Model(
        weights=tuple(np.array(one, dtype=float) for one in weights),
        biases=tuple(np.array([one], dtype=float) for one in biases),
        loss=0.0,
        accuracy=0.0,
        polynomials=(),
        classes=("a", "b"),
        activation=experiment.activation,
    )
    return pc.start(experiment, model)


def by_hand(*parts, **settings):
    """Return the next step of that run."""
    return next_step(run_by_hand(*parts, **settings))


# ReLU. At (2, 1) the sums are 2·1 + 1·0 + 1 = 3 and 2·(−1) + 1·1 = −1, the outputs 3 and 0, the logits 3
# and 3·2 + 1 = 7. So class 1 has probability s = 1 / (1 + e^−4), and the slopes at the logits are −s and s.
# On the way back the first neuron gets 1·(−s) + 2·s = s, the second 5·(−s) + 5·s = 0, which ReLU stops
# anyway. At (1, 2) the sums are 2 and 1, the logits 7 and 10: class 0 has probability r = 1 / (1 + e^3), the
# slopes at the logits are r and −r, and the neurons get −r and 0.
S, R = 1 / (1 + math.exp(-4)), 1 / (1 + math.exp(3))
RELU = {
    "points": [[2, 1], [1, 2]],
    "weights": ([[1, -1], [0, 1]], [[1, 2], [5, 5]]),
    "biases": ([1, 0], [0, 1]),
}
SLOPES_OF_FIRST = ([[2 * S, 0], [S, 0]], [S, 0], [[-3 * S, 3 * S], [0, 0]], [-S, S])
SLOPES_OF_SECOND = ([[-R, 0], [-2 * R, 0]], [-R, 0], [[2 * R, -2 * R], [R, -R]], [R, -R])


def flat(parts):
    return np.concatenate([np.ravel(part) for part in parts])


def test_each_number_of_a_point_with_relu_is_that_by_hand():
    point = by_hand(**RELU).point(0)
    assert point.point.tolist() == [2, 1]
    assert (point.label, point.classes[point.label]) == (0, "a")
    assert point.forward.layers[0].outputs.tolist() == [3, -1]
    assert point.forward.logits.tolist() == [3, 7]
    assert point.loss == pytest.approx(math.log(1 + math.exp(4)))
    first, last = point.layers
    assert last.slopes == pytest.approx([-S, S])
    assert last.inputs.tolist() == [3, 0]
    assert first.arriving == pytest.approx([S, 0])
    assert first.derivatives.tolist() == [1, 0]
    assert first.slopes == pytest.approx([S, 0])
    found = flat([first.weights, first.biases, last.weights, last.biases])
    assert found == pytest.approx(flat(SLOPES_OF_FIRST))


def test_each_weight_gets_the_value_that_plain_gradient_descent_gives_by_hand():
    step = by_hand(**RELU)
    means = (flat(SLOPES_OF_FIRST) + flat(SLOPES_OF_SECOND)) / 2
    parts = zip(RELU["weights"], RELU["biases"], strict=True)
    before = flat([part for layer in parts for part in layer])
    for position, index in enumerate(indices((2, 2, 2))):
        change = step.weight(index)
        slopes = [flat(SLOPES_OF_FIRST)[position], flat(SLOPES_OF_SECOND)[position]]
        assert change.slopes == pytest.approx(slopes)
        assert (change.before, change.mean_slope) == (before[position], pytest.approx(means[position]))
        assert change.after == pytest.approx(before[position] - means[position])
        w, g, new_w = change.lines
        assert (w.value, g.value, new_w.value) == (
            change.before,
            pytest.approx(means[position]),
            change.after,
        )
        assert new_w.in_symbols == "w − rate · g"
        assert change.in_file == ()


def test_the_losses_are_those_by_hand():
    step = by_hand(**RELU)
    before = (math.log(1 + math.exp(4)) + math.log(1 + math.exp(-3))) / 2
    assert step.batch_loss.before == pytest.approx(before)
    assert step.training_loss == pytest.approx(step.batch_loss)  # the step has all points
    # from the new weights, by the same arithmetic as above
    parameters = flat(part for layer in zip(RELU["weights"], RELU["biases"], strict=True) for part in layer)
    new = parameters - (flat(SLOPES_OF_FIRST) + flat(SLOPES_OF_SECOND)) / 2
    (w, b), (v, c) = layers(new, (2, 2, 2))
    logits = np.maximum(np.array(RELU["points"]) @ w + b, 0) @ v + c
    after = [np.log(np.exp(one).sum()) - one[label] for label, one in enumerate(logits)]
    assert step.batch_loss.after == pytest.approx(np.mean(after))
    assert step.errors == pytest.approx([S, R])


# tanh. The tanh of log 2 is 3/5 and that of log 3 is 4/5, with slopes 1 − 9/25 = 16/25 and 1 − 16/25 = 9/25.
# Both logits are 4, so each class has probability 1/2. The neurons get 5·(−1/2) and 5·1/2, and after tanh
# −5/2 · 16/25 = −8/5 and 5/2 · 9/25 = 9/10.
LOG_2, LOG_3 = math.log(2), math.log(3)
TANH = {
    "points": [[LOG_2, LOG_3], [-LOG_2, -LOG_3]],
    "weights": ([[1, 0], [0, 1]], [[5, 0], [0, 5]]),
    "biases": ([0, 0], [1, 0]),
}


def test_each_number_of_a_point_with_tanh_is_that_by_hand():
    point = by_hand(**TANH, activation="tanh").point(0)
    first, last = point.layers
    assert point.forward.logits == pytest.approx([4, 4])
    assert point.loss == pytest.approx(LOG_2)
    assert last.inputs == pytest.approx([3 / 5, 4 / 5])
    assert last.slopes == pytest.approx([-1 / 2, 1 / 2])
    assert last.weights == pytest.approx(np.array([[-3 / 10, 3 / 10], [-2 / 5, 2 / 5]]))
    assert first.arriving == pytest.approx([-5 / 2, 5 / 2])
    assert first.derivatives == pytest.approx([16 / 25, 9 / 25])
    assert first.slopes == pytest.approx([-8 / 5, 9 / 10])
    assert first.weights == pytest.approx(
        np.array([[-8 / 5 * LOG_2, 9 / 10 * LOG_2], [-8 / 5 * LOG_3, 9 / 10 * LOG_3]])
    )


def test_the_sum_of_a_neuron_is_that_by_hand():
    point = by_hand(**RELU).point(0)
    [total] = point.sum_of(0, 0)
    assert str(total) == "z = a₀ · w₀ + a₁ · w₁ + b = 2 · 1 + 1 · 0 + 1 = 3"
    assert total.tex_by_numbers == r"z = 2 \cdot 1 + 1 \cdot 0 + 1 = 3"
    [logit] = point.sum_of(1, 1)
    assert logit.in_numbers == "3 · 2 + 0 · 5 + 1"
    assert logit.value == 7


def test_of_a_long_sum_the_largest_terms_are_written_out():
    # ten neurons with weights of 1 to 10 on an input of 1: the four smallest, 1 + 2 + 3 + 4, are one term
    weights = ([[1] * 10, [0] * 10], [[one, 0] for one in range(1, 11)])
    point = by_hand([[1, 0], [2, 1]], weights, ([0] * 10, [0, 0]), hidden=(10,)).point(0)
    rest, total = point.sum_of(1, 0)
    assert (rest.words, rest.value) == ("the sum of 4 smaller terms", 10)
    assert total.in_numbers == "1 · 5 + 1 · 6 + 1 · 7 + 1 · 8 + 1 · 9 + 1 · 10 + 10 + 0"
    assert total.value == 55


def test_a_point_of_the_other_class_would_pull_the_other_way():
    point = by_hand(**TANH, activation="tanh").point(0)
    other = point.of_class(1)
    assert other.label == 1
    for one, opposite in zip(point.layers, other.layers, strict=True):
        assert opposite.weights == pytest.approx(-one.weights)
    with pytest.raises(pc.PolycoreError, match=r"^label: got 2; expected a whole number from 0 to 1\."):
        point.of_class(2)


def test_the_lines_of_a_neuron_and_of_a_weight_are_those_by_hand():
    point = by_hand(**TANH, activation="tanh").point(0)
    arriving, derivative, slope = point.neuron(0, 0)
    assert arriving.in_symbols == "d₀ · w₀ + d₁ · w₁"
    assert arriving.in_numbers == "(−0.5) · 5 + 0.5 · 0"
    assert derivative.value == pytest.approx(16 / 25)
    assert str(slope) == "d = arriving · f = (−2.5) · 0.64 = −1.6"
    probability, logit = point.neuron(1, 0)
    assert (str(probability), str(logit)) == ("p = 0.5", "d = p − 1 = 0.5 − 1 = −0.5")
    assert str(point.neuron(1, 1)[-1]) == "d = p − 0 = 0.5 − 0 = 0.5"
    # 4/5 · (−1/2), from the second neuron to the first output
    assert str(point.slope(ParameterIndex(1, 0, 1))) == "slope = a · d = 0.8 · (−0.5) = −0.4"
    assert str(point.slope(ParameterIndex(1, 0))) == "slope = d = −0.5"
    assert point.steepest == ParameterIndex(0, 0, 1)  # 8/5 · log 3 is the largest


def test_the_first_step_of_adam_is_by_hand_as_long_as_the_rate():
    # fresh averages, made up for their start at 0, are the slope and its square
    step = by_hand(**RELU, optimizer="adam", learning_rate=0.25)
    g = (2 * S - R) / 2
    change = step.weight(ParameterIndex(0, 0, 0))
    values = {line.symbol: line.value for line in change.lines}
    expected = {"w": 1, "g": g, "m": 0, "s": 0, "new_m": g / 10, "new_s": g * g / 1000}
    expected |= {"corrected_m": g, "corrected_s": g * g, "new_w": 0.75}
    assert values == pytest.approx(expected)
    assert change.sentence == (
        "The weight from x to neuron 0 of layer 1 will go down by 0.25: its mean slope over 2 points is "
        "above 0, so a smaller weight means less loss."
    )


def test_penalties_and_clipping_are_by_hand_part_of_the_slope():
    # weights of 1, two points that cancel out: with L1 of 2 and L2 of 4 the slopes are 5.5, 6.5, 2.5 and 9.5,
    # of length 13 (see test_gradient_clipping.py), and clipping halves them
    experiment = replace(SGD, hidden=(), l1=2.0, l2=4.0, gradient_clipping=6.5)
    points = pc.PointSet([[1, 7], [-1, -7]], ["a", "b"])
    model = pc.Model((np.ones((2, 2)),), (np.zeros((1, 2)),), 0.0, 0.0, pc.INTRODUCTION_POLYNOMIALS)
    step = next_step(pc.start(experiment.on_points(points), model))
    weight = step.weight(ParameterIndex(0, 1, 1))
    assert [str(line) for line in weight.lines] == [
        "w = 1",
        "mean = 3.5",
        "penalty = L₁ · sign(w) + L₂ · w = 2 · sign(1) + 4 · 1 = 6",
        "length = 13",
        "g = (mean + penalty) · limit / length = (3.5 + 6) · 6.5 / 13 = 4.75",
        "new w = w − rate · g = 1 − 1 · 4.75 = −3.75",
    ]
    bias = step.weight(ParameterIndex(0, 1))
    assert [line.symbol for line in bias.lines] == ["w", "mean", "length", "g", "new_w"]
    assert (
        bias.sentence
        == "The bias of the output of b will stay as it is: the slope that the step follows is 0."
    )


def test_the_number_in_the_file_follows_by_hand_from_the_one_that_training_steps():
    # x has mean 3 and deviation 2, y has mean −1 and deviation 4
    points = pc.PointSet([[1, 3], [5, -5]], ["a", "b"])
    raw = (np.array([[1.0, 2.0], [3.0, 4.0]]),), (np.array([[5.0, 6.0]]),)
    model = pc.Model(*raw, loss=0.0, accuracy=0.0, polynomials=(), classes=("a", "b"))
    step = next_step(pc.start(replace(SGD, hidden=(), standardize=True).on_points(points), model))
    [(weights, biases)] = step.weights
    # the inputs are (x − 3) / 2 and (y + 1) / 4: weights are multiplied by 2 and 4, and 5 + 3·1 − 1·3 = 5
    assert weights.tolist() == [[2, 4], [12, 16]]
    assert biases.tolist() == [[5, 8]]
    before, after = step.weight(ParameterIndex(0, 1, 0)).in_file
    assert str(before) == "file = w / deviation = 4 / 2 = 2"
    assert after.value == after.computed == step.after.layers[0][0][0, 1]
    before, after = step.weight(ParameterIndex(0, 0)).in_file
    assert before.in_numbers == "5 − 3 · 2 / 2 − (−1) · 12 / 4"
    assert before.value == 5
    assert after.value == pytest.approx(after.computed, rel=1e-14)
    assert after.value == step.after.layers[0][1][0, 0]
    assert [line.words for line in (before, after)] == ["before the step", "after the step"]


# --- any network ------------------------------------------------------------------------------


def loss_of(point, values, widths):
    """Return the loss of a point with other parameters, by plain arithmetic."""
    *hidden, (last, last_biases) = layers(values, widths)
    outputs = point.inputs
    for index, (weights, biases) in enumerate(hidden):
        outputs = ACTIVATIONS[point.activation].value(outputs @ weights + biases[0])
        if point.factors is not None:
            outputs = outputs * point.factors[index]
    logits = outputs @ last + last_biases[0]
    return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[point.label])


@pytest.mark.parametrize("dropout", [0.0, 0.4], ids=["whole", "dropout"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_slopes_of_a_point_agree_with_central_differences(activation, dropout):
    experiment = replace(TINY, hidden=(5, 4), activation=activation, dropout=dropout, batch_size=6)
    step = next_step(pc.advance(pc.start(experiment), 5))
    for index in range(len(step.labels)):
        point = step.point(index)
        values = flat(part for layer in point.parameters for part in layer)
        sums = [layer.outputs for layer in point.forward.layers[:-1]]
        assert min(np.abs(one).min() for one in sums) > 1e-4, "a neuron is on a kink: take another seed"
        expected = central_differences(lambda some, at=point: loss_of(at, some, experiment.widths), values)
        found = flat(part for layer in point.layers for part in (layer.weights, layer.biases))
        # the differences' own error, epsilon / h and h^2
        assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("kind", FOLLOWING)
def test_the_slopes_of_a_weight_are_those_of_the_points(kind):
    step = next_step(run_of(kind, 3))
    points = [step.point(index) for index in range(len(step.labels))]
    for index in indices(step.experiment.widths):
        expected = [point.slope(index).value for point in points]
        assert step.weight(index).slopes == pytest.approx(expected, rel=1e-12, abs=1e-15)


def assert_near_those_of_training(step):
    """Compare the mean slopes of each layer with those that training used, as `NextStep.weight` promises."""
    points = [step.point(index) for index in range(len(step.labels))]
    wrong = [np.abs(point.layers[-1].slopes).max() for point in points]
    # what the slopes of a point would be, were it wrong by 1 %; of a point that is right to the last bit 0
    scales = [max(1, 0.01 / error) if error else 1 for error in wrong]
    for layer, used in enumerate(step.mean_slopes):
        slopes = [(point.layers[layer].weights, point.layers[layer].biases) for point in points]
        sizes = [max(np.abs(part).max() for part in pair) for pair in slopes]
        largest = max(size * scale for size, scale in zip(sizes, scales, strict=True))
        for found, part in zip(zip(*slopes, strict=True), used, strict=True):
            assert np.abs(np.mean(found, axis=0) - part).max() <= 1e-5 * largest


def is_ordinary(step):
    """Return whether float32 knows the derivatives well: no layer is saturated, no neuron beside a kink."""
    points = [step.point(index) for index in range(len(step.labels))]
    for layer in range(len(step.experiment.hidden)):
        sums = np.abs([point.forward.layers[layer].outputs for point in points])
        if ACTIVATIONS[step.experiment.activation].folds:
            if sums[sums > 0].min(initial=1) < 1e-5:
                return False
        elif np.abs([point.layers[layer].derivatives for point in points]).max() < 0.1:
            return False
    return True


@pytest.mark.parametrize("kind", FOLLOWING)
@pytest.mark.parametrize("steps", [0, 1, 30])
def test_the_slopes_are_those_that_training_used(kind, steps):
    step = next_step(run_of(kind, steps))
    assert is_ordinary(step)
    assert_near_those_of_training(step)


@pytest.mark.parametrize("batch_size", [None, 590], ids=["all samples", "a batch"])
def test_the_slopes_of_a_batch_in_parts_are_those_that_training_used(batch_size):
    # training computes 256 points of such a layer at once, and draws the masks of one part after the other
    experiment = replace(TINY, samples_per_class=300, hidden=(128,), batch_size=batch_size, dropout=0.5)
    step = next_step(pc.start(experiment))
    assert_near_those_of_training(step)
    index = ParameterIndex(1, 1, 100)
    slopes = step.weight(index).slopes
    assert len(slopes) == len(step.labels) == (batch_size or 600)
    for point in (0, 255, 256, 511, 512, 589):
        assert slopes[point] == pytest.approx(step.point(point).slope(index).value, rel=1e-12, abs=1e-15)


@settings(max_examples=25, deadline=None)
@given(
    optimizer=st.sampled_from(["adam", "sgd", "soap", "rmsprop"]),
    hidden=st.lists(st.integers(1, 12), max_size=3).map(tuple),
    activation=st.sampled_from(list(ACTIVATIONS)),
    batch_size=st.integers(2, 40),
    sampling=st.sampled_from(["random", "even", "crossings", "errors"]),
    features=st.sampled_from([("x", "y"), ("x", "x2", "y2", "xy", "sin"), ("y", "distances")]),
    noise=st.sampled_from([0.0, 0.1]),
    dropout=st.sampled_from([0.0, 0.4]),
    standardize=st.booleans(),
    steps=st.sampled_from([0, 1, 20, 200]),
    seed=st.integers(0, 1000),
)
def test_the_slopes_of_fresh_points_are_those_that_training_used(batch_size, steps, **settings):
    experiment = replace(TINY, samples_per_class=None, batch_size=batch_size, steps=201, **settings)
    step = next_step(pc.advance(pc.start(experiment), steps))
    assume(is_ordinary(step))
    assert_near_those_of_training(step)


def test_the_slopes_are_those_of_training_also_where_each_point_is_almost_certain():
    # float32 holds a probability of almost 1 to 6e-8, and its distance from 1 to no more
    experiment = replace(
        TINY, samples_per_class=None, hidden=(16,), batch_size=16, steps=2001, sampling="even"
    )
    step = next_step(pc.advance(pc.start(experiment), 2000))
    assert step.errors.max() < 1e-3
    assert_near_those_of_training(step)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [0, 1, 10, 40])
def test_the_formulas_give_the_weights_that_training_gets(kind, steps):
    run = run_of(kind, steps)
    step, after = next_step(run), pc.advance(run, 1)
    assert np.array_equal(step.after.parameters, after.parameters)
    rounding = ROUNDING[step.after.parameters.dtype]
    for position, index in enumerate(indices(step.experiment.widths)):
        change = step.weight(index)
        *_, last = change.lines
        assert last.symbol == "new_w"
        assert last.value == change.after == after.parameters[position]
        for line in change.lines:
            # the rounding of the largest number in a sum, and of some operations
            sizes = [abs(line.value), *map(abs, line.numbers.values())]
            assert line.computed == pytest.approx(line.value, rel=1e-4, abs=20 * rounding * max(1, *sizes))
        moved = change.after - change.before
        assert last.computed - change.before == pytest.approx(
            moved, rel=1e-4, abs=4 * rounding * max(1.0, abs(change.before))
        )


def test_every_optimizer_is_among_the_kinds_and_explains_itself():
    assert {kind.optimizer for kind in KINDS.values()} == set(OPTIMIZERS)
    adam = OPTIMIZERS["adam"]
    unexplained = {field.name: getattr(adam, field.name) for field in fields(adam) if field.name != "explain"}
    with pytest.raises(TypeError, match="explain"):
        GradientOptimizer(**unexplained)


@pytest.mark.parametrize("kind", KINDS)
def test_the_step_is_that_of_advance_and_leaves_the_run_as_it_was(kind):
    run = run_of(kind, 5)
    step = next_step(run)
    assert same_run(step.after, pc.advance(run.without_snapshots(), 1))
    assert step.number == 6
    assert run.step == 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_points_are_those_of_the_step_where_they_lie(kind):
    step = next_step(run_of(kind, 3))
    inputs = step.experiment.inputs.of(step.points)
    training = step.experiment.inputs.of(step.experiment.training_set()[0])
    mean, deviation = (
        (training.mean(axis=0), training.std(axis=0)) if step.experiment.standardize else (0.0, 1.0)
    )
    found = np.array([step.point(index).inputs for index in range(len(step.labels))])
    # fresh points and batches are float32
    assert found == pytest.approx((inputs - mean) / deviation, rel=1e-5, abs=1e-5)
    if step.experiment.data is None and not step.experiment.noise:
        curves = [
            step.experiment.polynomials[label](x)
            for label, (x, _) in zip(step.labels, step.points, strict=True)
        ]
        assert step.points[:, 1] == pytest.approx(curves, rel=1e-5, abs=1e-5)


def test_the_points_of_a_run_that_continues_are_those_of_its_own_stage():
    # stages are counted from where the experiment began: half as many points again, after twice as many
    experiment = replace(KINDS["crossings in growing batches"], steps=200)
    before = pc.advance(pc.start(experiment), experiment.steps)
    step = next_step(pc.start(experiment, before))
    assert len(step.points) == len(step.labels) == 4
    curves = [
        experiment.polynomials[label](x) for label, (x, _) in zip(step.labels, step.points, strict=True)
    ]
    assert step.points[:, 1] == pytest.approx(curves, rel=1e-5, abs=1e-5)
    inputs = [step.point(index).inputs for index in range(4)]
    training = experiment.training_set()[0]
    assert inputs == pytest.approx((step.points - training.mean(axis=0)) / training.std(axis=0), abs=1e-5)


@pytest.mark.parametrize("kind", FOLLOWING)
def test_the_loss_on_the_batch_is_the_mean_loss_of_its_points(kind):
    step = next_step(run_of(kind, 3))
    points = [step.point(index) for index in range(len(step.labels))]
    assert step.batch_loss.before == pytest.approx(np.mean([point.loss for point in points]), rel=1e-9)
    widths = step.experiment.widths
    after = [loss_of(point, step.after.parameters.astype(np.float64), widths) for point in points]
    assert step.batch_loss.after == pytest.approx(np.mean(after), rel=1e-9)
    lacking = [1 - point.forward.probabilities[point.label] for point in points]
    assert step.errors == pytest.approx(lacking, abs=1e-12)


@pytest.mark.parametrize("kind", ["adam on all samples", "adam on fresh points", "random search", "l-bfgs"])
def test_the_loss_on_the_training_set_is_that_of_the_runs_models(kind):
    step = next_step(run_of(kind, 3))
    assert step.training_loss.before == pytest.approx(step.before.current.loss, rel=1e-9)
    assert step.training_loss.after == pytest.approx(step.after.current.loss, rel=1e-9)


def test_a_run_that_continues_on_other_points_is_explained_too():
    run = continued()
    step = next_step(run)
    assert step.number == run.step + 1 == 51
    change = step.weight(step.largest_change)
    assert change.after == pc.advance(run, 1).parameters[step.largest_change.position(run.experiment.widths)]


def test_a_run_that_begins_from_float64_weights_shows_them_as_its_steps_round_them():
    model = pc.advance(pc.start(TINY), 10).best
    step = next_step(pc.start(replace(TINY, batch_size=7), model))
    assert step.after.parameters.dtype == np.float32
    for weights, _ in step.weights:
        assert np.array_equal(weights, weights.astype(np.float32))


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({}, [0.01, 0.01]),
        ({"warmup_steps": 4}, [0.0025, 0.005]),
        ({"schedule": "linear", "steps": 10}, [0.01, 0.009]),
    ],
    ids=["constant", "warm-up", "linear"],
)
def test_the_rate_is_that_of_the_step(settings, rates):
    run = pc.start(replace(TINY, **settings))
    for rate in rates:
        step = next_step(run)
        assert step.learning_rate == pytest.approx(rate)
        run = step.after


def test_the_rate_of_a_run_that_continues_is_counted_from_there():
    before = pc.advance(pc.start(TINY), 30)
    step = next_step(pc.start(replace(TINY, warmup_steps=4), before))
    assert (step.number, step.learning_rate) == (31, pytest.approx(0.0025))


def test_soap_turns_its_axes_after_its_tenth_step():
    for steps, is_turned in ((9, False), (10, True)):
        step = next_step(run_of("soap on all samples", steps))
        symbols = {line.symbol for line in step.weight(ParameterIndex(0, 1, 0)).lines}
        assert ("q" in symbols, "rest" in symbols) == (is_turned, is_turned)


@settings(max_examples=25, deadline=None)
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    hidden=st.lists(st.integers(1, 5), max_size=3).map(tuple),
    activation=st.sampled_from(list(ACTIVATIONS)),
    batch_size=st.none() | st.integers(1, 9),
    standardize=st.booleans(),
    penalties=st.tuples(st.sampled_from([0.0, 0.01]), st.sampled_from([0.0, 0.1])),
    dropout=st.sampled_from([0.0, 0.3]),
    clipping=st.sampled_from([0.0, 0.1]),
    decay=st.sampled_from([0.0, 0.1]),
    steps=st.integers(0, 12),
    seed=st.integers(0, 50),
)
def test_whatever_the_settings_the_last_line_is_the_new_weight(
    optimizer, hidden, activation, batch_size, standardize, penalties, dropout, clipping, decay, steps, seed
):
    experiment = replace(
        TINY,
        optimizer=optimizer,
        hidden=hidden,
        activation=activation,
        batch_size=None if optimizer == "lbfgs" else batch_size,
        standardize=standardize,
        l1=penalties[0],
        l2=penalties[1],
        dropout=dropout,
        gradient_clipping=clipping,
        weight_decay=decay,
        seed=seed,
    )
    run = pc.advance(pc.start(experiment), steps)
    # L-BFGS may be stuck already
    step = next_step(pc.start(experiment, run) if run.done else run)
    index = step.largest_change
    change = step.weight(index)
    assert change.lines[-1].value == change.after
    assert change.lines[-1].computed == pytest.approx(
        change.after, rel=1e-4, abs=1e-4 * abs(change.after) + 1e-6
    )
    verb = (
        "stay as it is"
        if change.after == change.before
        else "go up"
        if change.after > change.before
        else "go down"
    )
    assert f" will {verb}" in change.sentence
    total = sum(weights.size + biases.size for weights, biases in step.changes)
    assert total == experiment.parameter_count


# --- the value --------------------------------------------------------------------------------


def test_a_step_can_be_pickled_and_gives_the_same_then():
    step = next_step(run_of("errors with noise and dropout", 20))
    again = pickle.loads(pickle.dumps(step))
    assert isinstance(again, NextStep)
    index = ParameterIndex(0, 1, 0)
    assert str(again) == str(step)
    assert str(again.weight(index)) == str(step.weight(index))
    point = pickle.loads(pickle.dumps(again.point(2)))
    assert str(point) == str(step.point(2))


def test_a_pickled_step_has_no_points():
    few, many = (
        len(pickle.dumps(next_step(pc.start(replace(TINY, samples_per_class=count))))) for count in (10, 5000)
    )
    assert many < few + 2000


def test_a_weight_needs_little_more_memory_than_its_slopes():
    run = pc.start(replace(TINY, samples_per_class=20_000, hidden=(128, 128), dropout=0.5, steps=1))
    step = next_step(run)
    tracemalloc.start()
    try:
        step.weight(ParameterIndex(1, 5, 7))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30e6  # the outputs of one layer, for all points at once, would have 40,000 · 128 · 8 bytes


def test_a_run_that_is_done_has_no_next_step():
    done = pc.advance(pc.start(replace(TINY, steps=2)), 2)
    with pytest.raises(
        pc.PolycoreError, match=r"^run: got one that is done at step 2; expected one with a step"
    ):
        next_step(done)
    assert next_step(pc.start(done.experiment, done)).number == 3


def test_a_step_that_diverges_is_refused_with_the_reason():
    run = pc.start(DIVERGING)
    while not pc.advance(run, 1).diverged:
        run = pc.advance(run, 1)
    with pytest.raises(pc.PolycoreError, match=r"whose next step cannot be taken\. The run diverged at step"):
        next_step(run)


@pytest.mark.parametrize(
    "index",
    [
        ParameterIndex(2, 0),
        ParameterIndex(0, 4),
        ParameterIndex(0, 0, 2),
        ParameterIndex(-1, 0),
        ParameterIndex(0, 0, -1),
    ],
    ids=str,
)
def test_a_weight_that_the_network_has_not_is_refused(index):
    step = next_step(pc.start(TINY))
    with pytest.raises(
        pc.PolycoreError, match=r"^index: got .*; expected a weight or bias of the network 2→4→2\."
    ):
        step.weight(index)


@pytest.mark.parametrize("index", [-1, 20, 1.5, True])
def test_a_point_that_the_batch_has_not_is_refused(index):
    with pytest.raises(pc.PolycoreError, match=r"^point: got .*; expected a whole number from 0 to 19\."):
        next_step(pc.start(TINY)).point(index)


# --- words ------------------------------------------------------------------------------------


def test_a_weight_says_how_many_points_pull_it_and_where():
    # the slopes are 0 and r = 0.04743
    text = str(by_hand(**RELU).weight(ParameterIndex(1, 0, 1)))
    assert text.splitlines()[1] == (
        "Slopes of the 2 points: 1 above 0 (pulling it down), 0 below 0 (pulling it up), 1 exactly 0; from 0 "
        "to 0.04743."
    )


def test_a_weight_says_for_which_points_its_neuron_is_off():
    # the sums of neuron 1 are −1 and 1; an output is never off
    step = by_hand(**RELU)
    for index in (ParameterIndex(0, 1, 0), ParameterIndex(0, 1)):
        assert step.weight(index).off.tolist() == [True, False]
    assert step.weight(ParameterIndex(1, 1, 1)).off.tolist() == [False, False]
    assert next_step(run_of("random search", 1)).weight(ParameterIndex(0, 0)).off is None


def test_the_text_of_a_point_has_its_numbers_by_hand():
    text = str(by_hand(**TANH, activation="tanh").point(0))
    for line in (
        "Point 0: x = 0.6931, y = 1.099, of a.",
        "The network says a, 50.0 %: right.",
        "  0       0.6931  0.6",
        "  b       4      0.5",
        "Loss: −log of the probability of its class, −log(0.5) = 0.693 nats",
        "  a  0.5 − 1 = −0.5",
        "  0       −2.5           0.64        −1.6",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(("logit", "loss"), [(500, "−log(1) = 1.00"), (-500, "−log(1{}10⁻⁷) = 16.1")])
def test_the_text_of_a_point_has_the_limits_of_its_loss(logit, loss):
    sure = by_hand([[0, 0], [1, 1]], [[[0, 0], [0, 0]], [[0, 0], [0, 0]]], ([0, 0], [logit, 0]))
    assert f"class, {loss}".format("\N{MULTIPLICATION SIGN}") in str(sure.point(0))


def test_a_large_layer_is_shown_by_its_steepest_neurons_and_a_long_sum_by_its_largest_terms():
    step = next_step(pc.start(replace(TINY, hidden=(20, 9))))
    point = step.point(0)
    text = str(point)
    assert text.count("layer 1, ReLU, 8 of 20 neurons") == text.count("layer 2, ReLU, 8 of 9 neurons") == 2
    steepest = np.abs(point.layers[0].slopes).argmax()
    shown = [line.split()[0] for line in text.split("layer 1")[2].splitlines()[2:]]
    assert str(steepest) in shown
    rest, arriving, *_ = point.neuron(0, int(steepest))
    assert rest.words == "the sum of 3 smaller terms"
    terms = np.abs(point.parameters[1][0][steepest] * point.layers[1].slopes)
    written_out = [int(name.removeprefix("w_")) for name in arriving.numbers if name.startswith("w_")]
    assert sorted(terms[written_out]) == sorted(terms)[3:]  # six of nine; some of the others may be 0
    assert arriving.computed == pytest.approx(arriving.value)


@pytest.mark.parametrize(
    ("slope", "change", "says"),
    [
        (1.0, -1.0, "{slope} is above 0, so a smaller {kind} means less loss"),
        (-1.0, 1.0, "{slope} is below 0, so a larger {kind} means less loss"),
        (1.0, 1.0, "{slope} is above 0, but OTHERWISE"),
        (-1.0, -1.0, "{slope} is below 0, but OTHERWISE"),
        (0.0, 1.0, "{slope} is 0, but OTHERWISE"),
        (0.0, 0.0, "{slope} is 0"),
        (1.0, 0.0, "the change is less than its last digit"),
    ],
)
def test_a_reason_fits_slope_and_change(slope, change, says):
    assert reason(slope, change, "OTHERWISE") == says


def test_a_step_says_its_number_its_rate_and_its_losses():
    step = next_step(pc.start(replace(TINY, optimizer="sgd", learning_rate=0.25, batch_size=7)))
    assert str(step) == (
        "Step 1 of 60 by SGD, learning rate 0.25, on 7 points.\n"
        f"  loss on these points      {step.batch_loss}\n"
        f"  loss on the training set  {step.training_loss}"
    )
    assert repr(step) == f"<NextStep 1 by SGD: loss {step.training_loss}>"
    assert str(next_step(run_of("l-bfgs", 0))).startswith("Step 1 of 60 by L-BFGS, on 100 points.")


@pytest.mark.parametrize(
    ("losses", "text"),
    [
        ((0.31, 0.3095), "0.31 → 0.3095 nats (−0.0005)"),
        ((2, 2.25), "2 → 2.25 nats (+0.25)"),
        ((1.5, 1.5), "1.5 → 1.5 nats (0)"),
    ],
)
def test_losses_have_their_difference(losses, text):
    assert str(Losses(*losses)) == text


def test_points_and_weights_are_represented_in_one_line():
    step = by_hand(**RELU)
    assert repr(step.point(0)) == "<PointSlopes: point 0, loss 4.02 nats>"  # log(1 + e^4)
    weight = step.weight(ParameterIndex(0, 1, 1))
    assert repr(weight) == "<WeightChange: weight from y to neuron 1 of layer 1, 1 → 1>"
