"""The slider through the past of the run whose model answers, and what it shows on the Inside page."""

import streamlit as st

from pages.channel.live_text import Followed
from pages.run_view import time_slider
from pages.server.source import Choice
from pages.state import session
from pages.state.kept_models import ByHand
from pages.state.session_value import Session

SLIDER_KEY = "inside.time"
OF_THE_PAST = "You see the network of step {:,}. Press Best loss to see the one in use again."
HELD = "You see the network of step {:,}, which is held still. Press Put it back to see that of the slider."
OF_NOW = "You see the network of the latest step. Press Best loss to see the one in use again."


def is_past(now: Session) -> bool:
    """Return whether these weights stand still, whatever its run learns."""
    return isinstance(now.inside_choice, int)


def draw_slider(followed: Followed | None, held: ByHand | None) -> None:
    """Draw the slider through the past of the run whose model answers, if it has one, and what it shows.

    followed: the frames that have its "moments"; None if none are added.
    held: what is shown in place of what the slider shows.
    """
    now = session.current()
    view = now.answering_view
    if view is None:
        return
    stops, choice = view.moments, now.inside_choice
    if len(stops) < 2:
        return
    time_slider.draw_at_rest(SLIDER_KEY, followed, stops, choice, _choose)
    with st.container():
        if held is not None and held.step is not None and (view.is_active or choice != "Best"):
            st.caption(HELD.format(held.step))
        elif choice != "Best":
            st.caption(OF_NOW if choice == "Now" else OF_THE_PAST.format(choice))


def _choose(choice: Choice) -> None:
    session.set_view(session.current().view.chosen_inside(choice))
