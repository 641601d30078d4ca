"""A job on a page: the button that begins it, its progress and its result."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from pages.channel import live_text
from pages.runs.job import Job, follow
from pages.state import refusal

T = TypeVar("T")


def draw(
    find: Callable[[], Job[T] | None], begin: Callable[[], None], key: str, label: str, icon: str, text: str
) -> T | None:
    """Draw the button that begins a job, and its progress; return its result, None until there is one.

    find: returns the session's current job; None before the first press. begin: begins one.
    label, icon, text: of the button. The page is drawn again when the job ends.
    """
    job = find()
    # read once: if it ends while the page is drawn, its progress bar asks for the page again
    view = None if job is None else job.view
    is_active = view is not None and view.is_active
    st.button(
        label,
        key=f"{key}.draw",
        icon=icon,
        on_click=begin_once,
        args=(find, begin),
        disabled=is_active,
        help=text,
    )
    with st.container():
        if job is not None and is_active:
            draw_progress(job, key)
        elif view is not None and view.error is not None:
            refusal.show("It could not be drawn.", view.error)
    return None if view is None or is_active else view.result


def begin_once(find: Callable[[], Job[Any] | None], begin: Callable[[], None]) -> None:
    """Begin a job unless one is under way: then it was the second of two quick clicks."""
    job = find()
    if job is None or not job.view.is_active:
        begin()


def draw_progress(job: Job[Any], key: str) -> None:
    """Draw how far a job has come; the page is drawn again when it ends. `key`: the prefix of its keys."""
    followed, view = follow(job), job.view
    html = live_text.value("said", view.said, "p", "caption")
    html += live_text.bar("share", view.share, "How much is done")
    live_text.draw(html, f"{key}.standing", followed, reports=True)
