"""A session as one value: all that a tab has, by subject, and the way back from its last loss."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Literal, TypeVar

from pages.game.challenge import Challenge
from pages.game.game import Game
from pages.runs.job import Job
from pages.runs.past import Choice, available
from pages.runs.race import Race
from pages.runs.runner import Training
from pages.runs.sweep import Sweep
from pages.state.holdings import Holdings
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.points import Points
from pages.state.setup import Setup
from pages.state.shown_input import Inputs, InputVersions
from pages.state.view import View
from pages.state.writing import Writing
from polycore import Experiment, Landscape, Model, Run
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome:
    """What a lesson needs of a run from initial weights, also when its network is no longer kept.

    steps: how many it took. loss, accuracy, held_out_accuracy: of its best weights.
    """

    steps: int = 0
    loss: float = math.inf
    accuracy: float = 0.0
    held_out_accuracy: float = 0.0


@dataclass(frozen=True)
class Lessons:
    """The guided lessons.

    current: the one that is on, by its name in the address; None if none is.
    seen: the names of those whose check has passed.
    before: the run that was there when the lesson began, which is no part of it.
    outcomes: of the longest run of each set-up of a lesson, by `moment.key_of` of its experiment.
    broken: the losses of the latest networks that were changed by hand for the lesson about that.
    opened: the page and the lesson that the user came to last, and whether it had been seen by then.
    """

    current: str | None = None
    seen: frozenset[str] = frozenset()
    before: Training | None = None
    outcomes: Mapping[Experiment, Outcome] = field(default_factory=dict)
    broken: tuple[float, ...] = ()
    opened: tuple[str, str, bool] | None = None


@dataclass(frozen=True)
class Play:
    """The game that is played or was played last, and the challenge that a link brought; None without one."""

    game: Game | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True)
class ClassRow:
    """A network of a class, or why there is none.

    name: of the file, or the number of the link. accuracy: share of the points whose polynomial the network
    knows; known: how many these are. loss: on them, in nats. map: the address of a small map.
    problem: why the file or the link was refused or not measured; "" if it was measured.
    experiment: how it was trained; None if that is not known.
    """

    name: str
    accuracy: float | None = None
    loss: float | None = None
    known: int = 0
    hidden: tuple[int, ...] = ()
    parameters: int | None = None
    steps: int | None = None
    seed: int | None = None
    map: str | None = None
    problem: str = ""
    experiment: Experiment | None = None


@dataclass(frozen=True)
class ClassTable:
    """The networks of a class, and the experiment on whose held-out points they were measured.

    left_out: how many networks more there were than the table may have.
    """

    experiment: Experiment
    rows: tuple[ClassRow, ...]
    left_out: int = 0


Comparing = Literal["Kept runs", "Race", "Sweep", "A class"]


@dataclass(frozen=True)
class Comparison:
    """What the Compare page compares.

    view: what of it is shown.
    titles: of the models that the user compares; None before the first choice.
    race, sweep: the latest one, in whatever state; None before the first.
    landscape: that of the race, and the indices of the lanes whose trajectories it has, in their order; None
        before the first.
    moment: which weights of the race are shown: those after so many microseconds of computing, or the latest.
    class_table: the table that was measured last; None before the first.
    """

    view: Comparing = "Kept runs"
    titles: tuple[str, ...] | None = None
    race: Race | None = None
    sweep: Sweep | None = None
    landscape: tuple[Job[Landscape], tuple[int, ...]] | None = None
    moment: Choice = "Now"
    class_table: ClassTable | None = None


@dataclass(frozen=True)
class Drawings:
    """What the user has asked for about the run, in whatever state; None for what was not asked for."""

    film: Job[bytes] | None = None
    landscape: Job[Landscape] | None = None

    def kept_after_run(self) -> "Drawings":
        """Return what stays when its run is replaced: a film. A landscape that is computed is given up."""
        if self.landscape is not None:
            self.landscape.give_up()
        return Drawings(film=self.film)


@dataclass(frozen=True, eq=False)
class LinkWeights:
    """The weights that a link brought: as its text has them, and the model that they gave."""

    words: str
    model: Model


@dataclass(frozen=True)
class Address:
    """What the address brought, and what it will have.

    problems: a sentence for each part of the link that could not be used.
    link_weights: None if the link brought no trained network.
    writing: the weights of the model that answers, on their way into the address; None before the first.
    links_shown: the key of the button whose links are shown, and the address of its page; None if none are.
    """

    problems: tuple[str, ...] = ()
    link_weights: LinkWeights | None = None
    writing: Writing | None = None
    links_shown: tuple[str, str] | None = None


@dataclass(frozen=True)
class Upload:
    """What became of the files that made up one upload.

    title: of the model that they gave, while the uploader shows them; None if it is emptied after an upload.
    error: why they were refused; "" if they were accepted.
    """

    title: str | None = None
    error: str = ""


@dataclass(frozen=True)
class Session:
    """Everything of one session.

    training: the run, in whatever state; None before the first.
    by_hand: the model that the user changes by hand, None without one.
    points: None if none were uploaded.
    uploads: what became of each upload, by the identifiers of its files; an uploader may show them for long.
    refused: why presses were refused, by the places of pages that say so next; see `refusal.later`.
    lost: what the tab had before the server forgot it; empty once the user has read that.
    undo: the way back from the last loss; None without one.
    inputs: the counts in the keys of inputs.
    """

    setup: Setup = field(default_factory=Setup)
    training: Training | None = None
    models: KeptModels = field(default_factory=KeptModels)
    by_hand: ByHand | None = None
    points: Points | None = None
    uploads: Mapping[frozenset[str], Upload] = field(default_factory=dict)
    view: View = field(default_factory=View)
    lessons: Lessons = field(default_factory=Lessons)
    play: Play = field(default_factory=Play)
    comparison: Comparison = field(default_factory=Comparison)
    drawings: Drawings = field(default_factory=Drawings)
    address: Address = field(default_factory=Address)
    refused: Mapping[str, str] = field(default_factory=dict)
    lost: Holdings = field(default_factory=Holdings)
    undo: "Undo | None" = None
    inputs: InputVersions = field(default_factory=InputVersions)

    @property
    def experiment(self) -> Experiment:
        """The experiment of the set-up."""
        return self.setup.experiment

    @property
    def answering(self) -> Kept | None:
        """The kept model that answers."""
        return self.models.answering

    @property
    def own(self) -> Kept | None:
        """The model that is kept of the run."""
        return None if self.training is None else self.models.of_run(self.training.run)

    @property
    def answering_run(self) -> Training | None:
        """The run if the model that answers is its best; None if that is another one.

        Of a run that repeats a longer one the model is kept already, and is none of its past.
        """
        own, training = self.own, self.training
        if own is None or training is None or own is not self.answering:
            return None
        return training if own.last_step <= training.run.step else None

    @property
    def inside_choice(self) -> Choice:
        """The weights that the Inside page shows: of the run that answers, if one does."""
        return self.moment_of(self.view.inside if self.view.past is None else self.view.past)

    def moment_of(self, choice: Choice) -> Choice:
        """Return what is shown for a choice of weights of the run that answers; "Best" if none does."""
        training = self.answering_run
        if training is None:
            return "Best"
        run = training.run
        choice = available(choice, training.snapshot_steps, run)
        rests_at_best = not training.is_active and run.best_step == run.step
        return "Best" if choice == "Now" and rests_at_best else choice

    @property
    def emptied_uploaders(self) -> int:
        """How many uploads have emptied their uploader: with another number in its key it is empty."""
        return sum(upload == Upload() for upload in self.uploads.values())

    @property
    def holdings(self) -> Holdings:
        """What would be lost with it."""
        return Holdings(self.training is not None, len(self.models.kept), self.points is not None)

    @property
    def offered_undo(self) -> "Undo | None":
        """The way back from the last loss, if it takes away nothing newer."""
        return self.undo if self.undo is not None and self.undo.is_harmless(self) else None

    @property
    def has_run_of_lesson(self) -> bool:
        """Whether there is a run that began after the current lesson, or had its set-up already."""
        return self.training is not None and self.training is not self.lessons.before

    def collected(self) -> "Session":
        """Return the session with its run's best weights, if they are better than those kept of it."""
        training, kept = self.training, self.own
        if training is None or training.run.step == 0:
            return self
        run, seconds, marks = training.run, training.seconds, training.marks
        best, history = training.best_of(run), run.history
        if kept is None:
            number = self.models.runs + 1
            about = _about(run)
            new = Kept(
                f"Run {number}{_continued(run)} · {about}",
                best,
                run.experiment,
                history,
                seconds,
                marks=marks,
                earlier=run.earlier,
                about=about,
            )
            return replace(self, models=replace(self.models, runs=number)).keeping(new)
        if best.loss < kept.model.loss or history.step[-1] > kept.last_step:
            better = best if best.loss < kept.model.loss else kept.model
            changed = replace(kept, model=better, history=history, seconds=seconds, marks=marks)
            return replace(self, models=self.models.exchanged(kept, changed))
        return self

    def keeping(self, new: Kept) -> "Session":
        """Return the session with a model more, which answers; see KeptModels.added."""
        models = self.models.added(new, self.own)
        gone = set(self.models.titles) - set(models.titles)
        return replace(self, models=models, by_hand=self.by_hand_unless(gone)).renewed("lists of models")

    def noting(self, files: frozenset[str], upload: Upload) -> "Session":
        """Return the session that knows what became of the uploaded files with these identifiers."""
        return replace(self, uploads={**self.uploads, files: upload})

    def using(self, title: str) -> "Session":
        """Return the session with the kept model of that title answering."""
        return replace(self, models=replace(self.models, in_use=title)).renewed("lists of models")

    def by_hand_unless(self, gone: set[str]) -> ByHand | None:
        """Return the changes by hand, unless their model is gone: another one may get its title."""
        return None if self.by_hand is not None and self.by_hand.title in gone else self.by_hand

    def renewed(self, *groups: Inputs) -> "Session":
        """Return the session with another version of these inputs, which then show their new values."""
        return replace(self, inputs=self.inputs.renewed(*groups))

    def with_undo(self, text: str, before: "Session") -> "Session":
        """Return the session with a way back to `before`; `text` is a sentence that says what was lost."""
        before, after = (replace(session, undo=None) for session in (before, self))
        return replace(self, undo=Undo(text, before, after, after, _progress(self.training)))

    def still_offering(self, undo: "Undo") -> "Session":
        """Return the session with that way back, for a change that is no loss itself, but would end it."""
        now = replace(self, undo=None)
        return replace(self, undo=replace(undo, unchanged_since=now, run_since=_progress(self.training)))

    def after_refresh(self, opened: "Session") -> "Session":
        """Return this session, which a tab had before a refresh, with what the address has `opened` since."""
        game = opened.play.game
        if game is None and opened.play.challenge is None:
            game = self.play.game
        return replace(
            self,
            setup=self.setup if self.experiment == opened.experiment else opened.setup,
            training=opened.training or self.training,
            lessons=self._lessons_with(opened),
            play=Play(game, opened.play.challenge or self.play.challenge),
            address=replace(
                self.address, problems=opened.address.problems, links_shown=opened.address.links_shown
            ),
            inputs=self.inputs.after_both(opened.inputs),
        )

    def _lessons_with(self, opened: "Session") -> Lessons:
        """Return the lessons; one that the address has begun knows which run was there before it."""
        current = opened.lessons.current
        if current == self.lessons.current:
            return self.lessons
        is_other = self.training is not None and self.training.run.experiment != opened.experiment
        return replace(self.lessons, current=current, before=self.training if is_other else None)


