"""The inputs for what varies in a sweep; at first they hold the set-up alone."""

from typing import TypeVar

import streamlit as st

from pages.runs.varied import MOST_SEEDS, Varied, networks_of, rates_of, unvaried, written_network
from pages.server import hosting
from pages.state import typed
from polycore import Experiment
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "sweep"

Value = TypeVar("Value")

SEEDS_HELP = (
    "How many times each setting is trained, each time with other samples and initial weights. Choose three "
    "or more: the spread of the results shows how much is luck."
)
STEPS_HELP = "Steps of each run. Choose fewer for a first look: differences between settings show early."
NETWORKS_HELP = (
    "One or several, separated by commas, with hyphens between layers: 12, 32-32 compares one layer of 12 "
    "neurons with two of 32. Write none for no hidden layer."
)
RATES_HELP = (
    "One or several, separated by commas, such as 0.03, 0.01, 0.003. Each optimizer that has a learning rate "
    "is trained with all of them."
)
OPTIMIZERS_HELP = "One or several. Each uses the other settings of the set-up; the Train page explains them."


def ask(set_up: Experiment) -> None:
    """Draw the inputs; `chosen` returns their values."""
    limits, before = hosting.limits(), unvaried(set_up)
    left, right = st.columns(2)
    with left:
        st.text_input(
            "Networks",
            value=_networks(before),
            key=_key("networks", _networks(before)),
            persist_state="session",
            help=NETWORKS_HELP,
        )
    with right:
        st.text_input(
            "Learning rates",
            value=_rates(before),
            key=_key("rates", _rates(before)),
            persist_state="session",
            help=RATES_HELP,
        )
    st.pills(
        "Optimizers",
        list(OPTIMIZERS),
        selection_mode="multi",
        default=list(before.optimizers),
        format_func=lambda name: OPTIMIZERS[name].words.label,
        key=_key("optimizers", set_up.optimizer),
        persist_state="session",
        help=OPTIMIZERS_HELP,
    )
    left, right = st.columns(2)
    with left:
        st.number_input(
            "Seeds",
            min_value=1,
            max_value=min(MOST_SEEDS, limits.max_sweep_runs),
            value=before.seeds,
            step=1,
            key=_key("seeds", before.seeds),
            persist_state="session",
            help=SEEDS_HELP,
        )
    with right:
        st.number_input(
            "Steps of each run",
            min_value=1,
            max_value=max(limits.max_steps, set_up.steps),
            value=set_up.steps,
            step=1000,
            key=_key("steps", set_up.steps),
            persist_state="session",
            help=STEPS_HELP,
        )


def chosen(set_up: Experiment) -> Varied:
    """Return the current values of the inputs. Raises PolycoreError if a list cannot be read."""
    before = unvaried(set_up)
    picked = _value("optimizers", set_up.optimizer, before.optimizers)
    return Varied(
        seeds=_value("seeds", before.seeds, before.seeds),
        networks=networks_of(_value("networks", _networks(before), _networks(before))),
        optimizers=tuple(
            name for name in OPTIMIZERS if name in picked
        ),  # in a fixed order, whatever the order of the clicks
        learning_rates=rates_of(_value("rates", _rates(before), _rates(before))),
        steps=_value("steps", set_up.steps, set_up.steps),
    )


def _networks(varied: Varied) -> str:
    return ", ".join(map(written_network, varied.networks))


def _rates(varied: Varied) -> str:
    return ", ".join(f"{rate:g}" for rate in varied.learning_rates)


def _value(name: str, before: object, otherwise: Value) -> Value:
    return typed.held(_key(name, before), otherwise)


def _key(name: str, before: object) -> str:
    # with what the set-up has in it: if that changes, the input starts with it again
    return f"{PREFIX}.{name}.{before}"
