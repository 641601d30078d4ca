"""What repeats a run to the last bit: the weights it began with, and what was trained on them, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from polycore.arrays import Floats
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.training.leg import MOST_LEGS, Leg


@dataclass(frozen=True)
class Part:
    """An experiment, and the step at which it ended or was left for the next one."""

    experiment: Experiment
    end: int


@dataclass(frozen=True, eq=False)
class Repetition:
    """The parts of a run, in order.

    given: the weights with which the first part began, as `Leg.given` has them; None for its initial weights.
    before: the training of the given weights; () for initial weights.
    """

    parts: tuple[Part, ...]
    given: Floats | None = None
    before: tuple[Leg, ...] = ()


def repetition_of(experiment: Experiment, earlier: Sequence[Leg], step: int) -> Repetition:
    """Return what repeats a run of an experiment up to a step; `earlier` is the training before it.

    Raises PolycoreError if something is missing that decides the result.
    """
    given = max((index for index, leg in enumerate(earlier) if leg.history is None), default=None)
    first = 0 if given is None else given + 1
    parts = tuple(Part(_experiment(leg), leg.end) for leg in earlier[first:])
    parts = (*parts, Part(experiment, step))
    if given is not None:
        leg = earlier[given]
        if leg.given is None:
            raise PolycoreError(
                f"The run continued at step {leg.end:,} from a network whose weights are not known any more: "
                "files of runs and networks do not have them."
            )
        return Repetition(parts, leg.given, tuple(earlier[:first]))
    if earlier and earlier[0].began_at > 0:
        raise PolycoreError(
            f"The settings before step {earlier[0].began_at:,} are not known any more: before those of now, "
            f"a run keeps only the last {MOST_LEGS}."
        )
    return Repetition(parts)


def _experiment(leg: Leg) -> Experiment:
    if leg.experiment is not None:
        return leg.experiment
    steps = f"steps {leg.began_at:,} to {leg.end:,}"
    if leg.settings is None:
        raise PolycoreError(f"The settings of {steps} are not known.")
    raise PolycoreError(
        f"The points of your own that {steps} were trained on are not known any more: a run file has only "
        "those of its latest settings."
    )
