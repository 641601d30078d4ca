"""The settings that are rarely needed: closed until somebody asks for them."""

from typing import TypedDict

import streamlit as st

from pages.state import session, typed
from polycore import Experiment
from polycore.experiment.experiment import INITIAL_WEIGHTS, MAX_STEPS
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "more_settings"
INITIAL_WEIGHTS_NAMES = {"he": "He", "tutorial": "0.1"}

WEIGHT_DECAY_HELP = """
Each step shrinks all weights by this, times the learning rate. Try 0.01 for few fixed samples and a large
network, which learns them by heart. Expect little: curves that cross ask for large weights. With fresh points
0 is best.
"""
TARGET_LOSS_HELP = """
In nats: the run ends where the loss on the training set is this low. Take it to compare how soon optimizers
get to the same place.
"""
PATIENCE_HELP = """
The run ends where the loss on held-out points has not fallen for so many steps. Take it for few fixed
samples, which a network learns by heart sooner or later. The held-out accuracy is then a little flattering:
those very points have chosen the end.
"""
INITIAL_WEIGHTS_HELP = """
How wide the first random weights spread. He fits the spread to each layer, so that signals keep their size
through many layers: take it for every network. 0.1 is the tutorial's: take it to see what the tutorial saw.
"""
SAMPLING_HELP = """
Where the fresh points of a step are drawn.

- **Random**: anywhere on the polynomials. Take it to see plain training.
- **Even**: at equal distances in x, equally many on each polynomial. Take it to leave less to chance.
- **Crossings**: even, but more of them where two curves run close. Take it for the best network: there lie
  its last mistakes.
"""


class MoreSettings(TypedDict):
    """These fields of an experiment."""

    sampling: str
    growing_batches: bool
    weight_decay: float
    target_loss: float | None
    patience: int | None
    initial_weights: str
    standardize: bool


def draw(experiment: Experiment) -> None:
    """Draw the inputs that make sense for the optimizer."""
    with st.expander("More settings", icon=":material/tune:"):
        _fresh_points(experiment)
        _weight_decay(experiment)
        _target_loss(experiment)
        _patience(experiment)
        _initial_weights(experiment)
        _standardize(experiment)
    _tell(experiment)


def held(experiment: Experiment) -> MoreSettings:
    """Return what the inputs hold; what `experiment` has if an input is not drawn."""
    return {
        "sampling": typed.held(_key("sampling"), experiment.sampling),
        "growing_batches": typed.held(_key("growing_batches"), experiment.growing_batches),
        "weight_decay": typed.held(_key("weight_decay"), experiment.weight_decay),
        # 0 stands for None in these two inputs
        "target_loss": typed.held(_key("target_loss"), experiment.target_loss) or None,
        "patience": typed.held(_key("patience"), experiment.patience) or None,
        "initial_weights": typed.held(_key("initial_weights"), experiment.initial_weights),
        "standardize": typed.held(_key("standardize"), experiment.standardize),
    }


def _fresh_points(experiment: Experiment) -> None:
    if experiment.samples_per_class is not None:
        return
    st.segmented_control(
        "Fresh points",
        SAMPLINGS,
        default=experiment.sampling,
        required=True,
        format_func=str.capitalize,
        key=_key("sampling"),
        on_change=typed.note,
        help=SAMPLING_HELP,
    )
    st.toggle(
        "Growing batches",
        value=experiment.growing_batches,
        key=_key("growing_batches"),
        on_change=typed.note,
        help="Half the batch size up to 40\u00a0% of the steps, twice from 75\u00a0% on. Take it for long "
        "runs: quick steps at first, calm ones at the end.",
    )


def _weight_decay(experiment: Experiment) -> None:
    if "weight_decay" not in OPTIMIZERS[experiment.optimizer].uses:
        return
    st.number_input(
        "Weight decay",
        min_value=0.0,
        max_value=10.0,
        value=experiment.weight_decay,
        step=0.01,
        format="%.6g",
        key=_key("weight_decay"),
        on_change=typed.note,
        help=WEIGHT_DECAY_HELP,
    )


def _target_loss(experiment: Experiment) -> None:
    st.number_input(
        "Target loss, 0 for none",
        min_value=0.0,
        max_value=100.0,
        value=experiment.target_loss or 0.0,
        step=0.1,
        format="%.6g",
        key=_key("target_loss"),
        on_change=typed.note,
        help=TARGET_LOSS_HELP,
    )


def _patience(experiment: Experiment) -> None:
    st.number_input(
        "Patience, 0 for none",
        min_value=0,
        max_value=MAX_STEPS,
        value=experiment.patience or 0,
        step=1000,
        key=_key("patience"),
        on_change=typed.note,
        help=PATIENCE_HELP,
    )


def _initial_weights(experiment: Experiment) -> None:
    st.segmented_control(
        "Initial weights",
        INITIAL_WEIGHTS,
        default=experiment.initial_weights,
        required=True,
        format_func=INITIAL_WEIGHTS_NAMES.__getitem__,
        key=_key("initial_weights"),
        on_change=typed.note,
        help=INITIAL_WEIGHTS_HELP,
    )


def _standardize(experiment: Experiment) -> None:
    st.toggle(
        "Standardize inputs",
        value=experiment.standardize,
        key=_key("standardize"),
        on_change=typed.note,
        help="Scale x and y to mean 0 and deviation 1 while training: one learning rate then suits both. "
        "Leave it on; off is the tutorial's.",
    )


def _tell(experiment: Experiment) -> None:
    """Say what is in use that one would have to open the settings to see."""
    told = _in_use(experiment)
    if told:
        st.caption(f"In use: {', '.join(told)}.")


def _in_use(experiment: Experiment) -> list[str]:
    decays = experiment.weight_decay > 0 and "weight_decay" in OPTIMIZERS[experiment.optimizer].uses
    weights = INITIAL_WEIGHTS_NAMES[experiment.initial_weights]
    told = [
        decays and f"weight decay {experiment.weight_decay:g}",
        experiment.target_loss is not None and f"target loss {experiment.target_loss:g}",
        experiment.patience is not None and f"patience {experiment.patience:,}",
        experiment.initial_weights != "he" and f"initial weights {weights}",
        not experiment.standardize and "inputs as they are",
    ]
    return [words for words in told if words]


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
