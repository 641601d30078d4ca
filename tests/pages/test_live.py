"""The live figure: what Python sends to the browser, and what it accepts from there."""

import json
import math
from importlib.metadata import version

import pytest
from streamlit.testing.v1 import AppTest

from pages.plane import live
from tests.pages.browsing import DRAWING_SECONDS, sent_to, trigger


def test_a_figure_is_sent_with_the_address_of_its_library():
    def app():
        import numpy as np

        from pages.plane import live
        from polycore.figures.style import new_figure, scatter

        trace = scatter(x=[1, np.float32(2)], y=[3.5, float("nan")])
        live.figure(new_figure([trace], "A line."), "key", 300)

    page = AppTest.from_function(app, default_timeout=DRAWING_SECONDS).run()
    assert not page.exception
    [element] = page.get("bidi_component")
    sent = json.loads(element.proto.bytes)
    assert sent["figure"]["data"] == [{"type": "scatter", "x": [1, 2.0], "y": [3.5, None]}]
    assert sent["clicks"] is False
    assert sent["file"] == "polycore-key"
    assert sent["library"] == f"live/plotly-{version('plotly')}.js"


def test_a_figure_that_answers_clicks_says_so_and_reports_them():
    def app():
        import streamlit as st

        from pages.plane import live
        from polycore.figures.style import new_figure

        points = st.session_state.setdefault("points", [])
        live.figure(new_figure([], "Nothing."), "map", 300, on_click=lambda x, y: points.append((x, y)))

    page = AppTest.from_function(app, default_timeout=DRAWING_SECONDS).run()
    assert sent_to(page, "map")["clicks"] is True
    trigger(page, "map", "click", None)
    trigger(page, "map", "click", {"x": 0.5, "y": -2})
    assert page.session_state["points"] == [(0.5, -2.0)]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param([1, 2], id="a list"),
        pytest.param({"x": 1}, id="no y"),
        pytest.param({"x": 1, "y": "much"}, id="a text"),
        pytest.param({"x": 1, "y": [2]}, id="a list for y"),
        pytest.param({"x": 1, "y": math.nan}, id="not a number"),
        pytest.param({"x": math.inf, "y": 1}, id="infinite"),
        pytest.param({"x": 10**400, "y": 1}, id="beyond any float"),
    ],
)
def test_a_browser_can_choose_nothing_but_two_finite_numbers(value):
    assert live.point_in(value) is None
