"""The inputs for what varies in a sweep; at first they hold the set-up alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from pages.runs.varied import (
    FEATURES_EXAMPLE,
    MOST_SEEDS,
    TRIED,
    Varied,
    check_networks,
    features_of,
    networks_of,
    numbers_of,
    rates_of,
    unvaried,
    written_features,
    written_network,
)
from pages.server import server
from pages.state.inputs import Input
from polycore import Experiment, PolycoreError
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
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
NUMBERS_HELP = (
    "One or several values, separated by commas, such as {tried}. Each optimizer that follows the gradient "
    "of its samples is trained with all of them; the Train page explains them."
)
FEATURES_HELP = (
    f'One or several sets, separated by commas, with "and" between features, such as {FEATURES_EXAMPLE}. The '
    f"names are {', '.join(NAMES)}; the Train page explains them."
)
ACTIVATIONS_HELP = "One or several, each with the initial weights that suit it; the Train page explains them."


def ask(set_up: Experiment) -> None:
    """Draw the inputs; `chosen` returns their values."""
    before = unvaried(set_up)
    left, right = st.columns(2)
    with left:
        _list_input("Networks", "networks", _networks(before), NETWORKS_HELP)
    with right:
        _list_input("Learning rates", "rates", _rates(before), RATES_HELP)
    optimizers = {name: optimizer.words.label for name, optimizer in OPTIMIZERS.items()}
    _pills("Optimizers", "optimizers", optimizers, set_up.optimizer, OPTIMIZERS_HELP)
    _list_input("Input features", "features", _features(before), FEATURES_HELP)
    activations = {name: activation.label for name, activation in ACTIVATIONS.items()}
    _pills("Activations", "activations", activations, set_up.activation, ACTIVATIONS_HELP)
    for column, (name, setting) in zip(st.columns(len(TRIED)), TRIED.items(), strict=True):
        with column:
            held = _numbers(before.numbers[name])
            _list_input(setting.label, name, held, NUMBERS_HELP.format(tried=setting.tried))
    _ask_for_amount(set_up, before)


def _list_input(label: str, name: str, held: str, explained: str) -> None:
    _input(name, held).draw(st.text_input, label, help=explained)


def _pills(label: str, name: str, labels: Mapping[str, str], of_set_up: str, explained: str) -> None:
    _input(name, [of_set_up]).choose(
        st.pills,
        label,
        list(labels),
        selection_mode="multi",
        format_func=labels.__getitem__,
        help=explained,
    )


def _ask_for_amount(set_up: Experiment, before: Varied) -> None:
    limits = server.current().limits
    left, right = st.columns(2)
    with left:
        _input("seeds", before.seeds).draw(
            st.number_input,
            "Seeds",
            min_value=1,
            max_value=min(MOST_SEEDS, limits.max_sweep_runs),
            step=1,
            help=SEEDS_HELP,
        )
    with right:
        _input("steps", set_up.steps).draw(
            st.number_input,
            "Steps of each run",
            min_value=1,
            max_value=max(limits.max_steps, set_up.steps),
            step=1000,
            help=STEPS_HELP,
        )


def chosen(set_up: Experiment) -> Varied:
    """Return the current values of the inputs. Raises PolycoreError if one of them cannot be used."""
    before = unvaried(set_up)
    values = {name: read() for name, read in _readers(set_up, before).items()}
    return Varied(
        seeds=_input("seeds", before.seeds).value,
        steps=_input("steps", set_up.steps).value,
        numbers={name: values.pop(name) for name in TRIED},
        **values,
    )


def refused(set_up: Experiment) -> list[PolycoreError]:
    """Return the reason for each input that cannot be used."""
    reasons = []
    for read in _readers(set_up, unvaried(set_up)).values():
        try:
            read()
        except PolycoreError as error:
            reasons.append(error)
    return reasons


def _readers(set_up: Experiment, before: Varied) -> dict[str, Callable[[], Any]]:
    """Return what reads each input that can be refused, in their order.

    By the fields of Varied, and by those of the settings in TRIED.
    """
    return {
        "networks": lambda: check_networks(networks_of(_input("networks", _networks(before)).value), set_up),
        "learning_rates": lambda: rates_of(_input("rates", _rates(before)).value),
        "optimizers": lambda: _picked("optimizers", "optimizer", OPTIMIZERS, set_up.optimizer),
        "features": lambda: features_of(_input("features", _features(before)).value),
        "activations": lambda: _picked("activations", "activation", ACTIVATIONS, set_up.activation),
        **{name: partial(_tried, name, before) for name in TRIED},
    }


def _tried(name: str, before: Varied) -> tuple[float, ...]:
    return numbers_of(TRIED[name], _input(name, _numbers(before.numbers[name])).value)


def _picked(name: str, kind: str, known: Collection[str], of_set_up: str) -> tuple[str, ...]:
    """Return what is chosen, in a fixed order, whatever the order of the clicks."""
    chosen = _input(name, [of_set_up]).value
    if not chosen:
        raise PolycoreError(f"There is nothing to train; choose at least one {kind}.")
    return tuple(one for one in known if one in chosen)


def _networks(varied: Varied) -> str:
    return ", ".join(map(written_network, varied.networks))


def _features(varied: Varied) -> str:
    return ", ".join(map(written_features, varied.features))


def _rates(varied: Varied) -> str:
    return _numbers(varied.learning_rates)


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _input(name: str, of_set_up: Value) -> Input[Value]:
    """Return the input of that name, which begins with what the set-up has whenever that changes."""
    return Input(f"{PREFIX}.{name}", lambda: of_set_up)
