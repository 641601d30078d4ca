"""What the lessons about continuing from trained weights train, show, and count as seen."""

import math
from dataclasses import replace

import numpy as np

from pages.lessons.moment import Moment, alike
from pages.models.shown_network import ShownNetwork
from polycore import Experiment, Model, Polynomial, Run
from polycore.formatting import percent

SOME_STEPS = 1000  # after a change, by when its effect shows
LEARNED, FORGOTTEN = 0.9, 0.7  # accuracies; guesses among two lines are right half of the time
BROKEN = 2.0  # times the loss after healing

SLOW = Experiment(
    polynomials=(Polynomial.parse("x^2"), Polynomial.parse("-x^2 + 1"), Polynomial.parse("x - 1")),
    samples_per_class=None,
    noise=0.1,
    hidden=(32,),
    learning_rate=0.001,
    batch_size=256,
    steps=5000,
    seed=9,
)
RAISED = replace(SLOW, learning_rate=0.1, schedule="cosine")
LINES = Experiment(
    polynomials=(Polynomial.parse("x"), Polynomial.parse("-x")),
    samples_per_class=None,
    noise=0.05,
    hidden=(16,),
    batch_size=256,
    steps=4000,
)
PARABOLAS = replace(LINES, polynomials=(Polynomial.parse("x^2"), Polynomial.parse("-x^2 + 1")))
WHOLE = replace(SLOW, noise=0.0, hidden=(16,), learning_rate=0.01, batch_size=128, seed=0)


def raised_seen(moment: Moment) -> bool:
    """Return whether the loss has fallen below where it was when the learning rate was raised."""
    run = _continued(moment, RAISED, SLOW)
    if run is None or run.step - run.began_at < SOME_STEPS:
        return False
    return bool(run.history.loss[-1] < run.history.loss[0])


def forgotten_seen(moment: Moment) -> bool:
    """Return whether a network that knew the lines knows the parabolas instead."""
    run, network = _continued(moment, PARABOLAS, LINES), moment.network
    if run is None or network is None or network.experiment != run.experiment:
        return False
    lines = run.earlier[-1].history
    knew = lines is not None and lines.held_out_accuracy[-1] > LEARNED
    knows = (network.model.held_out_accuracy or 0.0) > LEARNED
    return knew and knows and accuracy_on_lines(network.model) < FORGOTTEN


def healed_seen(moment: Moment) -> bool:
    """Return whether a network that was changed by hand, for the worse, is trained well again."""
    run = moment.run(WHOLE)
    if run is None or not run.earlier or run.earlier[-1].history is not None:
        return False
    by_hand = (*moment.session.lessons.broken, *moment.changed_by_hand(WHOLE))
    first = float(run.history.loss[0])
    return any(math.isclose(first, loss, rel_tol=0.1) for loss in by_hand) and first > BROKEN * run.best_loss


def lines_text(network: ShownNetwork) -> str:
    """Return the accuracy of a network on the two lines; "" if it does not tell two classes apart."""
    if network.model.widths[-1] != len(LINES.polynomials):
        return ""
    return percent(accuracy_on_lines(network.model))


def accuracy_on_lines(model: Model) -> float:
    """Return the share of points on the two lines that a network of two classes assigns to their line."""
    x = np.linspace(*LINES.x_range, 401)
    points = [np.column_stack([x, line(x)]) for line in LINES.polynomials]
    answers = [model.predict_proba(one).argmax(axis=1) for one in points]
    return float(np.mean([answer == label for label, answer in enumerate(answers)]))


def _continued(moment: Moment, experiment: Experiment, before: Experiment) -> Run | None:
    """Return the session's run if it is one of `experiment` that continued from one of `before`."""
    run = moment.run(experiment)
    if run is None or not run.earlier:
        return None
    earlier = run.earlier[-1].experiment
    return run if earlier is not None and alike(earlier, before) else None
