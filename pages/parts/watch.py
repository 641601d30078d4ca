"""Watching a run: fragments that poll and draw, and never compute a step."""

from collections.abc import Callable

import streamlit as st

from pages.parts import session
from pages.parts.runner import Training


def watch(draw: Callable[[Training], None], every: float) -> None:
    """Draw the session's run with `draw`, again each `every` seconds as long as it goes on.

    Draws nothing where there is no run. What the run has learned is kept on the way.
    """
    training = session.current().training
    if training is None:
        return
    running = training.status == "running"

    def tick() -> None:
        training.seen()
        settled = training.status
        session.collect()
        draw(training)
        # whether a fragment ticks is decided out here, so the page is drawn anew when the run begins or ends
        if (settled == "running") != running:
            st.rerun()

    st.fragment(tick, run_every=every if running else None)()
