"""The chart of an answer: the most likely classes as bars, the referee's probabilities behind them."""

import plotly.graph_objects as go

from pages.plane import live
from pages.plane.answer import Answer
from polycore.figures import compared_figure, probabilities_figure


def draw(answer: Answer, key: str, most: int, bound: live.Bound | None = None) -> None:
    """Draw the `most` most likely classes of an answer whose classes are known.

    bound: the run whose frames have the chart from then on.
    """
    live.figure(figure(answer, most), key=key, height=100 + 22 * min(most, len(answer.classes)), bound=bound)


def figure(answer: Answer, most: int) -> go.Figure:
    """Return the chart of the `most` most likely classes."""
    chart = _figure(answer, min(most, len(answer.classes)))
    # zooming would show nothing more, and a finger on the chart should scroll the page
    return chart.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)


def _figure(answer: Answer, rows: int) -> go.Figure:
    if answer.referee is None:
        return probabilities_figure(answer.classes, answer.probabilities)
    return compared_figure(answer.classes, answer.probabilities, answer.referee, rows)
