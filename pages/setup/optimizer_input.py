"""The input for the optimizer, and how a set-up's samples change for an optimizer that needs all of them."""

from dataclasses import replace

import streamlit as st

from pages.setup import setting_input
from pages.state import session, typed
from pages.state.setup import CAN_USE_ALL, Replaced
from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "optimizer"


def draw(experiment: Experiment) -> None:
    """Draw the input, and a note if the optimizer has replaced the samples: another one restores them."""
    setting_input.draw(SETTINGS["optimizer"], experiment, _key())
    _draw_replaced_note(experiment)


def with_chosen(experiment: Experiment) -> Experiment:
    """Return the experiment with the optimizer that the input holds, and points that it can work with."""
    optimizer = st.session_state.get(_key(), experiment.optimizer)
    return experiment if optimizer == experiment.optimizer else _with_optimizer(experiment, optimizer)


def replaced_by(before: Experiment, experiment: Experiment) -> Replaced | None:
    """Return the points that the optimizer of `experiment` replaces, if any, which `before` did not have."""
    replaced = session.current().setup.replaced
    if before.optimizer == experiment.optimizer or _replaced_by_optimizer(before) is not None:
        return replaced
    points = Replaced.of(before)
    fits = Replaced.of(before.with_optimizer(experiment.optimizer)) == points
    return replaced if fits else points


def offer_fresh_points() -> None:
    """Say why the optimizer cannot use fresh points, and offer one that can."""
    label = OPTIMIZERS[session.current().experiment.optimizer].words.label
    st.caption(f"The selected optimizer, {label}, needs the same samples every step.")
    st.button(
        "Use Adam and fresh points",
        key=f"{PREFIX}.fresh",
        on_click=_use_fresh_points,
        help="Adam can learn from other points every step. The Train page has all optimizers.",
    )


def _use_fresh_points() -> None:
    typed.note()
    experiment = session.current().experiment
    session.load(replace(_with_optimizer(experiment, "adam"), samples_per_class=None), "all")


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


def _key() -> str:
    return session.current().inputs.key(PREFIX)
