"""The links that can be copied: without the trained network and, if there is one that fits, with it."""

import html
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from pages.models import model_in_use
from pages.state import session
from pages.state.kept_models import Kept
from polycore import Experiment, Model, PolycoreError
from polycore.links import link
from polycore.links.compact_points import points_text
from polycore.links.compact_weights import compact

# Servers accept a request line of at most 8 KB, which is the address and a few characters around it.
MAX_ADDRESS = 8_000
ROOM_FOR_SETTINGS = 1_000  # characters, beside points of the user's own
TOO_MANY = (
    "These points are too many for a link. Send the run as a file: Train has it under Export, and opens it "
    "anywhere, with the points and the network in it."
)
CHAINED = (
    "{network} continued from earlier training: a run of {source} alone starts from new weights and does not "
    "reproduce it."
)
HEIGHT = 130  # pixels of each link: a long one scrolls
FRAME_HEIGHT = 760  # pixels, enough for a whole embedded dashboard on a desktop


@dataclass(frozen=True)
class _Compacted:
    """The weights as text, or the reason why they do not fit."""

    text: str | None = None
    problem: str | None = None


def draw(page: str, key: str) -> None:
    """Draw the links to `page`, an address without query."""
    kept, experiment = session.current().answering, session.current().experiment
    if not fits(experiment):
        st.write(TOO_MANY)
        return
    if kept is not None:
        _draw_trained(page, kept, experiment, key)
    st.write(f"**The set-up.** This link opens the same {_what(experiment)} and settings anywhere.")
    st.code(link.to_address(page, experiment), language=None, wrap_lines=True, height=HEIGHT)
    if kept is not None and kept.past and answers_for(kept, experiment):
        st.caption(CHAINED.format(network="The network that answers", source="this link"))
    weights = None
    if kept is not None and answers_for(kept, experiment):
        weights = _compacted(kept.model, experiment, room_for(page, experiment)).text
    trained = ", and the trained network" if weights else ""
    st.write(f"**For a page of your own.** This HTML shows the map and its controls{trained} on it.")
    st.code(embedded(page, experiment, weights), language="html", wrap_lines=True, height=HEIGHT)


def embedded(page: str, experiment: Experiment, weights: str | None = None) -> str:
    """Return HTML that embeds the map and its controls, and shows the network with these weights, if any.

    page: the address of any page of the dashboard.
    """
    home = page[: page.rindex("/") + 1]
    address = html.escape(f"{link.to_address(home, experiment, weights)}&embed=true")
    return f'<iframe src="{address}" width="100%" height="{FRAME_HEIGHT}" title="polycore"></iframe>'


def fits(experiment: Experiment) -> bool:
    """Return whether a link can hold the experiment: points of the user's own may be too many."""
    if experiment.data is None:
        return True
    try:
        return len(points_text(experiment.data)) <= MAX_ADDRESS - ROOM_FOR_SETTINGS
    except PolycoreError:
        return False


def _what(experiment: Experiment) -> str:
    return "polynomials, data" if experiment.data is None else "points"


def weights_of(kept: Kept, experiment: Experiment, room: int) -> str | None:
    """Return the weights as text of at most `room` characters.

    None if they do not fit, and if another experiment trained the model.
    """
    return _compacted(kept.model, experiment, room).text if answers_for(kept, experiment) else None


def answers_for(kept: Kept, experiment: Experiment) -> bool:
    """Return whether that experiment trained the model. What a file says about itself need not be true."""
    model = kept.model
    return (
        model_in_use.experiment_of(kept) == experiment
        and model.shown_classes == experiment.shown_classes
        and (model.inputs, model.widths) == (experiment.inputs, experiment.widths)
        and model.activation == experiment.activation
    )


def room_for(page: str, experiment: Experiment) -> int:
    """Return how many characters the weights may have in a link to `page`, an address without query."""
    return MAX_ADDRESS - len(link.to_address(page, experiment, " ")) + 1


def _draw_trained(page: str, kept: Kept, experiment: Experiment, key: str) -> None:
    if not answers_for(kept, experiment):
        st.caption("The trained network belongs to another set-up, so it is not in the link.")
        return
    with st.spinner("Adding the network to the link"):
        compacted = _compacted(kept.model, experiment, room_for(page, experiment))
    if compacted.text is not None:
        st.write("**With the trained network.** This link shows its map at once, without training.")
        address = link.to_address(page, experiment, compacted.text)
        st.code(address, language=None, wrap_lines=True, height=HEIGHT)
    else:
        st.text(compacted.problem)
        st.write("Send it as a file instead, and open that on the Predict page.")
        model_in_use.draw_download(kept, f"{key}.download")


@lru_cache(maxsize=32)
def _compacted(model: Model, experiment: Experiment, room: int) -> _Compacted:
    """Return the weights as text. The cache compares models by identity; rounding takes half a second."""
    try:
        return _Compacted(text=compact(model, experiment, room))
    except PolycoreError as error:
        return _Compacted(problem=str(error))
