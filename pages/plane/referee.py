"""The referee (the Bayes classifier) of a set-up, cached: how good any answer can be."""

import math
from functools import lru_cache

from pages.wording.percent import percent
from polycore import Experiment, Polynomial, Referee
from polycore.experiment.experiment import HELD_OUT_POINTS

EXPLAINED = (
    "Best possible is the accuracy of the referee, who knows the curves and the noise and always chooses the "
    "most likely curve: on new points no method can be expected to be right more often."
)


def referee_of(experiment: Experiment) -> Referee:
    """Return the referee of the points of `experiment`: for equal curves, range and noise the same object."""
    return of(experiment.polynomials, experiment.x_range, experiment.noise)


def best_possible(experiment: Experiment) -> float:
    """Return the best accuracy that can be expected, as a share from 0 to 1.

    Call it before anything is drawn: the first call takes 3 to 26 ms for most set-ups, and more than a second
    for 24 extreme polynomials with hardly any noise.
    """
    return referee_of(experiment).accuracy.value


def best_possible_text(share: float) -> str:
    """Return the best possible accuracy as the text beside one that was measured on held-out points.

    Of so many points a network that is as good as possible gets between these bounds right in 95 of 100 cases
    (two standard errors of a share).
    """
    error = 200 * math.sqrt(share * (1 - share) / HELD_OUT_POINTS)
    if error < 0.05:
        return f"best possible {percent(share)}"
    return f"best possible {100 * share:.1f}\u00a0±\u00a0{error:.1f}\u00a0%"


@lru_cache(maxsize=128)
def of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float], noise: float) -> Referee:
    """Return the referee of these curves, from a cache. Raises PolycoreError as Referee does."""
    return Referee(polynomials, x_range, noise)  # it caches its accuracy
