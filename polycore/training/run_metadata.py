"""The metadata of a run file: the experiment, and every single number of its run's state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from polycore.checks import checked_whole_number
from polycore.errors import PolycoreError, RunFileError
from polycore.experiment.experiment import Experiment
from polycore.limits import MAX_PARAMETER_SIZE, MAX_STEPS
from polycore.model import metadata
from polycore.optimizers.lbfgs import MEMORY
from polycore.optimizers.optimizer import StateNumbers
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.point_set import PointSet, PointsSummary, summary_of
from polycore.training.history import MOST
from polycore.training.leg import LAST_STEP, MOST_LEGS, Leg, are_joined, leg_from
from polycore.training.run_refusals import RunReason
from polycore.training.snapshots import Rule
from polycore.training.state import END_REASONS, EndReason, RunState
from polycore.training.task import uses_full_batch
from polycore.version import __version__

KIND = "run"
# 4 has the weights of a model that the run continued from: a program that knows only 3 still reads other runs
FORMAT, FORMAT_WITH_GIVEN = 3, 4
MAX_DEVIATION = 1e100


@dataclass(frozen=True)
class LegMetadata:
    """A leg without its history, and how many entries that has: 0 if there is none."""

    leg: Leg
    history_every: int
    history_entries: int

    @classmethod
    def of(cls, leg: Leg) -> "LegMetadata":
        """Return the metadata of a leg."""
        return cls(leg, 1, 0) if leg.history is None else cls(leg, leg.history.every, len(leg.history.step))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LegMetadata":
        """Return the metadata of `to_json`. Raises PolycoreError if no run could have it."""
        fields = dict(value)
        every, entries = fields.pop("history_every", None), fields.pop("history_entries", None)
        return cls(
            leg=leg_from(fields),
            history_every=checked_whole_number("history_every", every, 1, 2 * MAX_STEPS),
            history_entries=checked_whole_number("history_entries", entries, 0, MOST),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        numbers = {"history_every": self.history_every, "history_entries": self.history_entries}
        return {**self.leg.to_dict(), **numbers}


@dataclass(frozen=True)
class RunMetadata:
    """The fields of a run that are not arrays, and how many entries the arrays have.

    deviation, pairs, stuck: see StateNumbers.
    """

    format: int
    experiment: Experiment
    step: int
    loss: float | None
    best_step: int
    best_loss: float
    held_out_step: int
    held_out_loss: float
    ended: EndReason | None
    deviation: float | None
    pairs: int
    stuck: bool
    history_every: int
    history_entries: int
    began_at: int
    optimizer_began_at: int
    earlier: tuple[LegMetadata, ...]
    snapshots: int

    @property
    def has_gradient(self) -> bool:
        """Whether the run has a gradient: see RunState."""
        if not OPTIMIZERS[self.experiment.optimizer].needs_gradient:
            return False
        return uses_full_batch(self.experiment) or self.step > self.began_at

    @property
    def given_leg(self) -> int | None:
        """The index of the last leg without a history, whose weights the file has; None if it has none."""
        without = [index for index, leg in enumerate(self.earlier) if not leg.history_entries]
        return without[-1] if without and self.format == FORMAT_WITH_GIVEN else None

    @property
    def state_numbers(self) -> StateNumbers:
        """The single numbers of the optimizer's state."""
        return StateNumbers(self.deviation, self.pairs, self.stuck)


_OWN = ("kind", "experiment", "versions")
FIELDS = (*_OWN, *(name for name in RunMetadata.__annotations__ if name != "experiment"))


def to_json(run: RunState) -> str:
    """Return the metadata of a run as JSON."""
    numbers = OPTIMIZERS[run.experiment.optimizer].storage.to_numbers(run.optimizer_state)
    fields = {
        "kind": KIND,
        "format": FORMAT if run.given is None else FORMAT_WITH_GIVEN,
        "experiment": run.experiment.summary(),
        "step": run.step,
        "loss": run.loss,
        "best_step": run.best_step,
        "best_loss": run.best_loss,
        "held_out_step": run.held_out_step,
        "held_out_loss": run.held_out_loss,
        "ended": run.ended,
        "deviation": numbers.deviation,
        "pairs": numbers.pairs,
        "stuck": numbers.stuck,
        "history_every": run.history.every,
        "history_entries": len(run.history.step),
        "began_at": run.began_at,
        "optimizer_began_at": run.optimizer_began_at,
        "earlier": [LegMetadata.of(leg).to_json() for leg in run.earlier],
        "snapshots": len(run.snapshots),
        "versions": {"polycore": __version__, "numpy": np.__version__},
    }
    return metadata.written(fields)


def points_of(fields: Mapping[str, Any]) -> PointsSummary | None:
    """Return what the metadata with these fields says of the run's own points; None if it has none.

    Raises RunFileError if they are not the fields of a run.
    """
    _check_kind(fields)
    if set(fields) != set(FIELDS):
        raise RunFileError(RunReason.FIELDS.text())
    experiment = fields["experiment"]
    if not isinstance(experiment, dict) or "data" not in experiment:
        return None
    summary = experiment["data"]
    try:
        return summary_of(summary)
    except PolycoreError as error:
        raise RunFileError(RunReason.POINTS_SUMMARY.text()) from error


