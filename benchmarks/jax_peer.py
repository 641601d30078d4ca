"""The same training with JAX: all steps of a call in one compiled `lax.scan`.

Points are columns, as in polycore: as rows they took JAX about 30 % more time. The initial weights are
polycore's. The module imports JAX, so only a process that measures JAX imports the module.
"""

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from benchmarks.peers import coefficients, initial_layers, standardized
from polycore import Experiment
from polycore.arrays import Floats, Integers
from polycore.network.batch import Batch
from polycore.network.parameters import Layers
from polycore.optimizers.adam import BETA_1, BETA_2, EPSILON
from polycore.training.task import Task, task_of

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": jax.nn.relu,
    "leaky-relu": jax.nn.leaky_relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "gelu": partial(jax.nn.gelu, approximate=True),
    "silu": jax.nn.silu,
    "sine": jnp.sin,
    "identity": lambda sums: sums,
}

# The parameters are a list of layers: weights (inputs, neurons) and biases (neurons, 1). The state is the
# parameters, the first and second moments, shaped as the parameters, and the number of steps.
State = tuple[Any, Any, Any, Any]
BatchOf = Callable[[Any], tuple[Any, Any]]  # points (2, N) and labels (N,) for one step, from its input


class JaxTraining:
    """A network trained by Adam, each batch drawn within its step. `at_once` steps are one call.

    compile_seconds: how long the compilation of the call took.
    """

    def __init__(self, experiment: Experiment, at_once: int) -> None:
        self._at_once, self._rate = at_once, experiment.learning_rate
        self._problem = task_of(experiment)
        self._key = jax.random.key(experiment.seed)
        self._state = start(initial_layers(experiment))
        scan = scan_of(experiment.activation, partial(_drawn, self._problem))
        self._take, self.compile_seconds = _compiled(scan, self._state, self._inputs(), self._rate)

    def set_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the next steps."""
        self._rate = learning_rate

    def take(self, steps: int) -> None:
        """Take `steps` steps, rounded up to whole calls."""
        for _ in range(0, steps, self._at_once):
            self._state = jax.block_until_ready(self._take(self._state, self._inputs(), self._rate))

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""
        return _accuracy(self._problem, self._state[0], points, labels)

    def _inputs(self) -> Any:
        self._key, used = jax.random.split(self._key)
        return jax.random.split(used, self._at_once)


class JaxOnRecorded:
    """A network trained by Adam on given batches; each call has some of equal size."""

    def __init__(self, experiment: Experiment) -> None:
        self._problem = task_of(experiment)
        self._state = start(initial_layers(experiment))
        self._scan = scan_of(experiment.activation, lambda batch: batch)
        self._compiled: dict[tuple[int, ...], Any] = {}
        self._given: Any = None
        self._take: Any = None

    def give(self, batches: Sequence[Batch]) -> None:
        """Prepare a call that takes one step on each batch."""
        self._given = _stacked(batches)
        shape = self._given[0].shape
        if shape not in self._compiled:
            self._compiled[shape], _ = _compiled(self._scan, self._state, self._given, 0.0)
        self._take = self._compiled[shape]

    def take(self, learning_rate: float) -> None:
        """Take one step on each of the batches that were given last."""
        self._state = jax.block_until_ready(self._take(self._state, self._given, learning_rate))

    def accuracy(self, points: Floats, labels: Integers) -> float:
        """Return the share of raw points (N, 2) that are classified correctly."""
        return _accuracy(self._problem, self._state[0], points, labels)


class JaxOnBatches:
    """A network trained by Adam on given batches of equal size, all of them in one call."""

    def __init__(self, experiment: Experiment, batches: Sequence[Batch]) -> None:
        self._rate = experiment.learning_rate
        self._state = start(initial_layers(experiment))
        self._batches = _stacked(batches)
        scan = scan_of(experiment.activation, lambda batch: batch)
        self._take, self.compile_seconds = _compiled(scan, self._state, self._batches, self._rate)

    def take_all(self) -> None:
        """Take one step on each batch."""
        self._state = jax.block_until_ready(self._take(self._state, self._batches, self._rate))

    @property
    def parameters(self) -> Floats:
        """The weights and biases as polycore's flat vector."""
        return flat(self._state[0])


