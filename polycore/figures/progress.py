"""Figures of a run's progress: loss and accuracy over the steps."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from polycore.arrays import Floats, Integers
from polycore.figures import alternative_text
from polycore.figures.alternative_text import MarkedWeights
from polycore.figures.style import ACCENT_COLOR, BEST_COLOR, GRAY, ZERO_LINE, Figure, axis, escape, new_figure
from polycore.formatting import loss_text, number_text, percent
from polycore.pictures.palette import LIGHT_PAGE

NAME_ROWS, NAME_WIDTH = 3, 36  # changes that are named, and characters in a line
STEP_HOVER = "step %{x}: %{y:.3~g}"
ACCURACY_HOVER = "step %{x}: %{customdata:.4~g} %"
FEWEST_MISTAKES = 1e-4  # the share at which accuracies are drawn that make fewer, or none
# by their heights; see `accuracy_heights`
ACCURACY_TICKS: Mapping[int, str] = MappingProxyType({0: "0", 1: "90", 2: "99", 3: "99.9", 4: "100"})
LEAST_HEIGHT = 1.0  # that an axis of accuracies shows
# of a line's height, above it: room for its label, also in a low chart
LABEL_ROOM = 1.15
# what is named at the ends of the curves of `accuracy_figure`, with the width of its line
TRAINING, NEW, TRAINING_WIDTH, NEW_WIDTH = "training points", "new points", 1.25, 2.5


class Change(NamedTuple):
    """The step at which a run continued with other settings, and what changed, in words."""

    step: int
    text: str


class Name(NamedTuple):
    """The name of a curve of `accuracy_figure` in Plotly's markup, and its position from the last point."""

    text: str
    position: str


def accuracy_heights(shares: Floats) -> Floats:
    """Return how high accuracies, shares of any shape, are drawn: -log10 of the share of mistakes.

    So 0, 90, 99 and 99.9 % are equally far apart: each has ten times fewer mistakes than the one below it.
    As no logarithm has a place for no mistakes, fewer than one in 10,000 are drawn as one. `heights` in
    pages/plane/live.js computes the same in browsers.
    """
    heights: Floats = 0.0 - np.log10(np.maximum(1 - shares, FEWEST_MISTAKES))
    return heights


def accuracy_axis(title: str) -> dict[str, Any]:
    """Return an axis for `accuracy_heights`, which begins at 0 %."""
    labels = [f"{text} %" for text in ACCURACY_TICKS.values()]
    return axis(title) | {"rangemode": "tozero", "tickvals": [*ACCURACY_TICKS], "ticktext": labels}


def accuracy_bound(share: float | None, label: str) -> dict[str, Any] | None:
    """Return a line at a share of right answers; None if that is None or hardly differs from all of them.

    An axis has to reach its lines: for a few mistakes in 10,000 that would leave no room for the curves.
    """
    if share is None or share >= 1 - 5 * FEWEST_MISTAKES:
        return None
    return bound(float(accuracy_heights(np.asarray(share))), f"{label} {escape(percent(share))}")


def accuracy_room(line: Mapping[str, Any] | None) -> list[float]:
    """Return the two heights that an axis of accuracies spans at least; `line`: on it, if any."""
    return [0.0, max(LEAST_HEIGHT, LABEL_ROOM * line["y0"] if line else 0.0)]


def loss_figure(
    steps: Integers,
    losses: Floats,
    best_step: int,
    best_loss: float,
    *,
    mark: MarkedWeights = "best",
    changes: Sequence[Change] = (),
) -> Figure:
    """Return the loss in nats, on a log scale, over the steps, with one point marked.

    Parameters
    ----------
    steps, losses
        (S,), S at least 1.
    mark
        The name of the marked point: "best", "now" if `best_step` and `best_loss` belong to the latest
        weights, "then" if they are earlier ones.
    changes
        A line is at each; what changed at the latest ones is named.
    """
    traces = [
        _progress(steps, losses, "loss", ACCENT_COLOR, 2),
        _mark(best_step, best_loss, loss_mark(mark, best_loss), mark),
        # of a run without a step the axis would otherwise span one number, and be labeled with it often
        _room(int(steps[0]), [1.25 * losses[0], 0.8 * losses[0]]),
    ]
    # with few ticks Plotly labels 1, 2 and 5 of a decade and not all nine; without a format it writes 0.5
    # as 5
    scale = {"type": "log", "nticks": 3, "tickformat": ".5~g"}
    return new_figure(
        traces,
        alternative_text.loss(steps, losses, best_step, best_loss, mark),
        xaxis=axis("step"),
        yaxis=axis("loss (nats)") | scale,
        showlegend=False,
        **_shapes([*map(_change, changes)]),
        **({"annotations": [_names(changes)]} if changes else {}),
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
) -> Figure:
    """Return the accuracies on the training samples and on new, held-out points over the steps.

    They are drawn by `accuracy_heights`. All arrays have shape (S,), S at least 1; accuracies are shares from
    0 to 1. The curves are named at their ends.

    Parameters
    ----------
    best_possible
        The best possible accuracy on new points, shown as a line, which that on the training samples may
        exceed; None for no line. There is none either if it hardly differs from 100 %.
    mark
        "now" if the marked point is the held-out accuracy of the latest weights; otherwise it belongs to the
        best ones, those with the lowest loss.
    """
    training, new = names_at_ends(accuracies, held_out_accuracies)
    line = accuracy_bound(best_possible, "best possible")
    traces = [
        _accuracies(steps, accuracies, TRAINING, GRAY, TRAINING_WIDTH),
        _accuracies(steps, held_out_accuracies, NEW, ACCENT_COLOR, NEW_WIDTH),
        _marked_accuracy(best_step, best_held_out_accuracy, mark),
        _name_at_end(steps, accuracies, training),
        _name_at_end(steps, held_out_accuracies, new),
        _room(int(steps[0]), accuracy_room(line)),
    ]
    return new_figure(
        traces,
        alternative_text.accuracy(
            steps, accuracies, held_out_accuracies, best_step, best_held_out_accuracy, best_possible, mark
        ),
        xaxis=axis("step"),
        yaxis=accuracy_axis("accuracy, log scale of mistakes"),
        showlegend=False,
        **_shapes([*([line] if line else []), *map(_change, changes)]),
    )


