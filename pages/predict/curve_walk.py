"""A walk along one curve: what the network says at each x of it, crossing by crossing."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.plane import live
from pages.plane.crossings_table import meetings_of
from pages.plane.plane import of_referee
from pages.predict import asked_point, point_input
from pages.predict.point_input import SLIDER
from pages.state import session
from pages.state.shown_input import ShownInput
from polycore import Model, Referee
from polycore.arrays import Floats, read_only
from polycore.figures import walk_figure, with_place
from polycore.figures.walk import Met
from polycore.referee.bayes_classifier import MAX_COORDINATE

PREFIX = "walk"
CHART_KEY = f"{PREFIX}.chart"
POSITIONS = 300
SLIDER_STEPS = 200
BESIDE = 1e-6  # of the range of x: the referee's probability falls at a crossing itself alone
CHART_HEIGHT = 400  # pixels
HEIGHTS_ON_A_PHONE = 280, 280  # of the map and of the chart
MAP_PLACE = f"{PREFIX}.map"  # the container of the map on which one walks


@dataclass(frozen=True, eq=False)
class Walk:
    """At x (P,), which rises: the network's probabilities (P, K), the referee's of the curve itself (P,).

    The referee's is no number where the curve runs beyond 1e12. met: where other curves are met.
    """

    x: Floats
    probabilities: Floats
    referee: Floats
    met: tuple[Met, ...]


@lru_cache(maxsize=64)
def along(model: Model, referee: Referee, curve: int) -> Walk:
    """Return what `model` says along the class `curve` over the referee's range.

    A model is compared by identity.
    """
    low, high = referee.x_range
    met = [
        Met(meeting.x, ", ".join(f"p{label}" for label in meeting.curves if label != curve))
        for meeting in meetings_of(referee.polynomials, referee.x_range)
        if curve in meeting.curves
    ]
    beside = BESIDE * (high - low) * np.array([-1, 0, 1])
    crossings = (np.array([place.x for place in met])[:, np.newaxis] + beside).ravel()
    x = np.unique(np.concatenate([np.linspace(low, high, POSITIONS), crossings.clip(low, high)]))
    places = np.stack([x, referee.polynomials[curve](x)], axis=1)
    far = np.abs(places[:, 1]) > MAX_COORDINATE  # steeper than the referee takes
    best = np.where(far, np.nan, of_referee(referee, places)[:, curve])
    return read_only(Walk(x, model.predict_proba(places), best, tuple(met)))


def draw(model: Model, referee: Referee, curve: int, x: float) -> None:
    """Draw a slider that moves the point along the curve, and the probabilities on the way."""
    low, high = referee.x_range
    _draw_slider(low, high, x)
    figure = _figure(model, referee, curve)
    if low <= x <= high:
        [probabilities] = model.predict_proba([[x, referee.polynomials[curve](x)]])
        figure = with_place(figure, x, float(probabilities[curve]))
    with st.container(key=f"{PREFIX}.plot"):
        st.html(_style())
        live.figure(figure, key=CHART_KEY, height=CHART_HEIGHT, on_click=_click)
    st.caption(
        f"The thick line is p{curve} itself, the right answer. Upright lines are its crossings, named by the "
        "curve it meets: there the referee's probability falls too, for nobody can tell."
    )


@lru_cache(maxsize=32)
def _figure(model: Model, referee: Referee, curve: int) -> go.Figure:
    """Return the chart, to be copied before it is changed."""
    walk = along(model, referee, curve)
    figure = walk_figure(referee.polynomials, curve, walk.x, walk.probabilities, walk.referee, walk.met)
    # a finger on it scrolls the page, and a click moves the point
    figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    return figure


def _draw_slider(low: float, high: float, x: float) -> None:
    slider = point_input.now(f"walk.{low}.{high}", SLIDER)  # another range makes another one
    st.slider(
        "Walk along the curve",
        low,
        high,
        value=_on_slider(low, high, x),
        step=(high - low) / SLIDER_STEPS,
        format="%.4g",
        key=slider.key,
        on_change=_slide,
        args=(slider, low, high),
        help="Moves x; the arrow keys do too, step by step. Watch the probabilities change at each crossing.",
    )


def _on_slider(low: float, high: float, x: float) -> float:
    """Return the x nearest to `x` that the slider can show."""
    step = (high - low) / SLIDER_STEPS
    return float(np.clip(low + round((min(max(x, low), high) - low) / step) * step, low, high))


def _slide(slider: ShownInput, low: float, high: float) -> None:
    x, shown = slider.value(), _on_slider(low, high, session.current().view.point.x)
    # a browser puts a slider on its own grid and says so, which nobody has moved
    if x is not None and abs(x - shown) > (high - low) / SLIDER_STEPS / 4:
        asked_point.slide(round(x, 9))


def _click(x: float, _: float) -> None:
    asked_point.move(float(f"{x:.4g}"))


def _style() -> str:
    """Return what makes the map come first on a phone, and stay in view above the chart while one walks.

    What stands beside it, and below on a phone, does not come along: the map's column makes no box of its own
    there. A figure takes the height of what holds it.
    """
    page = [st.get_option(f"theme.{scheme}.backgroundColor") for scheme in ("light", "dark")]
    column = '[data-testid="stColumn"]:has(.st-key-walk-map)'
    return f"""<style>
@media (max-width: 640px) {{
  {column}, {column} > [data-testid="stVerticalBlock"] {{ display: contents; }}
  {column} > [data-testid="stVerticalBlock"] > * {{ flex: 0 0 100%; }}
  {column} > [data-testid="stVerticalBlock"] > :has(.st-key-walk-map) {{
    order: -1; position: sticky; top: 0; z-index: 90;
    background: Canvas; background: light-dark({page[0]}, {page[1]});
  }}
  .st-key-walk-map :has(.polycore-live) {{
    height: {HEIGHTS_ON_A_PHONE[0]}px !important; flex: 0 0 {HEIGHTS_ON_A_PHONE[0]}px !important;
  }}
  .st-key-walk-plot :has(.polycore-live) {{
    height: {HEIGHTS_ON_A_PHONE[1]}px !important; flex: 0 0 {HEIGHTS_ON_A_PHONE[1]}px !important;
  }}
}}
</style>"""
