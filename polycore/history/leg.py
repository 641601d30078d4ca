"""Leg: a part of a run's past that was trained with other settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from polycore.checks import checked_number, checked_whole_number
from polycore.errors import PolycoreError
from polycore.experiment.experiment import LEAST_HELD_OUT, MAX_STEPS, MOST_HELD_OUT, Experiment
from polycore.history.history import History
from polycore.points.summary import summary_of

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
        What was measured there, every so many steps; None if only the weights were kept.
    """

    began_at: int
    end: int
    settings: Mapping[str, Any] | None
    history: History | None = None

    @property
    def experiment(self) -> Experiment | None:
        """The experiment of the settings; None if they are not known, or its own points are not."""
        if self.settings is None:
            return None
        try:
            return Experiment.from_dict(self.settings)
        except PolycoreError:
            return None

    def to_dict(self) -> dict[str, Any]:
        """Return what it is without its history, as JSON values."""
        return {"began_at": self.began_at, "end": self.end, "experiment": self.settings}


def appended(legs: tuple[Leg, ...], leg: Leg) -> tuple[Leg, ...]:
    """Return the legs with one more; the oldest goes if there would be more than MOST_LEGS."""
    return (*legs, leg)[-MOST_LEGS:]


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
    share = checked_number("held_out_share", value.get("held_out_share", 0.2), LEAST_HELD_OUT, MOST_HELD_OUT)
    return {
        **settings.summary(),
        "polynomials": [],
        "data": {"count": summary.count, "sha256": summary.sha256, "names": list(summary.names)},
        "held_out_share": share,
    }


def legs_in(value: object) -> tuple[Leg, ...]:
    """Return the legs in a model's metadata, without histories; () if they are not what a run writes."""
    if not isinstance(value, list):
        return ()
    try:
        return tuple(map(_leg, value[-MOST_LEGS:]))
    except PolycoreError:
        return ()


def _leg(value: object) -> Leg:
    if not isinstance(value, dict) or set(value) != {"began_at", "end", "experiment"}:
        raise PolycoreError("earlier: got other fields; expected began_at, end and experiment.")
    began_at = checked_whole_number("began_at", value["began_at"], 0, LAST_STEP)
    end = checked_whole_number("end", value["end"], began_at, LAST_STEP)
    return Leg(began_at, end, checked_settings(value["experiment"]))
