"""The settings that few users need, in an expander that is closed at first."""

from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st

from pages.setup import setting_input
from pages.state import session, typed
from polycore import Experiment
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.kinds import FeatureNames, Number, OrNone, WholeNumber
from polycore.experiment.settings import INITIAL_WEIGHTS, SETTINGS, Setting
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, NAMES, PLAIN, label_of
from polycore.optimizers.registry import OPTIMIZERS

PREFIX = "more_settings"
OPEN_KEY = f"{PREFIX}.open"
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


def held(experiment: Experiment) -> dict[str, Any]:
    """Return what the inputs hold, by the fields; what `experiment` has if an input is not drawn."""
    activation = SETTINGS["activation"]
    suited = experiment.with_activation(
        setting_input.held(activation, experiment, _key(activation, experiment))
    )
    return {
        setting.field: setting_input.held(setting, suited, _key(setting, suited))
        for setting in MORE
        # own points are not sampled, whatever an input held before
        if setting.fits_own_points or experiment.data is None
    }


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
    if isinstance(setting.kind, FeatureNames):
        _draw_features(setting, experiment)
    else:
        setting_input.draw(setting, experiment, _key(setting, experiment), _options(setting, experiment))


def _draw_features(setting: Setting, experiment: Experiment) -> None:
    chosen = st.pills(
        setting.label,
        [name for name in NAMES if name != DISTANCES or experiment.data is None],
        selection_mode="multi",
        default=list(experiment.features),
        format_func=label_of,
        key=_key(setting, experiment),
        on_change=typed.note,
        help=setting.explained(experiment),
    )
    if not chosen:
        st.caption("Choose at least one. Until then the last ones stay.")


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
        case "sampling" if not OPTIMIZERS[experiment.optimizer].sees_errors:
            return [name for name in SAMPLINGS if name != "errors"]
        case "initial_weights" if _suited(experiment) != "he":
            return [name for name in INITIAL_WEIGHTS if name != "he"]
        case _:
            return None


def _key(setting: Setting, experiment: Experiment) -> str:
    """Return the input's key: another one for other choices, and if another value suits them."""
    name = setting.field
    if name == "sampling" and not OPTIMIZERS[experiment.optimizer].sees_errors:
        name = "sampling.without_errors"
    if name == "initial_weights":
        name = f"initial_weights.{_suited(experiment)}"
    return session.current().inputs.key(f"{PREFIX}.{name}")