@dataclass(frozen=True, eq=False)
class Undo:
    """The way back from a change by which work was lost.

    text: what was lost, as a sentence.
    before, after: the session right before and right after the change, both without an undo of their own.
    unchanged_since: the session when it was last offered; what differs from that now is newer.
    run_since: whether the run advanced then, and its step: a Training changes in place. None without a run.
    made_at: when, in seconds of time.monotonic: it is offered for a while only.
    """

    text: str
    before: Session
    after: Session
    unchanged_since: Session
    run_since: tuple[bool, int] | None = None
    made_at: float = field(default_factory=monotonic)

    def is_harmless(self, now: Session) -> bool:
        """Return whether it takes away nothing newer: whether what it brings back was not changed since."""
        before, after, since = self.before, self.after, self.unchanged_since
        return (
            (before.setup == after.setup or now.setup == since.setup)
            and (before.training is after.training or self._has_the_same_run(now))
            and (
                _work_in(before.models) == _work_in(after.models)
                or _work_in(now.models) == _work_in(since.models)
            )
            and (before.by_hand is after.by_hand or now.by_hand is since.by_hand)
            and (before.points is after.points or now.points is since.points)
            and (before.play.game == after.play.game or now.play.game == since.play.game)
            and self._has_the_model_of_its_changes(now)
        )

    def reverted(self, now: Session) -> Session:
        """Return the session without the change, and with all else as it is `now`. It must be harmless.

        The model in use and the lesson hold no work: they stay if the user has chosen another since.
        """
        before, after, since = self.before, self.after, self.unchanged_since
        by_hand = _reverted(before.by_hand, after.by_hand, now.by_hand)
        lessons = now.lessons
        if lessons.current == since.lessons.current and before.lessons.current != after.lessons.current:
            lessons = replace(lessons, current=before.lessons.current, before=before.lessons.before)
        return replace(
            now,
            setup=_reverted(before.setup, after.setup, now.setup),
            training=_reverted(before.training, after.training, now.training),
            models=self._reverted_models(now.models),
            by_hand=by_hand,
            view=_with_changes_in_view(now.view, now.by_hand, by_hand),
            points=_reverted(before.points, after.points, now.points),
            play=replace(now.play, game=_reverted(before.play.game, after.play.game, now.play.game)),
            lessons=lessons,
            drawings=_reverted(before.drawings, after.drawings, now.drawings),
            undo=None,
        )

    def _reverted_models(self, now: KeptModels) -> KeptModels:
        before, after, since = (session.models for session in (self.before, self.after, self.unchanged_since))
        models = now if _work_in(before) == _work_in(after) else now.brought_back(before.kept)
        in_use = now.in_use
        if in_use == since.in_use:
            in_use = _reverted(before.in_use, after.in_use, in_use)
        if in_use not in models.titles:
            # the model that answered was renamed, or the one chosen since goes with the change
            in_use = next((title for title in (now.in_use, before.in_use) if title in models.titles), None)
        return replace(models, in_use=in_use, runs=_reverted(before.runs, after.runs, now.runs))

    def _has_the_same_run(self, now: Session) -> bool:
        return now.training is self.unchanged_since.training and _progress(now.training) == self.run_since

    def _has_the_model_of_its_changes(self, now: Session) -> bool:
        """Return whether changes by hand that it brings back belong to a model that is then kept."""
        by_hand = self.before.by_hand
        if by_hand is None or by_hand is self.after.by_hand:
            return True
        return by_hand.title in self._reverted_models(now.models).titles


