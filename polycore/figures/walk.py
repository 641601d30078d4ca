"""The figure of a walk: what a network says along one curve, crossing by crossing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from polycore.figures import alternative_text
from polycore.figures.palette import DARK_PAGE, LIGHT_PAGE, PALETTE
from polycore.figures.plane import LEGEND_BELOW
from polycore.figures.style import GRAY, ZERO_LINE, Floats, axis, extended, new_figure, short_name
from polycore.formatting import percent
from polycore.polynomials.polynomial import Polynomial

TOP = 100  # per cent
NAME_ROWS, NAME_HEIGHT = 4, 9  # of the names above the lines, and the per cent that a row is high
NAME_WIDTH = 0.03  # of the range of x for each character
LISTED = 0.1  # a class that is nowhere likelier is not in the legend


@dataclass(frozen=True)
class Met:
    """Where the curve that is walked along meets others, named such as "p3" or "p3, p5"."""

    x: float
    names: str


def walk_figure(
    polynomials: Sequence[Polynomial],
    curve: int,
    x: Floats,
    probabilities: Floats,
    referee: Floats,
    met: Sequence[Met],
) -> go.Figure:
    """Return the probability of each class in per cent along the class `curve`, over its x.

    `x` (P,) rises; `probabilities` (P, K) are the network's, `referee` (P,) the referee's for `curve`. A thin
    line at each place of `met`, sorted by x, has the names of the curves that are met there.
    """
    lines = [
        _line(polynomials, label, x, probabilities[:, label], bold=label == curve)
        for label in range(len(polynomials))
    ]
    traces = [_crossing_lines(met), _referee(x, referee), *lines, _names(met, x)]
    figure = new_figure(traces, alternative_text.walk(polynomials, curve, x, probabilities, len(met)))
    rows = max(_rows(met, x), default=-1) + 1
    y_axis = {"range": [-3, TOP + 4 + NAME_HEIGHT * rows], "tickvals": [0, 25, 50, 75, 100]}
    return figure.update_layout(
        xaxis=axis(f"x along p{curve}") | {"range": [x[0], x[-1]]},
        yaxis=axis("probability (%)") | y_axis,
        showlegend=True,
        legend=LEGEND_BELOW | {"y": -0.22},
    )


def with_place(figure: go.Figure, x: float, share: float) -> go.Figure:
    """Return a copy of a walk in which one x is marked, where the curve's own probability is `share`."""
    line = go.Scatter(
        x=[x, x], y=[0, TOP], mode="lines", line={"color": GRAY, "width": 2, "dash": "dot"}, hoverinfo="skip"
    )
    marker = {"size": 12, "color": LIGHT_PAGE, "line": {"color": DARK_PAGE, "width": 3}}
    mark = go.Scatter(x=[x], y=[100 * share], mode="markers", marker=marker, hoverinfo="skip")
    return extended(figure, [line, mark], f"at x = {x:.3g}, which is marked, it is {percent(share)}")


def _line(
    polynomials: Sequence[Polynomial], label: int, x: Floats, shares: Floats, *, bold: bool
) -> go.Scatter:
    look, name = PALETTE[label], f"p{label} = {short_name(polynomials[label])}"
    return go.Scatter(
        x=x,
        y=100 * shares,
        mode="lines",
        name=name,
        line={"color": look.color, "dash": look.dash, "width": 3.5 if bold else 2},
        showlegend=bool(bold or shares.max() > LISTED),
        hovertemplate="%{y:.1f} % at x = %{x:.3~g}",
    )


def _referee(x: Floats, shares: Floats) -> go.Scatter:
    line = {"color": GRAY, "width": 1.5}
    return go.Scatter(
        x=x,
        y=100 * shares,
        mode="lines",
        name="the referee's",
        line=line,
        hovertemplate="%{y:.1f} % at x = %{x:.3~g}",
    )


def _crossing_lines(met: Sequence[Met]) -> go.Scatter:
    x = [value for place in met for value in (place.x, place.x, np.nan)]
    y = [value for _ in met for value in (0.0, float(TOP), np.nan)]
    line = {"color": ZERO_LINE, "width": 1}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _names(met: Sequence[Met], x: Floats) -> go.Scatter:
    return go.Scatter(
        x=[place.x for place in met],
        y=[TOP + 6 + NAME_HEIGHT * row for row in _rows(met, x)],
        text=[place.names for place in met],
        mode="text",
        textfont={"size": 11},
        hovertemplate="meets %{text} at x = %{x:.3~g}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def _rows(met: Sequence[Met], x: Floats) -> list[int]:
    """Return the row of each name: the lowest in which it covers no other; where all do, the last."""
    ends = [-np.inf] * NAME_ROWS
    rows = []
    for place in met:
        half = NAME_WIDTH * (x[-1] - x[0]) * (len(place.names) + 1) / 2
        free = [row for row, end in enumerate(ends) if end <= place.x - half]
        row = free[0] if free else NAME_ROWS - 1
        ends[row] = place.x + half
        rows.append(row)
    return rows
