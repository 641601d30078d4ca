"""The dashboard embedded in another page: controls, the map, and a link to the whole."""

import streamlit as st

from pages.models import asked, from_link
from pages.plane import live, plane
from pages.run_view import map_view, progress
from pages.run_view.shown import ShownRun
from pages.setup import controls
from pages.state import page_links, session
from polycore.links import link

CURVES_KEY = "home.curves"
OPEN_WHOLE = "Open the whole dashboard"
# All of a map is in the first screen: what is above and below it takes 16.5 rem.
STYLE = """<style>
@media (min-width: 641px) {
  :is(.st-key-progress-map, .st-key-home-curves, .st-key-from_link-map) {
    flex-basis: clamp(18rem, 100vh - 16.5rem, 50rem) !important;
  }
}
</style>"""


def draw_controls() -> None:
    """Draw the controls of the run."""
    with st.container():
        controls.draw()
        controls.show_refusal()


def draw(shown: ShownRun | None) -> None:
    """Draw a run or, without one, the network of a link or the curves to learn; and the link to the whole."""
    with st.container(gap=None):
        if shown is not None:
            progress.draw_bar(shown)
            progress.draw_notes(shown)
    _draw_map(shown)
    st.link_button(
        OPEN_WHOLE,
        link.to_address(page_links.here(), session.current().experiment, from_link.words().get("weights")),
        icon=":material/open_in_new:",
        help="Opens the same set-up in a new tab, with all pages and settings.",
    )


def _draw_map(shown: ShownRun | None) -> None:
    st.html(STYLE)
    map_column, beside = st.columns([5, 2], gap="medium")
    if shown is not None:
        with map_column:
            map_view.draw_network(shown)
        with beside:
            progress.draw_figures(shown)
            asked.draw(asked.answer_of_run(shown.weights, shown.selection.asked), shown.followed)
    elif not from_link.draw(map_column, beside):
        with map_column:
            curves = plane.to_learn(session.current().experiment)
            live.figure(curves, key=CURVES_KEY, height=progress.MAP_HEIGHT)
