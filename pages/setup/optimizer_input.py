"""The input for the optimizer, and how a set-up's samples change for an optimizer that needs all of them."""

from dataclasses import replace

import streamlit as st

from pages.state import session, typed
from pages.state.setup import Replaced
from polycore import Experiment
from polycore.experiment.experiment import MEASURED_PER_CLASS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "optimizer"

ADVICE = "\n".join(
    f"- **{optimizer.words.label}** {optimizer.words.advice}" for optimizer in OPTIMIZERS.values()
)
HELP = f"How each step changes the weights.\n\n{ADVICE}"


def title_of(optimizer: str) -> str:
    """Return the name of an optimizer for titles and lists."""
    return OPTIMIZERS[optimizer].words.title


def draw(experiment: Experiment) -> None:
    """Draw the input, and a note if the optimizer has replaced the samples: another one restores them."""
    st.selectbox(
        "Optimizer",
        list(OPTIMIZERS),
        index=list(OPTIMIZERS).index(experiment.optimizer),
        format_func=title_of,
        key=_key(),
        on_change=typed.note,
        help=HELP,
    )
    _draw_replaced_note(experiment)


def with_chosen(experiment: Experiment) -> Experiment:
    """Return the experiment with the optimizer that the input holds, and samples that it can work with."""
    optimizer = st.session_state.get(_key(), experiment.optimizer)
    if optimizer == experiment.optimizer:
        return experiment
    if OPTIMIZERS[optimizer].needs_full_batch:
        return replace(experiment.on_fixed_samples(), optimizer=optimizer)
    return _without_full_batch(experiment, optimizer)


def replaced_by(before: Experiment, experiment: Experiment) -> Replaced | None:
    """Return the samples and batch size that the change from `before` to `experiment` replaces, if any."""
    if not OPTIMIZERS[experiment.optimizer].needs_full_batch or OPTIMIZERS[before.optimizer].needs_full_batch:
        return session.current().setup.replaced
    fits = before.on_fixed_samples() == before
    return None if fits else Replaced(before.samples_per_class, before.batch_size)


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
    session.load(replace(_without_full_batch(experiment, "adam"), samples_per_class=None), "all")


def _without_full_batch(experiment: Experiment, optimizer: str) -> Experiment:
    replaced = _replaced_by_optimizer(experiment)
    if replaced is None:
        return replace(experiment, optimizer=optimizer)
    return replace(
        experiment,
        optimizer=optimizer,
        samples_per_class=replaced.samples_per_class,
        batch_size=replaced.batch_size,
    )


def _replaced_by_optimizer(experiment: Experiment) -> Replaced | None:
    """Return what the optimizer replaced, or None if the optimizer or the samples have changed since."""
    replaced = session.current().setup.replaced
    if replaced is None or not OPTIMIZERS[experiment.optimizer].needs_full_batch:
        return None
    replacement = replaced.samples_per_class or MEASURED_PER_CLASS
    return replaced if experiment.samples_per_class == replacement else None


def _draw_replaced_note(experiment: Experiment) -> None:
    replaced = _replaced_by_optimizer(experiment)
    if replaced is None:
        return
    if replaced.samples_per_class is None:
        now, before = f"{experiment.samples_per_class} samples of each polynomial", "fresh points"
    else:
        now, before = "all samples", f"batches of {replaced.batch_size:,}"
    st.caption(
        f":material/swap_horiz: {OPTIMIZERS[experiment.optimizer].words.label} uses {now} every step, not "
        f"{before}. If you choose another optimizer, they come back."
    )


def _key() -> str:
    return session.current().inputs.key(PREFIX)
