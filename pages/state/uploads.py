"""What a user has uploaded: points, and what became of each upload."""

from dataclasses import dataclass

import numpy as np

from polycore import Polynomial
from polycore.arrays import Floats, Integers
from polycore.class_name import ClassName
from polycore.limits import MAX_CLASSES
from polycore.polynomials.classes import Classes


@dataclass(frozen=True)
class Upload:
    """What became of the files of one upload, as long as its uploader shows any of them.

    title: of the model that they gave; None if they were refused.
    error: why they were refused; "" if they were accepted.
    """

    title: str | None = None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Points:
    """Points (N, 2) that were uploaded, with labels (N,) if the file names the polynomials.

    polynomials: what the labels index: the set-up's polynomials, or names of classes, at the upload.
    """

    points: Floats
    labels: Integers | None
    polynomials: tuple[Polynomial, ...] | tuple[ClassName, ...] = ()

    def classes_in(self, polynomials: Classes) -> Integers:
        """Return the index in `polynomials` of each point's own, (N,); -1 for a point without one there."""
        index_of: dict[object, int] = {one: index for index, one in enumerate(polynomials)}
        classes = np.full(MAX_CLASSES, -1)
        for label, polynomial in enumerate(self.polynomials):
            classes[label] = index_of.get(polynomial, -1)
        return np.full(len(self.points), -1) if self.labels is None else classes[self.labels]
