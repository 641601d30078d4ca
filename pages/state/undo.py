"""The way back from a change: what of a session the change has replaced, and whether anything is newer."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from pages.state.kept_models import ByHand, KeptModels
from polycore import Experiment, Model

POLYNOMIALS = "polynomials"
# the parts in which work can be lost
WORK = {"setup", "run", "race", "sweep", "models", "by_hand", "points", "game"}
# what comes and goes with a set-up
WITH_SETUP = {POLYNOMIALS, "lesson", "pacing"}

Parts = Mapping[str, Any]  # see `Session.parts`
Progress = tuple[bool, int]  # whether a run advances by itself, and its step


@dataclass(frozen=True)
class Work:
    """The kept models, compared by what a newer change would change: not by weights, which a run improves."""

    compared: tuple[tuple[str, bool, Experiment | Model], ...]
    models: KeptModels = field(compare=False)

    @classmethod
    def of(cls, models: KeptModels) -> "Work":
        """Return the part of a session that has its kept models."""
        compared = ((kept.title, kept.pinned, kept.experiment or kept.model) for kept in models.kept)
        return cls(tuple(compared), models)


@dataclass(frozen=True)
class Undo:
    """The way back from a change.

    text: what was lost, as a sentence; "" if nothing was, and no toast says so.
    before: the parts of the session that the change has replaced, by their names in `Session.parts`.
    after: the same parts as they were when the way back was last offered; what differs from that is newer.
    progress: the run's by then, if the change has replaced it: a run advances by itself.
    row: changes in a row that share one are a single change; None for a change of its own.
    made_at: when, in seconds of time.monotonic: a toast is shown for a while only.
    """

    text: str
    before: Parts
    after: Parts
    progress: Progress | None = None
    row: Hashable = None
    made_at: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, text: str, before: Parts, after: Parts, progress: Progress | None) -> "Undo":
        """Return the way back from `after` to `before`; `progress` is the run's by now."""
        names = {name for name in before if before[name] != after[name]}
        if "models" in names:
            names.add("in_use")  # the model that answers may be one of those that come back
        old, new = ({name: parts[name] for name in names} for parts in (before, after))
        return cls(text, old, new, progress if "run" in names else None)

    @property
    def is_of_polynomials(self) -> bool:
        """Whether other polynomials come back with it, and not the user's own points."""
        return bool(self.before.get(POLYNOMIALS) and self.after[POLYNOMIALS])

    @property
    def without_loss(self) -> "Undo":
        """The way back to the polynomials alone, which no toast offers."""
        before, after = ({POLYNOMIALS: parts.get(POLYNOMIALS)} for parts in (self.before, self.after))
        return replace(self, text="", before=before, after=after)

    def still_offered(self, before: Parts, now: Parts) -> "Undo":
        """Return it as offered once more after a change from `before` to `now`, in which nothing is newer.

        A set-up comes back with what such a change has replaced beside it, as the user chose that last.
        """
        beside = WITH_SETUP if "setup" in self.before else set()
        changed = {name for name in self.after.keys() | beside if before[name] != now[name]}
        chosen = {name: before[name] for name in changed if self.after.get(name, now[name]) != before[name]}
        after = {name: now[name] for name in changed}
        return replace(self, before={**self.before, **chosen}, after={**self.after, **after})

    def is_harmless(self, now: Parts, progress: Progress | None) -> bool:
        """Return whether it takes away nothing newer: what it brings back has not changed since."""
        by_hand: ByHand | None = self.before.get("by_hand")
        return (
            all(now[name] == self.after[name] for name in WORK & self.after.keys())
            and ("run" not in self.after or progress == self.progress)
            # changes by hand belong to a model that is then kept
            and (by_hand is None or by_hand.title in self.models(now).titles)
        )

    def restored(self, now: Parts) -> dict[str, Any]:
        """Return all parts without the change.

        What holds no work, such as the model in use, stays if the user has chosen another since.
        """
        back = {name: value for name, value in self.before.items() if now[name] == self.after[name]}
        return {**now, **back}

    def models(self, now: Parts) -> KeptModels:
        """Return the kept models without the change."""
        back = self.restored(now)
        kept: KeptModels = now["models"].models
        earlier: KeptModels = back["models"].models
        models = replace(kept.brought_back(earlier.kept), runs=earlier.runs)
        # the model that answered was renamed, or the one chosen since goes with the change
        choices = (back["in_use"], now["in_use"], self.before.get("in_use"))
        return replace(models, in_use=next((title for title in choices if title in models.titles), None))
