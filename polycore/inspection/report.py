"""The report on a model: what it confuses, whether its confidence is justified, and where it errs.

All of it is computed from the model's answers on held-out points, without training or random numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers
from polycore.checks import checked_range
from polycore.errors import PolycoreError
from polycore.polynomials.classes import Classes, are_polynomials
from polycore.polynomials.crossings import crossings_of_pairs
from polycore.polynomials.polynomial import Polynomial

BINS = 10  # of confidence, equally wide
# Distances in x that separate the bands if the range of x is 2 wide; they scale with the range.
BAND_EDGES = (0.01, 0.03, 0.1, 0.3)

Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Reliability:
    """Accuracy by confidence, for the B of 10 bins of confidence that hold points, the lowest first.

    The confidence of an answer is its probability. Bin m of 10 holds those above (m - 1)/10, up to m/10.

    Attributes
    ----------
    counts
        Points in the bin, (B,).
    confidences
        Their mean confidence, (B,).
    accuracies
        The share of them that is answered correctly, (B,).
    """

    counts: NDArray[np.int64]
    confidences: NDArray[np.float64]
    accuracies: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error, from 0 to 1, the mean difference of confidence and accuracy.

        Source: Guo, Pleiss, Sun and Weinberger, arXiv:1706.04599, equation 3.
        """
        return float(np.average(np.abs(self.accuracies - self.confidences), weights=self.counts))

    @property
    def confidence(self) -> float:
        """The mean confidence of all points; a model is overconfident if it is above their accuracy."""
        return float(np.average(self.confidences, weights=self.counts))


@dataclass(frozen=True, eq=False)
class Bands:
    """Points and mistakes by their distance, in x, from the nearest meeting of their curve with another.

    Attributes
    ----------
    edges
        Distances that separate the bands, (E,); an edge belongs to the band above it.
    counts
        Points in each band, the nearest first, (E + 1,).
    mistakes
        How many of them are answered wrongly, (E + 1,).
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    mistakes: NDArray[np.int64]

    @property
    def error_rates(self) -> tuple[float | None, ...]:
        """The share of each band that is answered wrongly; None for a band without points."""
        return _shares(self.mistakes, self.counts)


@dataclass(frozen=True, eq=False)
class Mistakes:
    """The M points that are answered wrongly, in the points' order: x, true label and answer, each (M,)."""

    x: NDArray[np.float64]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Meetings:
    """The x at which each of K curves crosses or touches another.

    Attributes
    ----------
    places
        For each curve the sorted x, without duplicates.
    alike
        Whether the curve equals another apart from rounding, (K,); meetings of two such curves are not
        listed.
    """

    places: tuple[NDArray[np.float64], ...]
    alike: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Report:
    """A model of K classes, measured on N labeled points.

    Attributes
    ----------
    confusion
        Counts (K, K); row: true class, column: answer.
    accuracies
        For each class the share that is answered correctly; None for a class without points.
    accuracy
        The share of all points.
    bands
        None if the classes are not polynomials.
    meetings
        None if the classes are not polynomials.
    """

    confusion: NDArray[np.int64]
    accuracies: tuple[float | None, ...]
    accuracy: float
    reliability: Reliability
    mistakes: Mistakes
    bands: Bands | None = None
    meetings: Meetings | None = None


def report(
    probabilities: Floats,
    labels: Integers,
    points: Floats,
    polynomials: Classes,
    x_range: Range,
) -> Report:
    """Return the report on a model that gave `probabilities` for `points`.

    The answer is the most likely class, the first of equally likely ones.

    Parameters
    ----------
    probabilities
        (N, K).
    labels
        (N,).
    points
        (N, 2).
    polynomials
        The K classes, or their names.
    x_range
        The (low, high) from which x was drawn; crossings outside do not count.

    Raises
    ------
    PolycoreError
        If a shape, a label or the range does not fit, or if there are no points.
    """
    _check_shapes(probabilities, labels, points, len(polynomials))
    _check_labels(labels, len(polynomials))
    checked_range("x_range", x_range)
    answers = probabilities.argmax(axis=1)
    wrong = answers != labels
    table = confusion(labels, answers, len(polynomials))
    plain = Report(
        confusion=table,
        accuracies=accuracies(table),
        accuracy=float((~wrong).mean()),
        reliability=reliability(probabilities.max(axis=1), ~wrong),
        mistakes=Mistakes(points[wrong, 0], labels[wrong], answers[wrong]),
    )
    if not are_polynomials(polynomials):
        return plain
    all_meetings = meetings(polynomials, x_range)
    away = distances(points[:, 0], labels, all_meetings)
    return replace(plain, bands=bands(away, wrong, x_range), meetings=all_meetings)


