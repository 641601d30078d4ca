"""The inputs that say which points the network learns from."""

from dataclasses import replace

import streamlit as st

from pages.server import hosting
from pages.setup import optimizer_input, seed, x_range
from pages.state import session, typed
from pages.wording import refusal
from polycore import Experiment
from polycore.experiment.experiment import MAX_NOISE, MEASURED_PER_CLASS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "data"


def draw() -> None:
    """Draw the inputs, and say why what they hold is refused, if it is."""
    typed.offer(PREFIX, take)
    experiment = session.current().experiment
    _per_class(experiment)
    with st.container(horizontal=True, gap="small"):
        x_range.draw(PREFIX)
    st.number_input(
        "Noise",
        min_value=0.0,
        max_value=MAX_NOISE,
        value=experiment.noise,
        step=0.05,
        format="%.6g",
        key=_key("noise"),
        on_change=typed.note,
        help="Standard deviation of what is added to each y: 0 leaves every point on its curve. Raise it to "
        "see what is left to learn where classes overlap and no network can be right every time.",
    )
    _seed()
    with st.container():
        refusal.show_if_refused("Not taken yet: everything stays as it was.", _held)


def take() -> None:
    """Make what the inputs hold the set-up. Raises PolycoreError if no set-up can be so."""
    experiment, setup = _held(), session.current().setup
    if experiment != setup.experiment:
        session.set_setup(replace(setup, experiment=experiment))


def _held() -> Experiment:
    """Return the set-up that the inputs hold. Raises PolycoreError if they hold none."""
    experiment = session.current().experiment
    all_samples = OPTIMIZERS[experiment.optimizer].needs_full_batch  # however many there are
    return replace(
        experiment,
        samples_per_class=_held_per_class(experiment),
        x_range=x_range.held(PREFIX),
        noise=typed.held(_key("noise"), experiment.noise),
        batch_size=None if all_samples else experiment.batch_size,
        seed=typed.held(seed.key(PREFIX), experiment.seed),
    )


def _held_per_class(experiment: Experiment) -> int | None:
    """Return the samples of each polynomial that the inputs hold; None for fresh points."""
    if typed.held(_key("fresh"), experiment.samples_per_class is None):
        return None
    return typed.held(_key("per_class"), experiment.samples_per_class)


def _per_class(experiment: Experiment) -> None:
    impossible = OPTIMIZERS[experiment.optimizer].needs_full_batch
    shown = experiment.samples_per_class or MEASURED_PER_CLASS
    st.toggle(
        "Fresh points every step",
        value=experiment.samples_per_class is None,
        key=_key("fresh"),
        on_change=typed.note,
        disabled=impossible,
        help="On: each training step draws new points, so nothing can be learned by heart. Off: every step "
        "uses the same samples, as in most real work, and a large network may learn them by heart.",
    )
    if impossible:
        optimizer_input.offer_fresh_points()
    st.number_input(
        "Samples of each polynomial",
        min_value=1,
        # what a link brought beyond the limit is shown, and refused at the start
        max_value=max(hosting.limits().max_samples_per_class, shown),
        value=shown,
        step=50,
        key=_key("per_class"),
        on_change=typed.note,
        disabled=experiment.samples_per_class is None,
        help="How many training samples lie on each curve. More take longer a step, leave fewer gaps and are "
        "harder to learn by heart. Not used with fresh points.",
    )


def _seed() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed.draw(PREFIX)
        seed.button(PREFIX)


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
