"""How far a sweep is, in one line on every page: it runs while the user has any page open."""

import streamlit as st

from pages.channel import live_text
from pages.run_view import following
from pages.runs.sweep import SweepView
from pages.state import session


def draw() -> None:
    """Draw the line while a sweep runs; the page is drawn again as it ends."""
    sweep = session.current().comparison.sweep
    with st.container():  # there in any case: what follows keeps its place
        if sweep is not None and sweep.view.is_active:
            followed = following.follow_sweep("line", sweep, values, running=True)
            ended = live_text.value("ended", values(sweep.view)["ended"])
            line = f'<div class="caption"><b>Sweep</b> · {ended}</div>'
            live_text.draw(line, "frame.sweep", followed, reports=True)


def values(sweep: SweepView) -> dict[str, str]:
    """Return how many of the runs have ended, in words."""
    return {"ended": f"{len(sweep.outcomes)} of {len(sweep.experiments)} runs have ended"}
