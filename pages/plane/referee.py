"""How good an answer can be at all: the referee of a set-up, asked once for each."""

from functools import lru_cache

from pages.wording.percent import percent
from polycore import Experiment, Polynomial, Referee

EXPLAINED = (
    "Best possible is what the referee reaches, who knows the curves and the noise and always takes the "
    "likelier curve: on new points no method can be expected to be right more often."
)


def referee_of(experiment: Experiment) -> Referee:
    """Return the referee of the points that `experiment` draws; the same one each time."""
    return of(experiment.polynomials, experiment.x_range, experiment.noise)


def best_possible(experiment: Experiment) -> float:
    """Return the best accuracy that can be expected, as a share from 0 to 1.

    Ask before anything is drawn: the first time takes 3 to 26 ms for most set-ups, 24 wild polynomials with
    hardly any noise more than a second.
    """
    return referee_of(experiment).accuracy.value


def told(share: float) -> str:
    """Return a best accuracy in words that stand beside an accuracy."""
    return f"best possible {percent(share)}"


@lru_cache(maxsize=128)
def of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float], noise: float) -> Referee:
    """Return the referee of such points; the same one each time. Raises PolycoreError as Referee does."""
    return Referee(polynomials, x_range, noise)  # it keeps its accuracy once asked
