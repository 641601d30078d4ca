"""The loss landscape of a race: the trajectories of all its optimizers on one plane."""

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.models import run_landscape, standing
from pages.runs.job import Job
from pages.runs.race import Race
from pages.server import server
from pages.state import session
from polycore import Landscape

KEY = "race.landscape"
EXPLAINED = (
    "The map shows what the loss would be if all weights were moved in two directions at once: slate "
    "blue is low, sand is high. Each line is the trajectory of one optimizer, from the initial weights (●), "
    "which all share, to its last ones (★)."
)


def draw(race: Race) -> None:
    """Draw a button that lets workers compute it, and then the map."""
    st.subheader("The loss landscape", anchor=False)
    st.write(EXPLAINED)
    landscape = standing.draw(
        partial(_landscape_of, race),
        partial(_begin, race),
        KEY,
        "Draw the loss landscape" if _landscape_of(race) is None else "Draw it again",
        ":material/landscape:",
        "The two directions are those in which the weights of all changed most. The map is computed around "
        "the weights of the one that leads.",
    )
    order = session.current().comparison.order
    with st.container():
        if landscape is not None:
            run_landscape.draw(landscape, KEY, [race.names[index] for index in order], order)


def _landscape_of(race: Race) -> Job[Landscape] | None:
    job = session.current().comparison.landscape
    return job if job is not None and job.of == race.name else None


def _begin(race: Race) -> None:
    view = race.view
    leader = view.lanes.index(view.leader)
    order = leader, *(index for index in range(len(view.lanes)) if index != leader)
    job = run_landscape.begun(race.name, *(view.lanes[index].view.run for index in order))
    own = server.current().computing.add(job)
    session.set_comparison(replace(session.current().comparison, landscape_id=own, order=order))
