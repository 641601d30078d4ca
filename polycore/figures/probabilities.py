"""The figures of one answer: a bar for each class."""

from collections.abc import Sequence

import numpy as np

from polycore.arrays import Floats
from polycore.figures import alternative_text
from polycore.figures.style import LEGEND_ABOVE, Figure, Trace, axis, escape, new_figure, scatter, short_name
from polycore.formatting import percent
from polycore.pictures.palette import PALETTE
from polycore.polynomials.classes import Classes

SYMBOLS_AT = -4
BARS_RANGE = (-8, 135)  # percent, with room for symbols to the left and numbers to the right of the bars
SMALLEST = 2.0**-53  # no network is as sure as 0 or 1: these are rounded
REFEREE_COLOR = "rgba(128, 128, 128, 0.32)"


def probabilities_figure(polynomials: Classes, probabilities: Floats) -> Figure:
    """Return a bar for the probability of each class at one point, (K,), the likeliest on top.

    A suitable height is 70 + 22 K pixels.
    """
    order = _order(probabilities)
    alt = alternative_text.probabilities(polynomials, order, probabilities)
    return _figure([_bars(order, probabilities), _symbols(order)], polynomials, order, alt)


def compared_figure(polynomials: Classes, probabilities: Floats, referee: Floats, most: int) -> Figure:
    """Return bars of the likeliest classes over pale bars of the Bayes classifier's.

    The most likely class of the latter is always among them. A suitable height is 100 + 22 `most` pixels.

    Parameters
    ----------
    probabilities, referee
        (K,), by the network and by the Bayes classifier.
    most
        How many classes are shown.
    """
    order, favorite = _order(probabilities), int(referee.argmax())
    shown = order[:most] if favorite in order[:most] else [*order[: most - 1], favorite]
    alt = alternative_text.probabilities(polynomials, order, probabilities)
    clause = f"the referee says {polynomials[favorite].spoken} with {percent(referee[favorite])}"
    bars = _bars(shown, probabilities) | {"width": 0.45, "showlegend": False}
    traces = [_referee(shown, referee), bars, _symbols(shown) | {"showlegend": False}]
    figure = _figure(traces, polynomials, shown, alternative_text.extended(alt, clause))
    figure["layout"] |= {"barmode": "overlay", "showlegend": True, "legend": LEGEND_ABOVE}
    return figure


def _order(probabilities: Floats) -> list[int]:
    ordered: list[int] = np.argsort(-probabilities, kind="stable").tolist()
    return ordered


def _figure(traces: Sequence[Trace], polynomials: Classes, order: Sequence[int], alt: str) -> Figure:
    x_axis = axis("probability (%)") | {"range": [*BARS_RANGE], "tickvals": [0, 25, 50, 75, 100]}
    y_axis = {
        "tickvals": list(range(len(order))),
        "ticktext": [short_name(polynomials[label]) for label in order],
        "range": [len(order) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    return new_figure(traces, alt, xaxis=x_axis, yaxis=y_axis, showlegend=False, bargap=0.4)


def _referee(order: Sequence[int], probabilities: Floats) -> Trace:
    return {
        "type": "bar",
        "x": 100 * probabilities[order],
        "y": list(range(len(order))),
        "orientation": "h",
        "width": 0.9,
        "marker": {"color": REFEREE_COLOR},
        "name": "the referee's",
        "hovertemplate": "%{x:.1f} %",
    }


def _bars(order: Sequence[int], probabilities: Floats) -> Trace:
    return {
        "type": "bar",
        "x": 100 * probabilities[order],
        "y": list(range(len(order))),
        "orientation": "h",
        "marker": {"color": [PALETTE[label].color for label in order]},
        "text": [escape(percent(share)) for share in np.clip(probabilities[order], SMALLEST, 1 - SMALLEST)],
        "textposition": "outside",
        "constraintext": "none",  # else it is as small as the bar is thin
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _symbols(order: Sequence[int]) -> Trace:
    styles = [PALETTE[label] for label in order]
    marker = {
        "color": [style.color for style in styles],
        "symbol": [style.symbol for style in styles],
        "size": 9,
    }
    rows = list(range(len(order)))
    return scatter(x=[SYMBOLS_AT] * len(order), y=rows, mode="markers", marker=marker, hoverinfo="skip")
