"""Figures of the report: the confusion table, the reliability, and the mistakes along x."""

from collections.abc import Sequence

import numpy as np

from polycore.arrays import Floats, Integers, evenly
from polycore.figures import alternative_text
from polycore.figures.style import (
    GRID,
    HELD_OUT_COLOR,
    LEGEND_ABOVE,
    MAX_MARKERS,
    ZERO_LINE,
    Figure,
    Trace,
    axis,
    name_of_curve,
    new_figure,
    scatter,
    short_name,
)
from polycore.pictures.palette import PALETTE
from polycore.polynomials.classes import Classes, noun_of

# Text in the page's own color lies on these, so they are mostly transparent.
CORRECT_COLOR, FEWEST_COLOR, MOST_COLOR = GRID, "rgba(211, 83, 67, 0.2)", "rgba(211, 83, 67, 0.6)"
RELIABILITY_RANGE = (-4, 118)  # percent, with room for the counts beside the markers
LARGE_CELLS = 12  # up to so many classes a cell of a confusion table has room for large digits


def confusion_figure(confusion: Integers, polynomials: Classes) -> Figure:
    """Return a table of counts (K, K) as colored cells: a row for each true class, a column for each answer.

    Correct answers, on the diagonal, are gray; the more frequent a mistake, the stronger its color. Rows and
    columns are named p0, p1 and so on, because polynomials would not fit. A suitable height is 130 + 22 K
    pixels.
    """
    correct = np.full(confusion.shape, np.nan)
    np.fill_diagonal(correct, 1)
    mistakes = np.where(confusion > 0, confusion, np.nan)
    np.fill_diagonal(mistakes, np.nan)
    cells = [
        _cells(correct, (CORRECT_COLOR, CORRECT_COLOR), confusion, polynomials),
        _cells(mistakes, (FEWEST_COLOR, MOST_COLOR), confusion, polynomials),
    ]
    labels = list(range(len(polynomials)))
    ticks = {"tickvals": labels, "ticktext": [f"p{label}" for label in labels], "tickangle": 0}
    hidden = {"showgrid": False, "zeroline": False}
    first, last = -0.5, len(labels) - 0.5
    return new_figure(
        [*cells, _counts(confusion)],
        alternative_text.confusion(confusion, polynomials),
        xaxis=axis("answer") | ticks | hidden | {"range": [first, last]},
        yaxis=axis(f"true {noun_of(polynomials)}") | ticks | hidden | {"range": [last, first]},
        showlegend=False,
    )


def reliability_figure(
    counts: Integers, confidences: Floats, accuracies: Floats, calibration_error: float
) -> Figure:
    """Return accuracy over confidence in percent, a marker for each bin with its count of points beside it.

    On the diagonal the accuracy equals the confidence. All arrays have shape (B,), B at least 1; mean
    confidences and accuracies are shares from 0 to 1.
    """
    ticks = {"tickvals": [0, 20, 40, 60, 80, 100]}
    return new_figure(
        [_diagonal(), _reliability(counts, confidences, accuracies)],
        alternative_text.reliability(counts, confidences, accuracies, calibration_error),
        xaxis=axis("confidence (%)") | ticks | {"range": [*RELIABILITY_RANGE]},
        yaxis=axis("accuracy (%)") | ticks | {"range": [-8, 104]},
        legend=LEGEND_ABOVE,
    )


def errors_figure(
    x: Floats,
    labels: Integers,
    answers: Integers,
    crossings: Sequence[Floats],
    polynomials: Classes,
    x_range: tuple[float, float],
) -> Figure:
    """Return the mistakes along x, in a row for each true class, with the crossings of its curve.

    A suitable height is 70 + 22 K pixels.

    Parameters
    ----------
    x, labels, answers
        (M,), of the mistakes; at most 3000 are drawn, as in `samples_figure`.
    crossings
        For each of the K classes the x of its crossings, drawn as thin lines across its row.
    """
    rows = list(range(len(polynomials)))
    y_axis = {
        "tickvals": rows,
        "ticktext": [short_name(polynomial) for polynomial in polynomials],
        "range": [len(rows) - 0.4, -0.6],
        "automargin": True,
        "gridcolor": GRID,
        "zeroline": False,
    }
    return new_figure(
        [_crossing_lines(crossings), *_errors(x, labels, answers, polynomials)],
        alternative_text.errors(labels, polynomials, x_range),
        xaxis=axis("x") | {"range": [*x_range]},
        yaxis=y_axis,
        showlegend=False,
    )


