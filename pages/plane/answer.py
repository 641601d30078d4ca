"""A model's answer for one point: the probability of each class, as a table and in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pages.plane.plane import EQUALLY_LIKELY, Probabilities, referee_probabilities
from pages.wording.odds import odds
from pages.wording.percent import percent, probability
from polycore import Polynomial, Referee
from polycore.arrays import Floats
from polycore.referee.bayes_classifier import MAX_COORDINATE

MAX_NAME = 60  # characters: a polynomial from a file may have thousands

REFEREE = "The referee, who knows the curves,"


@dataclass(frozen=True, eq=False)
class Answer:
    """The probabilities of the K classes, (K,), at the point (x, y).

    polynomials: one for each class; () if they are unknown.
    referee: the Bayes classifier's probabilities, (K,); None if there is none or the point is too far out.
    """

    polynomials: tuple[Polynomial, ...]
    x: float
    y: float
    probabilities: Floats
    referee: Floats | None = None

    @classmethod
    def of(
        cls,
        probabilities_of: Probabilities,
        polynomials: tuple[Polynomial, ...],
        referee: Referee | None,
        x: float,
        y: float,
    ) -> "Answer":
        """Return the answer of a network and, if there is one, of the referee.

        Raises PolycoreError if the network refuses the point.
        """
        point = np.array([[x, y]])
        [probabilities] = probabilities_of(point)
        if referee is None or max(abs(x), abs(y)) > MAX_COORDINATE:
            return cls(polynomials, x, y, probabilities)
        [best] = referee_probabilities(referee, point)
        return cls(polynomials, x, y, probabilities, best)

    @property
    def order(self) -> list[int]:
        """The classes, most likely first."""
        ordered: list[int] = np.argsort(-self.probabilities, kind="stable").tolist()
        return ordered

    @property
    def likeliest(self) -> int:
        """The most likely class."""
        return self.order[0]

    @property
    def values(self) -> tuple[float, ...]:
        """The value of each class's polynomial at x; () if the polynomials are unknown."""
        return tuple(polynomial(self.x) for polynomial in self.polynomials)

    @property
    def distances(self) -> tuple[float, ...]:
        """The vertical distance of the point from each class's curve."""
        return tuple(abs(self.y - value) for value in self.values)

    def name(self, label: int) -> str:
        """Return the polynomial of a class, such as "x²"; "class 3" if the polynomials are unknown."""
        return shortened(self.polynomials[label].typeset) if self.polynomials else f"class {label}"

    def spoken_name(self, label: int) -> str:
        """Return the same for alternative texts, such as "x squared"."""
        return shortened(self.polynomials[label].spoken) if self.polynomials else f"class {label}"

    def table(self) -> pd.DataFrame:
        """Return one row for each class, most likely first.

        Columns: class, polynomial, probability (%), referee (%), odds, value, distance. Those that need
        polynomials or a referee are left out if these are unknown.
        """
        order = self.order
        columns: dict[str, list[object]] = {"class": list(order)}
        if self.values:
            columns["polynomial"] = [self.name(label) for label in order]
        columns["probability"] = [100 * float(self.probabilities[label]) for label in order]
        if self.referee is not None:
            columns["referee"] = [100 * float(self.referee[label]) for label in order]
        columns["odds"] = [odds(float(self.probabilities[label])) for label in order]
        if self.values:
            columns["value"] = [self.values[label] for label in order]
            columns["distance"] = [self.distances[label] for label in order]
        return pd.DataFrame(columns)

    def sentence(self) -> str:
        """Say how likely the most likely class is, and whether its curve is the nearest."""
        share = float(self.probabilities[self.likeliest])
        likely = f"Most likely: probability {probability(share)}, odds {odds(share)}."
        return f"{likely} {self._nearest()}".rstrip()

    def referee_sentence(self) -> str:
        """Say which class the referee finds most likely; "" without a referee."""
        if self.referee is None:
            return ""
        *others, last = self._favorites(self.referee)
        probability = float(self.referee[last])
        if others:
            names = f"{', '.join(f'p{label}' for label in others)} and p{last}"
            return f"{REFEREE} cannot tell {names} apart: probability {percent(probability)} each."
        agrees = "agrees" if last == self.likeliest else f"says p{last} = {self.name(last)}"
        return f"{REFEREE} {agrees}: probability {percent(probability)}, odds {odds(probability)}."

    @staticmethod
    def _favorites(probabilities: Floats) -> list[int]:
        return np.flatnonzero(probabilities >= EQUALLY_LIKELY * probabilities.max()).tolist()

    def _nearest(self) -> str:
        """Say which curve is nearest. Of several equally near ones, the most likely class counts."""
        if not self.distances or not math.isfinite(self.distances[self.likeliest]):
            return ""
        if self.distances[self.likeliest] == min(self.distances):
            return f"Its curve is the nearest, {self.distances[self.likeliest]:.3g} away."
        nearest = int(np.argmin(self.distances))
        return (
            f"Another curve is nearer: p{nearest}, {self.distances[nearest]:.3g} away; "
            f"this one is {self.distances[self.likeliest]:.3g} away."
        )


def class_name(polynomials: Sequence[Polynomial], label: int) -> str:
    """Return the name of a class, such as "p3 = x²"; "class 3" if the polynomials are unknown."""
    return f"p{label} = {shortened(polynomials[label].typeset)}" if polynomials else f"class {label}"


def shortened(text: str) -> str:
    """Return the text of a polynomial, cut if it is longer than MAX_NAME."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
