"""The figure of one answer: a bar for each class."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from polycore import alternative_text
from polycore.alternative_text import percent
from polycore.figures.style import Floats, axis, escape, new_figure, printed
from polycore.palette import PALETTE
from polycore.polynomial import Polynomial

SYMBOLS_AT = -4
BARS_RANGE = (-8, 135)  # per cent, with room for the symbols before the bars and the numbers behind them


def probabilities_figure(polynomials: Sequence[Polynomial], probabilities: Floats) -> go.Figure:
    """Return a bar for the probability of each class (K,) at one point, the most likely on top.

    A height of 70 + 22 K pixels suits it.
    """
    order = np.argsort(-probabilities, kind="stable").tolist()
    figure = new_figure(
        [_bars(order, probabilities), _symbols(order)],
        alternative_text.probabilities(polynomials, order, probabilities),
    )
    x_axis = axis("probability (%)") | {"range": BARS_RANGE, "tickvals": [0, 25, 50, 75, 100]}
    y_axis = {
        "tickvals": list(range(len(order))),
        "ticktext": [printed(polynomials[label]) for label in order],
        "range": (len(order) - 0.4, -0.6),
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    return figure.update_layout(xaxis=x_axis, yaxis=y_axis, showlegend=False, bargap=0.4)


def _bars(order: Sequence[int], probabilities: Floats) -> go.Bar:
    return go.Bar(
        x=100 * probabilities[order],
        y=list(range(len(order))),
        orientation="h",
        marker={"color": [PALETTE[label].color for label in order]},
        text=[escape(percent(probabilities[label])) for label in order],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )


def _symbols(order: Sequence[int]) -> go.Scatter:
    looks = [PALETTE[label] for label in order]
    marker = {"color": [look.color for look in looks], "symbol": [look.symbol for look in looks], "size": 9}
    rows = list(range(len(order)))
    return go.Scatter(x=[SYMBOLS_AT] * len(order), y=rows, mode="markers", marker=marker, hoverinfo="skip")
