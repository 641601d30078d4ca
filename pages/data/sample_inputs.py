"""The inputs that describe the points from which the network learns."""

import streamlit as st

from pages.server import server
from pages.setup import optimizer_input, seed, setting_input, x_range
from pages.state import refusal, session
from pages.state.inputs import Input
from polycore.experiment.settings import MEASURED_PER_CLASS, SETTINGS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "data"


def draw() -> None:
    """Draw the inputs and, if their values are not valid, the reasons."""
    _draw_per_class()
    with st.container(horizontal=True, gap="small"):
        x_range.draw(PREFIX)
    setting_input.draw(SETTINGS["noise"], f"{PREFIX}.noise")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        setting_input.draw(SETTINGS["seed"], f"{PREFIX}.seed")
        seed.button(PREFIX)
    with st.container():
        refusal.draw_inputs(f"{PREFIX}.", "Not accepted yet: the set-up has not changed.")


def _draw_per_class() -> None:
    experiment = session.current().experiment
    unavailable = OPTIMIZERS[experiment.optimizer].needs_full_batch
    FRESH.draw(
        st.toggle,
        "Fresh points every step",
        disabled=unavailable,
        help="On: each training step uses new points, so the network cannot learn them by heart. Off: every "
        "step uses the same samples, as in most real work, and a large network may learn them by heart.",
    )
    if unavailable:
        optimizer_input.offer_fresh_points()
    PER_CLASS.draw(
        st.number_input,
        SETTINGS["samples_per_class"].label,
        min_value=1,
        # a value from a link may exceed the limit: it is shown, and refused at the start of a run
        max_value=max(server.current().limits.max_samples_per_class, PER_CLASS.show()),
        step=50,
        disabled=experiment.samples_per_class is None,
        help="The number of training samples on each curve. With more, a step takes longer, there are fewer "
        "gaps, and they are harder to learn by heart. Not used with fresh points.",
    )


def _per_class() -> int:
    # with fresh points the number that comes back without them
    return session.current().experiment.samples_per_class or PER_CLASS.last or MEASURED_PER_CLASS


def _is_fresh() -> bool:
    return session.current().experiment.samples_per_class is None


def _use_fresh(fresh: bool) -> None:
    _sample(None if fresh else PER_CLASS.value)


def _use_per_class(count: int) -> None:
    if not _is_fresh():  # else it waits in its input
        _sample(count)


def _sample(per_class: int | None) -> None:
    experiment = session.current().experiment
    all_samples = OPTIMIZERS[experiment.optimizer].needs_full_batch  # however many there are
    session.change(samples_per_class=per_class, batch_size=None if all_samples else experiment.batch_size)


FRESH = Input(f"{PREFIX}.fresh", _is_fresh, _use_fresh)
PER_CLASS = Input(f"{PREFIX}.per_class", _per_class, _use_per_class)
