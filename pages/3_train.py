"""Train: watch a network learn, and control its run."""

import streamlit as st

from pages.frame import frame
from pages.models import from_link, pass_on
from pages.plane.referee import best_possible
from pages.run_view import map_view, progress
from pages.runs.runner import Training
from pages.setup import controls, settings
from pages.state import session, shown_weights
from pages.state.watch import is_running, watch
from pages.train import run_report, run_upload, untrained

TICK_SECONDS = 0.2

frame.draw_without_ticker("Train")
running = is_running()


def draw_run(training: Training) -> None:
    """Draw what changes during the run, all from the same weights."""
    shown = shown_weights.chosen(training)
    figure = map_view.selected_map(shown)
    best = best_possible(training.run.experiment)
    progress.draw_bar(training)
    map_view.draw()
    progress.draw_map(figure)
    map_view.draw_caption(shown, figure)
    progress.draw_figures(training, shown, best)
    progress.draw_inner_figures(shown)
    progress.draw_charts(shown, best)


run_column, settings_column = st.columns([2, 1], gap="large")
with settings_column:
    settings.presets()
    settings.inputs()
with run_column:
    with st.container():
        controls.draw()
        controls.show_refusal()
        training = session.current().training
        if training is None and not from_link.draw():
            untrained.draw(session.current().experiment)
    watch(draw_run, TICK_SECONDS, shown_running=running)
    with st.container():
        run_report.draw(training, running=running)
        pass_on.draw_run(training, running=running)
        run_upload.draw()
