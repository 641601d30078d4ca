"""Figures of the game, in which a player says which curve a point lies on."""

from collections.abc import Sequence

import numpy as np

from polycore.arrays import Floats
from polycore.figures.plane import curves_figure, map_figure, without_left_out
from polycore.figures.style import TRANSPARENT, Figure, extended, scatter, with_axes, with_layout, without
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
) -> Figure:
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
    # without `meta` the page's legends cannot hide a curve of the question
    curves = [without(curve, "meta") for curve in figure["data"]]
    modebar = figure["layout"]["modebar"] | {"remove": ZOOM_BUTTONS}
    figure = with_layout(figure | {"data": curves}, showlegend=False, hovermode=False, modebar=modebar)
    return _with_target(with_axes(figure, fixedrange=True), point)


def answer_figure(question: Figure, polynomials: Sequence[Polynomial], label: int, chosen: int) -> Figure:
    """Return a copy of `question` in which the curves `label` (the true one) and `chosen` stand out."""
    data = list(question["data"])
    for other in range(len(polynomials)):
        if other == label:
            data[other] = data[other] | {"line": data[other]["line"] | {"width": BOLD}}
        elif other != chosen:
            data[other] = data[other] | {"opacity": FADED}
    return extended(question | {"data": data}, [], f"the point belongs to {polynomials[label].spoken}")


def close_up_figure(
    polynomials: Sequence[Polynomial], x: Floats, y: Floats, probabilities: Floats, point: tuple[float, float]
) -> Figure:
    """Return a `map_figure` of a part of the plane with `point` marked; that curves go on needs no words."""
    return _with_target(without_left_out(map_figure(polynomials, x, y, probabilities)), point)


def _with_target(figure: Figure, point: tuple[float, float]) -> Figure:
    """Mark a point by a dark and a light ring around a dot, which leave visible what lies beneath."""
    x, y = point
    rings = [(19, 5, DARK_PAGE), (19, 2, LIGHT_PAGE)]
    traces = [
        _marker(point, {"symbol": "circle", "size": size, "color": TRANSPARENT} | _edge(width, color))
        for size, width, color in rings
    ]
    traces.append(_marker(point, {"symbol": "circle", "size": 4, "color": LIGHT_PAGE} | _edge(1, DARK_PAGE)))
    return extended(figure, traces, f"the point ({x:.4g}, {y:.4g}) is marked")


def _marker(point: tuple[float, float], marker: dict[str, object]) -> dict[str, object]:
    x, y = np.array([point]).T
    return scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")


def _edge(width: float, color: str) -> dict[str, object]:
    return {"line": {"width": width, "color": color}}
