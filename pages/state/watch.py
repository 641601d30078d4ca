"""Watching a run: fragments that poll and draw, and never compute a step.

On a page with such a fragment, whatever comes and goes has a container of its own that stays. Streamlit sends
together what a fragment and the page after it drew, later elements at the positions of earlier ones. If a
chart is then at the position of a container whose contents are still on their way, the whole page goes blank
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
    """Return whether the session's run advances by itself."""
    training = session.current().training
    return training is not None and training.is_active


def watch(draw: Callable[[Training], None], every: float, *, shown_running: bool) -> None:
    """Draw the session's run with `draw`, again every `every` seconds while it advances.

    Draws nothing without a run. The run's best weights are kept once a second, and when it ends.
    `shown_running`: whether the page shows the run as running. A run may end while its page is being drawn;
    the buttons drawn before must not stay.
    """
    training = session.current().training
    container = st.container()
    is_there = presence.of_this_tab()
    if training is None:
        return
    collected_at = -math.inf

    def tick() -> None:
        nonlocal collected_at
        training.seen(is_there)
        advances = training.is_active
        if not advances or monotonic() - collected_at >= COLLECT_SECONDS:
            has_steps = training.run.step > 0
            session.collect()
            if has_steps:  # before the first step there is nothing to keep, and a page waits for it
                collected_at = monotonic()
        draw(training)
        # whether a fragment ticks is decided outside it: draw the page again when the run begins or ends
        if advances != shown_running:
            st.rerun()

    with container:
        st.fragment(tick, run_every=every if shown_running else None)()
