"""The figure of a walk: a network's probabilities along one curve, crossing by crossing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from polycore.arrays import Floats
from polycore.figures import alternative_text
from polycore.figures.plane import LEGEND_BELOW
from polycore.figures.style import (
    GRAY,
    ZERO_LINE,
    Figure,
    Trace,
    axis,
    escape,
    extended,
    name_of_curve,
    new_figure,
    scatter,
    short_name,
)
from polycore.formatting import percent
from polycore.pictures.palette import DARK_PAGE, LIGHT_PAGE, PALETTE
from polycore.polynomials.classes import Classes, curves_of

TOP = 100  # percent
NAME_ROWS, NAME_HEIGHT = 4, 9  # rows of names above the lines, and the height of a row in percent
NAME_WIDTH = 0.03  # of a character, as a share of the range of x
LISTED = 0.1  # a class that is never likelier than this is not in the legend


@dataclass(frozen=True)
class Met:
    """An x at which the curve of a walk meets others; `names` are theirs, such as "p3" or "p3, p5"."""

    x: float
    names: str


def walk_figure(
    polynomials: Classes,
    curve: int,
    x: Floats,
    probabilities: Floats,
    referee: Floats,
    met: Sequence[Met],
) -> Figure:
    """Return the probability of each class in percent along the curve of class `curve`, over x.

    Parameters
    ----------
    x
        (P,), sorted.
    probabilities
        (P, K), the network's.
    referee
        (P,), the Bayes classifier's for `curve`.
    met
        Sorted by x; a thin line at each has the names of the curves that it meets.
    """
    lines = [
        _line(polynomials, label, x, probabilities[:, label], bold=label == curve)
        for label in range(len(polynomials))
    ]
    traces = [_crossing_lines(met), _referee(x, referee), *lines, _names(met, x)]
    name = f"p{curve}" if curves_of(polynomials) else short_name(polynomials[curve])
    rows = max(_rows(met, x), default=-1) + 1
    y_axis = {"range": [-3, TOP + 4 + NAME_HEIGHT * rows], "tickvals": [0, 25, 50, 75, 100]}
    return new_figure(
        traces,
        alternative_text.walk(polynomials, curve, x, probabilities, len(met)),
        xaxis=axis(f"x along {name}") | {"range": [x[0], x[-1]]},
        yaxis=axis("probability (%)") | y_axis,
        showlegend=True,
        legend=LEGEND_BELOW | {"y": -0.22},
    )


def with_place(figure: Figure, x: float, share: float) -> Figure:
    """Return a copy of a walk with one x marked; the curve's own probability there is `share`."""
    line = scatter(
        x=[x, x], y=[0, TOP], mode="lines", line={"color": GRAY, "width": 2, "dash": "dot"}, hoverinfo="skip"
    )
    marker = {"size": 12, "color": LIGHT_PAGE, "line": {"color": DARK_PAGE, "width": 3}}
    mark = scatter(x=[x], y=[100 * share], mode="markers", marker=marker, hoverinfo="skip")
    return extended(figure, [line, mark], f"at x = {x:.3g}, which is marked, it is {percent(share)}")


def _line(polynomials: Classes, label: int, x: Floats, shares: Floats, *, bold: bool) -> Trace:
    style, name = PALETTE[label], name_of_curve(label, polynomials[label])
    return scatter(
        x=x,
        y=100 * shares,
        mode="lines",
        name=name,
        line={"color": style.color, "dash": style.dash, "width": 3.5 if bold else 2},
        showlegend=bool(bold or shares.max() > LISTED),
        meta={"curve": label},
        hovertemplate="%{y:.1f} % at x = %{x:.3~g}",
    )


def _referee(x: Floats, shares: Floats) -> Trace:
    return scatter(
        x=x,
        y=100 * shares,
        mode="lines",
        name="the referee's",
        line={"color": GRAY, "width": 1.5},
        hovertemplate="%{y:.1f} % at x = %{x:.3~g}",
    )


def _crossing_lines(met: Sequence[Met]) -> Trace:
    x = [value for meeting in met for value in (meeting.x, meeting.x, np.nan)]
    y = [value for _ in met for value in (0.0, float(TOP), np.nan)]
    line = {"color": ZERO_LINE, "width": 1}
    return scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _names(met: Sequence[Met], x: Floats) -> Trace:
    return scatter(
        x=[meeting.x for meeting in met],
        y=[TOP + 6 + NAME_HEIGHT * row for row in _rows(met, x)],
        text=[escape(meeting.names) for meeting in met],
        mode="text",
        textfont={"size": 11},
        hovertemplate="meets %{text} at x = %{x:.3~g}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def _rows(met: Sequence[Met], x: Floats) -> list[int]:
    """Return the row of each name: the lowest in which it overlaps no other, else the last."""
    ends = [-np.inf] * NAME_ROWS
    rows = []
    for meeting in met:
        half = NAME_WIDTH * (x[-1] - x[0]) * (len(meeting.names) + 1) / 2
        free = [row for row, end in enumerate(ends) if end <= meeting.x - half]
        row = free[0] if free else NAME_ROWS - 1
        ends[row] = meeting.x + half
        rows.append(row)
    return rows
