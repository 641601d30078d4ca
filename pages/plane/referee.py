"""The referee (the Bayes classifier) of a set-up, cached: how good any answer can be."""

import math
from functools import lru_cache

from pages.plane.scene import fit_of, scene_of
from pages.wording.percent import percent
from polycore import Experiment, PolycoreError, Polynomial, Referee
from polycore.experiment.experiment import HELD_OUT_POINTS
from polycore.formatting import counted

EXPLAINED = (
    "Best possible is the accuracy of the referee, who knows the curves and the noise and always chooses the "
    "most likely curve: on new points no method can be expected to be right more often."
)

BESIDE = "beside_held_out"  # the name of the value that is `beside` an accuracy on new points


def referee_of(experiment: Experiment) -> Referee | None:
    """Return the referee of the points of `experiment`: for equal curves, range and noise the same object.

    For the user's own points it is the referee of the curves that fit them; None if no curves fit, or if no
    referee can be computed from them.
    """
    if experiment.data is None:
        return referee_of_curves(experiment)
    scene, fit = scene_of(experiment), fit_of(experiment.data)
    try:
        return of(scene.curves, scene.x_range, fit.noise) if scene.curves else None
    except PolycoreError:
        return None


def referee_of_curves(experiment: Experiment) -> Referee:
    """Return the referee of an experiment on polynomials."""
    return of(experiment.polynomials, experiment.x_range, experiment.noise)


def best_possible(experiment: Experiment) -> float | None:
    """Return the best accuracy that can be expected, as a share from 0 to 1.

    None for the user's own points: nobody knows how likely each class is at each x.

    Call it before anything is drawn: the first call takes 3 to 26 ms for most set-ups, and more than a second
    for 24 extreme polynomials with hardly any noise.
    """
    if experiment.data is not None:
        return None
    return referee_of_curves(experiment).accuracy.value


def best_possible_text(share: float | None) -> str:
    """Return the best possible accuracy as the text beside one that was measured on held-out points.

    "" if it is not known.

    The bounds are two standard errors of a share of HELD_OUT_POINTS: in 95 of 100 cases the measured accuracy
    of a network that is as good as possible lies between them.
    """
    if share is None:
        return ""
    error = 200 * math.sqrt(share * (1 - share) / HELD_OUT_POINTS)
    if error < 0.05:
        return f"best possible {percent(share)}"
    return f"best possible {100 * share:.1f}\u00a0±\u00a0{error:.1f}\u00a0%"


def beside(held_out: float, experiment: Experiment) -> str:
    """Return the text beside an accuracy on new points: the best possible or, of own points, its error.

    In 95 of 100 cases the accuracy on all points like them is no farther away. Source: Agresti and Coull,
    1998; two answers more that are right and two that are wrong leave an error if all are right.
    """
    if experiment.data is None:
        return best_possible_text(best_possible(experiment))
    count = len(experiment.held_out_set()[0])
    share = (count * held_out + 2) / (count + 4)
    error = 200 * math.sqrt(share * (1 - share) / (count + 4))
    return f"±\u00a0{error:.1f}\u00a0% on {counted(count, 'point')}"


@lru_cache(maxsize=128)
def of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float], noise: float) -> Referee:
    """Return the referee of these curves, from a cache. Raises PolycoreError as Referee does."""
    return Referee(polynomials, x_range, noise)  # it caches its accuracy
