"""The section about the loss landscape around the run whose network the Inside page shows."""

from dataclasses import replace
from typing import get_args

import streamlit as st

from pages.models import run_landscape
from pages.runs.job import Job
from pages.state import session
from pages.state.inputs import Input
from polycore import Landscape
from polycore.inspection.survey import Directions

KEY = "inside.landscape"
DRAW_KEY, MAP_KEY = f"{KEY}.draw", f"{KEY}.map"  # of the button and the map that pages/models draws with KEY
WORDS: dict[Directions, str] = {"principal": "Of the run", "random": "Random"}
EXPLAINED = (
    f"{run_landscape.EXPLAINED} The line is the trajectory of the weights, from the first step (●) to "
    "the one at which the map was drawn (★)."
)
HELP = (
    "Of the run: the two directions in which its weights changed most; the titles of the axes say how much "
    "of the variance lies along each. Random: two random directions around the weights of that step, in "
    "which each neuron changes by up to a quarter of the length of its weights."
)


DIRECTIONS = Input[Directions](f"{KEY}.directions", lambda: "principal")


def draw() -> None:
    """Draw the section if the network is from a run that has taken a step."""
    view = session.current().answering_view
    if view is None or view.run.step == 0:
        return

    def find() -> Job[Landscape] | None:
        job = session.current().drawings.landscape
        return job if job is not None and job.of == view.name else None

    st.header(run_landscape.TITLE, anchor=False)
    st.write(EXPLAINED)
    with st.container():
        directions = DIRECTIONS.choose(
            st.segmented_control,
            "Directions",
            get_args(Directions),
            required=True,
            format_func=WORDS.__getitem__,
            help=HELP,
        )
    landscape = run_landscape.ask(
        find,
        _begin,
        KEY,
        "Computes up to 1,681 losses around the present weights: a second or two for most networks, half a "
        "minute for the largest.",
    )
    with st.container():
        # another choice of directions has no map yet
        if landscape is not None and (landscape.explained is None) == (directions == "random"):
            run_landscape.draw(landscape, KEY)


def _begin() -> None:
    view = session.current().answering_view
    if view is None:
        return
    job = run_landscape.begun(view.name, view.run, directions=DIRECTIONS.value)
    session.update(drawings=replace(session.current().drawings, landscape=job))
