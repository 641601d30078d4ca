"""The slopes of the points of a step, as they are explained, beside those of PyTorch's autograd."""

from dataclasses import replace
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import torch_activation
from benchmarks.table import table
from polycore.inspection import PointSlopes, next_step
from polycore.network.activations import ACTIVATIONS

TITLE = "The slopes of a step beside PyTorch's"
GOAL = 1e-12  # of the largest slope of a layer: float64 rounds at 1e-16, and some slopes are sums that cancel
STEPS = 100
EXPERIMENT = pc.Experiment(samples_per_class=None, hidden=(16, 16), batch_size=48, steps=2 * STEPS)

TEXT = """\
The points of step {step} of a network 2→16→16→12: for each of them `polycore.inspection` and PyTorch's
autograd compute, in float64, how fast its loss rises with each weight and bias. With dropout PyTorch gets the
same factors. The table shows the largest difference, divided by the largest slope in that layer."""


def measured(quick: bool) -> dict[str, Any]:
    """Return the largest differences by activation, without and with dropout."""
    count = 6 if quick else 48
    differences = {}
    for name, activation in ACTIVATIONS.items():
        for words, dropout in (("", 0.0), (", dropout", 0.25)):
            experiment = replace(EXPERIMENT.with_activation(name), dropout=dropout)
            step = next_step(pc.advance(pc.start(experiment), STEPS))
            points = [step.point(index) for index in range(min(count, len(step.labels)))]
            differences[activation.label + words] = max(map(_difference, points))
    return {"step": STEPS + 1, "differences": differences}


def _difference(point: PointSlopes) -> float:
    """Return the largest difference between both slopes, as a share of the largest slope in its layer."""
    pairs = zip(point.layers, _pytorch(point), strict=True)
    shares = []
    for own, (weights, biases) in pairs:
        largest = max(np.abs(weights).max(), np.abs(biases).max())
        gap = max(np.abs(own.weights - weights).max(), np.abs(own.biases - biases).max())
        shares.append(float(gap / largest) if largest else float(gap))
    return max(shares)


def _pytorch(point: PointSlopes) -> list[tuple[Any, Any]]:
    """Return the slopes of the weights and biases of each layer, by PyTorch."""
    import torch

    parameters = [
        [torch.from_numpy(np.array(part)).requires_grad_() for part in layer] for layer in point.parameters
    ]
    values, activation = torch.from_numpy(point.inputs)[None], torch_activation(point.activation)
    for index, (weights, biases) in enumerate(parameters[:-1]):
        values = activation(values @ weights + biases)
        if point.factors is not None:
            values = values * torch.from_numpy(point.factors[index])
    weights, biases = parameters[-1]
    label = torch.tensor([point.label])
    torch.nn.functional.cross_entropy(values @ weights + biases, label).backward()
    return [(weights.grad.numpy(), biases.grad.numpy()[0]) for weights, biases in parameters]


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    rows = [[name, f"{difference:.1e}"] for name, difference in result["differences"].items()]
    return [TEXT.format(**result), "", *table(("", "largest difference"), rows)]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    worst = max(result["differences"].values())
    return [("slopes of each point", f"PyTorch's, to within {GOAL:.0e}", f"{worst:.0e}", worst <= GOAL)]
