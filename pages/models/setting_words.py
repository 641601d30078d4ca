"""Settings in words: a set-up in a phrase, and a table of the differences between several."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.setup.more_settings import INITIAL_WEIGHTS_NAMES, SAMPLING_NAMES
from pages.setup.optimizer_input import title_of
from pages.wording import layers
from pages.wording.listed import listed
from polycore import Experiment
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import Classes, counted_classes

KEY = "compare.settings"
NOT_USED = "not used"
UNKNOWN = "unknown"
POLYNOMIALS = "Polynomials"
ONLY_HERE = "only here "
MOST_LISTED = 3  # polynomials

Words = Callable[[Experiment], str]


def phrase(experiment: Experiment) -> str:
    """Return optimizer, network and samples in a few words, as for a caption."""
    uses = OPTIMIZERS[experiment.optimizer].uses
    optimizer = "Nesterov" if "nesterov" in uses and experiment.nesterov else title_of(experiment.optimizer)
    if "learning_rate" in uses:
        optimizer += f" at {_number(experiment.learning_rate)}"
    if "schedule" in uses and experiment.schedule != "constant":
        optimizer += f", {experiment.schedule}"
    network = layers.in_words(experiment.hidden)
    batch = "" if experiment.batch_size is None else f", batches of {experiment.batch_size:,}"
    return f"{optimizer} · {network} · {_samples(experiment)}{batch}"


def differences(set_ups: Sequence[Experiment | None]) -> dict[str, list[str]]:
    """Return the settings in which the set-ups differ: by name, the words for each set-up.

    A setting that the optimizer does not use is "not used", so two runs of this optimizer do not differ in
    it. None stands for a set-up that is not known; it differs from no other.
    """
    rows: dict[str, list[str]] = {}
    for name, words in SETTINGS.items():
        row = [UNKNOWN if set_up is None else words(set_up) for set_up in set_ups]
        if len({word for word in row if word != UNKNOWN}) > 1:
            rows[name] = row
    polynomials = _polynomial_words(set_ups)
    return {POLYNOMIALS: polynomials, **rows} if polynomials else rows


def in_a_name(setting: str, words: str, set_up: Experiment) -> str:
    """Return the `words` of a set-up for a setting as a name has them, such as "seed 5"; "" if not used."""
    match setting:
        case _ if words == NOT_USED:
            return ""
        case _ if setting == POLYNOMIALS:
            _, _, own = words.partition(ONLY_HERE)
            if own:
                return f"with {own}"
            return f"{counted_classes(set_up.shown_classes)}, {set_up.shown_classes[0].typeset} first"
        case "Optimizer" | "Samples":
            return words
        case "Hidden layers":
            return layers.in_words(set_up.hidden)
        case "Input features":
            return f"inputs {words}"
        case "Schedule" | "Fresh points":
            return f"{words.lower()} {setting.lower()}"
        case "Steps":
            return f"{words} steps"
        case _:
            name = setting if setting[1].isdigit() else setting[0].lower() + setting[1:]
            return f"{name} {words}"


def draw(titles: Sequence[str], set_ups: Sequence[Experiment | None]) -> None:
    """Draw the table of differences, a column for each title."""
    rows = differences(set_ups)
    if not rows:
        st.write("They have the same settings, as far as these are known.")
        return
    # a title may come from a stranger: column names are plain text, and the column of settings has no name
    table = pd.DataFrame(list(rows.values()), columns=list(titles))
    table.insert(0, "", list(rows))
    st.dataframe(
        table,
        key=KEY,
        hide_index=True,
        height="content",
        alt=f"The settings in which {len(titles)} runs differ: {', '.join(rows)}.",
    )


def _number(value: float) -> str:
    """Return the shortest text that gives the same number: 1 and not 1.0."""
    return repr(value).removesuffix(".0")


def _points(experiment: Experiment) -> str:
    return NOT_USED if experiment.data is None else f"{len(experiment.data):,}, {experiment.data.sha256[:8]}"


def _samples(experiment: Experiment) -> str:
    if experiment.data is not None:
        return f"{len(experiment.data):,} points"
    per_class = experiment.samples_per_class
    return "fresh points" if per_class is None else f"{per_class:,} samples each"


def _batch_size(experiment: Experiment) -> str:
    return "all" if experiment.batch_size is None else f"{experiment.batch_size:,}"


def _range(experiment: Experiment) -> str:
    return " to ".join(map(_number, experiment.x_range))


def _yes_or_no(value: bool) -> str:
    return "on" if value else "off"


def _or_none(value: float | None) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else _number(value)


def _if_used(used: Callable[[Experiment], bool], words: Words) -> Words:
    return lambda experiment: words(experiment) if used(experiment) else NOT_USED


def _draws_fresh_points(experiment: Experiment) -> bool:
    return experiment.samples_per_class is None


def _uses(setting: str) -> Callable[[Experiment], bool]:
    return lambda experiment: setting in OPTIMIZERS[experiment.optimizer].uses


def _on_points(experiment: Experiment) -> bool:
    return experiment.data is not None


def _on_polynomials(experiment: Experiment) -> bool:
    return experiment.data is None


# By the labels of the Train and Data pages, in their order: every field except the polynomials.
SETTINGS: Mapping[str, Words] = {
    "Optimizer": lambda set_up: title_of(set_up.optimizer),
    "Learning rate": _if_used(_uses("learning_rate"), lambda set_up: _number(set_up.learning_rate)),
    "Schedule": _if_used(_uses("schedule"), lambda set_up: set_up.schedule.capitalize()),
    "Momentum": _if_used(_uses("momentum"), lambda set_up: _number(set_up.momentum)),
    "Nesterov momentum": _if_used(_uses("nesterov"), lambda set_up: _yes_or_no(set_up.nesterov)),
    "Hidden layers": lambda set_up: layers.in_words(set_up.hidden) if set_up.hidden else layers.NONE,
    "Input features": lambda set_up: listed(map(label_of, set_up.features)),
    "Activation": lambda set_up: ACTIVATIONS[set_up.activation].label,
    "Batch size": _batch_size,
    "Steps": lambda set_up: f"{set_up.steps:,}",
    "Seed": lambda set_up: str(set_up.seed),
    "Samples": _samples,
    "Range of x": _if_used(_on_polynomials, _range),
    "Noise": _if_used(_on_polynomials, lambda set_up: _number(set_up.noise)),
    "Fresh points": _if_used(_draws_fresh_points, lambda set_up: SAMPLING_NAMES[set_up.sampling]),
    "Growing batches": _if_used(_draws_fresh_points, lambda set_up: _yes_or_no(set_up.growing_batches)),
    "Weight decay": _if_used(_uses("weight_decay"), lambda set_up: _number(set_up.weight_decay)),
    "L1 penalty": _if_used(_uses("l1"), lambda set_up: _number(set_up.l1)),
    "L2 penalty": _if_used(_uses("l2"), lambda set_up: _number(set_up.l2)),
    "Dropout": _if_used(_uses("dropout"), lambda set_up: _number(set_up.dropout)),
    "Warm-up steps": _if_used(_uses("warmup_steps"), lambda set_up: f"{set_up.warmup_steps:,}"),
    "Target loss": lambda set_up: _or_none(set_up.target_loss),
    "Patience": lambda set_up: _or_none(set_up.patience),
    "Initial weights": lambda set_up: INITIAL_WEIGHTS_NAMES[set_up.initial_weights],
    "Your own points": _points,
    "Held out": _if_used(_on_points, lambda set_up: _number(set_up.held_out_share)),
    "Standardize inputs": lambda set_up: _yes_or_no(set_up.standardize),
}


ORDER = (POLYNOMIALS, *SETTINGS)


def _polynomial_words(set_ups: Sequence[Experiment | None]) -> list[str]:
    """Return for each set-up its number of polynomials and those that not all share; [] if none differ."""
    known = [set_up.shown_classes for set_up in set_ups if set_up is not None]
    if len(set(known)) < 2:
        return []
    shared = set[object].intersection(*(set(classes) for classes in known))
    return [UNKNOWN if set_up is None else _listed(set_up.shown_classes, shared) for set_up in set_ups]


def _listed(polynomials: Classes, shared: set[object]) -> str:
    own = [polynomial.typeset for polynomial in polynomials if polynomial not in shared]
    if not own:
        return f"{len(polynomials)}, in the order that begins with {polynomials[0].typeset}"
    more = f" and {len(own) - MOST_LISTED} more" if len(own) > MOST_LISTED else ""
    return f"{len(polynomials)}, {ONLY_HERE}{', '.join(own[:MOST_LISTED])}{more}"
