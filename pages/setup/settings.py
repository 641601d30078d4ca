"""The inputs for training: what is entered there becomes the set-up."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.server import server
from pages.setup import controls, layer_diagram, optimizer_input, setting_input
from pages.setup.setting_input import PREFIX
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.setup import Setup
from pages.state.view import Fold
from pages.wording.words import NO_LAYERS
from polycore import Experiment
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.kinds import Number, OrNone, WholeNumber
from polycore.experiment.settings import INITIAL_WEIGHTS, SETTINGS, Setting
from polycore.limits import MAX_LAYERS
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, NAMES, label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.split import layers_for

REPLACED = "Your settings were replaced."
MOST_INPUTS = 4  # that are named on the button that chooses them
FOLD_KEY = "train.fold"
# settings whose inputs are on Polynomials and Data, or that are in view on Train
ELSEWHERE = {
    *("polynomials", "samples_per_class", "x_range", "noise", "data", "held_out_share"),
    *("optimizer", "learning_rate", "schedule", "momentum", "nesterov"),
    *("hidden", "features", "activation", "batch_size", "steps"),
}
AGAINST_OVERFITTING = ("weight_decay", "l1", "l2", "dropout", "patience")
# what few need, by the parts in which it is folded
FOLDS: dict[Fold, list[Setting]] = {
    "Against overfitting": [SETTINGS[field] for field in AGAINST_OVERFITTING],
    "Seed, sampling and more": [
        setting
        for setting in SETTINGS.values()
        if setting.field not in ELSEWHERE and setting.field not in AGAINST_OVERFITTING
    ],
}
# by the labels of their buttons, with what their help says
PRESETS = {
    "Recommended": (
        Experiment.recommended(),
        "SOAP, fresh points where the network errs, several narrow layers, and a learning rate that rises at "
        "first and then falls.",
    ),
    "The tutorial's": (
        Experiment.tutorial(),
        "Random search at 0.0005, 100 fixed samples of each polynomial, one layer of 12 neurons, inputs not "
        "standardized.",
    ),
    "L-BFGS": (
        Experiment(samples_per_class=100, hidden=(12,), optimizer="lbfgs", steps=1000),
        "The tutorial's data and its layer of 12 neurons, but with L-BFGS, He's initial weights and "
        "standardized inputs.",
    ),
}


def draw_fold() -> None:
    """Draw the switch that folds the panel of settings, so that the map has its room."""
    with st.container(key=FOLD_KEY, width="content"):
        Input(
            f"{PREFIX}unfolded",
            lambda: session.current().view.settings,
            lambda unfolded: session.change_view(settings=unfolded),
        ).draw(
            st.toggle,
            "Settings",
            help="Shows the settings beside the map. Without them the map is larger.",
        )


def _draw_presets() -> None:
    """Draw the menu of the presets; see `with_preset`."""
    # another key closes it
    with st.popover("Presets", type="tertiary", key=f"{PREFIX}presets.{session.current().view.presets}"):
        for label, (preset, about) in PRESETS.items():
            st.button(
                label,
                key=PREFIX + label,
                type="tertiary",
                on_click=_use_preset,
                args=(preset,),
                help=about,
            )


def _use_preset(preset: Experiment) -> None:
    setup = with_preset(session.current().setup, preset)
    session.change_view(presets=session.current().view.presets + 1)
    session.replace_setup(setup.experiment, REPLACED, setup.sketch)


def with_preset(setup: Setup, preset: Experiment) -> Setup:
    """Return a set-up with the settings of a preset, on the polynomials or the points of `setup`.

    Samples that an optimizer has replaced are forgotten. On points, the recommended settings have layers that
    suit the number of points.
    """
    now, sketch = setup.experiment, setup.sketch
    if now.data is None:
        experiment = replace(preset, polynomials=now.polynomials, x_range=now.x_range, noise=now.noise)
        return Setup(experiment, sketch=sketch)
    experiment = preset.on_points(now.data, now.held_out_share)
    if preset == Experiment.recommended():
        experiment = replace(experiment, hidden=layers_for(experiment.sample_count or 0))
        sketch = sketch and replace(sketch, network=experiment.hidden)
    return Setup(experiment, sketch=sketch)


def draw() -> None:
    """Draw the inputs that make sense for the optimizer, and the reasons if their values are refused."""
    experiment = session.current().experiment
    # containers, so that one input more or less does not move what is below it, which would close it
    with st.container(gap="xsmall"):
        _draw_network(experiment)
    refused = st.container()  # amid the inputs, so that it is seen
    with st.container(gap="xsmall"):
        _draw_learning(experiment)
    with st.container(gap=None):
        for fold in FOLDS:
            _draw_fold(fold, experiment)
    with refused:
        refusal.draw_inputs(PREFIX, "These settings cannot be used. The last valid ones stay.")
    with st.container():
        controls.draw_changes()


def _head(title: str) -> DeltaGenerator:
    """Draw the title of a group; return the row that it begins."""
    row = st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"{PREFIX}{title}",
    )
    row.markdown(f"**{title}**", width="content")
    return row


def _draw_network(experiment: Experiment) -> None:
    with _head("Network"):
        st.caption(f"{experiment.parameter_count:,} weights", width="content")
        _draw_features(experiment)
    layer_diagram.draw(experiment)
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        _draw_hidden()
    with right:
        _draw("activation", experiment)


def _draw_features(experiment: Experiment) -> None:
    """Draw the menu of the input features."""
    features = SETTINGS["features"]
    with st.popover(inputs_label(experiment), type="tertiary", key=f"{PREFIX}inputs"):
        held = setting_input.draw(features, f"{PREFIX}features", options=options(features, experiment))
        if not held:
            st.caption("Choose at least one. Until then the last ones stay.")
        st.caption(features.explained(experiment))


def inputs_label(experiment: Experiment) -> str:
    """Return the label of the button that chooses the inputs of the network: which they are."""
    names = list(map(label_of, experiment.features))
    named = ", ".join(names) if len(names) <= MOST_INPUTS else f"{len(names)} features"
    return f"Inputs · {named}"


def _draw_learning(experiment: Experiment) -> None:
    with _head("Learning"):
        setting_input.draw_new_seed(PREFIX.rstrip("."))
        _draw_presets()
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        optimizer_input.draw()
    with right:
        _draw("learning_rate", experiment)
    optimizer_input.draw_note()
    # beside a lesson's panel no input is wide enough for buttons beside its number, and this label is longest
    in_lesson = session.current().lessons.current is not None
    left, right = st.columns([3, 2] if in_lesson else 2, gap="small", vertical_alignment="bottom")
    with left:
        if not OPTIMIZERS[experiment.optimizer].needs_full_batch:
            optimizer_input.draw_batch_size()
    with right, st.container(key=f"{PREFIX}steps"):
        _draw("steps", experiment)
        if controls.is_to_continue():
            st.caption("more" if in_lesson else f"{experiment.steps:,} more", width="content")
    for field in ("schedule", "momentum", "nesterov"):
        _draw(field, experiment)


def _draw(field: str, experiment: Experiment) -> None:
    setting = SETTINGS[field]
    if setting.is_used(experiment):
        adopt = _choose_activation if field == "activation" else None
        setting_input.draw(setting, PREFIX + field, adopt, options=options(setting, experiment))


def _choose_activation(activation: str) -> None:
    session.load(session.current().experiment.with_activation(activation))


def _draw_hidden() -> None:
    limits, hidden = server.current().limits, SETTINGS["hidden"]
    Input(
        f"{PREFIX}hidden",
        lambda: ", ".join(map(str, session.current().experiment.hidden)) or NO_LAYERS,
        lambda text: session.change(hidden=setting_input.read(hidden, text)),
    ).draw(
        st.text_input,
        hidden.label,
        help="The neurons of each layer, such as 32, 32 or 32-32; the tutorial has 12. More neurons follow "
        "finer curves and take longer; try more layers before wider ones. "
        f"At most {MAX_LAYERS - 1} layers of up to {limits.max_width} neurons, and {limits.max_parameters:,} "
        "weights and biases. Write none for no hidden layer: all borders are then straight.",
    )


# --- the settings that few users need ----------------------------------------------------------


def fold_key(fold: Fold) -> str:
    """Return the key of the button that unfolds a part, and folds it again."""
    return f"{PREFIX}fold.{fold}"


def _draw_fold(fold: Fold, experiment: Experiment) -> None:
    """Draw a part of the settings; its inputs only while it is unfolded.

    Without them a change of the set-up costs a browser a seventh less. No expander: one whose label says
    what is in use would close as that changes.
    """
    is_unfolded = fold in session.current().view.unfolded
    st.button(
        f"{fold} · {state_of(fold, experiment)}",
        key=fold_key(fold),
        type="tertiary",
        icon=":material/expand_less:" if is_unfolded else ":material/expand_more:",
        icon_position="right",
        width="stretch",
        on_click=lambda: session.change_view(unfolded=session.current().view.unfolded ^ {fold}),
    )
    if is_unfolded:
        with st.container(gap="xsmall"):
            _draw_inputs_of(fold, experiment)


def _draw_inputs_of(fold: Fold, experiment: Experiment) -> None:
    for setting in FOLDS[fold]:
        if setting.field == "l1" and setting.is_used(experiment):  # the penalties side by side
            for column, penalty in zip(st.columns(2, gap="small"), ("l1", "l2"), strict=True):
                with column:
                    _draw(penalty, experiment)
        elif setting.field != "l2":
            _draw(setting.field, experiment)


def options(setting: Setting, experiment: Experiment) -> list[str] | None:
    """Return the choices that make sense for the experiment; None for all."""
    match setting.field:
        case "features" if experiment.data is not None:
            return [name for name in NAMES if name != DISTANCES]
        case "sampling" if not OPTIMIZERS[experiment.optimizer].sees_errors:
            return [name for name in SAMPLINGS if name != "errors"]
        case "initial_weights" if ACTIVATIONS[experiment.activation].initial_weights != "he":
            return [name for name in INITIAL_WEIGHTS if name != "he"]
        case _:
            return None


def state_of(fold: Fold, experiment: Experiment) -> str:
    """Return what of a folded part an experiment uses, in a few words: the seed, and what is not as usual."""
    return ", ".join(_in_use(FOLDS[fold], experiment)) or "none"


def _in_use(settings: Iterable[Setting], experiment: Experiment) -> Iterator[str]:
    for setting in settings:
        value = getattr(experiment, setting.field)
        is_number = isinstance(setting.kind, Number | WholeNumber | OrNone)
        is_unusual = is_number and setting.is_used(experiment) and value != setting.default
        if setting.field == "seed" or is_unusual:
            yield f"{setting.name} {setting.kind.shown(value)}"
        elif setting.field == "initial_weights":
            if value != ACTIVATIONS[experiment.activation].initial_weights:
                yield f"initial weights {INITIAL_WEIGHTS[value]}"
        elif setting.field == "standardize" and not value:
            yield "inputs as they are"
