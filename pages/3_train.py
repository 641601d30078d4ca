"""Train: watch a network learn, and control its run."""

import streamlit as st

from pages.frame import frame
from pages.lessons import lessons
from pages.models import asked, export, from_link, kept_actions
from pages.plane.referee import best_possible
from pages.run_view import map_view, presentation, progress
from pages.run_view.shown import ShownRun, shown_run
from pages.setup import controls, settings
from pages.state import session
from pages.train import run_report, run_upload, screen, untrained

frame.begin(frame.TRAIN_TITLE)
running = session.current().view.running
training = session.current().training


def draw_figures(shown: ShownRun) -> None:
    """Draw what is beside the map, all from the same weights."""
    best = best_possible(shown.experiment)
    with st.container():
        progress.draw_figures(shown, best)
        run_report.draw(training, running=running)
    with st.container():
        if (answer := asked.answer_of_run(shown.weights, shown.selection.asked)) is not None:
            asked.draw(answer, shown.followed)
    earlier = lessons.earlier_run(session.current())
    progress.draw_loss_chart(shown, earlier)
    progress.draw_accuracy_chart(shown, best, earlier)
    progress.draw_inner_figures(shown)


def is_of_before_the_lesson() -> bool:
    """Return whether the run rests and a lesson has begun since: its map would look like a part of that."""
    now = session.current()
    return now.lessons.current is not None and not now.has_run_of_lesson and not running


def draw_whole() -> None:
    """Draw the page on one screen: controls, map, figures, settings."""
    with screen.bar():
        controls.draw()
        kept_actions.draw_going(session.going_for_run(), "train")
        with st.container(key="train.fold", width="content"):  # last, at its place in any case
            settings.draw_fold()
    with st.container():
        controls.show_refusal()
    shown = shown_run(map_view.selection(), running=running)
    # the space around it belongs to this container: what replaces its content arrives in a later message, and
    # nothing below may jump meanwhile
    with st.container(key="train.standing"):
        if shown is None:
            untrained.draw_bar(has_network=from_link.fitting() is not None)
        elif is_of_before_the_lesson():
            progress.draw_earlier(shown)
            shown = None
        else:
            with st.container(gap=None):  # most runs have no notes
                progress.draw_bar(shown)
                progress.draw_notes(shown)
    map_column, figures_column, settings_column = screen.columns()
    if settings_column is not None:
        with settings_column:
            settings.presets()
            settings.draw()
    if shown is not None:
        with map_column:
            map_view.draw_selected(shown)
        with figures_column:
            draw_figures(shown)
    # a lesson begins without a map: an earlier network's would look like a part of it
    elif session.current().lessons.current is not None or not from_link.draw(map_column, figures_column):
        with map_column:
            untrained.draw(session.current().experiment)
        with figures_column:
            st.caption(untrained.BESIDE)
    with st.container():
        export.draw_run(training, running=running)
        run_upload.draw()


if presentation.is_on():
    presentation.draw(shown_run(map_view.selection(), running=running), controls.draw)
else:
    draw_whole()
