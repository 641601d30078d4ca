"""The inputs that say how to train: what they show is the set-up, and what they return is a new one."""

import math
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts import seed, session
from polycore import Experiment, PolycoreError
from polycore.experiment import INITIAL_WEIGHTS, MAX_STEPS
from polycore.limits import MAX_LAYERS, MAX_WIDTH
from polycore.schedules import SCHEDULES

PREFIX = "settings"

OPTIMIZER_NAMES = {
    "adam": "Adam",
    "sgd": "SGD with momentum",
    "lbfgs": "L-BFGS",
    "evolution": "Evolution, (1+1)-ES",
    "random-search": "Random search",
}
OPTIMIZER_HELP = """
How each step changes the weights.

**Adam** follows the gradient with a step of its own for each weight; begin with it.
**SGD** follows the gradient alone and asks for a well-chosen learning rate.
**Evolution** tries random changes and adapts how large they are.
**Random search** is the tutorial's: random changes of one size, kept where the loss falls. See how it crawls.
"""


def presets() -> None:
    """Draw the two sets of settings that are one click away; polynomials, range and noise stay."""
    with st.container(horizontal=True):
        st.button(
            "Recommended",
            key=f"{PREFIX}.recommended",
            icon=":material/recommend:",
            on_click=_take,
            args=(Experiment.recommended(),),
            help="Adam on fresh points every step, four layers of 32, a falling learning rate.",
        )
        st.button(
            "The tutorial's",
            key=f"{PREFIX}.tutorial",
            icon=":material/menu_book:",
            on_click=_take,
            args=(Experiment.tutorial(),),
            help="Random search at 0.0005 on 100 fixed samples a polynomial, one layer of 12, raw inputs.",
        )


def inputs() -> Experiment:
    """Draw the inputs and return the set-up they say. Raises PolycoreError where they say none."""
    experiment = session.current().experiment
    changes: dict[str, Any] = {
        **_method(experiment),
        **_network(experiment),
        **_length(experiment),
    }
    # read when all inputs are drawn: a refusal must not take the ones below it off the page
    changes["hidden"] = _layers(changes["hidden"])
    return replace(experiment, **changes)


def _method(experiment: Experiment) -> dict[str, Any]:
    optimizer = st.selectbox(
        "Optimizer",
        list(OPTIMIZER_NAMES),
        index=list(OPTIMIZER_NAMES).index(experiment.optimizer),
        format_func=OPTIMIZER_NAMES.__getitem__,
        key=_key("optimizer"),
        help=OPTIMIZER_HELP,
    )
    learning_rate = _learning_rate(experiment)
    schedule = st.segmented_control(
        "Schedule",
        SCHEDULES,
        default=experiment.schedule,
        required=True,
        key=_key("schedule"),
        help="Constant keeps the learning rate; cosine lets it fall to 0 over the steps, for a calm end.",
    )
    changes = {"optimizer": optimizer, "learning_rate": learning_rate, "schedule": schedule}
    if optimizer == "sgd":
        changes["momentum"] = st.number_input(
            "Momentum",
            min_value=0.0,
            max_value=1.0,
            value=experiment.momentum,
            step=0.05,
            key=_key("momentum"),
            help="From 0 to below 1: how much of the last step goes on in the next. It smooths the way where "
            "gradients disagree.",
        )
    return changes


def _learning_rate(experiment: Experiment) -> float:
    return st.number_input(
        "Learning rate",
        min_value=0.0,
        max_value=10.0,
        value=experiment.learning_rate,
        step=_step_of(experiment.learning_rate),
        format="%.6g",
        key=_key("learning_rate"),
        help="How far a step goes. Too high and the loss jumps about, too low and it crawls.",
    )


def _network(experiment: Experiment) -> dict[str, Any]:
    hidden = st.text_input(
        "Hidden layers",
        value=", ".join(map(str, experiment.hidden)),
        key=_key("hidden"),
        help="Neurons of each layer, with commas: 12 is the tutorial's. "
        f"At most {MAX_LAYERS - 1} layers of up to {MAX_WIDTH}; none at all leaves straight borders.",
    )
    initial_weights = st.segmented_control(
        "Initial weights",
        INITIAL_WEIGHTS,
        default=experiment.initial_weights,
        required=True,
        format_func={"he": "He", "tutorial": "0.1"}.__getitem__,
        key=_key("initial_weights"),
        help="How wide the first random weights spread. He fits the spread to each layer, so that signals "
        "keep their size through many layers; 0.1 is the tutorial's.",
    )
    standardize = st.toggle(
        "Standardize inputs",
        value=experiment.standardize,
        key=_key("standardize"),
        help="Scale x and y to mean 0 and deviation 1 while training: one learning rate then suits both.",
    )
    return {"hidden": hidden, "initial_weights": initial_weights, "standardize": standardize}


def _length(experiment: Experiment) -> dict[str, Any]:
    left, right = st.columns(2)
    batch_size = left.number_input(
        "Batch size",
        min_value=1,
        value=experiment.batch_size,
        step=64,
        placeholder="all samples",
        key=_key("batch_size"),
        help="Points a step looks at. Small batches make quick, noisy steps; leave it empty for all samples.",
    )
    steps = right.number_input(
        "Steps",
        min_value=1,
        max_value=MAX_STEPS,
        value=experiment.steps,
        step=1000,
        key=_key("steps"),
        help="How often the weights change in the whole run. Stop ends it earlier.",
    )
    return {"batch_size": batch_size, "steps": steps, "seed": seed.ask(PREFIX)}


def _layers(text: str) -> tuple[int, ...]:
    parts = text.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts):
        raise PolycoreError(f"hidden is {text[:40]!a}; wanted whole numbers with commas, such as 32, 32.")
    return tuple(map(int, parts))


def _step_of(learning_rate: float) -> float:
    """Return what + and - change: a tenth of the power of ten at or above it, so that - never leads to 0."""
    return 10.0 ** (math.ceil(math.log10(learning_rate)) - 1)


def _take(preset: Experiment) -> None:
    now = session.current().experiment
    session.load(replace(preset, polynomials=now.polynomials, x_range=now.x_range, noise=now.noise))


def _key(name: str) -> str:
    return f"{PREFIX}.{name}.{session.current().revision}"
