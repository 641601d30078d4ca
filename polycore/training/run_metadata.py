"""The metadata of a run file: the experiment, and every single number of where its run stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from polycore.errors import PolycoreError, RunFileError
from polycore.experiment.experiment import MAX_STEPS, Experiment
from polycore.files import metadata
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.optimizers.lbfgs import MEMORY, LbfgsState
from polycore.optimizers.registry import SearchState
from polycore.training.early_stop import ENDINGS, Ending
from polycore.training.history import MOST
from polycore.training.run_refusals import RunReason
from polycore.training.task import searches, takes_all
from polycore.version import __version__

if TYPE_CHECKING:
    from polycore.training.run import Run

KIND, FORMAT = "run", 1
MAX_DEVIATION = 1e100


@dataclass(frozen=True)
class Told:
    """What the metadata says of a run: its fields that are no arrays, and how many entries the arrays have.

    deviation: of search's next change; None for other optimizers. pairs: how many L-BFGS remembers.
    """

    experiment: Experiment
    step: int
    loss: float | None
    best_step: int
    best_loss: float
    held_out_step: int
    held_out_loss: float
    ended: Ending | None
    deviation: float | None
    pairs: int
    stuck: bool
    history_every: int
    history_entries: int

    @property
    def has_gradient(self) -> bool:
        """Whether a gradient belongs to the run: see `Run`."""
        descends = not searches(self.experiment)
        return descends and (takes_all(self.experiment) or self.step > 0)


_OWN = ("kind", "format", "experiment", "versions")
FIELDS = (*_OWN, *(name for name in Told.__annotations__ if name != "experiment"))


def written(run: "Run") -> str:
    """Return the metadata of a run as JSON."""
    state = run.optimizer_state
    return metadata.written(
        {
            "kind": KIND,
            "format": FORMAT,
            "experiment": run.experiment.to_dict(),
            "step": run.step,
            "loss": run.loss,
            "best_step": run.best_step,
            "best_loss": run.best_loss,
            "held_out_step": run.held_out_step,
            "held_out_loss": run.held_out_loss,
            "ended": run.ended,
            "deviation": state.deviation if isinstance(state, SearchState) else None,
            "pairs": len(state.pairs) if isinstance(state, LbfgsState) else 0,
            "stuck": isinstance(state, LbfgsState) and state.stuck,
            "history_every": run.history.every,
            "history_entries": len(run.history.step),
            "versions": {"polycore": __version__, "numpy": np.__version__},
        }
    )


def told_by(found: Mapping[str, Any]) -> Told:
    """Return what the metadata says. Raises RunFileError where a run could not have it."""
    _check_kind(found)
    if set(found) != set(FIELDS):
        raise RunFileError(RunReason.FIELDS.text())
    experiment = _experiment(found["experiment"])
    step = _whole(found, "step", 0, experiment.steps)
    lbfgs = experiment.optimizer == "lbfgs"
    told = Told(
        experiment=experiment,
        step=step,
        loss=_number_or_none(found, "loss", MAX_PARAMETER_SIZE, takes_all(experiment)),
        best_step=_whole(found, "best_step", 0, step),
        best_loss=_number(found, "best_loss", MAX_PARAMETER_SIZE),
        held_out_step=_whole(found, "held_out_step", 0, step),
        held_out_loss=_number(found, "held_out_loss", MAX_PARAMETER_SIZE),
        ended=_ended(found["ended"]),
        deviation=_number_or_none(found, "deviation", MAX_DEVIATION, searches(experiment)),
        pairs=_whole(found, "pairs", 0, MEMORY if lbfgs else 0),
        stuck=_stuck(found["stuck"], lbfgs),
        history_every=_whole(found, "history_every", 1, 2 * MAX_STEPS),
        history_entries=_whole(found, "history_entries", 1, MOST),
    )
    if not _may_have_ended(told):
        raise RunFileError(RunReason.ENDED.text())
    return told


def _check_kind(found: Mapping[str, Any]) -> None:
    if found.get("kind") != KIND:
        raise RunFileError(RunReason.KIND.text())
    if type(found.get("format")) is not int or found["format"] != FORMAT:
        raise RunFileError(RunReason.FORMAT.text())


def _experiment(found: Any) -> Experiment:
    try:
        return Experiment.from_dict(found)
    except PolycoreError as error:
        raise RunFileError(RunReason.EXPERIMENT.text()) from error


def _whole(found: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = found[name]
    if type(value) is not int or not low <= value <= high:
        raise RunFileError(RunReason.FIELD.text(name))
    return value


def _number(found: Mapping[str, Any], name: str, high: float) -> float:
    value = found[name]
    if type(value) not in (int, float) or not 0 <= value <= high:
        raise RunFileError(RunReason.FIELD.text(name))
    return float(value)


def _number_or_none(found: Mapping[str, Any], name: str, high: float, is_number: bool) -> float | None:
    if is_number:
        return _number(found, name, high)
    if found[name] is not None:
        raise RunFileError(RunReason.FIELD.text(name))
    return None


def _stuck(found: Any, lbfgs: bool) -> bool:
    if not isinstance(found, bool) or (found and not lbfgs):
        raise RunFileError(RunReason.FIELD.text("stuck"))
    return found


def _ended(found: Any) -> Ending | None:
    if found is not None and found not in ENDINGS:
        raise RunFileError(RunReason.ENDED.text())
    return cast(Ending | None, found)


def _may_have_ended(told: Told) -> bool:
    experiment = told.experiment
    match told.ended:
        case "diverged":
            return told.step < experiment.steps
        case "target":
            return experiment.target_loss is not None and told.best_loss <= experiment.target_loss
        case "patience":
            since = told.step - told.held_out_step
            return experiment.patience is not None and since >= experiment.patience
        case "stuck":
            return told.stuck
        case _:
            return True
