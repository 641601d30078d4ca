"""The status of a sweep, in one line on every page: it runs while the user has any page open.

On a page with a fragment that polls, whatever comes and goes has a container of its own that stays. Streamlit
sends together what a fragment and the page after it drew, later elements at the positions of earlier ones. If
a chart is then at the position of a container whose contents are still on their way, the whole page goes
blank ("Cannot set a node at a delta path").
"""

import streamlit as st

from pages.server import presence
from pages.state import session

TICK_SECONDS = 1.0


def is_running() -> bool:
    """Return whether a sweep is running."""
    sweep = session.current().comparison.sweep
    return sweep is not None and sweep.is_active


def draw() -> None:
    """Draw the line, again every second while the sweep runs."""
    container = st.container()
    sweep = session.current().comparison.sweep
    if sweep is None or not sweep.is_active:
        return
    is_there = presence.of_this_tab()

    def tick() -> None:
        sweep.seen(is_there)
        st.caption(
            f":material/tune: **Sweep** · {len(sweep.outcomes)} of {len(sweep.experiments)} runs have ended"
        )
        if not sweep.is_active:
            st.rerun()

    with container:
        st.fragment(tick, run_every=TICK_SECONDS)()
