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


# The row below the navigation has the same height whatever stands in it. On a phone pills would stand in a
# single line that scrolls, and nobody would see who else can race.
STYLE = """<style>
.st-key-compare-top { min-height: 2.5rem; }
@media (max-width: 640px) {
  .stButtonGroup [role="toolbar"] { flex-wrap: wrap; }
  .stHorizontalBlock:has(> .stColumn) { row-gap: 1rem; } /* columns stand below each other */
}
</style>"""


def draw_kept() -> None:
    """Draw what is kept, or what to do if nothing is."""
    if session.current().models.kept:
        curves.draw()
        st.subheader("All kept runs", anchor=False)
        cards.draw()
        return
    st.write(cards.NOTHING_KEPT)
    page_links.draw(page_links.TRAIN, "Train a network", ":material/model_training:")


def choose_view(view: Comparing) -> None:
    """Show that view."""
    session.update(comparison=replace(session.current().comparison, view=view))


frame.draw("Compare")
st.html(STYLE)
with st.container(horizontal=True, vertical_alignment="center", key="compare.top"):
    view = Input("compare.view", lambda: session.current().comparison.view, choose_view).choose(
        st.segmented_control,
        "View",
        get_args(Comparing),
        required=True,
        label_visibility="collapsed",
        help=VIEW_HELP,
    )
    beside = st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"
    )
with st.container():
    if view == "Race":
        race_view.draw(beside)
    elif view == "Sweep":
        sweep_view.draw(beside)
    elif view == "A class":
        class_table.draw()
    else:
        draw_kept()
