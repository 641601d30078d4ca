"""Compare: kept runs side by side, a race, a sweep over settings, and a whole class."""

from dataclasses import replace
from typing import get_args

import streamlit as st

from pages.compare import cards, class_table, curves, race_view, sweep_view
from pages.frame import frame
from pages.state import page_links, session
from pages.state.comparison import Comparing
from pages.state.inputs import Input

VIEW_HELP = (
    "Kept runs: what you have trained so far, with curves and settings side by side. Race: optimizers, or "
    "activations, against each other with the same computing time. Sweep: your set-up with several "
    "networks, learning rates, optimizers and seeds. A class: up to a hundred networks, measured on the same "
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
    page_links.draw(page_links.TRAIN, "Train a network", ":material/model_training:")


def choose_view(view: Comparing) -> None:
    """Show that view."""
    session.update(comparison=replace(session.current().comparison, view=view))


frame.draw("Compare")
view = Input("compare.view", lambda: session.current().comparison.view, choose_view).choose(
    st.segmented_control,
    "View",
    get_args(Comparing),
    required=True,
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
