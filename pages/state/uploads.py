"""What a user has uploaded: points, and what became of each upload."""

from dataclasses import dataclass

import numpy as np

from polycore import Experiment, PolycoreError, Polynomial
from polycore.arrays import Floats, Integers
from polycore.class_name import ClassName
from polycore.limits import MAX_CLASSES
from polycore.points.cells import MAX_SPELLINGS, whole_number
from polycore.points.point_set import Axes
from polycore.points.points_csv import label_number, points_and_cells
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
class UploadedPoints:
    """Points (N, 2) that were uploaded, with labels (N,) if the file has them: indices of its `texts`.

    polynomials: what numbers in the file mean: the set-up's polynomials, or names of classes, at the upload.
    """

    points: Floats
    labels: Integers | None
    polynomials: tuple[Polynomial, ...] | tuple[ClassName, ...] = ()
    texts: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: bytes, experiment: Experiment, axes: Axes) -> "UploadedPoints":
        """Return the points of a table. Raises PolycoreError as `points_and_cells`, or for many labels."""
        points, cells = points_and_cells(content, axes)
        if cells is None:
            return cls(points, None, experiment.shown_classes)
        index_of = {text: index for index, text in enumerate(dict.fromkeys(cells.texts))}
        if len(index_of) > MAX_SPELLINGS:
            row = cells.texts.index(list(index_of)[MAX_SPELLINGS])
            expected = f"at most {MAX_CLASSES} classes. Name another column label, or delete this one"
            raise cells.error_about(row, f"{MAX_SPELLINGS + 1} different labels", expected)
        labels = np.array([index_of[text] for text in cells.texts])
        return cls(points, labels, experiment.shown_classes, tuple(index_of))

    def classes_in(self, classes: Classes) -> Integers:
        """Return the index in `classes` of each point's own, (N,); -1 for a point without one there.

        A label is a name or formula of these classes or, unless names here are numbers, one of `polynomials`.
        """
        if self.labels is None:
            return np.full(len(self.points), -1)
        # a constant's formula is left out: a number is a place in the list
        named = {one.typeset: i for i, one in enumerate(classes) if isinstance(one, ClassName) or one.degree}
        numbered: dict[int | None, int] = {}
        if not any(whole_number(name, ".") is not None for name in named):
            numbered = {n: classes.index(one) for n, one in enumerate(self.polynomials) if one in classes}
        found = [
            named.get(text, named.get(_name_of(text), numbered.get(label_number(text), -1)))
            for text in self.texts
        ]
        return np.array(found)[self.labels]


def _name_of(text: str) -> str:
    """Return the name of the class with this label, as `cells.classes` gives it."""
    number = whole_number(text, ".")
    if number is not None:
        return str(number)
    try:
        return Polynomial.parse(text).typeset
    except PolycoreError:
        return text
