"""Experiments of every kind of run, and whether two runs are the same."""

from dataclasses import is_dataclass, replace

import numpy as np

import polycore as pc

TWO = pc.INTRODUCTION_POLYNOMIALS
TINY = pc.Experiment(polynomials=TWO, samples_per_class=10, hidden=(4,), steps=60, seed=5)
# two classes, not equally many of each; what is between them is no curve
POINTS = pc.PointSet(
    [[x / 5, y / 4 - 1] for x in range(-5, 6) for y in range(8) if (x * y) % 3],
    ["left" if x < 2 else "right" for x in range(-5, 6) for y in range(8) if (x * y) % 3],
)
OWN = TINY.on_points(POINTS)
KINDS = {
    "adam on all samples": TINY,
    "sgd on batches": replace(TINY, optimizer="sgd", batch_size=7, schedule="cosine"),
    "adam on fresh points": replace(TINY, samples_per_class=None, batch_size=8, noise=0.1),
    "crossings in growing batches": replace(
        TINY, samples_per_class=None, batch_size=8, sampling="crossings", growing_batches=True
    ),
    "errors in growing batches": replace(
        TINY, samples_per_class=None, batch_size=8, sampling="errors", growing_batches=True
    ),
    "errors with noise and dropout": replace(
        TINY, samples_per_class=None, batch_size=7, sampling="errors", noise=0.1, dropout=0.25
    ),
    "soap on all samples": replace(TINY, optimizer="soap", hidden=(3, 4), weight_decay=0.01),
    "soap on batches": replace(TINY, optimizer="soap", batch_size=7, l1=0.001, dropout=0.25),
    "soap where it errs": replace(
        TINY, optimizer="soap", samples_per_class=None, batch_size=8, sampling="errors", warmup_steps=20
    ),
    "random search": replace(TINY, optimizer="random-search", standardize=False),
    "random search on batches": replace(TINY, optimizer="random-search", batch_size=7),
    "evolution": replace(TINY, optimizer="evolution", learning_rate=0.1),
    "evolution on fresh points": replace(TINY, optimizer="evolution", samples_per_class=None),
    "rmsprop on batches": replace(TINY, optimizer="rmsprop", batch_size=7),
    "penalties and dropout on all samples": replace(TINY, l1=0.001, l2=0.01, dropout=0.25, warmup_steps=20),
    "clipped sgd on batches": replace(TINY, optimizer="sgd", batch_size=7, l2=0.1, gradient_clipping=0.25),
    "features on all samples": replace(TINY, features=("x", "x2", "y2", "sin")),
    "distances on fresh points": replace(
        TINY, samples_per_class=None, batch_size=8, noise=0.1, features=("y", "x3", "x4", "xy", "distances")
    ),
    "dropout of tanh on fresh points": replace(
        TINY, samples_per_class=None, batch_size=8, activation="tanh", initial_weights="glorot", dropout=0.5
    ),
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
    "own points": OWN,
    "own points in batches": replace(OWN, optimizer="rmsprop", batch_size=7, held_out_share=0.5),
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
    arrays += run.snapshots.parameters
    arrays += [] if run.errors is None else vars(run.errors).values()
    numbers = [run.step, run.loss, run.best_step, run.best_loss, history.every, run.ended_because]
    numbers += [run.held_out_loss, run.held_out_step, run.began_at, run.optimizer_began_at]
    numbers += [run.snapshots.step, [(leg.to_dict(), _columns(leg.history)) for leg in run.earlier]]
    arrays += [leg.given for leg in run.earlier]
    bits = [
        None if value is None else (np.asarray(value).dtype, np.asarray(value).tobytes()) for value in arrays
    ]
    return bits, repr(numbers), run.experiment


def _columns(history):
    """Return the numbers of a history, or None for none."""
    if history is None:
        return None
    columns = (history.step, history.loss, history.accuracy, history.held_out_accuracy)
    return history.every, [column.tolist() for column in columns]


def continued(run=None):
    """Return a run that continues on own points from one on polynomials, 20 steps after it began."""
    before = run or pc.advance(pc.start(TINY), 30)
    return pc.advance(pc.start(replace(OWN, batch_size=9), weights=before), 20)


def _flat(state):
    """Return the numbers and arrays of an optimizer's state, and of what is inside it."""
    if isinstance(state, tuple):
        return [value for item in state for value in _flat(item)]
    return _flat(tuple(vars(state).values())) if is_dataclass(state) else [state]