def names_at_ends(accuracies: Floats, held_out_accuracies: Floats) -> tuple[Name, Name]:
    """Return the names of the curves of `accuracy_figure`: that of the upper one is above its end.

    The other is a line lower than the end, as curves rise. Before the first step both are at the left edge.
    """
    across = "left" if len(accuracies) > 1 else "right"
    names = TRAINING, f"<b>{NEW}</b>"
    lower = 0 if accuracies[-1] <= held_out_accuracies[-1] else 1
    training, new = (
        Name(f"<br>{name}", f"bottom {across}") if index == lower else Name(name, f"top {across}")
        for index, name in enumerate(names)
    )
    return training, new


def _name_at_end(steps: Integers, shares: Floats, name: Name) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [steps[-1]],
        # a list: of an array Plotly writes the bytes, in which a page could not replace the number
        "y": accuracy_heights(shares[-1:]).tolist(),
        "text": [name.text],
        "textposition": name.position,
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _shapes(shapes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"shapes": list(shapes)} if shapes else {}


def _change(change: Change) -> dict[str, Any]:
    """Return a line at the step of a change."""
    return {
        "type": "line",
        "yref": "paper",
        "x0": change.step,
        "x1": change.step,
        "y0": 0,
        "y1": 1,
        "line": {"color": ZERO_LINE, "dash": "dot", "width": 1.5},
    }


def _names(changes: Sequence[Change]) -> dict[str, Any]:
    """Return what changed, in the corner: beside its line a name is cut off while that is near the edge."""
    latest = changes[-NAME_ROWS:]
    texts = [f"step {one.step:,}: {one.text}" for one in latest] if changes[1:] else [changes[0].text]
    lines = (escape(line) for text in texts for line in wrap(text, NAME_WIDTH))
    place = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "top"}
    look = {"align": "right", "showarrow": False, "borderpad": 0, "font": {"size": 11}}
    return {"text": "<br>".join(lines)} | place | look


def loss_mark(mark: MarkedWeights, loss: float) -> str:
    """Return the name of the marked point of `loss_figure`."""
    return f"{mark} {loss_text(loss)}"


def accuracy_mark(mark: MarkedWeights, held_out_accuracy: float) -> str:
    """Return the name of the marked point of `accuracy_figure`: the best are not so by their accuracy."""
    name = "at best loss" if mark == "best" else mark
    return f"{name} {escape(percent(held_out_accuracy))}"


def bound(value: float, label: str) -> dict[str, Any]:
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
            "textposition": "start",
            "yanchor": "bottom",
            "padding": 1,
            "font": {"size": 11},
        },
    }


def _progress(steps: Integers, values: Floats, name: str, color: str, width: float) -> dict[str, Any]:
    line = {"color": color, "width": width}
    look = {"type": "scatter", "mode": "lines", "name": name, "line": line, "hovertemplate": STEP_HOVER}
    return look | {"x": steps, "y": values}


def _accuracies(steps: Integers, shares: Floats, name: str, color: str, width: float) -> dict[str, Any]:
    curve = _progress(steps, accuracy_heights(shares), name, color, width)
    return curve | {"customdata": 100 * shares, "hovertemplate": ACCURACY_HOVER}


def _marked_accuracy(step: int, share: float, mark: MarkedWeights) -> dict[str, Any]:
    height = float(accuracy_heights(np.asarray(share)))
    marked = _mark(step, height, accuracy_mark(mark, share), mark)
    return marked | {"customdata": [100 * share], "hovertemplate": ACCURACY_HOVER}


def _room(first_step: int, heights: Sequence[float]) -> dict[str, Any]:
    """Return an invisible trace for what the axes span at least: one step, and two heights."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [first_step, first_step + 1],
        "y": heights,
        "marker": {"opacity": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _mark(step: int, value: float, name: str, mark: MarkedWeights) -> dict[str, Any]:
    """Return one point: where the curve ends for the latest weights, else a star."""
    marker: dict[str, Any] = {"symbol": "circle", "size": 9, "color": ACCENT_COLOR}
    if mark != "now":
        edge = {"color": LIGHT_PAGE, "width": 1}
        marker = {"symbol": "star", "size": 13, "color": BEST_COLOR, "line": edge}
    look = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "hovertemplate": STEP_HOVER}
    return look | {"x": [step], "y": [value]}


def path_figure(path: Sequence[tuple[int, float]], name: str) -> Figure:
    """Return the values of one weight or bias over the steps.

    Parameters
    ----------
    path
        Steps, ascending, at least one, each with the value after it.
    name
        Of the weight, which may have a user's name of a class.
    """
    steps, values = zip(*path, strict=True)
    line = {
        "type": "scatter",
        "x": list(steps),
        "y": list(values),
        "mode": "lines+markers",
        "line": {"color": ACCENT_COLOR, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": f"{STEP_HOVER}<extra></extra>",
        "showlegend": False,
    }
    first, last = number_text(values[0]), number_text(values[-1])
    alt = f"The {name} from {first} at step {steps[0]:,} to {last} at step {steps[-1]:,}."
    return new_figure([line], alt, xaxis=axis("step") | {"tickformat": ",d"}, yaxis=axis("the weight"))
