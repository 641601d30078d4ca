"""The input for a setting, as its entry in the table of settings describes it, and what it holds."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.state import typed
from polycore import Experiment
from polycore.experiment.kinds import Choice, Number, OrNone, WholeNumber, YesOrNo
from polycore.experiment.settings import Setting

MOST_SIDE_BY_SIDE = 4  # choices; more have a list that unfolds


def draw(
    setting: Setting,
    experiment: Experiment,
    key: str,
    options: Sequence[str] | None = None,
    most: int | None = None,
) -> None:
    """Draw the input, which shows the experiment's value.

    options: of a choice, if not all make sense for the experiment. most: the highest number that this server
    allows, if it has a limit of its own.
    """
    label, value = setting.label, getattr(experiment, setting.field)
    common: dict[str, Any] = {"key": key, "on_change": typed.note, "help": setting.explained(experiment)}
    match setting.kind:
        case YesOrNo():
            st.toggle(label, value=value, **common)
        case Choice(labels) if len(labels) > MOST_SIDE_BY_SIDE:
            names = list(options or labels)
            st.selectbox(label, names, names.index(value), labels.__getitem__, **common)
        case Choice(labels):
            names, common["format_func"] = list(options or labels), labels.__getitem__
            st.segmented_control(label, names, default=value, required=True, **common)
        case OrNone(number, of_zero=meaning):
            # 0 and not an empty input: Streamlit lets the user empty only inputs that began empty
            st.number_input(f"{label} (0 = {meaning})", **common, **_ends(number, 0, value or 0, most))
        case Number() | WholeNumber() as number:
            st.number_input(label, **common, **_ends(number, number.low, value, most))
        case kind:
            raise TypeError(f"{type(kind).__name__} has an input of its own.")


def held(setting: Setting, experiment: Experiment, key: str) -> Any:
    """Return what the input holds; what the experiment has if it is not drawn."""
    value = typed.held(key, getattr(experiment, setting.field))
    return value or None if isinstance(setting.kind, OrNone) else value


def _ends(number: Number | WholeNumber, low: float, value: float, most: int | None) -> dict[str, Any]:
    """Return the arguments of an input for a number: its ends, its value and its steps."""
    if isinstance(number, Number):
        low, high, step = float(low), float(number.high), number.increment or _tenth(value)
        return {"min_value": low, "max_value": high, "value": float(value), "step": step, "format": "%.6g"}
    # it can show a value from a link above the server's limit, which Start refuses
    high = number.high if most is None else max(most, int(value))
    return {"min_value": low, "max_value": high, "value": value, "step": number.increment}


def _tenth(value: float) -> float:
    """Return a tenth of the power of ten at or above the value, so that - never gives 0."""
    return float(10.0 ** (math.ceil(math.log10(value)) - 1))
