"""The network that was trained here, in the address of its page: whoever opens that has it, on any server."""

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.models import link_choice
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.watch import is_running
from pages.state.writing import Writing

LOOK_SECONDS = 0.1  # between two looks whether something was clicked meanwhile
OTHER_WORDS = 50  # characters: a guided look has a word of its own, and other pages have longer names


def words() -> dict[str, str]:
    """Return what the address says of the weights: nothing while a run goes on or they are being written."""
    kept, writing = _settled(), session.current().address.writing
    if kept is None or writing is None or writing.model is not kept.model or writing.words is None:
        return {}
    return {"weights": writing.words}


def draw(page: str) -> None:
    """Let the address, `page` without its query, have the weights of the model that answers, where they fit.

    It has them when they are written. Nothing else on the page waits for that.
    """
    kept, experiment = _settled(), session.current().experiment
    if kept is None or "weights" in st.query_params:
        return
    writing = session.current().address.writing
    if writing is None or writing.model is not kept.model:
        room = link_choice.room_for(page, experiment) - OTHER_WORDS
        writing = Writing.begun(kept.model, experiment, room)
        session.set_address(replace(session.current().address, writing=writing))
    st.fragment(partial(_put, writing), parallel=True)()


def _put(writing: Writing) -> None:
    # beside the page's own thread: the session is that one's to change
    place = st.empty()
    while not writing.is_over(within=LOOK_SECONDS):
        place.empty()  # where something was clicked, this ends the waiting
    if writing.words is not None:
        st.query_params["weights"] = writing.words


def _settled() -> Kept | None:
    """Return the model that answers, where it was trained here, on the set-up, and no run goes on."""
    now = session.current()
    kept = now.answering
    if kept is None or kept.experiment is None or is_running():
        return None
    return kept if link_choice.answers_for(kept, now.experiment) else None
