"""Train: watch a network learn, and control its run."""

import streamlit as st

from pages.frame import frame
from pages.models import from_link, pass_on
from pages.plane.referee import best_possible
from pages.run_view import map_view, progress
from pages.run_view.shown import ShownRun, shown_run
from pages.setup import controls, settings
from pages.state import session
from pages.state.running import is_running
from pages.train import run_report, run_upload, untrained

frame.draw_without_ticker("Train")
running = is_running()


def draw_run(shown: ShownRun) -> None:
    """Draw what changes during the run, all from the same weights."""
    best = best_possible(shown.training.run.experiment)
    progress.draw_bar(shown)
    map_view.draw_selected(shown)
    progress.draw_figures(shown, best)
    progress.draw_inner_figures(shown)
    left, right = st.columns(2)
    with left:
        progress.draw_loss_chart(shown)
    with right:
        progress.draw_accuracy_chart(shown, best)


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
    shown = shown_run(map_view.look(), running=running)
    if shown is not None:
        draw_run(shown)
    with st.container():
        run_report.draw(training, running=running)
        pass_on.draw_run(training, running=running)
        run_upload.draw()