def from_fields(fields: Mapping[str, Any], data: PointSet | None = None) -> RunMetadata:
    """Return the metadata with the fields that `points_of` has checked; `data` are the run's own points.

    Raises RunFileError if no run could have them.
    """
    experiment = _experiment(fields["experiment"], data)
    began_at = _whole(fields, "began_at", 0, LAST_STEP)
    step = _whole(fields, "step", began_at, began_at + experiment.steps)
    optimizer = OPTIMIZERS[experiment.optimizer]
    run = RunMetadata(
        format=fields["format"],
        experiment=experiment,
        step=step,
        loss=_number_or_none(fields, "loss", MAX_PARAMETER_SIZE, is_number=uses_full_batch(experiment)),
        best_step=_whole(fields, "best_step", began_at, step),
        best_loss=_number(fields, "best_loss", MAX_PARAMETER_SIZE),
        held_out_step=_whole(fields, "held_out_step", began_at, step),
        held_out_loss=_number(fields, "held_out_loss", MAX_PARAMETER_SIZE),
        ended=_ended(fields["ended"]),
        deviation=_number_or_none(fields, "deviation", MAX_DEVIATION, is_number=not optimizer.needs_gradient),
        pairs=_whole(fields, "pairs", 0, MEMORY if optimizer.needs_full_batch else 0),
        stuck=_stuck(fields["stuck"], may_be=optimizer.needs_full_batch),
        history_every=_whole(fields, "history_every", 1, 2 * MAX_STEPS),
        history_entries=_whole(fields, "history_entries", 1, MOST),
        began_at=began_at,
        optimizer_began_at=_whole(fields, "optimizer_began_at", 0, began_at),
        earlier=_earlier(fields["earlier"], began_at),
        snapshots=_whole(fields, "snapshots", 0, Rule.of(experiment.parameter_count, began_at).capacity),
    )
    if run.given_leg is None and run.format == FORMAT_WITH_GIVEN:
        raise RunFileError(RunReason.EARLIER.text())
    if not _may_have_ended(run):
        raise RunFileError(RunReason.ENDED.text())
    return run


def _check_kind(fields: Mapping[str, Any]) -> None:
    if fields.get("kind") != KIND:
        raise RunFileError(RunReason.KIND.text())
    if type(fields.get("format")) is not int or fields["format"] not in (FORMAT, FORMAT_WITH_GIVEN):
        raise RunFileError(RunReason.FORMAT.text())


def _experiment(value: Any, data: PointSet | None) -> Experiment:
    try:
        if data is not None:
            return Experiment.from_dict({**value, "data": data})
        return Experiment.from_dict(value)
    except PolycoreError as error:
        raise RunFileError(RunReason.EXPERIMENT.text()) from error


def _earlier(value: Any, began_at: int) -> tuple[LegMetadata, ...]:
    """Return the legs before the step at which the experiment of a run began."""
    is_list = isinstance(value, list) and len(value) <= MOST_LEGS
    try:
        if is_list and all(isinstance(one, dict) for one in value):
            earlier = tuple(map(LegMetadata.from_json, value))
            legs = [one.leg for one in earlier]
            if are_joined(legs) and (not legs or legs[-1].end == began_at):
                return earlier
    except PolycoreError as error:
        raise RunFileError(RunReason.EARLIER.text()) from error
    raise RunFileError(RunReason.EARLIER.text())


def _whole(fields: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = fields[name]
    if type(value) is not int or not low <= value <= high:
        raise RunFileError(RunReason.FIELD.text(name))
    return value


def _number(fields: Mapping[str, Any], name: str, high: float) -> float:
    value = fields[name]
    if type(value) not in (int, float) or not 0 <= value <= high:
        raise RunFileError(RunReason.FIELD.text(name))
    return float(value)


def _number_or_none(fields: Mapping[str, Any], name: str, high: float, *, is_number: bool) -> float | None:
    if is_number:
        return _number(fields, name, high)
    if fields[name] is not None:
        raise RunFileError(RunReason.FIELD.text(name))
    return None


def _stuck(value: Any, *, may_be: bool) -> bool:
    if not isinstance(value, bool) or (value and not may_be):
        raise RunFileError(RunReason.FIELD.text("stuck"))
    return value


def _ended(value: Any) -> EndReason | None:
    if value is not None and value not in END_REASONS:
        raise RunFileError(RunReason.ENDED.text())
    return cast(EndReason | None, value)


def _may_have_ended(run: RunMetadata) -> bool:
    experiment = run.experiment
    match run.ended:
        case "diverged":
            return run.step < run.began_at + experiment.steps
        case "target":
            return experiment.target_loss is not None and run.best_loss <= experiment.target_loss
        case "patience":
            since = run.step - run.held_out_step
            return experiment.patience is not None and since >= experiment.patience
        case "stuck":
            return run.stuck
        case _:
            return True
