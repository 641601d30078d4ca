"""The optimizer: its input, and what a set-up's samples become for one that cannot work on them."""

from dataclasses import replace

import streamlit as st

from pages.parts import session
from pages.parts.session import Replaced
from polycore import Experiment
from polycore.experiment import MEASURED_PER_CLASS
from polycore.full_batch import fitted

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


def ask(experiment: Experiment) -> Experiment:
    """Draw the input; return the experiment with the optimizer chosen, on samples that it can work on.

    What L-BFGS cannot work on is replaced and told in one line; another optimizer brings it back.
    """
    optimizer = st.selectbox(
        "Optimizer",
        list(NAMES),
        index=list(NAMES).index(experiment.optimizer),
        format_func=NAMES.__getitem__,
        key=f"{PREFIX}.{session.current().revision}",
        help=HELP,
    )
    chosen = _with_optimizer(experiment, optimizer)
    _tell(chosen)
    return chosen


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
    experiment = session.current().experiment
    session.load(replace(_without_lbfgs(experiment, "adam"), samples_per_class=None))


def _with_optimizer(experiment: Experiment, optimizer: str) -> Experiment:
    if optimizer == experiment.optimizer:
        return experiment
    if optimizer == "lbfgs":
        _remember(experiment)
        return replace(fitted(experiment), optimizer=optimizer)
    return _without_lbfgs(experiment, optimizer)


def _remember(experiment: Experiment) -> None:
    fits = fitted(experiment) == experiment
    replaced = None if fits else Replaced(experiment.samples_per_class, experiment.batch_size)
    session.change(replaced=replaced)


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
