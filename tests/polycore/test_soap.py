"""SOAP beside a plain implementation, from the paper, of the same algorithm with the departures we name."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import polycore as pc
from polycore.network.parameters import layers, parameter_count
from polycore.optimizers.adam import Moments
from polycore.optimizers.soap import MOST_ROTATED, SoapStep, start_soap
from tests.runs import KINDS, TINY, same_run

WIDTHS = (3, 5, 4)
RATE = 0.02


def gradients(count, widths=WIDTHS, seed=1):
    """Return matrices for each step and layer; the sums of their products have well-separated eigenvalues."""
    rng = np.random.default_rng(seed)
    shapes = [(inputs + 1, neurons) for inputs, neurons in pairwise(widths)]
    turns = [[np.linalg.qr(rng.normal(size=(size, size)))[0] for size in shape] for shape in shapes]
    steps = []
    for _ in range(count):
        of_layers = []
        for (rows, columns), (left, right) in zip(shapes, turns, strict=True):
            sizes = 2.0 ** -np.arange(rows)[:, np.newaxis] * 3.0 ** -np.arange(columns)
            of_layers.append(left @ (sizes * rng.normal(size=(rows, columns))) @ right)
        steps.append(of_layers)
    return steps


def flat(matrices):
    return np.concatenate([matrix.ravel() for matrix in matrices])


def next_basis(basis, matrix, is_first):
    return np.linalg.eigh(matrix)[1][:, ::-1] if is_first else np.linalg.qr(matrix @ basis)[0]


def plain_soap(weights, steps, turns=(True, True)):
    """Return the matrix of one layer after SOAP's steps with these gradients, from the paper.

    The first moment M is that of the gradient itself, and is rotated in every step, as the paper has it. The
    departures are those that `SoapStep` lists. turns: which of the two sides are rotated.
    """
    rows, columns = weights.shape
    left, right = np.eye(rows), np.eye(columns)
    left_sum, right_sum = np.zeros((rows, rows)), np.zeros((columns, columns))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for t, gradient in enumerate(steps):
        if t % 4 == 0 or t < 20:
            left_sum = 0.9 * left_sum + gradient @ gradient.T
            right_sum = 0.9 * right_sum + gradient.T @ gradient
        if turns[0] and (t == 10 or (t > 10 and t % 80 == 0)):
            left = next_basis(left, left_sum, is_first=t == 10)
        if turns[1] and (t == 10 or (t > 10 and t % 80 == 0)):
            right = next_basis(right, right_sum, is_first=t == 10)
        rotated = left.T @ gradient @ right
        mean = 0.95 * mean + 0.05 * gradient
        square = 0.98 * square + 0.02 * rotated**2
        step = (left.T @ mean @ right) / (1 - 0.95 ** (t + 1))
        step = step / (np.sqrt(square / (1 - 0.98 ** (t + 1))) + 1e-8)
        weights = weights - RATE * left @ np.clip(step, -3, 3) @ right.T
    return weights


def matrices_after(parameters, steps, widths=WIDTHS):
    state, step = start_soap(parameters, widths), SoapStep(widths)
    for of_layers in steps:
        parameters, state = step(parameters, flat(of_layers), state, RATE)
    return [np.vstack(layer) for layer in layers(parameters, widths)], state


def test_300_steps_are_those_of_a_plain_implementation():
    steps = gradients(300)
    parameters = np.random.default_rng(2).normal(size=parameter_count(WIDTHS))
    found, _ = matrices_after(parameters, steps)
    for index, ((weights, biases), matrix) in enumerate(zip(layers(parameters, WIDTHS), found, strict=True)):
        expected = plain_soap(np.vstack([weights, biases]), [of_layers[index] for of_layers in steps])
        assert matrix == pytest.approx(expected, abs=1e-8)


def test_its_first_steps_are_adams_with_its_own_constants():
    parameters = np.zeros(parameter_count(WIDTHS))
    state, expected, first, second = start_soap(parameters, WIDTHS), parameters, parameters, parameters
    step, adams = SoapStep(WIDTHS), Moments(0.95, 0.98, 1e-8)
    for number, of_layers in enumerate(gradients(10), 1):
        parameters, state = step(parameters, flat(of_layers), state, RATE)
        change, first, second = adams.step(flat(of_layers), first, second, number, RATE)
        expected = expected - change
    assert parameters == pytest.approx(expected, abs=1e-12)


def test_the_bases_are_orthonormal():
    _, state = matrices_after(np.zeros(parameter_count(WIDTHS)), gradients(130))
    start = 0
    for size in (4, 5, 6, 4):
        basis = state.bases[start : start + size * size].reshape(size, size)
        start += size * size
        assert basis.T @ basis == pytest.approx(np.eye(size), abs=1e-12)
        assert np.abs(basis - np.eye(size)).max() > 0.1
    assert start == state.bases.size


def test_a_long_side_keeps_the_parameters_own_basis():
    widths = (2, MOST_ROTATED + 1, 3)
    steps = gradients(60, widths)
    found, state = matrices_after(np.zeros(parameter_count(widths)), steps, widths)
    assert state.sums.size == state.bases.size == 2 * 3 * 3
    first = plain_soap(np.zeros((3, MOST_ROTATED + 1)), [one for one, _ in steps], turns=(True, False))
    second = plain_soap(np.zeros((MOST_ROTATED + 2, 3)), [other for _, other in steps], turns=(False, True))
    assert found[0] == pytest.approx(first, abs=1e-8)
    assert found[1] == pytest.approx(second, abs=1e-8)


def test_a_gradient_too_large_for_its_square_changes_no_basis():
    parameters = np.zeros(parameter_count(WIDTHS), np.float32)
    state, step = start_soap(parameters, WIDTHS), SoapStep(WIDTHS)
    for size in (1, 1e25, 1):
        gradient = np.full_like(parameters, size)
        with np.errstate(over="ignore", invalid="ignore"):
            parameters, state = step(parameters, gradient, state, RATE)
    assert np.isfinite(state.sums).all()
    assert np.isfinite(parameters).all()


def test_the_step_leaves_its_arguments_as_they_were():
    parameters = np.ones(parameter_count(WIDTHS))
    state, step = start_soap(parameters, WIDTHS), SoapStep(WIDTHS)
    for of_layers in gradients(42):
        gradient = flat(of_layers)
        for array in (parameters, gradient, *(value for value in vars(state).values() if np.ndim(value))):
            array.setflags(write=False)
        parameters, state = step(parameters, gradient, state, RATE)


def test_what_a_step_keeps_for_the_next_one_changes_nothing():
    step, steps = SoapStep(WIDTHS), gradients(90)
    first, second = np.zeros(parameter_count(WIDTHS)), np.ones(parameter_count(WIDTHS))
    expected = [matrices_after(parameters, steps)[0] for parameters in (first, second)]
    first_state, second_state = start_soap(first, WIDTHS), start_soap(second, WIDTHS)
    for of_layers in steps:
        first, first_state = step(first, flat(of_layers), first_state, RATE)
        second, second_state = step(second, flat(of_layers), second_state, RATE)
    found = [[np.vstack(layer) for layer in layers(each, WIDTHS)] for each in (first, second)]
    for network, of_network in zip(found, expected, strict=True):
        assert all(np.array_equal(*pair) for pair in zip(network, of_network, strict=True))


def test_a_run_of_soap_with_all_that_a_file_can_have_fits_it(tmp_path):
    errors = replace(KINDS["errors in growing batches"], optimizer="soap")
    before = pc.advance(pc.start(errors), 25)
    run = pc.advance(pc.start(replace(errors, batch_size=5), weights=before), 30)
    run.save(tmp_path / "run.npz")
    assert same_run(pc.Run.load(tmp_path / "run.npz"), run)


def test_the_largest_sides_fit_a_file(tmp_path):
    widest = replace(TINY, optimizer="soap", hidden=(MOST_ROTATED - 1,) * 7)
    run = pc.advance(pc.start(widest), 1)
    run.save(tmp_path / "run.npz")
    assert same_run(pc.Run.load(tmp_path / "run.npz"), run)


def test_dead_neurons_do_not_stop_it():
    # with biases this low no neuron of the hidden layer is ever active: its gradient is 0
    run = pc.start(replace(TINY, optimizer="soap", batch_size=5, steps=200))
    dead = replace(run, parameters=run.parameters - np.float32(50))
    assert np.isfinite(pc.advance(dead, 200).parameters).all()
