"""The plane on Home and in an embedded dashboard: first the curves, then the map of the run."""

import streamlit as st

from pages.plane import live
from pages.plane.referee import best_possible
from pages.run_view import map_view, progress
from pages.runs.runner import Training
from pages.state import session, shown_weights
from pages.state.watch import is_running, watch
from polycore.figures import curves_figure

TICK_SECONDS = 0.2
COLUMNS = (3, 1)
CURVES_KEY = "home.curves"


def draw() -> None:
    """Draw the run, again and again while it advances; draw nothing if there is none."""
    watch(_draw_run, TICK_SECONDS, shown_running=is_running())


def draw_curves() -> None:
    """Draw the curves to learn, in the position of the map."""
    experiment = session.current().experiment
    map_column, _ = st.columns(COLUMNS, gap="large")
    with map_column:
        figure = curves_figure(experiment.polynomials, experiment.x_range)
        live.figure(figure, key=CURVES_KEY, height=progress.MAP_HEIGHT)


def _draw_run(training: Training) -> None:
    shown = shown_weights.chosen(training)
    figure = map_view.network_map(shown)
    best = best_possible(training.run.experiment)
    progress.draw_bar(training)
    map_column, figures_column = st.columns(COLUMNS, gap="large")
    with map_column:
        map_view.draw_layers()
        progress.draw_map(figure)
        map_view.draw_network_caption(shown, figure)
    with figures_column:
        progress.draw_figures(training, shown, best)
