"""Watching a run: fragments that poll and draw, and never compute a step.

Whatever comes and goes on a page with such a fragment has a container of its own that stays. Streamlit sends
what a fragment and the page after it drew in one go, later elements in the places of earlier ones: where a
chart stands in the place of a container whose contents are still on their way, the whole page goes blank
("Cannot set a node at a delta path").
"""

import math
from collections.abc import Callable
from time import monotonic

import streamlit as st

from pages.runs.runner import Training
from pages.server import presence
from pages.state import session

COLLECT_SECONDS = 1.0  # the best model has to be measured before it is kept


def is_running() -> bool:
    """Return whether the session's run goes on by itself."""
    training = session.current().training
    return training is not None and training.goes_on


def watch(draw: Callable[[Training], None], every: float, *, shown_running: bool) -> None:
    """Draw the session's run with `draw`, again each `every` seconds as long as it goes on.

    Draws nothing where there is no run. What the run has learned is kept once a second, and when it ends.
    `shown_running` is what the page shows already: a run may end while its page is being drawn, and buttons
    drawn before would stay.
    """
    training = session.current().training
    place = st.container()
    is_there = presence.of_this_tab()
    if training is None:
        return
    collected_at = -math.inf

    def tick() -> None:
        nonlocal collected_at
        training.seen(is_there)
        settled = training.goes_on
        if not settled or monotonic() - collected_at >= COLLECT_SECONDS:
            has_steps = training.run.step > 0
            session.collect()
            if has_steps:  # before the first there is nothing to keep, and a page waits for it
                collected_at = monotonic()
        draw(training)
        # whether a fragment ticks is decided out here, so the page is drawn anew when the run begins or ends
        if settled != shown_running:
            st.rerun()

    with place:
        st.fragment(tick, run_every=every if shown_running else None)()
