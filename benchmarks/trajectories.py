"""The weights that polycore's optimizers reach, and what PyTorch and JAX reach from the same start."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import torch_activation
from benchmarks.table import table
from polycore.arrays import Floats
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels
from polycore.network.parameters import initial_parameters, layers
from polycore.optimizers.adam import start_adam, step_adam
from polycore.optimizers.schedules import rate_at
from polycore.optimizers.sgd import start_sgd, step_sgd

TITLE = "The same trajectory as PyTorch's optimizers and JAX's Adam"
WIDTHS = (2, 12, 12)
RATE = 0.01
PEERS = ("PyTorch", "JAX")
# of the largest weight: float64 rounds at 1e-16, and hundreds of steps across ReLU's kinks amplify that
GOAL = 1e-8

TEXT = """\
A network 2→12→12 on the tutorial's 1200 points, all of them in every step, in float64: {steps} steps by
`polycore.optimizers` with the gradients of `polycore.network.kernels`, and by PyTorch's optimizer with
PyTorch's own gradients, from the same weights. JAX has no optimizers: here it computes the gradients, and the
benchmarks' own Adam follows them, in one compiled `lax.scan`. The table shows the largest difference of a
weight, divided by the largest weight."""


@dataclass(frozen=True)
class Setting:
    """What determines a trajectory through the weights, except its start and the points."""

    optimizer: str
    options: dict[str, Any] = field(default_factory=dict)
    schedule: str = "constant"
    activation: str = "relu"

    @property
    def is_plain_adam(self) -> bool:
        """Whether it is Adam as `jax_peer` has it."""
        return self.optimizer == "adam" and not self.options and self.schedule == "constant"


SETTINGS = {
    "SGD without momentum": Setting("sgd", {"momentum": 0.0}),
    "SGD, classical momentum": Setting("sgd", {"momentum": 0.9}),
    "SGD, Nesterov's": Setting("sgd", {"momentum": 0.9, "nesterov": True}),
    "Adam": Setting("adam"),
    "Adam, weight decay 0.1": Setting("adam", {"weight_decay": 0.1}),
    "Adam, cosine": Setting("adam", schedule="cosine"),
    "Adam, one-cycle": Setting("adam", schedule="one-cycle"),
    **{
        f"Adam, {activation.label}": Setting("adam", activation=name)
        for name, activation in ACTIVATIONS.items()
        if name != "relu"
    },
}


def measured(quick: bool) -> dict[str, Any]:
    """Return the largest differences by setting and peer, as a share of the largest weight."""
    steps = 50 if quick else 300
    points, labels = pc.sample(pc.TUTORIAL_POLYNOMIALS, 100, np.random.RandomState(0))
    start = initial_parameters(WIDTHS, "he", np.random.default_rng(0))
    differences = {}
    for name, setting in SETTINGS.items():
        own = _polycore(setting, start, points, labels, steps)
        theirs = {"PyTorch": _pytorch(setting, start, points, labels, steps)}
        if setting.is_plain_adam:
            theirs["JAX"] = _jax(setting, start, points, labels, steps)
        differences[name] = {
            peer: float(np.abs(own - weights).max() / np.abs(own).max()) for peer, weights in theirs.items()
        }
    return {"steps": steps, "differences": differences}


def _polycore(setting: Setting, parameters: Floats, points: Any, labels: Any, steps: int) -> Floats:
    batch, workspace = Batch.of(points, labels, WIDTHS[-1]), Kernels(WIDTHS, setting.activation)
    state: Any = start_adam(parameters) if setting.optimizer == "adam" else start_sgd(parameters)
    step_of: Any = step_adam if setting.optimizer == "adam" else step_sgd
    for step in range(steps):
        gradient = workspace.gradient(parameters, batch)
        rate = rate_at(setting.schedule, RATE, step, steps)
        parameters, state = step_of(parameters, gradient, state, rate, **setting.options)
    return parameters


def _pytorch(setting: Setting, parameters: Floats, points: Any, labels: Any, steps: int) -> Floats:
    import torch

    linear = [torch.nn.Linear(*pair, dtype=torch.float64) for pair in pairwise(WIDTHS)]
    with torch.no_grad():
        for module, (weights, biases) in zip(linear, layers(parameters, WIDTHS), strict=True):
            module.weight.copy_(torch.from_numpy(weights.T.copy()))
            module.bias.copy_(torch.from_numpy(biases[0].copy()))
    activation = torch_activation(setting.activation)
    optimizer_class = torch.optim.AdamW if setting.optimizer == "adam" else torch.optim.SGD
    optimizer = optimizer_class(
        torch.nn.ModuleList(linear).parameters(), lr=RATE, **({"weight_decay": 0.0} | setting.options)
    )
    rates = _torch_rates(optimizer, setting.schedule, steps)
    inputs, classes = torch.from_numpy(points), torch.from_numpy(labels)
    for step in range(steps):
        if step > 0:
            rates.step()
        optimizer.zero_grad()
        logits = linear[1](activation(linear[0](inputs)))
        torch.nn.functional.cross_entropy(logits, classes).backward()
        optimizer.step()
    parts = [part for module in linear for part in (module.weight.T.reshape(-1), module.bias)]
    return np.concatenate([part.detach().numpy() for part in parts])


def _jax(setting: Setting, parameters: Floats, points: Any, labels: Any, steps: int) -> Floats:
    import jax

    from benchmarks import jax_peer

    with jax.enable_x64(True):
        batch = jax.numpy.asarray(points.T), jax.numpy.asarray(labels)
        scan = jax_peer.scan_of(setting.activation, lambda _: batch)
        state = jax_peer.start(layers(parameters, WIDTHS))
        return jax_peer.flat(jax.jit(scan)(state, jax.numpy.arange(steps), RATE)[0])


def _torch_rates(optimizer: Any, schedule: str, steps: int) -> Any:
    from torch.optim import lr_scheduler

    if schedule == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    if schedule == "one-cycle":
        return lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, cycle_momentum=False)
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    rows = [
        [name, *(f"{by_peer[peer]:.1e}" if peer in by_peer else "" for peer in PEERS)]
        for name, by_peer in result["differences"].items()
    ]
    return [TEXT.format(**result), "", *table(("largest difference from", *PEERS), rows)]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    worst = max(max(by_peer.values()) for by_peer in result["differences"].values())
    return [
        (
            "trajectory of each optimizer and activation",
            f"PyTorch's and JAX's, to within {GOAL:.0e}",
            f"{worst:.0e}",
            worst <= GOAL,
        )
    ]
