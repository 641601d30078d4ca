"""How well a model does on uploaded points."""

from dataclasses import dataclass

import numpy as np

from pages.state.uploads import UploadedPoints
from polycore import Model, PolycoreError, Referee
from polycore.arrays import Floats, Integers
from polycore.network.plain import accuracy, cross_entropy
from polycore.polynomials.distances import far_from_all

ANY_RANGE = (-1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Score:
    """The answers of a model with K classes for N points.

    predicted: the number of points that it assigns to each class, (K,).
    measured: the number of points labeled with a polynomial that the model knows. The figures below are for
        these points only.
    far: how many of the N points are far from all curves of the model; see `far_from_all`.
    in_file, right: for each class, how many of them are labeled with it, and how many of those the model
        predicts correctly, (K,).
    loss, accuracy: cross-entropy in nats, and a share from 0 to 1; None if there are no such points.
    referee_accuracy: the share of them that the Bayes classifier of the model's polynomials predicts
        correctly; None if there is none, as for a file without polynomials or with invalid ones.
    """

    predicted: Integers
    measured: int
    far: int
    in_file: Integers
    right: Integers
    loss: float | None
    accuracy: float | None
    referee_accuracy: float | None


def measure(model: Model, points: UploadedPoints) -> Score:
    """Return how well `model` does on `points`. A label means the class of its polynomial in the model."""
    probabilities = model.predict_proba(points.points)
    classes = probabilities.shape[1]
    predictions = probabilities.argmax(axis=1)
    labels = points.classes_in(model.shown_classes)
    known = labels >= 0
    right = known & (predictions == labels)
    some = bool(known.any())
    noise = 0.0 if model.experiment is None else model.experiment.noise
    far = far_from_all(model.polynomials, points.points, model.shown_window, noise)
    return Score(
        predicted=np.bincount(predictions, minlength=classes),
        measured=int(known.sum()),
        far=int(far.sum()),
        in_file=np.bincount(labels[known], minlength=classes),
        right=np.bincount(labels[right], minlength=classes),
        loss=cross_entropy(probabilities[known], labels[known]) if some else None,
        accuracy=accuracy(probabilities[known], labels[known]) if some else None,
        referee_accuracy=_referee_accuracy(model, points.points[known], labels[known]) if some else None,
    )


def _referee_accuracy(model: Model, points: Floats, labels: Integers) -> float | None:
    if not model.polynomials:
        return None
    try:
        # it chooses the nearest curve, with any noise and any range
        answers = Referee(model.polynomials, ANY_RANGE, 0.0).predict(points)
    except PolycoreError:
        return None
    return float((answers == labels).mean())
