"""Experiments of every kind of run, and whether two runs are the same."""

from dataclasses import is_dataclass, replace

import numpy as np

import polycore as pc

TWO = pc.INTRODUCTION_POLYNOMIALS
TINY = pc.Experiment(polynomials=TWO, samples_per_class=10, hidden=(4,), steps=60, seed=5)
KINDS = {
    "adam on all samples": TINY,
    "sgd on batches": replace(TINY, optimizer="sgd", batch_size=7, schedule="cosine"),
    "adam on fresh points": replace(TINY, samples_per_class=None, batch_size=8, noise=0.1),
    "crossings in growing batches": replace(
        TINY, samples_per_class=None, batch_size=8, sampling="crossings", growing_batches=True
    ),
    "random search": replace(TINY, optimizer="random-search", standardize=False),
    "random search on batches": replace(TINY, optimizer="random-search", batch_size=7),
    "evolution": replace(TINY, optimizer="evolution", learning_rate=0.1),
    "evolution on fresh points": replace(TINY, optimizer="evolution", samples_per_class=None),
    "rmsprop on batches": replace(TINY, optimizer="rmsprop", batch_size=7),
    "l-bfgs": replace(TINY, optimizer="lbfgs", noise=1.0, samples_per_class=50),
    "nesterov with everything else": replace(
        TINY,
        optimizer="sgd",
        nesterov=True,
        weight_decay=0.01,
        schedule="one-cycle",
        target_loss=0.01,
        patience=50,
    ),
}

DIVERGING = pc.Experiment(
    polynomials=(pc.Polynomial(1e6), pc.Polynomial(-1e6, 3)),
    optimizer="sgd",
    learning_rate=10,
    standardize=False,
    batch_size=5,
)


def same_run(left, right):
    """Tell whether two runs are the same to the last bit."""
    return plain(left) == plain(right)


def plain(run):
    """Return all that a run holds: arrays as types and bytes, the rest as text."""
    history = run.history
    arrays = [run.parameters, run.best_parameters, run.gradient, *_flat(run.optimizer_state)]
    arrays += [history.step, history.loss, history.accuracy, history.held_out_accuracy]
    numbers = [run.step, run.loss, run.best_step, run.best_loss, history.every, run.ended_because]
    numbers += [run.held_out_loss, run.held_out_step]
    bits = [
        None if value is None else (np.asarray(value).dtype, np.asarray(value).tobytes()) for value in arrays
    ]
    return bits, repr(numbers), run.experiment


def _flat(state):
    """Return the numbers and arrays of an optimizer's state, and of what is inside it."""
    if isinstance(state, tuple):
        return [value for item in state for value in _flat(item)]
    return _flat(tuple(vars(state).values())) if is_dataclass(state) else [state]
