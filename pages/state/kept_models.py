"""The models that a session keeps: which they are, which one answers, and one that is changed by hand.

Nothing here is changed in place: each method returns the models as they are afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from pages.runs.job import Job
from pages.runs.view import Milestone, RunView
from pages.server.source import Choice
from pages.state.shown_weights import name_of
from polycore import Experiment, Model, PolycoreError, Run
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes
from polycore.training.history import History
from polycore.training.leg import Leg, legs_in

MOST_KEPT = 12
MOST_PINNED = MOST_KEPT - 2  # a slot for the run, and one for what comes next
LONGEST_TITLE = 60  # characters
TAKEN = "Another model has this name. Choose a different one."


@dataclass(frozen=True)
class Kept:
    """A model that is kept.

    title: no two are the same. The user may have typed it: show it with a function that reads no Markdown.
    experiment, history: None for a model from a file. The history is of the experiment alone.
    seconds: how long workers computed for the run.
    milestones: the step that the run had reached after so many seconds of computing.
    pinned: it never makes room for another model.
    earlier: what was trained before, if its run continued from given weights.
    about: the part of the title that says what was trained; a name says in its place what differs.
    named: whether the user has typed the title.
    choice: which weights of its run `model` has; those that are kept are the best.
    """

    title: str
    model: Model
    experiment: Experiment | None
    history: History | None = None
    seconds: float = 0.0
    pinned: bool = False
    milestones: tuple[Milestone, ...] = ()
    earlier: tuple[Leg, ...] = ()
    about: str = ""
    named: bool = False
    choice: Choice = "Best"

    @classmethod
    def of_run(cls, view: RunView, number: int) -> "Kept":
        """Return the model of a run, the session's `number`th: its best weights so far."""
        run = view.run
        optimizer = OPTIMIZERS[run.experiment.optimizer].words.label
        about = f"{optimizer}, {counted_classes(run.experiment.shown_classes)}"
        continued = f", continued from step {run.began_at:,}" if run.earlier else ""
        return cls(
            f"Run {number}{continued} · {about}",
            view.best,
            run.experiment,
            run.history,
            view.seconds,
            milestones=view.milestones,
            earlier=run.earlier,
            about=about,
        )

    @classmethod
    def of_file(cls, model: Model, number: int) -> "Kept":
        """Return a model from a file, the session's `number`th."""
        about = f"{model.widths[-1]} {'classes' if model.classes else 'polynomials'}"
        return cls(f"Upload {number} · {about}", model, None, about=about)

    @classmethod
    def of_link(cls, model: Model) -> "Kept":
        """Return the model of a link."""
        about = counted_classes(model.shown_classes)
        return cls(f"From the link · {about}", model, None, about=about)

    def updated(self, view: RunView) -> "Kept":
        """Return it with what its run has learned since; itself if that is nothing."""
        best, history = view.best, view.run.history
        is_better, is_longer = best.loss < self.model.loss, history.step[-1] > self.last_step
        if self.last_step == view.run.began_at:  # no step was measured: these were the latest weights
            step = self.model.metadata.get("step")
            is_better |= is_longer or (isinstance(step, int) and step < view.best_step)
        if not is_better and not is_longer:
            return self
        better = best if is_better else self.model
        return replace(self, model=better, history=history, seconds=view.seconds, milestones=view.milestones)

    def is_of(self, run: Run) -> bool:
        """Return whether it is the model of this run, or of one with the same experiment and past."""
        same_past = len(self.earlier) == len(run.earlier) and all(
            map(_is_same_leg, self.earlier, run.earlier)
        )
        return self.experiment == run.experiment and same_past

    @property
    def trained_by(self) -> Experiment | None:
        """The experiment that trained it, also as its file says; None if that is not known."""
        return self.experiment or self.model.experiment

    @property
    def past(self) -> tuple[Leg, ...]:
        """What was trained before, also what the file of a model says of that."""
        return self.earlier or legs_in(self.model.metadata.get("earlier"))

    @property
    def weights(self) -> str:
        """The name of its weights, such as "best loss (step 800)"; "" for a model without a history."""
        return "" if self.history is None else name_of(self.choice, cast(int, self.model.metadata["step"]))

    @property
    def whole_history(self) -> History | None:
        """What was measured, also in earlier training; None without a history."""
        if self.history is None:
            return None
        known = [leg.history for leg in self.earlier if leg.history is not None]
        return History.joined([*known, self.history])

    @property
    def last_step(self) -> int:
        """The last step in its history; -1 without one."""
        return -1 if self.history is None else int(self.history.step[-1])


