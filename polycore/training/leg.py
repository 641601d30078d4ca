"""Leg: a part of a run's past that was trained with other settings; and all parts as a table."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import dropwhile, pairwise
from typing import Any

from polycore.arrays import Floats
from polycore.checks import checked_whole_number
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.limits import MAX_STEPS
from polycore.points.point_set import PointSet, summary_of
from polycore.training.history import History

MOST_LEGS = 16
LAST_STEP = 10 * MAX_STEPS  # of all legs together


@dataclass(frozen=True, eq=False)
class Leg:
    """The steps after `began_at` up to `end`, and what was trained there.

    Attributes
    ----------
    settings
        As `Experiment.summary` returns them; None if not known.
    history
        What was measured there, every so many steps; None if only the weights were kept: a model.
    given
        The weights and biases of that model, layer by layer, which the next leg began with, as they act on
        raw inputs, (P,); None if there is a history, and if they are not known: a run file has those of
        the last such model, a weight file none.
    data
        The points of the user's own that the settings name; None for polynomials, and if they are not known:
        a run file has only those of the run's experiment.
    """

    began_at: int
    end: int
    settings: Mapping[str, Any] | None
    history: History | None = None
    given: Floats | None = None
    data: PointSet | None = None

    @property
    def experiment(self) -> Experiment | None:
        """The experiment of the settings; None if they are not known, or its own points are not."""
        if self.settings is None:
            return None
        points = {} if self.data is None else {"data": self.data}
        try:
            return Experiment.from_dict({**self.settings, **points})
        except PolycoreError:
            return None

    def to_dict(self) -> dict[str, Any]:
        """Return what it is without its history and weights, as JSON values."""
        return {"began_at": self.began_at, "end": self.end, "experiment": self.settings}


def appended(legs: tuple[Leg, ...], leg: Leg) -> tuple[Leg, ...]:
    """Return the legs with one more; the oldest goes if there would be more than MOST_LEGS.

    The first of them begins at step 0 only if all are kept.
    """
    longer = (*legs, leg)
    if len(longer) <= MOST_LEGS:
        return longer
    return tuple(dropwhile(lambda one: one.began_at == 0, longer[1:-1])) + longer[-1:]


def checked_settings(value: object) -> Mapping[str, Any] | None:
    """Return what `Experiment.summary` returned, or None for None.

    Raises PolycoreError if no experiment has these settings.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or "data" not in value:
        return Experiment.from_dict(value).summary()  # type: ignore[arg-type]  # it raises
    others = {
        name: item for name, item in value.items() if name not in ("data", "held_out_share", "polynomials")
    }
    summary = summary_of(value["data"])
    settings = Experiment.from_dict(others)
    setting = SETTINGS["held_out_share"]
    share = setting.kind.check(setting.field, value.get(setting.field, setting.default))
    return {
        **settings.summary(),
        "polynomials": [],
        "data": summary.to_json(),
        "held_out_share": share,
    }


def legs_in(value: object) -> tuple[Leg, ...]:
    """Return the legs in a model's metadata, without histories; () if they are not what a run writes."""
    if not isinstance(value, list) or len(value) > MOST_LEGS:
        return ()
    try:
        legs = tuple(map(leg_from, value))
    except PolycoreError:
        return ()
    return legs if are_joined(legs) else ()


def are_joined(legs: Sequence[Leg]) -> bool:
    """Return whether each leg begins where the one before it ended."""
    return all(one.end == other.began_at for one, other in pairwise(legs))


def leg_from(value: object) -> Leg:
    """Return the leg of `Leg.to_dict`. Raises PolycoreError if the value is not one."""
    if not isinstance(value, dict) or set(value) != {"began_at", "end", "experiment"}:
        raise PolycoreError("earlier: got other fields; expected began_at, end and experiment.")
    began_at = checked_whole_number("began_at", value["began_at"], 0, LAST_STEP)
    end = checked_whole_number("end", value["end"], began_at, LAST_STEP)
    return Leg(began_at, end, checked_settings(value["experiment"]))


_COLUMNS = ("step", "loss_nats", "accuracy", "held_out_accuracy", "leg")


def history_csv(experiment: Experiment, history: History, earlier: Sequence[Leg] = ()) -> str:
    """Return a header line and one line per entry, every number with all its digits.

    `history` is the experiment's own, `earlier` what was trained before. The column `leg` counts the parts of
    the run from 1 on; a part whose network alone is known has a number but no entries. For each field of
    the experiments in which the parts differ there is a column with its value, as JSON, or empty if unknown.
    """
    settings = [leg.settings for leg in earlier] + [experiment.summary()]
    histories = [leg.history for leg in earlier] + [history]
    known = [one for one in settings if one is not None]
    names = (field.name for field in fields(Experiment))
    differing = [name for name in names if any(one.get(name) != known[0].get(name) for one in known)]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_COLUMNS, *differing])
    for number, (of_leg, values) in enumerate(zip(histories, settings, strict=True), 1):
        if of_leg is None:
            continue
        texts = [_text(values, name) for name in differing]
        columns = (of_leg.step, of_leg.loss, of_leg.accuracy, of_leg.held_out_accuracy)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            writer.writerow([*map(repr, row), number, *texts])
    return file.getvalue()


def _text(settings: Mapping[str, Any] | None, name: str) -> str:
    if settings is None:
        return ""
    value = settings.get(name)
    # a text alone needs no quotes: it is one of a few words, such as adam
    return value if isinstance(value, str) else json.dumps(value)


def step_in(metadata: Mapping[str, object]) -> int | None:
    """Return the step of a model's weights by its metadata; None if they lack it, or no run could have it."""
    step = metadata.get("step")
    return step if type(step) is int and 0 <= step <= LAST_STEP else None
