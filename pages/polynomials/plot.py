"""The curves, which can be dragged up and down, and the inputs for their x range and number of positions."""

from functools import partial

import streamlit as st

from pages.plane import live
from pages.polynomials import change, editor
from pages.polynomials.change import Polynomials
from pages.setup import setting_input
from pages.state import refusal, session
from pages.state.inputs import Input, as_whole
from polycore import PolycoreError, Polynomial
from polycore.checks import checked_whole_number
from polycore.figures.plane import curves_figure

PREFIX = "polynomials"
CONTAINER = f"{PREFIX}.drawing"  # the key of the plot's container
PLOT_KEY = f"{PREFIX}.plot"
CAPTION = "Drag a curve to move it up or down; on a touch screen hold your finger on it first."
POSITIONS_LABEL = "Positions"
MOST_POSITIONS = 2000
POSITIONS_HELP = (
    "Through so many points each curve is drawn, with straight lines between them. Steep curves need more."
)
# What is above and below the plot takes 22 rem of the screen.
STYLE = """<style>
@media (min-width: 641px) {
  .st-key-polynomials-plot { flex-basis: clamp(20rem, 100vh - 22rem, 50rem) !important; }
}
</style>"""
# Beside the formulas the legend would list the curves again: it has only those that are hidden.
LISTED_BESIDE = """<style>
@media (min-width: 641px) {
  .st-key-polynomials-drawing .polycore-live-legend li:has(button[aria-pressed="true"]) { display: none; }
}
</style>"""
READABLE = "The plot shows the lines that can be read. The set-up still has its {} polynomials."
UNREADABLE = "The plot shows what is being typed. Correct the lines on the left first, then drag the curve."
NOT_MOVED = "Not moved: nothing has changed."


def draw() -> None:
    """Draw the plot, its caption, and the inputs below."""
    beside = {editor.SLIDERS: live.in_view(CONTAINER), editor.FORMULAS: LISTED_BESIDE}
    st.html(STYLE + beside.get(editor.WAY.value, ""))
    drawing, below = st.container(key=CONTAINER), st.container()
    with st.container(horizontal=True, gap="small"):
        setting_input.draw_x_range(PREFIX)
        POSITIONS.draw_number(POSITIONS_LABEL, 50, width=130, help=POSITIONS_HELP)
    with st.container():
        refusal.draw_inputs(f"{PREFIX}.range", setting_input.NOT_YET)
        refusal.draw_inputs(POSITIONS.name, setting_input.NOT_YET)
    polynomials = editor.shown()
    now = session.current()
    figure = curves_figure(polynomials, now.experiment.x_range, now.view.positions)
    with drawing:
        live.figure(
            figure,
            key=PLOT_KEY,
            height=400 + 10 * len(polynomials),
            file="polycore-curves",
            lift=live.Lift(partial(_lift, polynomials), now.view.lifts),
        )
    with below:
        st.caption(CAPTION if polynomials == change.present() else READABLE.format(len(change.present())))
        with st.container():
            refusal.draw(PLOT_KEY, NOT_MOVED)


def _use_positions(count: int) -> None:
    positions = checked_whole_number(POSITIONS_LABEL, count, 2, MOST_POSITIONS)
    session.change_view(positions=positions)


POSITIONS = Input(
    f"{PREFIX}.positions", lambda: session.current().view.positions, _use_positions, read=as_whole
)


def _lift(shown: Polynomials, index: int, by: float) -> None:
    """Add `by` to the constant term of polynomial `index` of `shown`, the ones that the plot shows."""
    session.change_view(lifts=session.current().view.lifts + 1)
    with refusal.later(PLOT_KEY):
        if shown != change.present():
            raise PolycoreError(UNREADABLE)
        change.adopt(lifted(shown, index, by))


def lifted(polynomials: Polynomials, index: int, by: float) -> Polynomials:
    """Return the polynomials with `by` added to the constant term of one of them, to six digits.

    They stay if none has that index: it comes from a browser.
    """
    if not 0 <= index < len(polynomials):
        return polynomials
    *others, constant = polynomials[index].coefficients
    moved = Polynomial(*others, float(f"{constant + by:.6g}"))
    return (*polynomials[:index], moved, *polynomials[index + 1 :])
