"""The inputs that describe the points from which the network learns."""

from dataclasses import replace

import streamlit as st

from pages.server import server
from pages.setup import optimizer_input, seed, setting_input, x_range
from pages.state import refusal, session, typed
from polycore import Experiment
from polycore.experiment.settings import MEASURED_PER_CLASS, SETTINGS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "data"


def draw() -> None:
    """Draw the inputs and, if their values are not valid, the reason."""
    typed.offer(PREFIX, take)
    experiment = session.current().experiment
    _per_class(experiment)
    with st.container(horizontal=True, gap="small"):
        x_range.draw(PREFIX)
    setting_input.draw(SETTINGS["noise"], experiment, _key("noise"))
    _seed()
    with st.container():
        refusal.show_if_refused("Not accepted yet: the set-up has not changed.", _held)


def take() -> None:
    """Move the values of the inputs into the set-up. Raises PolycoreError if they are not valid there."""
    experiment, setup = _held(), session.current().setup
    if experiment != setup.experiment:
        session.set_setup(replace(setup, experiment=experiment))


def _held() -> Experiment:
    """Return the set-up with the values of the inputs. Raises PolycoreError if they are not valid in it."""
    experiment = session.current().experiment
    all_samples = OPTIMIZERS[experiment.optimizer].needs_full_batch  # however many there are
    return replace(
        experiment,
        samples_per_class=_held_per_class(experiment),
        x_range=x_range.held(PREFIX),
        noise=setting_input.held(SETTINGS["noise"], experiment, _key("noise")),
        batch_size=None if all_samples else experiment.batch_size,
        seed=typed.held(seed.key(PREFIX), experiment.seed),
    )


def _held_per_class(experiment: Experiment) -> int | None:
    """Return the number of samples of each polynomial in the inputs; None for fresh points."""
    if typed.held(_key("fresh"), experiment.samples_per_class is None):
        return None
    return typed.held(_key("per_class"), experiment.samples_per_class)


def _per_class(experiment: Experiment) -> None:
    unavailable = OPTIMIZERS[experiment.optimizer].needs_full_batch
    shown = experiment.samples_per_class or MEASURED_PER_CLASS
    st.toggle(
        "Fresh points every step",
        value=experiment.samples_per_class is None,
        key=_key("fresh"),
        on_change=typed.note,
        disabled=unavailable,
        help="On: each training step uses new points, so the network cannot learn them by heart. Off: every "
        "step uses the same samples, as in most real work, and a large network may learn them by heart.",
    )
    if unavailable:
        optimizer_input.offer_fresh_points()
    st.number_input(
        SETTINGS["samples_per_class"].label,
        min_value=1,
        # a value from a link may exceed the limit: it is shown, and refused at the start of a run
        max_value=max(server.current().limits.max_samples_per_class, shown),
        value=shown,
        step=50,
        key=_key("per_class"),
        on_change=typed.note,
        disabled=experiment.samples_per_class is None,
        help="The number of training samples on each curve. With more, a step takes longer, there are fewer "
        "gaps, and they are harder to learn by heart. Not used with fresh points.",
    )


def _seed() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed.draw(PREFIX)
        seed.button(PREFIX)


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
