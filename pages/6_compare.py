"""Compare: kept runs side by side, a race, a sweep over settings, and a whole class."""

from typing import Literal, get_args

import streamlit as st

from pages.compare import cards, class_table, curves, race_view, sweep_view
from pages.frame import frame
from pages.state import session

View = Literal["Kept runs", "Race", "Sweep", "A class"]
VIEW_KEY = "compare.view"
VIEW_HELP = (
    "Kept runs: what you have trained so far, with curves and settings side by side. Race: optimizers, or "
    "activations, against each other with the same computing time. Sweep: your set-up with several "
    "networks, learning rates, optimizers and seeds. A class: what up to a hundred networks do on the same "
    "points."
)


def draw_kept() -> None:
    """Draw what is kept, or what to do if nothing is."""
    if session.current().models.kept:
        curves.draw()
        st.subheader("All kept runs", anchor=False)
        cards.draw()
        return
    st.write(
        "Nothing is kept yet. Every network that you train appears here, to be compared with the next. Or "
        "let optimizers or activations race right away: choose Race above. Sweep trains several networks."
    )
    frame.page_link(frame.TRAIN, "Train a network", ":material/model_training:")


frame.draw("Compare")
view = st.segmented_control(
    "View",
    get_args(View),
    default="Kept runs",
    required=True,
    key=VIEW_KEY,
    persist_state="session",
    label_visibility="collapsed",
    help=VIEW_HELP,
)
with st.container():
    if view == "Race":
        race_view.draw()
    elif view == "Sweep":
        sweep_view.draw()
    elif view == "A class":
        class_table.draw()
    else:
        draw_kept()
