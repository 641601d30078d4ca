"""The place on a run's map that a person asks about, and what network and referee say of it."""

import streamlit as st

from pages.parts import answer_bars, answer_table, crossing, plane, session
from pages.parts.answer import Answer
from pages.parts.crossings_table import meeting_at, meetings_of
from pages.parts.plane import Probabilities
from pages.parts.referee import referee_of
from pages.parts.runner import Training
from polycore.referee import MAX_COORDINATE

PREFIX = "asked"
MOST_SHOWN = 4  # classes in the chart; the table has all
CLICK = "Click the map to ask about a place."


def choose(x: float, y: float) -> None:
    """Ask about a place. For a click."""
    if max(abs(x), abs(y)) <= MAX_COORDINATE:
        session.change(asked=(x, y))


def draw(training: Training) -> None:
    """Say what the network of `training` that the map shows and the referee answer, or how to ask."""
    place = session.current().asked
    with st.container():
        if place is None:
            st.caption(CLICK)
        else:
            with st.container(border=True):
                _draw_answer(training, *place)


def _draw_answer(training: Training, x: float, y: float) -> None:
    experiment = training.run.experiment
    referee = referee_of(experiment)
    answer = Answer.of(_shown_by(training), experiment.polynomials, referee, x, y)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**x = {x:.6g}, y = {y:.6g}**", width="stretch")
        st.button(
            "Close",
            key=f"{PREFIX}.close",
            icon=":material/close:",
            type="tertiary",
            on_click=_forget,
            help="Take the mark off the map. Another click asks about another place.",
        )
    words, bars = st.columns(2, gap="medium")
    with words:
        st.write(f"**p{answer.likeliest} = {answer.name(answer.likeliest)}.** {answer.sentence()}")
        st.write(answer.referee_sentence())
    with bars:
        answer_bars.draw(answer, f"{PREFIX}.bars", MOST_SHOWN)
    meetings = meetings_of(experiment.polynomials, experiment.x_range)
    met = meeting_at(meetings, x, y)
    if met is not None:
        crossing.draw(meetings[met], answer)
    table = st.expander("All polynomials", key=f"{PREFIX}.table", on_change="rerun")
    if table.open:
        with table:
            answer_table.draw(answer)


def _shown_by(training: Training) -> Probabilities:
    if training.goes_on:
        return plane.probabilities_of_run(training.run)
    return training.best.predict_proba


def _forget() -> None:
    session.change(asked=None)
