"""Following a run that goes on among what is kept: what it has learned is drawn again and again."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.state import session
from pages.state.kept_models import Kept
from pages.state.watch import is_running

REFRESH_SECONDS = 1.0


def follow(draw: Callable[[Sequence[Kept]], None], kept: Sequence[Kept]) -> None:
    """Draw some of what is kept with `draw`, again while a run makes one of them better."""
    changes = is_running() and any(map(session.is_under_way, kept))
    titles = [one.title for one in kept]

    def tick() -> None:
        by_title = {one.title: one for one in session.current().models.kept}
        draw([by_title[title] for title in titles if title in by_title])

    with st.container():  # see watch.py
        st.fragment(tick, run_every=REFRESH_SECONDS if changes else None)()


def wait_for_another() -> None:
    """Have the page drawn anew once something else is kept than it shows: a run makes its first step."""
    shown = _titles()

    def tick() -> None:
        session.collect()
        if _titles() != shown:
            st.rerun()

    with st.container():
        st.fragment(tick, run_every=REFRESH_SECONDS if is_running() else None)()


def _titles() -> list[str]:
    return [one.title for one in session.current().models.kept]
