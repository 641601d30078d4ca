"""The links that can be copied: with the trained network, where there is one that fits, and without."""

import html
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from pages.models import model_in_use
from pages.state import session
from pages.state.kept_models import Kept
from polycore import Experiment, Model, PolycoreError
from polycore.links import link
from polycore.links.compact_weights import compact

# Servers take a first line of 8 KB at most, and so many characters with the words around the address.
MAX_ADDRESS = 8_000
HEIGHT = 130  # pixels of each: a long one scrolls
FRAME_HEIGHT = 760  # pixels that show all of an embedded dashboard on a desk


@dataclass(frozen=True)
class _Compacted:
    """The weights as text, or why they have none."""

    text: str | None = None
    problem: str | None = None


def draw(page: str, key: str) -> None:
    """Draw the links to `page`, an address without a query."""
    kept, experiment = session.current().answering, session.current().experiment
    if kept is not None:
        _draw_trained(page, kept, experiment, key)
    st.write("**The set-up.** This link opens the same polynomials, data and settings anywhere.")
    st.code(link.to_address(page, experiment), language=None, wrap_lines=True, height=HEIGHT)
    st.write("**For a page of your own.** This HTML shows the map and its controls there.")
    st.code(embedded(page, experiment), language="html", wrap_lines=True, height=HEIGHT)


def embedded(page: str, experiment: Experiment) -> str:
    """Return HTML that shows the map and its controls within another page; `page` is any page's address."""
    home = page[: page.rindex("/") + 1]
    address = html.escape(f"{link.to_address(home, experiment)}&embed=true")
    return f'<iframe src="{address}" width="100%" height="{FRAME_HEIGHT}" title="polycore"></iframe>'


def weights_of(kept: Kept, experiment: Experiment, room: int) -> str | None:
    """Return the word of the weights in at most `room` characters; None where it does not fit.

    None also where the model was trained by another experiment.
    """
    return _compacted(kept.model, experiment, room).text if answers_for(kept, experiment) else None


def answers_for(kept: Kept, experiment: Experiment) -> bool:
    """Return whether that experiment trained the model; what a file says of itself need not be true."""
    model = kept.model
    return (
        model_in_use.experiment_of(kept) == experiment
        and model.polynomials == experiment.polynomials
        and model.widths == experiment.widths
    )


def room_for(page: str, experiment: Experiment) -> int:
    """Return how many characters the weights may have in a link to `page`, an address without a query."""
    return MAX_ADDRESS - len(link.to_address(page, experiment, " ")) + 1


def _draw_trained(page: str, kept: Kept, experiment: Experiment, key: str) -> None:
    if not answers_for(kept, experiment):
        st.caption("The trained network is one of another set-up than this, so the link goes without it.")
        return
    with st.spinner("Writing the network into a link"):
        compacted = _compacted(kept.model, experiment, room_for(page, experiment))
    if compacted.text is not None:
        st.write("**With the trained network.** This link shows its map at once, without training.")
        address = link.to_address(page, experiment, compacted.text)
        st.code(address, language=None, wrap_lines=True, height=HEIGHT)
    else:
        st.text(compacted.problem)
        st.write("Send it as a file instead: the page Predict takes it.")
        model_in_use.draw_download(kept, f"{key}.download")


@lru_cache(maxsize=32)
def _compacted(model: Model, experiment: Experiment, room: int) -> _Compacted:
    """Return what becomes of the weights. A model is compared by identity: rounding takes half a second."""
    try:
        return _Compacted(text=compact(model, experiment, room))
    except PolycoreError as error:
        return _Compacted(problem=str(error))
