"""The inputs for what varies in a sweep; at first they hold the set-up alone."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

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
    unvaried,
    written_features,
)
from pages.state.inputs import Input, as_whole
from pages.state.recalled_input import recalled_input
from pages.wording.words import layers_of_neurons
from polycore import Experiment, PolycoreError
from polycore.experiment.kinds import Choice, WholeNumber
from polycore.experiment.settings import SETTINGS
from polycore.network.features import NAMES

PREFIX = "sweep"

VARIES_HELP = (
    "For each of these there is an input for the values to try. Everything else is as in your set-up, also "
    "what you have entered for a setting that does not vary now."
)
SEEDS_HELP = (
    "How many times each setting is trained, each time with other samples and initial weights. Choose three "
    "or more: the spread of the results shows how much is luck."
)
STEPS_LABEL = "Steps of each run"
STEPS_HELP = f"{STEPS_LABEL}. Choose fewer for a first look: differences between settings show early."
NETWORKS_HELP = (
    "One or several, separated by commas, with hyphens between layers: 12, 32-32 compares one layer of 12 "
    "neurons with two of 32. Write none for no hidden layer."
)
OPTIMIZERS_HELP = "One or several. Each uses the other settings of the set-up; the Train page explains them."
NUMBERS_HELP = (
    "One or several values, separated by commas, such as {tried}. Each optimizer that uses the setting is "
    "trained with all of them; the Train page explains it."
)
FEATURES_HELP = (
    f'One or several sets, separated by commas, with "and" between features, such as {FEATURES_EXAMPLE}. The '
    f"names are {', '.join(NAMES)}; the Train page explains them."
)
ACTIVATIONS_HELP = "One or several, each with the initial weights that suit it; the Train page explains them."
STEPS = cast(WholeNumber, SETTINGS["steps"].kind)
NOTHING_CHOSEN = "There is nothing to train; choose at least one {}."

# what may vary, by the fields of Varied and the names in TRIED
LABELS: Mapping[str, str] = {
    "networks": "Networks",
    "learning_rate": SETTINGS["learning_rate"].label,
    "optimizers": "Optimizers",
    "features": "Input features",
    "activations": "Activations",
    **{name: setting.label for name, setting in TRIED.items()},
}
PICKED = ("optimizers", "activations")  # from a list, in a row of their own
AT_FIRST = ("networks", "learning_rate", "optimizers")
PER_ROW = 4  # inputs that are typed
VARIES: Input[list[str]] = recalled_input(f"{PREFIX}.varies", lambda: list(AT_FIRST))


@dataclass(frozen=True)
class _Choices:
    """An input for the values of one setting.

    draw: draws it. read: returns what is chosen. Raises PolycoreError if that cannot be used.
    """

    draw: Callable[[], object]
    read: Callable[[], Any]


def draw(set_up: Experiment) -> None:
    """Draw the inputs; `chosen` returns their values."""
    VARIES.choose(
        st.pills,
        "What varies",
        list(LABELS),
        selection_mode="multi",
        format_func=LABELS.__getitem__,
        help=VARIES_HELP,
    )
    choices = _in_use(set_up)
    typed = [name for name in choices if name not in PICKED]
    for first in range(0, len(typed), PER_ROW):
        for column, name in zip(st.columns(PER_ROW), typed[first : first + PER_ROW], strict=False):
            with column:
                choices[name].draw()
                if name == "networks":
                    # the page says below all inputs why one cannot be used
                    with st.container(), suppress(PolycoreError):
                        st.caption(" · ".join(map(layers_of_neurons, choices[name].read())))
    for name in PICKED:
        if name in choices:
            choices[name].draw()


def chosen(set_up: Experiment) -> Varied:
    """Return the current values of the inputs. Raises PolycoreError if one of them cannot be used."""
    values = {name: choices.read() for name, choices in _in_use(set_up).items()}
    as_set_up = unvaried(set_up)
    numbers = {name: values.pop(name, value) for name, value in as_set_up.numbers.items()}
    return replace(as_set_up, numbers=numbers, **values)


def refused(set_up: Experiment) -> list[PolycoreError]:
    """Return the reason for each input that cannot be used."""
    reasons = []
    for choices in _in_use(set_up).values():
        try:
            choices.read()
        except PolycoreError as error:
            reasons.append(error)
    return reasons


def _in_use(set_up: Experiment) -> dict[str, _Choices]:
    """Return the inputs of what varies, in the order of LABELS, and those of all sweeps."""
    varies = VARIES.value
    return {name: one for name, one in _choices(set_up).items() if name in varies or name not in LABELS}


def _choices(set_up: Experiment) -> dict[str, _Choices]:
    """Return the inputs by the fields of Varied, and the ones for its `numbers` by the names in TRIED."""
    return {
        "networks": _typed(
            "networks",
            NETWORKS_HELP,
            SETTINGS["hidden"].kind.written(set_up.hidden),
            lambda text: check_networks(networks_of(text), set_up),
        ),
        "optimizers": _picked("optimizer", OPTIMIZERS_HELP, set_up),
        "features": _typed("features", FEATURES_HELP, written_features(set_up.features), features_of),
        "activations": _picked("activation", ACTIVATIONS_HELP, set_up),
        **{
            name: _typed(
                name,
                NUMBERS_HELP.format(tried=setting.tried),
                f"{getattr(set_up, name):g}",
                partial(numbers_of, setting),
            )
            for name, setting in TRIED.items()
        },
        "seeds": _counted("seeds", "Seeds", SEEDS_HELP, unvaried(set_up).seeds, WholeNumber(1, MOST_SEEDS)),
        "steps": _counted("steps", STEPS_LABEL, STEPS_HELP, set_up.steps, STEPS),
    }


def _typed(name: str, text: str, of_set_up: str, read: Callable[[str], tuple[Any, ...]]) -> _Choices:
    """Return the input of a list that is typed; `text` is its help, and `read` reads the list."""
    one = recalled_input(f"{PREFIX}.{name}", lambda: of_set_up)
    return _Choices(partial(one.draw, st.text_input, LABELS[name], help=text), lambda: read(one.value))


def _picked(kind: str, text: str, set_up: Experiment) -> _Choices:
    """Return the input of several values of a setting that is a choice; `text` is its help."""
    labels = cast(Choice, SETTINGS[kind].kind).labels
    one = recalled_input(f"{PREFIX}.{kind}s", lambda: [getattr(set_up, kind)])
    draw = partial(
        one.choose,
        st.pills,
        LABELS[f"{kind}s"],
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
