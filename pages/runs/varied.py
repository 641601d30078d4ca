"""What varies in a sweep: how many seeds, and which networks, optimizers and learning rates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.server import hosting
from pages.wording import layers
from polycore import Experiment, PolycoreError
from polycore.experiment.experiment import MAX_SEED
from polycore.figures.palette import PALETTE
from polycore.optimizers.registry import OPTIMIZERS
from polycore.quoting import quoted
from polycore.sweeps.choices import grid

MOST_SEEDS = 30
MOST_SETTINGS = len(PALETTE)  # each has a color of its own
MOST_TEXT = 200  # characters of a list

Network = tuple[int, ...]


@dataclass(frozen=True)
class Varied:
    """The varied settings: all combinations are trained, each with `seeds` seeds, from the set-up's seed on.

    networks: the widths of the hidden layers of each network; () for none.
    optimizers: by Experiment's names. learning_rates: for the optimizers that have one.
    steps: of each run.
    """

    seeds: int
    networks: tuple[Network, ...]
    optimizers: tuple[str, ...]
    learning_rates: tuple[float, ...]
    steps: int

    @property
    def settings(self) -> int:
        """The number of combinations, not counting seeds."""
        with_rate = sum(map(_has_rate, self.optimizers))
        return len(self.networks) * (len(self.optimizers) + with_rate * (len(self.learning_rates) - 1))

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.seeds * self.settings

    def experiments(self, set_up: Experiment) -> tuple[Experiment, ...]:
        """Return the experiment of each run, those of the first seed first.

        Raises PolycoreError, one sentence for the user, if there are none, if one is invalid, or if they
        exceed a limit.
        """
        self._check_counts()
        seeds = [(set_up.seed + offset) % (MAX_SEED + 1) for offset in range(self.seeds)]
        self._check_networks(set_up)
        experiments: list[Experiment] = []
        for optimizer in self.optimizers:
            base = _base(replace(set_up, steps=self.steps), optimizer)
            experiments += grid(base, **self._choices(optimizer, seeds))
        for experiment in experiments:
            hosting.limits().check(experiment)
        return tuple(sorted(experiments, key=lambda experiment: seeds.index(experiment.seed)))

    def name_of(self, experiment: Experiment) -> str:
        """Return in a few words what distinguishes the setting of `experiment` from the others."""
        words = []
        if len(self.optimizers) > 1:
            words.append(OPTIMIZERS[experiment.optimizer].words.label)
        if len(self.networks) > 1:
            words.append(_layers(experiment.hidden))
        if len(self.learning_rates) > 1 and _has_rate(experiment.optimizer):
            words.append(f"at {experiment.learning_rate:g}")
        return ", ".join(words) or "as set up"

    def _choices(self, optimizer: str, seeds: Sequence[int]) -> dict[str, Sequence[object]]:
        rates = {"learning_rate": self.learning_rates} if _has_rate(optimizer) else {}
        return {"seed": seeds, "hidden": self.networks, **rates}

    def _check_networks(self, set_up: Experiment) -> None:
        for network in self.networks:
            try:
                replace(set_up, hidden=network)
            except PolycoreError as error:
                raise PolycoreError(f"Networks: {written_network(network)}: {error}") from error

    def _check_counts(self) -> None:
        if not self.settings:
            raise PolycoreError("There is nothing to train; choose at least one optimizer.")
        if self.settings > MOST_SETTINGS:
            raise PolycoreError(
                f"This sweep has {self.settings} settings; expected at most {MOST_SETTINGS}, as many as "
                "there are colors."
            )
        hosting.limits().check_sweep(self.runs)


def unvaried(experiment: Experiment) -> Varied:
    """Return the set-up itself with three seeds, or as many as this server allows."""
    seeds = min(3, hosting.limits().max_sweep_runs)
    return Varied(
        seeds, (experiment.hidden,), (experiment.optimizer,), (experiment.learning_rate,), experiment.steps
    )


def written_network(hidden: Network) -> str:
    """Return hidden layers as the user types them: 32-32, or none."""
    return "-".join(map(str, hidden)) or layers.NONE


def networks_of(text: str) -> tuple[Network, ...]:
    """Return the networks of a list such as "12, 32-32, none", each once. Raises PolycoreError."""
    parts = _parts("Networks", layers.HYPHEN.sub("-", text), "12, 32-32")
    return tuple(dict.fromkeys(layers.from_text("Networks", part) for part in parts))


def rates_of(text: str) -> tuple[float, ...]:
    """Return the learning rates of a list such as "0.01, 0.003", each once. Raises PolycoreError."""
    rates = []
    for part in _parts("Learning rates", text, "0.01, 0.003"):
        try:
            rate = float(part)
        except ValueError:
            rate = math.nan
        if not 0 < rate <= 10:
            raise PolycoreError(
                f"Learning rates: got {quoted(part, 40)}; expected numbers above 0 and at most 10, with "
                "commas, such as 0.01, 0.003."
            )
        rates.append(rate)
    return tuple(dict.fromkeys(rates))


def _layers(hidden: Network) -> str:
    if not hidden:
        return "no hidden layer"
    return f"{'layer' if len(hidden) == 1 else 'layers'} {written_network(hidden)}"


def _parts(name: str, text: str, example: str) -> list[str]:
    if len(text) > MOST_TEXT:
        raise PolycoreError(f"{name}: got {len(text):,} characters; expected at most {MOST_TEXT}.")
    parts = text.replace(",", " ").split()
    if not parts:
        raise PolycoreError(f"{name}: got an empty list; expected one or more, such as {example}.")
    return parts


def _has_rate(optimizer: str) -> bool:
    return "learning_rate" in OPTIMIZERS[optimizer].uses


def _base(set_up: Experiment, optimizer: str) -> Experiment:
    """Return the set-up with the optimizer, on samples that the optimizer can use."""
    base = set_up.on_fixed_samples() if OPTIMIZERS[optimizer].needs_full_batch else set_up
    return replace(base, optimizer=optimizer)
