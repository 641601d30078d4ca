"""The plane on Home and in an embedded dashboard: first the curves, then the map of the run."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.models import asked, from_link
from pages.plane import live, plane
from pages.plane.referee import best_possible
from pages.run_view import map_view, progress
from pages.run_view.shown import ShownRun
from pages.state import session

CURVES_KEY = "home.curves"
# All of a map is in the first screen: what is above and below it takes 22.5 rem, in an embedded page 16.5.
STYLE = """<style>
@media (min-width: 641px) {
  :is(.st-key-progress-map, .st-key-home-curves, .st-key-from_link-map) {
    flex-basis: clamp(18rem, 100vh - %srem, 50rem) !important;
  }
}
</style>"""
AROUND, AROUND_EMBEDDED = 22.5, 16.5


def draw(shown: ShownRun | None, *, embedded: bool = False) -> DeltaGenerator:
    """Draw the map of the run, or the curves to learn; return the column beside the map."""
    st.html(STYLE % (AROUND_EMBEDDED if embedded else AROUND))
    map_column, beside = st.columns([5, 2], gap="medium")
    with map_column:
        map_column = st.container(key="home.plane")
    if shown is not None:
        _draw_run(shown, map_column, beside)
    elif not from_link.draw(map_column, beside):
        with map_column:
            _draw_curves()
    return beside


def _draw_run(shown: ShownRun, map_column: DeltaGenerator, beside: DeltaGenerator) -> None:
    with map_column:
        map_view.draw_network(shown)
    with beside:
        progress.draw_figures(shown, best_possible(shown.experiment))
        asked.draw(asked.answer_of_run(shown.weights, shown.selection.asked), shown.followed)


def _draw_curves() -> None:
    experiment = session.current().experiment
    live.figure(plane.to_learn(experiment), key=CURVES_KEY, height=progress.MAP_HEIGHT)
