"""The same training with PyTorch and scikit-learn, as their documentation recommends, at its fastest.

Both use fresh points in every step, standardized as in polycore, in float32. PyTorch draws its points in
torch, 64 batches at a time as polycore does; scikit-learn, which cannot draw points, receives polycore's.
`jax_peer` has the same training with JAX.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice, pairwise
from typing import Any, Protocol

import numpy as np

from polycore import Experiment, start
from polycore.arrays import Floats, Integers
from polycore.network.batch import Batch
from polycore.network.parameters import Layers, layers
from polycore.training.task import Task, task_of

DRAWN_AT_ONCE = 64  # batches

# torch and scikit-learn are imported in the functions that use them, so that a process that measures one of
# them, or neither, does not load the other.


class Training(Protocol):
    """A network in training."""

    def set_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the next steps."""

    def take(self, steps: int) -> None:
        """Take `steps` steps."""

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""


class TrainingOnRecorded(Protocol):
    """A network in training on batches that it is given."""

    def give(self, batches: Sequence[Batch]) -> None:
        """Prepare a call that takes one step on each batch; they have equal size."""

    def take(self, learning_rate: float) -> None:
        """Take one step on each of the batches that were given last."""

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""


def initial_layers(experiment: Experiment) -> Layers:
    """Return polycore's initial weights and biases, in the precision of its steps."""
    return layers(start(experiment).parameters, experiment.widths)


def coefficients(experiment: Experiment) -> Floats:
    """Return coefficients (K, degree + 1), highest degree first, with leading zeros for lower degrees."""
    length = max(polynomial.degree for polynomial in experiment.polynomials) + 1
    rows = np.zeros((len(experiment.polynomials), length), dtype=np.float32)
    for row, polynomial in zip(rows, experiment.polynomials, strict=True):
        row[length - len(polynomial.coefficients) :] = polynomial.coefficients
    return rows


def standardized(problem: Task, points: Floats) -> Floats:
    """Return raw points (N, 2) as the networks receive them, in float32."""
    return ((points - problem.mean) / problem.deviation).astype(np.float32)


class TorchTraining:
    """Layers of `torch.nn.Linear` with polycore's initial weights, and `torch.optim.Adam`.

    `adam`: "plain", "foreach" or "fused", PyTorch's three implementations of a step; or "compiled", which is
    "foreach" with torch.compile. `compiled`: whether network and loss use torch.compile.
    """

    def __init__(self, experiment: Experiment, adam: str, compiled: bool = False) -> None:
        import torch

        torch.manual_seed(experiment.seed)
        self._problem = task_of(experiment)
        self._layers = _torch_layers(experiment)
        self._activation = torch_activation(experiment.activation)
        ways: dict[str, Any] = {"foreach": adam in ("foreach", "compiled"), "fused": adam == "fused"}
        parameters = list(self._layers.parameters())
        self._optimizer = torch.optim.Adam(parameters, lr=experiment.learning_rate, **ways)
        # a function around the step, as in PyTorch's own recipe
        self._step = torch.compile(self._plain_step) if adam == "compiled" else self._plain_step
        self._loss = torch.compile(self._network_loss) if compiled else self._network_loss
        self._batches = _torch_batches(self._problem)

    def _network_loss(self, points: Any, labels: Any) -> Any:
        import torch

        return torch.nn.functional.cross_entropy(self._logits(points), labels)

    def _logits(self, points: Any) -> Any:
        *hidden, last = self._layers
        for layer in hidden:
            points = self._activation(layer(points))
        return last(points)

    def _plain_step(self) -> None:
        self._optimizer.step()

    def set_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the next steps."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate

    def train_on(self, batches: Sequence[Batch]) -> None:
        """Take the next steps on these batches."""
        import torch

        pairs = [(np.ascontiguousarray(batch.columns[:2].T), batch.labels) for batch in batches]
        self._batches = iter([tuple(map(torch.from_numpy, pair)) for pair in pairs])

    def take(self, steps: int) -> None:
        """Take `steps` steps."""
        for points, labels in islice(self._batches, steps):
            self._optimizer.zero_grad()
            self._loss(points, labels).backward()
            self._step()

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""
        import torch

        with torch.no_grad():
            logits = self._logits(torch.from_numpy(standardized(self._problem, points)))
        return float((logits.argmax(dim=1).numpy() == labels).mean())