def start(initial: Layers) -> State:
    """Return the state before the first step, in the precision of the initial weights."""
    parameters = [(jnp.asarray(weights), jnp.asarray(biases.T)) for weights, biases in initial]
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return parameters, zeros, zeros, jnp.zeros((), parameters[0][0].dtype)


def scan_of(activation: str, batch_of: BatchOf) -> Callable[[State, Any, Any], State]:
    """Return a function of a state, the inputs of all steps and a learning rate: the state after them."""
    loss = partial(_loss, activation=ACTIVATIONS[activation])

    def scan(state: State, inputs: Any, rate: Any) -> State:
        def step(state: State, one: Any) -> tuple[State, None]:
            return _stepped(state, jax.grad(loss)(state[0], *batch_of(one)), rate), None

        after: State = jax.lax.scan(step, state, inputs)[0]
        return after

    return scan


def flat(parameters: Any) -> Floats:
    """Return the layers of a state as polycore's flat vector."""
    return np.concatenate([np.asarray(part).ravel() for layer in parameters for part in layer])


def _accuracy(problem: Task, parameters: Any, points: Floats, labels: Integers) -> float:
    activation = ACTIVATIONS[problem.experiment.activation]
    logits = _logits(parameters, standardized(problem, points).T, activation)
    return float((np.asarray(logits).argmax(axis=0) == labels).mean())


def _stacked(batches: Sequence[Batch]) -> tuple[Any, Any]:
    """Return the points (steps, 2, N) and labels (steps, N) of batches of equal size."""
    points = np.stack([batch.columns[:2] for batch in batches])
    labels = np.stack([batch.labels for batch in batches]).astype(np.int32)
    return jnp.asarray(points), jnp.asarray(labels)


def _compiled(scan: Any, *arguments: Any) -> tuple[Any, float]:
    """Return `scan` compiled for such arguments, and how many seconds that took."""
    began = perf_counter()
    compiled = jax.jit(scan).lower(*arguments).compile()
    return compiled, perf_counter() - began


def _loss(parameters: Any, points: Any, labels: Any, activation: Callable[[Any], Any]) -> Any:
    """Return the mean cross-entropy in nats."""
    logarithms = jax.nn.log_softmax(_logits(parameters, points, activation), axis=0)
    is_class = labels == jnp.arange(len(logarithms))[:, jnp.newaxis]
    return -jnp.where(is_class, logarithms, 0).sum() / len(labels)


def _logits(parameters: Any, points: Any, activation: Callable[[Any], Any]) -> Any:
    *hidden, (last_weights, last_biases) = parameters
    values = points
    for weights, biases in hidden:
        values = activation(weights.T @ values + biases)
    return last_weights.T @ values + last_biases


def _stepped(state: State, gradient: Any, rate: Any) -> State:
    """Return the state after one step of Adam: arXiv:1412.6980, Algorithm 1."""
    parameters, first, second, step = state
    step = step + 1
    first = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, second, gradient)
    of_first, of_second = 1 - BETA_1**step, 1 - BETA_2**step
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * (m / of_first) / (jnp.sqrt(v / of_second) + EPSILON),
        parameters,
        first,
        second,
    )
    return parameters, first, second, step


def _drawn(problem: Task, key: Any) -> tuple[Any, Any]:
    """Return points (2, N), standardized, and labels (N,), each polynomial equally likely."""
    rows = coefficients(problem.experiment)
    low, high = problem.experiment.x_range
    shares = jax.random.uniform(key, (2, problem.batch_size))
    labels = (shares[0] * len(rows)).astype(jnp.int32)
    x = low + (high - low) * shares[1]
    y = jnp.zeros_like(x)
    for column in rows.T:
        y = y * x + jnp.asarray(column)[labels]
    mean, deviation = (pair.astype(np.float32)[:, np.newaxis] for pair in (problem.mean, problem.deviation))
    return (jnp.stack((x, y)) - mean) / deviation, labels
