"""The links to a page: its own address, and those that can be copied, with the trained network if it fits."""

import html
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models import model_in_use, shown_network
from pages.runs.job import Job, follow
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.links import Writing
from polycore import Experiment, Model, PolycoreError
from polycore.links import link
from polycore.links.compact_points import points_text
from polycore.links.compact_weights import compact

# Servers accept a request line of at most 8 KB, which is the address and a few characters around it.
MAX_ADDRESS = 8_000
ROOM_FOR_SETTINGS = 1_000  # characters, beside the user's own points
OTHER_WORDS = 50  # characters: for the parameter of a lesson, and for longer names of other pages
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


# --- which weights a link may have --------------------------------------------------------------


def fits(experiment: Experiment) -> bool:
    """Return whether a link can hold the experiment: the user's own points may be too many."""
    if experiment.data is None:
        return True
    try:
        return len(points_text(experiment.data)) <= MAX_ADDRESS - ROOM_FOR_SETTINGS
    except PolycoreError:
        return False


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


def weights_of(kept: Kept, experiment: Experiment, room: int) -> str | None:
    """Return the weights as text of at most `room` characters.

    None if they do not fit, and if another experiment trained the model.
    """
    return _compacted(kept.model, experiment, room).text if answers_for(kept, experiment) else None


@dataclass(frozen=True)
class _Compacted:
    """The weights as text, or the reason why they do not fit."""

    text: str | None = None
    problem: str | None = None


@lru_cache(maxsize=32)
def _compacted(model: Model, experiment: Experiment, room: int) -> _Compacted:
    """Return the weights as text. The cache compares models by identity; rounding takes half a second."""
    try:
        return _Compacted(text=compact(model, experiment, room))
    except PolycoreError as error:
        return _Compacted(problem=str(error))


# --- the address of the page --------------------------------------------------------------------


def written_weights() -> dict[str, str]:
    """Return the address's parameters for the weights of a network that was trained here.

    There are none during a run, and until they are written.
    """
    kept, writing = _trained_here(), session.current().links.writing
    if kept is None or writing is None or writing.model is not kept.model or writing.words is None:
        return {}
    return {"weights": writing.words}


def write_weights(page: str) -> None:
    """Add the weights of the model in use to the page's address if they fit.

    page: the address without its query. The weights are written in the background, and no script waits for
    them: once they are there, the browser asks for what adds them.
    """
    kept, experiment = _trained_here(), session.current().experiment
    if kept is None or "weights" in st.query_params:
        return
    writing = session.current().links.writing
    if writing is None or writing.model is not kept.model:
        writing = Writing.begun(kept.model, experiment, room_for(page, experiment) - OTHER_WORDS)
        session.update(links=replace(session.current().links, writing=writing))
    st.fragment(partial(_put, writing.job, follow(writing.job)))()


def _put(job: Job[str], followed: Followed) -> None:
    view = job.view
    if view.is_active:
        live_text.draw("", "frame.writing", followed, reports=True)
    elif view.result is not None:
        st.query_params["weights"] = view.result


def _trained_here() -> Kept | None:
    """Return the model in use, as pages show it, if the set-up trained it here and no run is under way."""
    now = session.current()
    kept = shown_network.answering_as_shown(now)
    if kept is None or kept.experiment is None or now.view.running:
        return None
    return kept if answers_for(kept, now.experiment) else None


# --- the links that can be copied ---------------------------------------------------------------


def draw(page: str) -> None:
    """Draw the links to `page`, an address without query."""
    kept, experiment = shown_network.answering_as_shown(session.current()), session.current().experiment
    if not fits(experiment):
        st.write(TOO_MANY)
        return
    if kept is not None:
        _draw_trained(page, kept, experiment)
    what = "polynomials, data" if experiment.data is None else "points"
    st.write(f"**The set-up.** This link opens the same {what} and settings anywhere.")
    st.code(link.to_address(page, experiment), language=None, wrap_lines=True, height=HEIGHT)
    if kept is not None and kept.past and answers_for(kept, experiment):
        st.caption(CHAINED.format(network="The network that answers", source="this link"))
    weights = None if kept is None else weights_of(kept, experiment, room_for(page, experiment))
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


def _draw_trained(page: str, kept: Kept, experiment: Experiment) -> None:
    if not answers_for(kept, experiment):
        st.caption("The trained network belongs to another set-up, so it is not in the link.")
        return
    with st.spinner("Adding the network to the link"):
        compacted = _compacted(kept.model, experiment, room_for(page, experiment))
    if compacted.text is not None:
        which = f", {kept.weights}" if kept.weights else ""
        st.write(f"**With the trained network{which}.** This link shows its map at once, without training.")
        address = link.to_address(page, experiment, compacted.text)
        st.code(address, language=None, wrap_lines=True, height=HEIGHT)
    else:
        st.text(compacted.problem)
