"""The inputs for training: they show the set-up, and what they hold becomes the set-up."""

from dataclasses import replace

import streamlit as st

from pages.server import server
from pages.setup import layer_diagram, more_settings, optimizer_input, seed, setting_input
from pages.state import refusal, session, typed
from pages.wording import layers
from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.limits import MAX_LAYERS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.layers_for import layers_for

PREFIX = "settings"
HIDDEN_LABEL = SETTINGS["hidden"].label
# drawn by their entries in the table alone
PLAIN = ("learning_rate", "schedule", "steps", "momentum", "nesterov")


def draw_fold() -> None:
    """Draw the switch that folds the panel of settings, so that the map has its room."""
    key = _key("unfolded")
    st.toggle(
        "Settings",
        value=session.current().view.settings,
        key=key,
        on_change=_fold,
        args=(key,),
        help="Shows the settings beside the map. Without them the map is larger.",
    )


def presets() -> None:
    """Draw a button for each preset, which keeps the polynomials, the range of x and the noise."""
    # small gaps and no icons: the three fit one row on a phone
    with st.container(horizontal=True, gap="small"):
        _preset(
            "Recommended",
            Experiment.recommended(),
            "SOAP, fresh points where the network errs, several narrow layers, and a learning rate that "
            "rises at first and then falls.",
        )
        _preset(
            "The tutorial's",
            Experiment.tutorial(),
            "Random search at 0.0005, 100 fixed samples of each polynomial, one layer of 12 neurons, inputs "
            "not standardized.",
        )
        _preset(
            "L-BFGS",
            Experiment(samples_per_class=100, hidden=(12,), optimizer="lbfgs", steps=1000),
            "The tutorial's data and its layer of 12 neurons, but with L-BFGS, He's initial weights and "
            "standardized inputs.",
        )


def inputs() -> None:
    """Draw the inputs that make sense for the optimizer, and the reason if their values are refused."""
    typed.offer(PREFIX, take)
    experiment = session.current().experiment
    # containers, so that one input more or less does not move the expander below, which would close it
    with st.container(gap="xsmall"):
        optimizer_input.draw(experiment)
        _pace(experiment)
    with st.container(gap="xsmall"):
        layer_diagram.draw(experiment)
        _hidden(experiment)
        refused = st.container()  # below the one input that accepts any text, so that it is seen
        left, right = st.columns(2, gap="small")
        with left:
            _draw("steps", experiment, server.current().limits.max_steps)
        with right:
            seed.draw(PREFIX)
    more_settings.draw(experiment)
    with refused:
        refusal.show_if_refused("These settings cannot be used. The last valid ones stay.", _held)


def take() -> None:
    """Move what the inputs hold into the set-up. Raises PolycoreError if that is not valid."""
    experiment = _held()
    if experiment != session.current().experiment:
        replaced = optimizer_input.replaced_by(_with_fields(), experiment)
        session.set_setup(replace(session.current().setup, experiment=experiment, replaced=replaced))


def _held() -> Experiment:
    """Return the set-up that the inputs hold. Raises PolycoreError if it is not valid."""
    return optimizer_input.with_chosen(_with_fields())


def _with_fields() -> Experiment:
    """Return the same, but with the set-up's optimizer."""
    experiment = session.current().experiment
    held = {name: setting_input.held(SETTINGS[name], experiment, _key(name)) for name in PLAIN}
    return replace(
        experiment,
        hidden=_held_hidden(experiment),
        batch_size=_held_batch_size(experiment),
        seed=typed.held(seed.key(PREFIX), experiment.seed),
        **held,
        **more_settings.held(experiment),
    )


def _held_hidden(experiment: Experiment) -> tuple[int, ...]:
    key = _hidden_key()
    if key not in st.session_state:
        return experiment.hidden
    return layers.from_text(HIDDEN_LABEL, st.session_state[key])


def _held_batch_size(experiment: Experiment) -> int | None:
    if OPTIMIZERS[experiment.optimizer].needs_full_batch:
        return None  # all samples, however many there will be; there is no input
    held: int | None = setting_input.held(SETTINGS["batch_size"], experiment, _key("batch_size"))
    return held


def _pace(experiment: Experiment) -> None:
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        _draw("learning_rate", experiment)
    with right:
        if not OPTIMIZERS[experiment.optimizer].needs_full_batch:
            _draw("batch_size", experiment, server.current().limits.max_batch_size)
    for name in ("schedule", "momentum", "nesterov"):
        _draw(name, experiment)


def _draw(name: str, experiment: Experiment, most: int | None = None) -> None:
    if SETTINGS[name].is_used(experiment):
        setting_input.draw(SETTINGS[name], experiment, _key(name), most=most)


def _hidden(experiment: Experiment) -> None:
    limits = server.current().limits
    st.text_input(
        HIDDEN_LABEL,
        value=", ".join(map(str, experiment.hidden)) or layers.NONE,
        key=_hidden_key(),
        on_change=typed.note,
        help="The neurons of each layer, such as 32, 32 or 32-32; the tutorial has 12. More neurons follow "
        "finer curves and take longer; try more layers before wider ones. "
        f"At most {MAX_LAYERS - 1} layers of up to {limits.max_width} neurons, and {limits.max_parameters:,} "
        "weights and biases. Write none for no hidden layer: all borders are then straight.",
    )


def _fold(key: str) -> None:
    typed.note()  # else what was typed last would go with the inputs
    session.set_view(replace(session.current().view, settings=st.session_state[key]))


def _preset(label: str, preset: Experiment, description: str) -> None:
    st.button(label, key=f"{PREFIX}.{label}", on_click=_use_preset, args=(preset,), help=description)


def _use_preset(preset: Experiment) -> None:
    typed.note()
    now, sketch = session.current().experiment, session.current().setup.sketch
    if now.data is not None:
        experiment = preset.on_points(now.data, now.held_out_share)
        if preset == Experiment.recommended():
            experiment = replace(experiment, hidden=layers_for(experiment.sample_count or 0))
            sketch = sketch and replace(sketch, network=experiment.hidden)
    else:
        experiment = replace(preset, polynomials=now.polynomials, x_range=now.x_range, noise=now.noise)
    session.replace_setup(experiment, "Your settings were replaced.", sketch)


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")


def _hidden_key() -> str:
    return session.current().inputs.key(f"{PREFIX}.hidden", "layers")
