"""Predict: ask a model which class a point is of: the polynomial that it lies on, or a class of your own."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.frame import frame
from pages.lessons import lesson_panel
from pages.models import asked, export, kept_actions, map_layers, model_in_use, shown_network
from pages.models.point_choices import AskedPoint, PointChoices
from pages.plane import answer_view, live, plane
from pages.plane.answer import Answer
from pages.plane.crossings import Meeting
from pages.plane.live import Bound
from pages.plane.scene import short_name
from pages.predict import asked_point, curve_walk, many_points, prediction, weight_upload
from pages.predict.prediction import Prediction
from pages.run_view import map_view
from pages.run_view.shown import Selection
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from polycore import PolycoreError, Referee
from polycore.figures.style import with_layout
from polycore.limits import MAX_CLASSES
from polycore.pictures.palette import class_colors
from polycore.polynomials.classes import noun_of

BARS_KEY, TABLE_KEY = "predict.bars", "predict.table"
WORDS_KEY, CROSSING_KEY, CAPTION_KEY = "predict.words", "predict.crossing", "predict.caption"
QUALITY_KEY = "predict.quality"

# What is above and below the map takes 18 rem of the screen.
STYLE = """<style>
@media (min-width: 641px) {
  .st-key-predict-map { flex-basis: clamp(20rem, 100vh - 18rem, 50rem) !important; }
}
[class*="st-key-model_in_use-choice-"] { flex: 1 0 14rem; } /* "Run 1 · Adam, 3 polynomials" */
</style>"""


def _draw_question(kept: Kept) -> None:
    """Draw the answer of the model, which follows the run that improves it, and the inputs for the point."""
    with st.container():
        kept_actions.name_classes(kept)
    choices, referee = PointChoices.of(kept), model_in_use.referee_of(kept)
    answering, picture = st.columns([2, 3], gap="medium")
    with answering:
        words = st.container()
        point = _draw_point(choices, referee)
    shown, followed = Prediction(kept, point), prediction.follow(kept, point)
    answer = None
    with words:
        try:
            answer = shown.answer
        except PolycoreError as error:
            refusal.show(asked_point.TOO_FAR, error)
        else:
            live_text.draw(shown.verdict_html, WORDS_KEY, followed)
    if answer is not None:
        with answering:
            _draw_more(answer, shown, choices, followed)
    with picture:
        if answer is not None:
            _draw_map(shown, choices.meetings, followed)
        _draw_model(kept, followed)


def _draw_point(choices: PointChoices, referee: Referee | None) -> AskedPoint:
    """Draw the inputs for the point, and return it."""
    with st.container(gap="small", key=asked_point.PREFIX):
        st.write("**Ask about**")
        asked_point.draw(choices)
        point = choices.asked(session.current().view.point_inputs)
        with st.container():
            if referee is not None and point.curve is not None:
                curve_walk.draw_slider(choices, point.curve)
        asked_point.draw_tutorial_button(choices)
    return point


def _draw_more(answer: Answer, shown: Prediction, choices: PointChoices, followed: Followed | None) -> None:
    """Draw what there is to know of a crossing and of a walk along a curve, and all classes."""
    with st.container():
        answer_view.draw_crossing(answer, CROSSING_KEY, followed)
    with st.container():
        if shown.walk is not None and shown.asked.curve is not None:
            name = short_name(choices.scene.classes, shown.asked.curve)
            curve_walk.draw_chart(shown.walk, name, choices, followed)
    with st.expander(f"All {noun_of(answer.classes, plural=True)}", key="predict.all"):
        with st.container():
            if answer.classes:
                answer_view.draw_bars(answer, MAX_CLASSES, BARS_KEY, followed)
        answer_view.draw_table(answer, TABLE_KEY, followed)


def _draw_model(kept: Kept, followed: Followed | None) -> None:
    """Draw what lies on the map, which model answers, and how good it is: in one row, if there is room."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if model_in_use.scene_of_kept(kept) is not None:
            with st.container(width="content"):
                map_layers.draw_for_model(kept)
        model_in_use.draw_choice()
        if kept.model.held_out_accuracy is not None:
            live_text.draw(prediction.quality_html(kept), QUALITY_KEY, followed)
    with st.expander("More figures", key="predict.more_figures"):
        model_in_use.draw_figures(kept, followed)


def _draw_map(shown: Prediction, meetings: Sequence[Meeting], followed: Followed | None) -> None:
    kept = shown.kept
    layers = session.current().view.predict_layers.on_map_of(kept.model.shown_classes)
    scene = model_in_use.scene_of_kept(kept)
    if scene is None:
        if kept.model.polynomials:
            st.caption(plane.TOO_LARGE)
        return
    if followed is None:
        picture = plane.pixels_of(kept.model, scene.window, sharp=True)
    else:
        picture = prediction.picture_of(kept, scene, session.current().run_view)
    figure = shown.overlay(layers).on(plane.network_map(picture, scene))
    bound = None
    if followed is not None:
        bindings = map_view.bindings(figure, Selection("Best", "Network", layers))
        bound = Bound(followed, bindings, class_colors(kept.model.widths[-1]))
    st.html(live.in_view(curve_walk.MAP_CONTAINER, curve_walk.PLOT_CONTAINER))
    with st.container(key=curve_walk.MAP_CONTAINER):
        live.figure(
            with_layout(figure, uirevision=kept.title),  # zoom is not kept for another model's map
            key=prediction.MAP_KEY,
            height=400 + 10 * len(scene.classes),
            on_click=partial(asked_point.choose_on_map, meetings),
            bound=bound,
            model_now=model_in_use.model_now(kept, followed),
        )
    caption = asked.CLICK if shown.is_on_map else "The point lies outside this map."
    html = f'<p class="caption">{caption} {map_view.captions(figure)}</p>'
    live_text.draw(html, CAPTION_KEY, followed)


def _draw_files(kept: Kept) -> None:
    """Draw the model as a file; what is uploaded is folded until there is something of it to see."""
    with st.container(horizontal=True, vertical_alignment="center"):
        model_in_use.draw_download(kept)
        model_in_use.draw_setup_button(kept)
    with st.expander("Upload a model", expanded=weight_upload.is_filled(), key="predict.upload"):
        weight_upload.draw()
    many_points.draw(kept)


frame.draw("Predict")
answering, shown = session.current().answering, shown_network.answering_as_shown(session.current())
if answering is None or shown is None:
    st.write(model_in_use.NONE_YET)
    page_links.draw(page_links.TRAIN, model_in_use.TRAIN_LABEL, ":material/model_training:")
    weight_upload.draw()
else:
    st.html(STYLE)
    with st.container():
        _draw_question(shown)
    _draw_files(answering)
    export.draw_kept(answering)
    lesson_panel.look_again("Predict")
