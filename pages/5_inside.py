"""Inside: what every neuron of a network does, and every number of a point's forward pass."""

import streamlit as st

from pages.frame import frame
from pages.inside import (
    edited_model,
    followed_point,
    network_picture,
    neuron_choice,
    neuron_map,
    numbers_walk,
    weight_inputs,
)
from pages.models import model_in_use, naming
from pages.plane import plane
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.running import is_running
from pages.state.session_value import Undo
from pages.wording import refusal
from polycore import PolycoreError
from polycore.tutorial.untrained_model import tutorial_model

REFRESH_SECONDS = 1.0  # while a run improves the model


def _look_inside(title: str, undo: Undo | None, *, following: bool) -> None:
    """Draw the model of that title as it is now; `following`: the page draws it again each second.

    undo: what the page offers to undo.
    """
    session.collect()
    kept = session.current().answering
    if kept is None or kept.title != title or _follows(kept) != following:
        st.rerun()  # the whole page shows another model
    if session.current().undo is not undo:
        st.rerun()  # the page shows the toast with Undo
    model, sets = edited_model.shown(kept), edited_model.data_sets(kept)
    measured = sets is not None or not edited_model.is_changed(kept)
    if measured:
        model_in_use.draw_figures(Kept(kept.title, model, kept.experiment))
    else:
        _draw_unknown_figures()
    window, neuron = edited_model.window_of(kept), neuron_choice.chosen(model)
    picture, beside = st.columns(2, gap="large")
    with picture:
        network_picture.draw(model, window, neuron, sets)
    with beside:
        neuron_choice.draw(model)
        if plane.has_map(model):
            neuron_map.draw(title, model, window, neuron, session.current().view.followed)
        else:
            st.caption(neuron_map.without(model))
        weight_inputs.draw(kept, neuron, running=is_running())
    st.header("Follow a point through it", anchor=False)
    followed_point.draw(model)
    try:
        numbers_walk.draw(model, followed_point.followed(model), neuron, sets, measured=measured)
    except PolycoreError as error:
        refusal.show("This point is too far out.", error)


def _draw_unknown_figures() -> None:
    with st.container(horizontal=True, gap="medium"):
        for label in ("Held-out accuracy", "Training accuracy", "Loss (nats)"):
            st.metric(label, "unknown", help="The file does not say what it was trained on.", width="content")


def _follows(kept: Kept) -> bool:
    return is_running() and edited_model.by_hand(kept) is None


def _draw_nothing_yet() -> None:
    st.write("There is no network to look into yet. Train one, or use the tutorial's.")
    frame.page_link(frame.TRAIN, "Train a model", ":material/model_training:")


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
    choice, tutorial = st.columns([3, 1], vertical_alignment="bottom")
    with choice:
        model_in_use.draw_choice(answering)
    with tutorial:
        _tutorial_button()
    with st.container():  # see following.py
        naming.draw(answering)
    following = _follows(answering)
    with st.container():
        st.fragment(_look_inside, run_every=REFRESH_SECONDS if following else None)(
            answering.title, session.current().undo, following=following
        )
