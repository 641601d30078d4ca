"""What held-out points say about a model: what it takes for what, how sure it is, and where it errs.

Everything here is worked out from the model's answers; nothing is trained and nothing is drawn at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers
from polycore.errors import PolycoreError
from polycore.polynomials.crossings import crossings
from polycore.polynomials.polynomial import Polynomial

BINS = 10  # of confidence, equally wide
# Distances in x that part the bands, where the range of x is 2 wide; they grow with the range.
BAND_EDGES = (0.01, 0.03, 0.1, 0.3)

Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often a model is right where it is so sure; B of 10 bins of confidence hold points, lowest first.

    Confidence is the highest probability of a point; bin m of 10 holds those above (m - 1)/10, up to m/10.

    counts: points in the bin, (B,). confidences: their mean confidence, (B,). accuracies: the share of them
        that is answered rightly, (B,).
    """

    counts: NDArray[np.int64]
    confidences: NDArray[np.float64]
    accuracies: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error, from 0 to 1: how far confidence and accuracy are apart on average.

        Source: Guo, Pleiss, Sun and Weinberger, arXiv:1706.04599, equation 3.
        """
        return float(np.average(np.abs(self.accuracies - self.confidences), weights=self.counts))

    @property
    def confidence(self) -> float:
        """The mean confidence of all points: above their accuracy the model is surer than it is right."""
        return float(np.average(self.confidences, weights=self.counts))


@dataclass(frozen=True, eq=False)
class Bands:
    """How many points and how many mistakes lie how far, in x, from where their curve meets another.

    edges: distances that part the bands, (E,); an edge belongs to the band above it. counts: points in each
        band, the nearest first, (E + 1,). mistakes: how many of them are answered wrongly, (E + 1,).
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    mistakes: NDArray[np.int64]

    @property
    def error_rates(self) -> tuple[float | None, ...]:
        """The share of each band that is answered wrongly; None where a band has no points."""
        return _shares(self.mistakes, self.counts)


@dataclass(frozen=True, eq=False)
class Mistakes:
    """The M points that are answered wrongly, in their order: x, true label and answer, each (M,)."""

    x: NDArray[np.float64]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Meetings:
    """Where each of K curves crosses or touches another.

    places: for each curve the x, sorted, each once. alike: whether the curve is the same as another all along
        but for rounding, (K,); the places where those two meet are not listed.
    """

    places: tuple[NDArray[np.float64], ...]
    alike: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Report:
    """What N labelled points say about a model of K classes.

    confusion: counts (K, K); row: true class, column: answer. accuracies: for each class the share that is
        answered rightly; None where it has no points. accuracy: the share of all.
    """

    confusion: NDArray[np.int64]
    accuracies: tuple[float | None, ...]
    accuracy: float
    reliability: Reliability
    bands: Bands
    mistakes: Mistakes
    meetings: Meetings


def report(
    probabilities: Floats,
    labels: Integers,
    points: Floats,
    polynomials: Sequence[Polynomial],
    x_range: Range,
) -> Report:
    """Return what `points` (N, 2) of `labels` (N,) say about the model that gave `probabilities` (N, K).

    The likeliest class is the answer, of equally likely ones the first. `polynomials` are the K classes, and
    `x_range` is (low, high) of the x that the points were drawn from: beyond it no crossing counts. Raises
    PolycoreError where a shape, a label or the range does not fit, and where there are no points.
    """
    _check_shapes(probabilities, labels, points, len(polynomials))
    _check_labels(labels, len(polynomials))
    _check_range(x_range)
    answers = probabilities.argmax(axis=1)
    wrong = answers != labels
    table = confusion(labels, answers, len(polynomials))
    met = meetings(polynomials, x_range)
    return Report(
        confusion=table,
        accuracies=accuracies(table),
        accuracy=float((~wrong).mean()),
        reliability=reliability(probabilities.max(axis=1), ~wrong),
        bands=bands(distances(points[:, 0], labels, met), wrong, x_range),
        mistakes=Mistakes(points[wrong, 0], labels[wrong], answers[wrong]),
        meetings=met,
    )


def confusion(labels: Integers, answers: Integers, classes: int) -> NDArray[np.int64]:
    """Return how many points of each class (row) get each answer (column), (classes, classes)."""
    pairs = np.bincount(labels * classes + answers, minlength=classes**2)
    return pairs.reshape(classes, classes).astype(np.int64)


