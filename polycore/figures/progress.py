"""Figures of a run's progress: loss and accuracy over the steps."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from polycore.arrays import Floats, Integers
from polycore.figures import alternative_text
from polycore.figures.alternative_text import MarkedWeights
from polycore.figures.style import (
    BEST_COLOR,
    HELD_OUT_COLOR,
    LEGEND_ABOVE,
    TRAINING_COLOR,
    ZERO_LINE,
    axis,
    escape,
    new_figure,
)
from polycore.formatting import loss_text, percent
from polycore.pictures.palette import LIGHT_PAGE

NAME_ROWS = 3  # in which the names of changes lie one below the other
STEP_HOVER = "step %{x}: %{y:.3~g}"
# percent, with room for the label of the best possible above its line, also in a low chart
ACCURACY_RANGE = (0, 126)


class Change(NamedTuple):
    """The step at which a run continued with other settings, and what changed, in words."""

    step: int
    text: str


def loss_figure(
    steps: Integers,
    losses: Floats,
    best_step: int,
    best_loss: float,
    *,
    mark: MarkedWeights = "best",
    changes: Sequence[Change] = (),
) -> go.Figure:
    """Return the loss in nats, on a log scale, over the steps, with one point marked.

    Parameters
    ----------
    steps, losses
        (S,), S at least 1.
    mark
        The name of the marked point: "best", "now" if `best_step` and `best_loss` are those of the latest
        weights, "then" if they are earlier ones.
    changes
        A line at each says what changed.
    """
    traces = [
        _progress(steps, losses, "loss", TRAINING_COLOR, "solid"),
        _best(best_step, best_loss, loss_mark(mark, best_loss)),
        _room(losses[0]),
    ]
    # with few ticks Plotly labels 1, 2 and 5 of a decade and not all nine; without a format it writes 0.5
    # as 5
    scale = {"type": "log", "nticks": 3, "tickformat": ".5~g"}
    return new_figure(
        traces,
        alternative_text.loss(steps, losses, best_step, best_loss, mark),
        xaxis=axis("step"),
        yaxis=axis("loss (nats)") | scale,
        legend=LEGEND_ABOVE,
        **_shapes([_change(one, row, named=True) for row, one in enumerate(changes)]),
    )


def accuracy_figure(
    steps: Integers,
    accuracies: Floats,
    held_out_accuracies: Floats,
    best_step: int,
    best_held_out_accuracy: float,
    best_possible: float | None,
    *,
    mark: MarkedWeights = "best",
    changes: Sequence[Change] = (),
) -> go.Figure:
    """Return the accuracies on the training samples and on held-out points, in percent, over the steps.

    All arrays have shape (S,), S at least 1; accuracies are shares from 0 to 1.

    Parameters
    ----------
    best_possible
        The best possible accuracy on new points, shown as a line, which that on the training samples may
        exceed; None for no line.
    mark
        "now" if the marked point is the held-out accuracy of the latest weights; otherwise it is that of the
        best ones, those with the lowest loss.
    """
    traces = [
        _progress(steps, 100 * accuracies, "training", TRAINING_COLOR, "solid"),
        _progress(steps, 100 * held_out_accuracies, "held-out", HELD_OUT_COLOR, "dot"),
        _best(best_step, 100 * best_held_out_accuracy, accuracy_mark(mark, best_held_out_accuracy)),
        _room(0.0),
    ]
    shapes = [_change(one) for one in changes]
    if best_possible is not None:
        line = bound(100 * best_possible, f"best possible on new points {escape(percent(best_possible))}")
        shapes = [line, *shapes]
    return new_figure(
        traces,
        alternative_text.accuracy(
            steps, accuracies, held_out_accuracies, best_step, best_held_out_accuracy, best_possible, mark
        ),
        xaxis=axis("step"),
        yaxis=axis("accuracy (%)") | {"range": [*ACCURACY_RANGE], "tickvals": [0, 20, 40, 60, 80, 100]},
        legend=LEGEND_ABOVE,
        **_shapes(shapes),
    )


def _shapes(shapes: Sequence[dict[str, object]]) -> dict[str, object]:
    return {"shapes": list(shapes)} if shapes else {}


def _change(change: Change, row: int = 0, *, named: bool = False) -> dict[str, object]:
    """Return a line at the step of a change, with what changed beside it if `named`, in the next rows."""
    line = {
        "type": "line",
        "yref": "paper",
        "x0": change.step,
        "x1": change.step,
        "y0": 0,
        "y1": 1,
        "line": {"color": ZERO_LINE, "dash": "dot", "width": 1.5},
    }
    if not named:
        return line
    text = "<br>" * (row % NAME_ROWS) + escape(change.text)
    look = {"textposition": "end", "textangle": 0, "xanchor": "left", "yanchor": "top", "padding": 4}
    return line | {"label": {"text": text, "font": {"size": 11}} | look}


def loss_mark(mark: MarkedWeights, loss: float) -> str:
    """Return the name of the marked point of `loss_figure`."""
    return f"{mark} {loss_text(loss)}"


def accuracy_mark(mark: MarkedWeights, held_out_accuracy: float) -> str:
    """Return the name of the marked point of `accuracy_figure`: the best are not so by their accuracy."""
    name = "at best loss" if mark == "best" else mark
    return f"{name} {escape(percent(held_out_accuracy))}"


def bound(value: float, label: str) -> dict[str, object]:
    """Return a line across the whole chart. Its label is above it, because curves run below."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": ZERO_LINE, "dash": "dash", "width": 1.5},
        "label": {
            "text": label,
            "textposition": "end",
            "yanchor": "bottom",
            "padding": 1,
            "font": {"size": 11},
        },
    }


def _progress(steps: Integers, values: Floats, name: str, color: str, dash: str) -> dict[str, Any]:
    line = {"color": color, "dash": dash, "width": 2}
    look = {"type": "scatter", "mode": "lines", "name": name, "line": line, "hovertemplate": STEP_HOVER}
    return look | {"x": steps, "y": values}


def _room(value: float) -> dict[str, Any]:
    """Return an invisible trace for what the axes span at least.

    Of a run that has taken no step they would otherwise span one number, and be labeled with it often.
    """
    marker = {"opacity": 0}
    hidden = {"hoverinfo": "skip", "showlegend": False}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [0, 1],
        "y": [1.25 * value, 0.8 * value],
        "marker": marker,
    } | hidden


def _best(step: int, value: float, name: str) -> dict[str, Any]:
    edge = {"color": LIGHT_PAGE, "width": 1}
    marker = {"symbol": "star", "size": 13, "color": BEST_COLOR, "line": edge}
    look = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "hovertemplate": STEP_HOVER}
    return look | {"x": [step], "y": [value]}