def _reverted(before: Value, after: Value, now: Value) -> Value:
    """Return `now` without the change from `before` to `after`."""
    return now if before == after else before


def _with_changes_in_view(view: View, now: ByHand | None, brought_back: ByHand | None) -> View:
    """Return the view that shows changes by hand that are brought back: they belong to one step of a run."""
    if brought_back is None or brought_back is now:
        return view
    choice = brought_back.choice
    return replace(view, past=choice) if isinstance(choice, int) else replace(view, past=None, inside=choice)


def _work_in(models: KeptModels) -> tuple[tuple[str, bool, Experiment | Model], ...]:
    """Return what a newer change would change: not the weights, which a run improves and so loses nothing."""
    return tuple((kept.title, kept.pinned, kept.experiment or kept.model) for kept in models.kept)


def _about(run: Run) -> str:
    optimizer = OPTIMIZERS[run.experiment.optimizer].words.label
    return f"{optimizer}, {counted_classes(run.experiment.shown_classes)}"


def _continued(run: Run) -> str:
    return f", continued from step {run.began_at:,}" if run.earlier else ""


def _progress(training: Training | None) -> tuple[bool, int] | None:
    """Return whether the run advances by itself, and its step; None without a run."""
    return None if training is None else (training.is_active, training.run.step)
