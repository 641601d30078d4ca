"""Settings in words: a set-up in a phrase, and the differences between several."""

from collections.abc import Callable, Mapping, Sequence

from pages.wording.words import NO_LAYERS, layers_in_words, listed
from polycore import Experiment
from polycore.experiment.settings import SETTINGS as TABLE
from polycore.experiment.settings import Setting
from polycore.network.features import label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import Classes, counted_classes

NOT_USED = "not used"
UNKNOWN = "unknown"
POLYNOMIALS = "Polynomials"
ONLY_HERE = "only here "
MOST_LISTED = 3  # polynomials


def phrase(experiment: Experiment) -> str:
    """Return optimizer, network and samples in a few words, as for a caption."""
    known = OPTIMIZERS[experiment.optimizer]
    optimizer = "Nesterov" if "nesterov" in known.uses and experiment.nesterov else known.words.title
    if "learning_rate" in known.uses:
        optimizer += f" at {TABLE['learning_rate'].kind.shown(experiment.learning_rate)}"
    if "schedule" in known.uses and experiment.schedule != "constant":
        optimizer += f", {experiment.schedule}"
    network = layers_in_words(experiment.hidden)
    batch = "" if experiment.batch_size is None else f", batches of {experiment.batch_size:,}"
    return f"{optimizer} · {network} · {_samples(experiment)}{batch}"


def differences(set_ups: Sequence[Experiment | None]) -> dict[str, list[str]]:
    """Return the settings in which the set-ups differ: by name, the words for each set-up.

    A setting that the optimizer does not use is "not used", so two runs of this optimizer do not differ in
    it. None stands for a set-up that is not known; it differs from no other.
    """
    rows: dict[str, list[str]] = {}
    for name, setting in SETTINGS.items():
        row = [UNKNOWN if set_up is None else _words(setting, set_up) for set_up in set_ups]
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
            return layers_in_words(set_up.hidden)
        case "Input features":
            return f"inputs {words}"
        case "Schedule" | "Fresh points":
            return f"{words.lower()} {setting.lower()}"
        case "Steps":
            return f"{words} steps"
        case "Your own points":
            return f"your own points {words}"
        case _:
            return f"{SETTINGS[setting].name} {words}"


def _words(setting: Setting, experiment: Experiment) -> str:
    if setting.field in OWN_WORDS:
        return OWN_WORDS[setting.field](experiment)
    if not setting.is_used(experiment):
        return NOT_USED
    return setting.kind.shown(getattr(experiment, setting.field))


def _points(experiment: Experiment) -> str:
    return NOT_USED if experiment.data is None else f"{len(experiment.data):,}, {experiment.data.sha256[:8]}"


def _samples(experiment: Experiment) -> str:
    if experiment.data is not None:
        return f"{len(experiment.data):,} points"
    per_class = experiment.samples_per_class
    return "fresh points" if per_class is None else f"{per_class:,} samples each"


# of settings that are more than a number, a name or a choice; each says itself whether it is used
OWN_WORDS: Mapping[str, Callable[[Experiment], str]] = {
    "hidden": lambda experiment: layers_in_words(experiment.hidden) if experiment.hidden else NO_LAYERS,
    "features": lambda experiment: listed(map(label_of, experiment.features)),
    "samples_per_class": _samples,
    "data": _points,
}
# where a table of several runs has another label than the input of one
OWN_LABELS = {"samples_per_class": "Samples", "data": "Your own points"}
# by their labels, in the order of the pages: all but the polynomials, which are described together
SETTINGS: Mapping[str, Setting] = {
    OWN_LABELS.get(field, setting.label): setting
    for field, setting in TABLE.items()
    if field != "polynomials"
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
