"""Inside: what every neuron of a network does, and every number of a point's forward pass."""

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.frame import frame
from pages.inside import (
    edited_model,
    inside_values,
    landscape_section,
    network_picture,
    neuron_choice,
    neuron_map,
    numbers_walk,
    traced_point,
)
from pages.inside.inside_values import InsideValues
from pages.models import kept_actions, model_in_use, shown_network
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from polycore import PolycoreError
from polycore.tutorial.untrained_model import tutorial_model

TUTORIAL_TITLE = "The tutorial's network · untrained, 12 polynomials"
# Picture, plane and numbers of a neuron fit one screen: what is above and below the picture takes 19 rem,
# above and below the plane 22.
STYLE = """<style>
@media (min-width: 641px) {
  .st-key-inside-picture { flex-basis: clamp(20rem, 100vh - 19rem, 50rem) !important; }
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
    picture, plane_column, numbers = st.columns([6, 5, 4], gap="medium")
    with numbers:
        neuron_choice.draw(model)
    with plane_column:
        plane_view = neuron_map.NEURON if scene is None else neuron_map.draw_choice()
        of_run = inside_values.follow(plane_view)
        followed = None if values.stands_still else of_run
        plane = values.plane(plane_view)
        if plane is None or scene is None:
            st.caption(neuron_map.without(model))
            edited_model.draw_slider(of_run, values.by_hand)
        else:
            now = model_in_use.model_now(values.kept, followed, shown_network.shown_inside)
            neuron_map.draw(plane, values.kept.title, scene, values.view.traced, followed, now)
            edited_model.draw_slider(of_run, values.by_hand)
            neuron_map.draw_caption(plane.caption, followed)
    with numbers:
        running = values.view.running and not values.is_past
        edited_model.draw(values.unchanged, values.neuron, running=running)
    with picture:
        network_picture.draw(values.picture, model, followed)
    with figures:
        if values.is_measured:
            model_in_use.draw_figures(values.kept, followed)
        else:
            model_in_use.draw_metrics(dict.fromkeys(("held_out", "accuracy", "loss"), "unknown"), "")
            st.caption("The file does not say what it was trained on.")
    st.header("Follow a point through it", anchor=False)
    traced_point.draw(model)
    with st.container():
        if place := str(values.point.place):
            # no Markdown: the names of classes may be a stranger's
            live_text.draw(f'<p class="caption">{escape(place)}</p>', "inside.place", None)
    try:
        numbers_walk.draw(values.walk, followed)
    except PolycoreError as error:
        refusal.show("This point is too far out.", error)


def _tutorial_button() -> None:
    st.button(
        "The tutorial's own network",
        key="inside.tutorial",
        icon=":material/school:",
        help="Untrained, as the tutorial draws it from seed 0, with its first sample as the point.",
        on_click=_use_tutorial,
    )


def _use_tutorial() -> None:
    kept = _kept_tutorial()
    if kept is None:
        session.add(Kept(TUTORIAL_TITLE, tutorial_model(), None))
    else:
        session.use(kept.title)
    traced_point.choose_first_sample(tutorial_model())


def _kept_tutorial() -> Kept | None:
    """Return the tutorial's own network, which is kept at most once."""
    return next((kept for kept in session.current().models.kept if kept.model is tutorial_model()), None)


frame.draw("Inside")
answering = session.current().answering
if answering is None:
    st.write("There is no network to look into yet. Train one, or use the tutorial's.")
    page_links.draw(page_links.TRAIN, "Train a model", ":material/model_training:")
    _tutorial_button()
else:
    st.html(STYLE)
    choice, figures = st.columns([3, 4], gap="medium", vertical_alignment="center")
    with choice, st.container(horizontal=True, vertical_alignment="bottom", key="inside.choice"):
        model_in_use.draw_choice()
        _tutorial_button()
        if _kept_tutorial() is None:
            kept_actions.draw_going(session.going_for(1), "inside.tutorial")
    with st.container():
        kept_actions.name_classes(answering)
    with st.container():
        if values := inside_values.of(session.current()):
            _draw_network(values, figures)
    with st.container():
        landscape_section.draw()
