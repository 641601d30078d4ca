"""The settings that few users need, in an expander that is closed at first."""

from collections.abc import Iterator, Sequence

import streamlit as st

from pages.setup import setting_input
from pages.setup.setting_input import PREFIX
from pages.state import session
from polycore import Experiment
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.kinds import Number, OrNone, WholeNumber
from polycore.experiment.settings import INITIAL_WEIGHTS, SETTINGS, Setting
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, NAMES, PLAIN, label_of
from polycore.optimizers.registry import OPTIMIZERS

OPEN_KEY = "more_settings.open"
# on Polynomials and Data, and above the expander
ELSEWHERE = {
    *("polynomials", "samples_per_class", "x_range", "noise", "data", "held_out_share"),
    *("optimizer", "learning_rate", "schedule", "momentum", "nesterov"),
    *("hidden", "batch_size", "steps", "seed"),
}
MORE = [setting for setting in SETTINGS.values() if setting.field not in ELSEWHERE]


def draw(experiment: Experiment) -> None:
    """Draw the inputs that make sense for the optimizer."""
    # only while it is open: without these inputs a change of the set-up costs a browser a seventh less
    expander = st.expander("More settings", icon=":material/tune:", key=OPEN_KEY, on_change="rerun")
    if expander.open:
        with expander:
            _draw_inputs([setting for setting in MORE if setting.is_used(experiment)], experiment)
    _draw_summary(experiment)


def _draw_inputs(settings: Sequence[Setting], experiment: Experiment) -> None:
    for setting in settings:
        if setting.field == "l2":
            continue
        if setting.field != "l1":
            _draw(setting, experiment)
            continue
        # the penalties side by side
        for column, penalty in zip(st.columns(2), ("l1", "l2"), strict=True):
            with column:
                _draw(SETTINGS[penalty], experiment)


def _draw(setting: Setting, experiment: Experiment) -> None:
    adopt = _choose_activation if setting.field == "activation" else None
    options = _options(setting, experiment)
    held = setting_input.draw(setting, PREFIX + setting.field, adopt, options=options)
    if setting.field == "features" and not held:
        st.caption("Choose at least one. Until then the last ones stay.")


def _choose_activation(activation: str) -> None:
    session.load(session.current().experiment.with_activation(activation))


def _draw_summary(experiment: Experiment) -> None:
    """Say which of these settings are in use, as the expander may be closed."""
    in_use = _settings_in_use(experiment)
    if in_use:
        st.caption(f"In use: {', '.join(in_use)}.")


def _settings_in_use(experiment: Experiment) -> list[str]:
    weights = INITIAL_WEIGHTS[experiment.initial_weights]
    phrases = [
        experiment.features != PLAIN and f"inputs {', '.join(map(label_of, experiment.features))}",
        experiment.activation != "relu" and ACTIVATIONS[experiment.activation].label,
        experiment.initial_weights != _suited(experiment) and f"initial weights {weights}",
        not experiment.standardize and "inputs as they are",
    ]
    return [*_numbers_in_use(experiment), *(phrase for phrase in phrases if phrase)]


def _numbers_in_use(experiment: Experiment) -> Iterator[str]:
    for setting in MORE:
        value = getattr(experiment, setting.field)
        is_number = isinstance(setting.kind, Number | WholeNumber | OrNone)
        if is_number and setting.is_used(experiment) and value != setting.default:
            yield f"{setting.name} {setting.kind.shown(value)}"


def _suited(experiment: Experiment) -> str:
    return ACTIVATIONS[experiment.activation].initial_weights


def _options(setting: Setting, experiment: Experiment) -> list[str] | None:
    """Return the choices that make sense for the experiment; None for all."""
    match setting.field:
        case "features" if experiment.data is not None:
            return [name for name in NAMES if name != DISTANCES]
        case "sampling" if not OPTIMIZERS[experiment.optimizer].sees_errors:
            return [name for name in SAMPLINGS if name != "errors"]
        case "initial_weights" if _suited(experiment) != "he":
            return [name for name in INITIAL_WEIGHTS if name != "he"]
        case _:
            return None
