"""ShareOfSteps: a number of steps that follows from how many a run has."""

import re
from fractions import Fraction
from typing import Self

_TEXT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%", re.ASCII)


class ShareOfSteps(int):
    """A share of a run's steps, as their number: rounded down, but at least 1.

    It equals that number, which knows nothing of the share: `Experiment.differing` tells them apart.

    Attributes
    ----------
    percent
        The share, above 0 and at most 100.
    steps
        Of the run.
    """

    percent: float
    steps: int

    def __new__(cls, percent: float, steps: int) -> Self:
        """Return the number of steps that are `percent` of `steps`."""
        # a Fraction, since floating point has 56 for 0.57 % of 10,000
        share = super().__new__(cls, max(1, steps * Fraction(f"{percent:g}") // 100))
        share.percent, share.steps = percent, steps
        return share

    def __getnewargs__(self) -> tuple[float, int]:  # type: ignore[override]  # those of __new__, for pickle
        return self.percent, self.steps

    def __repr__(self) -> str:
        """As an experiment takes it, since one is created from what is printed."""
        return repr(self.text)

    __str__ = int.__repr__

    @property
    def text(self) -> str:
        """The share, such as 10%."""
        return f"{self.percent:g}%"


def percent_in(text: str) -> float | None:
    """Return the share that a text such as "10%" has, in percent; None if it has none up to 100%."""
    match = _TEXT.fullmatch(text)
    return float(match[1]) if match and float(match[1]) <= 100 else None
