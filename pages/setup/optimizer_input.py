"""The optimizer: its input, and what a set-up's samples become for one that cannot work on them."""

from dataclasses import replace

import streamlit as st

from pages.state import session, typed
from pages.state.session import Replaced
from polycore import Experiment
from polycore.experiment.experiment import MEASURED_PER_CLASS
from polycore.experiment.full_batch import fitted

PREFIX = "optimizer"

NAMES = {
    "adam": "Adam",
    "sgd": "SGD with momentum",
    "lbfgs": "L-BFGS",
    "evolution": "Evolution, (1+1)-ES",
    "random-search": "Random search",
}
HELP = """
How each step changes the weights.

- **Adam** follows the gradient, with a step of its own for each weight. Begin with it: it forgives a
  learning rate that is not quite right.
- **SGD** follows the gradient with one learning rate for all. Take it to see what momentum does, classical
  or Nesterov's; it asks for a well-chosen rate.
- **L-BFGS** reads from its last steps how the loss bends, and finds how far to go by itself. Take it for few
  fixed samples, all of them every step: it needs the fewest steps by far.
- **Evolution** tries random changes and adapts how large they are. Take it to see how far one gets without
  a gradient.
- **Random search** is the tutorial's: random changes of one size, kept where the loss falls. Take it to see
  how it crawls.
"""


def draw(experiment: Experiment) -> None:
    """Draw the input, and in one line what L-BFGS has replaced, which another optimizer brings back."""
    st.selectbox(
        "Optimizer",
        list(NAMES),
        index=list(NAMES).index(experiment.optimizer),
        format_func=NAMES.__getitem__,
        key=_key(),
        on_change=typed.note,
        help=HELP,
    )
    _tell(experiment)


def with_chosen(experiment: Experiment) -> Experiment:
    """Return the experiment with the optimizer that the input holds, on samples that it can work on."""
    optimizer = st.session_state.get(_key(), experiment.optimizer)
    if optimizer == experiment.optimizer:
        return experiment
    if optimizer == "lbfgs":
        return replace(fitted(experiment), optimizer=optimizer)
    return _without_lbfgs(experiment, optimizer)


def replaced_by(before: Experiment, experiment: Experiment) -> Replaced | None:
    """Return what is replaced once `experiment`, chosen in place of `before`, is the set-up."""
    if experiment.optimizer != "lbfgs" or before.optimizer == "lbfgs":
        return session.current().replaced
    fits = fitted(before) == before
    return None if fits else Replaced(before.samples_per_class, before.batch_size)


def offer_fresh_points() -> None:
    """Say why L-BFGS has no fresh points, and offer an optimizer that has."""
    st.caption("L-BFGS, the optimizer chosen, needs the same samples every step.")
    st.button(
        "Take Adam and fresh points",
        key=f"{PREFIX}.fresh",
        on_click=_take_fresh_points,
        help="Adam learns from whatever points a step is given. The Train page has all optimizers.",
    )


def _take_fresh_points() -> None:
    typed.note()
    experiment = session.current().experiment
    session.load(replace(_without_lbfgs(experiment, "adam"), samples_per_class=None))


def _without_lbfgs(experiment: Experiment, optimizer: str) -> Experiment:
    replaced = _replaced(experiment)
    if replaced is None:
        return replace(experiment, optimizer=optimizer)
    return replace(
        experiment,
        optimizer=optimizer,
        samples_per_class=replaced.samples_per_class,
        batch_size=replaced.batch_size,
    )


def _replaced(experiment: Experiment) -> Replaced | None:
    """Return what was replaced, as long as L-BFGS stays chosen and nobody has chosen other samples."""
    replaced = session.current().replaced
    if replaced is None or experiment.optimizer != "lbfgs":
        return None
    taken = replaced.samples_per_class or MEASURED_PER_CLASS
    return replaced if experiment.samples_per_class == taken else None


def _tell(experiment: Experiment) -> None:
    replaced = _replaced(experiment)
    if replaced is None:
        return
    if replaced.samples_per_class is None:
        taken, before = f"{experiment.samples_per_class} samples of each polynomial", "fresh points"
    else:
        taken, before = "all samples", f"batches of {replaced.batch_size:,}"
    st.caption(
        f":material/swap_horiz: L-BFGS takes {taken} every step, in place of {before}. "
        "Choose another optimizer and they come back."
    )


def _key() -> str:
    return f"{PREFIX}.{session.current().revision}"
