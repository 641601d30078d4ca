"""Adam's first moment where the gradient stays 0, as of a dead neuron: no denormal numbers, same steps."""

import math

import numpy as np
import pytest

from polycore.optimizers.adam import start_adam, step_adam


def plain_step(parameters, gradient, first, second, step):
    """Return what the paper's algorithm gives, with moments that are sums, in the type of the parameters."""
    first = np.asarray(0.9 * first + gradient, parameters.dtype)
    second = np.asarray(0.999 * second + gradient * gradient, parameters.dtype)
    factor = (1 - 0.9) / (1 - 0.9**step)
    root = math.sqrt((1 - 0.999) / (1 - 0.999**step))
    change = np.sqrt(second)
    change += 1e-8 / root
    change = first / change
    change *= 0.01 * factor / root
    return parameters - change, first, second


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_moment_becomes_denormal_and_the_parameters_are_the_same_to_the_bit(dtype):
    rng = np.random.default_rng(0)
    parameters = rng.normal(size=50).astype(dtype)
    state, expected = start_adam(parameters), parameters
    first = second = np.zeros_like(parameters)
    met = 0
    for step in range(1, 9000 if dtype is np.float64 else 2000):
        gradient = rng.normal(size=50).astype(dtype)
        gradient[:40] *= step < 10  # of neurons that die
        expected, first, second = plain_step(expected, gradient, first, second, step)
        parameters, state = step_adam(parameters, gradient, state, 0.01)
        assert np.array_equal(parameters, expected), step
        tiny = np.finfo(dtype).tiny
        met += ((first != 0) & (np.abs(first) < tiny)).any()
        assert not ((state.first_moment != 0) & (np.abs(state.first_moment) < tiny)).any(), step
    assert met > 0  # without care there would be some


def test_a_gradient_that_returns_is_followed():
    parameters = np.ones(3, np.float32)
    state = start_adam(parameters)
    for _ in range(1200):
        parameters, state = step_adam(parameters, np.zeros(3, np.float32), state, 0.01)
    parameters, state = step_adam(parameters, np.ones(3, np.float32), state, 0.01)
    assert state.first_moment.tolist() == [1, 1, 1]
    assert (parameters < 1).all()
