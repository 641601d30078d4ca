"""Home: the question, one button, a trained map."""

import streamlit as st

from pages.frame import frame, recent
from pages.home import embed, home_map
from pages.lessons import lesson_panel
from pages.models import kept_actions
from pages.run_view import map_view, presentation, progress
from pages.run_view.shown import shown_run
from pages.runs.runner import Training
from pages.setup import controls
from pages.state import page_links, recall, session
from polycore import Experiment

STANDING_KEY, MAIN_KEY = "home.standing", "home.main"
PREVIOUS = "You're still seeing the network trained on the previous set-up. It stays in Compare."


def draw() -> None:
    """Draw the page."""
    frame.begin(frame.HOME_TITLE)
    if frame.is_embedded():
        embed.draw()
    elif presentation.is_on():
        shown = shown_run(map_view.network_selection(), running=session.current().view.running)
        presentation.draw(shown, controls.draw)
    else:
        _draw_whole()


def _draw_train_button(label: str) -> None:
    """Draw the button that trains a network on the set-up."""
    st.button(
        label,
        key="home.train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=controls.begin,
        help="Trains a network to tell these curves apart: step by step its weights change.",
    )


def _draw_next_steps() -> None:
    """Draw what can be done with a trained network."""
    st.subheader("What next?", anchor=False)
    yours, ask, send = st.columns(3)
    with yours, st.container(border=True, height="stretch"):
        st.write("**Make it yours.** Type other polynomials, draw other samples, build another network.")
        page_links.draw(page_links.POLYNOMIALS, "Choose polynomials", ":material/function:")
    with ask, st.container(border=True, height="stretch"):
        st.write("**Ask it.** Which curve does it think your point lies on, and how sure is it?")
        page_links.draw(page_links.PREDICT, "Ask about a point", ":material/ads_click:")
    with send, st.container(border=True, height="stretch"):
        st.write("**Send it.** The address of this page is the whole experiment: anyone can open it.")
        frame.copy_link("home.link")


def _question(experiment: Experiment) -> str:
    if experiment.data is not None:
        points = f"{len(experiment.data):,} points of {experiment.class_count} classes"
        return f"{points} lie in one plane. Watch a small neural network learn which class a point is of."
    return (
        f"{experiment.class_count} curves cross in one plane. Watch a small neural network learn which of "
        "them a point lies on."
    )


def _draw_buttons(training: Training | None) -> None:
    """Draw what begins and pauses a run, and where its network is asked."""
    if training is None:
        with st.container(key=MAIN_KEY, width="content"):
            _draw_train_button("Train the network")
        return
    is_previous = training.view.run.experiment != session.current().experiment
    with st.container(key=MAIN_KEY, width="content"):
        if is_previous:
            _draw_train_button("Train this set-up")
        else:
            controls.draw_main(training)
    page_links.draw(page_links.PREDICT, "Ask it about a point", ":material/ads_click:")
    page_links.draw(page_links.TRAIN, "Settings and charts", ":material/tune:")
    if is_previous:
        st.caption(PREVIOUS, width="content")


def _draw_whole() -> None:
    training = session.current().training
    # the status takes the place of the question, so that the buttons below keep theirs
    standing = st.container(key=STANDING_KEY)
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", key="home.buttons"):
            _draw_buttons(training)
            kept_actions.draw_going(session.going_for_run(), "home")
        # after the buttons: if the run has ended since, the page is drawn again
        shown = shown_run(map_view.network_selection(), running=session.current().view.running)
        if shown is not None:
            progress.draw_notes(shown)
    with standing:
        if shown is None:
            st.write(_question(session.current().experiment))
        else:
            progress.draw_bar(shown)
    with st.container():
        controls.show_refusal()
    beside = home_map.draw(shown)
    with beside:
        lesson_panel.draw_next()
    with st.container():
        if training is not None or session.current().answering is not None:
            _draw_next_steps()
    with st.container():
        # Below what is seen at first, they would take a sixth of the time until a newcomer sees the curves.
        # The page is drawn again right away: see `recall.recalled`.
        if not recall.is_first_page():
            if training is None:
                recent.draw()
            lesson_panel.draw_cards()