def confusion(labels: Integers, answers: Integers, classes: int) -> NDArray[np.int64]:
    """Return the count of points of each class (row) with each answer (column), (classes, classes)."""
    pairs = np.bincount(labels * classes + answers, minlength=classes**2)
    return pairs.reshape(classes, classes).astype(np.int64)


def accuracies(confusion: Integers) -> tuple[float | None, ...]:
    """Return the share of each row that is on the diagonal; None for a class without points."""
    return _shares(confusion.diagonal(), confusion.sum(axis=1))


def reliability(confidences: Floats, correct: NDArray[np.bool_]) -> Reliability:
    """Return accuracy by confidence, given `confidences` (N,) from 0 to 1 and `correct` (N,)."""
    # the last bin also holds confidences that rounding has raised above 1
    bins = np.searchsorted(np.arange(1, BINS) / BINS, confidences, side="left")
    counts = np.bincount(bins, minlength=BINS)
    filled = counts > 0
    sums = np.bincount(bins, weights=confidences, minlength=BINS)[filled]
    correct_counts = np.bincount(bins, weights=correct, minlength=BINS)[filled]
    counts = counts[filled]
    return Reliability(counts.astype(np.int64), sums / counts, correct_counts / counts)


def meetings(polynomials: Sequence[Polynomial], x_range: Range) -> Meetings:
    """Return the x at which each of `polynomials` crosses or touches another, within `x_range`."""
    positions: list[set[float]] = [set() for _ in polynomials]
    alike = np.zeros(len(polynomials), dtype=np.bool_)
    for pair, crossings in crossings_of_pairs(polynomials, *x_range).items():
        if crossings is None:  # they are equal, or differ only by rounding
            alike[[*pair]] = True
            continue
        for label in pair:
            positions[label].update(crossings)
    return Meetings(tuple(np.array(sorted(of_curve), dtype=np.float64) for of_curve in positions), alike)


def distances(x: Floats, labels: Integers, meetings: Meetings) -> NDArray[np.float64]:
    """Return how far each of `x` (N,) is from the nearest meeting of its label's curve with another.

    The distance is infinite if the curve meets no other, and 0 if it equals another.
    """
    distances = np.empty(len(x))
    for label, positions in enumerate(meetings.places):
        of_class = labels == label
        distances[of_class] = 0 if meetings.alike[label] else _nearest_distances(x[of_class], positions)
    return distances


def bands(distances: Floats, wrong: NDArray[np.bool_], x_range: Range) -> Bands:
    """Return points and mistakes by distance.

    The edges are 0.01, 0.03, 0.1 and 0.3 in a range 2 wide, and scale with the width.

    Parameters
    ----------
    distances, wrong
        (N,).
    """
    low, high = x_range
    edges = np.array(BAND_EDGES) * (high - low) / 2
    indices = np.searchsorted(edges, distances, side="right")
    counts = np.bincount(indices, minlength=len(edges) + 1)
    mistakes = np.bincount(indices[wrong], minlength=len(edges) + 1)
    return Bands(edges, counts.astype(np.int64), mistakes.astype(np.int64))


def _nearest_distances(x: Floats, positions: Floats) -> Floats:
    bounded = np.concatenate([[-np.inf], positions, [np.inf]])
    after = np.searchsorted(bounded, x)
    nearest: Floats = np.minimum(x - bounded[after - 1], bounded[after] - x)
    return nearest


def _shares(parts: Integers, wholes: Integers) -> tuple[float | None, ...]:
    pairs = zip(parts.tolist(), wholes.tolist(), strict=True)
    return tuple(part / whole if whole else None for part, whole in pairs)


def _check_shapes(probabilities: Floats, labels: Integers, points: Floats, classes: int) -> None:
    count = len(labels)
    expected = {"probabilities": (count, classes), "labels": (count,), "points": (count, 2)}
    got = {"probabilities": probabilities.shape, "labels": labels.shape, "points": points.shape}
    for name, shape in expected.items():
        if got[name] != shape:
            raise PolycoreError(
                f"{name}: got shape {got[name]}; expected {shape} for {count} labels and {classes} "
                "polynomials. Pass all three for the same points."
            )
    if not count:
        raise PolycoreError("points: got none; expected one or more. Draw some with sample.")


def _check_labels(labels: Integers, classes: int) -> None:
    if labels.dtype.kind not in "iu":
        raise PolycoreError(f"labels: got type {labels.dtype.name}; expected whole numbers, such as int64.")
    if labels.min() < 0 or labels.max() >= classes:
        raise PolycoreError(
            f"labels: got {labels.min()} to {labels.max()}; expected 0 to {classes - 1}, indices into "
            "polynomials."
        )
