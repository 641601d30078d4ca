"""Home: the question, one button, a trained map. Embedded in another page it is the map alone."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.frame import copy_button, frame, recent
from pages.lessons import lesson_panel
from pages.models import asked, from_link, kept_actions
from pages.plane import live, plane
from pages.plane.referee import best_possible
from pages.run_view import map_view, presentation, progress
from pages.run_view.shown import ShownRun, shown_run
from pages.runs.training import Training
from pages.setup import controls
from pages.state import page_links, recall, session
from polycore import Experiment
from polycore.links import link

STANDING_KEY, MAIN_KEY, CURVES_KEY = "home.standing", "home.main", "home.curves"
PREVIOUS = "You're still seeing the network trained on the previous set-up. It stays in Compare."
# All of a map is in the first screen: what is above and below it takes 22.5 rem, in an embedded page 16.5.
STYLE = """<style>
@media (min-width: 641px) {
  :is(.st-key-progress-map, .st-key-home-curves, .st-key-from_link-map) {
    flex-basis: clamp(18rem, 100vh - %srem, 50rem) !important;
  }
}
</style>"""
AROUND, AROUND_EMBEDDED = 22.5, 16.5


def draw() -> None:
    """Draw the page."""
    frame.begin(frame.HOME_TITLE)
    if frame.is_embedded():
        _draw_embedded()
    elif presentation.is_on():
        presentation.draw(_shown(), controls.draw)
    else:
        _draw_whole()


def _shown() -> ShownRun | None:
    return shown_run(map_view.network_selection(), running=session.current().view.running)


def _draw_embedded() -> None:
    """Draw the controls, the map, and a link to the whole dashboard."""
    with st.container():
        controls.draw()
        controls.show_refusal()
    shown = _shown()
    with st.container(gap=None):
        if shown is not None:
            progress.draw_bar(shown)
            progress.draw_notes(shown)
    _draw_map(shown, AROUND_EMBEDDED)
    st.link_button(
        "Open the whole dashboard",
        link.to_address(page_links.here(), session.current().experiment, from_link.words().get("weights")),
        icon=":material/open_in_new:",
        help="Opens the same set-up in a new tab, with all pages and settings.",
    )


def _draw_whole() -> None:
    training = session.current().training
    # the status takes the place of the question, so that the buttons below keep theirs
    standing = st.container(key=STANDING_KEY)
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", key="home.buttons"):
            _draw_buttons(training)
            kept_actions.draw_going(session.going_for_run(), "home")
        # after the buttons: if the run has ended since, the page is drawn again
        shown = _shown()
        if shown is not None:
            progress.draw_notes(shown)
    with standing:
        if shown is None:
            st.write(question(session.current().experiment))
        else:
            progress.draw_bar(shown)
    with st.container():
        controls.show_refusal()
    beside = _draw_map(shown, AROUND)
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


def question(experiment: Experiment) -> str:
    """Return what a network is to learn, in words."""
    if experiment.data is not None:
        points = f"{len(experiment.data):,} points of {experiment.class_count} classes"
        return (
            f"{points} lie in one plane. Watch a small neural network learn which class a point belongs to."
        )
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
            controls.main_button(training, training.view).draw()
    page_links.draw(page_links.PREDICT, "Ask it about a point", ":material/ads_click:")
    page_links.draw(page_links.TRAIN, "Settings and charts", ":material/tune:")
    if is_previous:
        st.caption(PREVIOUS, width="content")


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


def _draw_map(shown: ShownRun | None, around: float) -> DeltaGenerator:
    """Draw the map of the run or of a network that came with a link, or the curves to learn.

    Return the column beside it. around: what is above and below the map, in rem.
    """
    st.html(STYLE % around)
    map_column, beside = st.columns([5, 2], gap="medium")
    with map_column:
        map_column = st.container(key="home.plane")
    if shown is not None:
        with map_column:
            map_view.draw_network(shown)
        with beside:
            progress.draw_figures(shown, best_possible(shown.experiment))
            asked.draw(asked.answer_of_run(shown.weights, shown.selection.asked), shown.followed)
    elif not from_link.draw(map_column, beside):
        with map_column:
            curves = plane.to_learn(session.current().experiment)
            live.figure(curves, key=CURVES_KEY, height=progress.MAP_HEIGHT)
    return beside


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
        copy_button.draw("home.link")
