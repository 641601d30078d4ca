"""Predict: ask a model which class a point is of: the polynomial that it lies on, or a class of your own."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.frame import frame
from pages.lessons import lesson_panel
from pages.models import map_layers, model_in_use, naming, pass_on
from pages.models.asked import BOUND_BARS
from pages.plane import answer_bars, answer_table, crossing, live, plane
from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting, meeting_at, meetings_of
from pages.plane.live import Bound
from pages.plane.scene import Scene
from pages.predict import asked_point, curve_walk, frames, point_table, weight_upload
from pages.run_view import map_view
from pages.run_view.run_values import Look
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from polycore import PolycoreError, Referee
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT
from polycore.pictures.palette import PALETTE

MAP_KEY, BARS_KEY, TABLE_KEY = "predict.map", "predict.bars", "predict.table"
WORDS_KEY, CROSSING_KEY, CAPTION_KEY = "predict.words", "predict.crossing", "predict.caption"


# What is above and below the map takes 19 rem of the screen.
STYLE = """<style>
@media (min-width: 641px) {
  .st-key-predict-map { flex-basis: clamp(20rem, 100vh - 19rem, 50rem) !important; }
}
</style>"""


def _draw_question(kept: Kept) -> None:
    """Draw the inputs for the point, and the answer of the model, which follows the run that improves it."""
    choice, figures = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with choice:
        model_in_use.draw_choice()
    with st.container():
        naming.draw(kept)
    referee = model_in_use.referee_of(kept)
    scene = _scene(kept)
    meetings = meetings_of(scene) if referee else ()
    inputs, picture = st.columns([2, 3], gap="medium")
    with inputs:
        asked = asked_point.draw(scene, meetings)
        followed = frames.follow(kept, asked)
        answer = _answer(kept, scene, referee, asked)
        with st.container():
            if referee is not None and asked.curve is not None:
                curve_walk.draw_slider(referee)
        with st.container():
            if answer is not None:
                _draw_answer(answer, meetings, followed)
        with st.container():
            if referee is not None and asked.curve is not None:
                curve_walk.draw_chart(kept.model, referee, scene, asked.curve, asked.x, followed)
        with st.container():
            if answer is not None and answer.classes:
                bound = None if followed is None else Bound(followed, BOUND_BARS)
                answer_bars.draw(answer, BARS_KEY, MAX_CLASSES, bound)
    with figures:
        model_in_use.draw_figures(kept, followed)
    if answer is not None:
        with picture:
            _draw_map(kept, answer, meetings, followed)
        answer_table.draw(answer, TABLE_KEY, followed)


def _scene(kept: Kept) -> Scene:
    """Return the scene of the model; without a map one that has its classes, if they are known."""
    x_range, model = model_in_use.x_range_of(kept), kept.model
    anywhere = Scene(model.shown_classes, model.polynomials, (x_range, x_range))
    return model_in_use.scene_of_kept(kept) or anywhere


def _answer(kept: Kept, scene: Scene, referee: Referee | None, asked: asked_point.Asked) -> Answer | None:
    try:
        return Answer.of(kept.model.predict_proba, scene, referee, asked.x, asked.y)
    except PolycoreError as error:
        refusal.show("This point is too far away to ask about.", error)
        return None


def _draw_answer(answer: Answer, meetings: Sequence[Meeting], followed: Followed | None) -> None:
    name = live_text.value("answer.name", answer.place.heading or answer.name(answer.likeliest), "h3")
    sentence = live_text.value("answer.sentence", answer.sentence())
    of_referee = live_text.value("answer.referee", answer.referee_sentence())
    live_text.draw(f"{name}<p>{sentence} {of_referee}</p>", WORDS_KEY, followed)
    index = meeting_at(meetings, answer.x, answer.y)
    if index is not None:
        crossing.draw(meetings[index], answer, CROSSING_KEY, followed)


def _draw_map(kept: Kept, answer: Answer, meetings: Sequence[Meeting], followed: Followed | None) -> None:
    scene = model_in_use.scene_of_kept(kept)
    if scene is None:
        if kept.model.polynomials:
            st.caption(f"There is no map: a coefficient is larger than {MAX_COEFFICIENT:,.0f}.")
        return
    (left, right), (low, high) = scene.window
    inside = left <= answer.x <= right and low <= answer.y <= high
    point = (answer.x, answer.y) if inside else None
    figure = go.Figure(map_layers.over_model(plane.model_map(kept.model, scene), kept, point))
    figure.layout.uirevision = kept.title  # zoom is not kept for another model's map
    height = 400 + 10 * len(scene.classes)
    with st.container(key=curve_walk.MAP_CONTAINER):
        on_click = partial(asked_point.choose_on_map, meetings)
        live.figure(
            figure,
            key=MAP_KEY,
            height=height,
            on_click=on_click,
            bound=_bound(figure, kept, followed),
            model_now=model_in_use.model_now(kept, followed),
        )
    caption = "Click the map to ask about a point." if inside else "The point lies outside this map."
    html = f'<p class="caption">{caption} {map_view.captions(figure)}</p>'
    live_text.draw(html, CAPTION_KEY, followed)
    map_layers.draw_for_model(kept)


def _bound(figure: go.Figure, kept: Kept, followed: Followed | None) -> Bound | None:
    if followed is None:
        return None
    look = Look("Best", "Network", session.current().view.predict_layers)
    colors = [look.rgb for look in PALETTE[: kept.model.widths[-1]]]
    return Bound(followed, map_view.bindings(figure, look), colors)


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


def _draw_without_model() -> None:
    st.write("There is no trained model yet. Train one, or upload one.")
    page_links.draw(page_links.TRAIN, "Train a model", ":material/model_training:")
    weight_upload.draw()


frame.draw("Predict")
answering = session.current().answering
if answering is None:
    _draw_without_model()
else:
    st.html(STYLE)
    with st.container():
        _draw_question(answering)
    _draw_files(answering)
    pass_on.draw_kept(answering)
    lesson_panel.look_again("Predict")
