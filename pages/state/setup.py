"""The set-up: the experiment that a run would train now, and what L-BFGS has replaced in it."""

from dataclasses import dataclass, field

from polycore import Experiment


@dataclass(frozen=True)
class Replaced:
    """The samples of the set-up from before L-BFGS was chosen, which cannot train on them."""

    samples_per_class: int | None
    batch_size: int | None


@dataclass(frozen=True)
class Setup:
    """The set-up as it stands. A run that has begun keeps its own experiment.

    replaced: None if choosing L-BFGS has replaced nothing.
    """

    experiment: Experiment = field(default_factory=Experiment.recommended)
    replaced: Replaced | None = None
