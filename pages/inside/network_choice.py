"""What Inside shows: which view, and of which network, a kept one or the tutorial's, which a press keeps."""

import streamlit as st

from pages.inside import traced_point
from pages.models import kept_actions, model_in_use
from pages.state import page_links, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.view import InsideView
from polycore.tutorial.untrained_model import tutorial_model

TUTORIAL_KEY = "inside.tutorial"
TUTORIAL_TITLE = "The tutorial's network · untrained, 12 polynomials"
TUTORIAL_LABEL = "The tutorial's own network"
TUTORIAL_HELP = "Untrained, as the tutorial draws it from seed 0, with its first sample as the point."
NONE_YET = "There is no network to look into yet. Train one, or use the tutorial's."
VIEW = Input[InsideView](
    "inside.what",
    lambda: session.current().view.inside_view,
    lambda chosen: session.change_view(inside_view=chosen),
)


def draw() -> None:
    """Draw what chooses the network."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside.choice"):
        if session.current().answering is not None:
            model_in_use.draw_choice()
        _draw_tutorial_button()
        if _kept_tutorial() is None:
            kept_actions.draw_going(session.going_for(1), TUTORIAL_KEY)


def draw_ways_to_one() -> None:
    """Draw what to do as long as there is no network."""
    st.write(NONE_YET)
    page_links.draw(page_links.TRAIN, model_in_use.TRAIN_LABEL, ":material/model_training:")
    _draw_tutorial_button()


def _draw_tutorial_button() -> None:
    st.button(
        TUTORIAL_LABEL,
        key=TUTORIAL_KEY,
        icon=":material/school:",
        help=TUTORIAL_HELP,
        on_click=_use_tutorial,
    )


def _use_tutorial() -> None:
    kept = _kept_tutorial()
    if kept is None:
        session.add(Kept(TUTORIAL_TITLE, tutorial_model(), None))
    else:
        session.use(kept.title)
    traced_point.choose_first_sample(tutorial_model())


def _kept_tutorial() -> Kept | None:
    """Return the tutorial's own network, which is kept at most once."""
    return next((kept for kept in session.current().models.kept if kept.model is tutorial_model()), None)
