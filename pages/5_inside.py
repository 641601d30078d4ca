"""Inside: what every neuron of a network does, and every number of a point's forward pass."""

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.frame import frame
from pages.inside import (
    edited_model,
    followed_point,
    frames,
    landscape_section,
    network_picture,
    neuron_choice,
    neuron_map,
    numbers_walk,
    subject,
    weight_inputs,
)
from pages.models import kept_actions, model_in_use, naming, shown_network
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from polycore import PolycoreError
from polycore.tutorial.untrained_model import tutorial_model

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


def _look_inside(kept: Kept, figures: DeltaGenerator) -> None:
    """Draw the model, which the page then follows if a run improves it and the user does not hold it."""
    model, sets = edited_model.shown(kept), edited_model.data_sets(kept)
    measured = sets is not None or not edited_model.is_changed(kept)
    view, window, neuron = session.current().view, edited_model.window_of(kept), neuron_choice.chosen(model)
    scene = model_in_use.scene_of_kept(kept)
    picture, plane_column, numbers = st.columns([6, 5, 4], gap="medium")
    with numbers:
        neuron_choice.draw(model)
    with plane_column:
        shown = None if scene is None else neuron_map.draw_choice()
        of_run = None if shown is None else frames.follow(shown)
        held = edited_model.by_hand(kept)
        followed = None if held is not None or subject.is_past(session.current()) else of_run
        if shown is None or scene is None:
            st.caption(neuron_map.without(model))
            subject.draw_slider(of_run, held)
        else:
            with_changes = Kept(kept.title, model, kept.experiment)
            now = model_in_use.model_now(with_changes, followed, shown_network.shown_inside)
            mark = view.followed
            caption = neuron_map.draw(kept.title, model, scene, neuron, mark, shown, followed, now)
            subject.draw_slider(of_run, held)
            neuron_map.draw_caption(caption, followed)
    with numbers:
        weight_inputs.draw(kept, neuron, running=view.running and not subject.is_past(session.current()))
    with picture:
        network_picture.draw(model, window, neuron, sets, followed)
    with figures:
        if measured:
            model_in_use.draw_figures(Kept(kept.title, model, kept.experiment), followed)
        else:
            _draw_unknown_figures()
    st.header("Follow a point through it", anchor=False)
    followed_point.draw(model)
    point = followed_point.followed(view, Kept(kept.title, model, kept.experiment))
    with st.container():
        if str(point.place):
            # no Markdown: the names of classes may be a stranger's
            live_text.draw(f'<p class="caption">{escape(str(point.place))}</p>', "inside.place", None)
    try:
        numbers_walk.draw(numbers_walk.sections(model, point, neuron, sets, measured=measured), followed)
    except PolycoreError as error:
        refusal.show("This point is too far out.", error)


def _draw_unknown_figures() -> None:
    model_in_use.draw_metrics(dict.fromkeys(("held_out", "accuracy", "loss"), "unknown"), "")
    st.caption("The file does not say what it was trained on.")


def _draw_nothing_yet() -> None:
    st.write("There is no network to look into yet. Train one, or use the tutorial's.")
    page_links.draw(page_links.TRAIN, "Train a model", ":material/model_training:")


def _tutorial_button() -> None:
    st.button(
        "The tutorial's own network",
        key="inside.tutorial",
        icon=":material/school:",
        help="Untrained, as the tutorial draws it from seed 0, with its first sample as the point.",
        on_click=_use_tutorial,
    )


def _use_tutorial() -> None:
    edited_model.use_tutorial()
    followed_point.choose_first_sample(tutorial_model())


frame.draw("Inside")
answering = session.current().answering
if answering is None:
    _draw_nothing_yet()
    _tutorial_button()
else:
    st.html(STYLE)
    choice, figures = st.columns([3, 4], gap="medium", vertical_alignment="center")
    with choice, st.container(horizontal=True, vertical_alignment="bottom", key="inside.choice"):
        model_in_use.draw_choice()
        _tutorial_button()
        if edited_model.kept_tutorial() is None:
            kept_actions.draw_going(session.going_for(1), "inside.tutorial")
    with st.container():
        naming.draw(answering)
    with st.container():
        _look_inside(shown_network.shown_inside(session.current()) or answering, figures)
    with st.container():
        landscape_section.draw()
