"""Figures of the game, in which a player says which curve a point lies on."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from polycore.arrays import Floats
from polycore.figures.plane import curves_figure, map_figure, without_left_out
from polycore.figures.style import TRANSPARENT, extended
from polycore.pictures.palette import DARK_PAGE, LIGHT_PAGE
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.window import plane_range

POSITIONS = 201
FADED, BOLD = 0.2, 4.5
ZOOM_BUTTONS = ["zoom2d", "pan2d", "resetScale2d"]
MARGIN = 0.03

Range = tuple[float, float]


def question_figure(
    polynomials: Sequence[Polynomial], x_range: Range, y: Floats, point: tuple[float, float]
) -> go.Figure:
    """Return the curves with `point` marked, and nothing that gives its class away.

    There is no zoom and no hover: a desktop has no advantage over a phone.

    Parameters
    ----------
    y
        (N,), the heights of all points of one game. The window has room for the curves and for these points,
        so that it is the same for each question.
    """
    low, high = plane_range(polynomials, x_range)
    margin = MARGIN * (high - low)
    window = (min(low, float(y.min()) - margin), max(high, float(y.max()) + margin))
    figure = curves_figure(polynomials, x_range, POSITIONS, window)
    # near a crossing each pixel counts; without `meta` the page's legends cannot hide a curve of the question
    figure.update_traces(line_simplify=False, meta=None)
    figure = _with_target(figure, point)
    figure.update_layout(showlegend=False, hovermode=False, modebar={"remove": ZOOM_BUTTONS})
    return figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)


def answer_figure(
    question: go.Figure, polynomials: Sequence[Polynomial], label: int, chosen: int
) -> go.Figure:
    """Return a copy of `question` in which the curves `label` (the true one) and `chosen` stand out."""
    figure = go.Figure(question)
    for other in range(len(polynomials)):
        if other == label:
            figure.data[other].line.width = BOLD
        elif other != chosen:
            figure.data[other].opacity = FADED
    return extended(figure, [], f"the point belongs to {polynomials[label].spoken}")


def close_up_figure(
    polynomials: Sequence[Polynomial], x: Floats, y: Floats, probabilities: Floats, point: tuple[float, float]
) -> go.Figure:
    """Return a `map_figure` of a part of the plane with `point` marked; that curves go on needs no words."""
    return _with_target(without_left_out(map_figure(polynomials, x, y, probabilities)), point)


def _with_target(figure: go.Figure, point: tuple[float, float]) -> go.Figure:
    """Mark a point by a dark and a light ring around a dot, which leave visible what lies beneath."""
    x, y = point
    rings = [(19, 5, DARK_PAGE), (19, 2, LIGHT_PAGE)]
    traces = [
        _marker(point, {"symbol": "circle", "size": size, "color": TRANSPARENT} | _edge(width, color))
        for size, width, color in rings
    ]
    traces.append(_marker(point, {"symbol": "circle", "size": 4, "color": LIGHT_PAGE} | _edge(1, DARK_PAGE)))
    return extended(figure, traces, f"the point ({x:.4g}, {y:.4g}) is marked")


def _marker(point: tuple[float, float], marker: dict[str, object]) -> go.Scatter:
    x, y = np.array([point]).T
    return go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")


def _edge(width: float, color: str) -> dict[str, object]:
    return {"line": {"width": width, "color": color}}
