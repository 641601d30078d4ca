"""The input for the optimizer, and how a set-up's samples change for an optimizer that needs all of them."""

from dataclasses import replace

import streamlit as st

from pages.setup import setting_input
from pages.setup.setting_input import PREFIX
from pages.state import session
from pages.state.setup import CAN_USE_ALL, Replaced, Setup
from polycore.experiment.settings import SETTINGS
from polycore.optimizers.registry import OPTIMIZERS

USE_ADAM = "Use Adam and fresh points"


def draw() -> None:
    """Draw the input."""
    setting_input.draw(
        SETTINGS["optimizer"],
        f"{PREFIX}optimizer",
        lambda optimizer: session.update(setup=with_optimizer(session.current().setup, optimizer)),
    )


def draw_note() -> None:
    """Draw a note if the optimizer has replaced the samples: another one restores them."""
    note = note_on_replaced(session.current().setup)
    if note is not None:
        st.caption(f":material/swap_horiz: {note}")


def draw_batch_size() -> None:
    """Draw the input for the size of batches, for an optimizer that has any."""
    setting_input.draw(
        SETTINGS["batch_size"],
        f"{PREFIX}batch_size",
        lambda size: session.update(setup=with_batch_size(session.current().setup, size or None)),
    )


def offer_fresh_points() -> None:
    """Say why the optimizer cannot use fresh points, and offer one that can."""
    label = OPTIMIZERS[session.current().experiment.optimizer].words.label
    st.caption(f"The selected optimizer, {label}, needs the same samples every step.")
    st.button(
        USE_ADAM,
        key="optimizer.fresh",
        on_click=_use_fresh_points,
        help="Adam can learn from other points every step. The Train page has all optimizers.",
    )


def _use_fresh_points() -> None:
    setup = with_optimizer(session.current().setup, "adam")
    session.update(setup=replace(setup, experiment=replace(setup.experiment, samples_per_class=None)))


def with_optimizer(setup: Setup, optimizer: str) -> Setup:
    """Return the set-up with another optimizer; what the present one has replaced comes back.

    What the new one replaces is remembered, unless an earlier optimizer has replaced something: then only
    what that one replaced is.
    """
    before, replaced = setup.experiment, _replaced(setup)
    if replaced is not None:
        back = replaced.in_place(replace(before, optimizer=CAN_USE_ALL))
        return replace(setup, experiment=back.with_optimizer(optimizer))
    after = before.with_optimizer(optimizer)
    if before.optimizer != optimizer and Replaced.of(after) != Replaced.of(before):
        return replace(setup, experiment=after, replaced=Replaced.of(before))
    return replace(setup, experiment=after)


def with_batch_size(setup: Setup, size: int | None) -> Setup:
    """Return the set-up with batches of that size, or all points if it is None.

    If it comes after an optimizer was chosen that needs all points, it waits for the next one.
    """
    experiment = setup.experiment
    if not OPTIMIZERS[experiment.optimizer].needs_full_batch:
        return replace(setup, experiment=replace(experiment, batch_size=size))
    replaced = _replaced(setup) or Replaced.of(experiment)
    return replace(setup, replaced=replace(replaced, batch_size=size))


def note_on_replaced(setup: Setup) -> str | None:
    """Say what the optimizer has replaced, and that it comes back; None if it has replaced nothing."""
    experiment, replaced = setup.experiment, _replaced(setup)
    if replaced is None:
        return None
    label = OPTIMIZERS[experiment.optimizer].words.label
    comes_back = "If you choose another optimizer, they come back."
    if experiment.data is None and experiment.samples_per_class != replaced.samples_per_class:
        samples = f"{experiment.samples_per_class} samples of each polynomial"
        return f"{label} uses {samples} every step, not fresh points. {comes_back}"
    if experiment.batch_size != replaced.batch_size:
        return f"{label} uses all samples every step, not batches of {replaced.batch_size:,}. {comes_back}"
    return (
        f"{label} computes no errors that fresh points could follow: more of them are drawn near crossings. "
        "If you choose another optimizer, they follow the errors again."
    )


def _replaced(setup: Setup) -> Replaced | None:
    """Return what the optimizer replaced, or None if the optimizer or the points have changed since."""
    experiment, replaced = setup.experiment, setup.replaced
    if replaced is None or replaced == Replaced.of(experiment):
        return None
    return replaced if replaced.in_place(experiment) == experiment else None
