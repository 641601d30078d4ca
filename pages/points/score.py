"""How a model does on points it was given from outside."""

from dataclasses import dataclass

import numpy as np

from pages.state.points import Points
from polycore import Model, PolycoreError, Referee
from polycore.arrays import Floats, Integers
from polycore.network.plain import accuracy, cross_entropy

ANY_RANGE = (-1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a model with K classes says of N points.

    predicted: how many points it puts in each class, (K,).
    measured: how many points are labeled with a polynomial that the model knows; the figures below are of
        those alone.
    in_file, right: how many of them belong to each class, and are put there by the model, (K,).
    loss, accuracy: cross-entropy in nats and share from 0 to 1; None if there are no such points.
    referee_accuracy: the share of them that the referee of the model's polynomials answers rightly; None
        where there is no referee, as for a file without polynomials or with ones that no set-up may have.
    """

    predicted: Integers
    measured: int
    in_file: Integers
    right: Integers
    loss: float | None
    accuracy: float | None
    referee_accuracy: float | None


def measure(model: Model, points: Points) -> Measurement:
    """Return how `model` does on `points`; a label counts as the class whose polynomial it means."""
    probabilities = model.predict_proba(points.points)
    classes = probabilities.shape[1]
    predictions = probabilities.argmax(axis=1)
    labels = points.classes_in(model.polynomials)
    known = labels >= 0
    right = known & (predictions == labels)
    some = bool(known.any())
    return Measurement(
        predicted=np.bincount(predictions, minlength=classes),
        measured=int(known.sum()),
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
        # it takes the nearest curve whatever the noise, and whatever the range
        answers = Referee(model.polynomials, ANY_RANGE, 0.0).predict(points)
    except PolycoreError:
        return None
    return float((answers == labels).mean())