class TorchOnRecorded:
    """The same, fused, on given batches; each call has some of them."""

    def __init__(self, experiment: Experiment) -> None:
        self._training = TorchTraining(experiment, adam="fused")

    def give(self, batches: Sequence[Batch]) -> None:
        """Prepare a call that takes one step on each batch."""
        self._training.train_on(batches)
        self._count = len(batches)

    def take(self, learning_rate: float) -> None:
        """Take one step on each of the batches that were given last."""
        self._training.set_rate(learning_rate)
        self._training.take(self._count)

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""
        return self._training.accuracy(points, labels)


def _torch_layers(experiment: Experiment) -> Any:
    import torch

    modules = torch.nn.ModuleList([torch.nn.Linear(*pair) for pair in pairwise(experiment.widths)])
    with torch.no_grad():
        for module, (weights, biases) in zip(modules, initial_layers(experiment), strict=True):
            module.weight.copy_(torch.from_numpy(weights.T.copy()))
            module.bias.copy_(torch.from_numpy(biases[0].copy()))
    return modules


def torch_activation(name: str) -> Callable[[Any], Any]:
    """Return PyTorch's function for a name in polycore's ACTIVATIONS."""
    import torch
    from torch.nn import functional

    activations: dict[str, Callable[[Any], Any]] = {
        "relu": torch.relu,
        "leaky-relu": functional.leaky_relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "gelu": partial(functional.gelu, approximate="tanh"),
        "silu": functional.silu,
        "sine": torch.sin,
        "identity": lambda sums: sums,
    }
    return activations[name]


def _torch_batches(problem: Task) -> Iterator[tuple[Any, Any]]:
    """Yield points (N, 2) and labels (N,), each polynomial equally likely."""
    import torch

    rows = coefficients(problem.experiment)
    columns = [torch.from_numpy(column) for column in np.ascontiguousarray(rows.T)]
    mean, deviation = (
        torch.from_numpy(pair.astype(np.float32)) for pair in (problem.mean, problem.deviation)
    )
    low, high = problem.experiment.x_range
    shape = (DRAWN_AT_ONCE, problem.batch_size)
    while True:
        labels = torch.randint(len(rows), shape)
        x = torch.rand(shape) * (high - low) + low
        y = torch.zeros(shape)
        for column in columns:
            y.mul_(x).add_(column[labels])
        points = (torch.stack((x, y), dim=2) - mean) / deviation
        yield from zip(points, labels, strict=True)


class ScikitTraining:
    """An MLPClassifier, trained by `partial_fit` on `at_once` fresh batches per call."""

    def __init__(self, experiment: Experiment, at_once: int = 1) -> None:
        from sklearn.neural_network import MLPClassifier

        # batches of unequal size would add a step
        self._at_once, self._step = at_once, count(step=at_once)
        self._problem = task_of(experiment)
        self._network = MLPClassifier(
            experiment.hidden,
            alpha=0,  # no weight decay, as in the other contenders
            batch_size=self._problem.batch_size,
            learning_rate_init=experiment.learning_rate,
            random_state=experiment.seed,
        )
        self._classes = np.arange(len(experiment.polynomials))

    def set_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the next steps, for which the classifier has no public method."""
        self._network.learning_rate_init = learning_rate
        if hasattr(self._network, "_optimizer"):
            self._network._optimizer.learning_rate_init = learning_rate

    def take(self, steps: int) -> None:
        """Take `steps` steps, rounded up to whole calls."""
        for _ in range(0, steps, self._at_once):
            first = next(self._step)
            batches = list(self._problem.batches(first, first + self._at_once))
            points = np.concatenate([batch.columns[:2].T for batch in batches])
            labels = np.concatenate([batch.labels for batch in batches])
            self._network.partial_fit(points, labels, classes=self._classes)

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float((self._network.predict(standardized(self._problem, points)) == labels).mean())
