"""How the page's parameters follow a gradient: as polycore's do, number by number."""

import numpy as np
import pytest

from polycore.experiment.experiment import Experiment
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import rate_at, warming_up
from tests.node import scripts, value_after

SCRIPT = scripts("polycore/web/learning/optimizers.js")


@pytest.mark.parametrize(("name", "created"), [("adam", "new Adam(4)"), ("sgd", "new Sgd(4, 0.8)")])
def test_steps_are_those_of_polycore(name, created):
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=4), rng.normal(size=(30, 4))
    gradients[10:, 1] = 0  # its moments fade
    statements = f"""{SCRIPT}
    const [optimizer, parameters, path] = [{created}, {parameters.tolist()}, []];
    for (const gradient of {gradients.tolist()}) {{
      optimizer.step(parameters, gradient, 0.03);
      path.push([...parameters]);
    }}"""
    optimizer = OPTIMIZERS[name]
    experiment = Experiment(optimizer=name, momentum=0.8)
    step, state, expected = optimizer.step_with(experiment, (1, 2)), optimizer.start(parameters, (1, 2)), []
    for gradient in gradients:
        parameters, state = step(parameters, gradient, state, 0.03)
        expected.append(parameters)
    assert np.allclose(value_after(statements, "path"), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_rates_are_those_of_polycore(schedule):
    found = value_after(
        SCRIPT, f'Array.from({{ length: 40 }}, (_, i) => rateAt("{schedule}", 0.3, i, 40, 4))'
    )
    expected = [warming_up(rate_at(schedule, 0.3, step, 40), step, 4) for step in range(40)]
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_a_moment_that_has_faded_is_zero_and_no_tiny_number():
    statements = f"""{SCRIPT}
    const adam = new Adam(1);
    adam.step([0], [1e-3], 0.01);
    for (let i = 0; i < 400; i++) adam.step([0], [0], 0.01);"""
    # 1e-3 · 0.9^400 is 5e-22
    assert value_after(statements, "adam.first[0]") == 0
