"""A model's answer for one point: the probability of each class, as a table and in words."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pages.plane.plane import EQUALLY_LIKELY, Probabilities, referee_probabilities
from pages.plane.scene import Scene
from pages.wording.odds import odds
from pages.wording.percent import percent, probability
from polycore import Polynomial, Referee
from polycore.arrays import Floats
from polycore.class_name import ClassName
from polycore.polynomials.classes import Classes, curves_of
from polycore.referee.bayes_classifier import MAX_COORDINATE

MAX_NAME = 60  # characters: a polynomial from a file may have thousands

REFEREE = "The referee, who knows the curves,"


@dataclass(frozen=True, eq=False)
class Answer:
    """The probabilities of the K classes, (K,), at the point (x, y).

    classes: what stands for each: its polynomial or its name; () if it is unknown.
    curves: the polynomials that the points of the classes lie on; () if they are unknown.
    referee: the Bayes classifier's probabilities, (K,); None if there is none or the point is too far out.
    """

    classes: tuple[Polynomial, ...] | tuple[ClassName, ...]
    curves: tuple[Polynomial, ...]
    x: float
    y: float
    probabilities: Floats
    referee: Floats | None = None

    @classmethod
    def of(
        cls,
        probabilities_of: Probabilities,
        scene: Scene,
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
            return cls(scene.classes, scene.curves, x, y, probabilities)
        [best] = referee_probabilities(referee, point)
        return cls(scene.classes, scene.curves, x, y, probabilities, best)

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
        """The value of each class's curve at x; () if the curves are unknown."""
        return tuple(polynomial(self.x) for polynomial in self.curves)

    @property
    def distances(self) -> tuple[float, ...]:
        """The vertical distance of the point from each class's curve."""
        return tuple(abs(self.y - value) for value in self.values)

    def name(self, label: int) -> str:
        """Return what stands for a class, such as "x²"; "class 3" if it is unknown."""
        return shortened(self.classes[label].typeset) if self.classes else f"class {label}"

    def spoken_name(self, label: int) -> str:
        """Return the same for alternative texts, such as "x squared"."""
        return shortened(self.classes[label].spoken) if self.classes else f"class {label}"

    def full_name(self, label: int) -> str:
        """Return the name of a class with its index, such as "p3 = x²"; see `class_name`."""
        return class_name(self.classes, label)

    def table(self) -> pd.DataFrame:
        """Return one row for each class, most likely first.

        Columns: class, polynomial or name, probability (%), referee (%), odds, value, distance. Those that
        need curves or a referee are left out if these are unknown.
        """
        order = self.order
        columns: dict[str, list[object]] = {"class": list(order)}
        if self.classes:
            columns[self.noun] = [self.name(label) for label in order]
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
            names = f"{', '.join(map(self._short_name, others))} and {self._short_name(last)}"
            return f"{REFEREE} cannot tell {names} apart: probability {percent(probability)} each."
        agrees = "agrees" if last == self.likeliest else f"says {self.full_name(last)}"
        return f"{REFEREE} {agrees}: probability {percent(probability)}, odds {odds(probability)}."

    @property
    def noun(self) -> str:
        """The title of the column with what stands for a class."""
        return "polynomial" if self.has_polynomials else "name"

    @property
    def has_polynomials(self) -> bool:
        """Whether the classes are polynomials, and not names of the user's own."""
        return bool(curves_of(self.classes))

    def _short_name(self, label: int) -> str:
        return f"p{label}" if self.has_polynomials else self.name(label)

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
            f"Another curve is nearer: {self._short_name(nearest)}, {self.distances[nearest]:.3g} away; "
            f"this one is {self.distances[self.likeliest]:.3g} away."
        )


def class_name(classes: Classes, label: int) -> str:
    """Return the name of a class, such as "p3 = x²", or its own; "class 3" if it is unknown."""
    if not classes:
        return f"class {label}"
    name = shortened(classes[label].typeset)
    return f"p{label} = {name}" if curves_of(classes) else name


def shortened(text: str) -> str:
    """Return the text of a polynomial, cut if it is longer than MAX_NAME."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
