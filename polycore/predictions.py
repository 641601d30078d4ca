"""Predictions: a model's answers to many points, as a table in CSV."""

import csv
import io

from polycore.model import Model
from polycore.network import Floats

COLUMNS = ("x", "y", "prediction", "probability")
CURVE_COLUMN = "curve"


def predictions_to_csv(model: Model, points: Floats) -> str:
    """Return a row a point (N, 2), in their order: x, y, prediction, probability and curve.

    prediction is the most likely class, counted from 0, and probability (0 to 1) its own; numbers are the
    shortest that give the same float64. curve, such as "y = -x^2 + 1", is there where the model knows its
    polynomials; without the "y = " a spreadsheet would take it for a formula.
    """
    probabilities = model.predict_proba(points)
    labels = probabilities.argmax(axis=1)
    rows = [
        [repr(x), repr(y), label, repr(probability), *_curve(model, label)]
        for (x, y), label, probability in zip(
            points.tolist(), labels.tolist(), probabilities.max(axis=1).tolist(), strict=True
        )
    ]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*COLUMNS, CURVE_COLUMN] if model.polynomials else COLUMNS)
    writer.writerows(rows)
    return table.getvalue()


def _curve(model: Model, label: int) -> tuple[str, ...]:
    return (f"y = {model.polynomials[label]}",) if model.polynomials else ()
