"""A model's predictions for many points, as a CSV table."""

import csv
import io
from collections.abc import Iterable

from polycore.arrays import Floats
from polycore.model.model import Model
from polycore.polynomials.distances import distances_from

COLUMNS = ("x", "y", "prediction", "probability")
CURVE_COLUMN, CLASS_COLUMN, DISTANCE_COLUMN = "curve", "class", "distance"

_FORMULA_BEGINS = "=+-@"  # of a spreadsheet


def predictions_to_csv(model: Model, points: Floats) -> str:
    """Return one row for each of `points` (N, 2), in order: x, y, prediction, probability, curve, distance.

    prediction is the most likely class, counted from 0, and probability is this class's, from 0 to 1. Numbers
    are the shortest decimals that give the same float64. curve, such as "y = -x^2 + 1", is present if the
    model has polynomials. Without "y = " a spreadsheet would read it as a formula; for the same reason the
    column class of a model with named classes has a ' before a name that begins like one. distance, present
    with curve, is the vertical one of the point from the nearest of all curves: the network may be certain
    of a curve at a point that lies on none.
    """
    return _table(_columns(model), _rows(model, points, model.predict_proba(points)))


def probabilities_to_csv(model: Model, points: Floats) -> str:
    """Return the table of `predictions_to_csv` with the probability of every class, p0, p1 and so on."""
    probabilities = model.predict_proba(points)
    rows = zip(_rows(model, points, probabilities), probabilities.tolist(), strict=True)
    names = [f"p{label}" for label in range(model.widths[-1])]
    return _table([*_columns(model), *names], ([*row, *map(repr, each)] for row, each in rows))


def _columns(model: Model) -> list[str]:
    if model.classes:
        return [*COLUMNS, CLASS_COLUMN]
    return [*COLUMNS, CURVE_COLUMN, DISTANCE_COLUMN] if model.polynomials else [*COLUMNS]


def _rows(model: Model, points: Floats, probabilities: Floats) -> Iterable[list[object]]:
    labels = probabilities.argmax(axis=1)
    return (
        [repr(x), repr(y), label, repr(probability), *_class_cells(model, label, x, y)]
        for (x, y), label, probability in zip(
            points.tolist(), labels.tolist(), probabilities.max(axis=1).tolist(), strict=True
        )
    )


def _class_cells(model: Model, label: int, x: float, y: float) -> tuple[str, ...]:
    if model.classes:
        name = model.classes[label]
        return (f"'{name}" if name[0] in _FORMULA_BEGINS else str(name),)
    if not model.polynomials:
        return ()
    distance = min(distances_from(model.polynomials, x, y))
    return f"y = {model.polynomials[label]}", repr(distance)


def _table(columns: Iterable[str], rows: Iterable[list[object]]) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return table.getvalue()
