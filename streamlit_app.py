"""Home: the question, one button, a trained map."""

import streamlit as st

from pages.frame import frame
from pages.home import embed, home_map
from pages.lessons import look_panel
from pages.models import from_link
from pages.server.pool import workers
from pages.setup import controls
from pages.state import session

workers.start()
frame.draw_without_ticker("Which polynomial is this point on?")
if frame.is_embedded():
    embed.draw()
    st.stop()


def train_button(label: str) -> None:
    """Draw the button."""
    st.button(
        label,
        key="home.train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=controls.begin,
        help="Begin a run of the set-up in the address: its optimizer changes the weights step by step.",
    )


def draw_ways_on() -> None:
    """Draw what there is to do with a trained network."""
    st.subheader("And now?", anchor=False)
    yours, ask, send = st.columns(3)
    with yours, st.container(border=True, height="stretch"):
        st.write("**Make it yours.** Type other polynomials, draw other samples, build another network.")
        frame.page_link(frame.POLYNOMIALS, "Choose polynomials", ":material/function:")
    with ask, st.container(border=True, height="stretch"):
        st.write("**Ask it.** Where does it think your point lies, and how sure is it?")
        frame.page_link(frame.PREDICT, "Ask about a point", ":material/ads_click:")
    with send, st.container(border=True, height="stretch"):
        st.write("**Send it.** The address of this page is the whole experiment: anyone can open it.")
        frame.copy_link("home.link")


count = len(session.current().experiment.polynomials)
st.write(
    f"{count} curves cross in one plane: a small neural network learns, before your eyes, "
    "to say of any point which curve it lies on."
)
training = session.current().training
with st.container():
    if training is None:
        train_button("Train the network")
    elif training.run.experiment != session.current().experiment:
        st.info("The map below is of the set-up before. Its best network is kept.")
        train_button("Train this set-up")
    controls.show_refusal()
home_map.draw()
with st.container():
    if training is None and not from_link.draw():
        home_map.draw_curves()
    else:
        draw_ways_on()
with st.container():
    look_panel.draw_cards()
