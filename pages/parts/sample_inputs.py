"""The inputs that say which points the network learns from."""

from dataclasses import replace

import streamlit as st

from pages.parts import hosting, optimizer_input, seed, session, x_range
from polycore import Experiment
from polycore.experiment import MAX_NOISE, MEASURED_PER_CLASS

PREFIX = "data"


def draw() -> Experiment:
    """Draw the inputs and return the set-up they say. Raises PolycoreError where they say none."""
    experiment = session.current().experiment
    per_class = _per_class(experiment)
    with st.container(horizontal=True, gap="small"):
        low_high = x_range.ask(PREFIX)
    noise = st.number_input(
        "Noise",
        min_value=0.0,
        max_value=MAX_NOISE,
        value=experiment.noise,
        step=0.05,
        format="%.6g",
        key=_key("noise"),
        help="Standard deviation of what is added to each y: 0 leaves every point on its curve. Raise it to "
        "see what is left to learn where classes overlap and no network can be right every time.",
    )
    chosen = _seed()
    return replace(experiment, samples_per_class=per_class, x_range=low_high, noise=noise, seed=chosen)


def _per_class(experiment: Experiment) -> int | None:
    impossible = experiment.optimizer == "lbfgs"
    shown = experiment.samples_per_class or MEASURED_PER_CLASS
    fresh = st.toggle(
        "Fresh points every step",
        value=experiment.samples_per_class is None,
        key=_key("fresh"),
        disabled=impossible,
        help="On: each training step draws new points, so nothing can be learned by heart. Off: every step "
        "uses the same samples, as in most real work, and a large network may learn them by heart.",
    )
    if impossible:
        optimizer_input.offer_fresh_points()
    per_class = st.number_input(
        "Samples of each polynomial",
        min_value=1,
        # what a link brought beyond the limit is shown, and refused at the start
        max_value=max(hosting.limits().max_samples_per_class, shown),
        value=shown,
        step=50,
        key=_key("per_class"),
        disabled=fresh,
        help="How many training samples lie on each curve. More take longer a step, leave fewer gaps and are "
        "harder to learn by heart. Not used with fresh points.",
    )
    return None if fresh else per_class


def _seed() -> int:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = seed.ask(PREFIX)
        seed.button(PREFIX)
    return chosen


def _key(name: str) -> str:
    return f"{PREFIX}.{name}.{session.current().revision}"
