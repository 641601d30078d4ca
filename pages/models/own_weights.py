"""Puts the network that was trained here into the page's address, which then opens it on any server."""

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.models import link_choice
from pages.server import server
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.writing import Writing

CHECK_SECONDS = 0.1  # between two checks for a click
OTHER_WORDS = 50  # characters: for the parameter of a lesson, and for longer names of other pages


def words() -> dict[str, str]:
    """Return the address's parameters for the weights: none during a run and until they are written."""
    kept, writing = _settled(), session.current().address.writing
    if kept is None or writing is None or writing.model is not kept.model or writing.words is None:
        return {}
    return {"weights": writing.words}


def draw(page: str) -> None:
    """Add the weights of the model in use to the page's address if they fit; `page` is it without query.

    They are written in the background: nothing else on the page waits for them.
    """
    kept, experiment = _settled(), session.current().experiment
    if kept is None or "weights" in st.query_params:
        return
    writing = session.current().address.writing
    if writing is None or writing.model is not kept.model:
        room = link_choice.room_for(page, experiment) - OTHER_WORDS
        writing = Writing.begun(kept.model, experiment, room)
        own = server.current().computing.add(writing)
        session.set_address(replace(session.current().address, writing_id=own))
    st.fragment(partial(_put, writing), parallel=True)()


def _put(writing: Writing) -> None:
    # runs in another thread than the page, so it must not change the session
    element = st.empty()
    while not writing.is_over(within=CHECK_SECONDS):
        element.empty()  # if the user has clicked something, Streamlit ends this fragment here
    if writing.words is not None:
        st.query_params["weights"] = writing.words


def _settled() -> Kept | None:
    """Return the model in use if it was trained here with the current set-up and no run is under way."""
    now = session.current()
    kept = now.answering
    if kept is None or kept.experiment is None or now.view.running:
        return None
    return kept if link_choice.answers_for(kept, now.experiment) else None
