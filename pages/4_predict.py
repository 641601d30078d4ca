"""Predict: which polynomial does a model say a point lies on."""

import plotly.graph_objects as go
import streamlit as st

from pages.parts import (
    answer_table,
    frame,
    live,
    model_in_use,
    naming,
    plane,
    point,
    point_table,
    refusal,
    session,
    weight_upload,
)
from pages.parts.answer import Answer
from pages.parts.session import Kept
from polycore import PolycoreError
from polycore.figures import plane_range, probabilities_figure, with_point
from polycore.polynomial import MAX_COEFFICIENT

MAP_KEY, BARS_KEY = "predict.map", "predict.bars"
REFRESH_SECONDS = 1.0  # while a run makes the model better


def _ask(title: str) -> None:
    """Ask the model, as it stands now, about the point."""
    kept = session.current().answering
    if kept is None or kept.title != title:
        st.rerun()  # another run has begun to answer: the whole page is about it
    model_in_use.draw_figures(kept)
    inputs, picture = st.columns([2, 3], gap="medium")
    with inputs:
        x, y = point.draw(kept.model.polynomials)
        answer = _answer(kept, x, y)
    if answer is not None:
        with inputs:
            _draw_answer(answer)
        with picture:
            _draw_map(kept, answer)
        answer_table.draw(answer)


def _answer(kept: Kept, x: float, y: float) -> Answer | None:
    try:
        return Answer.of(kept.model, x, y)
    except PolycoreError as error:
        refusal.show("This point is too far out to be asked about.", error)
        return None


def _draw_answer(answer: Answer) -> None:
    st.subheader(answer.name(answer.likeliest), anchor=False)
    st.write(answer.sentence())
    polynomials = answer.model.polynomials
    if polynomials:
        figure = probabilities_figure(polynomials, answer.probabilities)
        # a finger on it scrolls the page: there is nothing to look into more closely
        figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
        live.figure(figure, key=BARS_KEY, height=70 + 22 * len(polynomials))


def _draw_map(kept: Kept, answer: Answer) -> None:
    polynomials = kept.model.polynomials
    if not polynomials:
        return
    if max(abs(number) for polynomial in polynomials for number in polynomial.coefficients) > MAX_COEFFICIENT:
        st.caption(f"There is no map: a coefficient is larger than {MAX_COEFFICIENT:,.0f}.")
        return
    x_range = model_in_use.x_range_of(kept)
    low, high = plane_range(polynomials, x_range)
    inside = x_range[0] <= answer.x <= x_range[1] and low <= answer.y <= high
    figure = go.Figure(plane.model_map(kept.model, x_range))
    if inside:
        figure = with_point(figure, answer.x, answer.y)
    figure.layout.uirevision = kept.title  # another model's map has another window
    live.figure(figure, key=MAP_KEY, height=400 + 10 * len(polynomials), on_click=point.choose_on_map)
    st.caption("Click the map to ask about a place." if inside else "The point lies outside this map.")


def _draw_files(kept: Kept) -> None:
    model, table = st.columns(2, gap="large")
    with model:
        st.subheader("The model as a file", anchor=False)
        with st.container(horizontal=True):
            model_in_use.draw_download(kept)
            model_in_use.draw_setup_button(kept)
        weight_upload.draw()
    with table:
        st.subheader("Many points as a file", anchor=False)
        point_table.draw(kept.model)


def _draw_nothing_yet() -> None:
    st.write("There is no trained model yet. Train one, or upload one that was kept.")
    frame.page_link(frame.TRAIN, "Train a model", ":material/model_training:")
    weight_upload.draw()


def _wait_for_first() -> None:
    if session.current().answering is not None:
        st.rerun()


def _again_while_running() -> float | None:
    training = session.current().training
    return REFRESH_SECONDS if training is not None and training.status == "running" else None


frame.draw("Predict")
answering = session.current().answering
every = _again_while_running()
if answering is None:
    _draw_nothing_yet()
    st.fragment(_wait_for_first, run_every=every)()
else:
    model_in_use.draw_choice(answering)
    with st.container():  # see watch.py
        naming.draw(answering)
    with st.container():
        st.fragment(_ask, run_every=every)(answering.title)
    _draw_files(answering)
