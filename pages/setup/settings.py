"""The inputs for training: what is entered there becomes the set-up."""

from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from pages.server import server
from pages.setup import layer_diagram, optimizer_input, setting_input
from pages.setup.setting_input import PREFIX
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.setup import Setup
from pages.wording.words import NO_LAYERS, layers_in
from polycore import Experiment
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.kinds import Number, OrNone, WholeNumber
from polycore.experiment.settings import INITIAL_WEIGHTS, SETTINGS, Setting
from polycore.limits import MAX_LAYERS
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, NAMES, PLAIN, label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.split import layers_for

MORE_KEY = "more_settings.open"
REPLACED = "Your settings were replaced."
HIDDEN_LABEL = SETTINGS["hidden"].label
# settings whose inputs are on Polynomials and Data, or above "More settings"
ELSEWHERE = {
    *("polynomials", "samples_per_class", "x_range", "noise", "data", "held_out_share"),
    *("optimizer", "learning_rate", "schedule", "momentum", "nesterov"),
    *("hidden", "batch_size", "steps", "seed"),
}
MORE = [setting for setting in SETTINGS.values() if setting.field not in ELSEWHERE]
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
    Input(
        f"{PREFIX}unfolded",
        lambda: session.current().view.settings,
        lambda unfolded: session.update(view=replace(session.current().view, settings=unfolded)),
    ).draw(
        st.toggle,
        "Settings",
        help="Shows the settings beside the map. Without them the map is larger.",
    )


def presets() -> None:
    """Draw a button for each preset; see `with_preset`."""
    # small gaps and no icons: the three fit one row on a phone
    with st.container(horizontal=True, gap="small"):
        for label, (preset, about) in PRESETS.items():
            st.button(label, key=PREFIX + label, on_click=_use_preset, args=(preset,), help=about)


def _use_preset(preset: Experiment) -> None:
    setup = with_preset(session.current().setup, preset)
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
    # containers, so that one input more or less does not move the expander below, which would close it
    with st.container(gap="xsmall"):
        optimizer_input.draw()
        left, right = st.columns(2, gap="small", vertical_alignment="bottom")
        with left:
            _draw("learning_rate", experiment)
        with right:
            if not OPTIMIZERS[experiment.optimizer].needs_full_batch:
                optimizer_input.draw_batch_size()
        for field in ("schedule", "momentum", "nesterov"):
            _draw(field, experiment)
    with st.container(gap="xsmall"):
        layer_diagram.draw(experiment)
        _draw_hidden()
        refused = st.container()  # amid the inputs, so that it is seen
        left, right = st.columns(2, gap="small")
        with left:
            _draw("steps", experiment)
        with right:
            _draw("seed", experiment)
    # only while it is open: without these inputs a change of the set-up costs a browser a seventh less
    expander = st.expander("More settings", icon=":material/tune:", key=MORE_KEY, on_change="rerun")
    if expander.open:
        with expander:
            _draw_more(experiment)
    in_use = ", ".join(more_in_use(experiment))
    if in_use:  # said below it, for it may be closed
        st.caption(f"In use: {in_use}.")
    with refused:
        refusal.draw_inputs(PREFIX, "These settings cannot be used. The last valid ones stay.")


def _draw(field: str, experiment: Experiment) -> None:
    if SETTINGS[field].is_used(experiment):
        setting_input.draw(SETTINGS[field], PREFIX + field)


def _draw_hidden() -> None:
    limits = server.current().limits
    Input(
        f"{PREFIX}hidden",
        lambda: ", ".join(map(str, session.current().experiment.hidden)) or NO_LAYERS,
        lambda text: session.change(hidden=layers_in(HIDDEN_LABEL, text)),
    ).draw(
        st.text_input,
        HIDDEN_LABEL,
        help="The neurons of each layer, such as 32, 32 or 32-32; the tutorial has 12. More neurons follow "
        "finer curves and take longer; try more layers before wider ones. "
        f"At most {MAX_LAYERS - 1} layers of up to {limits.max_width} neurons, and {limits.max_parameters:,} "
        "weights and biases. Write none for no hidden layer: all borders are then straight.",
    )


# --- the settings that few users need ----------------------------------------------------------


def _draw_more(experiment: Experiment) -> None:
    for setting in MORE:
        if setting.field == "l1" and setting.is_used(experiment):  # the penalties side by side
            for column, penalty in zip(st.columns(2), ("l1", "l2"), strict=True):
                with column:
                    _draw(penalty, experiment)
        elif setting.field != "l2" and setting.is_used(experiment):
            adopt = _choose_activation if setting.field == "activation" else None
            choices = options(setting, experiment)
            held = setting_input.draw(setting, PREFIX + setting.field, adopt, options=choices)
            if setting.field == "features" and not held:
                st.caption("Choose at least one. Until then the last ones stay.")


def _choose_activation(activation: str) -> None:
    session.load(session.current().experiment.with_activation(activation))


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


def more_in_use(experiment: Experiment) -> Iterator[str]:
    """Yield what of "More settings" an experiment uses that is not as usual, in words."""
    for setting in MORE:
        value = getattr(experiment, setting.field)
        is_number = isinstance(setting.kind, Number | WholeNumber | OrNone)
        if is_number and setting.is_used(experiment) and value != setting.default:
            yield f"{setting.name} {setting.kind.shown(value)}"
    if experiment.features != PLAIN:
        yield f"inputs {', '.join(map(label_of, experiment.features))}"
    if experiment.activation != "relu":
        yield ACTIVATIONS[experiment.activation].label
    if experiment.initial_weights != ACTIVATIONS[experiment.activation].initial_weights:
        yield f"initial weights {INITIAL_WEIGHTS[experiment.initial_weights]}"
    if not experiment.standardize:
        yield "inputs as they are"
