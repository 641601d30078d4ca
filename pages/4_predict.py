"""Predict: ask a model which class a point is of: the polynomial that it lies on, or a class of your own."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.frame import frame
from pages.lessons import lesson_panel
from pages.models import asked, export, kept_actions, map_layers, model_in_use
from pages.models.point_choices import PointChoices
from pages.plane import answer_view, live, plane
from pages.plane.answer import Answer
from pages.plane.crossings import Meeting
from pages.plane.live import Bound
from pages.plane.scene import short_name
from pages.points import uploaded_points
from pages.predict import asked_point, curve_walk, prediction, weight_upload
from pages.predict.prediction import Prediction
from pages.run_view import map_view
from pages.run_view.shown import Selection
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from polycore import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT
from polycore.model.predictions import predictions_to_csv
from polycore.pictures.palette import class_colors

MAP_KEY, BARS_KEY, TABLE_KEY = "predict.map", "predict.bars", "predict.table"
WORDS_KEY, CROSSING_KEY, CAPTION_KEY = "predict.words", "predict.crossing", "predict.caption"
CSV_HELP = (
    "A CSV file with the columns x, y, prediction (the most likely class, from 0), probability (from 0 to 1) "
    "and, if known, curve (as y = …) and distance (from the nearest curve), in the order of your points."
)

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
        kept_actions.name_classes(kept)
    choices, referee = PointChoices.of(kept), model_in_use.referee_of(kept)
    scene, meetings = choices.scene, choices.meetings
    inputs, picture = st.columns([2, 3], gap="medium")
    with inputs:
        asked_point.draw(choices)
        point = choices.asked(session.current().view.point_inputs)
        shown, followed = Prediction(kept, point), prediction.follow(kept, point)
        answer = None
        try:
            answer = shown.answer
        except PolycoreError as error:
            refusal.show("This point is too far away to ask about.", error)
        with st.container():
            if referee is not None and point.curve is not None:
                curve_walk.draw_slider(referee, choices)
        with st.container():
            if answer is not None:
                _draw_answer(answer, followed)
        with st.container():
            if shown.walk is not None and point.curve is not None:
                curve_walk.draw_chart(shown.walk, short_name(scene.classes, point.curve), choices, followed)
        with st.container():
            if answer is not None and answer.classes:
                answer_view.draw_bars(answer, MAX_CLASSES, BARS_KEY, followed)
    with figures:
        model_in_use.draw_figures(kept, followed)
    if answer is not None:
        with picture:
            _draw_map(shown, meetings, followed)
        answer_view.draw_table(answer, TABLE_KEY, followed)


def _draw_answer(answer: Answer, followed: Followed | None) -> None:
    name, sentence = answer_view.html(answer, "name", "h3"), answer_view.html(answer, "sentence")
    referee = answer_view.html(answer, "referee")
    live_text.draw(f"{name}<p>{sentence} {referee}</p>", WORDS_KEY, followed)
    answer_view.draw_crossing(answer, CROSSING_KEY, followed)


def _draw_map(shown: Prediction, meetings: Sequence[Meeting], followed: Followed | None) -> None:
    kept = shown.kept
    layers = session.current().view.predict_layers.on_map_of(kept.model.shown_classes)
    scene = model_in_use.scene_of_kept(kept)
    if scene is None:
        if kept.model.polynomials:
            st.caption(f"There is no map: a coefficient is larger than {MAX_COEFFICIENT:,.0f}.")
        return
    now = session.current()
    picture = prediction.picture_of(kept, scene, now.run_view if kept is now.own else None)
    figure = go.Figure(shown.overlay(layers).on(plane.network_map(picture, scene)))
    figure.layout.uirevision = kept.title  # zoom is not kept for another model's map
    bound = None
    if followed is not None:
        bindings = map_view.bindings(figure, Selection("Best", "Network", layers))
        bound = Bound(followed, bindings, class_colors(kept.model.widths[-1]))
    with st.container(key=curve_walk.MAP_CONTAINER):
        live.figure(
            figure,
            key=MAP_KEY,
            height=400 + 10 * len(scene.classes),
            on_click=partial(asked_point.choose_on_map, meetings),
            bound=bound,
            model_now=model_in_use.model_now(kept, followed),
        )
    caption = asked.CLICK if shown.is_on_map else "The point lies outside this map."
    html = f'<p class="caption">{caption} {map_view.captions(figure)}</p>'
    live_text.draw(html, CAPTION_KEY, followed)
    map_layers.draw_for_model(kept)


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
        _draw_many_points(kept)


def _draw_many_points(kept: Kept) -> None:
    """Draw what the model answers about the session's points, among them those uploaded on the Data page."""
    uploaded_points.offer()
    points = session.current().points
    if points is None:
        return
    count = len(points.points)
    st.download_button(
        f"Download {count:,} predictions" if count > 1 else "Download 1 prediction",
        # computed when the user presses the button
        data=partial(predictions_to_csv, kept.model, points.points),
        file_name="polycore-predictions.csv",
        mime="text/csv",
        key="predict.predictions",
        icon=":material/download:",
        on_click="ignore",
        help=CSV_HELP,
    )
    uploaded_points.draw_score(points)


frame.draw("Predict")
answering = session.current().answering
if answering is None:
    st.write("There is no trained model yet. Train one, or upload one.")
    page_links.draw(page_links.TRAIN, "Train a model", ":material/model_training:")
    weight_upload.draw()
else:
    st.html(STYLE)
    with st.container():
        _draw_question(answering)
    _draw_files(answering)
    export.draw_kept(answering)
    lesson_panel.look_again("Predict")
