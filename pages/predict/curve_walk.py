"""A walk along one curve: the network's probabilities at each x, and the crossings on the way."""

from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models.point_choices import PointChoices
from pages.plane import live
from pages.plane.crossings import meetings_of
from pages.plane.live import Bound
from pages.plane.scene import Scene, short_name
from pages.predict import asked_point
from pages.state import inputs, session
from pages.state.inputs import Input
from polycore import Model, Referee
from polycore.arrays import Floats, read_only
from polycore.figures.style import Figure, with_axes
from polycore.figures.walk import Met, walk_figure, with_place
from polycore.referee.bayes_classifier import MAX_COORDINATE, probabilities_anywhere

PREFIX = "walk"
CHART_KEY = f"{PREFIX}.chart"
SLIDER_LABEL = "Walk along the curve"
X_COUNT = 300  # besides the crossings
SLIDER_STEPS = 200
BESIDE = 1e-6  # share of the range of x: without noise the best probability falls only at a crossing itself
CHART_HEIGHT = 400  # pixels
MAP_CONTAINER, PLOT_CONTAINER = f"{PREFIX}.map", f"{PREFIX}.plot"  # keys of the containers of map and chart


@dataclass(frozen=True, eq=False)
class Walk:
    """Probabilities along a curve.

    x: (P,), sorted. probabilities: the network's, (P, K). referee: the Bayes classifier's probability of the
    curve itself, (P,); NaN if |y| exceeds 1e12. met: the crossings with other curves.
    """

    x: Floats
    probabilities: Floats
    referee: Floats
    met: tuple[Met, ...]


@lru_cache(maxsize=64)
def along(model: Model, referee: Referee, scene: Scene, curve: int) -> Walk:
    """Return the walk along the curve of the class `curve`, as far as it is drawn.

    Models are compared by identity.
    """
    low, high = scene.span(curve)
    names = [short_name(scene.classes, label) for label in range(len(scene.classes))]
    met = [
        Met(meeting.x, ", ".join(names[label] for label in meeting.curves if label != curve))
        for meeting in meetings_of(scene)
        if curve in meeting.curves
    ]
    beside = BESIDE * (high - low) * np.array([-1, 0, 1])
    crossings = (np.array([crossing.x for crossing in met])[:, np.newaxis] + beside).ravel()
    x = np.unique(np.concatenate([np.linspace(low, high, X_COUNT), crossings.clip(low, high)]))
    points = np.stack([x, referee.polynomials[curve](x)], axis=1)
    too_large = np.abs(points[:, 1]) > MAX_COORDINATE  # for the Bayes classifier
    best = np.where(too_large, np.nan, probabilities_anywhere(referee, points)[:, curve])
    return read_only(Walk(x, model.predict_proba(points), best, tuple(met)))


def draw_slider(choices: PointChoices, curve: int) -> None:
    """Draw a slider that moves the point along the curve of a class; `choices` are those of its model."""
    low, high = span = choices.scene.span(curve)
    step = (high - low) / SLIDER_STEPS

    def nearest() -> float:
        return on_slider(span, session.current().view.point_inputs.x)

    # a browser may round to its own grid
    near = partial(inputs.are_near, step / 4)
    Input(f"{PREFIX}.x", nearest, lambda x: asked_point.move(choices, round(x, 9)), same=near).draw(
        st.slider,
        SLIDER_LABEL,
        min_value=low,
        max_value=high,
        step=step,
        format="%.4g",
    )


def on_slider(span: tuple[float, float], x: float) -> float:
    """Return the x on the slider that is nearest to `x`; it runs from one end of `span` to the other."""
    low, high = span
    step = (high - low) / SLIDER_STEPS
    x = min(max(x, low), high)  # first: what is far out may be too large to count steps to
    return float(np.clip(low + round((x - low) / step) * step, low, high))


def chart(model: Model, referee: Referee, scene: Scene, curve: int, x: float) -> Figure:
    """Return a chart of the probabilities along the curve, with a mark at `x` if it is in the range."""
    figure = _chart_without_mark(model, referee, scene, curve)
    low, high = scene.span(curve)
    if not low <= x <= high:
        return figure
    [probabilities] = model.predict_proba([[x, referee.polynomials[curve](x)]])
    return with_place(figure, x, float(probabilities[curve]))


@lru_cache(maxsize=32)
def _chart_without_mark(model: Model, referee: Referee, scene: Scene, curve: int) -> Figure:
    walk = along(model, referee, scene, curve)
    figure = walk_figure(scene.classes, curve, walk.x, walk.probabilities, walk.referee, walk.met)
    # without zoom, so that a finger on it scrolls the page; a click moves the point
    return with_axes(figure, fixedrange=True)


def draw_chart(chart: Figure, name: str, choices: PointChoices, followed: Followed | None) -> None:
    """Draw the chart of a walk along the curve of the class with that short name.

    choices: those of the model, for a click.
    followed: the frames that have its `values` from then on as "walk"; None if the model stands still.
    """
    bound = None
    if followed is not None:
        bindings = [("layout.meta.alt", "walk.alt")]
        for row, index in enumerate(_changing(chart)):
            bindings.append((f"data.{index}.y", f"walk.y.{row}"))
            bindings.append((f"data.{index}.showlegend", f"walk.listed.{row}"))
        bound = Bound(followed, bindings)
    with st.container(key=PLOT_CONTAINER):
        live.figure(
            chart,
            key=CHART_KEY,
            height=CHART_HEIGHT,
            on_click=lambda x, _: asked_point.move(choices, float(f"{x:.4g}")),
            bound=bound,
        )
    said = (
        f"The thick line is {name} itself. At a vertical line it meets another curve: there the referee is "
        "unsure too."
    )
    # no Markdown: the names of classes may be a stranger's
    live_text.draw(f'<p class="caption">{escape(said)}</p>', f"{PREFIX}.caption", None)


def values(chart: Figure) -> dict[str, Any]:
    """Return what changes in the chart while the network learns."""
    traces = [chart["data"][index] for index in _changing(chart)]
    return {
        "y": [np.asarray(trace["y"]).round(2).tolist() for trace in traces],
        "listed": [trace["showlegend"] for trace in traces],
        "alt": chart["layout"]["meta"]["alt"],
    }


def _changing(chart: Figure) -> list[int]:
    """Return the indices of the traces that the network decides: the lines, and the marked point."""
    traces = list(enumerate(chart["data"]))
    lines = [index for index, trace in traces if "curve" in trace.get("meta", {})]
    return lines + [index for index, trace in traces if trace["mode"] == "markers"]
