"""The settings that few users need, in an expander that is closed at first."""

from typing import TypedDict

import streamlit as st

from pages.state import session, typed
from polycore import Experiment
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.settings import INITIAL_WEIGHTS
from polycore.limits import MAX_STEPS, MOST_DROPOUT
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, NAMES, PLAIN, label_of
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "more_settings"
OPEN_KEY = f"{PREFIX}.open"
INITIAL_WEIGHTS_NAMES = {"he": "He", "glorot": "Glorot", "siren": "SIREN", "tutorial": "0.1"}

ACTIVATION_HELP = """
What every hidden neuron makes of its sum z.

- **ReLU**, max(0, z): each neuron folds the plane along one line. **Leaky ReLU** passes a hundredth of a
  number below 0, so that no neuron dies.
- **tanh** and **Sigmoid** are smooth and limited, **GELU** and **SiLU** are smooth relatives of ReLU.
- **Sine** is periodic: few neurons draw fine borders, and far from the points the answers are a wild pattern.
- **Identity** passes z as it is: all layers together are then a linear function, and borders are straight.
"""

FEATURES_HELP = """
The numbers that the first layer gets for a point. With the right ones a network needs few neurons, or none:
choose x² and x³ for curves of that degree. **y − p(x)** is a trick: the distance to each curve, up or down,
which is almost the answer. At least one; they are standardized like x and y.
"""
WEIGHT_DECAY_HELP = """
Each step shrinks all weights by this times the learning rate. Try 0.01 for few fixed samples and a large
network, which overfits them. Do not expect much: curves that cross need large weights. With fresh points 0 is
best.
"""
L1_HELP = """
Adds this times the sum of the sizes of all weights to the loss that steps minimize. Weights that help little
shrink to almost 0, so fewer connections carry the answer. Try 0.003.
"""
L2_HELP = """
Adds half of this times the sum of the squares of all weights to the loss that steps minimize. Large weights
shrink most, and borders become smoother. Try 0.01 for few noisy samples.
"""
DROPOUT_HELP = """
Each step leaves out this share of the hidden neurons, at random for each point, so that no neuron can rely on
one other. Map and figures are of the whole network. Try 0.5 for few noisy samples and a wide network, such as
64 neurons; without noise, or in a narrow network, it makes the answers worse.
"""
WARMUP_HELP = """
The learning rate rises over so many steps to that of the schedule. Use it for a high learning rate, whose
first steps would otherwise throw the weights far off.
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
How large the random initial weights are. He, Glorot and SIREN adapt that to each layer, so that signals keep
their size through many layers: He with ReLU and its relatives, Glorot with tanh and Sigmoid, SIREN with Sine.
0.1 is the tutorial's: use it to see what the tutorial saw.
"""
SAMPLING_HELP = """
Where the fresh points of a step are drawn.

- **Random**: anywhere on the polynomials. Use it to see plain training.
- **Even**: equally spaced in x, equally many on each polynomial. Use it to leave less to chance.
- **Crossings**: even, but more of them where two curves are close. Many of the last mistakes are there.
- **Where it errs**: even, but more of them where the network was wrong or unsure in the last few hundred
  steps. Use it for the best network. It needs an optimizer that follows the gradient of a batch.
"""
SAMPLING_NAMES = {"random": "Random", "even": "Even", "crossings": "Crossings", "errors": "Where it errs"}


class MoreSettings(TypedDict):
    """The fields of an experiment that the inputs hold."""

    sampling: str
    growing_batches: bool
    weight_decay: float
    l1: float
    l2: float
    dropout: float
    warmup_steps: int
    target_loss: float | None
    patience: int | None
    activation: str
    features: tuple[str, ...]
    initial_weights: str
    standardize: bool


def draw(experiment: Experiment) -> None:
    """Draw the inputs that make sense for the optimizer."""
    # only while it is open: without these inputs a change of the set-up costs a browser a seventh less
    expander = st.expander("More settings", icon=":material/tune:", key=OPEN_KEY, on_change="rerun")
    if expander.open:
        with expander:
            _features(experiment)
            _activation(experiment)
            _fresh_points(experiment)
            _weight_decay(experiment)
            _penalties(experiment)
            _dropout(experiment)
            _warmup(experiment)
            _target_loss(experiment)
            _patience(experiment)
            _initial_weights(experiment)
            _standardize(experiment)
    _draw_summary(experiment)


def held(experiment: Experiment) -> MoreSettings:
    """Return what the inputs hold; what `experiment` has if an input is not drawn."""
    if experiment.data is not None:  # its points are not sampled, whatever an input held before
        sampling, growing_batches = experiment.sampling, experiment.growing_batches
    else:
        sampling = typed.held(_sampling_key(experiment), experiment.sampling)
        growing_batches = typed.held(_key("growing_batches"), experiment.growing_batches)
    activation = typed.held(_key("activation"), experiment.activation)
    suited = experiment.with_activation(activation)
    return {
        "activation": activation,
        "features": tuple(typed.held(_key("features"), experiment.features)),
        "sampling": sampling,
        "growing_batches": growing_batches,
        "weight_decay": typed.held(_key("weight_decay"), experiment.weight_decay),
        "l1": typed.held(_key("l1"), experiment.l1),
        "l2": typed.held(_key("l2"), experiment.l2),
        "dropout": typed.held(_key("dropout"), experiment.dropout),
        "warmup_steps": typed.held(_key("warmup_steps"), experiment.warmup_steps),
        # 0 stands for None in these two inputs
        "target_loss": typed.held(_key("target_loss"), experiment.target_loss) or None,
        "patience": typed.held(_key("patience"), experiment.patience) or None,
        "initial_weights": typed.held(_weights_key(suited), suited.initial_weights),
        "standardize": typed.held(_key("standardize"), experiment.standardize),
    }


