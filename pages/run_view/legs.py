"""A run that continues from weights, in words: what was trained before, and what changed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from polycore import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.figures.progress import Change
from polycore.training.leg import Leg

MOST_NAMED = 3  # changes in one line
NO_CHANGE, SAME = "continued", "the same settings"  # at its step in a chart; in a sentence
OTHER_CLASSES = {"polynomials": "other polynomials", "data": "other points"}


def changes_of(earlier: Sequence[Leg], experiment: Experiment) -> tuple[Change, ...]:
    """Return the step of each change, and what changed; there are none if the run did not continue."""
    # settings that were changed again before a step was taken changed nothing that can be seen
    trained = [leg for leg in earlier if leg.end > leg.began_at or leg.history is None]
    settings = [*(leg.settings for leg in trained), experiment.summary()]
    return tuple(
        Change(leg.end, change_text(before, after))
        for leg, (before, after) in zip(trained, pairwise(settings), strict=True)
    )


def change_text(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Return what differs between two experiments' settings, each as `Experiment.summary` returns it."""
    if before is None or after is None:
        return "other settings"
    differing = [name for name in after if before.get(name) != after[name]]
    named = [OTHER_CLASSES[name] for name in OTHER_CLASSES if name in differing]
    if "data" in set(before) ^ set(after):  # from polynomials to points, or back: their other fields follow
        named = ["points of your own" if "data" in after else "polynomials"]
        differing = [name for name in differing if SETTINGS[name].applies_to == "all"]
    named += [
        f"{SETTINGS[name].short} {_value(name, before.get(name))} → {_value(name, after[name])}"
        for name in differing
        if name not in OTHER_CLASSES
    ]
    if not named:
        return NO_CHANGE
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def chain_text(earlier: Sequence[Leg], experiment: Experiment | None) -> str:
    """Return in one sentence what a model was trained on before; "" if it did not continue."""
    if not earlier or experiment is None:
        return ""
    changes = (
        f"at step {step:,}: {SAME if text == NO_CHANGE else text}"
        for step, text in changes_of(earlier, experiment)
    )
    return f"Continued from earlier training, {'; '.join(changes)}."


def _value(name: str, value: object) -> str:
    match value:
        case None:
            return SETTINGS[name].kind.none_in_words
        case list():
            return "-".join(_value(name, item) for item in value) or "none"
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
