"""What the lessons about features, activations and regularization train, and what is missing in them."""

from collections.abc import Callable
from dataclasses import replace

from pages.lessons.moment import Moment, SetUp, untrained
from pages.wording.percent import percent
from polycore import INTRODUCTION_POLYNOMIALS, Experiment, Polynomial

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


def smooth(moment: Moment, folded: SetUp, smooth: SetUp) -> str:
    """Return what is missing until networks of both activations know the curves."""
    words = untrained(moment, folded) or untrained(moment, smooth)
    if words:
        return words
    for set_up in (folded, smooth):
        held_out = moment.outcome(set_up.experiment).held_out_accuracy
        if held_out <= GOOD:
            return f'"{set_up.name}" is at {percent(held_out)}: more than {percent(GOOD)} is needed.'
    return ""


def better_by(difference: float) -> Callable[[Moment, SetUp, SetUp], str]:
    """Return the check of a lesson whose second set-up has a held-out accuracy higher by that difference."""

    def missing(moment: Moment, first: SetUp, second: SetUp) -> str:
        words = untrained(moment, first) or untrained(moment, second)
        if words:
            return words
        worse, better = (moment.outcome(one.experiment).held_out_accuracy for one in (first, second))
        if better - worse > difference:
            return ""
        return (
            f'"{first.name}" is at {percent(worse)}, "{second.name}" at {percent(better)}: it must be better '
            f"by more than {100 * difference:g} percentage points. Let both train to their ends."
        )

    return missing
