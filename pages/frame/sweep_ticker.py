"""How a sweep stands, in one line on every page: it goes on while somebody looks at any of them."""

import streamlit as st

from pages.server import presence
from pages.state import session

TICK_SECONDS = 1.0


def is_running() -> bool:
    """Return whether a sweep goes on."""
    sweep = session.current().comparison.sweep
    return sweep is not None and sweep.goes_on


def draw() -> None:
    """Draw the line, again each second as long as it goes on."""
    place = st.container()
    sweep = session.current().comparison.sweep
    if sweep is None or not sweep.goes_on:
        return
    is_there = presence.of_this_tab()

    def tick() -> None:
        sweep.seen(is_there)
        st.caption(
            f":material/tune: **Sweep** · {len(sweep.outcomes)} of {len(sweep.experiments)} runs have ended"
        )
        if not sweep.goes_on:
            st.rerun()

    with place:
        st.fragment(tick, run_every=TICK_SECONDS)()
