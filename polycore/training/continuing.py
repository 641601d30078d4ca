"""Weights that a run begins with: those of a model, or of a run with its optimizer's state and its past."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from polycore.arrays import Floats, read_only
from polycore.errors import PolycoreError
from polycore.experiment.error_sums import ErrorSums
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.model import Model
from polycore.network.features import Inputs
from polycore.network.parameters import Layers, widths_text
from polycore.optimizers.optimizer import OptimizerState
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.leg import Leg, appended, checked_settings, legs_in, step_in
from polycore.training.snapshots import NO_SNAPSHOTS, Snapshots
from polycore.training.state import RunState
from polycore.training.task import Task, task_of


@dataclass(frozen=True, eq=False)
class Continuation:
    """Where a run begins that continues from weights.

    step: the number of steps taken before. parameters: in float64, so that they predict as before.
    optimizer_state: of a run with the same optimizer, which began at
    `optimizer_began_at`; None if the optimizer starts afresh. errors: where the network errs, as the run
    knows it; None if it does not, or if that is of other curves.
    """

    step: int
    parameters: Floats
    earlier: tuple[Leg, ...]
    snapshots: Snapshots = NO_SNAPSHOTS
    optimizer_state: OptimizerState | None = None
    optimizer_began_at: int = 0
    errors: ErrorSums | None = None


def from_model(task: Task, model: Model) -> Continuation:
    """Return the continuation from a model's weights, whatever trained them.

    Raises PolycoreError unless they fit the network of the task, and a weight file could store them scaled.
    """
    _check_kind(task, model.activation, model.inputs)
    step = step_in(model.metadata) or 0
    layers = tuple(zip(model.weights, model.biases, strict=True))
    earlier = legs_in(model.metadata.get("earlier"))
    if earlier and earlier[-1].end > step:  # of a file that somebody changed
        earlier = ()
    leg = Leg(earlier[-1].end if earlier else 0, step, _settings_of(model), given=_flat(layers))
    return Continuation(step, _parameters(task, layers), appended(earlier, leg))


def from_run(task: Task, run: RunState) -> Continuation:
    """Return the continuation from a run's present weights. Raises as `from_model` does."""
    _check_kind(task, run.experiment.activation, run.experiment.inputs)
    before = task_of(run.experiment)
    raw = before.raw_layers(run.parameters)
    if run.step == 0:  # nothing was trained: all that it gives is its initial weights
        leg = Leg(0, 0, run.experiment.summary(), given=_flat(raw), data=run.experiment.data)
        return Continuation(0, _parameters(task, raw), (leg,))
    # also one without a step: scaling the weights for it has rounded them
    leg = Leg(run.began_at, run.step, run.experiment.summary(), run.history, data=run.experiment.data)
    earlier = appended(run.earlier, leg)
    parameters = _parameters(task, raw)
    snapshots = run.snapshots
    if not (np.array_equal(before.mean, task.mean) and np.array_equal(before.deviation, task.deviation)):
        snapshots = snapshots.converted(lambda one: task.parameters_of(before.raw_layers(one)))
    else:  # not even a rounding error
        parameters = run.parameters.astype(np.float64)
    now, then = task.experiment, run.experiment
    is_same = (now.polynomials, now.x_range, now.noise) == (then.polynomials, then.x_range, then.noise)
    errors = run.errors if is_same and now.follows_errors else None
    continuation = Continuation(run.step, parameters, earlier, snapshots, errors=errors)
    if run.experiment.optimizer != task.experiment.optimizer:
        return continuation
    state = _in_precision(run, task)
    return replace(continuation, optimizer_state=state, optimizer_began_at=run.optimizer_began_at)


def _parameters(task: Task, raw: Layers) -> Floats:
    widths = (raw[0][0].shape[0], *(weights.shape[1] for weights, _ in raw))
    expected = task.experiment.widths
    if widths != expected:
        raise PolycoreError(
            f"weights: got a network {widths_text(widths)}; expected {widths_text(expected)}, the "
            f"experiment's. Set hidden={widths[1:-1]}, or give weights of {expected[-1]} classes."
        )
    parameters = task.parameters_of(raw)
    if not task.can_hold(parameters):
        raise PolycoreError(
            f"weights: got some that would exceed {MAX_PARAMETER_SIZE:g} in size with the experiment's "
            "scaling of its points; expected smaller ones. Switch standardize off, or change the points."
        )
    return parameters


def _flat(layers: Layers) -> Floats:
    return read_only(np.concatenate([part.ravel() for layer in layers for part in layer]))


def _check_kind(task: Task, activation: str, inputs: Inputs) -> None:
    known = task.experiment.inputs
    if inputs.names != known.names:
        raise PolycoreError(
            f"weights: got those of a network with the inputs {', '.join(inputs.names)}; expected "
            f"{', '.join(known.names)}, the experiment's. Set features={inputs.names}."
        )
    if inputs.curves != known.curves:
        raise PolycoreError(
            "weights: got those of a network whose inputs are the distances to other curves; expected the "
            "experiment's polynomials. Give those, or train a new network."
        )
    expected = task.experiment.activation
    if activation != expected:
        raise PolycoreError(
            f"weights: got those of a network with {activation}; expected {expected}, the experiment's "
            f'activation. Set activation="{activation}".'
        )


def _settings_of(model: Model) -> Mapping[str, Any] | None:
    try:
        return checked_settings(model.metadata.get("experiment"))
    except PolycoreError:
        return None


def _in_precision(run: RunState, task: Task) -> OptimizerState:
    """Return the state of the run's optimizer, with its arrays in the precision of the task."""
    storage = OPTIMIZERS[run.experiment.optimizer].storage
    in_float64 = {array.name for array in storage.arrays if array.in_float64}
    arrays = {
        name: array if name in in_float64 else array.astype(task.precision)
        for name, array in storage.to_arrays(run.optimizer_state, run.parameters.size).items()
    }
    numbers = replace(storage.to_numbers(run.optimizer_state), stuck=False)
    return storage.to_state(run.step - run.optimizer_began_at, numbers, arrays)
