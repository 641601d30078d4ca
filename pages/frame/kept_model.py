"""Saying that a trained model stays as it is while the set-up changes."""

import streamlit as st

from pages.frame import frame
from pages.state import session
from pages.state.session_value import Session
from polycore import Experiment


def tell_it_stays() -> None:
    """Say so, in one line, where the model that answers was trained on something else than the set-up."""
    session.collect()
    other = _other(session.current())
    if other is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/inventory_2: The trained model stays: it was trained on other {other} and goes on "
            "answering for those until a new run is started."
        )
        frame.page_link(frame.TRAIN, "Train on this set-up", ":material/model_training:")


def _other(now: Session) -> str | None:
    if now.answering is None:
        return None
    if now.answering.model.polynomials != now.experiment.polynomials:
        return "polynomials"
    trained = now.answering.experiment
    if trained is not None and _samples(trained) != _samples(now.experiment):
        return "samples"
    return None


def _samples(experiment: Experiment) -> tuple[object, ...]:
    return experiment.samples_per_class, experiment.x_range, experiment.noise, experiment.seed