def accuracies(confusion: Integers) -> tuple[float | None, ...]:
    """Return the share of each row that is on the diagonal; None for a class without points."""
    return _shares(confusion.diagonal(), confusion.sum(axis=1))


def reliability(confidences: Floats, right: NDArray[np.bool_]) -> Reliability:
    """Return how often answers were `right` (N,) by how sure they were: `confidences` (N,), from 0 to 1."""
    # a confidence that rounding took past 1 is in the last bin
    bins = np.searchsorted(np.arange(1, BINS) / BINS, confidences, side="left")
    counts = np.bincount(bins, minlength=BINS)
    filled = counts > 0
    sums = np.bincount(bins, weights=confidences, minlength=BINS)[filled]
    rights = np.bincount(bins, weights=right, minlength=BINS)[filled]
    counts = counts[filled]
    return Reliability(counts.astype(np.int64), sums / counts, rights / counts)


def meetings(polynomials: Sequence[Polynomial], x_range: Range) -> Meetings:
    """Return where each of `polynomials` crosses or touches another within `x_range`, (low, high)."""
    places: list[set[float]] = [set() for _ in polynomials]
    alike = np.zeros(len(polynomials), dtype=np.bool_)
    for pair in combinations(range(len(polynomials)), 2):
        first, second = pair
        try:
            found = crossings(polynomials[first], polynomials[second], *x_range)
        except PolycoreError:  # they are equal, or differ by rounding only
            alike[[*pair]] = True
            continue
        places[first].update(found)
        places[second].update(found)
    return Meetings(tuple(np.array(sorted(of_curve), dtype=np.float64) for of_curve in places), alike)


def distances(x: Floats, labels: Integers, meetings: Meetings) -> NDArray[np.float64]:
    """Return how far each of `x` (N,) is from the nearest place where the curve of its label meets another.

    Infinite where the curve meets none, 0 where it is the same as another all along.
    """
    found = np.empty(len(x))
    for label, places in enumerate(meetings.places):
        of_class = labels == label
        found[of_class] = 0 if meetings.alike[label] else _nearest(x[of_class], places)
    return found


def bands(distances: Floats, wrong: NDArray[np.bool_], x_range: Range) -> Bands:
    """Return points and mistakes by distance; `distances` and `wrong` are (N,).

    In a range 2 wide the bands part at 0.01, 0.03, 0.1 and 0.3, in others at the same shares of the width.
    """
    low, high = x_range
    edges = np.array(BAND_EDGES) * (high - low) / 2
    places = np.searchsorted(edges, distances, side="right")
    counts = np.bincount(places, minlength=len(edges) + 1)
    mistakes = np.bincount(places[wrong], minlength=len(edges) + 1)
    return Bands(edges, counts.astype(np.int64), mistakes.astype(np.int64))


def _nearest(x: Floats, places: Floats) -> Floats:
    bounded = np.concatenate([[-np.inf], places, [np.inf]])
    after = np.searchsorted(bounded, x)
    nearest: Floats = np.minimum(x - bounded[after - 1], bounded[after] - x)
    return nearest


def _shares(parts: Integers, wholes: Integers) -> tuple[float | None, ...]:
    pairs = zip(parts.tolist(), wholes.tolist(), strict=True)
    return tuple(part / whole if whole else None for part, whole in pairs)


def _check_shapes(probabilities: Floats, labels: Integers, points: Floats, classes: int) -> None:
    count = len(labels)
    wanted = {"probabilities": (count, classes), "labels": (count,), "points": (count, 2)}
    found = {"probabilities": probabilities.shape, "labels": labels.shape, "points": points.shape}
    for name, shape in wanted.items():
        if found[name] != shape:
            raise PolycoreError(
                f"{name} has shape {found[name]}; wanted {shape} for {count} labels and {classes} "
                "polynomials. Take all three from the same points."
            )
    if not count:
        raise PolycoreError("there are no points; wanted one or more. Draw some with sample.")


def _check_labels(labels: Integers, classes: int) -> None:
    if labels.dtype.kind not in "iu":
        raise PolycoreError(f"labels are {labels.dtype.name}; wanted whole numbers, such as int64.")
    if labels.min() < 0 or labels.max() >= classes:
        raise PolycoreError(
            f"labels run from {labels.min()} to {labels.max()}; wanted 0 to {classes - 1}, the places in "
            "polynomials."
        )


def _check_range(x_range: Range) -> None:
    low, high = x_range
    if not (np.isfinite([low, high]).all() and low < high):
        raise PolycoreError(f"x_range is ({low}, {high}); give two finite numbers, the lower first.")
