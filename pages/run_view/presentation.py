"""A run on a projector: its map and two figures fill the screen, readable from the last row of a class."""

from collections.abc import Callable
from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.run_view import map_view, progress
from pages.run_view.shown import ShownRun
from pages.state import session

PREFIX = "presentation"
KEY = "P"  # of the keyboard; Streamlit and browsers do not use it
TEXT = 22  # pixels of the numbers at the axes: on a screen 2 m wide and 1920 pixels, 2.3 cm
# Letters of 4 cm and more are read from 8 m (1/200 of the distance): 2 % of a screen that is 2 m wide.
STYLE = """<style>
.stMainBlockContainer { padding-bottom: 0; }
.st-key-frame-navigation, .stApp .stElementContainer:has(h1) { display: none; }
.st-key-progress-map { flex-basis: calc(100vh - 3rem) !important; }
.st-key-progress-map .polycore-live-legend button { font-size: max(1rem, 1.3vw); }
.st-key-presentation-figures { gap: 1vw; }
</style>"""
NUMBERS = """<style>
.metrics { flex-direction: column; }
.metric { width: auto !important; }
.label { font-size: max(1.25rem, 2.2vw) !important; }
.help { display: none; }
.number { font-size: max(3rem, 6.5vw) !important; font-weight: 600; line-height: 1.1 !important; }
.compared, p { font-size: max(1rem, 1.5vw) !important; }
</style>"""


def is_on() -> bool:
    """Return whether the run is to be presented: there must be one."""
    now = session.current()
    return now.view.presenting and now.training is not None


def button() -> None:
    """Draw the button that begins the presentation or, within it, ends it; both have the same key."""
    begins = not session.current().view.presenting
    st.button(
        "Present" if begins else "Leave",
        key=f"{PREFIX}.{'begin' if begins else 'end'}",
        icon=":material/present_to_all:" if begins else ":material/close:",
        type="secondary",
        on_click=_switch,
        shortcut=KEY,
        help=f"The map and two figures fill the screen, for a projector. Key: {KEY}, also to leave it.",
    )


def draw(shown: ShownRun, draw_controls: Callable[[], None]) -> None:
    """Draw the map and, beside it, accuracy and loss, and the controls of the run."""
    st.html(STYLE)
    # a copy: the figure itself may be in a cache
    figure = go.Figure(map_view.selected_map(shown.weights)).update_layout(font={"size": TEXT})
    figure.for_each_trace(_widen, selector={"mode": "lines"})
    map_column, figures = st.columns([3, 1], gap="medium")
    with map_column:
        progress.draw_map(figure, shown, *map_view.bindings(figure, shown.look), model_now=shown.model_now)
    with figures, st.container(key=f"{PREFIX}.figures"):
        live_text.draw(_html(shown), f"{PREFIX}.numbers", shown.followed, reports=True)
        draw_controls()
        button()


def _html(shown: ShownRun) -> str:
    now = shown.values
    weights = now["weights"]
    return (
        NUMBERS
        + progress.status_html(now)
        + live_text.row(
            live_text.metric("Held-out accuracy", "weights.held_out_text", weights["held_out_text"], ""),
            live_text.metric("Loss", "weights.loss_text", weights["loss_text"], ""),
        )
    )


def _widen(trace: go.Scatter) -> None:
    trace.line.width *= 2


def _switch() -> None:
    view = session.current().view
    session.set_view(replace(view, presenting=not view.presenting))
