"""The game: ten points, and what a person, a network and the referee say which polynomial each lies on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pages.plane.plane import of_referee
from pages.plane.referee import referee_of
from polycore import Experiment, Model
from polycore.arrays import Floats, Integers
from polycore.figures import plane_range

POINTS = 10
EASY_EVERY = 4  # the first point and every fourth after it lie anywhere, the others where curves are close
CANDIDATES = 32
CLOSEST, FARTHEST = 0.002, 0.05  # of the plane's height: from what no eye can tell to what a second look can
STREAM = 1807  # a game's seed gives other numbers than the same seed of an experiment

Point = tuple[float, float]


@dataclass(frozen=True)
class Said:
    """The class that is said to be the likeliest, and its probability."""

    label: int
    probability: float


@dataclass(frozen=True)
class Game:
    """Ten points, what is said of them, and how far the person is.

    experiment: the set-up whose points these are.
    seed: decides the points, together with the experiment's polynomials, range and noise.
    labels: the class that each point was drawn on.
    network: what the network says of each point; () where none plays.
    referee: what is best to say of each point.
    place: the point that is before the person, from 0; POINTS where all have been seen.
    asked_at: when that point was put before the person, in seconds of any clock.
    answers, seconds: the classes the person chose, and how long each choice took.
    """

    experiment: Experiment
    seed: int
    points: tuple[Point, ...]
    labels: tuple[int, ...]
    network: tuple[Said, ...]
    referee: tuple[Said, ...]
    asked_at: float
    place: int = 0
    answers: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()

    @classmethod
    def begin(cls, experiment: Experiment, seed: int, model: Model | None, now: float) -> "Game":
        """Draw the points, ask the network, if one plays, and the referee, and put the first point."""
        points, labels = drawn(experiment, seed)
        return cls(
            experiment=experiment,
            seed=seed,
            points=tuple((x, y) for x, y in points.tolist()),
            labels=tuple(labels.tolist()),
            network=() if model is None else _said(model.predict_proba(points)),
            referee=_said(of_referee(referee_of(experiment), points)),
            asked_at=now,
        )

    @property
    def is_over(self) -> bool:
        """Whether all points have been answered and seen."""
        return self.place == POINTS

    @property
    def is_answered(self) -> bool:
        """Whether the point before the person has been answered."""
        return len(self.answers) > self.place

    @property
    def time(self) -> float:
        """How long the person has thought in all, in seconds."""
        return math.fsum(self.seconds)

    @property
    def score(self) -> int:
        """How many of the points answered so far the person has right."""
        return self._right(self.answers)

    @property
    def network_score(self) -> int | None:
        """How many of the same points the network has right; None where none plays."""
        return self._right([said.label for said in self.network]) if self.network else None

    @property
    def referee_score(self) -> int:
        """How many of the same points the best answer has right."""
        return self._right([said.label for said in self.referee])

    @property
    def hardest(self) -> int:
        """The place of the hardest point, once all are answered.

        It is the one where the referee is least sure, to a tenth of a per cent; of several, the one that most
        have wrong; of those, the one with the nearest other curve.
        """
        return min(range(POINTS), key=lambda place: (*self._sureness(place), self.gap_to_neighbour(place)))

    def answered(self, label: int, now: float) -> "Game":
        """Return the game with the person's answer to the point; a second answer to one changes nothing."""
        if self.is_answered:
            return self
        return replace(
            self,
            answers=(*self.answers, label),
            seconds=(*self.seconds, max(0.0, now - self.asked_at)),
        )

    def next(self, now: float) -> "Game":
        """Return the game with the next point before the person; the point must be answered first."""
        return replace(self, place=self.place + 1, asked_at=now) if self.is_answered else self

    def put_away(self, seconds: float) -> "Game":
        """Return the game with its clock standing for the `seconds` in which the person did not have it."""
        return replace(self, asked_at=self.asked_at + seconds)

    def neighbour(self, place: int) -> int:
        """Return the class whose curve runs nearest to the point's own, at the point's x."""
        own, x = self.labels[place], self.points[place][0]
        polynomials = self.experiment.polynomials
        others = [label for label in range(len(polynomials)) if label != own]
        return min(others, key=lambda label: abs(polynomials[label](x) - polynomials[own](x)))

    def gap_to_neighbour(self, place: int) -> float:
        """Return how far above or below the point's own curve the nearest other one runs."""
        polynomials, x = self.experiment.polynomials, self.points[place][0]
        return abs(polynomials[self.neighbour(place)](x) - polynomials[self.labels[place]](x))

    def _right(self, answers: Sequence[int]) -> int:
        answered = zip(self.labels[: len(self.answers)], answers, strict=False)
        return sum(label == answer for label, answer in answered)

    def _sureness(self, place: int) -> tuple[float, int]:
        said = [self.answers[place], self.referee[place].label]
        said += [self.network[place].label] if self.network else []
        return round(self.referee[place].probability, 3), sum(label == self.labels[place] for label in said)


def drawn(experiment: Experiment, seed: int) -> tuple[Floats, Integers]:
    """Return ten points (10, 2) of an experiment's polynomials, with its noise, and their labels (10,).

    They depend on `seed` and the experiment's polynomials, range and noise alone. Each is chosen among random
    points of random polynomials that a picture of the plane shows: the one whose nearest other curve comes
    closest to being a random share, CLOSEST to FARTHEST, of the picture's height away; every fourth, just the
    first.
    """
    rng = np.random.default_rng((STREAM, seed))
    polynomials, (low, high) = experiment.polynomials, experiment.x_range
    # random numbers from 0 to 1 and normal ones only: NumPy keeps these streams from version to version
    labels = (rng.random((POINTS, CANDIDATES)) * len(polynomials)).astype(np.int64)
    x = low + (high - low) * rng.random((POINTS, CANDIDATES))
    shares = CLOSEST * (FARTHEST / CLOSEST) ** rng.random((POINTS, 1))
    noise = experiment.noise * rng.standard_normal(POINTS)
    values = np.stack([polynomial(x) for polynomial in polynomials])
    y = np.take_along_axis(values, labels[np.newaxis], axis=0)[0]
    bottom, top = plane_range(polynomials, experiment.x_range)
    unfitness = np.abs(np.log(_gaps(values, labels, y) / (top - bottom) / shares))
    unfitness[::EASY_EVERY] = np.arange(CANDIDATES)
    unfitness[(y < bottom) | (y > top)] = np.inf
    chosen = np.arange(POINTS), unfitness.argmin(axis=1)
    return np.column_stack([x[chosen], y[chosen] + noise]), labels[chosen]


def _gaps(values: Floats, labels: Integers, y: Floats) -> Floats:
    """Return the distance to the nearest other curve, at least 1e-300, for values (K, ...) of K curves."""
    distances = np.abs(values - y)
    np.put_along_axis(distances, labels[np.newaxis], np.inf, axis=0)
    gaps: Floats = np.maximum(distances.min(axis=0), 1e-300)
    return gaps


def _said(probabilities: Floats) -> tuple[Said, ...]:
    labels = probabilities.argmax(axis=1).tolist()
    return tuple(map(Said, labels, probabilities.max(axis=1).tolist()))
