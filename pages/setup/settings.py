"""The inputs for training: what is entered there becomes the set-up."""

from dataclasses import replace

import streamlit as st

from pages.server import server
from pages.setup import layer_diagram, more_settings, optimizer_input, setting_input
from pages.setup.setting_input import PREFIX
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.wording.words import NO_LAYERS, layers_in
from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.limits import MAX_LAYERS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.layers_for import layers_for

HIDDEN_LABEL = SETTINGS["hidden"].label


def draw_fold() -> None:
    """Draw the switch that folds the panel of settings, so that the map has its room."""
    Input(f"{PREFIX}unfolded", lambda: session.current().view.settings, _fold).draw(
        st.toggle,
        "Settings",
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


def draw() -> None:
    """Draw the inputs that make sense for the optimizer, and the reasons if their values are refused."""
    experiment = session.current().experiment
    # containers, so that one input more or less does not move the expander below, which would close it
    with st.container(gap="xsmall"):
        optimizer_input.draw(experiment)
        _draw_pace(experiment)
    with st.container(gap="xsmall"):
        layer_diagram.draw(experiment)
        _draw_hidden()
        refused = st.container()  # below the one input that accepts any text, so that it is seen
        left, right = st.columns(2, gap="small")
        with left:
            _draw("steps", experiment, server.current().limits.max_steps)
        with right:
            _draw("seed", experiment)
    more_settings.draw(experiment)
    with refused:
        refusal.draw_inputs(PREFIX, "These settings cannot be used. The last valid ones stay.")


def _draw_pace(experiment: Experiment) -> None:
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        _draw("learning_rate", experiment)
    with right:
        if not OPTIMIZERS[experiment.optimizer].needs_full_batch:
            optimizer_input.draw_batch_size()
    for name in ("schedule", "momentum", "nesterov"):
        _draw(name, experiment)


def _draw(name: str, experiment: Experiment, most: int | None = None) -> None:
    if SETTINGS[name].is_used(experiment):
        setting_input.draw(SETTINGS[name], PREFIX + name, most=most)


def _draw_hidden() -> None:
    limits = server.current().limits
    Input(f"{PREFIX}hidden", _hidden_as_text, _adopt_hidden).draw(
        st.text_input,
        HIDDEN_LABEL,
        help="The neurons of each layer, such as 32, 32 or 32-32; the tutorial has 12. More neurons follow "
        "finer curves and take longer; try more layers before wider ones. "
        f"At most {MAX_LAYERS - 1} layers of up to {limits.max_width} neurons, and {limits.max_parameters:,} "
        "weights and biases. Write none for no hidden layer: all borders are then straight.",
    )


def _hidden_as_text() -> str:
    return ", ".join(map(str, session.current().experiment.hidden)) or NO_LAYERS


def _adopt_hidden(text: str) -> None:
    session.change(hidden=layers_in(HIDDEN_LABEL, text))


def _fold(unfolded: bool) -> None:
    session.set_view(replace(session.current().view, settings=unfolded))


def _preset(label: str, preset: Experiment, description: str) -> None:
    st.button(label, key=PREFIX + label, on_click=_use_preset, args=(preset,), help=description)


def _use_preset(preset: Experiment) -> None:
    now, sketch = session.current().experiment, session.current().setup.sketch
    if now.data is not None:
        experiment = preset.on_points(now.data, now.held_out_share)
        if preset == Experiment.recommended():
            experiment = replace(experiment, hidden=layers_for(experiment.sample_count or 0))
            sketch = sketch and replace(sketch, network=experiment.hidden)
    else:
        experiment = replace(preset, polynomials=now.polynomials, x_range=now.x_range, noise=now.noise)
    session.replace_setup(experiment, "Your settings were replaced.", sketch)
