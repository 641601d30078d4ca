"""The inputs for settings of the set-up, each as its entry in the table of settings describes it.

More than one page has the range of x, which has two inputs, and the seed, which has a button for a new one.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.state import inputs, session
from pages.state.inputs import Input
from pages.wording.words import features_in, layers_in
from polycore.experiment.compound_kinds import FeatureNames, Layers
from polycore.experiment.kinds import Choice, Number, OrNone, StepsOrShare, WholeNumber, YesOrNo
from polycore.experiment.settings import Setting
from polycore.experiment.share_of_steps import ShareOfSteps
from polycore.network.features import NAMES, label_of

PREFIX = "settings."  # of the names of the inputs that describe training, all on Train
MOST_SIDE_BY_SIDE = 4  # choices; more have a list that unfolds
NEW_SEEDS = 1_000_000  # new seeds are smaller, so that they are easy to read out
# what they can be is explained elsewhere: in the glossary, in a race, beside the input
WITHOUT_HELP = ("optimizer", "activation", "features")
# above the reason why a value that was entered is refused
NOT_YET = "Fix the error first; nothing has changed yet."
X_LABELS = ("x from", "x to")
X_HELP = (
    "The samples have x between these two values: this is what the network learns, and what the plots show. "
    "In a wide range high powers dominate."
)


def draw(
    setting: Setting,
    name: str,
    adopt: Callable[[Any], object] | None = None,
    *,
    options: Sequence[str] | None = None,
) -> Any:
    """Draw the input of that name, which shows the set-up's value; return what it holds.

    adopt: uses a value that changes more of the set-up than this setting.
    options: of a choice, if not all make sense for the set-up.
    """
    shown: Input[Any] = Input(name, partial(_shown, setting), adopt or partial(_adopt, setting))
    label = setting.label
    has_help = setting.field not in WITHOUT_HELP
    explanation = setting.explained(session.current().experiment) if has_help else ""
    more: dict[str, Any] = {"help": explanation or None}
    match setting.kind:
        case YesOrNo():
            return shown.draw(st.toggle, label, **more)
        case Choice(labels) if len(labels) > MOST_SIDE_BY_SIDE:
            more["format_func"] = labels.__getitem__
            return shown.choose(st.selectbox, label, options or list(labels), **more)
        case Choice(labels):
            more["format_func"] = labels.__getitem__
            return shown.choose(st.segmented_control, label, options or list(labels), required=True, **more)
        case FeatureNames():
            more["format_func"] = label_of
            return shown.choose(st.pills, label, options or NAMES, selection_mode="multi", **more)
        case OrNone(number, of_zero=meaning):
            # 0 and not an empty input: Streamlit lets the user empty only inputs that began empty
            return _draw_number(shown, number, f"{label} (0 = {meaning})", **more)
        case StepsOrShare():
            held = shown.draw(st.text_input, f"{label} (number or %)", **more)
            value = getattr(session.current().experiment, setting.field)
            if isinstance(value, ShareOfSteps) and not inputs.refused(shown.name):
                st.caption(f"{value.text} of {value.steps:,} steps are {value:,}.")
            return held
        case Number() | WholeNumber() as number:
            return _draw_number(shown, number, label, **more)
        case kind:
            raise TypeError(f"{type(kind).__name__} has an input of its own.")


def _shown(setting: Setting) -> Any:
    value, kind = getattr(session.current().experiment, setting.field), setting.kind
    if isinstance(kind, FeatureNames):
        return list(value)
    if isinstance(kind, StepsOrShare):
        return kind.written(value)
    if isinstance(kind, OrNone):
        value, kind = value or 0, kind.number
    return float(value) if isinstance(kind, Number) else value


def _adopt(setting: Setting, value: Any) -> None:
    if isinstance(setting.kind, FeatureNames):
        value = tuple(value)
    if isinstance(setting.kind, StepsOrShare):
        value = read(setting, value)
    session.change(**{setting.field: value or None if isinstance(setting.kind, OrNone) else value})


def read(setting: Setting, text: str) -> Any:
    """Return the value of a text that was typed for a setting, not yet checked. Raises PolycoreError."""
    match setting.kind:
        case Layers():
            return layers_in(setting.label, text)
        case FeatureNames():
            return features_in(text)
        case StepsOrShare() as steps:
            return steps.read(text.strip().replace(",", ""))
        case Number() | OrNone(Number()) as number:
            return number.read(text.strip().replace(",", "."))  # a decimal comma, as in formulas
        case kind:
            return kind.read(text.strip())


def _draw_number(shown: Input[Any], number: Number | WholeNumber, label: str, **more: Any) -> Any:
    if isinstance(number, WholeNumber):
        return replace(shown, read=inputs.as_whole).draw_number(label, number.increment, **more)
    return shown.draw_number(label, step_from(shown.show(), number), format="%.6g", **more)


def step_from(value: float, number: Number) -> float:
    """Return what + and - change, from the value that an input shows."""
    # a tenth of the power of ten at or above the value, so that - never gives 0
    return number.increment or float(10.0 ** (math.ceil(math.log10(value)) - 1))


def draw_x_range(prefix: str) -> None:
    """Draw the two inputs for the range of x, side by side if there is room."""
    # what is said of one holds for both
    for label, end, about in zip(X_LABELS, _ends(prefix), (X_HELP, None), strict=True):
        end.draw_number(label, 0.5, format="%.6g", help=about, width=130)


def _ends(prefix: str) -> tuple[Input[float], Input[float]]:
    def shown(end: int) -> float:
        return session.current().experiment.x_range[end]

    low, high = (
        Input(f"{prefix}.range.{end}", partial(shown, end), partial(_adopt_end, prefix, end))
        for end in range(2)
    )
    return low, high


def _adopt_end(prefix: str, end: int, value: float) -> None:
    # with what the other input holds: of a range that is being changed, one end alone may be refused
    low, high = (one.value for one in _ends(prefix))
    session.change(x_range=(value, high) if end == 0 else (low, value))


def draw_new_seed(prefix: str) -> None:
    """Draw the button that chooses a new seed."""
    st.button(
        "New seed",
        key=f"{prefix}.new_seed",
        icon=":material/casino:",
        type="tertiary",
        on_click=lambda: session.change(seed=secrets.randbelow(NEW_SEEDS)),
        help="Draws other samples and other initial weights by the same rules, to see how much was luck.",
    )
