"""A step as it is explained, beside PyTorch: the slopes of its points, and the update of each optimizer."""

from dataclasses import replace
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import torch_activation
from benchmarks.table import table
from polycore.arrays import Floats
from polycore.inspection import NextStep, ParameterIndex, PointSlopes, next_step
from polycore.network.activations import ACTIVATIONS
from polycore.network.parameters import layers
from polycore.optimizers import adam, rmsprop

TITLE = "A step beside PyTorch's"
GOAL = 1e-12  # of the largest slope of a layer: float64 rounds at 1e-16, and some slopes are sums that cancel
STEPS = 100
EXPERIMENT = pc.Experiment(samples_per_class=None, hidden=(16, 16), batch_size=48, steps=2 * STEPS)
# on the whole training set, where polycore computes in float64 too
WHOLE = replace(EXPERIMENT, samples_per_class=4, batch_size=None)
UPDATES: dict[str, dict[str, Any]] = {
    "SGD without momentum": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.0},
    "SGD, classical momentum": {"optimizer": "sgd", "learning_rate": 0.03},
    "SGD, Nesterov's": {"optimizer": "sgd", "learning_rate": 0.03, "nesterov": True},
    "RMSProp": {"optimizer": "rmsprop"},
    "Adam": {"optimizer": "adam"},
    "Adam, weight decay 0.1": {"optimizer": "adam", "weight_decay": 0.1},
}

TEXT = """\
The points of step {step} of a network 2→16→16→12: for each of them `polycore.inspection` and PyTorch's
autograd compute, in float64, how fast its loss rises with each weight and bias. With dropout PyTorch gets the
same factors. The table shows the largest difference, divided by the largest slope in that layer."""

UPDATES_TEXT = """\
One update of each optimizer that PyTorch has too: step {step} of the same network on {points} points, all of
them in every step. PyTorch gets the weights and the optimizer's state before it, computes its own gradient
and takes the step. The table shows the largest difference from what is explained of a weight: from its mean
slope, divided by the largest one, and from the new value that its formula gives, divided by the largest
change."""


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
    updates = {name: _update(replace(WHOLE, **settings)) for name, settings in UPDATES.items()}
    size = len(WHOLE.training_set()[1])
    return {"step": STEPS + 1, "differences": differences, "points": size, "updates": updates}


def _update(experiment: pc.Experiment) -> dict[str, float]:
    """Return the largest differences of slopes and new weights, as shares of the largest slope and change."""
    step = next_step(pc.advance(pc.start(experiment), STEPS))
    before = step.before.parameters
    changes = [step.weight(ParameterIndex.at(at, experiment.widths)) for at in range(before.size)]
    slopes = np.array([change.mean_slope for change in changes])
    after = np.array([change.lines[-1].computed for change in changes])
    their_slopes, their_after = _pytorch_update(step)
    return {
        "slopes": float(np.abs(slopes - their_slopes).max() / np.abs(their_slopes).max()),
        "weights": float(np.abs(after - their_after).max() / np.abs(their_after - before).max()),
    }


def _pytorch_update(step: NextStep) -> tuple[Floats, Floats]:
    """Return the gradient of the points of a step and the parameters after it, both (P,), by PyTorch."""
    import torch

    experiment, run = step.experiment, step.before
    parameters = _tensors(run.parameters, experiment.widths)
    for parameter in parameters:
        parameter.requires_grad_()
    optimizer = _torch_optimizer(experiment, parameters)
    for name, values in _torch_state(experiment, run.optimizer_state).items():
        parts = (
            _tensors(values, experiment.widths)
            if np.ndim(values)
            else [torch.tensor(values)] * len(parameters)
        )
        for parameter, part in zip(parameters, parts, strict=True):
            optimizer.state[parameter][name] = part.clone()
    inputs = torch.from_numpy(np.array([step.point(index).inputs for index in range(len(step.labels))]))
    values, activation = inputs, torch_activation(experiment.activation)
    *hidden, (weights, biases) = zip(parameters[::2], parameters[1::2], strict=True)
    for hidden_weights, hidden_biases in hidden:
        values = activation(values @ hidden_weights + hidden_biases)
    labels = torch.from_numpy(step.labels.astype(np.int64))
    torch.nn.functional.cross_entropy(values @ weights + biases, labels).backward()
    optimizer.step()
    gradient = [parameter.grad.numpy().ravel() for parameter in parameters]
    return np.concatenate(gradient), np.concatenate([one.detach().numpy().ravel() for one in parameters])


def _tensors(vector: Floats, widths: tuple[int, ...]) -> list[Any]:
    """Return the weights and biases of each layer, one after the other, from a flat vector."""
    import torch

    return [torch.from_numpy(np.array(part)) for layer in layers(vector, widths) for part in layer]


def _torch_optimizer(experiment: pc.Experiment, parameters: list[Any]) -> Any:
    import torch

    rate, decay = experiment.learning_rate, experiment.weight_decay
    match experiment.optimizer:
        case "sgd":
            momentum, nesterov = experiment.momentum, experiment.nesterov
            return torch.optim.SGD(parameters, lr=rate, momentum=momentum, nesterov=nesterov)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=rate, alpha=rmsprop.DECAY, eps=rmsprop.EPSILON)
        case _:
            return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay)


def _torch_state(experiment: pc.Experiment, state: Any) -> dict[str, Any]:
    """Return a state of polycore's as PyTorch names its parts: flat vectors, and numbers."""
    match experiment.optimizer:
        case "sgd":
            return {"momentum_buffer": state.velocity} if experiment.momentum else {}
        case "rmsprop":
            return {"step": float(STEPS), "square_avg": state.mean_square}
        case _:
            # polycore keeps sums where PyTorch has running means
            means = (1 - adam.BETA_1) * state.first_moment, (1 - adam.BETA_2) * state.second_moment
            return {"step": float(state.step), "exp_avg": means[0], "exp_avg_sq": means[1]}


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
    updates = [
        [name, f"{shares['slopes']:.1e}", f"{shares['weights']:.1e}"]
        for name, shares in result["updates"].items()
    ]
    return [
        TEXT.format(**result),
        "",
        *table(("", "largest difference"), rows),
        "",
        UPDATES_TEXT.format(**result),
        "",
        *table(("largest difference", "mean slopes", "new weights"), updates),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    of_points = max(result["differences"].values())
    of_updates = max(max(shares.values()) for shares in result["updates"].values())
    return [
        (task, f"PyTorch's, to within {GOAL:.0e}", f"{worst:.0e}", worst <= GOAL)
        for task, worst in (
            ("slopes of each point", of_points),
            ("explained update of each optimizer", of_updates),
        )
    ]
