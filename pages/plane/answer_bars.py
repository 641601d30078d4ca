"""The chart of an answer: the most likely classes as bars, the referee's probabilities behind them."""

import plotly.graph_objects as go

from pages.plane import live
from pages.plane.answer import Answer
from polycore.figures import compared_figure, probabilities_figure


def draw(answer: Answer, key: str, most: int) -> None:
    """Draw the `most` most likely classes of an answer whose polynomials are known."""
    rows = min(most, len(answer.polynomials))
    figure = _figure(answer, rows)
    # zooming would show nothing more, and a finger on the chart should scroll the page
    figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    live.figure(figure, key=key, height=100 + 22 * rows)


def _figure(answer: Answer, rows: int) -> go.Figure:
    if answer.referee is None:
        return probabilities_figure(answer.polynomials, answer.probabilities)
    return compared_figure(answer.polynomials, answer.probabilities, answer.referee, rows)
