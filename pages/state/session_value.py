"""A session as one value: all that a tab has, by subject."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pages.game.challenge import Challenge
from pages.game.game import Game
from pages.runs.job import Job
from pages.runs.pacing import UNPACED
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.server.source import Choice, Weights
from pages.state.comparison import Comparison
from pages.state.holdings import Holdings
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.links import Links
from pages.state.setup import READY_MADE, Setup
from pages.state.undo import POLYNOMIALS, Progress, Undo, Work
from pages.state.uploads import Upload, UploadedPoints
from pages.state.view import View
from polycore import Experiment, Landscape
from polycore.inspection.step_detail import StepDetail

MOST_UNDOS = 50


@dataclass(frozen=True)
class LessonRun:
    """What lessons remember of a run from initial weights, also when its network is no longer kept.

    steps: how many it took. loss, accuracy, held_out_accuracy: after the last of them.
    """

    steps: int = 0
    loss: float = math.inf
    accuracy: float = 0.0
    held_out_accuracy: float = 0.0


@dataclass(frozen=True)
class Guesses:
    """What a user guessed in one lesson: before Start, and at its end; None if not asked yet or skipped.

    prediction: the letter of an answer, or a point (x, y). recap: the letter of an answer.
    """

    prediction: str | tuple[float, float] | None = None
    recap: str | None = None


@dataclass(frozen=True)
class Lessons:
    """The guided lessons.

    current: the one that is on, by its name in the address; None if none is.
    seen: the names of those whose check has passed.
    before: the name of the run that there was before the lesson began; it does not count for the lesson.
    runs: the longest run of each set-up of a lesson, by `situation.key_of` of its experiment.
    broken: the losses of the latest networks that were changed by hand for the lesson about that.
    guesses: what the user guessed, by the names of lessons.
    closed: the names of lessons whose first question has been skipped, or can no longer be answered: a run
        has begun that shows the outcome, or a link's network shows it.
    card: the code of the guesses that a link brought; "" without one.
    """

    current: str | None = None
    seen: frozenset[str] = frozenset()
    before: str | None = None
    runs: Mapping[Experiment, LessonRun] = field(default_factory=dict)
    broken: tuple[float, ...] = ()
    guesses: Mapping[str, Guesses] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    card: str = ""

    def guesses_in(self, name: str) -> Guesses:
        """Return what the user guessed in the lesson of that name."""
        return self.guesses.get(name, Guesses())


@dataclass(frozen=True)
class Play:
    """The game that is played or was played last, and the challenge that a link brought; None without one."""

    game: Game | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True)
class Drawings:
    """What the user has asked for, finished or not; None if not asked for.

    film: a film of a run. landscape: the loss landscape around it. step: the next step of a run
    as Inside shows it.
    """

    film: Job[bytes] | None = None
    landscape: Job[Landscape] | None = None
    step: Job[StepDetail] | None = None

    @property
    def without_run(self) -> "Drawings":
        """What stays when its run goes: a film. The others are shown with their run alone."""
        return replace(self, landscape=None, step=None)


@dataclass(frozen=True)
class Session:
    """Everything of one session. What computes for it, such as its run, changes by itself.

    training: the run, whether it advances or not; None before the first.
    by_hand: the model that the user changes by hand, None without one.
    points: None if none were uploaded.
    uploads: what became of each upload that its uploader may still show, by the identifiers of its files.
    emptied_uploaders: how many uploads have emptied their uploader: with another number in its key it is
        empty. points_uploads: the same of points to test on, beside whose uploader another may hold a file.
    refused: why presses were refused, by the places of pages that say so next; see `refusal.later`.
    lost: what the tab had before the server forgot it; empty once the user has read that.
    undos: the ways back from changes, the latest last: the loss that a toast reports, and all changes of the
        polynomials.
    """

    setup: Setup = field(default_factory=Setup)
    training: Training | None = None
    models: KeptModels = field(default_factory=KeptModels)
    by_hand: ByHand | None = None
    points: UploadedPoints | None = None
    uploads: Mapping[frozenset[str], Upload] = field(default_factory=dict)
    emptied_uploaders: int = 0
    points_uploads: int = 0
    view: View = field(default_factory=View)
    lessons: Lessons = field(default_factory=Lessons)
    play: Play = field(default_factory=Play)
    comparison: Comparison = field(default_factory=Comparison)
    drawings: Drawings = field(default_factory=Drawings)
    links: Links = field(default_factory=Links)
    refused: Mapping[str, str] = field(default_factory=dict)
    lost: Holdings = field(default_factory=Holdings)
    undos: tuple[Undo, ...] = ()

    @property
    def experiment(self) -> Experiment:
        """The experiment of the set-up."""
        return self.setup.experiment

    @property
    def answering(self) -> Kept | None:
        """The kept model that answers."""
        return self.models.answering

    @property
    def run_view(self) -> RunView | None:
        """What there is to see of the run now; None before the first."""
        return None if self.training is None else self.training.view

    @property
    def own(self) -> Kept | None:
        """The model that is kept of the run."""
        view = self.run_view
        return None if view is None else self.models.of_run(view.run)

    @property
    def answering_view(self) -> RunView | None:
        """What there is to see of the run if the model that answers is its best; None if that is another one.

        A run that repeats a longer one finds its model kept already, from a step that is still ahead of it.
        In a lesson the run is shown all the same.
        """
        view, own = self.run_view, self.own
        if own is None or view is None or own is not self.answering:
            return None
        return view if own.last_step <= view.run.step or self.usual_weights == "Now" else None

    @property
    def usual_weights(self) -> Weights:
        """The weights of the run that pages show unless the user has chosen others.

        They are the best; in a lesson the latest, since it shows what comes of training, for better or worse.
        """
        return "Now" if self.lessons.current is not None and self.has_run_of_lesson else "Best"

    @property
    def inside_choice(self) -> Choice:
        """The weights that the Inside page shows: of the run that answers, if one does."""
        chosen = self.view.inside or self.usual_weights
        return self.moment_of(chosen if self.view.past is None else self.view.past)

    def moment_of(self, choice: Choice) -> Choice:
        """Return what is shown for a choice of weights of the run that answers; "Best" if none does."""
        view = self.answering_view
        if view is None:
            return "Best"
        choice = view.available(choice)
        rests_at_best = not view.is_active and view.latest_is_best
        return self.usual_weights if rests_at_best and not isinstance(choice, int) else choice

    @property
    def holdings(self) -> Holdings:
        """What would be lost with it."""
        return Holdings(self.training is not None, len(self.models.kept), self.points is not None)

    @property
    def undo(self) -> Undo | None:
        """The way back from the last loss; None without one."""
        return next((undo for undo in self.undos if undo.text), None)

    @property
    def offered_undo(self) -> Undo | None:
        """The way back from the last loss, if it takes away nothing newer."""
        undo = self.undo
        return undo if undo is not None and undo.is_harmless(self.parts, self.progress) else None

    @property
    def last_of_polynomials(self) -> int | None:
        """The index in `undos` of the change that led to the current polynomials; None if there is none."""
        now = self.experiment.polynomials
        for index, undo in reversed(tuple(enumerate(self.undos))):
            if undo.is_of_polynomials and undo.after[POLYNOMIALS] == now != undo.before[POLYNOMIALS]:
                return index
        return None

    @property
    def progress(self) -> Progress | None:
        """Whether the run advances by itself, and its step; None without a run."""
        view = self.run_view
        return None if view is None else (view.is_active, view.run.step)

    @property
    def parts(self) -> dict[str, Any]:
        """All that Undo compares and brings back, by the names of its parts."""
        return {
            "setup": self.setup,
            POLYNOMIALS: self.experiment.polynomials,
            "run": self.training,
            "race": self.comparison.race,
            "sweep": self.comparison.sweep,
            "models": Work.of(self.models),
            "in_use": self.models.in_use,
            "by_hand": self.by_hand,
            "points": self.points,
            "game": self.play.game,
            "lesson": (self.lessons.current, self.lessons.before),
            "pacing": self.view.pacing,
            "drawings": self.drawings,
            "brought": self.links.brought,
        }

    @property
    def has_run_of_lesson(self) -> bool:
        """Whether there is a run that began after the current lesson, or had its set-up already."""
        return self.training is not None and self.training.name != self.lessons.before

    @property
    def has_run_from_before_the_lesson(self) -> bool:
        """Whether the run was there before the current lesson: it would look like a part of that."""
        in_lesson = self.lessons.current is not None and not self.has_run_of_lesson
        return in_lesson and self.training is not None

    def name_of_run_unless(self, experiment: Experiment) -> str | None:
        """Return the name of the run; None if there is none, or if it trains that experiment."""
        view = self.run_view
        return None if view is None or view.run.experiment == experiment else view.name

    def collected(self) -> "Session":
        """Return the session with its run's best weights, if they are better than those kept of it."""
        view, own = self.run_view, self.own
        if view is None or view.run.step == 0:
            return self
        if own is None:
            number = self.models.runs + 1
            return replace(self, models=replace(self.models, runs=number)).keeping(Kept.of_run(view, number))
        updated = own.updated(view)
        return self if updated is own else replace(self, models=self.models.exchanged(own, updated))

    def keeping(self, new: Kept) -> "Session":
        """Return the session with one more model, which answers; see KeptModels.added."""
        models = self.models.added(new, self.own)
        gone = set(self.models.titles) - set(models.titles)
        return replace(self, models=models, by_hand=self.by_hand_unless(gone))

    def noting(self, files: frozenset[str], upload: Upload, shown: frozenset[str]) -> "Session":
        """Return the session that knows what became of the uploaded files with these identifiers.

        shown: all that their uploader has. What became of others is forgotten: only one uploader at a time
        shows what became of its files.
        """
        known = {ids: one for ids, one in self.uploads.items() if ids & shown}
        return replace(self, uploads={**known, files: upload})

    def using(self, title: str) -> "Session":
        """Return the session with the kept model of that title answering."""
        return replace(self, models=replace(self.models, in_use=title))

    def by_hand_unless(self, gone: set[str]) -> ByHand | None:
        """Return the changes by hand, unless their model is gone: another one may get its title."""
        return None if self.by_hand is not None and self.by_hand.title in gone else self.by_hand

    def with_undo(self, text: str, before: "Session") -> "Session":
        """Return the session with a way back to `before`; `text` is a sentence that says what was lost."""
        earlier = (undo.without_loss for undo in before.undos if undo.is_of_polynomials)
        after = self._at_usual_pacing(before)
        new = Undo.of(text, before.parts, after.parts, after.progress)
        return replace(after, undos=(*earlier, new))

    def still_offering(self, undo: Undo, before: "Session") -> "Session":
        """Return the session, which follows `before`, with a way back that the change would end.

        It is for a change that loses nothing.
        """
        others, after = (one for one in self.undos if one is not undo), self._at_usual_pacing(before)
        return replace(after, undos=(*others, undo.still_offered(before.parts, after.parts)))

    def following(self, before: "Session", row: Hashable = None) -> "Session":
        """Return the session, which follows `before`, with the ways back that there are from now on.

        A loss is offered until something newer would go with it. Every change of the polynomials can be
        undone; those in a row that share `row`, unless that is None, are one. A run of another set-up goes as
        is usual for that.
        """
        old, new = before.experiment.polynomials, self.experiment.polynomials
        parts, progress = self.parts, self.progress
        offered = [undo if undo.is_harmless(parts, progress) else undo.without_loss for undo in self.undos]
        undos = [undo for undo in offered if undo.text or undo.is_of_polynomials]
        last = next((undo for undo in reversed(undos) if undo.is_of_polynomials), None)
        if old and new and old != new and (last is None or last.after[POLYNOMIALS] != new):
            if last is not None and row is not None and (last.row, last.after[POLYNOMIALS]) == (row, old):
                old, undos = last.before[POLYNOMIALS], [undo for undo in undos if undo is not last]
            undos.append(Undo("", {POLYNOMIALS: old}, {POLYNOMIALS: new}, row=row))
        return replace(self._at_usual_pacing(before), undos=tuple(undos[-MOST_UNDOS:]))

    def _at_usual_pacing(self, before: "Session") -> "Session":
        """Return the session, which follows `before`: if it goes as is usual for that, as is usual for it.

        What the user or a lesson has chosen stays.
        """
        usual, pacing = before.setup.usual_pacing, self.setup.usual_pacing
        if usual == pacing or self.lessons.current is not None:
            return self
        if not self.view.pacing == before.view.pacing == usual:
            return self
        return replace(self, view=replace(self.view, pacing=pacing))

    def reverted(self, undo: Undo) -> "Session":
        """Return the session with the change of `undo` undone and everything else as it is now.

        Raises PolycoreError if the set-up of now cannot have the polynomials that come back alone.
        """
        now = self.parts
        back = undo.restored(now)
        setup, by_hand, view = back["setup"], back["by_hand"], self.view
        if setup.experiment.polynomials != back[POLYNOMIALS]:
            setup = replace(setup, experiment=replace(setup.experiment, polynomials=back[POLYNOMIALS]))
        if by_hand is not None and by_hand is not self.by_hand:
            # it is shown: changes by hand belong to one step of a run
            choice = by_hand.choice
            if isinstance(choice, int):
                view = replace(view, past=choice)
            else:
                view = replace(view, past=None, inside=choice)
        lesson, run_before = back["lesson"]
        view = replace(view, pacing=back["pacing"])
        return replace(
            self,
            setup=setup,
            training=back["run"],
            models=undo.models(now),
            by_hand=by_hand,
            view=view,
            points=back["points"],
            play=replace(self.play, game=back["game"]),
            comparison=replace(self.comparison, race=back["race"], sweep=back["sweep"]),
            lessons=replace(self.lessons, current=lesson, before=run_before),
            drawings=back["drawings"],
            links=replace(self.links, brought=back["brought"]),
            undos=tuple(one for one in self.undos if one is not undo),
        )

    def with_earlier_polynomials(self) -> "Session":
        """Return the session with the polynomials from before their last change, if there was one.

        Raises PolycoreError if the set-up cannot have them.
        """
        index = self.last_of_polynomials
        if index is None:
            return self
        later = (undo for undo in self.undos[index + 1 :] if not undo.is_of_polynomials)
        remaining = replace(self, undos=(*self.undos[:index], *later))
        return remaining.reverted(self.undos[index].without_loss)

    def after_refresh(self, opened: "Session") -> "Session":
        """Return this session, which a tab had before a refresh, with what the address has `opened` since.

        An address that says nothing of a set-up asks for no other: what the user has made stays.
        """
        is_made = self.training is not None or self.setup not in map(Setup, READY_MADE)
        is_plain = (opened.setup, opened.training, opened.lessons.current) == (opened.links.plain, None, None)
        if is_made and is_plain:
            is_named = opened.view.pacing != opened.setup.usual_pacing
            pacing = opened.view.pacing if is_named else self.view.pacing
            opened = replace(
                opened,
                setup=self.setup,
                lessons=replace(self.lessons, card=opened.lessons.card),
                view=replace(self.view, pacing=pacing),
            )
        game, challenge = opened.play.game, opened.play.challenge
        if game is None and challenge is None:
            game = self.play.game
        lessons, current, view = self.lessons, opened.lessons.current, self.view
        if opened.lessons.card:
            lessons = replace(lessons, card=opened.lessons.card)
        if current != lessons.current:  # the address has begun another: which run was there before it?
            lessons = replace(lessons, current=current, before=self.name_of_run_unless(opened.experiment))
            view = self.view if current is None else opened.view  # nothing else lies on its map
        # the address names it, or it goes with the set-up
        if opened.view.pacing != UNPACED or view.pacing == self.setup.usual_pacing:
            view = replace(view, pacing=opened.view.pacing)
        return replace(
            self,
            setup=self.setup if self.experiment == opened.experiment else opened.setup.following(self.setup),
            training=opened.training or self.training,
            view=view,
            lessons=lessons,
            play=Play(game, challenge or self.play.challenge),
            links=replace(self.links, problems=opened.links.problems, shown=opened.links.shown),
        )
