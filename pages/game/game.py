"""The game: ten points, and on which polynomial the user, a network and the referee say that each lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from polycore import Experiment, Model, Referee
from polycore.arrays import Floats, Integers
from polycore.figures import plane_range
from polycore.polynomials.distances import distances_from
from polycore.polynomials.window import Point
from polycore.referee.bayes_classifier import probabilities_anywhere

POINTS = 10
EASY_EVERY = 4  # the first point and every fourth after it lie anywhere, the others where curves are close
CANDIDATES = 32  # random points from which one point of the game is chosen
CLOSEST, FARTHEST = 0.002, 0.05  # shares of the plane's height: indistinguishable by eye, and just visible
STREAM = 1807  # so that the seed of a game gives other numbers than the same seed of an experiment


@dataclass(frozen=True)
class MostLikely:
    """The most likely class by the network or the referee, and its probability."""

    label: int
    probability: float


@dataclass(frozen=True)
class Game:
    """Ten points, the predictions for them, and the user's answers so far.

    experiment: the set-up from which the points are drawn.
    seed: determines the points, together with the experiment's polynomials, range and noise.
    labels: the class of each point.
    network: the network's prediction for each point; () if no network plays.
    referee: the best possible prediction for each point.
    asked_at: when the current point was shown, in seconds of any clock.
    index: the current point, from 0; POINTS once all have been answered and seen.
    answers, seconds: the classes that the user chose, and how long each choice took.
    """

    experiment: Experiment
    seed: int
    points: tuple[Point, ...]
    labels: tuple[int, ...]
    network: tuple[MostLikely, ...]
    referee: tuple[MostLikely, ...]
    asked_at: float
    index: int = 0
    answers: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()

    @classmethod
    def begin(cls, experiment: Experiment, seed: int, model: Model | None, now: float) -> "Game":
        """Draw the points, predict them, and ask for the first one. Without a model no network plays."""
        points, labels = draw_points(experiment, seed)
        referee = Referee(experiment.polynomials, experiment.x_range, experiment.noise)
        return cls(
            experiment=experiment,
            seed=seed,
            points=tuple((x, y) for x, y in points.tolist()),
            labels=tuple(labels.tolist()),
            network=() if model is None else _predictions(model.predict_proba(points)),
            referee=_predictions(probabilities_anywhere(referee, points)),
            asked_at=now,
        )

    @property
    def is_over(self) -> bool:
        """Whether all points have been answered and seen."""
        return self.index == POINTS

    @property
    def is_answered(self) -> bool:
        """Whether the current point has been answered."""
        return len(self.answers) > self.index

    @property
    def time(self) -> float:
        """The user's thinking time in all, in seconds."""
        return math.fsum(self.seconds)

    @property
    def score(self) -> int:
        """How many of the points answered so far the user has right."""
        return self._count_right(self.answers)

    @property
    def network_score(self) -> int | None:
        """How many of the same points the network has right; None if no network plays."""
        return self._count_right([one.label for one in self.network]) if self.network else None

    @property
    def referee_score(self) -> int:
        """How many of the same points the referee has right."""
        return self._count_right([one.label for one in self.referee])

    @property
    def hardest(self) -> int:
        """The index of the hardest point, once all are answered.

        It is the one where the referee is least sure, to a tenth of a percent; of several, the one that most
        players have wrong; of those, the one with the nearest other curve.
        """
        return min(range(POINTS), key=lambda index: (*self._sureness(index), self.gap_to_neighbor(index)))

    def answered(self, label: int, now: float) -> "Game":
        """Return the game with the user's answer to the current point; a second answer changes nothing."""
        if self.is_answered:
            return self
        return replace(
            self,
            answers=(*self.answers, label),
            seconds=(*self.seconds, max(0.0, now - self.asked_at)),
        )

    def next(self, now: float) -> "Game":
        """Return the game at its next point; the same game if the current one has not been answered."""
        return replace(self, index=self.index + 1, asked_at=now) if self.is_answered else self

    def paused_for(self, seconds: float) -> "Game":
        """Return the game with a clock that stood still for `seconds`, while the game was closed."""
        return replace(self, asked_at=self.asked_at + seconds)

    def neighbor(self, index: int) -> int:
        """Return the class whose curve is nearest to the point's own, at the point's x."""
        own, x = self.labels[index], self.points[index][0]
        polynomials = self.experiment.polynomials
        others = [label for label in range(len(polynomials)) if label != own]
        return min(others, key=lambda label: abs(polynomials[label](x) - polynomials[own](x)))

    def gap_to_neighbor(self, index: int) -> float:
        """Return how far above or below the point's own curve the nearest other one is; 0 where they meet."""
        polynomials, x = self.experiment.polynomials, self.points[index][0]
        own, other = polynomials[self.labels[index]], polynomials[self.neighbor(index)]
        [gap] = distances_from([other], x, own(x))
        return gap

    def _count_right(self, answers: Sequence[int]) -> int:
        answered = zip(self.labels[: len(self.answers)], answers, strict=False)
        return sum(label == answer for label, answer in answered)

    def _sureness(self, index: int) -> tuple[float, int]:
        """Return the referee's probability, rounded, and how many players have the point right."""
        answers = [self.answers[index], self.referee[index].label]
        answers += [self.network[index].label] if self.network else []
        return round(self.referee[index].probability, 3), sum(
            label == self.labels[index] for label in answers
        )


