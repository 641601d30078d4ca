"""The input for the optimizer, and how a set-up's samples change for an optimizer that needs all of them."""

from dataclasses import replace

import streamlit as st

from pages.server import server
from pages.setup import setting_input
from pages.setup.setting_input import PREFIX
from pages.state import session
from pages.state.setup import CAN_USE_ALL, Replaced
from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.optimizers.registry import OPTIMIZERS


def draw(experiment: Experiment) -> None:
    """Draw the input, and a note if the optimizer has replaced the samples: another one restores them."""
    setting_input.draw(SETTINGS["optimizer"], f"{PREFIX}optimizer", _choose)
    _draw_replaced_note(experiment)


def draw_batch_size() -> None:
    """Draw the input for the size of batches, for an optimizer that has any."""
    most = server.current().limits.max_batch_size
    setting_input.draw(SETTINGS["batch_size"], f"{PREFIX}batch_size", _change_batch_size, most=most)


def offer_fresh_points() -> None:
    """Say why the optimizer cannot use fresh points, and offer one that can."""
    label = OPTIMIZERS[session.current().experiment.optimizer].words.label
    st.caption(f"The selected optimizer, {label}, needs the same samples every step.")
    st.button(
        "Use Adam and fresh points",
        key="optimizer.fresh",
        on_click=_use_fresh_points,
        help="Adam can learn from other points every step. The Train page has all optimizers.",
    )


def _use_fresh_points() -> None:
    experiment = session.current().experiment
    session.load(replace(_with_optimizer(experiment, "adam"), samples_per_class=None))


def _choose(optimizer: str) -> None:
    setup = session.current().setup
    before, experiment = setup.experiment, _with_optimizer(setup.experiment, optimizer)
    points, replaced = Replaced.of(before), setup.replaced
    # what an earlier optimizer has replaced comes back, and not what took its place
    if before.optimizer != optimizer and _replaced_by_optimizer(before) is None:
        fits = Replaced.of(before.with_optimizer(optimizer)) == points
        replaced = replaced if fits else points
    session.set_setup(replace(setup, experiment=experiment, replaced=replaced))


def _change_batch_size(size: int) -> None:
    """Use batches of that size, or all points if it is 0.

    If it comes after an optimizer was chosen that needs all points, it waits for the next one.
    """
    setup = session.current().setup
    if OPTIMIZERS[setup.experiment.optimizer].needs_full_batch:
        replaced = _replaced_by_optimizer(setup.experiment) or Replaced.of(setup.experiment)
        session.set_setup(replace(setup, replaced=replace(replaced, batch_size=size or None)))
    else:
        session.change(batch_size=size or None)


def _with_optimizer(experiment: Experiment, optimizer: str) -> Experiment:
    """Return the experiment with another optimizer; what the present one has replaced comes back."""
    replaced = _replaced_by_optimizer(experiment)
    if replaced is None:
        return experiment.with_optimizer(optimizer)
    return replaced.in_place(replace(experiment, optimizer=CAN_USE_ALL)).with_optimizer(optimizer)


def _replaced_by_optimizer(experiment: Experiment) -> Replaced | None:
    """Return what the optimizer replaced, or None if the optimizer or the points have changed since."""
    replaced = session.current().setup.replaced
    if replaced is None or replaced == Replaced.of(experiment):
        return None
    return replaced if replaced.in_place(experiment) == experiment else None


def _draw_replaced_note(experiment: Experiment) -> None:
    replaced = _replaced_by_optimizer(experiment)
    if replaced is not None:
        label = OPTIMIZERS[experiment.optimizer].words.label
        st.caption(f":material/swap_horiz: {label} {_replacement(replaced, experiment)}")


def _replacement(replaced: Replaced, experiment: Experiment) -> str:
    comes_back = "If you choose another optimizer, they come back."
    if experiment.data is None and experiment.samples_per_class != replaced.samples_per_class:
        samples = f"{experiment.samples_per_class} samples of each polynomial"
        return f"uses {samples} every step, not fresh points. {comes_back}"
    if experiment.batch_size != replaced.batch_size:
        return f"uses all samples every step, not batches of {replaced.batch_size:,}. {comes_back}"
    return (
        "computes no errors that fresh points could follow: more of them are drawn near crossings. If you "
        "choose another optimizer, they follow the errors again."
    )
