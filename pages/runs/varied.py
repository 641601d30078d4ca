"""What varies in a sweep: how many seeds, and which networks, activations, optimizers and learning rates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from pages.server import server
from pages.wording.words import HYPHEN, features_in, layers_in, layers_in_words, listed
from polycore import Experiment, PolycoreError
from polycore.experiment.kinds import Number
from polycore.experiment.settings import SETTINGS, Setting
from polycore.formatting import counted
from polycore.limits import MAX_SEED
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import PLAIN, label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.pictures.palette import PALETTE
from polycore.quoting import quoted
from polycore.workers.choices import grid

MOST_SEEDS = 30
MOST_SETTINGS = len(PALETTE)  # each has a color of its own
MOST_TEXT = 200  # characters of a list
FEATURES_EXAMPLE = "x and y, x and y and x2"
# the settings that a sweep asks for several numbers of
TRIED = {name: setting for name, setting in SETTINGS.items() if setting.tried}

Network = tuple[int, ...]


@dataclass(frozen=True)
class Varied:
    """The varied settings: all combinations are trained, each with `seeds` seeds, from the set-up's seed on.

    None of the choices is empty: the page's inputs see to that.

    networks: the widths of the hidden layers of each network; () for none.
    optimizers: by Experiment's names. steps: of each run.
    activations: by Experiment's names.
    features: by Experiment's names, each set of them.
    numbers: of the settings in TRIED, by their fields, for the optimizers that use them.
    """

    seeds: int
    networks: tuple[Network, ...]
    optimizers: tuple[str, ...]
    steps: int
    activations: tuple[str, ...] = ("relu",)
    features: tuple[tuple[str, ...], ...] = (PLAIN,)
    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def settings(self) -> int:
        """The number of combinations, not counting seeds."""
        choices = [self._choices(optimizer) for optimizer in self.optimizers]
        return sum(math.prod(map(len, choice.values())) for choice in choices)

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.seeds * self.settings

    def experiments(self, set_up: Experiment) -> tuple[Experiment, ...]:
        """Return the experiment of each run, with the first seed's first.

        Raises PolycoreError, one sentence for the user, if one is invalid, or if they exceed a limit.
        """
        if self.settings > MOST_SETTINGS:
            raise PolycoreError(
                f"This sweep has {self.settings} settings; expected at most {MOST_SETTINGS}, as many as "
                "there are colors."
            )
        server.current().limits.check_sweep(self.runs)
        seeds = [(set_up.seed + offset) % (MAX_SEED + 1) for offset in range(self.seeds)]
        check_networks(self.networks, set_up)
        experiments: list[Experiment] = []
        for optimizer in self.optimizers:
            base = replace(set_up, steps=self.steps).with_optimizer(optimizer)
            experiments += grid(base, seed=seeds, **self._choices(optimizer))
        for experiment in experiments:
            server.current().limits.check(experiment)
        return tuple(sorted(experiments, key=lambda experiment: seeds.index(experiment.seed)))

    def name_of(self, experiment: Experiment, set_up: Experiment) -> str:
        """Return in a few words what distinguishes `experiment` from the other settings and from the set-up.

        The number of steps, which all share, is named only if it is the sole difference.
        """

        def is_named(field: str, values: Sequence[object]) -> bool:
            return len(values) > 1 or getattr(experiment, field) != getattr(set_up, field)

        words = []
        if is_named("optimizer", self.optimizers):
            words.append(OPTIMIZERS[experiment.optimizer].words.label)
        if is_named("hidden", self.networks):
            words.append(layers_in_words(experiment.hidden))
        if is_named("activation", self.activations):
            words.append(ACTIVATIONS[experiment.activation].label)
        if is_named("features", self.features):
            words.append(f"inputs {listed(map(label_of, experiment.features))}")
        for name, numbers in self.numbers.items():
            if TRIED[name].is_used(experiment) and is_named(name, numbers):
                short = "at" if name == "learning_rate" else TRIED[name].short
                words.append(f"{short} {getattr(experiment, name):g}")
        if not words and self.steps != set_up.steps:
            return f"as set up, with {counted(self.steps, 'step')}"
        return ", ".join(words) or "as set up"

    def _choices(self, optimizer: str) -> dict[str, Sequence[object]]:
        """Return what varies for an optimizer, by the fields of Experiment."""
        one = OPTIMIZERS[optimizer]
        used = {name: values for name, values in self.numbers.items() if TRIED[name].used_by(one)}
        kinds = {"hidden": self.networks, "features": self.features, "activation": self.activations}
        return {**kinds, **used}


def unvaried(experiment: Experiment) -> Varied:
    """Return the set-up itself with three seeds, or as many as this server allows."""
    seeds = min(3, server.current().limits.max_sweep_runs)
    return Varied(
        seeds,
        (experiment.hidden,),
        (experiment.optimizer,),
        experiment.steps,
        (experiment.activation,),
        (experiment.features,),
        {name: (getattr(experiment, name),) for name in TRIED},
    )


def check_networks(networks: tuple[Network, ...], set_up: Experiment) -> tuple[Network, ...]:
    """Return the networks. Raises PolycoreError unless the set-up can have each of them."""
    for network in networks:
        try:
            replace(set_up, hidden=network)
        except PolycoreError as error:
            words = SETTINGS["hidden"].kind.written(network)
            raise PolycoreError(f"Networks: {words}: {error}") from error
    return networks


def networks_of(text: str) -> tuple[Network, ...]:
    """Return the networks of a list such as "12, 32-32, none", each once. Raises PolycoreError."""
    parts = _parts("Networks", HYPHEN.sub("-", text), "12, 32-32")
    return tuple(dict.fromkeys(layers_in("Networks", part) for part in parts))


def written_features(names: Sequence[str]) -> str:
    """Return input features as the user types them: x and y and x2."""
    return " and ".join(names)


def features_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the sets of features of a list such as "x and y, x and y and x2", each once.

    Hyphens and spaces are read too, as links have the former. Raises PolycoreError.
    """
    _parts("Input features", text, FEATURES_EXAMPLE)  # neither empty nor too long
    sets = (features_in(part) for part in text.split(",") if part.strip())
    return tuple(dict.fromkeys(SETTINGS["features"].kind.check("Input features", one) for one in sets))


def numbers_of(setting: Setting, text: str) -> tuple[float, ...]:
    """Return the values of a setting in TRIED in a list such as "0, 0.001", each once.

    Raises PolycoreError.
    """
    kind, name, numbers = cast(Number, setting.kind), setting.label, []
    for part in _parts(name, text, setting.tried):
        try:
            numbers.append(kind.check(name, kind.read(part)))
        except PolycoreError:
            raise PolycoreError(
                f"{name}: got {quoted(part, 40)}; expected numbers {kind.allowed}, with commas, such as "
                f"{setting.tried}."
            ) from None
    return tuple(dict.fromkeys(numbers))


def _parts(name: str, text: str, example: str) -> list[str]:
    if len(text) > MOST_TEXT:
        raise PolycoreError(f"{name}: got {len(text):,} characters; expected at most {MOST_TEXT}.")
    parts = text.replace(",", " ").split()
    if not parts:
        raise PolycoreError(f"{name}: got an empty list; expected one or more, such as {example}.")
    return parts
