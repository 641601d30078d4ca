"""The steps of a run that a film shows, with the weights and the figures of each."""

from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats, evenly
from polycore.model.evaluation import loss_and_accuracy, thinned_training_set
from polycore.network.parameters import Layers
from polycore.training.history import History
from polycore.training.run import Run
from polycore.training.task import task_of

NEAR = 0.25  # of the steps since the first: within it a measurement stands for the step


@dataclass(frozen=True, eq=False)
class FilmStep:
    """A run after `step` steps.

    layers: the weights and biases, as they act on raw inputs. loss: in nats, on the training set.
    held_out_accuracy: a share. in_history: whether both are from the run's history.
    """

    step: int
    layers: Layers
    loss: float
    held_out_accuracy: float
    in_history: bool


def film_steps_of(run: Run, limit: int) -> list[FilmStep]:
    """Return at most `limit` steps of a run, evenly chosen from its snapshots and its present weights.

    The first snapshot and the present, which comes last, are among them. The figures are those of the
    nearest measurement in the history. A run that is measured seldom changes a lot between its first two:
    steps that are far from all, and the present, are measured here, on at most 20,000 training points.
    """
    known = dict(zip(run.snapshots.step, run.snapshots.parameters, strict=True))
    known[run.step] = run.parameters
    steps = sorted(known)
    history, chosen = run.whole_history, []
    for index in evenly(len(steps), limit):
        step = steps[index]
        near = 0 if step == run.step else NEAR * (step - steps[0])
        layers = task_of(run.experiment).raw_layers(known[step])
        figures = _entry_near(history, step, near)
        if figures is None:
            loss, _ = loss_and_accuracy(run.experiment, layers, *thinned_training_set(run.experiment))
            _, held_out_accuracy = loss_and_accuracy(run.experiment, layers, *run.experiment.held_out_set())
        else:
            loss, held_out_accuracy = figures
        chosen.append(FilmStep(step, layers, loss, held_out_accuracy, in_history=figures is not None))
    return chosen


def losses_of(history: History, film_steps: list[FilmStep]) -> tuple[Floats, Floats]:
    """Return the steps (N,), ascending, and the losses (N,) of a history and of film steps that it lacks."""
    new = [one for one in film_steps if not one.in_history]
    steps = np.concatenate([history.step, [one.step for one in new]])
    losses = np.concatenate([history.loss, [one.loss for one in new]])
    order = np.argsort(steps, kind="stable")
    return steps[order], losses[order]


def _entry_near(history: History, step: int, near: float) -> tuple[float, float] | None:
    """Return the loss and held-out accuracy nearest to a step, if at most `near` steps away."""
    distances = np.abs(history.step - step)
    # at a change of settings there are two entries for one step, the later one with the new settings
    nearest = len(distances) - 1 - int(np.argmin(distances[::-1]))
    if distances[nearest] > near:
        return None
    return float(history.loss[nearest]), float(history.held_out_accuracy[nearest])
