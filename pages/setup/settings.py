"""The inputs for training: they show the set-up, and what they hold becomes the set-up."""

import math
from dataclasses import replace

import streamlit as st

from pages.server import hosting
from pages.setup import layer_diagram, more_settings, optimizer_input, seed
from pages.state import session, typed
from pages.wording import layers, refusal
from polycore import Experiment
from polycore.experiment.settings import MEASURED_PER_CLASS
from polycore.limits import MAX_LAYERS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES
from polycore.points.layers_for import layers_for

PREFIX = "settings"
HIDDEN_LABEL = "Hidden layers"

SCHEDULE_HELP = """
How the learning rate changes over the steps.

- **Constant** does not change it. Use it to see what one rate does.
- **Linear** lets it fall to 0 along a straight line, **Cosine** along a curve that is steepest in the middle,
  so that the last steps are small. Use either for the best network.
- **One-cycle** begins with 1/25 of it, rises for 30\u00a0% of the steps and then falls to almost 0. Use it to
  try a high rate.
"""
BATCH_SIZE_HELP = f"""
The number of points in each step. Small batches make fast, noisy steps: use 64 to 512 for fresh points or
many samples. Use 0 for few samples and for search: all samples every step (with fresh points,
{MEASURED_PER_CLASS} of each polynomial).
"""


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
            _steps(experiment)
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
    return replace(
        experiment,
        hidden=_held_hidden(experiment),
        learning_rate=typed.held(_key("learning_rate"), experiment.learning_rate),
        schedule=typed.held(_key("schedule"), experiment.schedule),
        batch_size=_held_batch_size(experiment),
        steps=typed.held(_key("steps"), experiment.steps),
        seed=typed.held(seed.key(PREFIX), experiment.seed),
        momentum=typed.held(_key("momentum"), experiment.momentum),
        nesterov=typed.held(_key("nesterov"), experiment.nesterov),
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
    return typed.held(_key("batch_size"), experiment.batch_size) or None


def _pace(experiment: Experiment) -> None:
    uses = OPTIMIZERS[experiment.optimizer].uses
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        if "learning_rate" in uses:
            _learning_rate(experiment)
    with right:
        _batch_size(experiment)
    if "schedule" in uses:
        _schedule(experiment)
    if "momentum" in uses:
        _momentum(experiment)
    if "nesterov" in uses:
        _nesterov(experiment)


def _learning_rate(experiment: Experiment) -> None:
    st.number_input(
        "Learning rate",
        min_value=0.0,
        max_value=10.0,
        value=experiment.learning_rate,
        step=_increment(experiment.learning_rate),
        format="%.6g",
        key=_key("learning_rate"),
        on_change=typed.note,
        help=OPTIMIZERS[experiment.optimizer].words.learning_rate,
    )


def _schedule(experiment: Experiment) -> None:
    st.segmented_control(
        "Schedule",
        SCHEDULES,
        default=experiment.schedule,
        required=True,
        format_func=str.capitalize,
        key=_key("schedule"),
        on_change=typed.note,
        help=SCHEDULE_HELP,
    )


def _momentum(experiment: Experiment) -> None:
    st.number_input(
        "Momentum",
        min_value=0.0,
        max_value=1.0,
        value=experiment.momentum,
        step=0.05,
        key=_key("momentum"),
        on_change=typed.note,
        help="From 0 to below 1: how much of the last step is added to the next. Use 0.9: it smooths the "
        "path when gradients disagree. 0 is plain SGD.",
    )


def _nesterov(experiment: Experiment) -> None:
    st.toggle(
        "Nesterov momentum",
        value=experiment.nesterov,
        key=_key("nesterov"),
        on_change=typed.note,
        help="Off: classical momentum. On: each step looks ahead to where momentum leads. Try it if the loss "
        "goes up and down at a high momentum.",
    )


def _hidden(experiment: Experiment) -> None:
    limits = hosting.limits()
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


def _batch_size(experiment: Experiment) -> None:
    if OPTIMIZERS[experiment.optimizer].needs_full_batch:
        return
    # 0 and not an empty input: Streamlit lets the user empty only inputs that began empty
    st.number_input(
        "Batch size (0 = all points)",
        min_value=0,
        max_value=_maximum(hosting.limits().max_batch_size, experiment.batch_size or 0),
        value=experiment.batch_size or 0,
        step=64,
        key=_key("batch_size"),
        on_change=typed.note,
        help=BATCH_SIZE_HELP,
    )


def _steps(experiment: Experiment) -> None:
    st.number_input(
        "Steps",
        min_value=1,
        max_value=_maximum(hosting.limits().max_steps, experiment.steps),
        value=experiment.steps,
        step=1000,
        key=_key("steps"),
        on_change=typed.note,
        help="The number of steps of the run; each changes all weights once. Use more if the loss still "
        "falls at the end. Stop ends the run earlier.",
    )


def _maximum(limit: int, value: int) -> int:
    """Return an input's maximum: it can show a value from a link above the limit, which Start refuses."""
    return max(limit, value)


def _increment(learning_rate: float) -> float:
    """Return what + and - add: a tenth of the power of ten at or above the rate, so that - never gives 0."""
    return 10.0 ** (math.ceil(math.log10(learning_rate)) - 1)


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
