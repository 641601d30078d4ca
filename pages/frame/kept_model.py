"""A note that the trained model stays as it is while the set-up changes."""

import streamlit as st

from pages.state import page_links, session
from pages.state.session_value import Session
from polycore import Experiment


def draw_note() -> None:
    """Draw the note if the model in use was trained on something else than the set-up."""
    session.collect()
    difference = _difference(session.current())
    if difference is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/inventory_2: You're still seeing the network trained on the previous {difference}, "
            "until you train a new one."
        )
        page_links.draw(page_links.TRAIN, "Train on this set-up", ":material/model_training:")


def _difference(now: Session) -> str | None:
    if now.answering is None:
        return None
    if now.answering.model.shown_classes != now.experiment.shown_classes:
        return "points" if now.experiment.data or now.answering.model.classes else "curves"
    trained = now.answering.experiment
    if trained is not None and _samples(trained) != _samples(now.experiment):
        return "samples"
    return None


def _samples(experiment: Experiment) -> tuple[object, ...]:
    drawn = experiment.samples_per_class, experiment.x_range, experiment.noise, experiment.seed
    return *drawn, experiment.data, experiment.held_out_share
