"""The set-up: the experiment that a run would train now, and the samples that its optimizer has replaced."""

from dataclasses import dataclass, field

from polycore import Experiment


@dataclass(frozen=True)
class Replaced:
    """The samples of the set-up before an optimizer was chosen that cannot train on them, such as L-BFGS."""

    samples_per_class: int | None
    batch_size: int | None


@dataclass(frozen=True)
class Setup:
    """The set-up as it stands. A run that has begun keeps its own experiment.

    replaced: None if choosing the optimizer has replaced nothing.
    """

    experiment: Experiment = field(default_factory=Experiment.recommended)
    replaced: Replaced | None = None
