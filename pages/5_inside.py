"""Inside: what every neuron of a network does, every number of a point, and how the network learns."""

from html import escape
from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.frame import frame
from pages.inside import (
    edited_model,
    inside_values,
    landscape_section,
    learning_view,
    network_choice,
    network_picture,
    neuron_choice,
    neuron_map,
    numbers_walk,
    traced_point,
)
from pages.inside.inside_values import InsideValues
from pages.lessons import lesson_panel
from pages.models import kept_actions, model_in_use, shown_network
from pages.state import refusal, session
from pages.state.view import InsideView
from polycore import PolycoreError

VIEW_HELP = (
    "What it computes: the map of every neuron, and all numbers of a point on its way to an answer. How it "
    "learns: the next step of its training, number by number, and on the way back."
)
# Picture, plane and numbers of a neuron fit one screen: what is above and below the picture takes 19 rem,
# above and below the plane 22.
STYLE = """<style>
.st-key-inside-top { min-height: 2.5rem; }
.st-key-inside-learning-keys { position: absolute; } /* shows nothing */
/* a slider has only so many steps: the input beside it has the exact number */
[class*="st-key-inside-numbers-slider"] .stSlider [data-testid^="stSlider"] { display: none; }
/* beside a lesson's panel three views just fit */
[class*="st-key-inside-view"] .stButtonGroup button { padding: 0 0.6rem; }
@media (min-width: 641px) {
  .st-key-inside-picture { flex-basis: clamp(20rem, 100vh - 19rem, 50rem) !important; }
  /* beside a lesson's panel the row above it may have two lines */
  .stMain:has(.st-key-lesson-panel) .st-key-inside-picture {
    flex-basis: clamp(20rem, 100vh - 22rem, 50rem) !important;
  }
  .st-key-inside-map { flex-basis: clamp(20rem, 100vh - 22rem, 50rem) !important; }
  /* the slider through a run's past takes 3 rem of the same column */
  .stMain:has(.st-key-inside-time) .st-key-inside-map {
    flex-basis: clamp(20rem, 100vh - 25rem, 50rem) !important;
  }
}
@media (max-width: 640px) {
  .st-key-inside-choice > :first-child { flex-basis: 100%; } /* else the model's name is cut */
}
</style>"""


def _draw_network(values: InsideValues, figures: DeltaGenerator) -> None:
    """Draw the network, which the page then follows if a run improves it and the user does not hold it."""
    model, scene = values.model, values.scene
    # beside the maps of a large network's neurons there are numbers
    widths = [7, 5, 4.3] if network_picture.is_large(model) else [6, 5, 4]
    picture, plane_column, numbers = st.columns(widths, gap="medium")
    with numbers:
        neuron_choice.draw(model)
    with plane_column:
        plane_view = neuron_map.NEURON if scene is None else neuron_map.draw_choice()
        of_run = inside_values.follow(plane_view)
        followed = None if values.stands_still else of_run
    with figures:  # before the pictures, which take a while: the figures of earlier weights are wrong
        is_coming = values.by_hand is not None and values.by_hand.measuring is not None
        unknown = edited_model.YET_UNKNOWN if is_coming else "unknown"
        model_in_use.draw_figures(values.kept, followed, "" if values.is_measured else unknown)
        if not values.is_measured and not is_coming:
            st.caption("The file does not say what it was trained on.")
    with numbers:
        running = values.view.running and not values.is_past
        edited_model.draw(values.unchanged, values.neuron, running=running)
    with plane_column:
        plane = values.plane(plane_view)
        if plane is None or scene is None:
            st.caption(neuron_map.without(model))
            edited_model.draw_slider(of_run, values.by_hand)
        else:
            now = model_in_use.model_now(values.kept, followed, shown_network.shown_inside)
            neuron_map.draw(plane, values.kept.title, scene, values.view.traced, followed, now)
            edited_model.draw_slider(of_run, values.by_hand)
            neuron_map.draw_caption(plane.caption, followed)
    with picture:
        network_picture.draw(values.picture, model, followed)
    st.header("Follow a point through it", anchor=False)
    traced_point.draw(model)
    with st.container():
        if place := str(values.point.place):
            # no Markdown: the names of classes may be a stranger's
            live_text.draw(f'<p class="caption">{escape(place)}</p>', "inside.place", None)
    try:
        numbers_walk.draw(values.walk, followed)
    except PolycoreError as error:
        refusal.show(traced_point.TOO_FAR, error)


def _draw_what_it_computes() -> None:
    answering = session.current().answering
    if answering is None:
        network_choice.draw_ways_to_one()
        return
    choice, figures = st.columns([3, 4], gap="medium", vertical_alignment="center")
    with choice:
        network_choice.draw()
    with st.container():
        kept_actions.name_classes(answering)
    with st.container():
        if values := inside_values.of(session.current()):
            _draw_network(values, figures)
    with st.container():
        landscape_section.draw()


frame.draw("Inside")
st.html(STYLE)
with st.container(horizontal=True, vertical_alignment="center", key="inside.top"):
    view = network_choice.VIEW.choose(
        st.segmented_control,
        "View",
        get_args(InsideView),
        required=True,
        label_visibility="collapsed",
        help=VIEW_HELP,
    )
    learning_view.free_arrow_keys()
    beside = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
with st.container():
    if view == "How it learns":
        learning_view.draw(beside)
        network_choice.draw()
    else:
        _draw_what_it_computes()
lesson_panel.look_again("Inside")  # a landscape may have been drawn meanwhile
