"""Train: watch a network learn, and control its run."""

import streamlit as st

from pages.frame import frame
from pages.lessons import lessons
from pages.models import asked, export, from_link, kept_actions
from pages.plane.referee import best_possible
from pages.run_view import map_view, presentation, progress, run_bar
from pages.run_view.shown import ShownRun, shown_run
from pages.setup import controls, settings
from pages.state import session
from pages.train import run_report, run_upload, same_but_one, screen, untrained

frame.begin(frame.TRAIN_TITLE)
running = session.current().view.running
training = session.current().training


def draw_figures(shown: ShownRun) -> None:
    """Draw what is beside the map, all from the same weights."""
    best = best_possible(shown.experiment)
    with st.container():
        progress.draw_figures(shown)
    with st.container():
        if (answer := asked.answer_of_run(shown.weights, shown.selection.asked)) is not None:
            asked.draw(answer, shown.followed)
    compared = lessons.compared(session.current())
    progress.draw_accuracy_chart(shown, best, compared)
    progress.draw_loss_chart(shown, compared)
    progress.draw_more_figures(shown)
    with st.container(horizontal=True):
        run_report.draw(training, running=running)
        same_but_one.draw(shown.view.run.experiment, continued=bool(shown.view.run.earlier))


def draw_whole() -> None:
    """Draw the page on one screen: the run bar, map, figures, settings."""
    st.html(screen.STYLE)
    standing = run_bar.draw(settings.draw_fold)
    notes = st.container(key="train.notes")
    with st.container():
        controls.show_refusal()
    shown = shown_run(map_view.selection(), running=running)
    with standing:
        if shown is None:
            run_bar.draw_ready(session.current().experiment)
        elif session.current().has_run_from_before_the_lesson:
            run_bar.draw_ready(session.current().experiment, shown.followed)
            shown = None
        else:
            run_bar.draw_standing(shown)
    if shown is not None:
        with notes:
            progress.draw_notes(shown)
    map_column, figures_column, settings_column = screen.columns()
    if settings_column is not None:
        with settings_column:
            settings.draw()
    if shown is not None:
        with map_column:
            map_view.draw_selected(shown)
        with figures_column:
            draw_figures(shown)
    elif not from_link.draw(map_column, figures_column):
        with map_column:
            untrained.draw(session.current().experiment)
        with figures_column:
            st.caption(untrained.BESIDE)
    with figures_column, screen.beside():
        if not session.current().view.settings:  # else they are said below the settings
            controls.draw_changes()
        controls.draw_beside()
        kept_actions.draw_going(session.going_for_run(), "train")
    with st.container():
        export.draw_run(training, running=running)
        run_upload.draw()


if presentation.is_on():
    presentation.draw(shown_run(map_view.selection(), running=running), controls.draw)
else:
    draw_whole()
