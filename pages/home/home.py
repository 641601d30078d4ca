"""Home: the question, one button, a trained map."""

import streamlit as st

from pages.frame import frame, recent
from pages.home import embed, home_map
from pages.lessons import look_panel
from pages.models import from_link
from pages.setup import controls
from pages.state import recall, session
from pages.state.running import is_running


def draw() -> None:
    """Draw the page."""
    frame.draw_without_ticker("Which polynomial is this point on?")
    if frame.is_embedded():
        embed.draw()
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
        help="Train a network on the set-up in the address: its optimizer changes the weights step by step.",
    )


def _draw_next_steps() -> None:
    """Draw what can be done with a trained network."""
    st.subheader("What next?", anchor=False)
    yours, ask, send = st.columns(3)
    with yours, st.container(border=True, height="stretch"):
        st.write("**Make it yours.** Type other polynomials, draw other samples, build another network.")
        frame.page_link(frame.POLYNOMIALS, "Choose polynomials", ":material/function:")
    with ask, st.container(border=True, height="stretch"):
        st.write("**Ask it.** Which curve does it think your point lies on, and how sure is it?")
        frame.page_link(frame.PREDICT, "Ask about a point", ":material/ads_click:")
    with send, st.container(border=True, height="stretch"):
        st.write("**Send it.** The address of this page is the whole experiment: anyone can open it.")
        frame.copy_link("home.link")


def _draw_whole() -> None:
    count = len(session.current().experiment.polynomials)
    st.write(
        f"{count} curves cross in one plane. Watch a small neural network learn which of them a point lies "
        "on."
    )
    training = session.current().training
    with st.container():
        if training is None:
            _draw_train_button("Train the network")
        elif training.run.experiment != session.current().experiment:
            st.info("You're still seeing the network trained on the previous set-up. It stays in Compare.")
            _draw_train_button("Train this set-up")
        controls.show_refusal()
    home_map.draw(running=is_running())
    with st.container():
        if training is None and not from_link.draw():
            home_map.draw_curves()
        else:
            _draw_next_steps()
    with st.container():
        # Below what is seen at first, they would take a sixth of the time until a newcomer sees the curves.
        # The page is drawn once more as soon as the tab has reported its name.
        if not recall.is_first_page():
            if training is None:
                recent.draw()
            look_panel.draw_cards()
