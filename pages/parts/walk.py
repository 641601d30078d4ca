"""A walk along one curve: what the network says at each x of it, crossing by crossing."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.parts import live, point
from pages.parts.crossings_table import meetings_of
from pages.parts.plane import of_referee
from polycore import Model, Referee
from polycore.figures import walk_figure, with_place
from polycore.figures.walk import Met
from polycore.network import Floats
from polycore.referee import MAX_COORDINATE

PREFIX = "walk"
AT_KEY = f"{PREFIX}.at"  # the x that the slider shows
CHART_KEY = f"{PREFIX}.chart"
POSITIONS = 300
SLIDER_STEPS = 200
BESIDE = 1e-6  # of the range of x: the referee's probability falls at a crossing itself alone
CHART_HEIGHT = 400  # pixels


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
    return Walk(x, model.predict_proba(places), best, tuple(met))


def draw(model: Model, referee: Referee, curve: int, x: float) -> None:
    """Draw a slider that moves the point along the curve, and the probabilities on the way."""
    slider = _slider_key(referee)
    _follow(slider, referee, x)
    low, high = referee.x_range
    st.slider(
        "Walk along the curve",
        low,
        high,
        step=(high - low) / SLIDER_STEPS,
        format="%.4g",
        key=slider,
        on_change=_slide,
        args=(slider,),
        help="Moves x; the arrow keys do too, step by step. Watch the probabilities change at each crossing.",
    )
    figure = _figure(model, referee, curve)
    if low <= x <= high:
        [probabilities] = model.predict_proba([[x, referee.polynomials[curve](x)]])
        figure = with_place(figure, x, float(probabilities[curve]))
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


def _follow(slider: str, referee: Referee, x: float) -> None:
    """Let the slider show x where something else changed it: a tick must not take back a move of it."""
    if slider not in st.session_state or st.session_state.get(AT_KEY) != x:
        low, high = referee.x_range
        st.session_state[slider], st.session_state[AT_KEY] = min(max(x, low), high), x


def _slide(slider: str) -> None:
    x = round(st.session_state[slider], 9)
    st.session_state[point.X_KEY] = st.session_state[AT_KEY] = x


def _click(x: float, _: float) -> None:
    st.session_state[point.X_KEY] = float(f"{x:.4g}")


def _slider_key(referee: Referee) -> str:
    # another range makes another slider
    return f"{PREFIX}.{referee.x_range}"
