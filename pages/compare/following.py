"""Following a run that is under way: what it has learned is drawn again each second.

On a page with a fragment that polls, whatever comes and goes has a container of its own that stays. Streamlit
sends together what a fragment and the page after it drew, later elements at the positions of earlier ones. If
a chart is then at the position of a container whose contents are still on their way, the whole page goes
blank ("Cannot set a node at a delta path").
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.state import session
from pages.state.kept_models import Kept
from pages.state.running import is_running

REFRESH_SECONDS = 1.0


def follow(draw: Callable[[Sequence[Kept]], None], kept: Sequence[Kept]) -> None:
    """Draw kept models with `draw`, again each second while a run improves one of them."""
    changes = is_running() and any(map(session.is_under_way, kept))
    titles = [one.title for one in kept]

    def tick() -> None:
        session.collect()
        by_title = {one.title: one for one in session.current().models.kept}
        draw([by_title[title] for title in titles if title in by_title])

    with st.container():  # see watch.py
        st.fragment(tick, run_every=REFRESH_SECONDS if changes else None)()


def wait_for_another() -> None:
    """Draw the page again once other models are kept than it shows, as after the first step of a run."""
    shown = _titles()

    def tick() -> None:
        session.collect()
        if _titles() != shown:
            st.rerun()

    with st.container():
        st.fragment(tick, run_every=REFRESH_SECONDS if is_running() else None)()


def _titles() -> list[str]:
    return [one.title for one in session.current().models.kept]
