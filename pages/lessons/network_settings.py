"""What the lessons about features, activations and regularization train, and count as seen."""

from dataclasses import replace

from pages.lessons.moment import Moment
from polycore import INTRODUCTION_POLYNOMIALS, Experiment, Polynomial

SOME_STEPS = 1000  # by when a run shows what it will become
CLEARLY, VISIBLY = 0.2, 0.01  # differences of accuracies
GOOD = 0.9  # an accuracy

STRAIGHT = Experiment(
    polynomials=(
        Polynomial.parse("x^3 + x^2 + 1"),
        Polynomial.parse("x^3 + x^2"),
        Polynomial.parse("x^3 + x^2 - 1"),
    ),
    samples_per_class=None,
    x_range=(-2.0, 1.0),
    noise=0.1,
    hidden=(),
    learning_rate=0.05,
    schedule="cosine",
    batch_size=128,
    steps=4000,
)
POWERS = replace(STRAIGHT, features=("x", "y", "x2", "x3"))
FOLDED = Experiment(
    polynomials=(Polynomial.parse("x^2"), Polynomial.parse("-x^2 + 1"), Polynomial.parse("x - 1")),
    samples_per_class=None,
    hidden=(6,),
    schedule="cosine",
    batch_size=128,
    steps=20_000,
    seed=1,
)
SMOOTH = FOLDED.with_activation("tanh")
LARGE = Experiment(
    polynomials=INTRODUCTION_POLYNOMIALS, samples_per_class=50, noise=1.0, hidden=(64, 64), steps=4000
)
SMALL = replace(LARGE, l2=0.01)
ALL = replace(LARGE, hidden=(256,))
DROPPED = replace(ALL, dropout=0.8)


def powers_seen(moment: Moment) -> bool:
    """Return whether a network without hidden layers is clearly better with powers of x."""
    return _difference(moment, POWERS, STRAIGHT) > CLEARLY


def smooth_seen(moment: Moment) -> bool:
    """Return whether networks of both activations know the curves."""
    both = [moment.outcome(one) for one in (FOLDED, SMOOTH)]
    return all(one.steps >= SOME_STEPS and one.held_out_accuracy > GOOD for one in both)


def small_seen(moment: Moment) -> bool:
    """Return whether the penalty has helped."""
    return _difference(moment, SMALL, LARGE) > VISIBLY


def dropped_seen(moment: Moment) -> bool:
    """Return whether dropout has helped."""
    return _difference(moment, DROPPED, ALL) > VISIBLY


def _difference(moment: Moment, one: Experiment, other: Experiment) -> float:
    """Return by how much held-out accuracy is higher; 0 until both have trained for long enough."""
    first, second = moment.outcome(one), moment.outcome(other)
    if min(first.steps, second.steps) < SOME_STEPS:
        return 0.0
    return first.held_out_accuracy - second.held_out_accuracy