def draw_points(experiment: Experiment, seed: int) -> tuple[Floats, Integers]:
    """Return ten points (10, 2) on an experiment's polynomials, with its noise, and their labels (10,).

    They depend only on `seed` and the experiment's polynomials, range and noise. Each point is chosen among
    CANDIDATES random points on random polynomials, inside the part of the plane that figures show. The goal
    for the gap to the nearest other curve is a random share, CLOSEST to FARTHEST, of that part's height, and
    the candidate nearest to the goal is chosen. For every EASY_EVERY-th point it is simply the first one.
    """
    rng = np.random.default_rng((STREAM, seed))
    polynomials, (low, high) = experiment.polynomials, experiment.x_range
    # only uniform numbers from 0 to 1 and normal ones: NumPy keeps these streams from version to version
    labels = (rng.random((POINTS, CANDIDATES)) * len(polynomials)).astype(np.int64)
    x = low + (high - low) * rng.random((POINTS, CANDIDATES))
    shares = CLOSEST * (FARTHEST / CLOSEST) ** rng.random((POINTS, 1))
    noise = experiment.noise * rng.standard_normal(POINTS)
    values = np.stack([polynomial(x) for polynomial in polynomials])
    y = np.take_along_axis(values, labels[np.newaxis], axis=0)[0]
    bottom, top = plane_range(polynomials, experiment.x_range)
    misfit = np.abs(np.log(_gaps(values, labels, y) / (top - bottom) / shares))
    misfit[::EASY_EVERY] = np.arange(CANDIDATES)
    misfit[(y < bottom) | (y > top)] = np.inf
    chosen = np.arange(POINTS), misfit.argmin(axis=1)
    return np.column_stack([x[chosen], y[chosen] + noise]), labels[chosen]


def _gaps(values: Floats, labels: Integers, y: Floats) -> Floats:
    """Return the distance to the nearest other curve, at least 1e-300, for values (K, ...) of K curves."""
    distances = np.abs(values - y)
    np.put_along_axis(distances, labels[np.newaxis], np.inf, axis=0)
    gaps: Floats = np.maximum(distances.min(axis=0), 1e-300)
    return gaps


def _predictions(probabilities: Floats) -> tuple[MostLikely, ...]:
    labels = probabilities.argmax(axis=1).tolist()
    return tuple(map(MostLikely, labels, probabilities.max(axis=1).tolist()))
