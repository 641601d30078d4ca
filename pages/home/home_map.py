"""The plane on Home and in an embedded dashboard: first the curves, then the map of the run."""

import streamlit as st

from pages.plane import live
from pages.plane.referee import best_possible
from pages.run_view import map_view, progress
from pages.run_view.shown import shown_run
from pages.state import session
from polycore.figures import curves_figure

COLUMNS = (3, 1)
CURVES_KEY = "home.curves"


def draw(*, running: bool) -> None:
    """Draw the run, which the page then follows; draw nothing if there is none.

    running: whether the page shows it as running.
    """
    shown = shown_run(map_view.network_look(), running=running)
    if shown is None:
        return
    best = best_possible(shown.training.run.experiment)
    progress.draw_bar(shown)
    map_column, figures_column = st.columns(COLUMNS, gap="large")
    with map_column:
        map_view.draw_network(shown)
    with figures_column:
        progress.draw_figures(shown, best)


def draw_curves() -> None:
    """Draw the curves to learn, in the position of the map."""
    experiment = session.current().experiment
    map_column, _ = st.columns(COLUMNS, gap="large")
    with map_column:
        figure = curves_figure(experiment.polynomials, experiment.x_range)
        live.figure(figure, key=CURVES_KEY, height=progress.MAP_HEIGHT)
