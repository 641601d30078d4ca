"""The inputs that say how to train: they show the set-up, and what they hold becomes the set-up."""

import math
from dataclasses import replace

import streamlit as st

from pages.server import hosting
from pages.setup import more_settings, optimizer_input, seed
from pages.state import session, typed
from pages.state.setup import Setup
from pages.wording import layers, refusal
from polycore import Experiment
from polycore.experiment.experiment import MEASURED_PER_CLASS
from polycore.limits import MAX_LAYERS
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES

PREFIX = "settings"
HIDDEN_LABEL = "Hidden layers"

SCHEDULE_HELP = """
How the learning rate goes over the steps.

- **Constant** stays. Take it to see what one rate does.
- **Cosine** falls to 0, for a calm end. Take it for the best network.
- **One-cycle** begins with 1/25, rises over 30\u00a0% of the steps and falls to almost 0. Take it to try a
  high rate.
"""
BATCH_SIZE_HELP = f"""
Points a step looks at. Small batches make quick, noisy steps: take 64 to 512 with fresh points or many
samples. Take 0 for few samples, and for search: all of them every step (of fresh points,
{MEASURED_PER_CLASS} a polynomial).
"""


def presets() -> None:
    """Draw the sets of settings that are one click away; polynomials, range and noise stay."""
    # small gaps and no icons: the three fit one row on a phone
    with st.container(horizontal=True, gap="small"):
        _preset(
            "Recommended",
            Experiment.recommended(),
            "Adam on fresh points every step, narrow layers one behind the other, a falling learning rate.",
        )
        _preset(
            "The tutorial's",
            Experiment.tutorial(),
            "Random search at 0.0005 on 100 fixed samples a polynomial, one layer of 12, raw inputs.",
        )
        _preset(
            "L-BFGS",
            Experiment(samples_per_class=100, hidden=(12,), optimizer="lbfgs", steps=1000),
            "The tutorial's data and its layer of 12, but L-BFGS, He's weights and scaled inputs.",
        )


def inputs() -> None:
    """Draw the inputs that make sense for the optimizer, and say why what they hold is refused, if it is."""
    typed.offer(PREFIX, take)
    experiment = session.current().experiment
    # containers, so that one input more or less does not move what stands below and close it
    with st.container():
        optimizer_input.draw(experiment)
        _pace(experiment)
    with st.container():
        _hidden(experiment)
        refused = st.container()  # beneath the one input that takes any text, where it is seen
        _length(experiment)
        seed.draw(PREFIX)
    more_settings.draw(experiment)
    with refused:
        refusal.show_if_refused("These settings cannot be used; the last good ones stand.", _held)


def take() -> None:
    """Make what the inputs hold the set-up. Raises PolycoreError if no set-up can be so."""
    experiment = _held()
    if experiment != session.current().experiment:
        replaced = optimizer_input.replaced_by(_with_fields(), experiment)
        session.set_setup(Setup(experiment, replaced))


def _held() -> Experiment:
    """Return the set-up that the inputs hold. Raises PolycoreError if they hold none."""
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
    key = _key("hidden")
    if key not in st.session_state:
        return experiment.hidden
    return layers.from_text(HIDDEN_LABEL, st.session_state[key])


def _held_batch_size(experiment: Experiment) -> int | None:
    if OPTIMIZERS[experiment.optimizer].needs_full_batch:
        return None  # it has no input, and holds all samples however many there will be
    return typed.held(_key("batch_size"), experiment.batch_size) or None


def _pace(experiment: Experiment) -> None:
    uses = OPTIMIZERS[experiment.optimizer].uses
    if "learning_rate" in uses:
        _learning_rate(experiment)
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
        step=_step_of(experiment.learning_rate),
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
        help="From 0 to below 1: how much of the last step goes on in the next. Take 0.9: it smooths the way "
        "where gradients disagree. 0 is SGD alone.",
    )


def _nesterov(experiment: Experiment) -> None:
    st.toggle(
        "Nesterov momentum",
        value=experiment.nesterov,
        key=_key("nesterov"),
        on_change=typed.note,
        help="Off: classical momentum. On: each step looks ahead to where momentum leads. Try it where the "
        "loss swings up and down at a high momentum.",
    )


def _hidden(experiment: Experiment) -> None:
    limits = hosting.limits()
    st.text_input(
        HIDDEN_LABEL,
        value=", ".join(map(str, experiment.hidden)) or layers.NONE,
        key=_key("hidden"),
        on_change=typed.note,
        help="Neurons of each layer, such as 32, 32 or 32-32; 12 is the tutorial's. More of them follow "
        "finer curves and take longer; take more layers before wider ones. "
        f"At most {MAX_LAYERS - 1} layers of up to {limits.max_width}, and {limits.max_parameters:,} weights "
        "and biases. Write none for no hidden layer, which leaves straight borders.",
    )


def _length(experiment: Experiment) -> None:
    if OPTIMIZERS[experiment.optimizer].needs_full_batch:
        _steps(experiment)
        return
    left, right = st.columns(2)
    with left:
        _batch_size(experiment)
    with right:
        _steps(experiment)


def _batch_size(experiment: Experiment) -> None:
    # 0 and not an empty input: Streamlit's can be emptied only where it began so
    st.number_input(
        "Batch size, 0 for all",
        min_value=0,
        max_value=_most(hosting.limits().max_batch_size, experiment.batch_size or 0),
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
        max_value=_most(hosting.limits().max_steps, experiment.steps),
        value=experiment.steps,
        step=1000,
        key=_key("steps"),
        on_change=typed.note,
        help="How many steps the run has; each changes all weights once. Take more where the loss still "
        "falls at the end; Stop ends it earlier.",
    )


def _most(limit: int, found: int) -> int:
    """Return an input's maximum: what a link brought beyond the limit is shown, and refused at the start."""
    return max(limit, found)


def _step_of(learning_rate: float) -> float:
    """Return what + and - change: a tenth of the power of ten at or above it, so that - never leads to 0."""
    return 10.0 ** (math.ceil(math.log10(learning_rate)) - 1)


def _preset(label: str, preset: Experiment, text: str) -> None:
    st.button(label, key=f"{PREFIX}.{label}", on_click=_take, args=(preset,), help=text)


def _take(preset: Experiment) -> None:
    typed.note()
    now = session.current().experiment
    taken = replace(preset, polynomials=now.polynomials, x_range=now.x_range, noise=now.noise)
    session.replace_setup(taken, "Your settings were replaced.")


def _key(name: str) -> str:
    return session.current().inputs.key(f"{PREFIX}.{name}")
