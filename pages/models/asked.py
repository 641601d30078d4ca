"""The point on a network's map that the user asks about, and the answers of network and referee."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.plane import answer_bars, answer_table, crossing
from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting, meeting_at, meetings_of
from pages.state import session
from polycore import Model, Referee
from polycore.referee.bayes_classifier import MAX_COORDINATE

PREFIX = "asked"
MAX_BARS = 4  # classes in the chart; the table has all
CLICK = "Click the map to ask about a point."


def choose(x: float, y: float) -> None:
    """Ask about the point (x, y). For a click."""
    if max(abs(x), abs(y)) <= MAX_COORDINATE:
        session.set_view(replace(session.current().view, asked=(x, y)))


def draw(model: Model, referee: Referee | None, x_range: tuple[float, float]) -> None:
    """Draw the answers of `model` and the referee, or say how to ask.

    model: the one whose map, over `x_range`, is shown.
    referee: that of the model's polynomials; None if they are too large for one.
    """
    point = session.current().view.asked
    with st.container():
        if point is None:
            st.caption(CLICK)
        else:
            with st.container(border=True):
                meetings = meetings_of(model.polynomials, x_range)
                _draw_answer(Answer.of(model.predict_proba, model.polynomials, referee, *point), meetings)


def _draw_answer(answer: Answer, meetings: Sequence[Meeting]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**x = {answer.x:.6g}, y = {answer.y:.6g}**", width="stretch")
        st.button(
            "Close",
            key=f"{PREFIX}.close",
            icon=":material/close:",
            type="tertiary",
            on_click=_forget,
            help="Remove the marker from the map. Another click asks about another point.",
        )
    words, bars = st.columns(2, gap="medium")
    with words:
        st.write(f"**p{answer.likeliest} = {answer.name(answer.likeliest)}.** {answer.sentence()}")
        st.write(answer.referee_sentence())
    with bars:
        answer_bars.draw(answer, f"{PREFIX}.bars", MAX_BARS)
    index = meeting_at(meetings, answer.x, answer.y)
    if index is not None:
        crossing.draw(meetings[index], answer)
    table = st.expander("All polynomials", key=f"{PREFIX}.table", on_change="rerun")
    if table.open:
        with table:
            answer_table.draw(answer)


def _forget() -> None:
    session.set_view(replace(session.current().view, asked=None))