def _fresh_points(experiment: Experiment) -> None:
    if experiment.samples_per_class is not None:
        return
    st.segmented_control(
        "Fresh points",
        _samplings(experiment),
        default=experiment.sampling,
        required=True,
        format_func=SAMPLING_NAMES.__getitem__,
        key=_sampling_key(experiment),
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
    if not _uses(experiment, "weight_decay"):
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


def _penalties(experiment: Experiment) -> None:
    if not _uses(experiment, "l1"):
        return
    for column, name, strength, explained in zip(
        st.columns(2), ("l1", "l2"), (experiment.l1, experiment.l2), (L1_HELP, L2_HELP), strict=True
    ):
        with column:
            st.number_input(
                f"{name.upper()} penalty",
                min_value=0.0,
                max_value=10.0,
                value=strength,
                step=0.001,
                format="%.6g",
                key=_key(name),
                on_change=typed.note,
                help=explained,
            )


def _dropout(experiment: Experiment) -> None:
    if not _uses(experiment, "dropout"):
        return
    st.number_input(
        "Dropout",
        min_value=0.0,
        max_value=MOST_DROPOUT,
        value=experiment.dropout,
        step=0.05,
        format="%.6g",
        key=_key("dropout"),
        on_change=typed.note,
        help=DROPOUT_HELP,
    )


def _warmup(experiment: Experiment) -> None:
    if not _uses(experiment, "warmup_steps"):
        return
    st.number_input(
        "Warm-up steps",
        min_value=0,
        max_value=MAX_STEPS,
        value=experiment.warmup_steps,
        step=100,
        key=_key("warmup_steps"),
        on_change=typed.note,
        help=WARMUP_HELP,
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


def _features(experiment: Experiment) -> None:
    chosen = st.pills(
        "Input features",
        [name for name in NAMES if name != DISTANCES or experiment.data is None],
        selection_mode="multi",
        default=list(experiment.features),
        format_func=label_of,
        key=_key("features"),
        on_change=typed.note,
        help=FEATURES_HELP,
    )
    if not chosen:
        st.caption("Choose at least one. Until then the last ones stay.")


def _activation(experiment: Experiment) -> None:
    st.selectbox(
        "Activation",
        list(ACTIVATIONS),
        index=list(ACTIVATIONS).index(experiment.activation),
        format_func=lambda name: ACTIVATIONS[name].label,
        key=_key("activation"),
        on_change=typed.note,
        help=ACTIVATION_HELP,
    )


def _initial_weights(experiment: Experiment) -> None:
    st.segmented_control(
        "Initial weights",
        [name for name in INITIAL_WEIGHTS if name != "he" or _suited(experiment) == "he"],
        default=experiment.initial_weights,
        required=True,
        format_func=INITIAL_WEIGHTS_NAMES.__getitem__,
        key=_weights_key(experiment),
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
    weights = INITIAL_WEIGHTS_NAMES[experiment.initial_weights]
    phrases = [
        *(
            _uses(experiment, name) and bool(value) and f"{words} {value:,g}"
            for name, words, value in (
                ("weight_decay", "weight decay", experiment.weight_decay),
                ("l1", "L1 penalty", experiment.l1),
                ("l2", "L2 penalty", experiment.l2),
                ("dropout", "dropout", experiment.dropout),
                ("warmup_steps", "warm-up steps", experiment.warmup_steps),
            )
        ),
        experiment.target_loss is not None and f"target loss {experiment.target_loss:g}",
        experiment.patience is not None and f"patience {experiment.patience:,}",
        experiment.features != PLAIN and f"inputs {', '.join(map(label_of, experiment.features))}",
        experiment.activation != "relu" and ACTIVATIONS[experiment.activation].label,
        experiment.initial_weights != _suited(experiment) and f"initial weights {weights}",
        not experiment.standardize and "inputs as they are",
    ]
    return [phrase for phrase in phrases if phrase]


def _uses(experiment: Experiment, setting: str) -> bool:
    return setting in OPTIMIZERS[experiment.optimizer].uses


def _suited(experiment: Experiment) -> str:
    return ACTIVATIONS[experiment.activation].initial_weights


def _samplings(experiment: Experiment) -> list[str]:
    sees_errors = OPTIMIZERS[experiment.optimizer].sees_errors
    return [name for name in SAMPLINGS if name != "errors" or sees_errors]


def _sampling_key(experiment: Experiment) -> str:
    """Return a key for each list of samplings: a choice of an optimizer may change both."""
    return _key("sampling" if OPTIMIZERS[experiment.optimizer].sees_errors else "sampling.without_errors")


def _weights_key(experiment: Experiment) -> str:
    """Return a key for each scheme that suits: the choice of another activation brings its own."""
    return _key(f"initial_weights.{_suited(experiment)}")


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