def _cells(values: Floats, colors: tuple[str, str], confusion: Integers, polynomials: Classes) -> Trace:
    """Return the cells with a value, colored from `colors[0]` for 0 to `colors[1]` for the largest."""
    largest = 1 if np.isnan(values).all() else np.nanmax(values)
    names = [name_of_curve(label, polynomial) for label, polynomial in enumerate(polynomials)]
    hover_texts = [
        [
            "" if np.isnan(values[row, column]) else f"{count:,} of {true}<br>answered with {answer}"
            for column, (count, answer) in enumerate(zip(counts, names, strict=True))
        ]
        for row, (counts, true) in enumerate(zip(confusion.tolist(), names, strict=True))
    ]
    return {
        "type": "heatmap",
        "z": values,
        "zmin": 0,
        "zmax": largest,
        "colorscale": [[0, colors[0]], [1, colors[1]]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertext": hover_texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
    }


def _counts(confusion: Integers) -> Trace:
    """Return the counts as a trace of text: in a heat map Plotly would choose black, as for a white page."""
    shown = (confusion > 0) | np.eye(len(confusion), dtype=np.bool_)
    rows, columns = np.nonzero(shown)
    return scatter(
        x=columns,
        y=rows,
        mode="text",
        text=[f"{count}" for count in confusion[shown].tolist()],
        textfont={"size": 12 if len(confusion) <= LARGE_CELLS else 9},
        hoverinfo="skip",
    )


def _diagonal() -> Trace:
    line = {"color": ZERO_LINE, "dash": "dot", "width": 1.5}
    return scatter(
        x=[0, 100], y=[0, 100], mode="lines", name="accuracy = confidence", line=line, hoverinfo="skip"
    )


def _reliability(counts: Integers, confidences: Floats, accuracies: Floats) -> Trace:
    numbers = [f"{count:,}" for count in counts.tolist()]
    return scatter(
        x=100 * confidences,
        y=100 * accuracies,
        mode="lines+markers+text",
        name="held-out",
        text=numbers,
        textposition="bottom right",  # the diagonal runs the other way
        cliponaxis=False,
        line={"color": HELD_OUT_COLOR, "width": 2},
        marker={"size": 9},
        hovertemplate="confidence %{x:.1f} %, accuracy %{y:.1f} %, %{text} points<extra></extra>",
    )


def _crossing_lines(crossings: Sequence[Floats]) -> Trace:
    """Return all lines as one trace: many polynomials have thousands of crossings."""
    x = [value for in_row in crossings for at in in_row.tolist() for value in (at, at, np.nan)]
    y = [
        value
        for row, in_row in enumerate(crossings)
        for _ in in_row
        for value in (row - 0.4, row + 0.4, np.nan)
    ]
    line = {"color": ZERO_LINE, "width": 1}
    return scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _errors(x: Floats, labels: Integers, answers: Integers, polynomials: Classes) -> list[Trace]:
    limit = MAX_MARKERS // len(polynomials)
    names = np.array([short_name(polynomial) for polynomial in polynomials])
    traces = []
    for label, style in enumerate(PALETTE[: len(polynomials)]):
        of_class = np.flatnonzero(labels == label)
        shown = of_class[evenly(len(of_class), limit)]
        traces.append(
            scatter(
                x=x[shown],
                y=np.full(len(shown), label),
                mode="markers",
                marker={"color": style.color, "symbol": style.symbol, "size": 7},
                customdata=names[answers[shown]],
                hovertemplate="x = %{x:.3~g}, answered with %{customdata}<extra></extra>",
            )
        )
    return traces
