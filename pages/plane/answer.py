"""A model's answer about one point: the probability of each class, and the answer in words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pages.plane.crossings import Meeting, meeting_at, meetings_of
from pages.plane.place import Place
from pages.plane.plane import EQUALLY_LIKELY
from pages.plane.scene import Scene, class_name, short_name, shortened
from pages.wording.percent import odds, percent, probability
from pages.wording.words import listed
from polycore import Referee
from polycore.arrays import Floats
from polycore.polynomials.classes import Classes
from polycore.referee.bayes_classifier import MAX_COORDINATE, probabilities_anywhere

REFEREE = "The referee, who knows the curves,"
OF_FITTED = "A referee who takes the fitted curves for the true ones"
FORCED = "Forced to choose one,"


@dataclass(frozen=True, eq=False)
class Answer:
    """The probabilities of the K classes, (K,), at a point.

    place: the point among the curves of the classes.
    referee: the Bayes classifier's probabilities, (K,); None if there is none or the point is too far out.
    meeting: the crossing at the point; None if there is none, or no Bayes classifier.
    """

    place: Place
    probabilities: Floats
    referee: Floats | None = None
    meeting: Meeting | None = None

    @classmethod
    def of(
        cls,
        probabilities_of: Callable[[Floats], Floats],
        scene: Scene,
        referee: Referee | None,
        x: float,
        y: float,
    ) -> "Answer":
        """Return the answer of a network and, if there is one, of the referee.

        Raises PolycoreError if the network refuses the point.
        """
        point, place = np.array([[x, y]]), Place(scene, x, y, 0.0 if referee is None else referee.noise)
        [probabilities] = probabilities_of(point)
        if referee is None:
            return cls(place, probabilities)
        meetings = meetings_of(scene)
        index = meeting_at(meetings, x, y)
        best = None
        if max(abs(x), abs(y)) <= MAX_COORDINATE:
            [best] = probabilities_anywhere(referee, point)
        return cls(place, probabilities, best, None if index is None else meetings[index])

    @property
    def is_by_fit(self) -> bool:
        """Whether the curves are those that fit points: nobody knows the true ones."""
        return bool(self.place.scene.spans)

    @property
    def classes(self) -> Classes:
        """What stands for each class: its polynomial or its name; () if it is unknown."""
        return self.place.scene.classes

    @property
    def order(self) -> list[int]:
        """The classes, most likely first."""
        ordered: list[int] = np.argsort(-self.probabilities, kind="stable").tolist()
        return ordered

    @property
    def likeliest(self) -> int:
        """The most likely class."""
        return self.order[0]

    def name(self, label: int) -> str:
        """Return what stands for a class, such as "x²"; "class 3" if it is unknown."""
        return shortened(self.classes[label].typeset) if self.classes else f"class {label}"

    def full_name(self, label: int) -> str:
        """Return the name of a class with its index, such as "p3 = x²"; see `class_name`."""
        return class_name(self.classes, label)

    @property
    def heading(self) -> str:
        """What is above the answer: the most likely class, or that the point is far from all curves."""
        return self.place.heading or self.full_name(self.likeliest)

    def sentence(self) -> str:
        """Say how likely the most likely class is, and whether its curve is the nearest.

        If the point is far from all curves, say that first: a network is often sure there, which means
        nothing.
        """
        share = float(self.probabilities[self.likeliest])
        how_likely = f"probability {probability(share)}, odds {odds(share)}."
        if self.place.is_far:
            choice = f"{FORCED} the network would say {self.full_name(self.likeliest)}: {how_likely}"
            return f"{self.place.how_far}{self.place.reach} {choice}"
        return f"Most likely: {how_likely} {self.place.beside(self.likeliest)}".rstrip()

    def referee_sentence(self) -> str:
        """Say which class the referee finds most likely; "" without a referee."""
        if self.referee is None:
            return ""
        who, favorites = OF_FITTED if self.is_by_fit else REFEREE, self._favorites(self.referee)
        last, share = favorites[-1], float(self.referee[favorites[-1]])
        if len(favorites) > 1:
            names = listed(short_name(self.classes, label) for label in favorites)
            return f"{who} cannot tell {names} apart: {percent(share)} each."
        agrees, says = ("would agree", "would say") if self.place.is_far else ("agrees", "says")
        agrees = agrees if last == self.likeliest else f"{says} {self.full_name(last)}"
        return f"{who} {agrees}: {percent(share)}, odds {odds(share)}."

    def where(self) -> str:
        """Say in one sentence where the point lies among the curves."""
        place = self.place
        return f"{place.how_far} {FORCED[:-1]}:" if place.is_far else place.beside(self.likeliest)

    def choices(self) -> dict[str, list[str]]:
        """Return which classes network and referee choose, and with what probability, in a few characters.

        The referee has several if it cannot tell them apart.
        """
        share = float(self.probabilities[self.likeliest])
        choices = {"Network": [short_name(self.classes, self.likeliest), probability(share)]}
        if self.referee is not None:
            favorites = self._favorites(self.referee)
            each = " each" if len(favorites) > 1 else ""
            names = ", ".join(short_name(self.classes, label) for label in favorites)
            choices["Referee"] = [names, f"{percent(float(self.referee[favorites[0]]))}{each}"]
        return choices

    @staticmethod
    def _favorites(probabilities: Floats) -> list[int]:
        return np.flatnonzero(probabilities >= EQUALLY_LIKELY * probabilities.max()).tolist()
