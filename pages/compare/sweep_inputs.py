"""The inputs for what varies in a sweep; at first they hold the set-up alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import streamlit as st

from pages.compare.recalled_input import recalled_input
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
from pages.state.inputs import as_whole
from polycore import Experiment, PolycoreError
from polycore.experiment.kinds import WholeNumber
from polycore.experiment.settings import SETTINGS
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "sweep"

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
STEPS = cast(WholeNumber, SETTINGS["steps"].kind)
NOTHING_CHOSEN = "There is nothing to train; choose at least one {}."


@dataclass(frozen=True)
class _Choices:
    """An input for the values of one setting.

    draw: draws it. read: returns what is chosen. Raises PolycoreError if that cannot be used.
    """

    draw: Callable[[], object]
    read: Callable[[], Any]


def draw(set_up: Experiment) -> None:
    """Draw the inputs; `chosen` returns their values."""
    choices = _choices(set_up)
    left, right = st.columns(2)
    with left:
        choices["networks"].draw()
    with right:
        choices["learning_rates"].draw()
    for name in ("optimizers", "features", "activations"):
        choices[name].draw()
    for column, name in zip(st.columns(len(TRIED)), TRIED, strict=True):
        with column:
            choices[name].draw()
    for column, name in zip(st.columns(2), ("seeds", "steps"), strict=True):
        with column:
            choices[name].draw()


def chosen(set_up: Experiment) -> Varied:
    """Return the current values of the inputs. Raises PolycoreError if one of them cannot be used."""
    values = {name: choices.read() for name, choices in _choices(set_up).items()}
    return Varied(
        numbers={name: values.pop(name) for name in TRIED},
        **values,
    )


def refused(set_up: Experiment) -> list[PolycoreError]:
    """Return the reason for each input that cannot be used."""
    reasons = []
    for choices in _choices(set_up).values():
        try:
            choices.read()
        except PolycoreError as error:
            reasons.append(error)
    return reasons


def _choices(set_up: Experiment) -> dict[str, _Choices]:
    """Return the inputs by the fields of Varied, and the ones for its `numbers` by the names in TRIED."""
    return {
        "networks": _typed(
            "networks",
            "Networks",
            NETWORKS_HELP,
            written_network(set_up.hidden),
            lambda text: check_networks(networks_of(text), set_up),
        ),
        "learning_rates": _typed(
            "rates", "Learning rates", RATES_HELP, f"{set_up.learning_rate:g}", rates_of
        ),
        "optimizers": _picked(
            "optimizer",
            OPTIMIZERS_HELP,
            {name: optimizer.words.label for name, optimizer in OPTIMIZERS.items()},
            set_up.optimizer,
        ),
        "features": _typed(
            "features",
            "Input features",
            FEATURES_HELP,
            written_features(set_up.features),
            features_of,
        ),
        "activations": _picked(
            "activation",
            ACTIVATIONS_HELP,
            {name: activation.label for name, activation in ACTIVATIONS.items()},
            set_up.activation,
        ),
        **{
            name: _typed(
                name,
                setting.label,
                NUMBERS_HELP.format(tried=setting.tried),
                f"{getattr(set_up, name):g}",
                partial(numbers_of, setting),
            )
            for name, setting in TRIED.items()
        },
        "seeds": _counted("seeds", "Seeds", SEEDS_HELP, unvaried(set_up).seeds, WholeNumber(1, MOST_SEEDS)),
        "steps": _counted("steps", "Steps of each run", STEPS_HELP, set_up.steps, STEPS),
    }


def _typed(
    name: str, label: str, text: str, of_set_up: str, read: Callable[[str], tuple[Any, ...]]
) -> _Choices:
    """Return the input of a list that is typed; `text` is its help, and `read` reads the list."""
    one = recalled_input(f"{PREFIX}.{name}", lambda: of_set_up)
    return _Choices(partial(one.draw, st.text_input, label, help=text), lambda: read(one.value))


def _picked(kind: str, text: str, labels: Mapping[str, str], of_set_up: str) -> _Choices:
    """Return the input of several of those in `labels`; `text` is its help."""
    one = recalled_input(f"{PREFIX}.{kind}s", lambda: [of_set_up])
    draw = partial(
        one.choose,
        st.pills,
        f"{kind.capitalize()}s",
        list(labels),
        selection_mode="multi",
        format_func=labels.__getitem__,
        help=text,
    )

    def read() -> tuple[str, ...]:
        if not one.value:
            raise PolycoreError(NOTHING_CHOSEN.format(kind))
        # in a fixed order, whatever the order of the clicks
        return tuple(name for name in labels if name in one.value)

    return _Choices(draw, read)


def _counted(name: str, label: str, text: str, at_first: int, kind: WholeNumber) -> _Choices:
    """Return the input of a whole number; `text` is its help."""
    one = replace(recalled_input(f"{PREFIX}.{name}", lambda: at_first), read=as_whole)
    draw = partial(one.draw_number, label, kind.increment, help=text)
    return _Choices(draw, lambda: kind.check(label, one.value))
