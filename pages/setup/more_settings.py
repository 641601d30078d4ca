"""The settings that few users need, in an expander that is closed at first."""

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
Each step shrinks all weights by this times the learning rate. Try 0.01 for few fixed samples and a large
network, which overfits them. Do not expect much: curves that cross need large weights. With fresh points 0 is
best.
"""
TARGET_LOSS_HELP = """
In nats: the run ends when the loss on the training set is this low. Use it to compare how soon optimizers
reach the same loss.
"""
PATIENCE_HELP = """
The run ends when the loss on held-out points has not fallen for this many steps. Use it for few fixed
samples, which a network sooner or later overfits. The held-out accuracy is then a little too high, because
the same points decided when to stop.
"""
INITIAL_WEIGHTS_HELP = """
The standard deviation of the random initial weights. He adapts it to each layer, so that signals keep their
size through many layers: use it for any network. 0.1 is the tutorial's: use it to see what the tutorial saw.
"""
SAMPLING_HELP = """
Where the fresh points of a step are drawn.

- **Random**: anywhere on the polynomials. Use it to see plain training.
- **Even**: equally spaced in x, equally many on each polynomial. Use it to leave less to chance.
- **Crossings**: even, but more of them where two curves are close. Use it for the best network: its last
  mistakes are there.
"""


class MoreSettings(TypedDict):
    """The fields of an experiment that the inputs hold."""

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
    _draw_summary(experiment)


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
        help="Half the batch size for the first 40\u00a0% of the steps, twice the batch size for the last "
        "25\u00a0%. Use it for long runs: fast steps at first, less noisy ones at the end.",
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
        "Target loss (0 = none)",
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
        "Patience (0 = none)",
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
        help="Scale x and y to mean 0 and standard deviation 1 during training, so that one learning rate "
        "suits both. Leave it on; the tutorial has it off.",
    )


def _draw_summary(experiment: Experiment) -> None:
    """Say which of these settings are in use, as the expander may be closed."""
    in_use = _settings_in_use(experiment)
    if in_use:
        st.caption(f"In use: {', '.join(in_use)}.")


def _settings_in_use(experiment: Experiment) -> list[str]:
    decays = experiment.weight_decay > 0 and "weight_decay" in OPTIMIZERS[experiment.optimizer].uses
    weights = INITIAL_WEIGHTS_NAMES[experiment.initial_weights]
    phrases = [
        decays and f"weight decay {experiment.weight_decay:g}",
        experiment.target_loss is not None and f"target loss {experiment.target_loss:g}",
        experiment.patience is not None and f"patience {experiment.patience:,}",
        experiment.initial_weights != "he" and f"initial weights {weights}",
        not experiment.standardize and "inputs as they are",
    ]
    return [phrase for phrase in phrases if phrase]


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