@dataclass(frozen=True)
class ByHand:
    """A kept model that no longer follows its run, and what the user has changed in it by hand.

    title: of the kept model.
    original: the model without the changes.
    model: the model with them, and with the loss and accuracies of `original`; that itself before the first.
    choice: which weights of its run they are; "Best" also for a model without a run.
    step: the step of that run after which it had `original`; None without a run.
    measuring: what measures `model`; None without a change, or without points to measure it on.
    result: of that, as the page shows it; see `session.note_running`.
    """

    title: str
    original: Model
    model: Model
    choice: Choice = "Best"
    step: int | None = None
    measuring: Job[Model] | None = None
    result: Model | None = field(default=None, compare=False)

    @property
    def measured(self) -> Model | None:
        """The model with its own loss and accuracies; None as long as they are not known."""
        return self.result if self.is_changed else self.original

    @property
    def is_changed(self) -> bool:
        """Whether a weight or bias has been changed."""
        return self.model is not self.original


@dataclass(frozen=True)
class KeptModels:
    """All models that are kept.

    kept: at most MOST_KEPT, the newest last.
    in_use: the title of the model that answers; None if none is kept.
    runs, uploads: how many there have been, for the titles of the next ones.
    """

    kept: tuple[Kept, ...] = ()
    in_use: str | None = None
    runs: int = 0
    uploads: int = 0

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the kept models, the newest last."""
        return tuple(kept.title for kept in self.kept)

    @property
    def answering(self) -> Kept | None:
        """The model that answers; None if none is kept."""
        return self.titled(self.in_use)

    def titled(self, title: str | None) -> Kept | None:
        """Return the model of that title, if it is kept."""
        return next((kept for kept in self.kept if kept.title == title), None)

    def of_run(self, run: Run) -> Kept | None:
        """Return the model of this run, or of one with the same experiment and past, if one is kept."""
        return next((kept for kept in self.kept if kept.is_of(run)), None)

    def added(self, new: Kept, own: Kept | None) -> "KeptModels":
        """Keep `new` and let it answer. Its title gets a number if another model has the same.

        If MOST_KEPT are kept, the oldest makes room that is neither pinned nor `own`, the run's.
        """
        titles = (new.title, *(f"{new.title} ({number})" for number in range(2, MOST_KEPT + 3)))
        free = next(title for title in titles if self.titled(title) is None)
        gone = self.going(own)
        remaining = tuple(kept for kept in self.kept if kept not in gone)
        return replace(self, kept=(*remaining, replace(new, title=free)), in_use=free)

    def going(self, own: Kept | None, count: int = 1) -> tuple[Kept, ...]:
        """Return the models that make room if `count` more are kept; see `added`."""
        may_go = [kept for kept in self.kept if kept is not own and not kept.pinned]
        return tuple(may_go[: max(0, len(self.kept) + count - MOST_KEPT)])

    def exchanged(self, old: Kept, new: Kept) -> "KeptModels":
        """Put `new` in the slot of `old`; it answers if `old` did."""
        kept = tuple(new if one is old else one for one in self.kept)
        return replace(self, kept=kept, in_use=new.title if self.in_use == old.title else self.in_use)

    def without(self, old: Kept) -> "KeptModels":
        """Remove `old`. If it answered, the newest of the others does."""
        kept = tuple(one for one in self.kept if one is not old)
        if self.in_use != old.title:
            return replace(self, kept=kept)
        return replace(self, kept=kept, in_use=kept[-1].title if kept else None)

    def brought_back(self, earlier: Sequence[Kept]) -> "KeptModels":
        """Keep the `earlier` models again, each as it is now if it is still kept."""
        return replace(self, kept=tuple(self.titled(one.title) or one for one in earlier))

    def checked_title(self, title: str, text: str) -> str:
        """Return `text` as a new name for the model of `title`, its spaces tidied up.

        Raises PolycoreError if it is empty, too long, not printable, or the title of another model.
        """
        name = " ".join(text.split())
        if not 1 <= len(name) <= LONGEST_TITLE:
            raise PolycoreError(f"The name has {len(name)} characters; expected 1 to {LONGEST_TITLE}.")
        if not name.isprintable():
            raise PolycoreError("The name contains invisible characters. Type it again.")
        if name != title and self.titled(name) is not None:
            raise PolycoreError(TAKEN)
        return name

    def may_pin(self) -> bool:
        """Return whether one more may be pinned."""
        return sum(kept.pinned for kept in self.kept) < MOST_PINNED

    def free_slots(self, own: Kept | None) -> int:
        """Return how many new models can be kept before the first of them makes room; `own` is the run's."""
        return MOST_KEPT - sum(kept.pinned or kept is own for kept in self.kept)


def _is_same_leg(one: Leg, other: Leg) -> bool:
    if one is other:
        return True
    if one.to_dict() != other.to_dict() or (one.given is None) != (other.given is None):
        return False
    # models that were changed by hand have the same settings, and other weights
    return one.given is None or other.given is None or bool(np.array_equal(one.given, other.given))
